"""The map of a prompt: its rows tile it, and each points to where its words were written."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

import pytest

Compose = Callable[..., Any]

CAST = """language: en
vars: {weather: a rising storm, name: keeper, both: Rain falls. Wind rises.}
defaults: {audio: true}
characters:
  mara: {frontal: front.png, references: [side.png]}
  pim: {description: a boy of eight}
props: {lantern: {description: a brass lantern}}
locations:
  shore: {description: a cove of black rocks}
"""
LINES = CAST.count("\n") + 1
"""The lines of a film before what a test adds, the first line included."""


def places(made: Any) -> list[tuple[str, int, int]]:
    """The words of each row that was written by somebody, with their line and column."""
    return [(row.words, *row.place[1:]) for rows in made.maps for row in rows if row.place]


def test_every_row_is_of_the_file_that_was_written(compose: Compose) -> None:
    made = compose(CAST + 'scenes: [{location: shore, shots: ["@mara waits for @pim."]}]')
    assert {row.place[0] for row in made.maps[0] if row.place} == {"film.yaml"}


def test_each_row_says_of_what_kind_its_words_are(compose: Compose) -> None:
    made = compose(
        CAST
        + """style: 35mm film
scenes:
  - location: shore
    shots:
      - prompt: "@mara meets @pim."
        duration: 8s
        size: wide
        camera: push in
        cast: [lantern]
        dialogue: [{pim: Hi.}]
        narration: Long ago.
        light: dim
        sound: surf
"""
    )
    assert [tuple(row[:3]) for row in made.maps[0] if row.kind != "glue"] == [
        ("Wide", "framing", "size"),
        ("push in", "framing", "camera"),
        ("a cove of black rocks", "framing", "location"),
        ("The lantern: ", "introduction", "lantern"),
        ("a brass lantern", "introduction", "lantern"),
        ("Pim: ", "introduction", "pim"),
        ("a boy of eight", "introduction", "pim"),
        ("the lantern", "introduction", "lantern"),
        ("@Element1 meets Pim.", "action", "prompt"),
        ('[Pim]: "Hi."', "line", "pim"),
        ('[Narrator, off screen]: "Long ago."', "line", "narrator"),
        ("dim", "framing", "light"),
        ("surf", "framing", "sound"),
        ("35mm film", "framing", "style"),
    ]
    assert [row.words for row in made.maps[0] if row.kind == "glue" and row.words.strip(". ")] == [
        ", ",
        ". Place: ",
        ". With ",
        " Immediately, ",
        " Light: ",
        ". Sound: ",
    ]


def test_the_rows_tile_the_prompt(compose: Compose) -> None:
    made = compose(CAST + FILM_OF_EVERYTHING)
    assert len(made.prompts) > 4
    for prompt, rows in zip(made.prompts, made.maps, strict=True):
        assert "".join(row.words for row in rows) == prompt
        assert all(row.words for row in rows)
        assert all((row.kind == "glue") <= (row.place is None) for row in rows)
        assert all(row.place for row in rows if row.kind in ("action", "line"))


FILM_OF_EVERYTHING = """style: "like @shore, 35mm"
scenes:
  - location: shore
    shots:
      - {prompt: "@mara waits.", cast: [pim, lantern]}
      - duration: 40s
        narration: It was late. Nobody slept. The sea was cold.
        dialogue: [{pim: {line: "@mara?", tone: low}}]
        prompt: "@mara climbs in {{ weather }}. @pim turns. @lantern swings. Rain. Wind."
      - duration: 28s
        beats:
          - {prompt: "@mara waits.", camera: tilt, cast: [pim]}
          - {prompt: Rain., sound: drops, dialogue: [{pim: Ha.}]}
      - {duration: 20s, prompt: 雨が降る。, light: 暗い}
