"""From positioned nodes to a model: pydantic validates, and its errors become our diagnostics.

A model is decoded as far as it can be. What is wrong is said at its place and taken out (a
leaf becomes what its absence means), and the rest is validated again, so that one run finds
every mistake of a file and later stages still see everything that is right.
"""

from __future__ import annotations

import types
from collections.abc import Sequence as Items
from collections.abc import Set
from dataclasses import dataclass
from typing import Annotated, Any, Generic, TypeVar, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError

from storyboard.diagnostics import Code, Diagnostics, Fix, Label, Span
from storyboard.diagnostics.codes import (
    BAD_CHOICE,
    BAD_NUMBER,
    EMPTY_SHOT,
    KEY_CONFLICT,
    MISSING_KEY,
    REGISTRY,
    TOO_LONG,
    UNKNOWN_KEY,
    WRONG_TYPE,
)
from storyboard.diagnostics.spelling import nearest
from storyboard.syntax.nodes import Mapping, Node, Scalar, Sequence, without_blanks

M = TypeVar("M", bound=BaseModel)
Location = tuple[str | int, ...]

_ROUNDS = 20
"""How often what is wrong is taken out and the rest validated; each round goes deeper."""

_DEPENDED_ON = {
    "beats", "characters", "description", "frontal", "image", "line", "locations", "prompt",
    "props", "scenes", "shots", "styles", "use", "vars", "video",
}  # fmt: skip
"""Keys whose absence would be said again, or would make others wrong."""

_KINDS = {
    "int_parsing": "a whole number",
    "int_from_float": "a whole number",
    "decimal_parsing": "a number",
    "decimal_type": "a number",
    "bool_parsing": "true or false",
    "date_from_datetime_parsing": "a date such as 2026-09-24",
    "date_parsing": "a date such as 2026-09-24",
}
_BOUNDS = {
    "ge": "{} or more",
    "gt": "a number above {}",
    "le": "{} at most",
    "lt": "a number below {}",
    "pattern": "a text of the form {}",
    "min_length": "at least {}",
}
"""What pydantic's limits are in our words."""

_LISTS_OF_TEXTS = {"use", "authors", "references"}
_EXPECTED = {
    "is_instance_of": "a text",
    "string_type": "a text",
    "model_type": "a mapping (key: value)",
    "model_attributes_type": "a mapping (key: value)",
    "dict_type": "a mapping (key: value)",
    "tuple_type": "a list (- item)",
    "list_type": "a list (- item)",
    "int_type": "a whole number",
    "bool_type": "true or false",
}


@dataclass(frozen=True, slots=True)
class Decoded(Generic[M]):
    """What could be read of a node, and where something had to be taken out."""

    value: M | None
    removed: tuple[Location, ...]


def decode(model: type[M], node: Node | None, diagnostics: Diagnostics) -> Decoded[M]:
    """Read a node as ``model``; what is wrong is said and left out.

    ``value`` is None only where nothing of the node could be used. The node is changed: what
    is wrong is taken out of it.
    """
    removed: list[Location] = []
    for _ in range(_ROUNDS):
        if node is None:
            break
        try:
            return Decoded(model.model_validate(node), tuple(removed))
        except ValidationError as failure:
            errors = failure.errors(include_url=False, include_context=True)
        gone = set(removed)
        # The deepest first, so that taking one out does not move the place of another; what is
        # missing last, as a misspelt key may be the one that is missed.
        for error in sorted(errors, key=_order, reverse=True):
            location: Location = tuple(part for part in error["loc"] if part != "[key]")
            if error["type"] == "missing" and _is_there(node, location):
                continue
            if not _follows(location, error, gone) and not _is_placeholder(node, location):
                _report(model, node, location, error, diagnostics)
            removed.append(location)
            if not (_is_renamed(model, node, location, error) or _take_out(node, location, error)):
                return Decoded(None, tuple(removed))
    return Decoded(None, tuple(removed))


def _follows(location: Location, error: Any, gone: Set[Location]) -> bool:
    """Whether an error only misses what was there, and was said to be wrong and taken out."""
    if error["type"] == "missing":
        return location in gone
    if error["type"] != MISSING_KEY.id:
        return False
    return any((*location, key) in gone for key in ("frontal", "video"))


def _order(error: Any) -> tuple[bool, tuple[tuple[int, int, str], ...]]:
    return error["type"] != "missing", _depth_first(error["loc"])


def _is_there(root: Node, location: Location) -> bool:
    """Whether a key that was missing has been put there by now."""
    parent = _walk(root, location[:-1])[0]
    return isinstance(parent, Mapping) and location[-1] in without_blanks(parent)


