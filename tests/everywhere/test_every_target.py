"""One film on every target of the catalogue: what is sent, what is said, and who accepts it.

The payloads are stored beside the film, ``expected/<host>-<model>.json``. They are written anew
with ``STORYBOARD_UPDATE=1``; the difference is to be read against the vendors' documents.
"""

from __future__ import annotations

import json
import os
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from storyboard.api import CompileOptions, Project
from storyboard.diagnostics import Diagnostics, Severity
from storyboard.diagnostics.machine import as_json
from storyboard.targets.load import catalogue, load
from storyboard.targets.model import Feature, Target
from storyboard.targets.schemas import read_schema, request_schema

HERE = Path(__file__).parent
EXPECTED = HERE / "expected"
IDS = catalogue()


@cache
def target_of(target_id: str) -> Target:
    target = load(target_id, Diagnostics())
    assert target is not None
    return target


def film_of(target: Target) -> str:
    """The film that a target can take: one of its own where each clip is made of another."""
    for feature, film in (
        (Feature.MOTION, "motion"),
        (Feature.EDIT, "edit"),
        (Feature.FIRST_FRAME, "frames"),
        (Feature.FOOTAGE, "footage"),
    ):
        if feature is Feature.FIRST_FRAME and target.has(Feature.MIDDLE_FRAMES):
            return "middle_frames.storyboard.yaml"
        if feature in target.requires:
            return f"{film}.storyboard.yaml"
    return "storyboard.yaml"


