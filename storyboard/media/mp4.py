"""What is in an MP4 file, by its boxes alone: whether it is whole, and how long it lasts.

ISO/IEC 14496-12. A download that was cut, an error page under a film's name and an index
without its data are all found without a codec.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from contextlib import contextmanager
from fractions import Fraction
from pathlib import Path
from typing import BinaryIO

from msgspec import Struct

from storyboard.errors import StoryboardError

_CONTAINERS = (b"moov", b"trak", b"mdia", b"minf", b"stbl")
_MAX_INDEX = 64 << 20
"""Bytes of an index that are read: a minute of film needs about a hundred thousand."""


class ClipError(StoryboardError):
    """A file that is not a whole clip; the text says what is wrong with it."""


class ClipFacts(Struct, frozen=True, kw_only=True):
    """What a clip is: frames, how many of them a second, sides in pixels, and if it has sound.

    The sides are those of the picture as it is shown, which may be turned. ``seconds`` is how long
    its pictures last. ``is_even`` says that each lasts as long as every other, so that a frame's
    time tells its number. Of a clip in fragments, whose index does not count them, frames, rate and
    seconds are 0.
    """

    seconds: float
    frames: int
    rate: Fraction
    is_even: bool
    width: int
    height: int
    has_sound: bool

    @property
    def frame(self) -> float:
        """The length of one frame in seconds."""
        return float(1 / self.rate) if self.rate else 0.0

    def frame_at(self, seconds: float) -> int:
        """The number of the frame that is shown from so many seconds on, at most the last's end."""
        return min(self.frames, round(seconds * self.rate))

    def lasts(self, seconds: int) -> bool:
        """Whether it lasts so many seconds, give or take one frame."""
        return abs(self.seconds - seconds) <= self.frame + 0.001


def read_clip(path: Path) -> ClipFacts:
    """What a file holds. Raises ``ClipError`` where it is no whole MP4 with a picture track."""
    with path.open("rb") as file:
        return read_clip_file(file, path.stat().st_size)


def read_clip_file(file: BinaryIO, size: int) -> ClipFacts:
    """What an open file of so many bytes holds. Raises ``ClipError`` as ``read_clip``."""
    head = file.read(12)
    if len(head) < 12 or head[4:8] != b"ftyp":
        raise ClipError("it is no MP4 file" if size else "it is empty")
    places = dict(_top(file, size))
    for kind in (b"moov", b"mdat"):
        if kind not in places:
            raise ClipError(f"it has no {kind.decode()}: it was cut, or is not finished")
    index = _read_box(file, places[b"moov"])
    with _reading_index():
        found = _read_index(index)
    if found is None:
        raise ClipError("it has no pictures")
    return found


def _read_box(file: BinaryIO, place: tuple[int, int]) -> bytes:
    start, end = place
    if end - start > _MAX_INDEX:
        raise ClipError("its index is larger than any clip's")
    file.seek(start)
    return file.read(end - start)


@contextmanager
def _reading_index() -> Iterator[None]:
    try:
        yield
    except (struct.error, ZeroDivisionError, KeyError, IndexError, RecursionError):
        raise ClipError("its index cannot be read") from None


def _top(file: BinaryIO, size: int) -> Iterator[tuple[bytes, tuple[int, int]]]:
    at = 0
    while at < size:
        file.seek(at)
        head = file.read(16)
        if len(head) < 8:
            raise ClipError(f"it is cut after {size:,} bytes")
        length, kind = struct.unpack_from(">I4s", head)
        content = 8
        if length == 1 and len(head) == 16:
            (length,) = struct.unpack_from(">Q", head, 8)
            content = 16
        elif length == 0:
            length = size - at
        if length < content or at + length > size:
            raise ClipError(f"it is cut: {at + length:,} bytes are promised, {size:,} are there")
        yield kind, (at + content, at + length)
        at += length


def _boxes(data: bytes, start: int, end: int) -> Iterator[tuple[bytes, int, int]]:
    while start + 8 <= end:
        length, kind = struct.unpack_from(">I4s", data, start)
        content = start + 8
        if length == 1:
            (length,) = struct.unpack_from(">Q", data, content)
            content += 8
        elif length == 0:
            length = end - start
        if length < content - start or start + length > end:
            raise struct.error
        yield kind, content, start + length
        start += length


def _inside(data: bytes, start: int, end: int) -> dict[bytes, tuple[int, int]]:
    """The leaves under a track, its containers opened; of two of a kind the first.

    In QuickTime files a second handler, of the data, stands below that of the track.
    """
    found: dict[bytes, tuple[int, int]] = {}
    for kind, begin, finish in _boxes(data, start, end):
        if kind in _CONTAINERS:
            found = _inside(data, begin, finish) | found
        else:
            found.setdefault(kind, (begin, finish))
    return found


