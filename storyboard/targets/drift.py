"""What moved between a target's data and a document that its host publishes today.

Both sides are flattened to the same table of fields, and the tables are compared.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Literal

from msgspec import Struct

from storyboard.targets.limits import Pictures, Videos
from storyboard.targets.model import Target
from storyboard.targets.published_schema import as_mapping, request_in, resolved
from storyboard.targets.request_rules import SwitchField
from storyboard.targets.schemas import request_schema

DriftKind = Literal["gone", "new", "required", "type", "enum", "default", "limit"]

_LIMITS = ("maxLength", "minimum", "maximum", "minItems", "maxItems")
_PICTURE_LIMITS = {
    "max_file_size": "max_bytes",
    "min_width": "min_side",
    "min_height": "min_side",
    "max_width": "max_side",
    "max_height": "max_side",
    "min_aspect_ratio": "min_ratio",
    "max_aspect_ratio": "max_ratio",
}
_VIDEO_LIMITS = {
    "max_file_size": "max_bytes",
    "min_width": "min_side",
    "min_height": "min_side",
    "max_width": "max_side",
    "max_height": "max_side",
    "min_duration": "min_seconds",
    "max_duration": "max_seconds",
    "min_fps": "min_rate",
    "max_fps": "max_rate",
}
_JSON_TYPES = {str: "string", bool: "boolean", int: "integer", float: "number"}
_MAX_DEPTH = 4
"""How far fields inside fields are followed; a request has two."""


class Drift(Struct, frozen=True, kw_only=True):
    """One difference. ``field`` is a path like ``elements[].frontal_image_url``.

    ``ours`` is what the target's data and schema say, ``theirs`` what the document says; empty
    where a side says nothing.
    """

    kind: DriftKind
    field: str
    ours: str = ""
    theirs: str = ""

    def __str__(self) -> str:
        match self.kind:
            case "gone":
                return f"{self.field}: the document has no such field any more"
            case "new":
                return f"{self.field}: a field that the target's data does not know"
            case _:
                theirs, ours = self.theirs or "not stated", self.ours or "not stated"
                return f"{self.field}: {self.kind} {theirs}, was {ours}"


def compare(target: Target, document: Mapping[str, Any]) -> list[Drift]:
    """Every difference between the target and the document, in the document's order.

    Raises ``UnknownDocument`` with a message for people where the document holds no schema of
    the target's requests.
    """
    published = request_in(document, target.endpoint)
    theirs_schema, root = published.schema, published.root
    theirs = dict(_flatten(theirs_schema, root))
    ours_schema = request_schema(target)
    ours = dict(_flatten(ours_schema, ours_schema)) or _from_data(target)
    found: list[Drift] = []
    for name, their in theirs.items():
        if name not in ours:
            # Without a schema the data names only the fields that are used.
            if ours_schema:
                found.append(Drift(kind="new", field=name, theirs=their.get("type", "")))
            continue
        if not ours_schema:
            their = {fact: value for fact, value in their.items() if fact in ours[name]}
        found += _differences(name, ours[name], their)
        if "max_duration" not in their.get("x-fal", {}):
            is_frame = target.frames is not None and name == target.request.start_frame
            limits = target.frames if is_frame and target.frames else target.pictures
            found += _file_differences(name, limits, _PICTURE_LIMITS, their)
        elif target.videos is not None and name == _video_of_elements(target):
            found += _file_differences(name, target.videos, _VIDEO_LIMITS, their)
        elif target.footage is not None and name.removesuffix("[]") == target.request.footage:
            found += _file_differences(name, target.footage, _VIDEO_LIMITS, their)
    unlisted = set(target.request.unlisted)
    found += [
        Drift(kind="gone", field=name)
        for name in ours
        if name not in theirs and name.split(".")[0].removesuffix("[]") not in unlisted
    ]
    return found


def _differences(name: str, ours: Mapping[str, Any], theirs: Mapping[str, Any]) -> Iterator[Drift]:
    if ours.get("type") != theirs.get("type") and "type" in theirs:
        yield _drift("type", name, ours.get("type"), theirs["type"])
    if sorted(map(_shown, ours.get("enum", ()))) != sorted(map(_shown, theirs.get("enum", ()))):
        yield _drift("enum", name, ours.get("enum"), theirs.get("enum"))
    if "default" in theirs and _shown(ours.get("default")) != _shown(theirs["default"]):
        yield _drift("default", name, ours.get("default"), theirs["default"])
    if theirs["required"] and not ours["required"]:
        yield _drift("required", name, False, True)
    for limit in _LIMITS:
        if limit in theirs and ours.get(limit) != theirs[limit]:
            said = "" if limit not in ours else f"{limit} {ours[limit]}"
            yield _drift("limit", name, said, f"{limit} {theirs[limit]}")


def _video_of_elements(target: Target) -> str:
    """The path of the field that takes the video of an element."""
    names = target.request.elements
    return f"{names.name}[].{names.video}" if names is not None else ""


def _file_differences(
    name: str,
    limits: Pictures | Videos,
    names: Mapping[str, str],
    theirs: Mapping[str, Any],
) -> Iterator[Drift]:
    stated = theirs.get("x-fal", {})
    for limit, ours in names.items():
        if limit in stated and float(getattr(limits, ours)) != float(stated[limit]):
            yield _drift(
                "limit", name, f"{limit} {getattr(limits, ours)}", f"{limit} {stated[limit]}"
            )


def _from_data(target: Target) -> dict[str, dict[str, Any]]:
    """The table of a target that names no schema: the fields that its requests use."""
    request, seconds = target.request, target.seconds
    lengths = list(seconds.choices or range(seconds.min, seconds.max + 1))
    written: dict[str, Any] = {"type": "integer", "minimum": seconds.min, "maximum": seconds.max}
    field = request.seconds
    if field is not None and field.type != "integer":
        unit = "s" if field.type == "suffixed" else ""
        written = {"type": "string", "enum": [f"{length}{unit}" for length in lengths]}
    shots = request.shots
    listed = "string" if shots is not None and shots.encoding == "json" else "array"
    named: dict[str | None, dict[str, Any]] = {
        request.prompt: {"type": "string", "maxLength": target.prompt.characters},
        field.name if field is not None else None: written,
        request.aspect_ratio: {
            "type": "string",
            "enum": list(map(request.written_ratio, target.aspect_ratios)),
        },
        request.resolution: {
            "type": "string",
            "enum": list(target.resolutions.choices if target.resolutions else ()),
        },
        request.audio.name if request.audio else None: _switch(request.audio),
        request.negative: {"type": "string"},
        request.start_frame: {"type": "string"},
        request.end_frame: {"type": "string"},
        request.middle_frames: {"type": "array"},
        request.footage: {"type": "string" if request.footage_form == "link" else "array"},
        request.facing.name if request.facing else None: {
            "type": "string",
            "enum": [request.facing.clip, request.facing.picture] if request.facing else [],
        },
        request.keep_sound.name if request.keep_sound else None: _switch(request.keep_sound),
        request.images.name if request.images else None: {"type": "array"},
        request.elements.name if request.elements else None: {"type": "array"},
        shots.name if shots else None: {"type": listed},
        request.frames.name if request.frames else None: {"type": "array"},
        **{name: {"type": _JSON_TYPES[type(one)]} for name, one in request.constants.items()},
    }
    return {name: {**facts, "required": True} for name, facts in named.items() if name}


def _switch(field: SwitchField | None) -> dict[str, Any]:
    if field is None or field.on is None:
        return {"type": "boolean"}
    return {"type": "string", "enum": [field.on, field.off]}


def _drift(kind: DriftKind, name: str, ours: object, theirs: object) -> Drift:
    return Drift(kind=kind, field=name, ours=_shown(ours), theirs=_shown(theirs))


def _shown(value: object) -> str:
    match value:
        case None:
            return ""
        case bool():
            return "true" if value else "false"
        case list():
            return ", ".join(map(_shown, value))
        case _:
            return str(value)


def _flatten(
    schema: Mapping[str, Any], root: Mapping[str, Any], prefix: str = "", depth: int = 0
) -> Iterator[tuple[str, dict[str, Any]]]:
    """Each field by its path, with the facts that are compared."""
    required = schema.get("required")
    for name, raw in as_mapping(schema.get("properties")).items():
        field = resolved(raw, root)
        path = f"{prefix}{name}"
        is_required = isinstance(required, list) and name in required
        yield path, {**_facts(field), "required": is_required}
        items = resolved(field.get("items"), root)
        for inner, suffix in ((field, "."), (items, "[].")):
            if "properties" in inner and depth < _MAX_DEPTH:
                yield from _flatten(inner, root, f"{path}{suffix}", depth + 1)
        if items and "properties" not in items:
            yield f"{path}[]", {**_facts(items), "required": False}


def _facts(field: Mapping[str, Any]) -> dict[str, Any]:
    """What is compared of a field; what a document states in no usable way is left out."""
    facts: dict[str, Any] = {}
    if isinstance(field.get("type"), str):
        facts["type"] = field["type"]
    if isinstance(field.get("enum"), list):
        facts["enum"] = field["enum"]
    if field.get("default") is not None:
        facts["default"] = field["default"]
    facts |= {name: field[name] for name in _LIMITS if _is_number(field.get(name))}
    stated = {
        name: value for name, value in as_mapping(field.get("x-fal")).items() if _is_number(value)
    }
    return facts | ({"x-fal": stated} if stated else {})


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
