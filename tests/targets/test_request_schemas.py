"""The schemas of requests: the vendors' examples pass, what the vendors refuse does not."""

from __future__ import annotations

import json
from collections.abc import Iterator
from copy import deepcopy
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
from jsonschema import Draft202012Validator

from storyboard.diagnostics import Diagnostics
from storyboard.targets.load import catalogue, load
from storyboard.targets.model import Target
from storyboard.targets.schemas import read_schema, request_schema

HERE = Path(__file__).parent
TABLES = json.loads((HERE / "fal_fields_2026-06-11.json").read_text(encoding="utf-8"))
URL = "https://example.com/a.png"
Body = dict[str, Any]


def target_of(target_id: str) -> Target:
    target = load(target_id, Diagnostics())
    assert target is not None
    return target


def passes(target_id: str, body: Body) -> bool:
    """Whether a body passes, asked of two independent validators."""
    schema = request_schema(target_of(target_id))
    answer = Draft202012Validator(schema).is_valid(body)
    assert jsonschema_rs.validator_for(schema).is_valid(body) == answer
    return answer


def example(name: str) -> Body:
    body: Body = json.loads((HERE / "examples" / f"{name}.json").read_text(encoding="utf-8"))
    return body


FAL = example("fal-kling-o3-pro")
O1 = example("fal-kling-o1-standard")
OXEN = {**example("oxen-kling-o3-pro"), "prompt": "@Image1 waits"}
SHOTS = [{"prompt": "one", "duration": 2}, {"prompt": "two", "duration": 1}]
FAL_SHOTS = [{"prompt": "one", "duration": "2"}, {"prompt": "two", "duration": "1"}]


@pytest.mark.parametrize("target_id", catalogue())
def test_a_schema_is_closed_and_says_where_it_comes_from(target_id: str) -> None:
    schema = request_schema(target_of(target_id))
    Draft202012Validator.check_schema(schema)
    assert schema["$schema"].endswith("2020-12/schema")
    assert "Written from" in schema["description"]
    for block in (schema, *schema.get("$defs", {}).values()):
        if block["type"] == "object":
            assert block["additionalProperties"] is False
        assert block["description"]


@pytest.mark.parametrize("tier", ["standard", "pro", "4k"])
def test_fals_example_of_o3_passes_on_every_tier(tier: str) -> None:
    assert passes(f"fal/kling-o3-{tier}", FAL)


@pytest.mark.parametrize("tier", ["standard", "pro"])
def test_fals_example_of_o1_passes_on_every_tier(tier: str) -> None:
    assert passes(f"fal/kling-o1-{tier}", O1)


def test_oxens_example_passes_as_soon_as_it_has_a_prompt() -> None:
    """Its page shows requests without a prompt, which its walkthrough says are refused."""
    bare = example("oxen-kling-o3-pro")
    assert not passes("oxen/kling-o3-pro", bare)
    assert passes("oxen/kling-o3-pro", OXEN)


def changed(body: Body, **fields: Any) -> Body:
    """The body with fields replaced, or taken out where they are ``...``."""
    merged = {**deepcopy(body), **fields}
    return {name: value for name, value in merged.items() if value is not ...}


def element(**fields: Any) -> list[Body]:
    return [fields]


CLIP = {"video_url": "https://example.com/a.mp4"}
PAIR = {"frontal_image_url": URL, "reference_image_urls": [URL]}