@pytest.fixture(autouse=True)
def _in_the_films_folder(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(HERE / "film")


@cache
def made(target_id: str) -> Any:
    """What is stored for a target."""
    target = target_of(target_id)
    film = film_of(target)
    made_plan, compilation = Project(film, CompileOptions(target=target_id)).plan()
    planned = made_plan.to_json()
    return {
        "film": film,
        "totals": {"requests": planned["totals"]["requests"], **_bill(planned)},
        "requests": [
            {name: one[name] for name in ("id", "endpoint", "payload")}
            for one in planned["requests"]
        ],
        "findings": [as_json(found) for found in compilation.diagnostics],
    }


def _bill(planned: Any) -> Any:
    return {"seconds": planned["totals"]["seconds"], "cost": planned["totals"]["generate"]["cost"]}


def stored(target_id: str) -> Path:
    return EXPECTED / f"{target_id.replace('/', '-')}.json"


def bodies(target_id: str) -> list[dict[str, Any]]:
    return [one["payload"] for one in made(target_id)["requests"]]


def shots(target: Target, payload: dict[str, Any]) -> list[dict[str, Any]]:
    return payload.get(target.request.shots.name, []) if target.request.shots else []


@pytest.mark.parametrize("target_id", IDS)
def test_the_film_compiles_to_what_is_stored(target_id: str) -> None:
    text = json.dumps(made(target_id), ensure_ascii=False, indent=1) + "\n"
    if os.environ.get("STORYBOARD_UPDATE"):
        stored(target_id).write_text(text, encoding="utf-8")
    assert text == stored(target_id).read_text(encoding="utf-8")


def test_every_target_of_the_catalogue_is_stored_and_nothing_else() -> None:
    assert sorted(EXPECTED.iterdir()) == sorted(map(stored, IDS))


@pytest.mark.parametrize("target_id", IDS)
def test_a_target_takes_the_film_without_an_error(target_id: str) -> None:
    severities = {one["severity"] for one in made(target_id)["findings"]}
    assert bodies(target_id)
    assert Severity.ERROR.value not in severities


@pytest.mark.parametrize("target_id", IDS)
def test_every_payload_satisfies_the_schema_of_its_endpoint(target_id: str) -> None:
    schema = request_schema(target_of(target_id))
    assert schema["properties"]
    for body in bodies(target_id):
        assert list(Draft202012Validator(schema).iter_errors(body)) == []


@pytest.mark.parametrize("target_id", IDS)
def test_the_vendor_accepts_every_payload_and_makes_its_clip(target_id: str, vendors: Any) -> None:
    target = target_of(target_id)
    sent = bodies(target_id)
    assert vendors.send(target.host, target.endpoint, sent) == [""] * len(sent)
    rows = vendors.simulator.bill()["rows"][-len(sent) :]
    assert not any(row["remarks"] for row in rows)


FAL_IN_STRINGS = [
    one
    for one in IDS
    if one.startswith("fal/")
    and (seconds := target_of(one).request.seconds) is not None
    and seconds.type == "string"
]


@pytest.mark.parametrize("target_id", FAL_IN_STRINGS)
def test_fal_has_its_durations_as_strings_and_the_total_beside_the_shots(target_id: str) -> None:
    for body in bodies(target_id):
        assert isinstance(body["duration"], str)
        listed = body.get("multi_prompt", [])
        assert all(isinstance(shot["duration"], str) for shot in listed)
        if listed:
            assert int(body["duration"]) == sum(int(shot["duration"]) for shot in listed)
            assert body.get("shot_type", "customize") == "customize"
        assert ("prompt" in body) != ("multi_prompt" in body)


@pytest.mark.parametrize("target_id", [one for one in IDS if one.startswith("oxen/")])
def test_oxen_has_its_durations_as_integers_and_no_total_beside_the_shots(target_id: str) -> None:
    for body in bodies(target_id):
        assert body["model"] == target_of(target_id).endpoint
        has_length = not target_of(target_id).is_made_from_clips
        assert ("duration" in body) == (has_length and "prompt" in body)
        assert ("prompt" in body) == ("multi_prompt" not in body)
        each = [body, *body.get("multi_prompt", [])]
        assert all(type(one["duration"]) is int for one in each if "duration" in one)


DOCUMENTED: dict[str, set[str]] = {
    "o3-pro": {"start_image_url", "end_image_url", "image_urls", "elements", "generate_audio"},
    "o1": {"image_urls", "elements"},
    "o3-video": {"video_url", "image_urls", "elements", "keep_audio"},
    "o1-video": {"video_url", "image_urls", "elements", "keep_audio"},
    "o3-edit": {"video_url", "image_urls", "elements", "keep_audio"},
    "o1-edit": {"video_url", "image_urls", "elements", "keep_audio"},
    "v3-motion": {
        "image_url",
        "video_url",
        "elements",
        "keep_original_sound",
        "character_orientation",
    },
    "v2.6-motion": {"image_url", "video_url", "keep_original_sound", "character_orientation"},
    "o3-text": {"generate_audio"},
    "o3-image": {"image_url", "end_image_url", "generate_audio"},
    "v3-text": {"generate_audio", "negative_prompt"},
    "v3-image": {
        "start_image_url",
        "end_image_url",
        "elements",
        "generate_audio",
        "negative_prompt",
    },
    "v2.6-text": {"generate_audio", "negative_prompt"},
    "v2.6-image": {"start_image_url", "end_image_url", "generate_audio", "negative_prompt"},
    "oxen-o3": {
        "model",
        "start_image_url",
        "tail_image_url",
        "input_image",
        "elements",
        "generate_audio",
        "negative_prompt",
    },
    "oxen-omni": {
        "model",
        "start_image_url",
        "tail_image_url",
        "input_image",
        "elements",
        "generate_audio",
        "resolution",
    },
    "oxen-o3-edit": {"model", "input_video", "input_image", "elements", "keep_audio"},
    "oxen-o1-edit": {"model", "input_video", "input_image", "elements", "keep_audio"},
    "oxen-v3-motion": {
        "model",
        "input_image",
        "input_video",
        "elements",
        "keep_original_sound",
        "character_orientation",
    },
    "v4-text": {"resolution"},
    "v4-image": {"start_image_url", "middle_image_urls", "end_image_url", "resolution"},
    "v4-reference": {"start_image_url", "image_urls", "elements", "resolution"},
    "oxen-v4-text": {"model", "resolution"},
    "oxen-v4-reference": {"model", "input_image", "elements", "resolution"},
    "turbo-text": set(),
    "turbo-image": {"image_url"},
    "o1-image": {"start_image_url", "end_image_url"},
    "oxen-v2.6-text": {"model", "negative_prompt", "generate_audio"},
    "oxen-v2.6-image": {"model", "input_image", "negative_prompt", "generate_audio"},
    "oxen-o3-image": {"model", "input_image", "tail_image_url"},
    "oxen-o1-image": {"model", "input_image", "tail_image_url"},
    "oxen-o1": {"model", "input_image", "elements"},
}
"""The fields beside the texts and the lengths that the film needs, by the vendors' documents."""


def family_of(target_id: str) -> str:
    host, _, model = target_id.partition("/")
    line = "turbo" if "turbo" in model else model.split("-")[1]
    kinds = {"image-to": "image", "text-to": "text", "video-": "video"}
    kind = next((kind for words, kind in kinds.items() if words in model), "")
    if "reference-to" in model:
        kind = "reference"
    if model.endswith(("-edit", "-motion-control")):
        kind = "edit" if model.endswith("-edit") else "motion"
    if host == "oxen" and not kind:
        return {"kling-o1": "oxen-o1", "kling-o3-pro": "oxen-o3"}.get(model, "oxen-omni")
    if kind:
        return f"oxen-{line}-{kind}" if host == "oxen" else f"{line}-{kind}"
    return {"o1": "o1"}.get(line, "o3-pro")


@pytest.mark.parametrize("target_id", IDS)
def test_the_fields_that_are_sent_are_the_documented_ones(target_id: str) -> None:
    used = set().union(*bodies(target_id))
    texts = {"prompt", "multi_prompt", "duration", "shot_type", "aspect_ratio"}
    assert used - texts == DOCUMENTED[family_of(target_id)]
    has_ratio = target_of(target_id).request.aspect_ratio is not None
    assert all((body.get("aspect_ratio") == "9:16") == has_ratio for body in bodies(target_id))


@pytest.mark.parametrize("target_id", IDS)
def test_no_text_is_longer_than_it_may_be_with_the_hidden_width_of_its_tags(target_id: str) -> None:
    target = target_of(target_id)
    for body in bodies(target_id):
        for shot in [body] if "prompt" in body else shots(target, body):
            width = len(shot["prompt"]) + 6 * shot["prompt"].count("@")
            limit = target.prompt.characters if "prompt" in body else target.shot_characters
            if limit is not None:
                assert width <= limit
            assert max(shot["prompt"]) < "\U000f0000"


def test_a_target_that_needs_first_frames_refuses_the_film_without_them() -> None:
    for target_id in IDS:
        if Feature.FIRST_FRAME in target_of(target_id).requires and "motion" not in target_id:
            _, compilation = Project("storyboard.yaml", CompileOptions(target=target_id)).plan()
            errors = [d for d in compilation.diagnostics if d.severity is Severity.ERROR]
            assert [one.code.id for one in errors] == ["SB405"]
            assert errors[0].message.endswith(" clips have none")


def test_the_stored_findings_are_findings() -> None:
    schema = read_schema("diagnostics.schema.json")
    for target_id in IDS:
        found = {"diagnostics": made(target_id)["findings"]}
        assert list(Draft202012Validator(schema).iter_errors(found)) == []
