"""The language's JSON Schema is the model's, and says of real storyboards what the tool says."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
import yaml
from jsonschema import Draft202012Validator

from storyboard.language.schema import language_schema
from storyboard.targets.load import catalogue

ROOT = Path(__file__).parents[2]
SCHEMA = ROOT / "schemas" / "storyboard.schema.json"
SCHEMA_OF_FILMS = language_schema("storyboard", catalogue())
FILMS = [*ROOT.glob("examples/*/*.yaml"), ROOT / "storyboard" / "cli" / "first-film.yaml"]


def test_the_file_is_what_the_model_says() -> None:
    made = json.dumps(SCHEMA_OF_FILMS, ensure_ascii=False, indent=2) + "\n"
    if os.environ.get("STORYBOARD_UPDATE"):
        SCHEMA.write_text(made, encoding="utf-8")
    assert SCHEMA.read_text(encoding="utf-8") == made, "refresh it with STORYBOARD_UPDATE=1"


class _AsWritten(yaml.SafeLoader):
    """Reads 16:9 as an editor's YAML 1.2 does, not as a number in base sixty."""


_AsWritten.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in rules if tag != "tag:yaml.org,2002:int"]
    for first, rules in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
_AsWritten.add_implicit_resolver(
    "tag:yaml.org,2002:int", __import__("re").compile(r"^[0-9]+$"), list("0123456789")
)


@pytest.mark.parametrize("film", FILMS, ids=lambda path: path.parent.name + "/" + path.name)
def test_every_example_satisfies_the_schema(film: Path) -> None:
    data = yaml.load(film.read_text(encoding="utf-8"), _AsWritten)
    kind = "storyboard" if "scenes" in data else "library"
    errors = list(Draft202012Validator(language_schema(kind)).iter_errors(data))
    assert errors == []


@pytest.mark.parametrize(
    "broken",
    [
        {"storyboard": 2, "scenes": []},
        {"storyboard": 1},
        {"storyboard": 1, "scenes": [], "colour": "red"},
        {"storyboard": 1, "scenes": [{"shots": [{"duration": "four"}]}]},
        {"storyboard": 1, "scenes": [{"shots": [{"prompt": "x", "seam": "fade"}]}]},
        {"storyboard": 1, "scenes": [], "budget": "25"},
        {"storyboard": 1, "scenes": [], "characters": {"a b": {"description": "x"}}},
        {"storyboard": 1, "scenes": [], "target": "fal/kling-9"},
        {"storyboard": 1, "scenes": [{"shots": [{"duration": 4}]}]},
        {"storyboard": 1, "scenes": [{"shots": [{"dialogue": [{"a": "x", "b": "y"}]}]}]},
    ],
)
def test_the_schema_refuses_what_the_language_refuses(broken: object) -> None:
    assert not Draft202012Validator(SCHEMA_OF_FILMS).is_valid(broken)


def test_every_key_is_explained() -> None:
    schema = language_schema()
    for name, block in [("the top", schema), *schema["$defs"].items()]:
        options = block.get("anyOf", [block])
        for option in options:
            for key, value in option.get("properties", {}).items():
                assert value.get("description"), f"{key} of {name} has no description"
