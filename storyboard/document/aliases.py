"""Anchors and the copies that aliases make of them, within a bound.

Each use of an alias gets nodes of its own, so that a message can tell where they are used from
where they are written.
"""

from __future__ import annotations

from msgspec import Struct

from storyboard.diagnostics import Span
from storyboard.document.nodes import Mapping, Node, Origin, Scalar, Sequence


class Anchor(Struct):
    """What an anchor names; ``size`` counts its nodes and is None while it is still open."""

    node: Node
    size: int | None
    span: Span


def copy_node(node: Node, origin: Origin) -> Node:
    """A copy of a node and all below it, each with ``origin``; places stay as they were.

    Recursive: what is copied was parsed, so it is no deeper than the parser's bound.
    """
    if isinstance(node, Scalar):
        return _copy_scalar(node, origin)
    copy: Mapping | Sequence
    if isinstance(node, Mapping):
        copy = Mapping()
        copy.is_broken = node.is_broken
        for key, value in node.items():
            # A mapping made by the parser has scalars for keys; its type says only str.
            new_key = _copy_scalar(key, origin) if isinstance(key, Scalar) else key
            copy[new_key] = copy_node(value, origin)
    else:
        copy = Sequence(copy_node(item, origin) for item in node)
    copy.origin = origin
    copy.start = node.start
    copy.end = node.end
    return copy


def _copy_scalar(scalar: Scalar, origin: Origin) -> Scalar:
    copy = Scalar(scalar)
    copy.origin, copy.start, copy.end, copy.style = origin, scalar.start, scalar.end, scalar.style
    return copy


def height(node: Node) -> int:
    """How many collections stand inside each other in a node; 0 for a scalar."""
    if isinstance(node, Scalar):
        return 0
    items = node.values() if isinstance(node, Mapping) else node
    return 1 + max(map(height, items), default=0)
