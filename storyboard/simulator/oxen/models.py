"""Oxen's models as its API describes them: price, capabilities, and a schema with gaps."""

from __future__ import annotations

from typing import Any

from storyboard.simulator.body_types import Field
from storyboard.simulator.endpoint import TableEndpoint


def describe_model(model: TableEndpoint) -> dict[str, Any]:
    """One model as JSON."""
    properties = {
        name: _describe_field(known, numbers=model.body_type.numbers)
        for name, known in model.body_type.fields.items()
        # Oxen's published schema leaves these out, so a client must not take it for complete.
        if name not in ("prompt", "multi_prompt", "duration")
    }
    return {
        "id": model.id,
        "object": "model",
        "created": 1_770_000_000,
        "owned_by": "oxen",
        "display_name": model.id,
        "capabilities": {"input": ["text", "image"], "output": ["video"]},
        "endpoint": "/videos/generate",
        "pricing": {
            "method": "second",
            "cost_per_second": None if model.silent is None else float(model.silent),
            "cost_per_second_with_audio": None if model.audio is None else float(model.audio),
        },
        "request_schema": {"type": "object", "properties": properties},
    }


def _describe_field(known: Field, *, numbers: bool) -> dict[str, Any]:
    link = {"type": "string", "format": "uri"}
    shapes: dict[str, dict[str, Any]] = {
        "text": {"type": "string"},
        "seconds": {"type": "integer" if numbers else "string"},
        "choice": {"type": "string", "enum": list(known.choices)},
        "flag": {"type": "boolean"},
        "number": {"type": "number"},
        "words": {"type": "array", "items": {"type": "string"}},
        "picture": link,
        "pictures": {"type": "array", "items": link},
        "movie": link,
        "elements": {"type": "array", "items": {"type": "object"}},
        "shots": {"type": "array", "items": {"type": "object"}},
    }
    return shapes[known.kind]
