"""Places of files as editors count them: lines from 0, and in a line UTF-16 code units from 0."""

from __future__ import annotations

from bisect import bisect_right
from pathlib import Path

from lsprotocol import types

from storyboard.diagnostics import Source, Span


def position_of(source: Source, offset: int) -> types.Position:
    """The place of an offset, which counts code points from 0."""
    line = bisect_right(source.line_starts, offset) - 1
    before = source.text[source.line_starts[line] : offset]
    return types.Position(line=line, character=_units(before))


def range_of(span: Span) -> types.Range:
    """The place of a span."""
    return types.Range(
        start=position_of(span.source, span.start), end=position_of(span.source, span.end)
    )


def offset_of(source: Source, place: types.Position) -> int:
    """The offset of a place; of one behind the end of its line, the end of that."""
    if place.line >= len(source.line_starts):
        return len(source.text)
    start = source.line_starts[place.line]
    units = 0
    for index, character in enumerate(source.line(place.line + 1)):
        if units >= place.character:
            return start + index
        units += _units(character)
    return start + len(source.line(place.line + 1))


def first_line(source: Source, line: int) -> types.Range:
    """A line of a file, from 1, as a place: without what it begins with."""
    text = source.line(line)
    begin = len(text) - len(text.lstrip())
    return types.Range(
        start=types.Position(line=line - 1, character=begin),
        end=types.Position(line=line - 1, character=_units(text)),
    )


def path_of(source: Source) -> Path:
    """The file of a source, whole."""
    return Path(source.name).resolve()


def _units(text: str) -> int:
    return len(text) if text.isascii() else len(text.encode("utf-16-le", "surrogatepass")) // 2
