"""Drift: what moved between a target's data and the document its host publishes."""

from __future__ import annotations

import json
from contextlib import suppress
from copy import deepcopy
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from storyboard.diagnostics import Diagnostics
from storyboard.targets.drift import Drift, compare
from storyboard.targets.load import catalogue, load
from storyboard.targets.model import Target
from storyboard.targets.published_schema import UnknownDocument

TABLES = json.loads(
    Path(__file__).with_name("fal_fields_2026-06-11.json").read_text(encoding="utf-8")
)
Json = dict[str, Any]
PRO = "fal-ai/kling-video/o3/pro/reference-to-video"


@cache
def target_of(target_id: str) -> Target:
    target = load(target_id, Diagnostics())
    assert target is not None
    return target


FAL = [name for name in catalogue() if target_of(name).endpoint in TABLES["endpoints"]]


def field(facts: Json) -> Json:
    """A field as an OpenAPI document writes it."""
    stated = {"type", "enum", "maxLength", "minimum", "maximum"}
    written: Json = {name: fact for name, fact in facts.items() if name in stated}
    if "limits" in facts:
        written["x-fal"] = {**TABLES["limits"][facts["limits"]], "timeout": 20}
    items = facts.get("items")
    if isinstance(items, str):
        written["items"] = {"$ref": f"#/components/schemas/{items}"}
    elif items:
        written["items"] = field(items)
    if facts.get("nullable"):
        written = {"anyOf": [written, {"type": "null"}]}
    if "default" in facts:
        written["default"] = facts["default"]
    return {"description": "…", **written}


def block(facts: Json) -> Json:
    properties = {name: field(each) for name, each in facts["fields"].items()}
    return {"type": "object", "required": facts["required"], "properties": properties}


def openapi(endpoint: str) -> Json:
    """The document of an endpoint, rebuilt from its table."""
    schemas = {name: block(facts) for name, facts in TABLES["blocks"].items()}
    schemas["Input"] = block(TABLES["endpoints"][endpoint])
    reference = {"schema": {"$ref": "#/components/schemas/Input"}}
    answer: Json = {"get": {"responses": {}}}
    return {
        "openapi": "3.0.4",
        "paths": {
            f"/{endpoint}/requests/{{request_id}}": answer,
            f"/{endpoint}": {"post": {"requestBody": {"content": {"application/json": reference}}}},
        },
        "components": {"schemas": schemas},
    }


def properties(document: Json, name: str = "Input") -> Json:
    found: Json = document["components"]["schemas"][name]["properties"]
    return found


def drift_of_pro(document: Json) -> list[Drift]:
    return compare(target_of("fal/kling-o3-pro"), document)


@pytest.mark.parametrize("target_id", FAL)
def test_nothing_has_moved_since_the_documents_that_the_data_was_read_from(target_id: str) -> None:
    target = target_of(target_id)
    found = compare(target, openapi(target.endpoint))
    if target.footage is not None and target.facts["footage"].source != "openapi":
        # A later document says what a clip may be.
        found = [one for one in found if one.field != target.request.footage]
    assert found == []


def test_a_field_that_is_gone_is_found() -> None:
    document = openapi(PRO)
    del properties(document)["end_image_url"]
    del properties(document, "KlingV3ComboElementInput")["voice_id"]
    assert {(each.kind, each.field) for each in drift_of_pro(document)} == {
        ("gone", "end_image_url"),
        ("gone", "elements[].voice_id"),
    }


def test_a_field_that_is_new_is_found() -> None:
    document = openapi(PRO)
    properties(document)["seed"] = {"type": "integer"}
    properties(document, "KlingV3MultiPromptElement")["camera"] = {"type": "string"}
    assert {(each.kind, each.field) for each in drift_of_pro(document)} == {
        ("new", "seed"),
        ("new", "multi_prompt[].camera"),
    }


@pytest.mark.parametrize(
    ("name", "change", "kind", "ours", "theirs"),
    [
        ("duration", {"type": "integer"}, "type", "string", "integer"),
        ("duration", {"default": "6"}, "default", "5", "6"),
        ("generate_audio", {"default": True}, "default", "false", "true"),
        ("aspect_ratio", {"enum": ["16:9"]}, "enum", "16:9, 9:16, 1:1", "16:9"),
        ("prompt", {"anyOf": [{"type": "string", "maxLength": 3000}, {"type": "null"}]},
         "limit", "maxLength 2500", "maxLength 3000"),
    ],
)  # fmt: skip
def test_what_a_field_is_is_compared(
    name: str, change: Json, kind: str, ours: str, theirs: str
) -> None:
    document = openapi(PRO)
    properties(document)[name].update(change)
    (found,) = drift_of_pro(document)
    assert (found.kind, found.field, found.ours, found.theirs) == (kind, name, ours, theirs)
    assert str(found) == f"{name}: {kind} {theirs}, was {ours}"


