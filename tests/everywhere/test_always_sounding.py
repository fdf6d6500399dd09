"""Targets whose clips always have sound, and limits that no page of theirs states."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from storyboard import CompileOptions, PlanResult, Project
from storyboard.cli.main import storyboard
from storyboard.diagnostics import Diagnostics
from storyboard.targets.load import catalogue, load
from storyboard.targets.model import Feature

FOUND = {name: load(name, Diagnostics()) for name in catalogue()}
SOUNDING = [
    name for name, one in FOUND.items() if one and one.features[Feature.AUDIO].how == "always"
]
FILM = """\
storyboard: 1
target: fal/kling-v4-text-to-video
defaults: {{duration: 4s{defaults}}}
scenes:
  - id: shore
    defaults: {{light: cold{scene}}}
    shots:
      - {{prompt: "The sea."{shot}}}
      - {{prompt: "The sky."{shot}}}
"""


def planned(target: str | None = None, **said: str) -> PlanResult:
    written = {name: said.get(name, "") for name in ("defaults", "scene", "shot")}
    Path("storyboard.yaml").write_text(FILM.format(**written), encoding="utf-8")
    return Project("storyboard.yaml", CompileOptions(target=target)).plan()


def told(made: PlanResult) -> list[tuple[str, int]]:
    """What is said of sound, with the line at which it is said."""
    return [
        (one.message, one.span.line)
        for one in made.compilation.diagnostics
        if "makes sound" in one.message
    ]


@pytest.fixture(autouse=True)
def _in_a_folder_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def test_there_are_such_targets() -> None:
    assert len([one for one in SOUNDING if "/kling-v4-" in one]) == 5


@pytest.mark.parametrize("place", ["defaults", "scene", "shot"])
def test_silence_that_is_asked_for_is_told_once_where_it_is_asked_for(place: str) -> None:
    line = {"defaults": 3, "scene": 6, "shot": 8}[place]
    said = "fal/kling-v4-text-to-video always makes sound: audio: false is not obeyed"
    assert told(planned(**{place: ", audio: false"})) == [(said, line)]


@pytest.mark.parametrize("word", ["", ", audio: true"], ids=["nothing", "sound"])
def test_who_does_not_ask_for_silence_is_told_nothing(word: str) -> None:
    assert told(planned(defaults=word)) == []


@pytest.mark.parametrize("target", [one for one in SOUNDING if "text" in one])
def test_no_field_is_sent_and_the_price_is_that_of_sound(target: str) -> None:
    silent, loud = (planned(target, defaults=f", audio: {word}") for word in ("false", "true"))
    for one, other in zip(silent.plan.requests, loud.plan.requests, strict=True):
        assert one.payload == other.payload
        assert not {name for name in one.payload if "audio" in name}
        assert one.cost == other.cost
    assert len(told(silent)) == 1


@pytest.mark.parametrize("target", [one for one in FOUND if "/kling-v4-" in one])
def test_a_limit_that_no_page_states_is_said_to_be_unknown(target: str) -> None:
    shown = CliRunner().invoke(storyboard, ["targets", target], standalone_mode=False)
    part = shown.output.partition("\nlimits\n")[2].partition("\n\n")[0]
    limits = {line.split()[0]: line for line in part.splitlines()}
    assert limits["prompt"].split(maxsplit=1)[1] == "not published"
    found = FOUND[target]
    assert found is not None
    is_rate_unknown = found.footage is not None and found.footage.min_rate is None
    assert ("frames a second not published" in limits.get("footage", "")) == is_rate_unknown
