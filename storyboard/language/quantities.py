"""What is counted: seconds of a shot and of a film, money, the number of a take.

Each mistake is told what to write in the reader's own numbers.
"""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Annotated

from storyboard.diagnostics.codes import BAD_DURATION, BAD_MONEY, BAD_NUMBER
from storyboard.document.nodes import Scalar
from storyboard.document.phrases import described
from storyboard.language.leaves import leaf, refuse
from storyboard.language.number_words import number_in_words, plain_words, seconds_in_words
from storyboard.values.units import Money, parse_seconds

MAX_SHOT = 600
"""The longest shot that is read, in seconds: the tool's own bound, far above any request."""

_CLOCK = re.compile(r"(?:([0-9]{1,2}):)?([0-9]{1,3}):([0-9]{2})(?:[.,]0+)?")
_RANGE = re.compile(
    r"([1-9][0-9]{0,3}) ?s?(?:-|–|—|to|\.\.|…|/| or )[ ]?([1-9][0-9]{0,3}) ?(?:s|sec.*)?"
)
_GUESSED = re.compile(r"frames?|^[^\w+]|about|around|approx|ca\b|circa|roughly|max")
"""What says that the seconds are no exact ones."""


def _meant_seconds(written: str, example: str) -> tuple[str, str]:
    """What to write where somebody wrote a duration in another way, and the fix if it is sure."""
    text = plain_words(written).strip("[](){}").removesuffix(" long")
    if (either := _RANGE.fullmatch(text)) is not None:
        return f"write {either[1]}s or {either[2]}s", ""
    if (clock := _CLOCK.fullmatch(text)) is not None:
        hours, minutes, rest = (int(part or 0) for part in clock.groups())
        seconds: Decimal | None = Decimal(hours * 3600 + minutes * 60 + rest)
    else:
        seconds = seconds_in_words(text)
    if not seconds:
        return f"write a whole number with or without s, for example {example}", ""
    whole = round(seconds, 3).__floor__()
    if whole != round(seconds, 3):
        return (f"write {whole}s or {whole + 1}s" if whole else "write 1s"), ""
    return f"write {whole}s", "" if _GUESSED.search(text) else f"{whole}s"


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
_THOUSANDS = re.compile(r"(?<=[0-9])[.,'’_ ](?=[0-9]{3}(?![0-9]))")
_CURRENCIES = {"€": "EUR", "£": "GBP", "¥": "JPY", "eur": "EUR", "gbp": "GBP", "jpy": "JPY"}


def _meant_money(written: str) -> str:
    """An amount as it is written here; of an unknown currency in US dollars, as prices are."""
    text = plain_words(written)
    found = _SUM.search(_THOUSANDS.sub("", text))
    amount = found[0].replace(",", ".") if found is not None else _amount_in_words(text)
    currency = next((code for sign, code in _CURRENCIES.items() if sign in text), "USD")
    return f"{amount or 25} {currency}"


def _amount_in_words(text: str) -> int | None:
    """The amount that the words before a currency say, as in ``twenty-five dollars``."""
    words = text.split()
    said = (number_in_words(" ".join(words[:end])) for end in range(len(words), 0, -1))
    return next((number for number in said if number), None)


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
            f"write take: {number_in_words(plain_words(scalar)) or 2}",
        )
    return int(scalar)


Take = Annotated[int, *leaf(_read_take, "the number of a take", {"type": "integer", "minimum": 1})]
