"""Every prompt says where it is."""

from __future__ import annotations

from collections.abc import Callable

import pytest

Say = Callable[..., list[str]]

CAST = """
language: en
locations:
  shore: {description: "a cove of black rocks,", label: the cove}
  pier: {description: a wooden pier}
  tower: {description: a stone tower, image: set.png}
"""


@pytest.mark.parametrize(
    ("shot", "said"),
    [
        # Neither names a place: it is the scene's.
        ("{prompt: Rain.}", "Place: a cove of black rocks. Rain."),
        ("{prompt: Rain., location: pier}", "Place: a wooden pier. Rain."),
        ("{prompt: Rain., location: none}", "Rain."),
        # The place of a picture is named once.
        ("{prompt: Rain., location: tower}", "Place: @Image1. Rain."),
        ('{prompt: "Rain on @tower.", location: tower}', "Rain on @Image1."),
        # The words of a place are said before it is called by its label.
        ('{prompt: "Rain on @shore."}', "Place: a cove of black rocks. Rain on the cove."),
        ('{prompt: "Rain on @pier.", location: pier}', "Place: a wooden pier. Rain on the pier."),
        # The last place that is named counts.
        ('{prompt: "She goes to @pier."}', "Place: a wooden pier. She goes to the pier."),
        ('{prompt: "She goes to @tower."}', "She goes to @Image1."),
        (
            '{prompt: "From @tower she goes to @pier."}',
            "Place: a wooden pier. From @Image1 she goes to the pier.",
        ),
        (
            '{prompt: "From @shore to @pier."}',
            "Place: a wooden pier. The cove: a cove of black rocks. From the cove to the pier.",
        ),
        ('{prompt: "Up @tower.", location: none}', "Up @Image1."),
    ],
)
def test_a_shot_is_where_its_writer_says(shot: str, said: str, say: Say) -> None:
    assert say(f"{CAST}scenes: [{{location: shore, shots: [{shot}]}}]\n") == [said]


def test_each_part_of_a_shot_is_where_the_shot_has_come_to(say: Say) -> None:
    assert say(
        CAST
        + """
scenes:
  - location: shore
    shots:
      - duration: 42s
        cast: []
        beats:
          - {prompt: Rain falls., duration: 14s}
          - {prompt: "She enters @tower.", duration: 14s}
          - {prompt: Wind rises., duration: 14s}
"""
    ) == [
        "Place: a cove of black rocks. Rain falls.",
        "She enters @Image1.",
        "Place: @Image1. Wind rises.",
    ]


def test_whom_the_description_of_a_place_names_is_introduced(say: Say) -> None:
    assert say("""
characters: {tom: {description: an old man}}
locations: {pier: {description: a pier that @tom built}}
scenes: [{location: pier, shots: [Rain.]}]
""") == ["Place: a pier that Tom built. Tom: an old man. Rain."]
