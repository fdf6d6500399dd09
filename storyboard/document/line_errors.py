"""Mistakes between tokens: the parser knows only what it expected, and the line tells the rest.

Each function knows one kind of mistake; it reports it and is true, or is false.
"""

from __future__ import annotations

import re
from typing import Any

from yaml.events import ScalarEvent

from storyboard.diagnostics import Fix, Label, Span
from storyboard.diagnostics.codes import BAD_KEY, UNCLOSED_QUOTATION, UNQUOTED_TEXT, YAML_SYNTAX
from storyboard.document.breakdown import Breakdown, on_one_line
from storyboard.document.findings import OTHER_COMMENT, shorten
from storyboard.document.item_errors import (
    LONG_DASH,
    columns_above,
    is_among_keys,
    is_item_astray,
    is_item_beside,
    is_without_dash,
    say_long_dash,
    say_stuck_dash,
    say_wrong_dash,
    spaces,
)
from storyboard.document.plain_scalars import (
    COMMENT,
    CUT,
    PlainLine,
    is_in_flow,
    line_before,
    quote_fix,
    quoted,
    requoted,
    text_end,
)

_FULL_WIDTH_KEY = re.compile(r"([A-Za-z_-]+)([ ]?：[ ]*)")
_STUCK_BRACKET = re.compile(r"([^\W\d][\w-]*)([ ]?[:：]?[ ]?)([{\[])")
_ODD_SPACE = re.compile(r"([\w-]+:)([\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000])")
_KEY_WITH_AT = re.compile(r"@([^\W\d][\w-]*)[ ]*:(?=[ \t]|$)", re.MULTILINE)
_LINES_OF_A_TEXT = 50
_TWO_MARKS = len("''''")


def is_cut_by_comment(at: Breakdown) -> bool:
    """A text that a ``#`` has ended, where the text was meant to go on in the lines below."""
    for place in dict.fromkeys((at.opened, at.place)):
        line = PlainLine(at.source, place)
        for _ in range(_LINES_OF_A_TEXT):
            above = line_before(at.source, line)
            if line.dashed or line.key is not None or above is None:
                break
            cut = CUT.search(at.text, above.value, above.end)
            is_plain = at.text[above.value : above.value + 1] not in set("\"'|>[{")
            if cut is not None and is_plain and line.indent > above.column:
                fix = quote_fix(
                    at.source, above.value, text_end(at.source, above.value, in_flow=False)
                )
                is_sure = COMMENT.search(fix.span.text) is None
                return at.say(
                    UNQUOTED_TEXT,
                    "a # with a space before it begins a comment, which ends the text here",
                    at.span(cut.start(1), len(cut[1].rstrip())),
                    f"write {on_one_line(fix.text)}"
                    if is_sure
                    else "put the whole text into quotation marks, without the comment",
                    fix=fix if is_sure else None,
                )
            line = above
    return False


def is_other_comment(at: Breakdown) -> bool:
    """A line that begins as comments do elsewhere: ``//``, ``<!--``, ``/*``, ``;``, ``--``."""
    line = PlainLine(at.source, at.place)
    if line.dashed or OTHER_COMMENT.match(at.text, line.key_start, line.end) is None:
        return False
    at.findings.other_comment(line.key_start)
    return True


def is_key_with_at(at: Breakdown) -> bool:
    """A name with its ``@`` where a key declares it, or says who speaks."""
    line = PlainLine(at.source, at.place)
    found = _KEY_WITH_AT.match(at.text, line.key_start, line.end)
    if at.char != "@" or found is None or at.place != line.key_start:
        return False
    return at.say(
        YAML_SYNTAX,
        f'the key "@{found[1]}" has an @, which stands only in texts',
        at.span(at.place),
        f"write {found[1]}:",
        fix=Fix(Span(at.source, *found.span()), f"{found[1]}:"),
    )


def is_below_full_width_key(at: Breakdown) -> bool:
    """A key with a full-width colon, which is a text to YAML, on the line above."""
    above = line_before(at.source, PlainLine(at.source, at.place))
    if above is None or _FULL_WIDTH_KEY.match(at.text, above.key_start, above.end) is None:
        return False
    return say_without_colon(at, above)


