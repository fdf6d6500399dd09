"""What ``why`` tells of a clip that is kept, rendered again, or packed."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from storyboard.api import Project, RunSettings
from storyboard.render.why import render_why
from storyboard.targets.schemas import read_schema

FILM = """\
storyboard: 1
title: The pier
defaults: {size: wide}
scenes:
  - id: pier
    shots:
      - {id: gulls, duration: 4s, prompt: Gulls circle over a wooden pier.}
      - {id: boat, duration: 5s, prompt: A red boat ties up at its end.}
      - {id: rope, duration: 3s, prompt: A rope is thrown and caught.}
      - {id: night, duration: 9s, prompt: The light goes out.}
"""


def test_what_is_kept_and_what_is_rendered_tell_their_prices(tmp_path: Path) -> None:
    story = tmp_path / "storyboard.yaml"
    story.write_text(FILM)
    project = Project.around(story, is_simulated=True)
    (packed, alone) = project.why("pier").clips
    assert packed.limits == ("not with pier/night: it would be 21 s, a request has 15 s at most",)
    assert alone.limits == ("not with pier/rope: there is room, but the film is no cheaper so",)
    assert str(packed.alone) == "1.35 USD"
    assert alone.alone is None
    project.run(project.plan().plan, RunSettings())
    story.write_text(FILM.replace("A red boat", "A blue boat"))
    shown = render_why(project.why("pier/boat"), color=False, width=None)
    assert shown.startswith(
        "pier/boat  5 s  0.56 USD  generate: prompt changed, line 8\n"
        '  sent before: "Wide. A red boat ties up …"; now: "Wide. A blue boat ties up …"\n'
    )
    kept = render_why(project.why("pier/rope"), color=False, width=None)
    assert kept.startswith("pier/gulls..rope  reuse: paid; 7 of its 12 s are kept\n")
    assert "pier/rope: kept, from" in kept
    assert "    sent then: Wide. A rope is thrown and caught.\n" in kept
    assert "the whole clip anew: 12 s, 1.35 USD" in kept
    assert "; with --reuse clips: 1.35 USD" in kept


def test_a_clip_has_the_price_that_the_plan_shows_for_it(tmp_path: Path) -> None:
    story = tmp_path / "storyboard.yaml"
    film = FILM.replace("5s", "4s").replace("duration: 9s", "duration: 4s, seam: continue")
    story.write_text(film)
    text = render_why(Project.around(story).why("pier"), color=False, width=None)
    # 1.232 and 0.448 are 1.68 together, and not a cent more.
    heads = re.findall(r"(?m)^(pier/\S+)  [0-9]+ s  ([0-9.]+) USD", text)
    assert heads == [("pier/gulls..rope", "1.23"), ("pier/night", "0.45")]
    assert "  each shot in a request of its own: 1.23 USD\n" in text


APART = """\
storyboard: 1
target: fal/kling-o3-pro
defaults: {audio: true}
characters:
  pim: {frontal: "https://example.com/pim.png"}
scenes:
  - id: pier
    shots:
      - {id: one, duration: 4s, prompt: Gulls circle over @pim.}
      - {id: two, duration: 4s, seam: continue, prompt: A boat.}
      - {id: three, duration: 4s, audio: false, prompt: A rope.}
      - {id: walk, duration: 26s, prompt: "A walk along the pier. The sea is grey. A dog barks."}
"""


def test_every_limit_that_keeps_neighbours_apart_is_told_on_both_sides(tmp_path: Path) -> None:
    story = tmp_path / "storyboard.yaml"
    story.write_text(APART)
    clips = Project.around(story).why("pier").clips
    assert {one.clip.id: one.limits for one in clips} == {
        "pier/one": ("not with pier/two: it opens on the last frame before it",),
        "pier/two": ("not with pier/three: one has sound, the other has none",),
        "pier/three": (
            "not with pier/two: one has sound, the other has none",
            "not with pier/walk.1: one has sound, the other has none",
        ),
        "pier/walk.1": (
            "pier/walk is divided into 2 parts: it lasts 26 s, a request 15 s at most",
            "not with pier/three: one has sound, the other has none",
        ),
        "pier/walk.2": (
            "pier/walk is divided into 2 parts: it lasts 26 s, a request 15 s at most",
        ),
    }


@pytest.mark.parametrize(
    ("defaults", "words"),
    [
        ("{pack: none}", "pack: none"),
        ("{duration: 8s}", "it would be 16 s, a request has 15 s at most"),
        ("{duration: 2s}", "there is room, but the film is no cheaper so"),
    ],
)
def test_what_a_request_has_no_room_for_is_told(defaults: str, words: str, tmp_path: Path) -> None:
    shots = ", ".join(f"Gull {number} calls." for number in range(7))
    story = tmp_path / "storyboard.yaml"
    story.write_text(
        f"storyboard: 1\ntarget: fal/kling-o3-pro\ndefaults: {defaults}\n"
        f"scenes: [{{id: a, shots: [{shots}]}}]\n"
    )
    said = [limit for one in Project.around(story).why("a").clips for limit in one.limits]
    assert any(one.endswith(words) for one in said), said


# -- as JSON --------------------------------------------------------------------------------------

SCHEMA = Path(__file__).parents[2] / "schemas/why.schema.json"


def test_the_schema_has_a_plans_own_definitions() -> None:
    schema, plan = json.loads(SCHEMA.read_text()), read_schema("plan.schema.json")
    Draft202012Validator.check_schema(schema)
    for name in ("money", "place", "request", "kept"):
        assert schema["$defs"][name] == plan["$defs"][name], "copy it from plan.schema.json"


def test_what_is_told_in_json_keeps_to_its_schema(tmp_path: Path) -> None:
    story = tmp_path / "storyboard.yaml"
    story.write_text(FILM)
    project = Project.around(story, is_simulated=True)
    validator = Draft202012Validator(json.loads(SCHEMA.read_text()))
    project.run(project.plan().plan, RunSettings())
    for text in (FILM, FILM.replace("A red boat", "A blue boat")):
        story.write_text(text)
        found = json.loads(json.dumps(project.why("pier").to_json()))
        assert list(validator.iter_errors(found)) == []
    assert {"kept", "request"} <= {name for clip in found["clips"] for name in clip}
    assert list(validator.iter_errors(found | {"mood": 1})) != []
