"""What moved between a target's data and a document that its host publishes today.

Takes an OpenAPI document, an entry of fal's list of models that holds one, an Oxen model with
``request_schema`` or ``json_request_schema``, or the JSON Schema of a request by itself. Both
sides are flattened to the same table of fields, and the tables are compared.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from storyboard.targets.schemas import request_schema
from storyboard.targets.types import Pictures, Target

Kind = Literal["gone", "new", "required", "type", "enum", "default", "limit"]

_LIMITS = ("maxLength", "minimum", "maximum", "minItems", "maxItems")
_PICTURE_LIMITS = {
    "max_file_size": "max_bytes",
    "min_width": "min_side",
    "min_height": "min_side",
    "min_aspect_ratio": "min_ratio",
    "max_aspect_ratio": "max_ratio",
}
_DEEPEST = 4
"""How far fields inside fields are followed; a request has two."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Drift:
    """One difference. ``field`` is a path like ``elements[].frontal_image_url``.

    ``ours`` is what the target's data and schema say, ``theirs`` what the document says; empty
    where a side says nothing.
    """

    kind: Kind
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
                what = "requirement" if self.kind == "required" else self.kind
                return f"{self.field}: {what} {self.theirs or 'not stated'}, was {self.ours or 'not stated'}"


class UnknownDocument(ValueError):  # noqa: N818 - what it is says enough
    """The document is of no shape that is known, or describes another endpoint."""


def compare(target: Target, document: Mapping[str, Any]) -> list[Drift]:
    """Every difference between the target and the document, in the document's order.

    Raises ``UnknownDocument`` with a message for people where the document holds no schema of
    the target's requests.
    """
    theirs_schema, root = _request_in(target, document)
    theirs = dict(_flatten(theirs_schema, root))
    ours_schema = request_schema(target)
    ours = dict(_flatten(ours_schema, ours_schema))
    found: list[Drift] = []
    for name, their in theirs.items():
        if name not in ours:
            if ours:
                found.append(Drift(kind="new", field=name, theirs=their.get("type", "")))
            continue
        found += _differences(name, ours[name], their)
        found += _picture_differences(name, target.pictures, their)
    unlisted = set(target.request.unlisted)
    found += [
        Drift(kind="gone", field=name)
        for name in ours
        if name not in theirs and name.split(".")[0].removesuffix("[]") not in unlisted
    ]
    if (prompt := theirs.get(target.request.prompt)) and not ours:
        found += _prompt_difference(target, prompt)
    return found


def _differences(name: str, ours: Mapping[str, Any], theirs: Mapping[str, Any]) -> Iterator[Drift]:
    if ours.get("type") != theirs.get("type") and "type" in theirs:
        yield _drift("type", name, ours.get("type"), theirs["type"])
    if set(ours.get("enum", ())) != set(theirs.get("enum", ())) and (
        "enum" in theirs or "enum" in ours
    ):
        yield _drift("enum", name, ours.get("enum"), theirs.get("enum"))
    if "default" in theirs and ours.get("default") != theirs["default"]:
        yield _drift("default", name, ours.get("default"), theirs["default"])
    if theirs["required"] and not ours["required"]:
        yield _drift("required", name, "optional", "required")
    for limit in _LIMITS:
        if limit in theirs and ours.get(limit) != theirs[limit]:
            said = "" if limit not in ours else f"{limit} {ours[limit]}"
            yield _drift("limit", name, said, f"{limit} {theirs[limit]}")


def _picture_differences(
    name: str, pictures: Pictures, theirs: Mapping[str, Any]
) -> Iterator[Drift]:
    stated = theirs.get("x-fal", {})
    if "max_duration" in stated:
        # A clip's limits, which are not carried as data.
        return
    for limit, ours in _PICTURE_LIMITS.items():
        if limit in stated and float(getattr(pictures, ours)) != float(stated[limit]):
            yield _drift(
                "limit", name, f"{limit} {getattr(pictures, ours)}", f"{limit} {stated[limit]}"
            )


def _prompt_difference(target: Target, theirs: Mapping[str, Any]) -> Iterator[Drift]:
    characters = theirs.get("maxLength")
    if characters is not None and characters != target.prompt.characters:
        ours = "" if target.prompt.characters is None else f"maxLength {target.prompt.characters}"
        yield _drift("limit", target.request.prompt, ours, f"maxLength {characters}")


