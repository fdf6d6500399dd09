"""The JSON Schemas of what is sent, and of a target file itself.

The schemas of requests are files under ``schemas/`` at the top of the source tree; a wheel
carries the same files inside the package.
"""

from __future__ import annotations

import json
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any

from storyboard.targets.model import Target

if TYPE_CHECKING:
    from importlib.resources.abc import Traversable

Schema = dict[str, Any]

_ITEMS_OF_LISTS = {"Price", "Doubt"}
"""Blocks that stand in lists and are replaced whole, so that they are never partial."""

_TAKEN_AWAY: tuple[Schema, ...] = ({"enum": ["unknown", "absent"]}, {"type": "null"})


def request_schema(target: Target) -> Schema:
    """The JSON Schema (draft 2020-12) of the target's request bodies.

    Values that a plan leaves open, ``asset:sha256:…``, ``output:sha256:…#last_frame`` and
    ``…#clip``, pass where a URL does. A target that names no schema has the one that everything
    passes, ``{}``.
    A name without a file raises ``FileNotFoundError``.
    """
    if target.own_schema is not None:
        return target.own_schema
    return read_schema(target.request_schema) if target.request_schema else {}


def longest(target: Target, field: str) -> int | None:
    """Code points that the schema lets a field of the request have; None where it does not say."""
    facts = request_schema(target).get("properties", {}).get(field)
    stated = facts.get("maxLength") if isinstance(facts, dict) else None
    return stated if isinstance(stated, int) else None


@cache
def read_schema(name: str) -> Schema:
    """A schema of this project by its file's name; the answer is shared and not to be changed."""
    schema: Schema = json.loads((_folder() / name).read_text(encoding="utf-8"))
    return schema


def _folder() -> Traversable:
    inside = files("storyboard") / "schemas"
    return inside if inside.is_dir() else Path(__file__).parents[2] / "schemas"


def target_schema() -> Schema:
    """The JSON Schema of a target file as its author writes it, for editors.

    A file that ``extends`` another may leave anything out; a fact that may be missing may also
    be the word ``unknown`` or ``absent``.
    """
    schema = Target.model_json_schema()
    required = schema.pop("required")
    blocks: Schema = schema["$defs"]
    for name, block in blocks.items():
        if name not in _ITEMS_OF_LISTS:
            block.pop("required", None)
    for block in (schema, *blocks.values()):
        for inner in block.get("properties", {}).values():
            _allow_words(inner)
    properties: Schema = {
        "extends": {
            "description": "The file this one builds on: a name beside it, or a built-in id.",
            "type": "string",
            "examples": ["fal/kling-o3-pro"],
        },
        "abstract": {
            "description": "Whether this only holds what other files share.",
            "type": "boolean",
        },
    }
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **schema,
        "title": "A storyboard target",
        "description": "A model on a host: its limits, names, types and prices, each sourced.",
        "properties": properties | schema["properties"],
        "anyOf": [{"required": ["extends"]}, {"required": ["abstract"]}, {"required": required}],
    }


def _allow_words(inner: Schema) -> None:
    """Let the words for what is not there stand where nothing may."""
    if {"type": "null"} in inner.get("anyOf", ()):
        kept = [option for option in inner["anyOf"] if option != {"type": "null"}]
        inner["anyOf"] = [*kept, *_TAKEN_AWAY]
        inner.pop("default", None)
    entries = inner.get("additionalProperties")
    if isinstance(entries, dict):
        inner["additionalProperties"] = {"anyOf": [entries, *_TAKEN_AWAY]}
