"""Findings that a writer does not want to hear of, as a comment in the file says."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Set

from msgspec import Struct

from storyboard.diagnostics.source import Span


class Ignore(Struct, frozen=True, kw_only=True):
    """A comment ``# storyboard: ignore[SB225]``: its place, its codes, and where it counts.

    ``codes`` are as they were written, numbers or names. ``start`` and ``end`` are offsets of
    the comment's own source: a finding that begins between them is ignored, unless it is an error.
    """

    span: Span
    codes: tuple[str, ...]
    start: int
    end: int


class Ignores:
    """The ignores of all files that were read, by the names of the files."""

    __slots__ = ("_by_file",)

    def __init__(self) -> None:
        self._by_file: dict[str, list[Ignore]] = {}

    def add(self, ignores: Iterable[Ignore]) -> None:
        """Take the ignores of a file."""
        for one in ignores:
            self._by_file.setdefault(one.span.source.name, []).append(one)

    def __iter__(self) -> Iterator[Ignore]:
        for ignores in self._by_file.values():
            yield from ignores

    def __bool__(self) -> bool:
        return bool(self._by_file)

    def of(self, span: Span | None) -> list[Ignore]:
        """The ignores that count at a place."""
        if span is None:
            return []
        known = self._by_file.get(span.source.name, ())
        return [one for one in known if one.start <= span.start < one.end]

    def covers(self, span: Span | None, names: Set[str]) -> bool:
        """Whether a finding at that place, of a code with those names, is ignored."""
        return any(not names.isdisjoint(one.codes) for one in self.of(span))
