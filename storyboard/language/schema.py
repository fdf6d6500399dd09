"""The language as JSON Schema, for editors that complete and explain keys."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from storyboard.language.editor_hints import add_hints
from storyboard.language.model import Library, Storyboard

LanguageSchema = dict[str, Any]


def language_schema(name: str = "storyboard", targets: Sequence[str] = ()) -> LanguageSchema:
    """The JSON Schema (draft 2020-12) of a storyboard, or of a cast ``library``.

    ``targets`` are the ids that a film may name, which editors offer; without any, all texts are.
    """
    model = Library if name == "library" else Storyboard
    title = "A cast library" if name == "library" else "A storyboard"
    schema = _tidy(model.model_json_schema())
    add_hints(schema, targets)
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **schema,
        "title": title,
    }


def _tidy(value: Any) -> Any:
    """Without what pydantic adds for Python: null for keys that are not written, and titles."""
    if isinstance(value, list):
        return [_tidy(item) for item in value]
    if not isinstance(value, dict):
        return value
    tidy = {
        key: {name: _tidy(inner) for name, inner in item.items()}
        if key in {"properties", "$defs", "patternProperties"}
        else _tidy(item)
        for key, item in value.items()
        if not (key == "title" and isinstance(item, str))
        and not (key == "default" and item is None)
    }
    options = [option for option in tidy.get("anyOf", ()) if option != {"type": "null"}]
    if len(options) == 1 and len(options) < len(tidy["anyOf"]):
        del tidy["anyOf"]
        return {**options[0], **tidy}
    if options:
        tidy["anyOf"] = options
    return tidy
