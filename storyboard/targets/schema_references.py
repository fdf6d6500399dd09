"""What a schema says of references: lists of images, frames and elements, and tags that name them.

Field names are looked for in snake_case, however the host writes them.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

from msgspec import Struct

from storyboard.targets.limits import MAX_SHOTS
from storyboard.targets.schema_values import field_named, in_snake_case, quoted

_LINKS = ("image_url", "url", "uri", "link", "image", "src")
_FRONTALS = ("frontal_image_url", "frontal_image", "frontal", "image_url", "image")
_OTHERS = ("reference_image_urls", "reference_images", "references", "refer_images")
_LISTS = ("image_urls", "images", "element_input_urls", "pictures", "urls")
_NAMES = ("name", "id", "element_name", "tag")
_DESCRIPTIONS = ("description", "element_description")
_ROLES = ("type", "role", "position", "kind")
_WORDS = {
    "first_frame": ("first_frame", "first", "start_frame", "start", "first_image"),
    "last_frame": ("last_frame", "end_frame", "last", "end", "tail", "last_image"),
    "reference": ("reference", "reference_image", "ref"),
}
"""The names that hosts give to fields and roles, the surest first."""

_NUMBERED = r"@{kind}_?(0*)1\b|<<<{kind}_1>>>|\[{kind} 1\]"

Fields = Mapping[str, Mapping[str, Any]]


class FoundTag(Struct, frozen=True):
    """The form of a tag, whether the schema states it, and whether it has a name."""

    form: str
    is_stated: bool
    is_named: bool = False


class FoundPictures(Struct, frozen=True, kw_only=True):
    """An entry ``request: {images: …}`` or ``{frames: …}``, and the frames that have a role in it.

    ``is_of_frames`` says that nothing but frames may stand there; ``missing`` are fields that a
    host demands of an entry and no target can describe.
    """

    written: str
    frames: frozenset[str] = frozenset()
    is_of_frames: bool = False
    missing: tuple[str, ...] = ()


class FoundElements(Struct, frozen=True, kw_only=True):
    """The entry ``request: {elements: …}``; how many pictures beside the first, and how many must.

    ``missing`` are fields that a host demands and no target can describe.
    """

    written: str
    least: int
    most: int
    missing: tuple[str, ...]


def found_tag(kind: str, fields: Fields, item: Fields) -> FoundTag:
    """The tag of a kind (``element``, ``image``, ``video``) whose entries have the fields ``item``.

    ``fields`` are all that the schema describes, in whose words tags are looked for.
    """
    said = json.dumps(fields, default=str, ensure_ascii=False)
    numbered = re.search(_NUMBERED.format(kind=kind), said, re.IGNORECASE)
    if numbered is not None:
        zeros = len(numbered[1] or "")
        number = f"{{n:0{zeros + 1}}}" if 0 < zeros < 9 else "{n}"
        return FoundTag(re.sub(r"0*1", number, numbered[0]), is_stated=True)
    name = field_named(_NAMES, item)
    if name is not None:
        called = rf"@[{{<]?(?:element_)?(?:name|{re.escape(name)})\b"
        is_stated = re.search(called, said) is not None
        if is_stated or kind == "element":
            return FoundTag("@{name}", is_stated, is_named=True)
    return FoundTag(f"@{kind.title()}{{n}}", is_stated=False)


def found_pictures(
    name: str, item: Fields, required: Sequence[str], tag: FoundTag
) -> FoundPictures | None:
    """A list of pictures by the fields of its entries, none where they are links; None for others.

    ``required`` are the fields that an entry must have.
    """
    if not item:
        return FoundPictures(written=quoted(name))
    link = field_named(_LINKS, item)
    if link is None:
        return None
    called = field_named(_NAMES, item) if tag.is_named else None
    role = field_named(_ROLES, item)
    words = item[role].get("enum") or () if role else ()
    roles = {
        one: word
        for one, known in _WORDS.items()
        if (word := next((each for each in words if in_snake_case(str(each)) in known), None))
    }
    used = {link, called, role if roles else None}
    found = [f"name: {quoted(name)}", f"link: {quoted(link)}"]
    found += [f"id: {quoted(called)}"] if called else []
    if role and roles:
        listed = ", ".join(f"{one}: {quoted(word)}" for one, word in roles.items())
        found += [f"role: {quoted(role)}", f"roles: {{{listed}}}"]
    frames = frozenset(roles) - {"reference"}
    return FoundPictures(
        written=f"{{{', '.join(found)}}}",
        frames=frames,
        is_of_frames=bool(frames) and "reference" not in roles and role in required,
        missing=tuple(one for one in required if one not in used),
    )


def found_elements(
    name: str, item: Fields, required: Sequence[str], tag: FoundTag
) -> FoundElements | None:
    """A list of elements by the fields of its entries; None where no field holds a picture."""
    frontal, others, listed = (field_named(one, item) for one in (_FRONTALS, _OTHERS, _LISTS))
    described = field_named(_DESCRIPTIONS, item)
    found = {
        "name": name,
        "id": field_named(_NAMES, item) if tag.is_named else None,
        "description": described if described in required else None,
    }
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
        least=least,
        most=max(least, most),
        missing=tuple(one for one in required if one not in used),
    )


def _count(value: object, otherwise: int) -> int:
    is_count = isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= MAX_SHOTS
    return value if is_count and isinstance(value, int) else otherwise
