"""Why a text is no YAML, in a writer's words: one diagnostic for one failure of the parser.

The parsers say what they expected; what was meant has to be read from the text. ``_KINDS`` are
asked in turn, the sure ones first.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from storyboard.diagnostics import Source
from storyboard.diagnostics.codes import FORBIDDEN_CHARACTER, YAML_SYNTAX
from storyboard.document import item_errors, line_errors, token_errors
from storyboard.document.breakdown import Breakdown
from storyboard.document.characters import FORBIDDEN_HELP, find_forbidden
from storyboard.document.findings import Findings, shorten
from storyboard.document.plain_scalars import PlainLine

_WORD = re.compile(r"[^\s,\[\]{}]+")
_KINDS: tuple[Callable[[Breakdown], bool], ...] = (
    line_errors.is_other_comment,
    item_errors.is_bullet,
    line_errors.is_key_with_at,
    line_errors.is_below_full_width_key,
    token_errors.is_tag,
    token_errors.is_escape,
    token_errors.is_unclosed_quote,
    token_errors.is_tab,
    token_errors.is_template,
    token_errors.is_first_character,
    token_errors.is_block_header,
    token_errors.is_directive,
    token_errors.is_stuck_colon,
    token_errors.is_byte_order_mark,
    line_errors.is_cut_by_comment,
    line_errors.is_after_quote,
    line_errors.is_after_bracket,
    line_errors.is_missing_key,
    line_errors.is_stuck_bracket,
    line_errors.is_colon_inside,
    line_errors.is_key_below_value,
    line_errors.is_missing_colon,
    line_errors.is_bracket,
    line_errors.is_indentation,
)


def report_breakdown(source: Source, error: Exception, before: Any, findings: Findings) -> None:
    """Report why the parser gave up, as one diagnostic at the place of the mistake.

    ``error`` is what the parser raised, ``before`` the last event it gave, or None.
    """
    forbidden = None
    if getattr(error, "problem_mark", None) is None:
        forbidden = find_forbidden(source)
    if forbidden is not None:
        findings.add(FORBIDDEN_CHARACTER, *forbidden, help=FORBIDDEN_HELP)
        return
    place = _index(getattr(error, "problem_mark", None), source)
    opened = _index(getattr(error, "context_mark", None), source)
    breakdown = Breakdown(
        findings=findings,
        problem=str(getattr(error, "problem", None) or ""),
        context=str(getattr(error, "context", None) or ""),
        place=0 if place is None else place,
        opened=(place or 0) if opened is None else opened,
        before=before,
    )
    if not any(is_kind(breakdown) for is_kind in _KINDS):
        _say_generic(breakdown)


def report_template(source: Source, offset: int, findings: Findings) -> None:
    """Report a template that stands where YAML reads ``{{`` as two mappings."""
    Breakdown(
        findings=findings, problem="", context="", place=offset, opened=offset, before=None
    ).begins_with(offset)


def report_opening(source: Source, offset: int, findings: Findings) -> None:
    """Report a quotation or bracket without an end, which breaks the parse far below it."""
    at = Breakdown(
        findings=findings, problem="", context="", place=offset, opened=offset, before=None
    )
    if source.text[offset] in "[{":
        line_errors.say_open_bracket(at)
    else:
        token_errors.say_unclosed_quote(at)


def report_no_key(source: Source, offset: int, findings: Findings) -> None:
    """Report a line among keys that is none, which breaks the parse in the line below."""
    at = Breakdown(
        findings=findings, problem="", context="", place=offset, opened=offset, before=None
    )
    line_errors.say_without_colon(at, PlainLine(source, offset))


def _index(mark: Any, source: Source) -> int | None:
    return None if mark is None else min(mark.index, len(source.text))


def _say_generic(at: Breakdown) -> None:
    if not at.char:
        at.say(
            YAML_SYNTAX,
            "the file ends too early",
            at.span(at.place),
            "look at its last lines for what is not closed",
        )
        return
    word = _WORD.match(at.text, at.place)
    written = shorten(word[0] if word else at.char)
    at.say(
        YAML_SYNTAX,
        f'"{written}" does not fit here' if written.isprintable() else "this does not fit here",
        at.span(at.place, len(word[0]) if word else 1),
        "look at this line and the one above: indentation, quotation marks, a missing colon",
    )