def _read_index(index: bytes) -> ClipFacts | None:
    tracks = [
        _inside(index, start, end)
        for kind, start, end in _boxes(index, 0, len(index))
        if kind == b"trak"
    ]
    kinds = [_kind_of(index, leaves) for leaves in tracks]
    if b"vide" not in kinds:
        return None
    leaves = tracks[kinds.index(b"vide")]
    scale, length = _length_of(index, leaves)
    times = leaves[b"stts"][0]
    entries, _, delta = struct.unpack_from(">III", index, times + 4)
    (frames,) = struct.unpack_from(">I", index, leaves[b"stsz"][0] + 8)
    width, height = struct.unpack_from(">II", index, leaves[b"tkhd"][1] - 8)
    if _turn_of(index, leaves)[::4] == (0, 0):  # by a quarter
        width, height = height, width
    is_even = entries == 1 and delta > 0 and frames > 0
    rate = Fraction(scale, delta) if is_even else Fraction(frames * scale, length or 1)
    return ClipFacts(
        # The index's own length counts from the first picture sent, not from the first shown.
        seconds=float(frames / rate) if is_even else length / scale,
        frames=frames,
        rate=rate,
        is_even=is_even,
        width=width >> 16,
        height=height >> 16,
        has_sound=b"soun" in kinds,
    )


def _turn_of(index: bytes, leaves: dict[bytes, tuple[int, int]]) -> tuple[int, ...]:
    """How the picture of a track is turned: a, b, u, c and d of its matrix."""
    return struct.unpack_from(">5i", index, leaves[b"tkhd"][1] - 44)


def _kind_of(index: bytes, leaves: dict[bytes, tuple[int, int]]) -> bytes:
    handler = leaves[b"hdlr"][0]
    return index[handler + 8 : handler + 12]


def _length_of(index: bytes, leaves: dict[bytes, tuple[int, int]]) -> tuple[int, int]:
    """Parts of a second in which a track counts, and how many of them it lasts."""
    at = leaves[b"mdhd"][0]
    if index[at] == 1:
        scale, length = struct.unpack_from(">IQ", index, at + 20)
    else:
        scale, length = struct.unpack_from(">II", index, at + 12)
    return scale, length


Track = tuple[bytes, int, tuple[int, ...], bytes]
"""How a track is made: its kind, time scale, sides or channels and rate, and its codec's setup."""


def make_of(path: Path) -> tuple[Track, ...]:
    """How a clip is made. Clips of one make can be joined without encoding them anew.

    Bit rates are left out: they differ from clip to clip and matter to no decoder.
    """
    with path.open("rb") as file:
        places = dict(_top(file, path.stat().st_size))
        if b"moov" not in places:
            raise ClipError("it is no MP4 file")
        index = _read_box(file, places[b"moov"])
    with _reading_index():
        return tuple(
            _make(index, _inside(index, begin, finish))
            for kind, begin, finish in _boxes(index, 0, len(index))
            if kind == b"trak"
        )


def _make(index: bytes, leaves: dict[bytes, tuple[int, int]]) -> Track:
    kind = _kind_of(index, leaves)
    scale, _ = _length_of(index, leaves)
    start, end = leaves[b"stsd"]
    size, _ = struct.unpack_from(">I4s", index, start + 8)
    entry = index[start + 8 : min(start + 8 + size, end)]
    if kind == b"vide":
        times = leaves[b"stts"][0]
        facts = (
            *struct.unpack_from(">HH", entry, 32),
            *struct.unpack_from(">I", index, times + 12),
            *_turn_of(index, leaves),
        )
        children = 86
    elif kind == b"soun":
        facts = (*struct.unpack_from(">HH", entry, 24), *struct.unpack_from(">I", entry, 32))
        children = 36
    else:
        return kind, scale, (), entry
    setup = [entry[4:8]]
    for name, begin, finish in _boxes(entry, children, len(entry)):
        if name == b"esds":
            setup.append(_decoder_setup(entry[begin + 4 : finish]))
        elif name != b"btrt":
            setup.append(entry[begin:finish])
    return kind, scale, facts, b"|".join(setup)


def _decoder_setup(data: bytes) -> bytes:
    """The type and the specific setup of an MPEG-4 elementary stream (ISO/IEC 14496-1)."""
    found = b""
    at = 0
    while at < len(data):
        tag, at = data[at], at + 1
        length = 0
        while True:
            byte, at = data[at], at + 1
            length = length << 7 | byte & 0x7F
            if not byte & 0x80:
                break
        if tag == 0x03:
            at += 3
        elif tag == 0x04:
            found += data[at : at + 1]
            at += 13
        else:
            found += data[at : at + length]
            at += length
    return found
