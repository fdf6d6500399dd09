"""Films of still pictures as MP4 files, without any codec library.

A film is written as Motion JPEG in an MP4 container (object type 0x6C, registered with the MP4
Registration Authority), its index before its data. Frames that show the same picture share its
bytes, so 15 seconds at 24 frames a second stay a few kilobytes. ffmpeg, VLC and mpv play it.
The container is ISO/IEC 14496-12, the ``mp4v`` sample entry and ``esds`` are 14496-14.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence

RATE = 24
_MATRIX = struct.pack(">9i", 0x10000, 0, 0, 0, 0x10000, 0, 0, 0, 0x40000000)


def write_movie(pictures: Sequence[tuple[bytes, int]], width: int, height: int) -> bytes:
    """A film that shows each JPEG picture for a number of frames, at ``RATE`` frames a second."""
    data = b"".join(picture for picture, _ in pictures)
    samples: list[tuple[int, int]] = []  # offset in the data, size
    at = 0
    for picture, frames in pictures:
        samples += [(at, len(picture))] * frames
        at += len(picture)
    kind = _box(b"ftyp", b"isom", struct.pack(">I", 512), b"isomiso2mp41")
    # The index holds absolute offsets and its size does not depend on them.
    size = len(_index(samples, 0, width, height))
    index = _index(samples, len(kind) + size + 8, width, height)
    return kind + index + _box(b"mdat", data)


def mark(movie: bytes, token: bytes) -> bytes:
    """The same film with ``token`` in a free box at its end, so that its bytes are its own."""
    return movie + _box(b"free", token)


def _box(kind: bytes, *parts: bytes) -> bytes:
    content = b"".join(parts)
    return struct.pack(">I", 8 + len(content)) + kind + content


def _full(kind: bytes, *parts: bytes, version: int = 0, flags: int = 0) -> bytes:
    return _box(kind, struct.pack(">I", version << 24 | flags), *parts)


def _index(samples: list[tuple[int, int]], start: int, width: int, height: int) -> bytes:
    count = len(samples)
    movie = _full(
        b"mvhd",
        struct.pack(">IIIIIH10x", 0, 0, RATE, count, 0x10000, 0x100),
        _MATRIX,
        bytes(24),
        struct.pack(">I", 2),
    )
    track = _full(
        b"tkhd",
        struct.pack(">IIIIIQHHHH", 0, 0, 1, 0, count, 0, 0, 0, 0, 0),
        _MATRIX,
        struct.pack(">II", width << 16, height << 16),
        flags=3,
    )
    media = _full(b"mdhd", struct.pack(">IIIIHH", 0, 0, RATE, count, 0x55C4, 0))
    handler = _full(b"hdlr", bytes(4), b"vide", bytes(12), b"video\0")
    table = _box(
        b"stbl",
        _full(b"stsd", struct.pack(">I", 1), _entry(width, height)),
        _full(b"stts", struct.pack(">III", 1, count, 1)),
        _full(b"stsc", struct.pack(">IIII", 1, 1, 1, 1)),
        _full(b"stsz", struct.pack(">II", 0, count), *(struct.pack(">I", s) for _, s in samples)),
        _full(
            b"stco", struct.pack(">I", count), *(struct.pack(">I", start + o) for o, _ in samples)
        ),
    )
    place = _box(b"dinf", _full(b"dref", struct.pack(">I", 1), _full(b"url ", flags=1)))
    information = _box(b"minf", _full(b"vmhd", bytes(8), flags=1), place, table)
    return _box(b"moov", movie, _box(b"trak", track, _box(b"mdia", media, handler, information)))


def _entry(width: int, height: int) -> bytes:
    decoder = struct.pack(">BBB3xII", 0x6C, 0x11, 0, 0, 0)
    stream = struct.pack(">BB", 4, len(decoder)) + decoder
    layer = struct.pack(">BBB", 6, 1, 2)
    descriptor = struct.pack(">BBHB", 3, 3 + len(stream) + len(layer), 1, 0) + stream + layer
    return _box(
        b"mp4v",
        struct.pack(">6xH16xHHIIIH32sHh", 1, width, height, 72 << 16, 72 << 16, 0, 1, b"", 24, -1),
        _full(b"esds", descriptor),
    )
