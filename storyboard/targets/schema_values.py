"""Values of a published schema, which is taken as hostile, and how a YAML file has them."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from math import gcd
from typing import Any

from storyboard.targets.limits import MAX_SECONDS
from storyboard.targets.published_schema import resolved

Field = Mapping[str, Any]

_WORD_ENDS = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_SIZES = re.compile(r"([1-9][0-9]{0,4})\s*[:x×*]\s*([1-9][0-9]{0,4})")
_LENGTH = re.compile(r"([0-9]+)(s?)")


def fields_of(schema: Field, root: Field) -> dict[str, Field]:
    """The fields of an object, without choices that are no list."""
    properties = schema.get("properties")
    named = properties.items() if isinstance(properties, Mapping) else ()
    found = {str(name): resolved(one, root) for name, one in named}
    return {
        name: {fact: value for fact, value in one.items() if fact != "enum" or _is_list(value)}
        for name, one in found.items()
    }


def field_named(names: Iterable[str], fields: Iterable[str]) -> str | None:
    """The first field that has one of the names, which are in snake_case, as ``firstFrame`` has."""
    spelled = {in_snake_case(one): one for one in fields}
    return next((spelled[one] for one in names if one in spelled), None)


def in_snake_case(name: str) -> str:
    """A name with its words in small letters and _ between them: ``first_frame``."""
    return _WORD_ENDS.sub("_", name).replace("-", "_").replace(" ", "_").lower()


def required_in(schema: Field) -> list[str]:
    """The fields that a request, or an entry of a list, must have."""
    required = schema.get("required")
    return [str(one) for one in required] if isinstance(required, list) else []


def _is_list(value: object) -> bool:
    return isinstance(value, list)


def lengths_of(facts: Field) -> tuple[str, list[int]]:
    """How seconds are written, and the lengths that exist in order; none where not stated."""
    if facts.get("type") in ("integer", "number"):
        enum = {one for one in map(_seconds_of, facts.get("enum") or ()) if one}
        if enum:
            return "integer", sorted(enum)
        least = whole(facts.get("minimum"), MAX_SECONDS)
        most = whole(facts.get("maximum"), MAX_SECONDS)
        if most is None or (least or 1) > most:
            return "integer", []
        return "integer", list(range(least or 1, most + 1))
    texts = [str(one) for one in (*(facts.get("enum") or ()), facts.get("default"))]
    found = [match for one in texts if (match := _LENGTH.fullmatch(one))]
    form = "suffixed" if any(match[2] for match in found) else "string"
    enum = {one for one in map(_seconds_of, facts.get("enum") or ()) if one}
    return form, sorted(enum)


def _seconds_of(value: object) -> int | None:
    match = _LENGTH.fullmatch(str(value)) if not isinstance(value, bool) else None
    return whole(int(match[1]), MAX_SECONDS) if match and len(match[1]) < 6 else None


def whole(value: object, most: int) -> int | None:
    """A stated number as a whole one from 1 to ``most``; None for anything else."""
    if isinstance(value, str) and (match := _LENGTH.fullmatch(value)) and len(value) < 9:
        value = int(match[1])
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return int(value) if value == value and 1 <= value <= most and value == int(value) else None


def is_range(low: object, high: object) -> bool:
    """Whether these are two ratios in order that a picture can have."""
    numbers = [
        one for one in (low, high) if isinstance(one, int | float) and not isinstance(one, bool)
    ]
    return len(numbers) == 2 and 0.001 <= numbers[0] <= numbers[1] <= 1000


def ratio_of(word: str) -> str:
    """The aspect ratio of a choice: ``16:9`` of 1280:720 and 1280x720; "" of what is none."""
    match = _SIZES.fullmatch(word)
    if match is None:
        return ""
    width, height = int(match[1]), int(match[2])
    common = gcd(width, height)
    return f"{width // common}:{height // common}"


def as_list(values: Sequence[str]) -> str:
    """Texts as a list of YAML on one line."""
    return f"[{', '.join(map(quoted, values))}]"


def quoted(text: str) -> str:
    """A text as YAML has it in double quotation marks, on one line."""
    return json.dumps(plain(text), ensure_ascii=False)


def plain(text: str) -> str:
    """A text without control characters and line breaks."""
    return "".join(one if one.isprintable() else " " for one in text)