FAL_REFUSED = {
    "both a prompt and shots": changed(FAL, multi_prompt=FAL_SHOTS),
    "neither a prompt nor shots": changed(FAL, prompt=...),
    "an empty list of shots": changed(FAL, prompt=None, multi_prompt=[]),
    "an empty prompt": changed(FAL, prompt=""),
    "a prompt above 2500": changed(FAL, prompt="x" * 2501),
    "a shot above 512": changed(FAL, prompt=None, multi_prompt=[{"prompt": "x" * 513}]),
    "a shot without a prompt": changed(FAL, prompt=None, multi_prompt=[{"duration": "3"}]),
    "a shot's seconds as a number": changed(
        FAL, prompt=None, multi_prompt=[{"prompt": "x", "duration": 3}]
    ),
    "a shot of 16 s": changed(FAL, prompt=None, multi_prompt=[{"prompt": "x", "duration": "16"}]),
    "seven shots": changed(FAL, prompt=None, multi_prompt=[{"prompt": "x"}] * 7),
    "seconds as a number": changed(FAL, duration=8),
    "2 s": changed(FAL, duration="2"),
    "16 s": changed(FAL, duration="16"),
    "an aspect ratio that is not there": changed(FAL, aspect_ratio="4:3"),
    "a negative prompt": changed(FAL, negative_prompt="blur"),
    "another host's field": changed(FAL, tail_image_url=URL),
    "an element without references": changed(FAL, elements=element(frontal_image_url=URL)),
    "an element with an empty list of references": changed(
        FAL, elements=element(frontal_image_url=URL, reference_image_urls=[])
    ),
    "an element with four references": changed(
        FAL, elements=element(frontal_image_url=URL, reference_image_urls=[URL] * 4)
    ),
    "an element without anything": changed(FAL, elements=element()),
    "two elements with clips": changed(FAL, elements=[CLIP, CLIP]),
    "eight images": changed(FAL, image_urls=[URL] * 8),
    "a picture that is no address": changed(FAL, start_image_url="cast/front.png"),
    "a data URI": changed(FAL, start_image_url="data:image/png;base64,AAAA"),
    "a wrong digest": changed(FAL, start_image_url="asset:sha256:12"),
    "an output that is no frame": changed(FAL, start_image_url=f"output:sha256:{'0' * 64}"),
    "audio as a word": changed(FAL, generate_audio="true"),
}


@pytest.mark.parametrize("case", FAL_REFUSED)
def test_what_fal_refuses_does_not_pass(case: str) -> None:
    assert not passes("fal/kling-o3-pro", FAL_REFUSED[case])


FAL_TAKEN = {
    "shots": changed(FAL, prompt=None, multi_prompt=FAL_SHOTS, duration="3"),
    "shots without the prompt's field": changed(FAL, prompt=..., multi_prompt=FAL_SHOTS),
    "pictures with a voice": changed(FAL, elements=element(**PAIR, voice_id="v")),
    "a clip with a voice": changed(FAL, elements=[{**CLIP, "voice_id": "v"}, PAIR]),
    "a prompt of 2500": changed(FAL, prompt="x" * 2500),
    "what a plan leaves open": changed(
        FAL,
        start_image_url=f"output:sha256:{'0a' * 32}#last_frame",
        end_image_url=f"asset:sha256:{'0a' * 32}",
    ),
    "seven images": changed(FAL, image_urls=[URL] * 7),
}


@pytest.mark.parametrize("case", FAL_TAKEN)
def test_what_fal_takes_passes(case: str) -> None:
    assert passes("fal/kling-o3-pro", FAL_TAKEN[case])


O1_REFUSED = {
    "no prompt": changed(O1, prompt=...),
    "no prompt, by null": changed(O1, prompt=None),
    "11 s": changed(O1, duration="11"),
    "a list of shots": changed(O1, multi_prompt=FAL_SHOTS),
    "a first frame": changed(O1, start_image_url=URL),
    "audio": changed(O1, generate_audio=False),
    "an element with a clip": changed(O1, elements=[CLIP]),
    "an element without references": changed(O1, elements=element(frontal_image_url=URL)),
    "an element with an empty list of references": changed(
        O1, elements=element(frontal_image_url=URL, reference_image_urls=[])
    ),
}


@pytest.mark.parametrize("case", O1_REFUSED)
def test_what_o1_has_not_does_not_pass(case: str) -> None:
    assert not passes("fal/kling-o1-standard", O1_REFUSED[case])


def oxen(*seconds: int) -> Body:
    shots = [{"prompt": "a shot", "duration": length} for length in seconds]
    return changed(OXEN, prompt=..., multi_prompt=shots)


