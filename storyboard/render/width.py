"""How wide text is on a terminal, and how to show what must not reach one.

Columns are terminal cells: a CJK character or an emoji takes two, a combining mark none, a
joined sequence (a family, a flag) as many as its one picture. The widths are wcwidth's, which
is imported only for text that is not ASCII.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from functools import lru_cache
from typing import IO

from msgspec import Struct

DEFAULT_COLUMNS = 100
TAB = "    "

# A waving black flag followed by tag characters is the flag of a region, such as Wales; tag
# characters anywhere else are invisible text. The joiners U+200C and U+200D are spelling in
# many scripts, so they pass.
_UNSAFE = re.compile(
    "(?P<flag>\U0001f3f4[\U000e0020-\U000e007e]+\U000e007f)"
    "|[\x00-\x1f\x7f-\x9f\xad\u061c\u115f\u1160\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f"
    "\u3164\ufeff\uffa0\ufff9-\ufffb\ud800-\udfff\ue000-\uf8ff\U000e0000-\U000e0fff"
    "\U000f0000-\U0010ffff]"
)
_NARROW = re.compile("[ -~\xa1-\xac\xae-\u02ff\u2010-\u2027\u2260-\u2265]*")
"""Letters and punctuation of the West, one column each: no tables are needed for them."""

_VARIATION_SELECTORS = range(0xE0100, 0xE01F0)


def _named(character: str) -> str:
    """A visible stand-in for one character that a terminal would obey, hide or refuse."""
    number = ord(character)
    if number < 0x20:
        return chr(0x2400 + number)
    if number == 0x7F:
        return "\u2421"
    if number < 0x100:
        return f"\\x{number:02x}"
    return f"\\u{number:04x}" if number < 0x10000 else f"\\U{number:08x}"


def _is_harmless(match: re.Match[str]) -> bool:
    return match["flag"] is not None or ord(match[0]) in _VARIATION_SELECTORS


def visible(text: str) -> str:
    """The text with every control, bidirectional, invisible or private character spelt out.

    C0 controls become their pictures (``␛``, ``␊``, ``␀``), the others ``\\x9b`` or ``\\u202e``.
    Nothing in the result can move a cursor, change a colour or turn the direction of reading.
    """
    if text.isascii() and text.isprintable():
        return text
    return _UNSAFE.sub(lambda m: m[0] if _is_harmless(m) else _named(m[0]), text)


_LOG_MARK = re.compile(r"##(?=\[|vso\[)")


def is_visible(text: str) -> bool:
    """Whether nothing of a text but its line ends would be spelt out; may be False for flags.

    A long text holds few characters, so that looking at each of these once is quick.
    """
    return _UNSAFE.search("".join(set(text) - {"\n"})) is None


def visible_json(text: str) -> str:
    """A JSON text of the same value in which nothing stands that a terminal or a log obeys.

    In JSON such characters, and the marks of commands to readers of logs, stand only in strings,
    where each is written as an escape: ``\\u009b``, ``#\\u0023[``.
    """
    if "##" in text:
        text = _LOG_MARK.sub(r"#\\u0023", text)
    if text.isascii() and "\x7f" not in text:
        return text
    return text if is_visible(text) else _UNSAFE.sub(_json_escape, text)


def _json_escape(match: re.Match[str]) -> str:
    if match[0] == "\n" or _is_harmless(match):
        return match[0]
    units = match[0].encode("utf-16-be", "surrogatepass").hex()
    return "".join(f"\\u{units[at : at + 4]}" for at in range(0, len(units), 4))


def columns(text: str) -> int:
    """How many columns a text takes that ``visible`` has made safe."""
    if text.isascii() or _NARROW.fullmatch(text):
        return len(text)
    from wcwidth import wcswidth

    return max(0, int(wcswidth(text)))


def clip(text: str, width: int) -> str:
    """The text, or as much of its beginning as fits into ``width`` columns before a ``…``."""
    if columns(text) <= width:
        return text
    return Strip.of(text).cut(0, max(width - 1, 0)).rstrip() + "…"


def terminal_columns(stream: IO[str]) -> int:
    """The width of the terminal that a stream writes to, or 100 where it writes to none."""
    try:
        return os.get_terminal_size(stream.fileno()).columns or DEFAULT_COLUMNS
    except (OSError, ValueError, AttributeError):
        return DEFAULT_COLUMNS


class Cell(Struct, frozen=True, kw_only=True):
    """What is seen as one character: the code points it takes, what is shown, how wide it is."""

    length: int
    shown: str
    width: int


@lru_cache(maxsize=4096)
def _cell(cluster: str) -> Cell:
    return Cell(length=len(cluster), shown=cluster, width=columns(cluster))


def _cells(text: str) -> Iterator[Cell]:
    from wcwidth import iter_graphemes

    done = 0
    for match in _UNSAFE.finditer(text):
        if _is_harmless(match):
            continue
        yield from map(_cell, iter_graphemes(text[done : match.start()]))
        shown = TAB if match[0] == "\t" else _named(match[0])
        yield Cell(length=1, shown=shown, width=len(shown))
        done = match.end()
    yield from map(_cell, iter_graphemes(text[done:]))


class Strip(Struct, frozen=True, kw_only=True):
    """One line of text laid out in columns, from 0.

    ``begins`` and ``ends`` give, for each code point, the columns of the cell it belongs to.
    """

    cells: tuple[Cell, ...] | str
    begins: tuple[int, ...] | range
    ends: tuple[int, ...] | range
    columns: int

    @classmethod
    def of(cls, text: str) -> Strip:
        """Lay out a line that has no line end in it."""
        if text.isascii() and text.isprintable():
            size = len(text)
            return cls(cells=text, begins=range(size), ends=range(1, size + 1), columns=size)
        cells = tuple(_cells(text))
        begins: list[int] = []
        ends: list[int] = []
        column = 0
        for cell in cells:
            begins += [column] * cell.length
            column += cell.width
            ends += [column] * cell.length
        return cls(cells=cells, begins=tuple(begins), ends=tuple(ends), columns=column)

    def covered(self, start: int, end: int) -> tuple[int, int]:
        """The columns under the code points ``start`` to ``end``: at least one, whole cells."""
        if start >= len(self.begins):
            return self.columns, self.columns + 1
        first = self.begins[start]
        last = self.ends[min(max(end - 1, start), len(self.ends) - 1)]
        return first, max(last, first + 1)

    def cut(self, left: int, right: int) -> str:
        """What is shown in the columns from ``left`` to ``right``; a cell cut in two is blank."""
        if isinstance(self.cells, str):
            return self.cells[left:right]
        parts: list[str] = []
        column = 0
        for cell in self.cells:
            after = column + cell.width
            if after > left and column < right:
                whole = column >= left and after <= right
                parts.append(cell.shown if whole else " " * (min(after, right) - max(column, left)))
            column = after
        return "".join(parts)
