"""Texts that remember which stretches of them were given, through all that a template does.

To a template such a text is the text alone: it is as long, equal and true as that. What filters
and joints make of it is traced too, so that the places of what was given are known in the result
and need not be looked for.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple


class Stretch(NamedTuple):
    """Where something that was given stands in a text; ``key`` tells what it is."""

    start: int
    end: int
    key: int


class Traced(str):
    """A text with stretches that were given, in their order."""

    # The sandbox keeps templates from names with an underscore.
    __slots__ = ("_stretches",)

    _stretches: tuple[Stretch, ...]

    def __new__(cls, text: str, stretches: Iterable[Stretch] = ()) -> Traced:
        made = super().__new__(cls, text)
        made._stretches = tuple(stretches)
        return made

    def __str__(self) -> str:
        return self  # what shows a value keeps its stretches

    def __add__(self, other: str) -> Traced:
        return _sum((self, other))

    def __radd__(self, other: str) -> Traced:
        return _sum((other, self))


def traced(text: str, key: int) -> Traced:
    """A text all of which was given."""
    return Traced(text, [Stretch(0, len(text), key)])


def stretches_of(text: str) -> tuple[Stretch, ...]:
    """The stretches of a text that were given; none of a plain text."""
    return text._stretches if isinstance(text, Traced) else ()


def plain(text: str) -> str:
    """The text alone."""
    return str.__str__(text)


def changed(text: str, change: Callable[[str], str]) -> str:
    """The text after a change that goes through it from its start to its end."""
    if not isinstance(text, Traced):
        return change(text)
    whole = plain(text)
    made = change(whole)

    def moved(at: int) -> int:
        return len(made) if at == len(whole) else min(len(change(whole[:at])), len(made))

    return Traced(made, [Stretch(moved(a), moved(b), key) for a, b, key in text._stretches])


def cut(text: str, start: int, end: int) -> str:
    """The text between two offsets."""
    if not isinstance(text, Traced):
        return text[start:end]
    kept = [
        Stretch(max(a, start) - start, min(b, end) - start, key)
        for a, b, key in text._stretches
        if a < end and start < b
    ]
    return Traced(text[start:end], kept)


def trimmed(text: str) -> str:
    """The text without white space around it."""
    start = len(text) - len(text.lstrip())
    return cut(text, start, start + len(text.strip()))


def lines_of(text: str) -> Iterator[str]:
    """The lines of a text, with what ends them."""
    start = 0
    for line in plain(text).splitlines(keepends=True):
        yield cut(text, start, start + len(line))
        start += len(line)


def joined(texts: Iterable[str], between: str = "") -> str:
    """The texts as one, with something between them."""
    parts = list(texts)
    if not isinstance(between, Traced) and not any(isinstance(one, Traced) for one in parts):
        return between.join(parts)
    row = [one for part in parts for one in (between, part)]
    return _sum(row[1:])


def _sum(texts: Iterable[str]) -> Traced:
    stretches: list[Stretch] = []
    said: list[str] = []
    length = 0
    for text in texts:
        stretches += [Stretch(a + length, b + length, key) for a, b, key in stretches_of(text)]
        said.append(plain(text))
        length += len(text)
    return Traced("".join(said), stretches)
