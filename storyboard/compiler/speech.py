"""How long a spoken line takes, by published rates of speech.

The counts are estimates from the spelling. Where a spelling does not tell (numbers, hiatus, words
of another script), they err on the low side, so that no line is called too long that is not.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from decimal import Decimal
from functools import cache
from typing import Literal

from msgspec import Struct

from storyboard.values.scripts import BLOCKS, primary, script_of

PAUSE_BEFORE = Decimal("0.3")
"""Seconds before the first line of a shot."""

PAUSE_BETWEEN = Decimal("0.4")
"""Seconds at each change of speaker."""

COMFORTABLE = Decimal("0.75")
"""The part of the rate of reading aloud up to which acted speech is clear."""

Unit = Literal["words", "syllables", "characters", "kana", "blocks"]
"""What is counted; ``blocks`` are those of Hangul."""


class Rate(Struct, frozen=True, kw_only=True):
    """How fast a language is spoken, in units a second.

    Above ``warn`` a line is hurried, above ``error`` it cannot be said; None where no rate of
    reading aloud is published. ``source`` is the publication of the figures.
    """

    language: str
    unit: Unit
    warn: Decimal
    error: Decimal | None
    source: str


class Need(Struct, frozen=True, kw_only=True):
    """The seconds that lines take, pauses included, to a tenth.

    ``comfortable`` is at the rate that is clear, ``least`` at that of reading aloud; None where
    the latter is not known.
    """

    comfortable: float
    least: float | None


_PELLEGRINO = (
    "F. Pellegrino, C. Coupé, E. Marsico, A cross-language perspective on speech information rate, "
    "Language 87(3), 2011"
)
_COUPE = (
    "C. Coupé, Y. M. Oh, D. Dediu, F. Pellegrino, Different languages, similar encoding "
    "efficiency, Science Advances 5(9), 2019"
)


def _read(language: str, syllables: str, source: str) -> Rate:
    """The rate of a language by the published syllables a second of reading aloud."""
    error = Decimal(syllables)
    return Rate(
        language=language,
        unit="syllables",
        warn=COMFORTABLE * error,
        error=error,
        source=f"{source}: {syllables} syllables/s read aloud",
    )


_TABLE = (
    Rate(
        language="en",
        unit="words",
        warn=Decimal("2.4"),
        error=Decimal("3.2"),
        source=(
            "guides to video models: at most 12 words in 5 s, which is 0.75 of 3.2 words/s; "
            f"compare {_PELLEGRINO}: 6.19 syllables/s read aloud"
        ),
    ),
    Rate(
        language="zh",
        unit="characters",
        warn=Decimal(4),
        error=Decimal("5.18"),
        source=f"{_PELLEGRINO}: 5.18 syllables/s read aloud",
    ),
    Rate(
        language="ja",
        unit="kana",
        warn=Decimal(6),
        error=Decimal("7.84"),
        source=f"{_PELLEGRINO}: 7.84 syllables/s read aloud",
    ),
    Rate(
        language="ko",
        unit="blocks",
        warn=Decimal(5),
        error=None,
        source="estimated from the other languages; no rate of reading aloud is used",
    ),
    _read("es", "7.82", _PELLEGRINO),
    _read("fr", "7.18", _PELLEGRINO),
    _read("it", "6.99", _PELLEGRINO),
    _read("de", "5.97", _PELLEGRINO),
    _read("vi", "5.25", _COUPE),
)

RATES: dict[str, Rate] = {rate.language: rate for rate in _TABLE}
"""The rates by the primary subtag of their language; about others nothing can be said."""

_WEIGHTS = {"kana": 167, "hangul": 200, "han": 250}
"""Milliseconds of one character at the rate that is clear, by script."""

_KANJI = 333
"""Milliseconds of a Han character beside kana: two kana."""

_SYLLABLE = 180
"""Milliseconds of a syllable or digit of any other script."""

_ALPHABETS = {"latin", "cyrillic", "greek"}
_VOWELS = frozenset("aeiouyæœøıəαεηιουωаеиоуыэюяієѣ")
_ASCII = re.compile(r"(?P<digits>[0-9]+)|(?P<word>[A-Za-z]+(?:'[A-Za-z]+)*)")
"""What of an ASCII text is spoken; what of any other is, takes milliseconds to compile."""
_SMALL_KANA = frozenset("ぁぃぅぇぉゃゅょゎァィゥェォャュョヮ")


def units_in(text: str, language: str) -> int | None:
    """How much a speaker has to say, in the unit of the language's rate; None without a rate.

    Words are counted one for each two digits or East Asian characters. In the other units a digit
    or character of East Asia is one, in kana two unless it is kana itself (a small one that only
    turns the sound before it is none), and a word of another script counts its syllables.
    """
    rate = RATES.get(primary(language))
    if rate is None:
        return None
    total = 0
    for kind, part in _parts(text):
        if rate.unit == "words":
            total += 1 if kind == "word" else _half(len(part))
        elif kind == "word":
            total += _syllables(part, mute=rate.language == "fr")
        elif rate.unit != "kana":
            total += sum(each not in _SMALL_KANA for each in part)
        else:
            total += sum(_morae(each) for each in part)
    return total


def spoken_seconds(lines: Sequence[tuple[str, str]], language: str) -> Need | None:
    """How long lines take that are spoken one after the other.

    ``lines`` are pairs of speaker and text, in their order. A line in which nothing is said takes
    no time and makes no pause. None without a rate for the language, or where nothing is said.
    """
    rate = RATES.get(primary(language))
    if rate is None:
        return None
    units, pauses, last = 0, PAUSE_BEFORE, None
    for speaker, text in lines:
        count = units_in(text, language)
        if not count:
            continue
        if last is not None and speaker != last:
            pauses += PAUSE_BETWEEN
        units, last = units + count, speaker
    if not units:
        return None
    return Need(
        comfortable=_tenths(pauses + units / rate.warn),
        least=None if rate.error is None else _tenths(pauses + units / rate.error),
    )


def share(text: str) -> int:
    """Roughly how long a text takes to say, in milliseconds, whatever its language.

    Made to divide seconds among texts. Each letter weighs by its own script, so parts of a text
    in several scripts add up.
    """
    parts = list(_parts(text))
    weights = _WEIGHTS
    if any(script_of(each) == "kana" for _, part in parts for each in part):
        weights = {**_WEIGHTS, "han": _KANJI}
    total = 0
    for kind, part in parts:
        if kind == "east":
            total += sum(weights[script_of(each)] for each in part if each not in _SMALL_KANA)
        else:
            total += _SYLLABLE * (len(part) if kind == "digits" else _syllables(part))
    return total


def _parts(text: str) -> Iterator[tuple[str, str]]:
    """What of a text is spoken: its ``digits``, runs of ``east`` characters and each ``word``."""
    if not text.isascii():
        # Accents and invisible marks must not divide words.
        text = "".join(
            each
            for each in unicodedata.normalize("NFKC", text)
            if each.isalnum() or unicodedata.category(each) not in {"Mn", "Mc", "Me", "Cf"}
        )
    pattern = _ASCII if text.isascii() else _pattern()
    for match in pattern.finditer(text):
        yield match.lastgroup or "", match[0]


@cache
def _pattern() -> re.Pattern[str]:
    """What of a text in any script is spoken; made when first asked for."""
    east = "".join(f"{chr(first)}-{chr(last)}" for name in _WEIGHTS for first, last in BLOCKS[name])
    letter = rf"[^\W\d_{east}]"
    return re.compile(
        rf"(?P<digits>\d+)|(?P<east>(?:(?![\W\d_])[{east}])+)"
        rf"|(?P<word>{letter}+(?:['’]{letter}+)*)"
    )


def _syllables(word: str, *, mute: bool = False) -> int:
    """The syllables of a word: groups of vowels, at least one.

    Scripts that do not write all their vowels have a syllable for each two letters. ``mute``
    leaves out a final ``e`` or ``es`` after a consonant, which French does not speak.
    """
    word = word.lower()
    groups, others = 0, 0
    within = False
    for letter in word:
        vowel = _is_vowel(letter)
        if vowel and not within:
            groups += 1
        within = vowel
        if not letter.isascii() and script_of(letter) not in _ALPHABETS and letter.isalnum():
            others += 1
    if mute:
        stem = word.removesuffix("s").removesuffix("e")
        ends_in_e = word.endswith(("e", "es"))
        if ends_in_e and stem[-1:].isalpha() and not _is_vowel(stem[-1]):
            groups -= 1
    return max(1, groups + _half(others))


def _is_vowel(letter: str) -> bool:
    """Whether a letter, in lower case, is a vowel, with or without accents."""
    return letter in _VOWELS or unicodedata.normalize("NFD", letter)[0] in _VOWELS


def _morae(character: str) -> int:
    """How many kana a digit or character of East Asia is read with."""
    if character in _SMALL_KANA:
        return 0
    return 1 if script_of(character) in {"kana", "hangul"} else 2


def _half(count: int) -> int:
    """Half of a count, rounded up."""
    return (count + 1) // 2


def _tenths(seconds: Decimal) -> float:
    """Seconds to a tenth."""
    return float(round(seconds, 1))
