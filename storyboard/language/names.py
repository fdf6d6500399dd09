"""What a name may be: of a member of the cast, of a scene or shot, of anything that is named."""

from __future__ import annotations

import re
import unicodedata
from typing import Annotated, Any

from storyboard.diagnostics.codes import BAD_NAME
from storyboard.document.nodes import Scalar
from storyboard.document.phrases import described
from storyboard.language.leaves import leaf, refuse

MAX_NAME = 100
"""The longest name that is read, in code points: the tool's own bound."""

_VENDOR_TAG = re.compile(r"(element|image|video|audio|voice)_?[0-9]+", re.IGNORECASE)
_NO_NAME = re.compile(r"[^\w-]+")


def is_name_character(character: str) -> bool:
    """Whether a name may hold the character: a letter, digit or mark of any script, _ or -."""
    return (
        character.isalnum() or character in "_-" or unicodedata.category(character).startswith("M")
    )


def _read_name(scalar: Scalar) -> Scalar:
    if not scalar or scalar[0] == "-" or not all(map(is_name_character, scalar)):
        better = _NO_NAME.sub("_", scalar).strip("_-") or "mara"
        raise refuse(
            BAD_NAME,
            f"{described(scalar)} is no name: a name is made of letters, digits, _ and -",
            f"write {better}",
        )
    if len(scalar) > MAX_NAME:
        raise refuse(BAD_NAME, f"a name of {len(scalar)} characters, {MAX_NAME} at most")
    return scalar if scalar.isascii() else _composed(scalar)


def _composed(scalar: Scalar) -> Scalar:
    """The name with each letter written in one way, as names are compared."""
    name = Scalar(unicodedata.normalize("NFC", scalar))
    name.origin, name.start, name.end, name.style = (
        scalar.origin,
        scalar.start,
        scalar.end,
        scalar.style,
    )
    return name


def _read_cast_name(scalar: Scalar) -> Scalar:
    if _VENDOR_TAG.fullmatch(scalar):
        raise refuse(
            BAD_NAME,
            f'"{scalar}" is how vendors number their pictures and cannot be a name',
            "give it the name that the film knows it by",
        )
    return _read_name(scalar)


def _read_id(scalar: Scalar) -> Scalar:
    """A name that is no number: an address is made of ids, and of numbers where there are none."""
    name = _read_name(scalar)
    if scalar.isdigit():
        raise refuse(
            BAD_NAME,
            f'"{scalar}" is only digits, which address by number',
            f'begin it with a letter, for example "s{scalar}", or leave the id out',
        )
    return name


_NAME_PATTERN = r"^[^\s@./:,;\"'{}\[\]()]+$"
NAME_SCHEMA: dict[str, Any] = {"type": "string", "pattern": _NAME_PATTERN}
"""What a name is in the JSON Schema, which knows no scripts: a word without punctuation."""

Name = Annotated[Scalar, *leaf(_read_name, "a name", NAME_SCHEMA)]
CastName = Annotated[Scalar, *leaf(_read_cast_name, "a name", NAME_SCHEMA)]
Id = Annotated[
    Scalar,
    *leaf(
        _read_id,
        "an id",
        {"type": "string", "pattern": _NAME_PATTERN, "not": {"pattern": "^[0-9]+$"}},
    ),
]
