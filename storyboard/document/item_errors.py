"""Mistakes in how the items of a list begin: their dash, and the column that it stands in.

Each function reports one kind of mistake and is true, or is false.
"""

from __future__ import annotations

import re

from storyboard.diagnostics import Fix, Label, Source, Span
from storyboard.diagnostics.codes import YAML_SYNTAX
from storyboard.document.breakdown import Breakdown
from storyboard.document.findings import OTHER_COMMENT, shorten
from storyboard.document.plain_scalars import PlainLine, line_before

LONG_DASH = re.compile(r"([–—‒−•·‐‑])[ \t]*")
"""The dashes and bullets of word processors, with the blanks behind them."""

_BULLET = re.compile(r"(?:([*+–—‒−•·▪◦‣‐‑])[ \t]|(--|[0-9]{1,3}[.):])[ ])[ \t]*(?=\S)")
"""What begins an item in other texts: a bullet, a long dash, two dashes, a number."""
_LINES_ABOVE = 1_000
_LINES_AROUND = 60
_SHOWN = 8
_TWO_DASHES = re.compile(r"-[ ]+(-[ ]+)")


def say_stuck_dash(at: Breakdown, start: int) -> bool:
    written = at.text[start + 1 : PlainLine(at.source, start).end].rstrip()
    return at.say(
        YAML_SYNTAX,
        "an item of a list needs a space after its -",
        at.span(start),
        f'write "- {shorten(written)}"',
        fix=Fix(Span(at.source, start + 1, start + 1), " "),
    )


def say_long_dash(at: Breakdown, start: int, found: re.Match[str]) -> bool:
    return at.say(
        YAML_SYNTAX,
        f"an item of a list begins with a -, and not with {found[1]}",
        at.span(start),
        'write "- " before it',
        fix=Fix(at.span(start, len(found[0])), "- "),
    )


def is_bullet(at: Breakdown) -> bool:
    """Items that begin with a bullet or a number; all of a file that stand in that column."""
    lines = [PlainLine(at.source, offset) for offset in dict.fromkeys((at.place, at.opened))]
    if (above := line_before(at.source, lines[0])) is not None:
        lines.append(above)
    for line in lines:
        start = line.start + line.indent
        found = _BULLET.match(at.text, start, line.end)
        if found is None or line.dashed or _is_text_of_item(at, line) or is_among_keys(at, line):
            continue
        if found[2] != "--" or not OTHER_COMMENT.match(at.text, start):
            return _say_bullets(at, line, found)
    return False


def is_among_keys(at: Breakdown, line: PlainLine) -> bool:
    """Whether the line above is a key with its value, in the same column."""
    above = line_before(at.source, line)
    if above is None or above.dashed or above.indent != line.indent or above.key is None:
        return False
    return bool(at.text[above.value : above.end].strip())


def _is_text_of_item(at: Breakdown, line: PlainLine) -> bool:
    """Whether a line only goes on with the text of the line above, whose indentation is less."""
    above = line_before(at.source, line)
    if above is None or above.indent >= line.indent:
        return False
    return bool(at.text[above.value : above.end].strip()) and above.column < line.indent


def _say_bullets(at: Breakdown, line: PlainLine, found: re.Match[str]) -> bool:
    sign = found[1] or found[2]
    kind = re.escape(sign) if found[1] else "[0-9]{1,3}[.):]"
    pattern = rf"^[ ]{{{line.indent}}}({kind})[ ](?=[ \t]*\S)"
    signs = [one.span(1) for one in re.finditer(pattern, at.text, re.MULTILINE)]
    spans = [Span(at.source, *one) for one in signs] or [at.span(found.start(), len(sign))]
    # The keys of an item may stand below its first one, or where they would below a dash.
    below = PlainLine(at.source, min(line.end + 1, len(at.text)))
    is_aligned = len(sign) == 1 or below.indent != line.indent + 2
    first, *others = [
        Fix(span, "-".ljust(len(span.text)) if is_aligned else "-", is_sure=is_aligned)
        for span in spans
    ]
    return at.say(
        YAML_SYNTAX,
        f"an item of a list begins with a -, and not with {sign}",
        first.span,
        'write "- " in its place',
        labels=tuple(Label(one.span, "nor this one") for one in others[:_SHOWN]),
        fix=Fix(first.span, first.text, tuple(others), is_sure=is_aligned),
    )


def say_wrong_dash(at: Breakdown, line: PlainLine) -> bool:
    """Report how a line begins that was meant to be an item; false where nothing is wrong."""
    start = line.start + line.indent
    if (found := LONG_DASH.match(at.text, start)) is not None:
        return say_long_dash(at, start, found)
    if not line.dashed and at.text.startswith("-", start):
        return say_stuck_dash(at, start)
    if (twice := _TWO_DASHES.match(at.text, start)) is not None:
        return at.say(
            YAML_SYNTAX,
            "two dashes begin a list in a list, and the keys below belong to neither",
            at.span(start, twice.end() - start),
            "write one - before an item",
        )
    return False


