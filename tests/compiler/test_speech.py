"""How long lines take: counts in several scripts, the seconds, and what holds for any text."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storyboard.compiler.speech import RATES, Need, Rate, share, spoken_seconds, units_in

LANGUAGES = st.sampled_from(sorted(RATES))
TEXTS = st.text(
    st.one_of(st.sampled_from("aeioubst es' '’-1é가나海のょーกาमाйאب"), st.characters()),
    max_size=25,
)


@pytest.mark.parametrize("rate", RATES.values(), ids=RATES)
def test_every_rate_has_a_source_and_an_order(rate: Rate) -> None:
    assert RATES[rate.language] is rate
    assert rate.source.strip()
    assert rate.warn > 0
    assert rate.error is None or rate.warn < rate.error


def test_the_languages_with_a_rate() -> None:
    assert set(RATES) == {"en", "zh", "ja", "ko", "es", "fr", "it", "de", "vi"}
    assert [each for each in RATES if RATES[each].error is None] == ["ko"]


@pytest.mark.parametrize(
    ("language", "text", "units"),
    [
        ("en", "", 0),
        ("en", "… — !", 0),
        ("en", "don't stop, the sea-wall is gone.", 7),
        ("en", "don’t", 1),
        ("en", "in 1950", 3),
        ("en", "cafe\u0301 cafés", 2),
        ("en", "say 你好", 2),
        ("en-GB", "Light the lamp", 3),
        ("zh", "你好，世界！", 4),
        ("zh-Hant", "你好 Mara", 4),
        ("zh", "一九五〇", 4),
        ("ja", "うみ", 2),
        ("ja", "海を", 3),
        ("ja", "きょう", 2),
        ("ja", "きって", 3),
        ("ja", "ｶﾞｰﾄﾞ", 3),
        ("ko", "바다를 봐.", 4),
        ("ko", "\u1107\u1161\u1103\u1161", 2),
        ("es", "la casa blanca", 5),
        ("es", "¿qué tal?", 2),
        ("fr", "une table", 2),
        ("fr", "l'eau", 1),
        ("fr", "je l’ai aidé", 4),
        ("it", "buongiorno", 3),
        ("de", "Straße für Mädchen", 5),
        ("de", "psst", 1),
        ("vi", "nghiêng người", 2),
    ],
)
def test_units(language: str, text: str, units: int) -> None:
    assert units_in(text, language) == units


def test_no_rate_no_number() -> None:
    assert units_in("море", "ru") is None
    assert spoken_seconds([("Mara", "море")], "ru") is None


@pytest.mark.parametrize(
    ("language", "lines", "need"),
    [
        # 12 words: 5 s and 3.75 s, and the pause before.
        ("en", [("mara", "one two three four five six " * 2)], Need(comfortable=5.3, least=4.0)),
        # 2 words and a change of speaker.
        ("en", [("mara", "go"), ("tom", "no")], Need(comfortable=1.5, least=1.3)),
        ("en", [("mara", "go"), ("mara", "on")], Need(comfortable=1.1, least=0.9)),
        ("en", [("m", "go"), ("t", "no"), ("m", "go")], Need(comfortable=2.4, least=2.0)),
        ("en", [("m", "go"), ("t", "…"), ("m", "go")], Need(comfortable=1.1, least=0.9)),
        ("zh", [("m", "你好世界")], Need(comfortable=1.3, least=1.1)),
        ("ko", [("m", "바다를본다")], Need(comfortable=1.3, least=None)),
    ],
)
def test_seconds(language: str, lines: list[tuple[str, str]], need: Need) -> None:
    assert spoken_seconds(lines, language) == need


@pytest.mark.parametrize("lines", [[], [("mara", "…")], [("mara", "")]])
def test_silence_needs_nothing(lines: list[tuple[str, str]]) -> None:
    assert spoken_seconds(lines, "en") is None


@given(TEXTS, TEXTS, LANGUAGES)
def test_more_text_never_takes_less_time(text: str, added: str, language: str) -> None:
    for longer in (text + added, added + text):
        assert (units_in(longer, language) or 0) >= (units_in(text, language) or 0)
        assert share(longer) >= share(text)


@given(st.lists(st.tuples(st.sampled_from("abc"), TEXTS), max_size=5), TEXTS, LANGUAGES)
def test_more_lines_never_take_less_time(
    lines: list[tuple[str, str]], added: str, language: str
) -> None:
    need, more = (spoken_seconds(each, language) for each in (lines, [*lines, ("d", added)]))
    if need is None:
        return
    assert more is not None
    assert more.comfortable >= need.comfortable > 0
    if need.least is not None:
        assert more.least is not None
        assert need.least <= more.least <= more.comfortable


@given(TEXTS, TEXTS)
def test_shares_of_sentences_add_up(one: str, two: str) -> None:
    if not any("\u3041" <= each <= "\u30ff" or each > "\uff00" for each in one + two):
        assert share(f"{one}. {two}") == share(one) + share(two)


@pytest.mark.parametrize(
    ("text", "milliseconds"),
    [
        ("", 0),
        ("…\U000f0000", 0),
        ("la casa", 540),
        ("hmm", 180),
        ("молоко", 540),
        ("大海", 500),
        ("海を", 500),
        ("うみ", 334),
        ("바다", 400),
        ("1950", 720),
        ("ทะเล", 360),
        ("大海 Mara", 860),
    ],
)
def test_shares(text: str, milliseconds: int) -> None:
    assert share(text) == milliseconds
