"""Where two people's words meet there is one stop, whatever each of them left at its end."""

from __future__ import annotations

from collections.abc import Callable

import pytest

Say = Callable[..., list[str]]


def test_a_stop_that_is_there_is_not_doubled(say: Say) -> None:
    assert say("""
characters: {tom: {description: "Tom, 50."}}
scenes:
  - shots: [{prompt: "@tom waves.", light: "Dim.", sound: "Wind!", size: "Wide."}]
""") == ["Wide. Tom, 50. Tom waves. Light: Dim. Sound: Wind!"]


def test_what_is_left_open_is_closed(say: Say) -> None:
    assert say("""
style: "35mm film, muted teal;"
characters: {tom: {description: "a fisherman, 50,"}}
locations: {shore: {description: "black rocks,"}}
scenes:
  - location: shore
    shots: [{prompt: "@tom waves, smiling,", light: "dim,", size: "wide,", camera: "push in,"}]
""") == [
        (
            "Wide, push in. Place: black rocks. Tom: a fisherman, 50. Tom waves, smiling. "
            "Light: dim. 35mm film, muted teal."
        )
    ]


@pytest.mark.parametrize(
    "prompt", ["She waits", "She waits,", "Go!", 'He says "no"', "走る", "A — b…", "Who?"]
)
def test_a_prompt_alone_stays_to_the_character(prompt: str, say: Say) -> None:
    assert say(f"scenes: [{{shots: [{{prompt: '{prompt}'}}]}}]\n") == [prompt]


@pytest.mark.parametrize(
    ("prompt", "said"),
    [
        ("She waits", "She waits. Light: dusk."),
        ("Who is it?", "Who is it? Light: dusk."),
        ("She says “no.”", "She says “no.” Light: dusk."),
        ("She says “no”", "She says “no”. Light: dusk."),
        ("She waits (again.)", "She waits (again.) Light: dusk."),
        ("And then…", "And then… Light: dusk."),
        ("And then –", "And then. Light: dusk."),
        ("She counts: 1, 2", "She counts: 1, 2. Light: dusk."),
        ("She waits:", "She waits. Light: dusk."),
    ],
)
def test_a_sentence_is_closed_before_the_next(prompt: str, said: str, say: Say) -> None:
    assert say(f"scenes: [{{shots: [{{prompt: '{prompt}', light: dusk}}]}}]\n") == [said]


def test_a_colon_that_announces_a_line_stays(say: Say) -> None:
    assert say("""
characters: {tom: {description: a man}}
scenes:
  - shots: [{prompt: "@tom says:", dialogue: [{tom: "No."}]}]
""") == ['Tom: a man. Tom says: [Tom]: "No."']


def test_size_and_camera_are_one_sentence(say: Say) -> None:
    assert say("""
scenes:
  - shots:
      - {prompt: Rain., size: wide, camera: Slow push in}
      - {prompt: Rain., camera: slow push in}
      - {prompt: Rain., size: "wide.", camera: slow push in.}
""") == [
        "Wide, Slow push in. Rain.",
        "Slow push in. Rain.",
        "Wide, slow push in. Rain.",
    ]


@pytest.mark.parametrize(
    ("style", "said"),
    [
        ("\N{LATIN SMALL LIGATURE FI}lm grain", "Film grain."),
        ("კინო", "კინო."),  # Georgian sentences begin without a capital
    ],
)
def test_a_first_letter_becomes_the_capital_that_sentences_have(
    style: str, said: str, say: Say
) -> None:
    assert say(f'style: "{style}"\nscenes: [{{shots: [Rain.]}}]\n') == [f"Rain. {said}"]
