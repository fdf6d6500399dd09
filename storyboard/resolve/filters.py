"""How templates show values, and the filters that they may use."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache, lru_cache
from typing import Any

LONGEST_TEXT = 20_000
"""Code points of one text, before and after its template: the tool's own bound."""

_MOST_ITEMS = 100
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
    text = shown(value)
    # A prompt is said once; to remember it would push out what is said often.
    return _closed(text) if len(text) <= 60 else _closed.__wrapped__(text)


@lru_cache(maxsize=1024)  # films say the same sizes, moves and styles in shot after shot
def _closed(text: str) -> str:
    text = text.strip()
    return text if not text or text.rstrip(_QUOTES).endswith(_CLOSED) else text + "."


def sentence(value: Any) -> str:
    """A text as a sentence: its first letter upper case, a full stop at its end."""
    text = closed(value)
    return text[:1].upper() + text[1:]


def text_filters() -> dict[str, Callable[[Any], str]]:
    """The filters that make a text of a text, and need nothing else."""
    return {
        "lower": lambda value: shown(value).lower(),
        "upper": lambda value: shown(value).upper(),
        "title": lambda value: shown(value).title(),
        "capitalize": lambda value: shown(value).capitalize(),
        "trim": lambda value: shown(value).strip(),
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
    if len(text) > LONGEST_TEXT:
        raise ValueError(f"a text of more than {LONGEST_TEXT:,} characters")
    return text


def _replace(value: Any, old: str, new: str) -> str:
    text = shown(value)
    if len(text) + (text.count(str(old)) + 1) * len(str(new)) > LONGEST_TEXT * 4:
        raise ValueError(f"a text of more than {LONGEST_TEXT:,} characters")
    return _bounded(text.replace(str(old), str(new)))


def _join(value: Any, between: str = "") -> str:
    return _bounded(str(between).join(shown(item) for item in list(value)[:_MOST_ITEMS]))


def _default(value: Any, other: Any = "") -> Any:
    return other if type(value).__name__ == "StrictUndefined" else value