def is_after_quote(at: Breakdown) -> bool:
    """Text after a quotation's end, or a quotation that ended too late."""
    before: Any = at.before
    line = PlainLine(at.source, at.place)
    is_scalar = isinstance(at.before, ScalarEvent)
    if not at.char or not is_scalar:
        return False
    start, end = before.start_mark.index, before.end_mark.index
    if not before.style and not before.value and line.key_start < at.place:
        # A quoted text that looked like a key: the parser has given it an empty value.
        start = line.key_start
        end = start + len(at.text[start : at.place].rstrip(" \t"))
    mark = at.text[end - 1 : end]
    if mark not in ('"', "'") or not (before.style or at.text[start] == mark):
        return False
    if at.text[end : at.place].strip(" \t") or at.char in ":,]}":
        return False
    if getattr(before, "anchor", None) or getattr(before, "tag", None):
        start = at.text.find(mark, start, end)
    line = PlainLine(at.source, start)
    if end > line.end:
        return at.say(
            UNCLOSED_QUOTATION,
            "the quotation that begins here ends lines below, where another should begin",
            at.span(start),
            f"write {mark} at the end of the text",
            labels=(Label(at.span(end - 1), "it ends here"),),
        )
    in_flow = is_in_flow(at.text, line, start)
    if in_flow and at.char in "\"'":
        return _missing_comma(at, end)
    if not in_flow and OTHER_COMMENT.match(at.text, at.place) is not None:
        at.findings.other_comment(at.place)
        return True
    stop = text_end(at.source, at.place, in_flow=in_flow)
    whole = at.text[start:stop]
    mended = quoted(whole) if at.char == whole[0] else requoted(whole)
    if whole.startswith("''") and whole.endswith("''") and len(whole) > _TWO_MARKS:
        mended = quoted(whole[2:-2])
    return at.say(
        UNQUOTED_TEXT,
        "there is text after the closing quotation mark",
        Span(at.source, at.place, max(stop, at.place + 1)),
        f"write {on_one_line(mended)}, the whole text in quotation marks",
        fix=Fix(Span(at.source, start, stop), mended),
    )


def is_after_bracket(at: Breakdown) -> bool:
    """Text after a closing bracket or an alias, with which the text was meant to begin."""
    line = PlainLine(at.source, at.place)
    before = at.before
    if before is None or not at.char or before.end_mark.index < line.value:
        return False
    opening = at.text[line.value : line.value + 1] or " "
    is_after = not at.text[before.end_mark.index : at.place].strip(" \t")
    if not is_after or opening not in "[{*" or line.value >= at.place:
        return False
    if is_in_flow(at.text, line, at.place):
        return False
    if at.char in "]}":
        return at.say(
            YAML_SYNTAX,
            f"a {at.char} that closes nothing",
            at.span(at.place),
            "delete it",
            fix=Fix(at.span(at.place), ""),
        )
    return at.begins_with(line.value)


def is_missing_key(at: Breakdown) -> bool:
    """A colon at the beginning of a line, or after a bracket or comma."""
    line = PlainLine(at.source, at.place)
    written = at.text[line.start : at.place].rstrip()
    if at.char != ":" or not (at.place == line.key_start or written.endswith(("{", "[", ","))):
        return False
    return at.say(
        BAD_KEY,
        "an entry without a key",
        at.span(at.place),
        'write its key before the colon, or "" where the key is empty',
    )


def is_colon_inside(at: Breakdown) -> bool:
    """A colon and a blank in the middle of a text."""
    if at.char != ":" or at.text[at.place + 1 : at.place + 2] not in ("", " ", "\t", "\n", "\r"):
        return False
    line = PlainLine(at.source, at.place)
    if "flow" in at.context:
        start = max(at.text.rfind(mark, line.start, at.place) for mark in (": ", ", ", "[", "{"))
        if start < at.opened:
            return False
        start += 1 + (at.text[start + 1] == " ")
        in_flow = True
    elif line.key is not None and line.value <= at.place:
        start, in_flow = line.value, False
    else:
        return False
    return _quote_colon(at, start, text_end(at.source, start, in_flow=in_flow))