def _is_placeholder(root: Node, location: Location) -> bool:
    """Whether what is wrong only stands for something that was said to be wrong."""
    found = _walk(root, location)[0]
    return isinstance(found, Scalar) and found.style == "?"


def _depth_first(location: Items[str | int]) -> tuple[tuple[int, int, str], ...]:
    return tuple((0, part, "") if isinstance(part, int) else (1, 0, part) for part in location)


def _step(node: Node, part: str | int) -> Node | None:
    if isinstance(node, Mapping):
        return node.get(part) if isinstance(part, str) else None
    if isinstance(node, Sequence) and isinstance(part, int) and part < len(node):
        return node[part]
    return None


def _walk(root: Node, location: Location) -> tuple[Node, Node | None, Node | None]:
    """The nearest node that is really there, its parent, and the last key on the way."""
    node, parent, key = root, None, None
    for part in location:
        inner = _step(node, part)
        if inner is None:
            break
        key = node.key(part) if isinstance(node, Mapping) and isinstance(part, str) else None
        node, parent = inner, node
    return node, parent, key


def _shown(location: Location) -> str:
    """The key that an error is about, in quotation marks, or what it is in a list."""
    for part in reversed(location):
        if isinstance(part, str):
            return f'"{part}"'
    return "the file"


def _report(
    model: type[BaseModel],
    root: Node,
    location: Location,
    error: Any,
    diagnostics: Diagnostics,
) -> None:
    kind, context = error["type"], error.get("ctx", {})
    node, parent, key = _walk(root, location)
    used = _used_at(node)
    span = opening(node)

    if kind == "extra_forbidden" and isinstance(parent, Mapping):
        _report_unknown_key(model, location, key, used, diagnostics)
    elif kind == "missing":
        diagnostics.add(
            MISSING_KEY,
            f'the key "{location[-1]}" is missing',
            span,
            labels=used,
            help="begin the file with storyboard: 1"
            if location == ("storyboard",)
            else f"add {location[-1]}: to it",
        )
    elif kind in REGISTRY:
        is_key = key is not None and error["loc"] and error["loc"][-1] == "[key]"
        at = key.span if key is not None and is_key else span
        diagnostics.add(
            REGISTRY[kind], context["message"], at, labels=used, help=context.get("help", "")
        )
    elif kind in _EXPECTED:
        inside = "an item of " if location and isinstance(location[-1], int) else ""
        diagnostics.add(
            WRONG_TYPE,
            f"{inside}{_shown(location)} takes {_EXPECTED[kind]}, found {described(node)}",
            span,
            labels=used,
            help=_type_help(kind, location, node),
        )
    elif kind in {"literal_error", "enum"}:
        diagnostics.add(
            BAD_CHOICE,
            f"{_shown(location)} takes {context['expected']}, found {described(node)}",
            span,
            labels=used,
        )
    elif kind == "too_long":
        if isinstance(node, Sequence) and len(node) > context["max_length"]:
            span = opening(node[context["max_length"]])
        diagnostics.add(
            TOO_LONG,
            f"{_shown(location)} takes at most {context['max_length']} items, "
            f"found {context['actual_length']}",
            span,
            labels=used,
            help=f"remove {context['actual_length'] - context['max_length']} of them",
        )
    else:
        diagnostics.add(
            BAD_NUMBER,
            f"{_shown(location)} takes {_wanted(kind, context)}, found {described(node)}",
            span,
            labels=used,
            help="correct the value",
        )


def _wanted(kind: str, context: dict[str, Any]) -> str:
    """What a leaf of a data file must be, in words."""
    if kind in _KINDS:
        return _KINDS[kind]
    for name, words in _BOUNDS.items():
        if name in context:
            return words.format(context[name])
    return "another value"


def _report_unknown_key(
    model: type[BaseModel],
    location: Location,
    key: Node | None,
    used: tuple[Label, ...],
    diagnostics: Diagnostics,
) -> None:
    known = keys_at(model, location[:-1])
    near = nearest(str(location[-1]), known)
    span = key.span if key is not None else None
    if _is_behind_comma(key):
        diagnostics.add(
            UNKNOWN_KEY,
            f'"{location[-1]}" stands behind a comma, where another key begins',
            span,
            labels=used,
            help="put the text with the comma in quotation marks",
        )
        return
    diagnostics.add(
        UNKNOWN_KEY,
        f'"{location[-1]}" is not a key that is known here',
        span,
        labels=used,
        help=f"write {near}" if near else f"the keys here are {', '.join(known)}",
        fix=Fix(span, near) if near and span else None,
    )


