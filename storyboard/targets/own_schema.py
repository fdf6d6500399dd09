"""The JSON Schema of requests that a user keeps beside a target file of their own.

It is what the host publishes: a JSON Schema, an OpenAPI document, or a model of a list. It is taken
as hostile: it is read within bounds, and nothing that it points at is fetched.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from storyboard.project.disk import read_plain_file
from storyboard.project.files import MAX_SOURCE
from storyboard.targets.published_schema import request_in

Schema = dict[str, Any]

_STAND_IN = re.compile(
    r"(?:asset|output):sha256:[0-9a-f]{64}(?:#\w+)?|http://(?:127\.0\.0\.1|\[::1\]):[0-9]+/.*"
)
"""What a link stands for that is still to come, and the link that it is on a simulator."""
_SHARED = ("components", "definitions", "$defs")
"""Where documents keep what references lead to."""
_MAX_DEPTH = 100


class OwnSchemaError(ValueError):
    """A schema that cannot be used; the text says why."""


def read_own_schema(path: Path, endpoint: str) -> Schema:
    """The schema of the requests of an endpoint in a file. Raises ``OwnSchemaError``."""
    try:
        document = json.loads(read_plain_file(path, MAX_SOURCE))
        published = request_in(document, endpoint)
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise OwnSchemaError(f"it cannot be read: {reason}") from None
    except RecursionError:
        raise OwnSchemaError("it is nested too deeply") from None
    except ValueError as error:
        raise OwnSchemaError(f"it is no schema of this request: {error}") from None
    root = published.root
    found = {**{key: root[key] for key in _SHARED if key in root}, **published.schema}
    away = next(_references_away(found, 0), None)
    if away is not None:
        raise OwnSchemaError(f"it points at {away[:80]}, and only #/… in the same file is read")
    if not isinstance(found.get("properties"), dict):
        raise OwnSchemaError("it has no properties: the fields of a request are not known")
    from jsonschema import Draft202012Validator  # slow to import, and few have such a file
    from jsonschema.exceptions import SchemaError

    try:
        Draft202012Validator.check_schema(found)
    except (SchemaError, RecursionError) as error:
        words = str(getattr(error, "message", "it is nested too deeply"))[:120]
        raise OwnSchemaError(f"it is no JSON Schema (draft 2020-12): {words}") from None
    return found


Problem = tuple[tuple[str | int, ...], str]
"""Where a body is not what a schema takes, and why."""


def schema_problems(schema: Mapping[str, Any], body: Any) -> list[Problem]:
    """Everything that a schema refuses in a body; links that are still to come count as links."""
    from jsonschema import Draft202012Validator

    try:
        found = [
            (tuple(error.absolute_path), str(error.message)[:300])
            for error in Draft202012Validator(dict(schema)).iter_errors(_delivered(body))
        ]
    except Exception as error:  # noqa: BLE001 - whatever an odd schema makes of the library
        return [((), f"the schema cannot be applied ({type(error).__name__})")]
    return found


def _delivered(value: Any) -> Any:
    match value:
        case str() if _STAND_IN.fullmatch(value):
            return "https://example.com/file"
        case list():
            return [_delivered(one) for one in value]
        case dict():
            return {name: _delivered(one) for name, one in value.items()}
    return value


def _references_away(value: Any, depth: int) -> Iterator[str]:
    """The references that do not stay in the document."""
    if depth > _MAX_DEPTH:
        yield "something that is nested too deeply"
    elif isinstance(value, dict):
        for key, one in value.items():
            if key in ("$ref", "$dynamicRef", "$id", "$schema") and isinstance(one, str):
                is_here = one.startswith("#") or (key == "$schema" and "json-schema.org" in one)
                if not is_here:
                    yield one
            yield from _references_away(one, depth + 1)
    elif isinstance(value, list):
        for one in value:
            yield from _references_away(one, depth + 1)