def is_item_astray(at: Breakdown, line: PlainLine, above: PlainLine) -> bool:
    """An item whose dash stands beside the column of the other items, above its second key."""
    if say_wrong_dash(at, above):
        return True
    meant = line.indent - 2
    if line.dashed or not above.dashed or abs(above.column - line.indent) != 1 or meant < 0:
        return False
    columns = _columns_of_items(at.source, above)
    # Of a list of one item the keys alone tell: below a value they can only be the item's own.
    below = PlainLine(at.source, min(line.end + 1, len(at.text)))
    is_alone = bool(at.text[above.value : above.end].strip()) and (
        meant > above.indent or below.indent != above.column
    )
    if above.indent in columns or not (meant in columns or is_alone):
        return False
    others = "the others of its list by" if meant in columns else "and its keys fit"
    return at.say(
        YAML_SYNTAX,
        f"this item is indented by {spaces(above.indent)}, {others} {meant}",
        at.span(above.start + above.indent),
        f"indent it by {spaces(meant)}",
        labels=(Label(at.span(line.key_start), "its keys go on here"),),
    )


def is_item_beside(at: Breakdown, line: PlainLine) -> bool:
    """An item whose dash stands a column right of the one above, one of which is astray."""
    if not line.dashed:
        return False
    above = line_before(at.source, line)
    for _ in range(_LINES_ABOVE):
        if above is None or above.indent < line.indent:
            break
        above = line_before(at.source, above)
    if above is None or not above.dashed or above.indent != line.indent - 1:
        return False
    wrong, right = line, above
    if _is_only_item(at.source, above) and not _is_only_item(at.source, line):
        wrong, right = above, line
    return at.say(
        YAML_SYNTAX,
        f"this item is indented by {spaces(wrong.indent)}, the others of its list by"
        f" {right.indent}",
        at.span(wrong.start + wrong.indent),
        f"indent it by {spaces(right.indent)}, and all of its lines as much",
        labels=(Label(at.span(right.start + right.indent), "as this one is"),),
    )


def _is_only_item(source: Source, line: PlainLine) -> bool:
    """Whether no item around a line begins in its column, up to where its list ends."""
    for step in (-1, 1):
        for number in range(line.number + step, line.number + step * _LINES_AROUND, step):
            if not 1 <= number <= len(source.line_starts):
                break
            written = source.line(number)
            column = len(written) - len(written.lstrip(" "))
            if written.strip() and column < line.indent - 1:
                break
            if column == line.indent and written.startswith("- ", column):
                return False
    return True


def _columns_of_items(source: Source, line: PlainLine) -> set[int]:
    """The columns of the dashes around a line, but for its own."""
    first = max(line.number - _LINES_AROUND, 1)
    last = min(line.number + _LINES_AROUND, len(source.line_starts))
    written = [source.line(number) for number in range(first, last + 1) if number != line.number]
    return {len(one) - len(one.lstrip(" ")) for one in written if one.lstrip(" ").startswith("- ")}


def is_without_dash(at: Breakdown, line: PlainLine) -> bool:
    """An item below a first one that has no dash, so that its keys seem to be the list's own."""
    if not line.dashed:
        return False
    first = line
    for _ in range(_LINES_ABOVE):
        above = line_before(at.source, first)
        if above is None or above.indent <= line.indent:
            break
        first = above
    else:
        return False
    if above is None or first is line or above.dashed or at.text[above.value : above.end].strip():
        return False
    start = first.start + line.indent
    if first.dashed or first.key is None or first.indent != line.indent + 2:
        return False
    return at.say(
        YAML_SYNTAX,
        f'the item that begins with "{shorten(first.key)}" has no dash',
        at.span(start, 2),
        f'write "- {shorten(first.key)}: …"',
        labels=(Label(at.span(line.start + line.indent), "the next item begins here"),),
        fix=Fix(at.span(start, 2), "- "),
    )


def columns_above(source: Source, line: PlainLine) -> set[int]:
    """The columns in which the collections that may be open above a line have begun."""
    columns: set[int] = set()
    lowest: int | None = None
    above = line_before(source, line)
    for _ in range(_LINES_ABOVE):
        if above is None or lowest == 0:
            break
        if lowest is None or above.indent < lowest:
            lowest = above.indent
            columns.add(above.indent)
            if above.dashed and above.key is not None:
                columns.add(above.column)
        above = line_before(source, above)
    return columns


def spaces(number: int) -> str:
    return "1 space" if number == 1 else f"{number} spaces"
