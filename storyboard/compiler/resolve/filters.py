"""How templates show values, and the filters that they may use."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

from storyboard.compiler.resolve.traced_text import changed, joined, trimmed

MAX_TEXT = 20_000
"""Code points of one text, before and after its template: the tool's own bound."""

_MAX_ITEMS = 100
_CLOSED = tuple(".!?…。！？؟।")
_QUOTES = "”»」\"'"


def shown(value: object) -> str:
    """A variable's value as texts show it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        return ", ".join(shown(item) for item in value)
    return str(value)


def closed(value: Any) -> str:
    """A text with a full stop at its end, unless punctuation is there, in quotes or not."""
    text = trimmed(shown(value))
    return text if not text or text.rstrip(_QUOTES).endswith(_CLOSED) else text + "."


def sentence(value: Any) -> str:
    """A text as a sentence: its first letter upper case, a full stop at its end."""
    return changed(closed(value), lambda text: text[:1].upper() + text[1:])


def text_filters() -> dict[str, Callable[[Any], str]]:
    """The filters that make a text of a text, and need nothing else."""
    return {
        "lower": lambda value: changed(shown(value), str.lower),
        "upper": lambda value: changed(shown(value), str.upper),
        "title": lambda value: changed(shown(value), str.title),
        "capitalize": lambda value: changed(shown(value), str.capitalize),
        "trim": lambda value: trimmed(shown(value)),
        "closed": closed,
        "sentence": sentence,
    }


@cache
def all_filters() -> dict[str, Callable[..., Any]]:
    """Every filter that a template may use, by its name."""
    return {
        **text_filters(),
        "length": len,
        "first": lambda value: next(iter(value), ""),
        "last": lambda value: value[-1] if value else "",
        "join": _join,
        "replace": _replace,
        "default": _default,
    }


def _bounded(text: str) -> str:
    if len(text) > MAX_TEXT:
        raise ValueError(f"a text of more than {MAX_TEXT:,} characters")
    return text


def _replace(value: Any, old: str, new: str) -> str:
    text = shown(value)
    if len(text) + (text.count(str(old)) + 1) * len(str(new)) > MAX_TEXT * 4:
        raise ValueError(f"a text of more than {MAX_TEXT:,} characters")
    return _bounded(changed(text, lambda said: said.replace(str(old), str(new))))


def _join(value: Any, between: str = "") -> str:
    return _bounded(joined((shown(item) for item in list(value)[:_MAX_ITEMS]), str(between)))


def _default(value: Any, other: Any = "") -> Any:
    return other if type(value).__name__ == "StrictUndefined" else value
