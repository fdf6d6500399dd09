"""Mistakes inside a token: the parser knows what it was reading, and says so.

Each function knows one kind of mistake; it reports it and is true, or is false. libyaml and the
Python parser differ in their words, hence the loose patterns.
"""

from __future__ import annotations

import re

from storyboard.diagnostics import Fix, Span
from storyboard.diagnostics.codes import (
    FORBIDDEN_CHARACTER,
    TAB_INDENTATION,
    TAG_REFUSED,
    UNCLOSED_QUOTATION,
    UNKNOWN_ESCAPE,
    YAML_SYNTAX,
)
from storyboard.document.breakdown import TEMPLATE, Breakdown
from storyboard.document.characters import FORBIDDEN_HELP
from storyboard.document.findings import shorten
from storyboard.document.plain_scalars import PlainLine

_TEMPLATE_AS_VALUE = re.compile(r"(?:^[ ]*|[:,\[-][ ]+|\[)(\{[{%#])", re.MULTILINE)
_DIRECTIVE = re.compile(r"^%", re.MULTILINE)
_LEADING_TAB = re.compile(r"[ ]*(\t[ \t]*)")
_WORD = re.compile(r"[^\s,\[\]{}]+")
_HALVES = re.compile(r"\\u([dD][89a-fA-F][\da-fA-F]{2})(?:\\u([dD][c-fC-F][\da-fA-F]{2}))?")
_HEX_ESCAPES = {"x": 2, "u": 4, "U": 8}


def is_escape(at: Breakdown) -> bool:
    """A backslash in double quotation marks before what it cannot stand before."""
    if not re.search(r"escape|hexa?decimal", at.problem):
        return False
    slash = max(at.text.rfind("\\", at.opened, at.place + 1), at.opened)
    letter = at.text[slash + 1 : slash + 2]
    half = _HALVES.match(at.text, slash)
    if half is not None:
        # JSON writes characters above U+FFFF as two escapes.
        whole = b"".join(int(part, 16).to_bytes(2, "big") for part in half.groups() if part)
        character = whole.decode("utf-16-be", errors="ignore")
        return at.say(
            UNKNOWN_ESCAPE,
            f'"{half[0][:6]}" is half of a character, which YAML does not take',
            at.span(slash, len(half[0])),
            f"write {character}, the character itself" if character else "delete it",
            fix=Fix(at.span(slash, len(half[0])), character) if character else None,
        )
    digits = _HEX_ESCAPES.get(letter)
    return at.say(
        UNKNOWN_ESCAPE,
        f'"\\{letter}" means nothing in a text between double quotation marks'
        if digits is None
        else f'"\\{letter}" needs {digits} hexadecimal digits that name a character',
        at.span(slash, 2),
        "write two backslashes for one, or put the text between single quotation marks",
        fix=Fix(Span(at.source, slash, slash + 1), "\\\\"),
    )


def is_unclosed_quote(at: Breakdown) -> bool:
    """A quotation that runs to the end of the file."""
    is_scanner = "quoted" in at.context and "unexpected" in at.problem
    if not is_scanner and not ("':'" in at.problem and at.text[at.opened : at.opened + 1] in "\"'"):
        return False
    return at.opened < len(at.text) and say_unclosed_quote(at)


def say_unclosed_quote(at: Breakdown) -> bool:
    """Report the quotation at ``opened``, which nothing closes."""
    mark = at.text[at.opened]
    return at.say(
        UNCLOSED_QUOTATION,
        "the quotation that begins here has no end",
        at.span(at.opened),
        f"write {mark} at its end"
        + (
            ", or put the text between double quotation marks if this is an apostrophe"
            if mark == "'"
            else ""
        ),
    )


def is_tab(at: Breakdown) -> bool:
    """A tab in an indentation."""
    found = _LEADING_TAB.match(at.text, PlainLine(at.source, at.place).start)
    if found is not None:
        start = found.start(1)
    elif at.char == "\t" or "tab character" in at.problem:
        start = at.place
    else:
        return False
    is_behind_dash = at.text[start - 1 : start] == "-"
    return at.say(
        TAB_INDENTATION,
        "a tab, where YAML takes only spaces",
        at.span(start),
        'write a space behind the -, as in "- id: "'
        if is_behind_dash
        else "indent with spaces, two for each level",
        fix=Fix(at.span(start), " ") if is_behind_dash else None,
    )


