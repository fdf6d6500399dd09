"""Who is in the frame though the words do not name them."""

from __future__ import annotations

from collections.abc import Callable

import pytest

Say = Callable[..., list[str]]

CAST = """
language: en
characters:
  mara: {frontal: front.png, references: [side.png]}
  pim: {description: a boy}
  sue: {description: a girl}
props: {lantern: {description: a brass lantern}}
"""


@pytest.mark.parametrize(
    ("shot", "said"),
    [
        ("{prompt: They rest., cast: [pim]}", "Pim: a boy. With Pim. They rest."),
        (
            "{prompt: They rest., cast: [pim, mara, lantern]}",
            (
                "Pim: a boy. The lantern: a brass lantern. With Pim, @Element1 and the lantern. "
                "They rest."
            ),
        ),
        # Who is named needs no second word.
        ('{prompt: "@pim rests.", cast: [pim]}', "Pim: a boy. Pim rests."),
        (
            '{prompt: "@pim rests.", cast: [sue, pim]}',
            "Sue: a girl. Pim: a boy. With Sue. Pim rests.",
        ),
        ('{prompt: Rain., cast: [pim], light: "on @pim"}', "Pim: a boy. Rain. Light: on Pim."),
        # A speaker is in the picture, a voice is not.
        (
            '{prompt: Rain., cast: [pim], dialogue: [{pim: "No."}]}',
            'Pim: a boy. Rain. [Pim]: "No."',
        ),
        (
            '{prompt: Rain., cast: [pim], dialogue: [{pim: {line: "No.", off: true}}]}',
            'Pim: a boy. With Pim. Rain. [Pim, off screen]: "No."',
        ),
        ("{prompt: Rain., cast: []}", "Rain."),
    ],
)
def test_a_cast_is_named_unless_the_words_do(shot: str, said: str, say: Say) -> None:
    assert say(f"{CAST}defaults: {{audio: true}}\nscenes: [{{shots: [{shot}]}}]\n") == [said]


def test_the_cast_of_a_beat_counts_before_that_of_the_shot(say: Say) -> None:
    assert say(
        CAST
        + """
scenes:
  - shots:
      - duration: 28s
        cast: [sue]
        beats:
          - {prompt: Rain., duration: 14s, cast: [pim]}
          - {prompt: Wind., duration: 14s}
"""
    ) == ["Pim: a boy. With Pim. Rain.", "Sue: a girl. Pim: a boy. With Sue and Pim. Wind."]


def test_who_appeared_before_is_carried_into_a_later_part(say: Say) -> None:
    assert say(
        CAST
        + """
scenes:
  - shots:
      - duration: 28s
        beats:
          - {prompt: "@mara lifts @lantern.", duration: 14s}
          - {prompt: She turns., duration: 14s}
"""
    ) == [
        "The lantern: a brass lantern. @Element1 lifts the lantern.",
        "The lantern: a brass lantern. With @Element1 and the lantern. She turns.",
    ]


@pytest.mark.parametrize("cast", ["shot", "beat"])
def test_an_empty_cast_carries_nobody(cast: str, say: Say) -> None:
    shot, beat = ("cast: []", "") if cast == "shot" else ("", ", cast: []")
    assert say(
        CAST
        + f"""
scenes:
  - shots:
      - duration: 28s
        {shot}
        beats:
          - {{prompt: "@mara waits.", duration: 14s}}
          - {{prompt: Rain falls on stones., duration: 14s{beat}}}
"""
    ) == ["@Element1 waits.", "Rain falls on stones."]


def test_a_beat_has_its_own_camera_and_sound(say: Say) -> None:
    assert say("""
scenes:
  - shots:
      - duration: 28s
        camera: slow push in
        sound: surf
        beats:
          - {prompt: Rain falls, duration: 14s, camera: tilt up, sound: drops}
          - {prompt: Wind rises., duration: 9s}
          - {prompt: Gulls cry., duration: 5s, camera: pan}
""") == [
        "Rain falls. Camera: tilt up. Sound: drops.",
        "Slow push in. Wind rises. Gulls cry. Camera: pan. Sound: surf.",
    ]
