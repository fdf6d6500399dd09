"""A new host of a described shape is one data file and no code."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from imaginary_hosts import JSON_SHOTS, WORDS_AND_PICTURES

from storyboard.api import CompileOptions, Project
from storyboard.diagnostics import Diagnostics
from storyboard.plan import Plan as PlanModel
from storyboard.plan.verify import TargetRules, verify
from storyboard.simulator.dialects import load_dialects
from storyboard.simulator.endpoint import TableEndpoint
from storyboard.simulator.own_endpoint import OwnEndpoint
from storyboard.targets.drift import compare
from storyboard.targets.load import load, load_own

FILM = """\
storyboard: 1
title: Anywhere
target: imaginary/reel-1
defaults: {duration: 3s}
characters:
  mara: {description: a keeper, frontal: https://example.com/mara.png}
locations:
  gallery: {description: a gallery, image: https://example.com/gallery.png}
scenes:
  - id: one
    location: gallery
    shots:
      - "@mara climbs, and @mara stops."
      - "@mara looks out."
      - {prompt: "The sea.", seam: continue, duration: 5s}
"""

Plan = Callable[..., Any]


@pytest.fixture
def plan_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Plan:
    """Plans a film with one target file in ``targets/`` beside it."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "targets").mkdir()

    def make(target: str, film: str = FILM) -> Any:
        (tmp_path / "targets" / "imaginary.yaml").write_text(target, encoding="utf-8")
        (tmp_path / "storyboard.yaml").write_text(film, encoding="utf-8")
        planned, compilation = Project("storyboard.yaml").plan()
        return planned.to_json(), compilation

    return make


def payloads(made: Any) -> list[Any]:
    return [one["payload"] for one in made[0]["requests"]]


def codes(made: Any) -> list[str]:
    return [one.code.id for one in made[1].diagnostics]


def test_a_shot_list_travels_as_a_json_string_with_the_hosts_own_names(plan_on: Plan) -> None:
    made = plan_on(JSON_SHOTS)
    assert codes(made) == []
    first, second = payloads(made)
    assert json.loads(first.pop("scenes")) == [
        {
            "says": "Place: <<<image_1>>>. <<<element_1>>> climbs, and <<<element_1>>> stops.",
            "lasts": "3s",
        },
        {"says": "Place: <<<image_1>>>. <<<element_1>>> looks out.", "lasts": "3s"},
    ]
    assert first == {
        "engine": "reel-1",
        "pictures": ["https://example.com/gallery.png"],
        "subjects": [{"front": "https://example.com/mara.png"}],
        "sound": False,
        "shape": "16:9",
        "quality": "fine",
    }
    assert second["text"] == "Place: <<<image_1>>>. The sea."
    assert second["length"] == "5s"
    assert second["opens_on"].startswith("output:sha256:")
    assert made[0]["totals"]["generate"]["cost"] == {"amount": "0.55", "currency": "USD"}


def test_the_checker_passes_the_plan_and_sees_what_is_changed_in_it(plan_on: Plan) -> None:
    made = plan_on(JSON_SHOTS)
    target = made[1].film.target

    def problems() -> list[str]:
        rules = TargetRules(target=target, schema={}, max_references=target.references.max)
        return verify(PlanModel.from_json(made[0]), [rules])

    assert problems() == []
    payload = payloads(made)[0]
    payload["scenes"] = payload["scenes"].replace("<<<element_1>>> looks", "<<<element_2>>> looks")
    assert any("2 are mentioned" in problem for problem in problems())


def test_a_tag_without_overhead_counts_its_own_characters_only(plan_on: Plan) -> None:
    tag = len("<<<element_1>>>")
    fits = FILM.replace("@mara looks out.", f"@mara {'a' * (120 - tag - 22 - 1)}")
    assert codes(plan_on(JSON_SHOTS, fits)) == []
    longer = fits.replace("{duration: 3s}", "{duration: 3s, long_prompts: never}")
    longer = longer.replace("@mara aaaa", "@mara aaa aaa")
    assert "SB302" in codes(plan_on(JSON_SHOTS, longer))


def test_a_negative_prompt_goes_into_the_hosts_own_field_with_names_as_words(plan_on: Plan) -> None:
    film = FILM.replace('- "@mara looks out."', '- {prompt: "The lamp.", negative: "two of @mara"}')
    made = plan_on(JSON_SHOTS, film)
    assert codes(made) == []
    assert [body.get("without") for body in payloads(made)] == [None, "two of a keeper", None]


def test_a_host_of_pictures_and_words_alone_is_one_file_too(plan_on: Plan) -> None:
    made = plan_on(WORDS_AND_PICTURES)
    bodies = payloads(made)
    assert bodies[0] == {
        "story": "Place: [picture 1]. [picture 2] climbs, and [picture 2] stops.",
        "seconds": 4,
        "look_at": ["https://example.com/gallery.png", "https://example.com/mara.png"],
    }
    assert bodies[2]["story"] == "Begin with [picture 1]. Place: [picture 2]. The sea."
    assert bodies[2]["seconds"] == 8
    assert bodies[2]["look_at"][0].startswith("output:sha256:")
    assert made[0]["totals"]["generate"]["cost"] == {"amount": "48", "currency": "XCR"}
    assert sorted(set(codes(made))) == ["SB312", "SB403"]


@pytest.mark.parametrize("written", ["[picture 1]", "[person 12]"])
def test_the_hosts_own_tags_in_a_text_are_refused_with_the_reason(
    plan_on: Plan, written: str
) -> None:
    made = plan_on(WORDS_AND_PICTURES, FILM.replace("The sea.", f"The sea, {written}."))
    errors = [one for one in made[1].diagnostics if one.code.id == "SB205"]
    assert [one.message for one in errors] == [
        f'"{written}" is a vendor\'s tag, which the compiler numbers itself for each request'
    ]
    assert made[0]["requests"] == []


def test_words_that_are_nobodys_tag_are_fine_on_that_host(plan_on: Plan) -> None:
    film = FILM.replace("The sea.", "The sea in picture 1 [sic].")
    assert "SB205" not in codes(plan_on(WORDS_AND_PICTURES, film))


def test_braces_in_a_tag_are_written_twice_and_sent_once(plan_on: Plan) -> None:
    braces = JSON_SHOTS.replace('"<<<image_{n}>>>"', '"{{{{pic{n}}}}}"')
    made = plan_on(braces)
    assert codes(made) == []
    assert "{{pic1}}" in json.loads(payloads(made)[0]["scenes"])[0]["says"]


WRONG = [
    ('image: "<<<image_{n}>>>"', 'image: "<<<element_{n}>>>"', "the same tag"),
    ('image: "<<<image_{n}>>>"', 'image: "<<<image_{n}_{n}>>>"', "exactly one {n}"),
    ("lone_frontal: {how: native}", "lone_frontal: {how: none}", "what becomes of a lone frontal"),
    ("any_length: {how: native}", "any_length: {how: none}", "native or rounded_up"),
]


@pytest.mark.parametrize(("old", "new", "words"), WRONG)
def test_a_host_that_could_only_lead_to_a_wrong_plan_is_refused(
    plan_on: Plan, old: str, new: str, words: str
) -> None:
    made = plan_on(JSON_SHOTS.replace(old, new))
    errors = [one for one in made[1].diagnostics if one.code.id == "SB409"]
    assert len(errors) == 1
    assert words in errors[0].message
    assert errors[0].span is not None
    assert errors[0].span.source.name.endswith("targets/imaginary.yaml")
    assert made[0]["requests"] == []


def test_a_picture_that_goes_among_the_images_needs_their_field(plan_on: Plan) -> None:
    blind = WORDS_AND_PICTURES.replace("  images: look_at\n", "").replace(
        "images: {how: native}", "images: {how: none}"
    )
    errors = [one.message for one in plan_on(blind)[1].diagnostics if one.code.id == "SB409"]
    assert errors == [
        "among the images go elements, looks, first_frame, but the request has no field for them"
    ]


def test_a_host_that_is_not_in_the_catalogue_is_still_compared_with_a_document(
    tmp_path: Path,
) -> None:
    (tmp_path / "imaginary.yaml").write_text(JSON_SHOTS, encoding="utf-8")
    target = load("imaginary/reel-1", Diagnostics(), folders=[tmp_path])
    assert target is not None
    names = ["engine", "text", "scenes", "length", "opens_on", "pictures", "subjects", "sound"]
    types = {"pictures": "array", "subjects": "array", "sound": "boolean"}
    fields: dict[str, Any] = {name: {"type": types.get(name, "string")} for name in names}
    fields |= {"without": {"type": "string"}, "shape": {"type": "string"}, "quality": {}}
    moved = {one.field for one in compare(target, {"properties": fields})}
    assert "scenes" not in moved
    del fields["scenes"]
    assert "scenes" in {one.field for one in compare(target, {"properties": fields})}


# -- on the simulator -----------------------------------------------------------------------------


def test_a_film_for_a_host_without_a_client_is_rehearsed(plan_on: Plan, tmp_path: Path) -> None:
    plan_on(JSON_SHOTS)
    project = Project("storyboard.yaml", CompileOptions(is_simulated=True))
    made = project.plan().plan
    report = project.run(made)
    assert report.is_complete
    clips = sorted(path.name for path in (tmp_path / "out" / "simulated").rglob("*.mp4"))
    assert clips == ["1..2.mp4", "3.mp4"]


@pytest.mark.parametrize("file", [JSON_SHOTS, WORDS_AND_PICTURES])
def test_the_simulator_takes_what_is_planned_and_its_bill_is_the_plan(
    plan_on: Plan, file: str
) -> None:
    made = plan_on(file)
    target = made[1].film.target
    endpoint = OwnEndpoint(target)
    bodies = [delivered(one) for one in payloads(made)]
    assert [endpoint.breaches(one) for one in bodies] == [()] * len(bodies)
    assert [endpoint.remarks(one) for one in bodies] == [()] * len(bodies)
    total = sum(
        (endpoint.amount(one, endpoint.order(one).seconds, None) or Decimal(0) for one in bodies),
        Decimal(0),
    )
    assert f"{total:f}".rstrip("0").rstrip(".") == made[0]["totals"]["generate"]["cost"]["amount"]
    assert endpoint.currency == made[0]["totals"]["generate"]["cost"]["currency"]


SHOT = {"says": "The sea.", "lasts": "3s"}
BODY = {"engine": "reel-1", "text": "The sea.", "length": "3s"}
LISTED = {"engine": "reel-1"}
REFUSED: list[tuple[dict[str, Any], str]] = [
    ({"engine": "reel-1", "length": "3s"}, "text: a text"),
    ({**BODY, "engine": "reel-2"}, "engine is not reel-1"),
    ({**BODY, "length": 3}, 'length: whole seconds as a text like "5s"'),
    ({**BODY, "length": "13s"}, "13 s is not a length here (2 to 12)"),
    ({**BODY, "text": "s" * 301}, "301 characters, 300 at most"),
    ({**LISTED, "scenes": [SHOT]}, "scenes: a text"),
    ({**LISTED, "scenes": "x"}, "scenes: a list of shots as JSON"),
    ({**LISTED, "scenes": json.dumps([SHOT, {"lasts": "3s"}])}, "scenes.1.says: a text"),
    (
        {**LISTED, "scenes": json.dumps([SHOT, {**SHOT, "lasts": "0s"}])},
        "a shot of 0 s, 1 to 12 s are taken",
    ),
    ({**LISTED, "scenes": json.dumps([{**SHOT, "lasts": "1s"}] * 6)}, "6 shots, 5 at most"),
    ({**BODY, "shape": "4:3"}, "shape is one of 16:9, 9:16, not 4:3"),
    ({**BODY, "pictures": ["https://a.b/c"] * 7}, "7 references, 6 at most"),
    ({**BODY, "sound": "on"}, "sound: true or false"),
    ({**BODY, "subjects": ["mara"]}, "subjects.0: an object with fields"),
]


@pytest.mark.parametrize(("body", "words"), REFUSED, ids=[words for _, words in REFUSED])
def test_the_simulator_refuses_what_the_data_do_not_say(
    tmp_path: Path, body: dict[str, Any], words: str
) -> None:
    (tmp_path / "imaginary.yaml").write_text(JSON_SHOTS, encoding="utf-8")
    (target,) = load_own([tmp_path], Diagnostics())
    assert [one.msg for one in OwnEndpoint(target).breaches(body)] == [words]


def test_a_model_of_a_known_host_is_served_beside_those_of_its_table(tmp_path: Path) -> None:
    file = JSON_SHOTS.replace("host: imaginary", "host: fal").replace(
        "endpoint: reel-1", "endpoint: acme/reel/1"
    )
    (tmp_path / "imaginary.yaml").write_text(file, encoding="utf-8")
    own = load_own([tmp_path], Diagnostics())
    endpoints = load_dialects(own)["fal"].endpoints
    assert isinstance(endpoints["acme/reel/1"], OwnEndpoint)
    assert isinstance(endpoints["fal-ai/kling-video/o3/pro/reference-to-video"], TableEndpoint)


def delivered(payload: Any) -> Any:
    """The payload with a link where a picture or a frame is still to come."""
    return json.loads(re.sub(r'"(asset|output):[^"]*"', '"https://a.b/c"', json.dumps(payload)))
