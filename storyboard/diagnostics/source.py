"""Where text stands: a source file's text, and spans in it.

Offsets count code points from 0; lines and columns count from 1, columns in code points.
Lines end where editors end them: at ``\\n``, ``\\r\\n`` or ``\\r``.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from functools import cached_property
from itertools import accumulate

from msgspec import Struct

_LINE_END = re.compile(r"\r\n|\n|\r")


class Source:
    """The text of one file, decoded, with the name under which messages show it.

    ``name`` is the path as the user would type it, or ``<stdin>``.
    """

    def __init__(self, name: str, text: str) -> None:
        self.name = name
        self.text = text

    def __repr__(self) -> str:
        return f"Source({self.name!r}, {len(self.text)} code points)"

    @cached_property
    def line_starts(self) -> list[int]:
        """The offset at which each line begins; line ``n`` is at index ``n - 1``."""
        if "\r" in self.text:
            return [0, *(end.end() for end in _LINE_END.finditer(self.text))]
        lengths = [len(line) + 1 for line in self.text.split("\n")]
        return [0, *accumulate(lengths[:-1])]

    def position(self, offset: int) -> tuple[int, int]:
        """The (line, column) of an offset, both from 1."""
        line = bisect_right(self.line_starts, offset)
        return line, offset - self.line_starts[line - 1] + 1

    def line(self, number: int) -> str:
        """The text of a line (from 1), without its end; empty past the last line."""
        if not 1 <= number <= len(self.line_starts):
            return ""
        start = self.line_starts[number - 1]
        stop = self.line_starts[number] if number < len(self.line_starts) else len(self.text)
        return self.text[start:stop].rstrip("\r\n")


class Span(Struct, frozen=True):
    """A stretch of a source's text, ``start`` inclusive, ``end`` exclusive, in code points."""

    source: Source
    start: int
    end: int

    @property
    def line(self) -> int:
        """The line on which the span begins, from 1."""
        return self.source.position(self.start)[0]

    @property
    def column(self) -> int:
        """The column at which the span begins, from 1."""
        return self.source.position(self.start)[1]

    @property
    def text(self) -> str:
        """The text the span covers."""
        return self.source.text[self.start : self.end]

    def holds(self, other: Span | None) -> bool:
        """Whether another span is a stretch of this one."""
        if other is None or other.source is not self.source:
            return False
        return self.start <= other.start and other.end <= self.end

    def narrow(self, start: int, end: int) -> Span:
        """The span from ``start`` to ``end``, both offsets in the same source."""
        return Span(self.source, start, end)
