"""A template of the writer's own takes the place of the built-in composition."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest

from storyboard.compiler.compose.own_template import FIELDS
from storyboard.compiler.resolve.filters import text_filters
from storyboard.language.model import Storyboard

Say = Callable[..., list[str]]
Compose = Callable[..., Any]

LINES = (
    '{% for said in dialogue %} {{ said.speaker }}/{{ said.tone }}/"{{ said.line }}"{% endfor %}'
)
FILM = """
language: en
vars: {{mood: tense}}
defaults: {{audio: true}}
template: '{template}'
style: 35mm film
characters:
  mara: {{frontal: front.png, references: [side.png]}}
  pim: {{description: a boy of eight}}
locations: {{shore: {{description: a cove of black rocks, label: the cove}}}}
scenes:
  - location: shore
    shots:
{shots}
"""
SHOT = """
      - prompt: "@mara meets @pim"
        duration: 8s
        size: wide
        camera: slow push in
        light: dim
        sound: surf
        dialogue: [{mara: {line: 'Say "hi".', tone: warm}}, {pim: Hi.}]
        narration: Long ago.
"""


def film(template: str, shots: str = SHOT) -> str:
    return FILM.format(template=template.replace("'", "''"), shots=shots)


ALL = (
    "{% if people %}{{ people }} {% endif %}{{ prompt }}"
    + LINES
    + "{% if narration %} {{ narration }}{% endif %}"
)
"""What every template of the film above must say."""
SAID = 'Pim: a boy of eight. @Element1 meets Pim @Element1/warm/"Say \'hi\'." Pim//"Hi." Long ago.'


@pytest.mark.parametrize(
    ("variable", "said"),
    [
        ("size", "Wide"),
        ("camera", "slow push in"),
        ("location", "a cove of black rocks"),
        ("light", "dim"),
        ("sound", "surf"),
        ("style", "35mm film"),
        ("part", "1"),
        ("parts", "1"),
        ("carried", ""),
        ("mood", "tense"),
    ],
)
def test_a_template_is_given_each_field_by_its_name(variable: str, said: str, say: Say) -> None:
    assert say(film(f"{ALL} ({{{{ {variable} }}}})")) == [f"{SAID} ({said})"]


def test_a_template_decides_the_order_and_the_words(say: Say) -> None:
    template = "{{ prompt }}, {{ light }}. {{ narration }} {{ people }}" + LINES
    assert say(film(template)) == [
        (
            "@Element1 meets Pim, dim. Long ago. Pim: a boy of eight. @Element1/warm/\"Say 'hi'.\" "
            'Pim//"Hi."'
        )
    ]


def test_a_template_may_leave_out_the_framing(say: Say) -> None:
    assert say(film(ALL)) == [SAID]


def test_a_template_asks_whether_a_field_is_there(say: Say) -> None:
    template = ALL + "{% if light %} Lit: {{ light }}{% else %} Unlit{% endif %}"
    assert say(film(template, '      - "@mara waits."\n      - {prompt: Rain., light: dim}')) == [
        "@Element1 waits. Unlit",
        "Rain. Lit: dim",
    ]


def test_each_part_of_a_divided_shot_has_its_number(say: Say) -> None:
    shots = """
      - duration: 28s
        beats: [{prompt: "@mara waits.", duration: 14s}, {prompt: Wind rises., duration: 14s}]