def _is_behind_comma(key: Node | None) -> bool:
    """Whether a key without a colon is the rest of a text that a comma cut in two."""
    if not isinstance(key, Scalar):
        return False
    text = key.origin.source.text
    before = text[max(key.start - 100, 0) : key.start].rstrip()
    return before.endswith(",") and text[key.end : key.end + 1] in set(",}")


def _type_help(kind: str, location: Location, node: Node) -> str:
    if (
        kind in {"tuple_type", "list_type"}
        and isinstance(node, Scalar)
        and location[-1] in _LISTS_OF_TEXTS
        and len(node) <= 40
    ):
        return f"write {location[-1]}: [{node}]"
    if kind in {"tuple_type", "list_type"}:
        return "begin each item with a dash"
    if kind == "is_instance_of" and isinstance(node, Mapping):
        return "put the text in quotation marks if it holds {, } or a colon"
    if kind == "dict_type":
        return "write each entry on a line of its own, as name: value"
    return "write one text" if kind == "is_instance_of" else ""


def described(node: Node) -> str:
    """What a node is, in a writer's words."""
    match node:
        case Mapping():
            return "a mapping"
        case Sequence():
            return "a list"
        case "":
            return "nothing"
        case _:
            return f'"{node}"' if len(node) <= 40 else f'"{node[:39]}…"'


def opening(node: Node) -> Span:
    """The place of a node; of a collection, its first line."""
    span = node.span
    if isinstance(node, Scalar):
        return span
    stop = span.source.text.find("\n", span.start, span.end)
    return span.narrow(span.start, span.end if stop < 0 else max(stop, span.start + 1))


def _used_at(node: Node) -> tuple[Label, ...]:
    used = node.origin.used_at
    return (Label(used, "used here"),) if used else ()


def _is_renamed(model: type[BaseModel], root: Node, location: Location, error: Any) -> bool:
    """Whether a misspelt key that others depend on could be given the name that was meant."""
    _node, parent, key = _walk(root, location)
    if error["type"] != "extra_forbidden" or not isinstance(parent, Mapping):
        return False
    if not isinstance(key, Scalar):
        return False
    meant = nearest(key, keys_at(model, location[:-1]))
    if meant not in _DEPENDED_ON or meant in parent:
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


def _take_out(root: Node, location: Location, error: Any) -> bool:
    """Take out what an error is about; False where that would be everything."""
    if error["type"] == "missing":
        return _put_in_placeholder(root, location)
    code: Code | None = REGISTRY.get(error["type"])
    node, parent, _key = _walk(root, location)
    if code is KEY_CONFLICT and isinstance(node, Mapping):
        node.pop("beats", None)
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
                parent[location[-1]] = _hollow("prompt", placeholder(parent), parent)
                return True
            if len(location) > 1 and location[-2] == "scenes":
                parent[location[-1]] = _hollow("shots", _empty_list(parent), parent)
                return True
            del parent[location[-1]]
            return True
        location = location[:-1]
        node, parent, _key = _walk(root, location)
    return False


def _hollow(key: str, value: Node, near: Node) -> Mapping:
    """A block with nothing but what it cannot be without."""
    block = Mapping({key: value})
    block.origin, block.start, block.end = near.origin, near.start, near.start
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
    parent, _grand, _key = _walk(root, location[:-1])
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


def keys_at(model: type[BaseModel], location: Location) -> list[str]:
    """The keys that the model takes at a location; empty where it takes any."""
    current: Any = model
    for part in location:
        current = _inner(current, part)
    current = _bare(current)
    if isinstance(current, type) and issubclass(current, BaseModel):
        return [field.alias or name for name, field in current.model_fields.items()]
    return []


def _bare(annotation: Any) -> Any:
    """The type behind Annotated and Optional."""
    origin = get_origin(annotation)
    if origin is Annotated:
        return _bare(get_args(annotation)[0])
    if origin in {Union, types.UnionType}:
        options = [option for option in get_args(annotation) if option is not type(None)]
        blocks = [option for option in options if _is_structured(_bare(option))]
        return _bare((blocks or options)[0])
    return annotation


def _is_structured(annotation: Any) -> bool:
    return get_origin(annotation) in {dict, tuple} or (
        isinstance(annotation, type) and issubclass(annotation, BaseModel)
    )


def _inner(annotation: Any, part: str | int) -> Any:
    annotation = _bare(annotation)
    origin = get_origin(annotation)
    if origin is dict:
        return get_args(annotation)[1]
    if origin is tuple:
        return get_args(annotation)[0]
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        field = annotation.model_fields.get(str(part))
        return field.annotation if field else None
    return None