OXEN_REFUSED = {
    "both a prompt and shots": changed(OXEN, multi_prompt=SHOTS),
    "neither": changed(OXEN, prompt=...),
    "an empty list of shots": changed(OXEN, prompt=..., multi_prompt=[]),
    "a shot without a prompt": changed(OXEN, prompt=..., multi_prompt=[{"duration": 4}]),
    "a prompt of 1 s": changed(OXEN, duration=1),
    "a prompt of 2 s": changed(OXEN, duration=2),
    "a prompt of 16 s": changed(OXEN, duration=16),
    "one shot of 1 s": oxen(1),
    "one shot of 2 s": oxen(2),
    "a shot of 16 s": oxen(16),
    "a shot of no seconds": oxen(5, 0),
    "seconds as a text": changed(OXEN, duration="5"),
    "a total beside the shots": changed(OXEN, prompt=..., multi_prompt=SHOTS, duration=3),
    "a prompt above 512": changed(OXEN, prompt="x" * 513),
    "a shot above 512": changed(OXEN, prompt=..., multi_prompt=[{"prompt": "x" * 513}]),
    "a last frame without a first": changed(OXEN, start_image_url=...),
    "five images": changed(OXEN, input_image=[URL] * 5),
    "four references": changed(
        OXEN, elements=element(frontal_image_url=URL, reference_image_urls=[URL] * 4)
    ),
    "an element without a front": changed(OXEN, elements=element(reference_image_urls=[URL])),
    "no generation": changed(OXEN, num_generations=0),
    "five generations": changed(OXEN, num_generations=5),
    "another model": changed(OXEN, model="kling-video-o3-omni"),
    "no model": changed(OXEN, model=...),
    "another host's field": changed(OXEN, end_image_url=URL),
    "another host's shot type": changed(OXEN, shot_type="customize"),
}


@pytest.mark.parametrize("case", OXEN_REFUSED)
def test_what_oxen_refuses_does_not_pass(case: str) -> None:
    assert not passes("oxen/kling-o3-pro", OXEN_REFUSED[case])


OXEN_TAKEN = {
    "one shot of 3 s": oxen(3),
    "two shots of 3 s together": oxen(2, 1),
    "one shot of 15 s": oxen(15),
    "three shots of 15 s together": oxen(5, 5, 5),
    "a prompt of 3 s": changed(OXEN, duration=3),
    "a prompt of 15 s": changed(OXEN, duration=15),
    "an element with a front alone": changed(OXEN, elements=element(frontal_image_url=URL)),
    "four generations": changed(OXEN, num_generations=4),
}


@pytest.mark.parametrize("case", OXEN_TAKEN)
def test_the_rows_of_oxens_table_that_work_pass(case: str) -> None:
    assert passes("oxen/kling-o3-pro", OXEN_TAKEN[case])


def test_an_omni_request_needs_its_prompt_and_knows_resolutions() -> None:
    body = {"model": "kling-video-o3-omni", "prompt": "x", "resolution": "1080p", "duration": 5}
    assert passes("oxen/kling-o3-omni", body)
    assert not passes("oxen/kling-o3-omni", changed(body, prompt=...))
    assert not passes("oxen/kling-o3-omni", changed(body, resolution="8k"))
    assert not passes("oxen/kling-o3-omni", changed(body, multi_prompt=SHOTS))


def test_an_o1_request_on_oxen_needs_an_image() -> None:
    body = {"model": "kling-video-o1-reference-to-video", "prompt": "x", "input_image": [URL]}
    assert passes("oxen/kling-o1", changed(body, duration=10))
    assert not passes("oxen/kling-o1", changed(body, input_image=...))
    assert not passes("oxen/kling-o1", changed(body, input_image=[]))
    assert not passes("oxen/kling-o1", changed(body, duration=6))


@pytest.mark.parametrize("tier", ["standard", "pro", "4k"])
@pytest.mark.parametrize(("family", "frame"), [("o3", "image_url"), ("v3", "start_image_url")])
def test_image_to_video_needs_its_first_frame(tier: str, family: str, frame: str) -> None:
    body = {"prompt": "x", frame: URL}
    target_id = f"fal/kling-{family}-{tier}-image-to-video"
    assert passes(target_id, body)
    assert not passes(target_id, changed(body, **{frame: ...}))
    assert not passes(target_id, changed(body, aspect_ratio="16:9"))


# The field tables of fal's OpenAPI documents


def _fields(block: Body, schema: Body) -> Iterator[tuple[str, Body, Body]]:
    """Each field of a table with the field of the schema that stands for it."""
    assert set(block["fields"]) == set(schema["properties"])
    for name, theirs in block["fields"].items():
        yield name, theirs, schema["properties"][name]