"""


# Where the words stand


@pytest.mark.parametrize(
    ("written", "line", "column"),
    [
        ("Rain falls.", 0, 13),
        ('"Rain falls."', 0, 14),
        ("'Rain falls.'", 0, 14),
        ("|\n      Rain falls.\n", 1, 7),
        (">-\n      Rain\n      falls.\n", 1, 7),
        ("|\n\n      Rain falls.\n", 2, 7),
        ('"  Rain falls."', 0, 16),
        ("'  Rain falls.'", 0, 16),
        ('"\\n \\u0020Rain falls."', 0, 23),
        ('"\n      Rain falls."', 1, 7),
    ],
    ids=[
        "plain",
        "double",
        "single",
        "literal",
        "folded",
        "literal-after-a-gap",
        "spaces",
        "spaces-in-single",
        "escapes",
        "lines",
    ],
)
def test_a_text_is_where_its_first_word_is(
    written: str, line: int, column: int, compose: Compose
) -> None:
    made = compose(f"{CAST}scenes:\n- shots:\n  - prompt: {written}\n")
    assert places(made) == [("Rain falls.", LINES + 3 + line, column)]


def test_a_text_after_a_comment_and_wide_letters_is_counted_in_characters(compose: Compose) -> None:
    made = compose("scenes: # 場面\n- {title: 雨の夜, shots: [{prompt: 雨が降る。}]}\n")
    assert places(made) == [("雨が降る。", 3, 33)]


def test_a_field_is_where_its_value_is(compose: Compose) -> None:
    made = compose(
        CAST
        + """scenes:
  - shots:
      - prompt: "@mara walks to @pim."
        light: "dim"
        dialogue:
          - mara: {tone: low, line: "Hello."}
"""
    )
    first = LINES + 3
    assert places(made) == [
        ("a boy of eight", 7, 22),
        ("@Element1 walks to Pim.", first, 18),
        ('[@Element1, low]: "Hello."', first + 3, 38),
        ("dim", first + 1, 17),
    ]


def divided(made: Any) -> list[tuple[str, int, int]]:
    """The places of the prose of a divided shot, part by part."""
    return [
        (row.words, *row.place[1:]) for rows in made.maps for row in rows if row.kind == "action"
    ]


FIRST = LINES + 3


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        (
            '"Rain falls. Wind rises."',
            [("Rain falls.", FIRST, 14), ("Wind rises.", FIRST, 26)],
        ),
        # Mentions are longer or shorter in the file than in the prompt.
        (
            '"@mara waits. @pim comes."',
            [("@Element1 waits.", FIRST, 14), ("Pim comes.", FIRST, 27)],
        ),
        (
            '"The @lantern of @mara glows. The wind is cold."',
            [("The lantern of @Element1 glows.", FIRST, 14), ("The wind is cold.", FIRST, 43)],
        ),
        # Variables, too.
        (
            '"{{ weather }} comes. The sea is cold."',
            [("a rising storm comes.", FIRST, 14), ("The sea is cold.", FIRST, 35)],
        ),
        # Which of two equal sentences it is.
        (
            '"Rain falls. Rain falls."',
            [("Rain falls.", FIRST, 14), ("Rain falls.", FIRST, 26)],
        ),
        # Blocks.
        (
            "|\n      Rain falls.\n      Wind rises.\n",
            [("Rain falls.", FIRST + 1, 7), ("Wind rises.", FIRST + 2, 7)],
        ),
        (
            ">-\n      Rain\n      falls. Wind\n      rises.\n",
            [("Rain falls.", FIRST + 1, 7), ("Wind rises.", FIRST + 2, 14)],
        ),
        (
            '"Rain falls.\n    Wind rises."',
            [("Rain falls.", FIRST, 14), ("Wind rises.", FIRST + 1, 5)],
        ),
        # Escapes.
        (
            '"Rain \\u2014 falls. Wind rises."',
            [("Rain — falls.", FIRST, 14), ("Wind rises.", FIRST, 33)],
        ),
        (
            "'Rain''s fall. Wind rises.'",
            [("Rain's fall.", FIRST, 14), ("Wind rises.", FIRST, 28)],
        ),
    ],
    ids=["plain", "mention-first", "mentions", "variable", "equal", "literal", "folded", "lines",
         "escape", "quote"],
)  # fmt: skip
def test_a_later_part_is_where_its_own_first_word_is(
    written: str, expected: list[tuple[str, int, int]], compose: Compose
) -> None:
    made = compose(
        f"{CAST}scenes:\n- shots:\n  - prompt: {written}\n    duration: 28s\n    cast: []\n"
    )
    assert divided(made) == expected


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        (
            '"The sea is cold. {{ weather|capitalize }} comes."',
            [("The sea is cold.", FIRST, 14), ("A rising storm comes.", FIRST, 31)],
        ),
        (
            '"The sea is cold. The {{ name }} comes."',
            [("The sea is cold.", FIRST, 14), ("The keeper comes.", FIRST, 31)],
        ),
        (
            "|\n      Rain falls. Wind\n      rises.\n",
            [("Rain falls.", FIRST + 1, 7), ("Wind rises.", FIRST + 1, 19)],
        ),
        (
            '"{% if weather %}The storm is near. {% endif %}The storm is here."',
            [("The storm is near.", FIRST, 14), ("The storm is here.", FIRST, 60)],
        ),
        (
            '"The sea is cold. {# The keeper is here. #} The keeper comes."',
            [("The sea is cold.", FIRST, 14), ("The keeper comes.", FIRST, 57)],
        ),
        (
            '"@mara waits. {{ both }}"',
            [("@Element1 waits. Rain falls.", FIRST, 14), ("Wind rises.", FIRST, 27)],
        ),
        (
            '"{{ name }}が来る。@maraが待つ。"',
            [("keeperが来る。", FIRST, 14), ("@Element1が待つ。", FIRST, 28)],
        ),
    ],
    ids=[
        "variable-first",
        "variable-soon",
        "line-break-within",
        "condition",
        "comment",
        "of-one-variable",
        "unspaced",
    ],
)
def test_a_later_part_is_found_though_the_file_has_other_words(
    written: str, expected: list[tuple[str, int, int]], compose: Compose
) -> None:
    made = compose(
        f"{CAST}scenes:\n- shots:\n  - prompt: {written}\n    duration: 28s\n    cast: []\n"
    )
    assert divided(made) == expected


def test_the_sentences_of_a_narration_are_found_in_it(compose: Compose) -> None:
    made = compose(
        CAST
        + """scenes:
