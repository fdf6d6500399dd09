"""Lines of words that go on in the next row at a space, never in the middle of a word."""

from __future__ import annotations

import re

from storyboard.render.width import Strip, columns

_GLUE = "\ue000"
"""What stands for a space that no line ends at; no text that ``visible`` has made holds it."""
_UNIT = re.compile(
    r"(?<=[0-9]) (?=(?:[A-Z]{3}|s|min|h|d|clips?|shots?|targets?)\b)|(?<=\bline) (?=[0-9])"
)
_LEAST = 20
"""Columns that words get at least, however narrow the terminal is."""


def wrapped(text: str, width: int | None, *, indent: int = 0) -> list[str]:
    """A text in lines of ``width`` columns, all but the first one ``indent`` to the right.

    A number stays with its unit, and a word that is wider than a line stays whole, so that an
    address can be copied; only scripts that write words without spaces are cut between two
    characters. None is a line of any length. The text is one that ``visible`` has made.
    """
    if width is None or columns(text) <= width:
        return [text]
    blank = " " * indent
    lines: list[str] = []
    line, room = "", width
    for joint, word in _words(text, max(width - indent, _LEAST)):
        longer = f"{line}{joint}{word}" if line else word
        if line.strip() and columns(longer) > room:
            lines.append(line)
            line, room = blank + word, max(width, indent + _LEAST)
        else:
            line = longer
    return [one.replace(_GLUE, " ") for one in (*lines, line)]


def _words(text: str, room: int) -> list[tuple[str, str]]:
    """The words, or pieces of one, each with what stands before it."""
    start = len(text) - len(text.lstrip(" "))
    words = _UNIT.sub(_GLUE, text[start:]).split(" ")
    words[0] = " " * start + words[0]
    return [
        (" " if not index else "", piece)
        for word in words
        if word
        for index, piece in enumerate(_pieces(word, room))
    ]


def _pieces(word: str, room: int) -> list[str]:
    wide = columns(word)
    if wide <= room or wide <= len(word):
        return [word]
    strip, found, at = Strip.of(word), [], 0
    while at < strip.columns:
        # A wide character that a piece would end in the middle of belongs to the next one.
        end = max((one for one in strip.ends if at < one <= at + room), default=strip.columns)
        found.append(strip.cut(at, end))
        at = end
    return found
