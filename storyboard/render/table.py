"""Tables that are right at every width: names and sums whole, prose in lines of words.

A row is a name, short cells, and prose. Where the terminal is too narrow, the prose goes on below
itself, then below the row, and a name that is too long stands on a line of its own.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from msgspec import Struct

from storyboard.render.prose import wrapped
from storyboard.render.width import columns

Paint = Callable[[str, str], str]
"""Puts a terminal's colour code around a text, or nothing."""

GAP = "  "
_LEAST_PROSE = 24
"""Columns that prose must have beside the cells; with fewer it goes below the row."""
_BELOW = 2
"""How far to the right of a row what goes below it stands."""


class TableRow(Struct, frozen=True, kw_only=True):
    """A row, of texts that ``visible`` has made.

    ``sign`` is one character before the name, or none. ``color`` is the code of the sign, or of
    the whole first line where there is no sign.
    """

    name: str
    cells: tuple[str, ...] = ()
    prose: str = ""
    sign: str = ""
    color: str = ""


def plain(text: str, _code: str) -> str:
    """The text without a colour."""
    return text


def painted(text: str, code: str) -> str:
    """The text in a colour."""
    return f"\x1b[{code}m{text}\x1b[0m"


def varying(rows: Sequence[Sequence[str]]) -> list[int]:
    """The columns in which rows differ; all of them where there is one row only."""
    if len(rows) < 2:
        return list(range(len(rows[0]))) if rows else []
    return [index for index, column in enumerate(zip(*rows, strict=True)) if len(set(column)) > 1]


def is_within(rows: Sequence[TableRow], width: int | None) -> bool:
    """Whether every row stands on one line."""
    return width is None or all(columns(line) <= width for line in lay_out(rows, None))


def lay_out(
    rows: Sequence[TableRow],
    width: int | None,
    *,
    left: Sequence[int] = (),
    indent: int = 2,
    paint: Paint = plain,
) -> list[str]:
    """The lines of a table. Cells are to the right of their columns, those of ``left`` are not."""
    if not rows:
        return []
    wide = [max(map(columns, column)) for column in zip(*(row.cells for row in rows), strict=True)]
    begin = indent + (2 if any(row.sign for row in rows) else 0)
    cells = sum(one + len(GAP) for one in wide)
    names = [columns(row.name) for row in rows]
    most = max(names) if width is None else width - begin - cells
    named = max((one for one in names if one <= most), default=0)
    at = begin + named + cells + len(GAP)
    is_beside = width is None or width - at >= _LEAST_PROSE
    lines: list[str] = []
    for row, name in zip(rows, names, strict=True):
        short = [
            (_left if index in left else _right)(cell, wide[index])
            for index, cell in enumerate(row.cells)
        ]
        if name <= named:
            line = GAP.join([_left(row.name, named), *short])
        else:
            lines.append(_begin(row, row.name, begin, indent, paint))
            line = GAP.join([" " * max(named, _BELOW - len(GAP)), *short])
        fits = width is not None and at + columns(row.prose) <= width
        if not row.prose or not (is_beside or fits):
            found = [line, *_below(row, begin + _BELOW, width)]
        else:
            found = wrapped(f"{' ' * at}{row.prose}", width, indent=at)
            found[0] = f"{line}{GAP}{found[0].lstrip(' ')}"
        if name <= named:
            found[0] = _begin(row, found[0], begin, indent, paint)
        else:
            found[0] = " " * begin + found[0]
        lines += [one.rstrip() for one in found if one.strip()]
    return lines


def _begin(row: TableRow, line: str, begin: int, indent: int, paint: Paint) -> str:
    line = line.rstrip()
    if not row.sign:
        line = f"{' ' * begin}{line}"
        return paint(line, row.color) if row.color else line
    return f"{' ' * indent}{paint(row.sign, row.color)} {line}"


def _below(row: TableRow, indent: int, width: int | None) -> list[str]:
    if not row.prose:
        return []
    return wrapped(f"{' ' * indent}{row.prose}", width, indent=indent)


def _left(text: str, width: int) -> str:
    return text + " " * (width - columns(text))


def _right(text: str, width: int) -> str:
    return " " * (width - columns(text)) + text
