"""What editors show beside a key: titles, real values, snippets, and the words of a refusal.

``errorMessage``, ``defaultSnippets`` and ``title`` are what yaml-language-server reads, which
Visual Studio Code, Neovim, Helix and others use; validators leave them alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

SHOT_SIZES = (
    "extreme wide",
    "wide",
    "full",
    "medium wide",
    "medium",
    "medium close-up",
    "close-up",
    "extreme close-up",
    "over the shoulder",
    "insert",
)
"""The sizes of shots that film people know; any other text is taken too."""

_WORDS = {"type": ["string", "number"]}
_SHOT = {
    "label": "shot",
    "description": "A shot with its size, camera and prompt",
    "body": {
        "id": "${1:name}",
        "duration": "${2:4s}",
        "size": "${3:wide}",
        "prompt": '"${4:@name does something.}"',
    },
}
_LINE = {
    "label": "line",
    "description": "A spoken line with its tone",
    "body": {"${1:name}": {"line": '"${2:What is said.}"', "tone": "${3:quietly}"}},
}
_CHARACTER = {
    "label": "character",
    "description": "A character with a picture",
    "body": {
        "${1:name}": {
            "description": "${2:who it is, in words}",
            "frontal": "${3:cast/name/front.png}",
        }
    },
}
_ONE_SPEAKER = "one speaker in each item: begin the line of each with a dash of its own"
_NO_ACTION = "a shot says what it shows: write prompt:, beats:, or dialogue:"
_NO_TARGET = "no target is called that: `storyboard targets` lists them"


def add_hints(schema: dict[str, Any], targets: Sequence[str]) -> None:
    """Add to the schema of a storyboard or library what only editors need.

    ``targets`` are the ids that a film may name; where there are none, any text is taken.
    """
    blocks = {name: _object_of(block) for name, block in schema["$defs"].items()}
    for block in (schema, *blocks.values()):
        for key, value in block["properties"].items():
            value.setdefault("title", key.replace("_", " ").capitalize())
            if key == "size":
                _offer_sizes(value)
            elif key == "target" and targets:
                _offer_targets(value, targets)
            elif key == "dialogue":
                value["items"] |= {
                    "minProperties": 1,
                    # Of a wrong type editors use the schema's own words, of a wrong number not.
                    "if": {"minProperties": 2},
                    "then": {"type": "null", "errorMessage": _ONE_SPEAKER},
                    "defaultSnippets": [_LINE],
                }
            elif key == "characters":
                value["defaultSnippets"] = [_CHARACTER]
    if (shot := blocks.get("Shot")) is not None:
        shot["defaultSnippets"] = [_SHOT]
        shot["anyOf"] = [
            {"required": [key], "errorMessage": _NO_ACTION}
            for key in ("prompt", "beats", "dialogue")
        ]


def _object_of(block: dict[str, Any]) -> dict[str, Any]:
    """The block itself where a bare text may stand for it."""
    return next((one for one in block.get("anyOf", ()) if "properties" in one), block)


def _offer_sizes(value: dict[str, Any]) -> None:
    del value["type"]
    value["anyOf"] = [{"enum": [*SHOT_SIZES]}, dict(_WORDS)]
    value.pop("examples", None)


def _offer_targets(value: dict[str, Any], targets: Sequence[str]) -> None:
    value["type"] = "string"
    value["enum"] = [*targets]
    value["errorMessage"] = _NO_TARGET
    value.pop("examples", None)