def _drift(kind: Kind, name: str, ours: object, theirs: object) -> Drift:
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


def _request_in(
    target: Target, document: Mapping[str, Any]
) -> tuple[Mapping[str, Any], Mapping[str, Any]]:
    """The schema of the request, and the document against which its references are read."""
    if not isinstance(document, Mapping):
        raise UnknownDocument("expected a JSON object: an OpenAPI document or a request schema")
    for inner in ("request_schema", "json_request_schema"):
        if isinstance(schema := document.get(inner), Mapping):
            named = document.get("id") or document.get("name") or target.endpoint
            if document.get("id") and named != target.endpoint:
                raise UnknownDocument(f"the document is of {named}, expected {target.endpoint}")
            return schema, schema
    if "paths" in document:
        return _openapi_request(target, document), document
    if isinstance(models := document.get("models"), Sequence):
        for model in models:
            if isinstance(model, Mapping) and model.get("endpoint_id") == target.endpoint:
                return _request_in(target, model)
        raise UnknownDocument(f"no model of the document is {target.endpoint}")
    for inner in ("openapi", "model"):
        if isinstance(deeper := document.get(inner), Mapping):
            return _request_in(target, deeper)
    if isinstance(document.get("properties"), Mapping):
        return document, document
    raise UnknownDocument(
        "the document has none of paths, models, request_schema, json_request_schema, properties"
    )


def _openapi_request(target: Target, document: Mapping[str, Any]) -> Mapping[str, Any]:
    bodies = {
        path: schema
        for path, methods in document["paths"].items()
        if isinstance(methods, Mapping)
        and (schema := _body(methods.get("post"))) is not None
    }
    for path, schema in bodies.items():
        if path.strip("/") == target.endpoint:
            return _resolved(schema, document)
    endpoints = ", ".join(sorted(path.strip("/") for path in bodies)) or "nothing"
    raise UnknownDocument(f"the document describes {endpoints}, expected {target.endpoint}")


def _body(method: object) -> Mapping[str, Any] | None:
    inner: object = method
    for key in ("requestBody", "content", "application/json", "schema"):
        inner = inner.get(key) if isinstance(inner, Mapping) else None
    return inner if isinstance(inner, Mapping) else None


def _flatten(
    schema: Mapping[str, Any], root: Mapping[str, Any], prefix: str = "", depth: int = 0
) -> Iterator[tuple[str, dict[str, Any]]]:
    """Each field by its path, with the facts that are compared."""
    required = set(schema.get("required", ()))
    for name, raw in schema.get("properties", {}).items():
        field = _resolved(raw, root)
        path = f"{prefix}{name}"
        yield path, {**field, "required": name in required}
        items = _resolved(field.get("items", {}), root)
        for inner, suffix in ((field, "."), (items, "[].")):
            if "properties" in inner and depth < _DEEPEST:
                yield from _flatten(inner, root, f"{path}{suffix}", depth + 1)
        if items and "properties" not in items:
            yield f"{path}[]", {**items, "required": False}


def _resolved(schema: Any, root: Mapping[str, Any]) -> dict[str, Any]:
    """A schema with its reference followed and the choice of null taken away."""
    found = dict(schema) if isinstance(schema, Mapping) else {}
    for _ in range(_DEEPEST):
        if "$ref" in found:
            found = _pointed(str(found.pop("$ref")), root) | found
        elif options := [
            option
            for option in found.get("anyOf", ())
            if isinstance(option, Mapping) and option.get("type") != "null"
        ]:
            if len(options) != 1 or len(found["anyOf"]) == 1:
                break
            del found["anyOf"]
            found = dict(options[0]) | found
        else:
            break
    if found.get("default", "") is None:
        del found["default"]
    return found


def _pointed(reference: str, root: Mapping[str, Any]) -> dict[str, Any]:
    inner: Any = root
    for part in reference.removeprefix("#/").split("/"):
        inner = inner.get(part, {}) if isinstance(inner, Mapping) else {}
    return dict(inner) if isinstance(inner, Mapping) else {}