def test_an_enum_that_is_no_longer_stated_is_found() -> None:
    document = openapi(PRO)
    del properties(document)["shot_type"]["enum"]
    (found,) = drift_of_pro(document)
    assert str(found) == "shot_type: enum not stated, was customize, intelligent"


def test_a_field_that_became_required_is_found() -> None:
    document = openapi(PRO)
    document["components"]["schemas"]["Input"]["required"] = ["aspect_ratio"]
    (found,) = drift_of_pro(document)
    assert str(found) == "aspect_ratio: required true, was false"


def test_the_limits_of_pictures_are_compared() -> None:
    document = openapi(PRO)
    picture = properties(document)["start_image_url"]["anyOf"][0]
    picture["x-fal"]["max_file_size"] = 20971520
    picture["x-fal"]["max_aspect_ratio"] = 3
    assert [(each.ours, each.theirs) for each in drift_of_pro(document)] == [
        ("max_file_size 10485760", "max_file_size 20971520"),
        ("max_aspect_ratio 2.50", "max_aspect_ratio 3"),
    ]


def test_every_shape_of_document_is_understood() -> None:
    plain = openapi(PRO)
    entry: Json = {"endpoint_id": PRO, "openapi": plain}
    listed: Json = {"models": [{"endpoint_id": "other"}, entry]}
    for document in (plain, entry, listed):
        assert drift_of_pro(document) == []


OXEN: Json = {
    "type": "object",
    "properties": {
        "start_image_url": {"type": "string", "format": "uri"},
        "tail_image_url": {"type": "string", "format": "uri"},
        "input_image": {"type": "array", "items": {"type": "string"}},
        "elements": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["frontal_image_url"],
                "properties": {
                    "frontal_image_url": {"type": "string"},
                    "reference_image_urls": {"type": "array", "items": {"type": "string"}},
                },
            },
        },
        "negative_prompt": {"type": "string"},
        "aspect_ratio": {"type": "string", "enum": ["9:16", "1:1", "16:9"], "default": "16:9"},
        "generate_audio": {"type": "boolean", "default": False},
    },
}


@pytest.mark.parametrize("key", ["request_schema", "json_request_schema", None])
def test_oxens_published_schema_may_leave_out_what_it_takes(key: str | None) -> None:
    document = {key: OXEN, "pricing": {}} if key else OXEN
    target = target_of("oxen/kling-o3-pro")
    assert compare(target, document) == []
    moved = deepcopy(OXEN)
    del moved["properties"]["negative_prompt"]
    moved["properties"]["aspect_ratio"]["enum"].append("4:3")
    found = compare(target, {key: moved} if key else moved)
    assert {(each.kind, each.field) for each in found} == {
        ("gone", "negative_prompt"),
        ("enum", "aspect_ratio"),
    }


def test_a_target_without_a_schema_is_compared_by_its_data() -> None:
    target = target_of("fal/kling-o3-pro").model_copy(update={"request_schema": None})
    assert compare(target, openapi(PRO)) == []
    document = openapi(PRO)
    properties(document)["duration"]["enum"].append("20")
    del properties(document)["image_urls"]
    assert {(each.kind, each.field) for each in compare(target, document)} == {
        ("enum", "duration"),
        ("gone", "image_urls"),
    }


@pytest.mark.parametrize(
    ("document", "words"),
    [
        ({}, "none of paths"),
        ([], "expected a JSON object"),
        ({"models": []}, "no model of the document"),
        ({"paths": {}}, "describes nothing"),
        ({"paths": []}, "describes nothing"),
        ({"paths": {"/x": {"post": 1}}}, "describes nothing"),
        (openapi("fal-ai/kling-video/o3/4k/reference-to-video"), "o3/4k/reference-to-video, ex"),
        ({"id": "other", "request_schema": OXEN}, "of other, expected"),
    ],
)
def test_a_document_of_something_else_is_refused(document: Any, words: str) -> None:
    with pytest.raises(UnknownDocument, match=words):
        drift_of_pro(document)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-2, 2) | st.sampled_from(["string", "#/a", "5"]),
    lambda inner: st.lists(inner, max_size=3)
    | st.dictionaries(
        st.sampled_from(
            ["properties", "items", "$ref", "anyOf", "type", "enum", "prompt", "duration",
             "required", "x-fal", "max_file_size", "default", "maxLength", "elements"]
        ),
        inner,
        max_size=4,
    ),
    max_leaves=20,
)  # fmt: skip


@settings(deadline=None, max_examples=300)
@given(json_values)
def test_no_document_raises_anything_else(document: Any) -> None:
    for wrapped in (document, {"request_schema": document}, {"properties": document}):
        with suppress(UnknownDocument):
            drift_of_pro(wrapped)