def _quote_colon(at: Breakdown, start: int, end: int) -> bool:
    fix = quote_fix(at.source, start, end)
    return at.say(
        UNQUOTED_TEXT,
        'a text with ": " in it needs quotation marks',
        at.span(at.place),
        f"write {on_one_line(fix.text)}",
        fix=fix,
    )


def is_key_below_value(at: Breakdown) -> bool:
    """A key where the line above has begun a text, which it seems to continue."""
    if "mapping values" not in at.problem:
        return False
    line = PlainLine(at.source, at.place)
    above = line_before(at.source, line)
    if above is None or line.key is None:
        return False
    if above.key is None:
        return say_without_colon(at, above)
    if is_item_astray(at, line, above):
        return True
    words = at.text[line.key_start : at.place]
    if " " in words.strip() and line.column > above.column and not line.dashed:
        end = text_end(at.source, line.key_start, in_flow=False, column=above.column)
        return _quote_colon(at, above.value, end)
    return at.say(
        YAML_SYNTAX,
        f'the key "{shorten(words.strip())}" stands below "{shorten(above.key)}",'
        " which has a value already",
        at.span(line.key_start, len(words)),
        f'begin it in column {above.column + 1}, below "{shorten(above.key)}",'
        " or put the text above into quotation marks if this belongs to it",
        labels=(Label(at.span(above.key_start, len(above.key)), "this has a value"),),
    )


def is_missing_colon(at: Breakdown) -> bool:
    """A line among keys that is none, or a bracket that is still open below it."""
    if "not find expected ':'" not in at.problem:
        return False
    if at.text[at.opened : at.opened + 1] in tuple("[{"):
        return say_open_bracket(at)
    return say_without_colon(at, PlainLine(at.source, at.opened))


def say_open_bracket(at: Breakdown) -> bool:
    opening, closing, what = ("[", "]", "list")
    if at.text[at.opened] == "{":
        opening, closing, what = ("{", "}", "mapping")
    line = PlainLine(at.source, at.opened)
    if (cut := CUT.search(at.text, at.opened, line.end)) is not None and closing in cut[1]:
        return at.say(
            UNQUOTED_TEXT,
            f"a # with a space before it begins a comment, and the {closing} is a part of it",
            at.span(cut.start(1), len(cut[1].rstrip())),
            "put the text with the # into quotation marks",
        )
    return at.say(
        YAML_SYNTAX,
        f"the {opening} that opens here has no {closing}",
        at.span(at.opened),
        f"write {closing} at the end of the {what}",
    )


def say_without_colon(at: Breakdown, line: PlainLine) -> bool:
    """Report a line that is no key, although keys stand around it."""
    start = line.key_start
    written = at.text[start : line.end].rstrip()
    if written.startswith("-") and not written.startswith("--"):
        return say_stuck_dash(at, start)
    long_dash = LONG_DASH.match(written)
    if long_dash is not None and not is_among_keys(at, line):
        return say_long_dash(at, start, long_dash)
    if (space := _ODD_SPACE.match(written)) is not None:
        place = start + space.start(2)
        return at.say(
            YAML_SYNTAX,
            f'the space behind "{space[1]}" is no plain one (U+{ord(space[2]):04X}), and YAML takes'
            " it for a letter",
            at.span(place),
            "type a space in its place",
            fix=Fix(at.span(place), " "),
        )
    if OTHER_COMMENT.match(written) is not None:
        at.findings.other_comment(start)
        return True
    if (full_width := _FULL_WIDTH_KEY.match(written)) is not None:
        place = start + full_width.end(1)
        return at.say(
            YAML_SYNTAX,
            f'the key "{full_width[1]}" is followed by a full-width colon, which YAML takes for a'
            " letter",
            at.span(place, len(full_width[2])),
            f'write "{full_width[1]}: "',
            fix=Fix(at.span(place, len(full_width[2])), ": "),
        )
    key, _, rest = written.partition(":")
    if rest and not rest[0].isspace() and key and " " not in key:
        place = start + len(key) + 1
        return at.say(
            YAML_SYNTAX,
            f'the key "{shorten(key)}" needs a space after its colon',
            at.span(place - 1),
            f'write "{shorten(key)}: "',
            fix=Fix(Span(at.source, place, place), " "),
        )
    return at.say(
        YAML_SYNTAX,
        f'expected a key with a colon, found "{shorten(written)}"',
        at.span(start, len(written)),
        'write ": " after the key, or indent the line if it continues the text above',
    )


