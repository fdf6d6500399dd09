"""Positioned nodes: plain text, lists and mappings that remember where they stand.

A node *is* its value (``Scalar`` a str, ``Sequence`` a list, ``Mapping`` a dict whose keys are
scalars), so the model validates nodes without a copy, and a value keeps its place for as long
as it lives. Offsets are code points into the origin's source, ``end`` exclusive.
"""

from __future__ import annotations

from collections.abc import Container
from typing import Union

from msgspec import Struct

from storyboard.diagnostics import Source, Span


class Origin(Struct, frozen=True):
    """The file a node stands in and, for what an alias brought, the place of the alias."""

    source: Source
    used_at: Span | None = None


MENDED = "+"
"""The style of a text to which quotation marks were given in its writer's place."""

HOLE = "?"
"""The style of a scalar that stands for what could not be read."""


class Scalar(str):
    """A text as it was written, before any type is read into it.

    ``style`` is YAML's: ``""`` plain, ``"'"``, ``'"'``, ``"|"`` or ``">"``; ``"?"`` is a hole,
    which stands for what could not be read. ``start`` and ``end`` enclose the quotation marks or
    the block's header.
    """

    __slots__ = ("end", "origin", "start", "style")

    origin: Origin
    start: int
    end: int
    style: str

    @property
    def span(self) -> Span:
        """The place of the whole scalar, its quotation marks included."""
        return Span(self.origin.source, self.start, self.end)


class Sequence(list["Node"]):
    """A list of nodes; the span of a block list ends with its last item."""

    __slots__ = ("end", "origin", "start")

    origin: Origin
    start: int
    end: int

    @property
    def span(self) -> Span:
        """The place of the whole list."""
        return Span(self.origin.source, self.start, self.end)


class Mapping(dict[str, "Node"]):
    """A mapping whose keys are scalars, each with its own place; order as written.

    ``is_broken`` says that an entry which could not be read was taken out, so that nobody
    reports it as missing.
    """

    __slots__ = ("end", "is_broken", "origin", "start")

    origin: Origin
    start: int
    end: int
    is_broken: bool

    @property
    def span(self) -> Span:
        """The place of the whole mapping."""
        return Span(self.origin.source, self.start, self.end)

    def key(self, name: str) -> Scalar | None:
        """The key as it stands in the file, or None where it is not written."""
        for key in self:
            if key == name and isinstance(key, Scalar):
                return key
        return None


def copy_collections(node: Node) -> Node:
    """New lists and mappings over the same scalars, to be changed in place of the first ones.

    Recursive: what is copied was parsed, so it is no deeper than the parser's bound.
    """
    if isinstance(node, Scalar):
        return node
    copy: Mapping | Sequence
    if isinstance(node, Mapping):
        copy = Mapping({key: copy_collections(value) for key, value in node.items()})
        copy.is_broken = getattr(node, "is_broken", False)
    else:
        copy = Sequence(map(copy_collections, node))
    copy.origin, copy.start, copy.end = node.origin, node.start, node.end
    return copy


def blank(place: Scalar) -> Scalar:
    """An empty plain text where a value was left out."""
    empty = Scalar("")
    empty.origin, empty.start, empty.end, empty.style = place.origin, place.start, place.end, ""
    return empty


def is_hole(node: Node | None) -> bool:
    """Whether a value is one that could not be read."""
    return isinstance(node, Scalar) and node.style == HOLE


def without_blanks(mapping: Mapping, known: Container[str] | None = None) -> Mapping:
    """The mapping without the entries whose value was left out; of those only the known keys.

    The same mapping where there are none.
    """
    left_out = [
        key
        for key, value in mapping.items()
        if value == "" and isinstance(value, Scalar) and not value.style
    ]
    gone = {key for key in left_out if known is None or key in known}
    if not gone:
        return mapping
    kept = Mapping({key: value for key, value in mapping.items() if key not in gone})
    kept.origin, kept.start, kept.end = mapping.origin, mapping.start, mapping.end
    kept.is_broken = mapping.is_broken
    return kept


Node = Union[Scalar, Sequence, Mapping]  # noqa: UP007 - forward references in the bases above