- shots:
  - prompt: "Rain falls. Wind rises."
    duration: 28s
    narration: "It was late. Nobody slept."
"""
    )
    said = [row for rows in made.maps for row in rows if row.kind == "line"]
    assert [(row.words, *row.place[1:]) for row in said] == [
        ('[Narrator, off screen]: "It was late."', FIRST + 2, 17),
        ('[Narrator, off screen]: "Nobody slept."', FIRST + 2, 30),
    ]


def test_a_sentence_that_is_said_again_is_marked_and_is_where_it_was_written(
    compose: Compose,
) -> None:
    made = compose(CAST + 'scenes:\n- shots:\n  - {prompt: "@mara waits.", duration: 28s}\n')
    rows = [row for rows in made.maps for row in rows if row.kind == "action"]
    assert [(row.carried, row.place[1:]) for row in rows] == [
        (False, (FIRST, 15)),
        (True, (FIRST, 15)),
    ]


def test_who_is_carried_is_marked(compose: Compose) -> None:
    made = compose(
        CAST
        + """scenes:
- shots:
  - duration: 28s
    beats: [{prompt: "@mara lifts @lantern.", duration: 14s}, {prompt: Rain., duration: 14s}]
"""
    )
    carried = [(row.words, row.field) for row in made.maps[1] if row.kind == "carry"]
    assert carried == [("@Element1", "mara"), ("the lantern", "lantern")]


@pytest.mark.parametrize("seed", range(12))
def test_words_are_found_to_the_column_wherever_they_are_cut(seed: int, compose: Compose) -> None:
    """Sentences of random words, mentions and variables in one long text, divided into parts."""
    chance = random.Random(seed)
    words = ["rain", "wind", "sea", "stone", "@mara", "@lantern", "{{ weather }}", "of", "the"]
    sentences = [
        f"Now {number} {' '.join(chance.choices(words, k=chance.randint(1, 7)))}."
        for number in range(chance.randint(4, 9))
    ]
    text = " ".join(sentences)
    made = compose(f'{CAST}scenes:\n- shots:\n  - prompt: "{text}"\n    duration: 42s\n')
    found = [row for rows in made.maps for row in rows if row.kind == "action" and not row.carried]
    assert len(found) > 2
    for row in found:
        number = row.words.split()[1]
        assert row.place[1:] == (FIRST, 14 + text.index(f"Now {number} "))
