"""The words of prompts: complete in every language, and chosen by language or script."""

from __future__ import annotations

import subprocess
import sys
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import fields

from storyboard.compiler.words import WORDS, Words, is_known, language_of, stop_for, words_of
from storyboard.values.scripts import BLOCKS, script_of

SAMPLES = {
    "en": "The sea, Zoë.",
    "zh": "她看着大海。",
    "ja": "彼女は海を見る。",
    "ko": "바다를 본다.",
    "ru": "Она смотрит на море.",
    "el": "Κοιτάζει τη θάλασσα.",
    "ar": "تنظر إلى البحر.",
    "hi": "वह समुद्र को देखती है।",
    "th": "เธอมองทะเล",
}
LANGUAGES = {"en", "zh", "ja", "ko", "es", "pt", "de", "fr", "it", "hi", "ru", "ar", "el", "th"}
NO_LETTERS = st.text(st.characters(categories=["Nd", "No", "P", "Z", "S", "Mn", "Co"]), max_size=20)


def test_each_language_has_its_words() -> None:
    assert set(WORDS) == LANGUAGES
    assert all(words.language == language for language, words in WORDS.items())


@pytest.mark.parametrize("words", WORDS.values(), ids=WORDS)
def test_no_word_is_missing(words: Words) -> None:
    for field in fields(words):
        value = getattr(words, field.name)
        if field.name == "stop":
            assert bool(value) == (words.language != "th")
        elif field.name == "space":
            assert bool(value) == (words.language not in {"zh", "ja"})
        else:
            assert value.strip()
        slots = 1 if field.name in {"style_of", "with_people"} else 0
        assert value.count("{}") == slots
        assert value.count("{") == value.count("}") == slots


@pytest.mark.parametrize("words", WORDS.values(), ids=WORDS)
def test_no_part_brings_a_stop(words: Words) -> None:
    """What is composed ends in one stop, and sentences are divided by something."""
    assert not words.with_people.endswith((".", "。", "।"))
    assert words.stop + words.space


@pytest.mark.parametrize("language", SAMPLES)
def test_words_are_written_in_the_script_of_their_language(language: str) -> None:
    words = WORDS[language]
    labels = words.place + words.camera + words.light + words.sound + words.narrator
    assert language_of(labels) == language
    assert stop_for(SAMPLES[language]) == words.stop


@pytest.mark.parametrize(("language", "text"), SAMPLES.items())
def test_a_text_is_known_by_its_script(language: str, text: str) -> None:
    assert language_of(text) == language
    assert words_of(None, text) is WORDS[language]


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("", "en"),
        ("1950!", "en"),
        ("１９５０。", "en"),
        ("\U000f0000\U0010fffd", "en"),
        ("\U000f0000\U000f0001\U000f0002 海", "zh"),
        ("カメラ", "ja"),
        ("海の東京大学", "ja"),
        ("ｶﾒﾗ", "ja"),
        ("OK海岸", "zh"),
        ("The sign says 海の家 in the rain.", "en"),
        ("Kling 拍摄大海和灯塔", "zh"),
        ("ＡＢＣ", "en"),
        ("שלום", "en"),
        ("大韓 바다를 본다", "ko"),
    ],
)
def test_most_letters_decide(text: str, language: str) -> None:
    assert language_of(text) == language


@given(st.text(max_size=30), NO_LETTERS)
def test_only_letters_tell_the_language(text: str, added: str) -> None:
    assert language_of(text + added) == language_of(added + text) == language_of(text)
    assert stop_for(text + added) == stop_for(text)


@given(st.text(max_size=30))
def test_every_text_has_words(text: str) -> None:
    assert words_of(None, text) is words_of("xx", text) is WORDS[language_of(text)]


@pytest.mark.parametrize("tag", ["en", "EN", "en-GB", "en_US", " en-Latn-GB "])
def test_a_language_is_known_by_its_primary_subtag(tag: str) -> None:
    assert is_known(tag)
    assert words_of(tag, "大海") is WORDS["en"]


@pytest.mark.parametrize("tag", ["", "xx", "eng", "tlh-Latn"])
def test_other_languages_go_by_the_script(tag: str) -> None:
    assert not is_known(tag)
    assert words_of(tag, "大海") is WORDS["zh"]


@pytest.mark.parametrize(
    ("text", "stop"),
    [
        ("", "."),
        ("12", "."),
        ("She says 你好", "。"),
        ("她说“hello”", "."),
        ("海を見る」", "。"),
        ("바다", "."),
        ("البحر", "."),
        ("समुद्र है", "।"),
        ("ทะเลดี", ""),
        ("ທະເລ", ""),
        ("សមុទ្រ", ""),
        ("ပင်လယ်", ""),
        ("Море", "."),
    ],
)
def test_the_last_letter_tells_the_stop(text: str, stop: str) -> None:
    assert stop_for(text) == stop


def test_blocks_do_not_overlap() -> None:
    spans = sorted(span for spans in BLOCKS.values() for span in spans)
    assert all(first <= last for first, last in spans)
    assert all(one[1] < two[0] for one, two in pairwise(spans))
    for name, blocks in BLOCKS.items():
        assert {script_of(chr(point)) for span in blocks for point in span} == {name}
    assert script_of(" ") == script_of("\U0010fffd") == script_of("א") == ""


def test_the_modules_load_nothing_heavy() -> None:
    code = (
        "import sys, storyboard.compiler.words, storyboard.compiler.speech\n"
        "print({'yaml', 'pydantic', 'click', 'PIL'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"
