"""Numbers and stretches of time that somebody wrote in English words, for what help says.

Nothing is read so: a storyboard's numbers are digits, and these words only tell what was meant.
Most runs need none of it, so its patterns are compiled where they are used.
"""

from __future__ import annotations

import re
import unicodedata
from decimal import Decimal

from storyboard.diagnostics.look_alikes import as_seen

_SMALL = str.split(
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen "
    "sixteen seventeen eighteen nineteen",
)
_TENS = str.split("twenty thirty forty fifty sixty seventy eighty ninety")
_NUMBERS = {
    **{word: value for value, word in enumerate(_SMALL)},
    **{word: 10 * at for at, word in enumerate(_TENS, 2)},
    "a": 1,
    "an": 1,
    "hundred": 100,
}
_SECONDS: dict[str, Decimal | int] = {
    "ms msec millisecond milliseconds": Decimal("0.001"),
    "frame frames f": Decimal(1) / 24,
    "s sec secs second seconds сек секунд секунды 秒 초 sekunde sekunden segundos secondes ″ ''": 1,
    "m min mins minute minutes 分 분 мин minuten minutos ′": 60,
    "h hr hour hours": 3600,
}
_UNITS = {unit: Decimal(each) for units, each in _SECONDS.items() for unit in units.split()}
_ABOUT = r"^(?:about|around|ca\.?|circa|approx\.?|roughly|max\.?|[~≈+<>=])[ ]*"
_HALF = r"\bhalf(?: an?)?\b"
_PIECE = (
    r"(?P<number>[0-9]+(?:[.,][0-9]+)?|[a-z]+(?:[ -][a-z]+)?)[ ]?(?P<unit>[^\W\d_]+\.?|[″′]|'')?"
)


def plain_words(written: str) -> str:
    """The first letters of a text as numbers are looked for: folded, without invisible signs."""
    text = unicodedata.normalize("NFKC", as_seen(written[:60])).casefold()
    return " ".join(text.split())


def number_in_words(words: str) -> int | None:
    """The number that English words say, as ``twenty-five`` does; None where they say none."""
    total = 0
    for word in re.split(r"[ -]+", words.strip()):
        value = _NUMBERS.get(word)
        if value is None:
            return None
        total = total * 100 if word == "hundred" and total else total + value
    return total


def seconds_in_words(written: str) -> Decimal | None:
    """The seconds that a text says in numbers or words with units; None where it says none."""
    text = re.sub(_HALF, "0.5", re.sub(_ABOUT, "", plain_words(written)))
    total, end = Decimal(0), 0
    while end < len(text):
        found = re.compile(_PIECE).match(text, end)
        if found is None:
            return None
        number, unit = found["number"], (found["unit"] or "s").rstrip(".")
        if number[0].isdigit():
            value: Decimal | None = Decimal(number.replace(",", "."))
        else:
            value, unit = _said(number, unit, bare=found["unit"] is None)
        if value is None or unit not in _UNITS:
            return None
        total += value * _UNITS[unit]
        end = found.end()
        end += len(text[end:]) - len(text[end:].removeprefix(" and").lstrip(" ,"))
    return total


def _said(words: str, unit: str, *, bare: bool) -> tuple[Decimal | None, str]:
    """A number in words and its unit; the unit may be the second of the words."""
    first, _, second = words.partition(" ")
    if bare and second in _UNITS:
        words, unit = first, second
    number = number_in_words(words)
    return (None if number is None else Decimal(number)), unit
