"""Where texts are divided: a table to read, and what holds for every text."""

from __future__ import annotations

from collections.abc import Callable
from time import thread_time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from storyboard.compiler.split.sentences import clauses, sentences, words

# A bar stands where the text is divided.
SENTENCES = [
    "She climbs. |The lamp is out!  |Is it? |Yes.",
    "Dr. Smith waits at 3.14 metres in St. Ives. |Then he goes.",
    'She said "Go. Now." and left. |He stayed.',
    '"Go!" she cried. |He went.',
    "“Stop. Wait.” |He ran.",
    "«Non. Jamais.» |Il part.",
    "他走了。|她说：「走。快！」|真的？|好。",
    "वह गया। |वह आई।",
    "هل ذهب؟ |نعم.",
    "One line\nof two. \n\n|Another.",
    "\U000f0000 climbs. |\U000f0001 waits.",
    "He says 'Go. Now.' and goes. |She stays.",
]
CLAUSES = [
    "She climbs, |slowly; |he waits — |below.",
    'He says: "It is out."',
    "他走了，|她来了、|好",
    "It is 3,14 or 1:30.",
    '"One, two," |he counts.',
]
WORDS = [
    "She |climbs |the |don't-care |stair.",
    '"It is out," |she |says.',
    "他|走|了。|「好。」|塔",
    "\U000f0000's |lamp",
    "e\u0301t\u0301 |x",
    "家\U000e0100|家",
    "ไ\u0e1b|\u0e01\u0e34",
]


@pytest.mark.parametrize("row", SENTENCES)
def test_sentences_of_many_languages(row: str) -> None:
    assert sentences(row.replace("|", "")) == row.split("|")


@pytest.mark.parametrize("row", CLAUSES)
def test_clauses(row: str) -> None:
    assert clauses(row.replace("|", "")) == row.split("|")


@pytest.mark.parametrize("row", WORDS)
def test_words(row: str) -> None:
    assert words(row.replace("|", "")) == row.split("|")


ANYTHING = st.text(
    st.sampled_from("aB. !?,;:—\n\"'“”‘’«»「」()走。，\u0301\u200d\ufe0f\U000f0000ไเ3")
    | st.characters(exclude_categories=["Cs"]),
    max_size=80,
)


@pytest.mark.parametrize(
    "row",
    ["“Go away. |Never come back.” |He left.", '"Go! |Now!" |She left.', "「走。|快！」|好。"],
)
def test_an_opened_quotation_is_divided_between_its_sentences(row: str) -> None:
    assert sentences(row.replace("|", ""), opened=True) == row.split("|")


@settings(deadline=None, max_examples=300)
@given(ANYTHING, st.booleans())
def test_nothing_is_lost_and_no_stretch_is_blank(text: str, opened: bool) -> None:
    for divide in (sentences, clauses, words):
        stretches = divide(text, opened=opened)
        assert "".join(stretches) == text
        assert all(stretch.strip() for stretch in stretches) or not text.strip()


@settings(deadline=None, max_examples=30)
@given(
    st.lists(
        st.sampled_from(["He goes up. ", "Dr. Smith waits! ", "走了。 ", "“Go. Now.” "]), min_size=1
    )
)
def test_a_long_text_has_the_sentences_of_its_paragraphs(spoken: list[str]) -> None:
    assert sentences("".join(spoken * 200)) == spoken * 200


@pytest.mark.parametrize("unit", ["Go. ", "( Go. “", "'a", "word ", "走。", "‘a", "a, ", '" Go. '])
def test_no_text_makes_more_work_than_its_length(unit: str) -> None:
    short, long = unit * 5_000, unit * 40_000
    for divide in (sentences, clauses, words):
        assert seconds_for(divide, long) < 40 * seconds_for(divide, short) + 0.1


def seconds_for(divide: Callable[[str], list[str]], text: str) -> float:
    start = thread_time()
    divide(text)
    return thread_time() - start
