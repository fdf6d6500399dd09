"""Where a target's data contradicts the JSON Schema of its requests."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import PurePath
from typing import Any

from storyboard.targets.disagreement import Disagreement
from storyboard.targets.model import Target
from storyboard.targets.published_schema import resolved
from storyboard.targets.schemas import request_schema


def check_schema_is_of_the_request(target: Target) -> Iterator[Disagreement]:
    """Fields and values of the requests that the named schema does not take."""
    name, field = target.request_schema, target.request.prompt
    if not name or target.own_schema is not None:
        return  # a schema of the user's own is held against the requests themselves
    try:
        schema = request_schema(target) if PurePath(name).name == name else None
    except (OSError, ValueError):
        schema = None
    if schema is None:
        yield Disagreement(
            path=("request_schema",),
            message=f'no schema of a request is called "{name}"',
            help="write the name of a file beside this one or of a built-in schema, or "
            "request_schema: absent",
        )
    elif field not in schema.get("properties", {}):
        yield Disagreement(
            path=("request_schema",),
            message=f'the schema "{name}" has no field "{field}", which the request has',
            help="name the schema of this request, or write request_schema: absent",
        )
    else:
        yield from _unlike_schema(target, name, schema)


def _unlike_schema(target: Target, name: str, schema: dict[str, Any]) -> Iterator[Disagreement]:
    """Where the request's fields and values are not those of its schema."""
    request, known = target.request, schema["properties"]
    fields: dict[tuple[str, ...], str | None] = {
        ("model",): request.model,
        ("shots", "name"): request.shots.name if request.shots else None,
        ("seconds", "name"): request.seconds.name if request.seconds else None,
        ("start_frame",): request.start_frame,
        ("end_frame",): request.end_frame,
        ("middle_frames",): request.middle_frames,
        ("images",): request.images.name if request.images else None,
        ("frames",): request.frames.name if request.frames else None,
        ("footage",): request.footage,
        ("footage_mode", "name"): request.footage_mode.name if request.footage_mode else None,
        ("facing", "name"): request.facing.name if request.facing else None,
        ("keep_sound",): request.keep_sound.name if request.keep_sound else None,
        ("elements", "name"): request.elements.name if request.elements else None,
        ("audio",): request.audio.name if request.audio else None,
        ("negative",): request.negative,
        ("aspect_ratio",): request.aspect_ratio,
        ("resolution",): request.resolution,
        **{("constants", field): field for field in request.constants},
    }
    is_closed = schema.get("additionalProperties") is False
    for part, field in fields.items():
        if field and is_closed and field not in known:
            yield Disagreement(
                path=("request", *part),
                message=f'the schema "{name}" has no field "{field}"',
                help="take it out, or write request_schema: absent, which checks no body",
            )
    yield from _unlike_entries(target, name, known)
    for path, field, value in _stated_values(target):
        allowed = known.get(field, {}).get("enum")
        if allowed is not None and value not in allowed:
            yield Disagreement(
                path=path,
                message=f'the schema "{name}" does not take {value} as {field}',
                help=f"write one of {', '.join(map(str, allowed))}, or request_schema: absent, "
                "which checks no body",
                about="resolutions" if path[0] == "resolutions" else "",
            )


def _unlike_entries(target: Target, name: str, known: Mapping[str, Any]) -> Iterator[Disagreement]:
    """Where the fields of an element, or of a shot of the list, are not those of the schema."""
    for key, block in (("elements", target.request.elements), ("shots", target.request.shots)):
        if block is None:
            continue
        schema = request_schema(target)
        entry = resolved(resolved(known.get(block.name), schema).get("items"), schema)
        if entry.get("additionalProperties") is not False:
            continue
        for part, field in block.model_dump(exclude=_NO_ENTRY_FIELDS).items():
            if field is not None and field not in entry.get("properties", {}):
                yield Disagreement(
                    path=("request", key, part),
                    message=f'the {key} of the schema "{name}" have no field "{field}"',
                    help="take it out, or write request_schema: absent, which checks no body",
                )


_NO_ENTRY_FIELDS = {"name", "type", "encoding", "total", "beside"}
"""What a block says beside the fields of its entries."""


def _stated_values(target: Target) -> Iterator[tuple[tuple[str | int, ...], str, Any]]:
    """Values that requests will have for certain: path in the data, field, value as it is sent."""
    seconds, field = target.seconds, target.request.seconds
    if field is not None:
        for name, length in (("min", seconds.min), ("max", seconds.max)):
            yield ("seconds", name), field.name, field.written(length)
    for number, ratio in enumerate(target.aspect_ratios or ()):
        written = target.request.written_ratio(ratio)
        yield ("aspect_ratios", number), target.request.aspect_ratio or "", written
    for number, resolution in enumerate(target.resolution_choices):
        place = ("resolutions", "choices", number)
        yield place, target.request.resolution or "", resolution
    if (facing := target.request.facing) is not None:
        yield ("request", "facing", "clip"), facing.name, facing.clip
        yield ("request", "facing", "picture"), facing.name, facing.picture
    for name, value in target.request.constants.items():
        yield ("request", "constants", name), name, value
