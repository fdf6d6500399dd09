"""The schema of a request in a document that a host publishes.

That is an OpenAPI document, an entry of fal's list of models that holds one, a model of Replicate,
an Oxen model with ``request_schema`` or ``json_request_schema``, or the JSON Schema of a request by
itself. It is taken as hostile, and nothing that it points at is fetched.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import unquote

from msgspec import Struct
from msgspec.structs import replace

_ENVELOPES = ("input", "inputs", "parameters", "params", "arguments")
"""The fields in which hosts wrap the fields of a request."""
_MAX_STEPS = 8
"""How many references in a row are followed."""
_MAX_DEPTH = 4
"""How deep choices in choices are looked through."""


class UnknownDocument(ValueError):  # noqa: N818 - what it is says enough
    """The document is of no shape that is known, or describes another endpoint."""


class PublishedRequest(Struct, frozen=True, kw_only=True):
    """The request of one endpoint as its host publishes it.

    ``endpoint`` is its id, "" where the document names none, and ``host`` whose it is by the shape
    of the document, "" where that does not tell. References are read in ``root``. Where the fields
    are wrapped in an object, ``envelope`` is the field of that object and ``beside`` are the fields
    next to it. ``pricing`` is what the document says of prices, None where it says nothing.
    """

    endpoint: str
    schema: Mapping[str, Any]
    root: Mapping[str, Any]
    host: str = ""
    envelope: str = ""
    beside: tuple[str, ...] = ()
    pricing: Any = None


def request_in(document: Mapping[str, Any], endpoint: str | None) -> PublishedRequest:
    """The request of an endpoint; without ``endpoint`` that of the only one in the document.

    Raises ``UnknownDocument`` with a message for people.
    """
    found = _request_in(document, endpoint)
    fields = as_mapping(found.schema.get("properties"))
    for name in _ENVELOPES:
        inner = resolved(fields.get(name), found.root)
        if isinstance(inner.get("properties"), Mapping):
            beside = tuple(str(one) for one in fields if one != name)
            return replace(found, schema=inner, envelope=name, beside=beside)
    return found


def _request_in(document: Mapping[str, Any], endpoint: str | None) -> PublishedRequest:
    if not isinstance(document, Mapping):
        raise UnknownDocument("expected a JSON object: an OpenAPI document or a request schema")
    for inner in ("request_schema", "json_request_schema"):
        if isinstance(schema := document.get(inner), Mapping):
            named = document.get("id")
            if named and endpoint is not None and named != endpoint:
                raise UnknownDocument(f"the document is of {named}, expected {endpoint}")
            return PublishedRequest(
                endpoint=endpoint or str(named or document.get("name") or ""),
                schema=resolved(schema, schema),
                root=schema,
                host="oxen",
                pricing=document.get("pricing"),
            )
    if "paths" in document:
        return _openapi_request(document, endpoint)
    if isinstance(models := document.get("models"), Sequence):
        return _request_in(*_model_in(models, endpoint))
    version = as_mapping(document.get("latest_version"))
    if isinstance(openapi := version.get("openapi_schema"), Mapping):
        return _replicate_request(document, openapi, endpoint)
    for inner in ("openapi", "model"):
        if isinstance(deeper := document.get(inner), Mapping):
            return _request_in(deeper, endpoint)
    whole = resolved(document, document)
    if isinstance(whole.get("properties"), Mapping):
        return PublishedRequest(endpoint=endpoint or "", schema=whole, root=document)
    raise UnknownDocument(
        "the document has none of paths, models, request_schema, json_request_schema, properties"
    )


def _model_in(models: Sequence[Any], endpoint: str | None) -> tuple[Mapping[str, Any], str]:
    """An entry of fal's list of models, and its endpoint."""
    by_id = {str(one.get("endpoint_id")): one for one in models if isinstance(one, Mapping)}
    wanted = _only(by_id) if endpoint is None else endpoint
    if wanted not in by_id:
        raise UnknownDocument(f"no model of the document is {wanted}")
    return by_id[wanted], wanted


def _replicate_request(
    model: Mapping[str, Any], openapi: Mapping[str, Any], endpoint: str | None
) -> PublishedRequest:
    """The request of a model of Replicate: what stands in the ``input`` of a prediction."""
    named = f"{model.get('owner', '')}/{model.get('name', '')}".strip("/")
    if endpoint is not None and endpoint != named:
        raise UnknownDocument(f"the document is of {named}, expected {endpoint}")
    found = _openapi_request(openapi, "predictions")
    return replace(found, endpoint=named, host="replicate")


