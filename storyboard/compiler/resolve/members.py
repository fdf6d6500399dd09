"""The members of a cast as they are declared, and what a look changes of them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from msgspec import Struct

from storyboard.diagnostics import Span
from storyboard.document import Scalar
from storyboard.document.nodes import HOLE
from storyboard.language.cast import Element, Footage, Image, Look
from storyboard.language.model import Library, Storyboard

MemberKind = Literal["character", "prop", "location", "style", "footage"]


class Member(Struct, frozen=True, kw_only=True):
    """A declared name: its kind, its block, and where and from which folder it was declared."""

    kind: MemberKind
    name: str
    key: Scalar
    block: Element | Image | Footage
    folder: str


class MemberLook(Struct, frozen=True, kw_only=True):
    """A character in a look: what the look says, and the character's own for the rest."""

    frontal: Scalar | None
    references: tuple[Scalar, ...] | None
    video: Scalar | None
    voice: Scalar | None
    description: Scalar | None


def members_of(file: Storyboard | Library, folder: str) -> Iterator[Member]:
    """The members that a file declares under its five kinds."""
    kinds: dict[str, MemberKind] = {
        "characters": "character",
        "props": "prop",
        "locations": "location",
        "styles": "style",
        "footage": "footage",
    }
    for section, kind in kinds.items():
        for key, block in (getattr(file, section) or {}).items():
            if isinstance(key, Scalar):
                yield Member(kind=kind, name=str(key), key=key, block=block, folder=folder)


def worn_in(element: Element, look: str) -> Look | MemberLook:
    """The element in a look: the look's own pictures before the element's."""
    if not look or not element.looks:
        return element
    worn = element.looks[Scalar(look)]
    has_pictures = worn.frontal is not None or worn.video is not None
    # Another costume's side views would contradict the look's own frontal picture.
    references = worn.references if has_pictures or worn.references else element.references
    return MemberLook(
        frontal=worn.frontal if has_pictures else element.frontal,
        references=references,
        video=worn.video if has_pictures else element.video,
        voice=worn.voice or element.voice,
        description=worn.description or element.description,
    )


def place_of(member: Member, look: str) -> Span:
    """Where a member is declared, in that look."""
    looks = member.block.looks if isinstance(member.block, Element) else None
    return next((name.span for name in looks or () if name == look), member.key.span)


def has_picture(member: Member) -> bool:
    """Whether a member is declared with a picture or a clip."""
    block = member.block
    if isinstance(block, Image):
        return block.image is not None
    if isinstance(block, Footage):
        return block.video is not None or block.shot is not None
    return block.frontal is not None or block.video is not None


def is_hole(member: Member) -> bool:
    """Whether the member had a picture or description that could not be read."""
    node = member.block.node
    is_broken: bool = getattr(node, "is_broken", False)
    return is_broken or any(getattr(value, "style", "") == HOLE for value in node.values())
