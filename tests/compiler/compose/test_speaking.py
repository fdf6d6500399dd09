"""Who says what, in the form that Kling reads."""

from __future__ import annotations

from collections.abc import Callable

import pytest

Say = Callable[..., list[str]]

CAST = """
language: en
defaults: {audio: true}
characters:
  mara: {frontal: front.png, references: [side.png], label: the keeper}
  pim: {description: a boy}
props: {lantern: {description: a brass lantern}}
"""


def shots(*written: str) -> str:
    return f"{CAST}scenes: [{{shots: [{', '.join(written)}]}}]\n"


@pytest.mark.parametrize(
    ("dialogue", "said"),
    [
        ('{mara: "No."}', '[@Element1]: "No."'),
        ('{mara: {line: "No.", tone: warm}}', '[@Element1, warm]: "No."'),
        ('{mara: {line: "No.", tone: "warm, then cold."}}', '[@Element1, warm, then cold]: "No."'),
        # Nothing closes the brackets or the quotation before its end.
        ('{mara: {line: "No.", tone: "[warm] {low}"}}', '[@Element1, (warm) (low)]: "No."'),
        ("{mara: 'He said \"no\" and “never”.'}", "[@Element1]: \"He said 'no' and 'never'.\""),
        ("{mara: {line: 'No.', tone: 'as in \"Hamlet\"'}}", "[@Element1, as in 'Hamlet']: \"No.\""),
        # What the writer leaves open stays open: it is speech.
        ('{mara: "No"}', '[@Element1]: "No"'),
        ('{mara: "And then,"}', '[@Element1]: "And then,"'),
        # Who is heard and not seen is no tag.
        (
            '{mara: {line: "No.", off: true, tone: faint}}',
            '[the keeper, off screen, faint]: "No."',
        ),
        ('{pim: {line: "No.", off: true}}', '[Pim, off screen]: "No."'),
        # Names in a line are words, and show nobody.
        ('{mara: "@pim, where is @mara?"}', '[@Element1]: "Pim, where is the keeper?"'),
    ],
)
def test_a_line_says_who_and_how(dialogue: str, said: str, say: Say) -> None:
    assert say(shots(f"{{prompt: Rain., dialogue: [{dialogue}]}}")) == [f"Rain. {said}"]


def test_who_speaks_in_the_picture_is_introduced(say: Say) -> None:
    assert say(shots('{prompt: Rain., dialogue: [{pim: "No."}], light: dim}')) == [
        'Pim: a boy. Rain. [Pim]: "No." Light: dim.'
    ]


def test_a_voice_of_somebody_who_is_named_keeps_the_tag(say: Say) -> None:
    shot = '{prompt: "@mara walks.", dialogue: [{mara: {line: "No.", off: true}}]}'
    assert say(shots(shot)) == ['@Element1 walks. [@Element1, off screen]: "No."']


def test_a_line_alone_is_a_prompt(say: Say) -> None:
    assert say(shots('{dialogue: [{mara: "Hello."}]}')) == ['[@Element1]: "Hello."']


def test_a_linking_word_stands_between_two_speakers(say: Say) -> None:
    lines = '{mara: "A."}, {mara: "B."}, {pim: "C."}, {mara: "D."}'
    assert say(shots(f"{{prompt: Rain., dialogue: [{lines}]}}")) == [
        (
            'Pim: a boy. Rain. [@Element1]: "A." [@Element1]: "B." Immediately, [Pim]: "C." '
            'Immediately, [@Element1]: "D."'
        )
    ]


def test_prose_between_two_lines_is_link_enough(say: Say) -> None:
    assert say(
        CAST
        + """
scenes:
  - shots:
      - beats:
          - {prompt: Rain., dialogue: [{mara: A.}]}
          - {prompt: Wind., dialogue: [{pim: B.}]}
"""
    ) == ['Pim: a boy. Rain. [@Element1]: "A." Wind. [Pim]: "B."']


def test_narration_is_spoken_by_nobody_in_the_picture(say: Say) -> None:
    assert say(shots("{prompt: Rain., narration: 'It was \"late\", @mara knew.', light: dim}")) == [
        "Rain. [Narrator, off screen]: \"It was 'late', the keeper knew.\" Light: dim."
    ]


@pytest.mark.parametrize(
    ("audio", "target"),
    [("false", None), ("true", "fal/kling-o1-standard")],
    ids=["shot", "target"],
)
def test_without_sound_lips_move_and_voices_are_left_out(
    audio: str, target: str | None, say: Say
) -> None:
    shot = f"""{{prompt: Rain., audio: {audio}, narration: It was late., dialogue: [
        {{mara: {{line: "Come.", tone: warm}}}}, {{pim: {{line: "Now.", off: true}}}}]}}"""
    assert say(shots(shot), target) == ['Rain. [@Element1, warm]: "Come."']


def test_a_label_with_brackets_and_quotes_ends_no_bracket(say: Say) -> None:
    assert say("""
defaults: {audio: true}
characters: {pim: {description: a boy, label: 'Pim "the [small] one"'}}
scenes: [{shots: [{prompt: Rain., dialogue: [{pim: "No."}]}]}]
""") == ['Pim "the [small] one": a boy. Rain. [Pim \'the (small) one\']: "No."']
