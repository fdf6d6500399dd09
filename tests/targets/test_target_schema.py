"""``schemas/target.schema.json``: in step with the model, and what editors need."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator

import storyboard.targets.load
from storyboard.targets.schemas import target_schema

SCHEMAS = Path(__file__).parents[2] / "schemas"
DATA = Path(storyboard.targets.load.__file__).with_name("data")


class Loader(yaml.SafeLoader):
    """YAML as editors read it for a JSON Schema: dates are texts."""


Loader.add_constructor("tag:yaml.org,2002:timestamp", lambda _loader, node: node.value)


def read(text: str) -> Any:
    return yaml.load(text, Loader)


def passes(text: str) -> bool:
    return Draft202012Validator(target_schema()).is_valid(read(text))


def test_the_stored_schema_is_in_step_with_the_model() -> None:
    """``STORYBOARD_UPDATE=1`` writes it anew."""
    stored = SCHEMAS / "target.schema.json"
    made = json.dumps(target_schema(), indent=2, ensure_ascii=False) + "\n"
    if os.environ.get("STORYBOARD_UPDATE"):
        stored.write_text(made, encoding="utf-8")
    assert stored.read_text(encoding="utf-8") == made


def test_it_is_a_schema() -> None:
    Draft202012Validator.check_schema(target_schema())


@pytest.mark.parametrize("path", sorted(DATA.rglob("*.yaml")), ids=lambda path: path.stem)
def test_every_built_in_file_passes(path: Path) -> None:
    validator = Draft202012Validator(target_schema())
    errors = [
        f"{'/'.join(map(str, error.path))}: {error.message[:200]}"
        for error in validator.iter_errors(read(path.read_text(encoding="utf-8")))
    ]
    assert errors == []


def test_a_file_that_extends_another_may_be_short() -> None:
    assert passes("extends: fal/kling-o3-pro\nreferences: {max: 7}\n")
    assert passes("extends: fal/kling-o3-pro\nreferences: {ceiling: absent}\n")
    assert not passes("references: {max: 7}\n")


@pytest.mark.parametrize(
    "text",
    [
        "extends: fal/kling-o3-pro\nrefrences: {max: 7}\n",
        "extends: fal/kling-o3-pro\nreferences: {max: many}\n",
        "extends: fal/kling-o3-pro\nfeatures: {audio: {how: maybe}}\n",
        "extends: fal/kling-o3-pro\nfeatures: {smell: {how: native}}\n",
        "extends: fal/kling-o3-pro\nprices: [{audio: true}]\n",
        "extends: fal/kling-o3-pro\nprices: {audio: true}\n",
    ],
)
def test_mistakes_are_seen_by_an_editor(text: str) -> None:
    assert not passes(text)


def test_every_key_of_a_target_is_documented() -> None:
    described = {"title", "sources", "target"}
    properties = target_schema()["properties"]
    assert described <= set(properties)
    for name in ("extends", "abstract", "target", "endpoint", "facts", "requires", "dialogue"):
        assert properties[name]["description"]