"""
    assert say(film("{{ part }} of {{ parts }}: " + ALL, shots)) == [
        "1 of 2: @Element1 waits.",
        "2 of 2: With @Element1. Wind rises.",
    ]


def test_a_sentence_that_is_said_again_is_not_in_the_prompt_but_beside_it(say: Say) -> None:
    shots = '      - {duration: 28s, prompt: "@mara waits."}\n'
    assert say(film(ALL + "[{{ carried }}]", shots)) == [
        "@Element1 waits.[]",
        "[@Element1 waits.]",
    ]


@pytest.mark.parametrize("missing", ["prompt", "dialogue", "people"])
def test_a_template_that_omits_what_was_written_is_refused(missing: str, compose: Compose) -> None:
    said = {"prompt": "{{ prompt }}", "dialogue": LINES, "people": "{{ people }}"}
    del said[missing]
    made = compose(film(" ".join(said.values())))
    assert made.codes == ["SB221"]
    assert made.messages == f"the template does not say {missing}, which every prompt must"
    assert made.prompts == []


def test_a_template_that_names_a_field_and_does_not_say_it_is_refused(compose: Compose) -> None:
    made = compose(
        film("{% if false %}{{ people }}{% endif %} {{ prompt }} {{ narration }}" + LINES)
    )
    assert set(made.codes) == {"SB221"}
    assert "people" in made.messages
    assert made.prompts == []


def test_a_narration_that_a_template_omits_is_called_narration(compose: Compose) -> None:
    made = compose(film("{{ people }} {{ prompt }}" + LINES))
    assert set(made.codes) == {"SB221"}
    assert "narration" in made.messages
    assert "dialogue" not in made.messages


def test_the_map_of_a_template_shows_what_the_writer_wrote(compose: Compose) -> None:
    made = compose(film("Now: " + ALL + " {{ light }}!"))
    assert [(row.words, row.kind, row.field) for row in made.maps[0]] == [
        ("Now: ", "framing", "template"),
        ("Pim: ", "introduction", "pim"),
        ("a boy of eight", "introduction", "pim"),
        (". ", "framing", "template"),
        ("@Element1 meets Pim", "action", "prompt"),
        (' @Element1/warm/"', "framing", "template"),
        ("Say 'hi'.", "line", "mara"),
        ('" Pim//"', "framing", "template"),
        ("Hi.", "line", "pim"),
        ('" ', "framing", "template"),
        ("Long ago.", "line", "narrator"),
        (" dim!", "framing", "template"),
    ]


def test_a_template_may_say_by_itself_what_somebody_says(say: Say) -> None:
    assert say(film("Pim! Mara! Hi. " + ALL)) == [f"Pim! Mara! Hi. {SAID}"]


def test_a_framing_may_say_what_somebody_says(compose: Compose) -> None:
    shots = "      - {prompt: Rain., light: now, dialogue: [{mara: now}]}"
    made = compose(film("{{ light }}, " + ALL, shots))
    assert made.prompts == ['now, Rain. @Element1//"now"']
    assert [(row.words, row.kind) for row in made.maps[0]] == [
        ("now, ", "framing"),
        ("Rain.", "action"),
        (' @Element1//"', "framing"),
        ("now", "line"),
        ('"', "framing"),
    ]


@pytest.mark.parametrize(
    ("template", "said"),
    [
        ("{{ prompt|upper }}", "@Element1 MEETS PIM AT NOON"),
        ("{{ prompt|sentence }}", "@Element1 meets Pim at noon."),
        ("{{ prompt|closed }}!", "@Element1 meets Pim at noon.!"),
        ("{{ prompt|title|trim }}", "@Element1 Meets Pim At Noon"),
        ("{{ prompt|capitalize }}", "@Element1 meets pim at noon"),
        ('{{ prompt|replace(" ", "_") }}', "@Element1_meets_Pim_at_noon"),
        ("{{ prompt|default('nothing') }}", "@Element1 meets Pim at noon"),
        ('{{ "Now " ~ prompt ~ 1 }}', "Now @Element1 meets Pim at noon1"),
        ('{{ ("now " ~ prompt)|sentence }}', "Now @Element1 meets Pim at noon."),
        ('{{ "Now " + prompt + "!" }}', "Now @Element1 meets Pim at noon!"),
        ('{{ [light, prompt]|join("; ") }}', "dim; @Element1 meets Pim at noon"),
        ("{{ prompt if part == 1 else light }}", "@Element1 meets Pim at noon"),
        (
            "Noon: {{ prompt }} {{ prompt }}",
            "Noon: @Element1 meets Pim at noon @Element1 meets Pim at noon",
        ),
        ("{{ prompt }}{{ prompt }}", "@Element1 meets Pim at noon@Element1 meets Pim at noon"),
    ],
)
def test_filters_and_joints_keep_what_was_written(template: str, said: str, say: Say) -> None:
    shots = '      - {prompt: "@mara meets @pim at noon", light: dim}'
    assert say(film("{{ people }} " + LINES + template, shots)) == [f"Pim: a boy of eight. {said}"]


@pytest.mark.parametrize(
    ("condition", "holds"),
    [
        ("prompt|length == 11", True),
        ('prompt == "Rain falls."', True),
        ('"Rain" in prompt', True),
        ('prompt|first == "R" and prompt|last == "."', True),
        ('prompt[0] == "R"', True),
        ("prompt is string", True),
        ('prompt|lower == "rain falls."', True),
        ('(prompt ~ "!")|length == 12', True),
        ("people or narration or carried", False),
        ("dialogue|length == 1 and (dialogue|first).line == 'now'", True),
    ],
)
def test_conditions_see_the_texts_alone(condition: str, holds: bool, say: Say) -> None:
    shots = "      - {prompt: Rain falls., dialogue: [{mara: now}]}"
    template = f"{{{{ 'yes' if {condition} else 'no' }}}}: " + ALL
    assert say(film(template, shots)) == [
        f'{"yes" if holds else "no"}: Rain falls. @Element1//"now"'
    ]


def test_where_a_text_is_said_twice_the_map_has_it_once(compose: Compose) -> None:
    made = compose(film("{{ prompt }}, {{ prompt }}" + ALL.replace("{{ prompt }}", ""), RAIN))
    assert [(row.words, row.kind) for row in made.maps[0]] == [
        ("Rain.", "action"),
        (", Rain.", "framing"),
    ]


RAIN = "      - {prompt: Rain.}"


@pytest.mark.parametrize(
    "changed",
    [
        '{{ prompt|replace("a", "o") }}',
        "{{ prompt|first }}",
        "{% for one in prompt %}-{% endfor %}",
    ],
)
def test_a_template_that_changes_the_words_is_refused(changed: str, compose: Compose) -> None:
    made = compose(film(ALL.replace("{{ prompt }}", changed), RAIN))
    assert "the template does not say prompt" in made.messages
    assert made.prompts == []


def test_a_template_that_omits_a_sentence_of_the_part_before_is_told_its_name(
    compose: Compose,
) -> None:
    made = compose(film(ALL, '      - {duration: 28s, prompt: "@mara waits."}'))
    assert "the template does not say carried" in made.messages


def test_each_part_of_a_long_line_is_one_line(say: Say) -> None:
    sentences = [f"This is number {number} of what I say." for number in range(30)]
    shots = f"""
      - duration: 150s
        prompt: "Rain falls."
        dialogue: [{{mara: "{" ".join(sentences)}"}}]