def _bare(ours: Body, root: Body) -> tuple[Body, bool]:
    """A field without null and references, and whether null passes."""
    options = ours.get("anyOf", [])
    nullable = {"type": "null"} in options
    if nullable:
        ours = {**ours, **next(option for option in options if option != {"type": "null"})}
    if "$ref" in ours:
        ours = {**root["$defs"][ours["$ref"].rpartition("/")[2]], **ours}
    return ours, nullable


def _check_field(name: str, theirs: Body, ours: Body, root: Body) -> None:
    ours, nullable = _bare(ours, root)
    assert nullable == theirs.get("nullable", False), name
    for fact in ("type", "enum", "default", "minimum", "maximum"):
        assert ours.get(fact) == theirs.get(fact), (name, fact)
    if "maxLength" in theirs:
        assert ours["maxLength"] == theirs["maxLength"], name
    items = theirs.get("items")
    if isinstance(items, str):
        inner, _ = _bare(ours["items"], root)
        _check_block(TABLES["blocks"][items], inner, root)
    elif items:
        _check_field(f"{name}[]", items, ours["items"], root)


def _check_block(block: Body, schema: Body, root: Body) -> None:
    assert set(block["required"]) <= set(schema.get("required", ()))
    for name, theirs, ours in _fields(block, schema):
        _check_field(name, theirs, ours, root)


IN_TABLES = [name for name in catalogue() if target_of(name).endpoint in TABLES["endpoints"]]


@pytest.mark.parametrize("target_id", IN_TABLES)
def test_fals_schemas_have_the_fields_of_its_tables(target_id: str) -> None:
    """Names, types, choices, defaults and lengths, as the OpenAPI documents state them."""
    target = target_of(target_id)
    schema = request_schema(target)
    block = TABLES["endpoints"][target.endpoint]
    _check_block(block, schema, schema)
    assert set(schema.get("required", ())) == set(block["required"])


def test_the_tables_limits_of_pictures_are_the_datas() -> None:
    for name in IN_TABLES:
        target = target_of(name)
        for pictures, kind in ((target.pictures, "picture"), (target.frames, "moved picture")):
            if pictures is None:
                continue
            stated = TABLES["limits"][kind]
            assert pictures.max_bytes == stated["max_file_size"]
            assert pictures.min_side == stated["min_width"] == stated["min_height"]
            assert pictures.max_side == stated.get("max_width") == stated.get("max_height")
            assert float(pictures.min_ratio) == stated["min_aspect_ratio"]
            assert float(pictures.max_ratio) == stated["max_aspect_ratio"]


def test_the_tables_limits_of_footage_are_the_datas() -> None:
    names = {
        "max_file_size": "max_bytes",
        "min_width": "min_side",
        "max_width": "max_side",
        "min_duration": "min_seconds",
        "max_duration": "max_seconds",
        "min_fps": "min_rate",
        "max_fps": "max_rate",
    }
    checked = 0
    for name in IN_TABLES:
        target = target_of(name)
        if target.footage is None or target.request.footage is None:
            continue
        if target.facts["footage"].source != "openapi":
            continue  # a later document says it
        field = TABLES["endpoints"][target.endpoint]["fields"][target.request.footage]
        stated = TABLES["limits"][field["limits"]]
        for theirs, ours in names.items():
            own = getattr(target.footage, ours)
            assert (None if own is None else float(own)) == stated.get(theirs), (name, ours)
        checked += 1
    assert checked


def test_every_schema_of_requests_is_used_by_a_target() -> None:
    used = {target_of(name).request_schema for name in catalogue()}
    folder = HERE.parents[1] / "schemas"
    assert {path.name for path in folder.glob("fal-*")} | {
        path.name for path in folder.glob("oxen-*")
    } == used


def test_a_target_without_a_schema_lets_everything_pass() -> None:
    target = target_of("fal/kling-o3-pro").model_copy(update={"request_schema": None})
    assert request_schema(target) == {}


def test_a_schema_that_is_not_there_is_the_callers_mistake() -> None:
    with pytest.raises(FileNotFoundError):
        read_schema("none.schema.json")
