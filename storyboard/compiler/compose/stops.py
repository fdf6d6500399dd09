"""How sentences end: the full stop of each script, and joints between what two people wrote."""

from __future__ import annotations

import re

from storyboard.compiler.resolve.mentions import is_unspaced
from storyboard.compiler.words import stop_for

_ENDS = frozenset(".!?…。！？؟।॥｡．")
_CLOSERS = "\"'”’»›」』】）)] "
_LOOSE = " ,;:，；：、،؛–—"
_OPEN_ENDS = "".join(_ENDS) + _LOOSE
_WIDE = frozenset("。、，．！？：；…」』】）")
_SPEECH_QUOTES = re.compile('["“”„«»「」『』]')
_BRACKETS = str.maketrans("[]{}", "()()")


def ended(text: str) -> tuple[str, str]:
    """A text without what its writer left open at its end, and the stop that closes it.

    ``She waits`` gives ``She waits`` and ``.``; ``smiling,`` gives ``smiling`` and ``.``. A text
    that ends in a stop, inside closing quotation marks or not, stays as it is and needs none.
    """
    if text[-1:] in _ENDS or text.rstrip(_CLOSERS)[-1:] in _ENDS:
        return text, ""
    body = text.rstrip(_LOOSE)
    return (body, stop_for(body)) if body else (text, "")


def gap(before: str, after: str) -> str:
    """What stands between two sentences: a space, unless their script has none."""
    last, first = before[-1:], after[:1]
    if not last or not first:
        return ""
    is_closed = last in _WIDE or is_unspaced(last)
    return "" if is_closed and (is_unspaced(first) or not first.isascii() or first == "[") else " "


def as_line(text: str) -> str:
    """A spoken line without the marks that would end its quotation."""
    return text if text.isalnum() else _SPEECH_QUOTES.sub("'", text)


def as_speaker(text: str) -> str:
    """A label or tone that can stand between the brackets of a speaker."""
    return as_line(text.translate(_BRACKETS)).strip().rstrip(_OPEN_ENDS)


def is_sentence_start(text: str, at: int) -> bool:
    """Whether a sentence begins at an offset of a text."""
    before = text[:at].rstrip(_CLOSERS + "“‘«\"'(（「『")[-1:]
    return not before or before in _ENDS


def capital(text: str) -> str:
    """The text with its first letter as sentences begin: a digraph has but one capital."""
    return text[:1].title() + text[1:]