def is_template(at: Breakdown) -> bool:
    """A template that is not in quotation marks."""
    starts = [at.opened, at.place - 1, at.place]
    if at.before is not None:
        starts.append(at.before.start_mark.index)
    for start in starts:
        if start >= 0 and TEMPLATE.match(at.text, start):
            return at.begins_with(start)
    for offset in (at.place, at.opened):
        line = PlainLine(at.source, offset)
        found = _TEMPLATE_AS_VALUE.search(at.text, line.start, line.end)
        if found and found.start(1) < at.place and at.text[line.value : line.value + 1] in "[{":
            return at.begins_with(found.start(1))
    return False


def is_first_character(at: Breakdown) -> bool:
    """A text that begins with a character of YAML's own."""
    if "cannot start any token" in at.problem and at.char:
        return at.begins_with(at.place)
    if re.search(r"scanning an (alias|anchor)", at.context):
        return at.begins_with(at.opened)
    if re.search(r"(sequence|block sequence) entries are not|mapping keys are not", at.problem):
        return at.begins_with(at.place)
    return False


def is_block_header(at: Breakdown) -> bool:
    """A text right behind ``|`` or ``>``."""
    if "scanning a block scalar" not in at.context:
        return False
    if "indentation indicator" in at.problem and at.char == "0":
        return at.say(
            YAML_SYNTAX,
            "a text cannot be indented by 0 spaces",
            at.span(at.place),
            "delete the number, or write one from 1 to 9",
        )
    return at.begins_with(at.opened)


def is_tag(at: Breakdown) -> bool:
    """A tag that YAML itself cannot read."""
    if not re.search(r"\ba tag\b", at.context) and "tag handle" not in at.problem:
        return False
    word = _WORD.match(at.text, at.opened)
    span = at.span(at.opened, len(word[0]) if word else 1)
    return at.say(
        TAG_REFUSED,
        f'the tag "{shorten(span.text)}" means nothing in a storyboard',
        span,
        "delete it, or put the text into quotation marks if its ! belongs to it",
    )


def is_directive(at: Breakdown) -> bool:
    """A line that begins with ``%``."""
    if "incompatible" in at.problem:
        at.findings.version()
        return True
    is_after = "document start" in at.problem and bool(_DIRECTIVE.search(at.text, 0, at.place))
    if not is_after and "directive" not in at.context + at.problem:
        return False
    line = PlainLine(at.source, at.place)
    if at.text[line.start : line.start + 1] != "%":
        return at.say(
            YAML_SYNTAX,
            'expected "---" after the lines that begin with %',
            at.span(at.place),
            'write "---" on a line of its own above, or delete the lines that begin with %',
        )
    return at.say(
        YAML_SYNTAX,
        "a line that begins with % is an instruction to YAML, and this is none that it knows",
        Span(at.source, line.start, line.end),
        "delete it, or put the text into quotation marks if its % belongs to it",
    )


def is_stuck_colon(at: Breakdown) -> bool:
    """A colon right before a bracket, as in ``{looks:[a]}``."""
    if "unexpected ':'" not in at.problem:
        return False
    name = shorten(at.text[at.opened : at.place])
    after = at.place + 1
    return at.say(
        YAML_SYNTAX,
        f'the key "{name}" needs a space after its colon',
        at.span(at.place),
        f'write "{name}: "',
        fix=Fix(Span(at.source, after, after), " "),
    )


def is_byte_order_mark(at: Breakdown) -> bool:
    """A byte order mark where two files were joined."""
    mark = at.text.find("\ufeff", max(at.place - 1, 0), at.place + 1)
    if mark < 0:
        return False
    return at.say(
        FORBIDDEN_CHARACTER,
        "a byte order mark (U+FEFF) stands in the middle of the file",
        at.span(mark),
        FORBIDDEN_HELP,
        fix=Fix(at.span(mark), ""),
    )
