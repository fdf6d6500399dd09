"""Which keys hold texts in a writer's words."""

from __future__ import annotations

from typing import Any

from storyboard.language.cast import Element, Image, Look
from storyboard.language.model import Beat, Defaults, Library, Line, Scene, Shot, Storyboard
from storyboard.language.prose import PROSE_KEYS

BLOCKS = (Beat, Defaults, Element, Image, Library, Line, Look, Scene, Shot, Storyboard)
NAMES = {"edit", "location", "motion", "target", "voice"}
"""Keys that the model takes as texts and that are no prose."""


def test_every_key_that_takes_a_text_is_looked_at_or_is_a_name() -> None:
    taken = {
        key
        for block in BLOCKS
        for key, field in block.model_fields.items()
        if is_text(field.annotation, field.metadata)
    }
    assert taken == PROSE_KEYS | NAMES


def is_text(annotation: Any, metadata: list[Any]) -> bool:
    """Whether a field takes any text: paths, ids and choices have a reader of their own."""
    schemas = [*metadata, *getattr(annotation, "__metadata__", ())]
    for option in getattr(annotation, "__args__", ()):
        schemas += getattr(option, "__metadata__", ())
    wide = {"type": ["string", "number", "boolean"]}
    return any(getattr(schema, "json_schema", None) == wide for schema in schemas)
