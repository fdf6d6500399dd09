"""What is counted: seconds of a shot and of a film, money, the number of a take.

Each mistake is told what to write in the reader's own numbers.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Annotated

from storyboard.diagnostics.codes import BAD_DURATION, BAD_MONEY, BAD_NUMBER
from storyboard.document.nodes import Scalar
from storyboard.document.phrases import described
from storyboard.language.leaves import leaf, refuse
from storyboard.values.units import Money, parse_seconds

MAX_SHOT = 600
"""The longest shot that is read, in seconds: the tool's own bound, far above any request."""

_FRACTION = re.compile(r"([0-9]{1,6})[.,]([0-9]+) ?(?:s|sec|secs|seconds?)?", re.IGNORECASE)
_CLOCK = re.compile(r"(?:([0-9]{1,2}):)?([0-9]{1,3}):([0-9]{2})(?:[.,]0+)?")
_UNITS = re.compile(
    r"(?:([0-9]{1,3}) ?m(?:in|ins|inutes?)?)?[ ]?"
    r"(?:([0-9]{1,6}) ?(?:s|secs?|sec\.|seconds?|″|\")?)?",
    re.IGNORECASE,
)


def _meant_seconds(written: str, example: str) -> tuple[str, str]:
    """What to write where somebody wrote a duration in another way, and the fix if it is sure."""
    text = unicodedata.normalize("NFKC", written[:40]).strip()
    seconds = 0
    units = _UNITS.fullmatch(text) if text else None
    if (part := _FRACTION.fullmatch(text)) is not None:
        seconds = int(part[1])
        if int(part[2]):
            return (f"write {seconds}s or {seconds + 1}s" if seconds else "write 1s"), ""
    elif (clock := _CLOCK.fullmatch(text)) is not None:
        seconds = int(clock[1] or 0) * 3600 + int(clock[2]) * 60 + int(clock[3])
    elif units is not None:
        seconds = int(units[1] or 0) * 60 + int(units[2] or 0)
    if not seconds:
        return f"write a whole number with or without s, for example {example}", ""
    return f"write {seconds}s", f"{seconds}s"


def _read_seconds(scalar: Scalar) -> int:
    seconds = parse_seconds(scalar)
    if seconds is None:
        raise refuse(
            BAD_DURATION,
            f"expected whole seconds, found {described(scalar)}",
            *_meant_seconds(scalar, "4s"),
        )
    if not 1 <= seconds <= MAX_SHOT:
        raise refuse(
            BAD_DURATION,
            f"{seconds} seconds are outside the 1 to {MAX_SHOT} of a shot",
            "shorten it, or write several shots"
            if seconds
            else "leave the shot out with skip: true",
        )
    return seconds


Seconds = Annotated[
    int,
    *leaf(
        _read_seconds,
        "whole seconds",
        {
            "anyOf": [
                {"type": "integer", "minimum": 1, "maximum": MAX_SHOT},
                {"type": "string", "pattern": "^[0-9]+ ?(s|sec|seconds?)?$"},
            ]
        },
    ),
]


def _read_film_seconds(scalar: Scalar) -> int:
    seconds = parse_seconds(scalar)
    if not seconds:
        raise refuse(
            BAD_DURATION,
            f"expected whole seconds above 0, found {described(scalar)}",
            *_meant_seconds(scalar, "120s"),
        )
    return seconds


FilmSeconds = Annotated[
    int,
    *leaf(
        _read_film_seconds,
        "whole seconds",
        {
            "anyOf": [
                {"type": "integer", "minimum": 1},
                {"type": "string", "pattern": "^[0-9]+ ?(s|sec|seconds?)?$"},
            ]
        },
    ),
]


_SUM = re.compile(r"[0-9]+(?:[.,][0-9]{1,2})?")
_CURRENCIES = {"€": "EUR", "£": "GBP", "¥": "JPY", "eur": "EUR", "gbp": "GBP", "jpy": "JPY"}


def _meant_money(written: str) -> str:
    """An amount as it is written here; of an unknown currency in US dollars, as prices are."""
    text = unicodedata.normalize("NFKC", written[:40]).casefold()
    found = _SUM.search(text)
    if found is None:
        return "25 USD"
    currency = next((code for sign, code in _CURRENCIES.items() if sign in text), "USD")
    return f"{found[0].replace(',', '.')} {currency}"


def _read_money(scalar: Scalar) -> Money:
    money = Money.parse(scalar)
    if money is None:
        raise refuse(
            BAD_MONEY,
            f"expected an amount with its currency, found {described(scalar)}",
            f'write "{_meant_money(scalar)}"',
        )
    return money


Amount = Annotated[
    Money,
    *leaf(
        _read_money,
        "an amount such as 25 USD",
        {"type": "string", "pattern": r"^[0-9]+(\.[0-9]+)? ?[A-Z]{3}$"},
    ),
]


def _read_take(scalar: Scalar) -> int:
    if not re.fullmatch(r"[1-9][0-9]{0,5}", scalar):
        raise refuse(
            BAD_NUMBER,
            f"expected the number of a take, 1 or more, found {described(scalar)}",
            "write a whole number, for example take: 2",
        )
    return int(scalar)


Take = Annotated[int, *leaf(_read_take, "the number of a take", {"type": "integer", "minimum": 1})]
