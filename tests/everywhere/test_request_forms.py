"""The forms of requests that a target file can describe: tags, lists, switches, lines of shots."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from imaginary_hosts import JSON_SHOTS, NAMED

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
  mara:
    description: a keeper
    frontal: https://example.com/mara.png
    references: [https://example.com/side.png]
    looks: {coat: {frontal: https://example.com/coat.png}}
  mara2: {frontal: https://example.com/double.png}
locations:
  gallery: {description: a gallery, image: https://example.com/gallery.png}
scenes:
  - id: one
    location: gallery
    shots:
      - "@mara climbs, and @mara2 stops."
      - "@mara.coat looks out."
      - prompt: "The sea."
        audio: false
        start_frame: https://example.com/first.png
        end_frame: https://example.com/last.png
"""

Plans = Callable[..., Any]


@pytest.fixture
def plan_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Plans:
    """Plans a film with one target file in ``targets/`` beside it."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "targets").mkdir()

    def make(target: str, film: str = FILM) -> Any:
        (tmp_path / "targets" / "imaginary.yaml").write_text(target, encoding="utf-8")
        (tmp_path / "storyboard.yaml").write_text(film, encoding="utf-8")
        return Project("storyboard.yaml").plan()

    return make


def payloads(made: Any) -> list[Any]:
    return [one.payload for one in made.plan.requests]


def errors(made: Any) -> list[str]:
    found = made.compilation.diagnostics
    return [f"{one.code.id} {one.message}" for one in found if one.severity == "error"]


def test_names_roles_words_and_lines_are_data(plan_on: Plans) -> None:
    made = plan_on(NAMED)
    assert errors(made) == []
    assert payloads(made) == [
        {
            "text": "[Shot 1, 3s] Place: <<<image_01>>>. @mara climbs, and @2_mara2 stops.\n"
            "[Shot 2, 3s] Place: <<<image_01>>>. @2_mara_coat looks out.",
            "length": 6,
            "image_list": [{"image_url": "https://example.com/gallery.png"}],
            "cast": [
                {
                    "name": "mara",
                    "image_urls": ["https://example.com/mara.png", "https://example.com/side.png"],
                },
                {"name": "2_mara2", "image_urls": ["https://example.com/double.png"]},
                {"name": "2_mara_coat", "image_urls": ["https://example.com/coat.png"]},
            ],
            "sound": "on",
            "shape": "16:9",
        },
        {
            "text": "Place: <<<image_01>>>. The sea.",
            "length": 3,
            "image_list": [
                {"image_url": "https://example.com/gallery.png"},
                {"image_url": "https://example.com/first.png", "type": "first_frame"},
                {"image_url": "https://example.com/last.png", "type": "end_frame"},
            ],
            "sound": "off",
            "shape": "16:9",
        },
    ]
    assert [str(one.money) for one in made.plan.requests] == ["0.45 USD", "0.15 USD"]


def test_the_simulator_reads_them_as_they_were_meant(plan_on: Plans) -> None:
    made = plan_on(NAMED)
    endpoint = OwnEndpoint(made.compilation.film.target)
    for body in payloads(made):
        assert endpoint.breaches(body) == ()
        assert endpoint.remarks(body) == ()
    first, second = map(endpoint.order, payloads(made))
    assert [(one.prompt, one.seconds) for one in first.shots] == [
        ("Place: <<<image_01>>>. @mara climbs, and @2_mara2 stops.", 3),
        ("Place: <<<image_01>>>. @2_mara_coat looks out.", 3),
    ]
    assert (first.audio, second.audio) == (True, False)
    assert dict(first.references)["@2_mara2"] == "https://example.com/double.png"
    assert (second.first, second.last) == (
        "https://example.com/first.png",
        "https://example.com/last.png",
    )
    assert [one.msg for one in endpoint.breaches({**payloads(made)[1], "sound": "loud"})] == [
        'sound: "on" or "off"'
    ]


CHANGED = [
    ("@2_mara2 stops", "@mara stops", "are sent, 2 are mentioned"),
    ("<<<image_01>>>. @mara climbs", "<<<image_02>>>. @mara climbs", "image tags are not numbered"),
    ('"sound": "on"', '"sound": "off"', "is not 6 s at 0.05"),
    ("[Shot 2, 3s]", "[Shot 2, 4s]", "the payload lasts 7 s"),
    ("[Shot 2, 3s]", "[Shot 3, 3s]", "1 prompts are sent, the plan lists 2 shots"),
    ('"type": "first_frame"', '"type": "middle"', "one of first_frame, end_frame"),
]


@pytest.mark.parametrize(("old", "new", "words"), CHANGED, ids=[one[1] for one in CHANGED])
def test_the_checker_sees_what_is_changed_in_such_a_plan(
    plan_on: Plans, old: str, new: str, words: str
) -> None:
    made = plan_on(NAMED)
    target = made.compilation.film.target
    rules = TargetRules(target=target, schema={}, max_references=target.references.max)
    assert verify(made.plan, [rules]) == []
    found = made.plan.to_json()
    for request in found["requests"]:
        text = json.dumps(request["payload"])
        request["payload"] = json.loads(
            text.replace(json.dumps(old)[1:-1] if '"' not in old else old, new)
        )
    problems = verify(PlanModel.from_json(found), [rules])
    assert any(words in problem for problem in problems), problems


def test_a_look_at_old_clips_knows_such_texts(plan_on: Plans, tmp_path: Path) -> None:
    """What changed is told by the tags' contents, by whatever name or number they go."""
    from storyboard.plan.changes import prompt_at

    made = plan_on(NAMED)
    target = made.compilation.film.target
    assert (
        prompt_at(payloads(made)[0], 1, target) == "Place: <<<image_01>>>. @2_mara_coat looks out."
    )
    assert prompt_at(payloads(made)[0], 2, target) is None


