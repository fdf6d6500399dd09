"""The default template: how a shot's fields become the text that is sent."""

from __future__ import annotations

from itertools import chain, combinations
from typing import Any

import pytest

from storyboard.diagnostics import Diagnostics
from storyboard.resolve.compose import Composer, Speech
from storyboard.targets.load import default_template

WHOLE: dict[str, Any] = {
    "size": "wide",
    "camera": "slow push in",
    "location": "@gallery",
    "prompt": "@mara climbs.",
    "dialogue": (Speech("@mara", "whispering", "It's out."),),
    "light": "low sun",
    "sound": "wind",
    "style": "35mm film",
}
SAID = {
    "location": "Set in @gallery.",
    "prompt": "@mara climbs.",
    "dialogue": '@mara, whispering: "It\'s out."',
    "light": "Light: low sun.",
    "sound": "Sound: wind.",
    "style": "35mm film.",
}


DIAGNOSTICS = Diagnostics()
COMPOSER = Composer(default_template(), None, {}, DIAGNOSTICS, set())


def composed(**fields: Any) -> str:
    text = COMPOSER.compose(fields)
    assert len(DIAGNOSTICS) == 0
    return text


def test_a_whole_shot_is_put_together_in_order() -> None:
    assert composed(**WHOLE) == (
        'Wide, slow push in. Set in @gallery. @mara climbs. @mara, whispering: "It\'s out." '
        "Light: low sun. Sound: wind. 35mm film."
    )


@pytest.mark.parametrize("prompt", ["@mara climbs", "ends. ", "A — b…", 'He says "no"', "走る。"])
def test_a_prompt_alone_stays_to_the_character(prompt: str) -> None:
    assert composed(prompt=prompt) == prompt.strip()


FIELD_SETS = [
    frozenset(chosen)
    for chosen in chain.from_iterable(combinations(WHOLE, n) for n in range(1, len(WHOLE) + 1))
]


def test_every_choice_of_fields_gives_its_sentences_with_single_spaces() -> None:
    for chosen in FIELD_SETS:
        fields = {name: value for name, value in WHOLE.items() if name in chosen}
        framing = ", ".join(fields[name] for name in ("size", "camera") if name in fields)
        sentences = [f"{framing[0].upper()}{framing[1:]}."] if framing else []
        sentences += [said for name, said in SAID.items() if name in chosen]
        assert composed(**fields) == " ".join(sentences)


def test_punctuation_that_is_there_is_kept() -> None:
    assert composed(prompt="Who is it?", style="Noir!") == "Who is it? Noir!"
    assert composed(prompt="She waits", light="dusk") == "She waits. Light: dusk."


def test_several_lines_follow_each_other() -> None:
    lines = (Speech("@a", "", "No."), Speech("@b", "", "Yes."))
    assert composed(prompt="They argue", dialogue=lines) == 'They argue. @a: "No." @b: "Yes."'


def test_the_templates_line_break_never_reaches_the_text() -> None:
    assert all("\n" not in composed(**{k: WHOLE[k] for k in chosen}) for chosen in FIELD_SETS)