"""
    template = "{{ carried }}" + ALL
    lines = [one.partition('"')[2].rstrip('"') for one in say(film(template, shots))]
    assert len(lines) > 2
    assert " ".join(filter(None, lines)) == " ".join(sentences)


def test_the_description_of_the_key_names_every_variable() -> None:
    words = set(re.findall(r"\w+", Storyboard.model_fields["template"].description or ""))
    assert words >= {*FIELDS, "speaker", "tone", "line"}


def test_the_example_of_the_key_works(say: Say) -> None:
    (example,) = Storyboard.model_fields["template"].examples or []
    (said,) = say(film(example))
    assert said == (
        'Pim: a boy of eight. @Element1 meets Pim @Element1: "Say \'hi\'." Pim: "Hi." Long ago. '
        "35mm film"
    )


@pytest.mark.parametrize("length", [1, 59, 60, 61, 100, 512, 2500])
@pytest.mark.parametrize("script", ["a", "é", "走"])
def test_the_filters_that_close_a_text_close_one_of_any_length(length: int, script: str) -> None:
    filters, text = text_filters(), script * length
    assert filters["closed"](text) == f"{text}."
    assert filters["sentence"](text) == f"{text[0].upper()}{text[1:]}."
    for end in ("!", "。", '?"', ".”"):
        assert filters["closed"](text + end) == text + end
