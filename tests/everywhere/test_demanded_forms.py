"""What hosts demand beside the usual: a prompt beside shots, descriptions, lists of frames."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
from imaginary_hosts import DEMANDING

from storyboard.api import Project
from storyboard.plan import Plan as PlanModel
from storyboard.plan.verify import TargetRules, verify
from storyboard.simulator.own_endpoint import OwnEndpoint

FILM = """\
storyboard: 1
title: Anywhere
target: imaginary/reel-1
defaults: {duration: 3s, audio: true}
characters:
  mara: {description: "a keeper, the friend of @pim", frontal: https://example.com/mara.png}
  pim: {frontal: https://example.com/pim.png}
scenes:
  - id: one
    shots:
      - "@mara climbs, and @pim stops."
      - "@mara looks out."
      - prompt: "The sea."
        start_frame: first.png
        end_frame: https://example.com/last.png
"""

Plans = Callable[..., Any]


@pytest.fixture
def plan_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Plans:
    """Plans a film with one target file in ``targets/`` beside it."""
    from PIL import Image

    monkeypatch.chdir(tmp_path)
    (tmp_path / "targets").mkdir()
    Image.new("RGB", (640, 360)).save(tmp_path / "first.png")

    def make(target: str, film: str = FILM) -> Any:
        (tmp_path / "targets" / "imaginary.yaml").write_text(target, encoding="utf-8")
        (tmp_path / "storyboard.yaml").write_text(film, encoding="utf-8")
        return Project("storyboard.yaml").plan()

    return make


def errors(made: Any) -> list[Any]:
    return [one for one in made.compilation.diagnostics if one.severity == "error"]


def test_all_that_is_demanded_is_sent(plan_on: Plans) -> None:
    made = plan_on(DEMANDING)
    assert [one.message for one in errors(made)] == []
    first, second = (one.payload for one in made.plan.requests)
    shots = json.loads(first["scenes"])
    assert first["text"] == shots[0]["says"] == "<<<element_1>>> climbs, and <<<element_2>>> stops."
    assert [one["about"] for one in first["subjects"]] == ["a keeper, the friend of Pim", "Pim"]
    assert {name: first[name] for name in ("quality", "rate", "guidance", "draft", "tier")} == {
        "quality": "fine",
        "rate": 24,
        "guidance": 0.5,
        "draft": False,
        "tier": "1",
    }
    assert first["shape"] == "1280x720"
    assert "pictures" not in second
    (frame, last) = second["frames"]
    assert (frame["at"], last) == ("first", {"url": "https://example.com/last.png", "at": "last"})
    (asset,) = made.plan.requests[1].assets
    assert (asset.path, asset.pointers) == ("first.png", ("/frames/0/url",))


def test_the_simulator_reads_it_as_it_was_meant(plan_on: Plans) -> None:
    made = plan_on(DEMANDING)
    endpoint = OwnEndpoint(made.compilation.film.target)
    first, second = (one.payload for one in made.plan.requests)
    assert endpoint.breaches(first) == endpoint.breaches(second) == ()
    assert endpoint.order(first).ratio == "16:9"
    order = endpoint.order(second)
    assert order.first == second["frames"][0]["url"]
    assert order.last == "https://example.com/last.png"
    refused = [
        {**first, "text": "Another."},
        {**first, "subjects": [{"front": "https://example.com/a.png"}]},
        {**second, "frames": [{"url": "https://example.com/a.png"}]},
    ]
    assert [endpoint.breaches(one)[0].msg for one in refused] == [
        "text: the text of the first shot",
        "subjects.0.about: a text",
        "frames: first and last frames alone",
    ]


def test_a_description_is_part_of_what_a_shot_is_known_by(plan_on: Plans) -> None:
    digests = [
        [shot.digest for one in plan_on(DEMANDING, film).plan.requests
         for shot in one.shots]
        for film in (FILM, FILM.replace("a keeper,", "an old keeper,"))
    ]  # fmt: skip
    same = [before == after for before, after in zip(*digests, strict=True)]
    assert same == [False, False, True]


def test_the_checker_sees_another_text_beside_the_shots(plan_on: Plans) -> None:
    made = plan_on(DEMANDING)
    target = made.compilation.film.target
    rules = TargetRules(target=target, schema={}, max_references=target.references.max)
    assert verify(made.plan, [rules]) == []
    found = deepcopy(made.plan.to_json())
    found["requests"][0]["payload"]["text"] = "Another."
    problems = verify(PlanModel.from_json(found), [rules])
    assert any("the text of the first shot" in problem for problem in problems), problems
    found = made.plan.to_json()
    found["requests"][0]["payload"]["rate"] = 30
    problems = verify(PlanModel.from_json(found), [rules])
    assert any("rate is not 24" in problem for problem in problems), problems


WRONG = [
    ("last_frame: last}}", "last_frame: last, reference: any}}", 'no role "reference"'),
    ("  images: pictures\n", "  images: pictures\n  start_frame: opens\n", "two places in a req"),
    (", role: at, roles: {first_frame: first, last_frame: last}", "", "does not say which is the"),
    ("ratio_words: {", 'ratio_words: {"4:3": a, ', "a word for 4:3, which is none of the aspect"),
    ('{"16:9": 1280x720}', '{"16:9": a, "9:16": a}', "two ratios have the same word"),
    ("prompt: {characters: 300}", "prompt: {characters: 100}", "the first shot stands in the pro"),
    ("name: frames,", "name: pictures,", 'the field "pictures" is named for images and for frames'),
]


@pytest.mark.parametrize(("old", "new", "words"), WRONG, ids=[one[2] for one in WRONG])
def test_demands_that_contradict_each_other_are_refused_at_their_place(
    plan_on: Plans, old: str, new: str, words: str
) -> None:
    assert old in DEMANDING
    found = errors(plan_on(DEMANDING.replace(old, new, 1)))
    assert {one.code.id for one in found} == {"SB409"}
    assert any(re.search(re.escape(words), one.message) for one in found), [
        one.message for one in found
    ]
    assert all(one.span is not None and one.span.line > 1 for one in found)