def is_stuck_bracket(at: Breakdown) -> bool:
    """A key without a space, or without its colon, before the bracket of its value."""
    line = PlainLine(at.source, at.place)
    found = _STUCK_BRACKET.match(at.text, line.key_start, at.place)
    if found is None or found[2] == ": ":
        return False
    key = shorten(found[1])
    wrong = "a colon and a space" if ":" not in found[2] else "a space after its colon"
    return at.say(
        YAML_SYNTAX,
        f'the key "{key}" needs {wrong} before the {found[3]}',
        at.span(found.end(1), max(len(found[2]), 1)),
        f'write "{key}: {found[3]}"',
        fix=Fix(at.span(found.end(1), len(found[2])), ": "),
    )


def _missing_comma(at: Breakdown, end: int) -> bool:
    return at.say(
        YAML_SYNTAX,
        "expected a comma between two items",
        at.span(at.place),
        "write a comma before it",
        fix=Fix(Span(at.source, end, end), ","),
    )


def is_bracket(at: Breakdown) -> bool:
    """A list or mapping in brackets that goes wrong."""
    if "flow" not in at.context:
        if "node content" not in at.problem or at.char not in tuple(",]}"):
            return False
        return at.begins_with(at.place)
    opening = at.text[at.opened : at.opened + 1]
    here, there = PlainLine(at.source, at.place), PlainLine(at.source, at.opened)
    if opening in tuple("[{") and (
        not at.char or (here.start != there.start and here.indent <= there.indent)
    ):
        return say_open_bracket(at)
    if at.char in tuple("]}"):
        return at.say(
            YAML_SYNTAX,
            f"a {at.char} where {'a ]' if at.char == '}' else 'a }'} was expected",
            at.span(at.place),
            "close the bracket that was opened last first",
            labels=(Label(at.span(at.opened), "this is open"),) if opening in "[{" else (),
        )
    if "node content" in at.problem:
        return at.say(
            YAML_SYNTAX,
            "expected a value before this",
            at.span(at.place),
            "write the value, or delete the comma",
        )
    end = at.opened + len(at.text[at.opened : at.place].rstrip())
    return _missing_comma(at, end)


def is_indentation(at: Breakdown) -> bool:
    """A line that is indented as no other, or stands among lines of another kind."""
    line = PlainLine(at.source, at.place)
    if not at.char or at.text[line.start : at.place].strip(" "):
        return False
    column = at.place - line.start
    if at.opened < line.start and column == at.opened - PlainLine(at.source, at.opened).start:
        is_item = line.dashed or at.text.startswith("-", at.place)
        if line.key is None and not line.dashed:
            return say_without_colon(at, line)
        if is_item != line.dashed:
            return say_stuck_dash(at, at.place)
        if say_wrong_dash(at, PlainLine(at.source, at.opened)):
            return True
        return at.say(
            YAML_SYNTAX,
            f"{'an item of a list' if is_item else 'a key'} stands among "
            + ("the keys of a mapping" if "mapping" in at.context else "the items of a list"),
            at.span(at.place),
            "indent the list below its key, or give it a key"
            if is_item
            else "write - before it, or indent it as the keys that it belongs to",
            labels=(Label(at.span(at.opened), "which begin here"),),
        )
    above = line_before(at.source, line)
    if (above is not None and is_item_astray(at, line, above)) or is_without_dash(at, line):
        return True
    columns = columns_above(at.source, line)
    if not columns or column in columns:
        return False
    if is_item_beside(at, line):
        return True
    return at.say(
        YAML_SYNTAX,
        f"this line is indented by {spaces(column)}, which fits no line above,"
        f" expected {' or '.join(map(str, sorted(columns)))}",
        Span(at.source, line.start, max(at.place, line.start + 1)),
        "begin the line below the first letter of a line that it belongs with",
    )