def _openapi_request(document: Mapping[str, Any], endpoint: str | None) -> PublishedRequest:
    bodies = {
        str(path).strip("/"): schema
        for path, methods in as_mapping(document["paths"]).items()
        if (schema := _body(as_mapping(methods).get("post"), document)) is not None
    }
    wanted = _only(bodies) if endpoint is None else endpoint.strip("/")
    if wanted in bodies:
        found = resolved(bodies[wanted], document)
        return PublishedRequest(endpoint=wanted, schema=found, root=document)
    endpoints = ", ".join(sorted(bodies)) or "nothing"
    raise UnknownDocument(f"the document describes {endpoints}, expected {wanted}")


def _only(described: Mapping[str, Any]) -> str:
    if len(described) != 1:
        listed = ", ".join(sorted(described)) or "nothing"
        hint = "; say which with --endpoint" if described else ""
        raise UnknownDocument(f"the document describes {listed}, expected one endpoint alone{hint}")
    return next(iter(described))


def _body(method: object, document: Mapping[str, Any]) -> Mapping[str, Any] | None:
    body = resolved(as_mapping(method).get("requestBody"), document)
    inner: object = body
    for key in ("content", "application/json", "schema"):
        inner = as_mapping(inner).get(key)
    return inner if isinstance(inner, Mapping) else None


def as_mapping(value: object) -> Mapping[str, Any]:
    """A value as an object of a document; empty for anything else."""
    return value if isinstance(value, Mapping) else {}


def resolved(schema: object, root: Mapping[str, Any], depth: int = 0) -> dict[str, Any]:
    """A schema as one plain one: references followed, ``allOf`` joined, a way of others chosen.

    Null is taken away as a choice. Of several other choices a text is taken before a list, and that
    before an object, as a link may be sent where an upload may be too.
    """
    found = dict(as_mapping(schema))
    for _ in range(_MAX_STEPS):
        if "$ref" in found:
            found = _pointed(str(found.pop("$ref")), root) | found
        elif isinstance(parts := found.get("allOf"), list) and depth < _MAX_DEPTH:
            del found["allOf"]
            found = _joined([*(resolved(part, root, depth + 1) for part in parts), found])
        elif (key := _choice_key(found)) and depth < _MAX_DEPTH:
            options = [resolved(one, root, depth + 1) for one in found.pop(key)]
            found = _chosen([one for one in options if one.get("type") != "null"]) | found
        else:
            break
    if isinstance(found.get("type"), list):
        types = [one for one in found["type"] if one != "null"]
        found["type"] = types[0] if types else "null"
    if isinstance(found.get("enum"), list):
        found["enum"] = [one for one in found["enum"] if one is not None]
    return found


def _choice_key(found: Mapping[str, Any]) -> str:
    """The key of the ways in which a value may be; one with fields only has conditions on them."""
    if "properties" in found:
        return ""
    return next((key for key in ("anyOf", "oneOf") if isinstance(found.get(key), list)), "")


def _joined(parts: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """One schema that asks for all that the parts ask for; what a later one says holds."""
    found: dict[str, Any] = {}
    for part in parts:
        fields = {**as_mapping(found.get("properties")), **as_mapping(part.get("properties"))}
        needed = [
            *(found.get("required") or ()),
            *(one if isinstance(one := part.get("required"), list) else ()),
        ]
        found |= part
        if fields:
            found["properties"] = fields
        if needed:
            found["required"] = needed
    return found


def _chosen(options: Sequence[dict[str, Any]]) -> dict[str, Any]:
    constants = [one["const"] for one in options if isinstance(one.get("const"), str)]
    if constants and len(constants) == len(options):
        return {"type": "string", "enum": constants}
    by_type = {str(one.get("type")): one for one in reversed(options)}
    wanted = next((by_type[one] for one in ("string", "array") if one in by_type), None)
    return wanted or (options[0] if options else {})


def _pointed(reference: str, root: Mapping[str, Any]) -> dict[str, Any]:
    inner: object = root
    for part in reference.removeprefix("#/").split("/"):
        inner = as_mapping(inner).get(unquote(part).replace("~1", "/").replace("~0", "~"))
    return dict(as_mapping(inner))
