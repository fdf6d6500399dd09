"""What the header of a video says, read from the boxes of its file, without a codec.

MP4 is ISO/IEC 14496-12, QuickTime's MOV is what it was made from; both keep an index, ``moov``,
at their beginning or end. Only that index is read.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from msgspec import Struct

from storyboard.project.disk import open_plain_file

_MAX_INDEX = 64 << 20
"""Bytes of an index that are read: a minute of film needs about a hundred thousand."""
_MOVIE_BOXES = (b"moov", b"mdat", b"wide", b"free", b"skip", b"pnot")
"""What a MOV of old QuickTime begins with, which has no box that names its format."""
_CONTAINERS = (b"mdia", b"minf", b"stbl")
"""The boxes of a track that lead to its tables, each inside of the one before."""


class VideoFacts(Struct, frozen=True, kw_only=True):
    """What a video's header says: format, seconds, sides in pixels as shown, frames a second."""

    format: str
    seconds: float
    width: int
    height: int
    rate: float


def read_video_header(path: Path) -> VideoFacts | None:
    """What the header of an MP4 or MOV file says; None for anything else, also a cut file."""
    try:
        with open_plain_file(path) as file:
            return _read(file)
    except (OSError, struct.error, ZeroDivisionError, KeyError):
        return None


def _read(file: BinaryIO) -> VideoFacts | None:
    head = file.read(12)
    kind = head[4:8]
    if kind != b"ftyp" and kind not in _MOVIE_BOXES:
        return None
    form = "MOV" if kind != b"ftyp" or head[8:12] == b"qt  " else "MP4"
    index = _index(file)
    for kind, start, end in _boxes(index, 0, len(index)):
        if kind == b"trak" and (facts := _picture_track(index, start, end, form)) is not None:
            return facts
    return None


def _index(file: BinaryIO) -> bytes:
    """The bytes inside of ``moov``; empty where the file ends before one of its boxes does."""
    size, at, index = file.seek(0, 2), 0, b""
    while at + 8 <= size:
        file.seek(at)
        length, kind, wide = struct.unpack(">I4sQ", file.read(16).ljust(16, b"\0"))
        content = at + (16 if length == 1 else 8)
        length = wide if length == 1 else length or size - at
        if length < content - at or at + length > size:
            return b""
        if kind == b"moov":
            file.seek(content)
            index = file.read(min(at + length - content, _MAX_INDEX))
        at += length
    return index


def _boxes(data: bytes, start: int, end: int) -> Iterator[tuple[bytes, int, int]]:
    while start + 8 <= end:
        length, kind = struct.unpack_from(">I4s", data, start)
        content = start + 8
        if length == 1:
            (length,) = struct.unpack_from(">Q", data, content)
            content += 8
        length = length or end - start
        if length < content - start or start + length > end:
            raise struct.error
        yield kind, content, start + length
        start += length


def _leaves(
    data: bytes, start: int, end: int, containers: tuple[bytes, ...] = _CONTAINERS
) -> dict[bytes, int]:
    """Where the contents of the boxes of a track begin; each container is opened in its turn."""
    found: dict[bytes, int] = {}
    for kind, begin, finish in _boxes(data, start, end):
        if containers and kind == containers[0]:
            found |= _leaves(data, begin, finish, containers[1:])
        else:
            found[kind] = begin
    return found


def _picture_track(index: bytes, start: int, end: int, form: str) -> VideoFacts | None:
    leaves = _leaves(index, start, end)
    handler = leaves[b"hdlr"] + 8
    if index[handler : handler + 4] != b"vide":
        return None
    at = leaves[b"mdhd"]
    (scale,) = struct.unpack_from(">I", index, at + (20 if index[at] == 1 else 12))
    times = leaves[b"stts"]
    (entries,) = struct.unpack_from(">I", index, times + 4)
    table = index[times + 8 : times + 8 + 8 * entries]
    spans = [*struct.iter_unpack(">II", table)]
    # The track's own length may hold a picture more: by how much its first one is shown late.
    frames, length = sum(count for count, _ in spans), sum(count * span for count, span in spans)
    sides = leaves[b"tkhd"] + (88 if index[leaves[b"tkhd"]] == 1 else 76)
    a, _, _, _, d, _, _, _, _, width, height = struct.unpack_from(">9iII", index, sides - 36)
    if a == d == 0:  # phones write pictures lying, to be shown turned by a quarter
        width, height = height, width
    return VideoFacts(
        format=form,
        seconds=length / scale,
        width=width >> 16,
        height=height >> 16,
        rate=frames * scale / length,
    )
