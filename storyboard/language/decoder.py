"""The decoder: validate, say what is wrong, take it out of a copy, and validate that.

The tree that is decoded stays as it was parsed, for editors and for whoever reads it next. A tree
without mistakes is visited once and not copied.
"""

from __future__ import annotations

from collections.abc import Sequence as Items
from collections.abc import Set
from typing import Any, Generic, TypeVar

from msgspec import Struct
from pydantic import BaseModel, ValidationError

from storyboard.diagnostics import Diagnostics
from storyboard.diagnostics.codes import EMPTY_SHOT, KEY_CONFLICT, MISSING_KEY
from storyboard.document.nodes import Mapping, Node, copy_collections, without_blanks
from storyboard.language.error_paths import Location, walk

M = TypeVar("M", bound=BaseModel)

_ROUNDS = 20
"""How often what is wrong is taken out and the rest validated; each round goes deeper."""


class Decoded(Struct, Generic[M], frozen=True):
    """What could be read of a node, and where something had to be taken out."""

    value: M | None
    removed: tuple[Location, ...]


def decode(model: type[M], node: Node | None, diagnostics: Diagnostics) -> Decoded[M]:
    """Read a node as ``model``; what is wrong is said and left out.

    ``value`` is None only where nothing of the node could be used. The node is not changed; where
    something is wrong, the value's nodes are copies of the same places.
    """
    removed: list[Location] = []
    written = node
    for _ in range(_ROUNDS):
        if node is None or written is None:
            break
        try:
            return Decoded(model.model_validate(node), tuple(removed))
        except ValidationError as failure:
            errors = failure.errors(include_url=False, include_context=True)
        # Most nodes are as they should be, and need nothing that says what is wrong.
        from storyboard.language.model_errors import report
        from storyboard.language.repairs import is_placeholder, rename, take_out

        if node is written:
            node = copy_collections(written)
        errors = _without_values_of_wrong_keys(errors)
        gone = set(removed)
        # The deepest first, so that taking one out does not move the place of another; what is
        # missing last, as a misspelt key may be the one that is missed.
        for error in sorted(errors, key=_order, reverse=True):
            location: Location = tuple(part for part in error["loc"] if part != "[key]")
            if error["type"] == "missing" and _is_there(node, location):
                continue
            is_known = _follows(location, error, gone) or _misses_lost(written, location, error)
            if not is_known and not is_placeholder(node, location):
                report(model, node, location, error, diagnostics)
            removed.append(location)
            if not (rename(model, node, location, error) or take_out(node, location, error)):
                return Decoded(None, tuple(removed))
    return Decoded(None, tuple(removed))


def _without_values_of_wrong_keys(errors: Items[Any]) -> list[Any]:
    """The errors without those of values whose key is wrong: what it should be, nobody knows."""
    wrong = {error["loc"][:-1] for error in errors if error["loc"][-1:] == ("[key]",)}
    if not wrong:
        return list(errors)
    return [
        error
        for error in errors
        if error["loc"][-1:] == ("[key]",)
        or not any(error["loc"][:most] in wrong for most in range(len(error["loc"]) + 1))
    ]


def _follows(location: Location, error: Any, gone: Set[Location]) -> bool:
    """Whether an error only misses what was there, and was said to be wrong and taken out."""
    if error["type"] == "missing":
        return location in gone
    if error["type"] != MISSING_KEY.id:
        return False
    return any((*location, key) in gone for key in ("frontal", "video"))


def _misses_lost(written: Node, location: Location, error: Any) -> bool:
    """Whether an error misses what may be in an entry that could not be parsed."""
    kind = error["type"]
    if kind not in {"missing", MISSING_KEY.id, EMPTY_SHOT.id, KEY_CONFLICT.id}:
        return False
    block = location[:-1] if kind == "missing" else location
    found, parent, _key = walk(written, block)
    is_there = not block or (parent is not None and found is walk(parent, block[-1:])[0])
    return is_there and isinstance(found, Mapping) and getattr(found, "is_broken", False)


def _order(error: Any) -> tuple[bool, tuple[tuple[int, int, str], ...]]:
    return error["type"] != "missing", _depth_first(error["loc"])


def _depth_first(location: Items[str | int]) -> tuple[tuple[int, int, str], ...]:
    return tuple((0, part, "") if isinstance(part, int) else (1, 0, part) for part in location)


def _is_there(root: Node, location: Location) -> bool:
    """Whether a key that was missing has been put there by now."""
    parent = walk(root, location[:-1])[0]
    return isinstance(parent, Mapping) and location[-1] in without_blanks(parent)
