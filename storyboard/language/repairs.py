"""What is wrong taken out of copied nodes, so that all the rest can be read.

A leaf becomes what its absence means. What a block cannot be without leaves an empty
placeholder, and a block in a list keeps its place, so that others keep their numbers.
"""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel

from storyboard.diagnostics import Code
from storyboard.diagnostics.codes import EMPTY_SHOT, KEY_CONFLICT, REGISTRY
from storyboard.diagnostics.spelling import nearest
from storyboard.document.nodes import HOLE, MENDED, Mapping, Node, Scalar, Sequence
from storyboard.language.error_paths import Location, is_required, keys_at, walk
from storyboard.language.film_words import film_word
from storyboard.language.model_errors import STUCK_VALUE

_DEPENDED_ON = {
    "beats", "characters", "description", "frontal", "image", "line", "locations", "prompt",
    "props", "scenes", "shots", "storyboard", "styles", "use", "vars", "video",
}  # fmt: skip
"""Keys whose absence would be said again, or would make others wrong."""


def rename(model: type[BaseModel], root: Node, location: Location, error: Any) -> bool:
    """Give a misspelt key that others depend on the name that was meant; whether it could be."""
    node, parent, key = walk(root, location)
    if error["type"] != "extra_forbidden" or not isinstance(parent, Mapping):
        return False
    if not isinstance(key, Scalar):
        return False
    known = keys_at(model, location[:-1])
    word = film_word(key, known, is_text=isinstance(node, Scalar))
    meant = nearest(key, known) if word is None else word.key
    if (stuck := STUCK_VALUE.match(key)) is not None:
        meant = stuck[1]
    if key.strip() in known:
        meant = key.strip()
    if meant is None or meant in parent:
        return False
    if meant not in _DEPENDED_ON and not is_required(model, location[:-1], meant):
        return False
    renamed = Scalar(meant)
    renamed.origin, renamed.start, renamed.end, renamed.style = (
        key.origin,
        key.start,
        key.end,
        key.style,
    )
    parent[renamed] = parent.pop(key)
    return True


def take_out(root: Node, location: Location, error: Any) -> bool:
    """Take out what an error is about; False where that would be everything."""
    if error["type"] == "missing":
        return _put_in_placeholder(root, location)
    code: Code | None = REGISTRY.get(error["type"])
    node, parent, _key = walk(root, location)
    if code is KEY_CONFLICT and isinstance(node, Mapping):
        node.pop("beats", None)
        if "shot" in node and "video" in node:  # of which clip footage is, nobody knows
            del node["shot"], node["video"]
            node.is_broken = True
        return True
    if code is EMPTY_SHOT and isinstance(node, Mapping):
        node.pop("beats", None)
        return _put_in_placeholder(root, (*location, "prompt"))
    while location:
        # A text that a block cannot be without leaves an empty one, so that nobody misses it.
        if isinstance(parent, Mapping):
            if len(location) > 2 and location[-3] == "dialogue":
                parent[str(location[-1])] = _hollow("line", placeholder(parent), parent)
                return True
            parent.pop(str(location[-1]), None)
            parent.is_broken = True
            if location[-1] in {"prompt", "beats", "line"}:
                key = "prompt" if location[-1] == "beats" else str(location[-1])
                parent[key] = placeholder(parent)
            return True
        if isinstance(parent, Sequence) and isinstance(location[-1], int):
            # A block's place in its list is kept, so that others keep their numbers.
            if len(location) > 1 and location[-2] in {"shots", "beats"}:
                hole = parent[location[-1]]
                parent[location[-1]] = _hollow("prompt", placeholder(parent), hole)
                return True
            if len(location) > 1 and location[-2] == "scenes":
                hole = parent[location[-1]]
                parent[location[-1]] = _hollow("shots", _empty_list(parent), hole)
                return True
            del parent[location[-1]]
            return True
        location = location[:-1]
        node, parent, _key = walk(root, location)
    return False


def _hollow(key: str, value: Node, near: Node) -> Mapping:
    """A block with nothing but what it cannot be without."""
    block = Mapping({key: value})
    block.origin, block.start, block.end = near.origin, near.start, near.end
    block.is_broken = True
    return block


def _empty_list(near: Node) -> Sequence:
    empty = Sequence()
    empty.origin, empty.start, empty.end = near.origin, near.start, near.start
    return empty


def placeholder(near: Node) -> Scalar:
    """An empty text that stands for one that could not be read."""
    hole = Scalar("")
    hole.origin, hole.start, hole.end, hole.style = near.origin, near.start, near.start, "?"
    return hole


def _put_in_placeholder(root: Node, location: Location) -> bool:
    parent, _grand, _key = walk(root, location[:-1])
    if not isinstance(parent, Mapping):
        return False
    name = str(location[-1])
    if name in {"shots", "scenes"}:
        parent[name] = _empty_list(parent)
        return True
    hole = Scalar("1") if name == "storyboard" else placeholder(parent)
    hole.origin, hole.start, hole.end, hole.style = parent.origin, parent.start, parent.start, "?"
    parent[name] = hole
    return True


def is_placeholder(root: Node, location: Location) -> bool:
    """Whether what is wrong stands for something, or is a part of it, that was said to be wrong."""
    found = walk(root, location)[0]
    return isinstance(found, Scalar) and found.style in (HOLE, MENDED)