WRONG = [
    ('{element: "@{name}"', '{element: "@{nane}"', 'the tag "@{nane}" needs exactly one {n}'),
    ("id: name, ", "", "tags that name elements need the field of the name"),
    ('{element: "@{name}"', '{element: "@e{n}"', "a field for a name, but tags that number them"),
    ('element: "@{name}", image: "<<<image_{n:02}>>>"',
     'element: "@{n}", image: "@{n}"', "elements and images have the same tag"),
    ("first_frame: first_frame, last", "frist_frame: first_frame, last", 'no role "frist_frame"'),
    ("last_frame: end_frame", "last_frame: first_frame", "two roles have the same word"),
    ("    link: image_url\n", "", "their fields are not all named"),
    ("  prompt: text\n", "  prompt: text\n  start_frame: opens\n", "a first_frame has two places"),
    ("pictures: image_urls", "pictures: image_urls, frontal: front", "in two places, or in none"),
    ('"on", off: "off"', '"on"', "audio needs two words"),
    ('on: "on", off: "off"', 'on: "on", off: "on"', "audio needs two words"),
    ("{n}, {seconds}s] {prompt}", "{n}] {prompt}", "the line of a shot needs {n}, {seconds}"),
    ("  aspect_ratio: shape", "  aspect_ratio: text", 'the field "text" is named for prompt and'),
    ("prompt: {characters: 700}", "prompt: {characters: 500}", "need 644 in the prompt"),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new", "words"), WRONG, ids=[one[2] for one in WRONG])
def test_forms_that_contradict_each_other_are_refused_at_their_place(
    plan_on: Plans, old: str, new: str, words: str
) -> None:
    assert old in NAMED
    made = plan_on(NAMED.replace(old, new, 1))
    found = [one for one in made.compilation.diagnostics if one.severity == "error"]
    assert {one.code.id for one in found} == {"SB409"}
    assert any(words in one.message for one in found), [one.message for one in found]
    assert all(one.span is not None and one.span.line > 1 for one in found)


@pytest.mark.parametrize("form", ["@element_{n:02}", "#{{who{n}}}", "<<<element_{n}>>>"])
def test_numbered_tags_of_any_form_come_back(plan_on: Plans, form: str) -> None:
    made = plan_on(JSON_SHOTS.replace("<<<element_{n}>>>", form))
    assert errors(made) == []
    said = json.dumps(payloads(made)[0])
    assert form.format(n=1) in said
    assert not re.search("[\U000f0000-\U0010ffff]", said)


CONTRADICTING = [
    'request: {audio: {name: generate_audio, "on": "yes", "off": "no"}}',
    "request: {images: {name: image_urls, link: url}}",
    'tags: {element: "@{name}"}\nrequest: {elements: {id: name}}',
    "elements: {min_references: 2}",
]


@pytest.mark.parametrize("text", CONTRADICTING)
def test_what_contradicts_the_inherited_is_never_called_a_mistake_of_the_tool(
    plan_on: Plans, text: str
) -> None:
    made = plan_on(f"extends: fal/kling-o3-pro\ntarget: imaginary/reel-1\n{text}\n")
    found = [one for one in made.compilation.diagnostics if one.severity == "error"]
    assert {one.code.id for one in found} == {"SB409"}
    assert all(one.span is not None for one in found)
    assert not made.plan.requests
