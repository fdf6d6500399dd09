"""What a schema says of references: lists of images and elements, and the tags that name them."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

from msgspec import Struct

from storyboard.targets.limits import MAX_SHOTS
from storyboard.targets.schema_values import quoted

_LINKS = ("image_url", "url", "link", "image", "src")
_FRONTALS = ("frontal_image_url", "frontal_image", "frontal", "image_url", "image")
_OTHERS = ("reference_image_urls", "reference_images", "references", "refer_images")
_LISTS = ("image_urls", "images", "element_input_urls", "pictures", "urls")
_NAMES = ("name", "id", "element_name", "tag")
_ROLES = ("type", "role")
_WORDS = {
    "first_frame": ("first_frame", "first", "start_frame", "start"),
    "last_frame": ("last_frame", "end_frame", "last", "end", "tail"),
    "reference": ("reference", "reference_image", "ref"),
}
"""The names that hosts give to fields and roles, the surest first."""

_NUMBERED = r"@{kind}_?(0*)1\b|<<<{kind}_1>>>|\[{kind} 1\]"
_NAMED = re.compile(r"@\{(?:element_)?name\}|@<(?:element_)?name>|@(?:element_)?name\b")

Fields = Mapping[str, Mapping[str, Any]]


class FoundTag(Struct, frozen=True):
    """The form of a tag, and whether the schema states it."""

    form: str
    is_stated: bool


class FoundImages(Struct, frozen=True, kw_only=True):
    """The entry ``request: {images: …}``, and the frames that have a role in the list."""

    written: str
    frames: frozenset[str] = frozenset()


class FoundElements(Struct, frozen=True, kw_only=True):
    """The entry ``request: {elements: …}``; how many pictures beside the first, and how many must.

    ``name`` is the field of an element's name, None where it has none; ``missing`` are fields that
    a host demands and no target can describe.
    """

    written: str
    name: str | None
    least: int
    most: int
    missing: tuple[str, ...]


def found_tag(kind: str, fields: Fields, name: str | None = None) -> FoundTag:
    """The tag of a kind, ``element`` or ``image``; ``name`` is the field of its name."""
    said = json.dumps(fields, default=str, ensure_ascii=False)
    numbered = re.search(_NUMBERED.format(kind=kind), said, re.IGNORECASE)
    if numbered is not None:
        zeros = len(numbered[1] or "")
        number = f"{{n:0{zeros + 1}}}" if 0 < zeros < 9 else "{n}"
        return FoundTag(re.sub(r"0*1", number, numbered[0]), is_stated=True)
    if name is not None:
        return FoundTag("@{name}", is_stated=_NAMED.search(said) is not None)
    return FoundTag(f"@{kind.title()}{{n}}", is_stated=False)


def found_images(name: str, item: Fields) -> FoundImages | None:
    """A list of images by the fields of its entries, none where they are links; None for others."""
    if not item:
        return FoundImages(written=quoted(name))
    link = _first(_LINKS, item)
    if link is None:
        return None
    found = [f"name: {quoted(name)}", f"link: {quoted(link)}"]
    role = _first(_ROLES, item)
    words = item[role].get("enum") or () if role else ()
    roles = {
        one: word
        for one, known in _WORDS.items()
        if (word := next((each for each in words if each in known), None))
    }
    if role and roles:
        listed = ", ".join(f"{one}: {quoted(word)}" for one, word in roles.items())
        found += [f"role: {quoted(role)}", f"roles: {{{listed}}}"]
    frames = frozenset(roles) - {"reference"}
    return FoundImages(written=f"{{{', '.join(found)}}}", frames=frames)


def found_elements(name: str, item: Fields, required: Sequence[str]) -> FoundElements | None:
    """A list of elements by the fields of its entries; None where no field holds a picture."""
    frontal, others, listed = (_first(one, item) for one in (_FRONTALS, _OTHERS, _LISTS))
    called = _first(_NAMES, item)
    found = {"name": name, "id": called}
    if frontal is not None:
        found |= {"frontal": frontal, "references": others or listed}
        many = item.get(others or listed or "", {})
        least = _count(many.get("minItems"), int((others or listed) in required))
        most = _count(many.get("maxItems"), 3) if many else 0
    elif listed is not None:
        found |= {"pictures": listed}
        least = max(0, _count(item[listed].get("minItems"), 1) - 1)
        most = max(least, _count(item[listed].get("maxItems"), 4) - 1)
    else:
        return None
    used = {one for one in found.values() if one is not None}
    return FoundElements(
        written=f"{{{', '.join(f'{k}: {quoted(v)}' for k, v in found.items() if v)}}}",
        name=called,
        least=least,
        most=max(least, most),
        missing=tuple(one for one in required if one not in used),
    )


def _first(names: Sequence[str], item: Fields) -> str | None:
    return next((one for one in names if one in item), None)


def _count(value: object, otherwise: int) -> int:
    is_count = isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= MAX_SHOTS
    return value if is_count and isinstance(value, int) else otherwise
