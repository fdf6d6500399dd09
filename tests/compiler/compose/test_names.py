"""Who has no picture is words: introduced once, and called by a label."""

from __future__ import annotations

from collections.abc import Callable

import pytest

Say = Callable[..., list[str]]


# Labels and articles


def test_a_proper_name_is_written_as_one(say: Say) -> None:
    assert say("""
characters: {old_man: {description: a fisherman of 80}, ann-marie: {description: his wife}}
scenes: [{shots: ["@old_man waits. @{old_man}'s hand shakes near @ann-marie."]}]
""") == [
        (
            "Old Man: a fisherman of 80. Ann-marie: his wife. "
            "Old Man waits. Old Man's hand shakes near Ann-marie."
        )
    ]


def test_a_prop_has_its_article_in_english(say: Say) -> None:
    assert say("""
language: en
props: {lantern: {description: a brass lantern}}
scenes: [{shots: ["She lifts @lantern. @lantern glows."]}]
""") == ["The lantern: a brass lantern. She lifts the lantern. The lantern glows."]


@pytest.mark.parametrize(
    "before", ["her", "a", "the", "no", "Tom's", "Tom’s", "this", "every", "their"]
)
def test_a_word_that_stands_for_the_article_is_enough(before: str, say: Say) -> None:
    assert say(f"""
language: en
props: {{lantern: {{description: a brass lantern}}}}
scenes: [{{shots: ["She lifts {before} @lantern."]}}]
""") == [f"The lantern: a brass lantern. She lifts {before} lantern."]


@pytest.mark.parametrize("language", ["", "language: es"])
def test_no_article_is_added_where_no_english_is_asked_for(language: str, say: Say) -> None:
    assert say(f"""
{language}
props: {{lantern: {{description: a brass lantern}}}}
scenes: [{{shots: ["She lifts @lantern. @lantern glows."]}}]
""") == ["Lantern: a brass lantern. She lifts lantern. Lantern glows."]


def test_a_label_of_the_writer_is_taken_as_it_is(say: Say) -> None:
    assert say("""
language: en
characters: {tom: {description: a man, label: the man}}
props: {lantern: {description: a brass lantern, label: grandma's lamp}}
scenes: [{shots: ["@tom lifts @lantern. Here @tom stops."]}]
""") == [
        (
            "The man: a man. Grandma's lamp: a brass lantern. "
            "The man lifts grandma's lamp. Here the man stops."
        )
    ]


# Introductions


def test_who_is_named_is_introduced_before_the_action(say: Say) -> None:
    assert say("""
characters: {mara: {description: a keeper}, pim: {description: a boy}}
scenes: [{shots: [{prompt: "@pim meets @mara. @pim bows.", size: wide, light: dim}]}]
""") == ["Wide. Pim: a boy. Mara: a keeper. Pim meets Mara. Pim bows. Light: dim."]


def test_a_description_that_begins_with_the_name_needs_no_label(say: Say) -> None:
    assert say("""
characters: {tom: {description: "tom, a man of 50"}, ann: {description: "Annabel, his wife"}}
scenes: [{shots: ["@tom meets @ann."]}]
""") == ["Tom, a man of 50. Ann: Annabel, his wife. Tom meets Ann."]


def test_whom_a_description_names_is_introduced_too(say: Say) -> None:
    assert say("""
characters:
  ann: {description: the wife of @tom}
  tom: {description: the brother of @sue}
  sue: {description: a girl}
scenes: [{shots: ["@ann laughs."]}]
""") == ["Ann: the wife of Tom. Tom: the brother of Sue. Sue: a girl. Ann laughs."]


def test_descriptions_that_name_each_other_come_to_an_end(say: Say) -> None:
    assert say("""
characters:
  ann: {description: the sister of @bob}
  bob: {description: the brother of @ann}
  eve: {description: "@eve of the hill"}
scenes: [{shots: ["@bob sings.", "@eve sings."]}]
""") == [
        "Bob: the brother of Ann. Ann: the sister of Bob. Bob sings.",
        "Eve of the hill. Eve sings.",
    ]


def test_a_description_may_name_somebody_with_a_picture(say: Say) -> None:
    assert say("""
characters:
  ann: {description: the sister of @mara}
  mara: {frontal: front.png, references: [side.png]}
scenes: [{shots: ["@ann sings."]}]
""") == ["Ann: the sister of @Element1. Ann sings."]


def test_who_has_a_picture_is_not_introduced(say: Say) -> None:
    assert say("""
characters: {mara: {description: a keeper, frontal: front.png, references: [side.png]}}
scenes: [{shots: ["@mara climbs. @{mara}'s hand shakes."]}]
""") == ["@Element1 climbs. @Element1's hand shakes."]


def test_who_has_a_picture_is_words_where_the_target_takes_none(say: Say) -> None:
    assert say(
        """
language: en
characters: {mara: {description: a keeper, frontal: front.png, references: [side.png]}}
scenes: [{location: pier, shots: ["@mara climbs to @pier."]}]
locations: {pier: {description: a wooden pier, image: set.png}}
""",
        "fal/kling-v2.6-pro-text-to-video",
    ) == ["Place: a wooden pier. Mara: a keeper. Mara climbs to the pier."]


# Looks


LOOKS = """
characters:
  mara:
    description: a keeper in her sixties
    frontal: front.png
    references: [side.png]
    looks:
      wet: {description: soaked to the skin}
      gown: {description: in a gown, frontal: side.png, references: [front.png]}
  pim:
    description: a boy of eight.
    looks: {coat: {description: in a yellow coat}}
"""


def test_a_look_without_a_picture_is_said_of_the_tag(say: Say) -> None:
    said = 'scenes: [{shots: ["@mara.wet runs."]}]'
    assert say(LOOKS + said) == ["@Element1: soaked to the skin. @Element1 runs."]


def test_a_look_with_a_picture_of_its_own_needs_no_words(say: Say) -> None:
    assert say(LOOKS + 'scenes: [{shots: ["@mara.gown runs."]}]') == ["@Element1 runs."]


def test_a_look_of_words_follows_the_description(say: Say) -> None:
    assert say(LOOKS + 'scenes: [{looks: {pim: coat}, shots: ["@pim runs."]}]') == [
        "Pim: a boy of eight; in a yellow coat. Pim runs."
    ]
