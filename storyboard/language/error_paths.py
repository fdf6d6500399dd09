"""Where an error is: walking to it among the nodes, and what the model takes there."""

from __future__ import annotations

import types
from typing import Annotated, Any, Union, get_args, get_origin

from pydantic import BaseModel

from storyboard.diagnostics import Span
from storyboard.document.nodes import Mapping, Node, Scalar, Sequence

Location = tuple[str | int, ...]
"""The keys and numbers on the way to a node."""


def walk(root: Node, location: Location) -> tuple[Node, Node | None, Node | None]:
    """The nearest node that is really there, its parent, and the last key on the way."""
    node, parent, key = root, None, None
    for part in location:
        inner = _step(node, part)
        if inner is None:
            break
        key = node.key(part) if isinstance(node, Mapping) and isinstance(part, str) else None
        node, parent = inner, node
    return node, parent, key


def _step(node: Node, part: str | int) -> Node | None:
    if isinstance(node, Mapping):
        return node.get(part) if isinstance(part, str) else None
    if isinstance(node, Sequence) and isinstance(part, int) and part < len(node):
        return node[part]
    return None


def opening(node: Node) -> Span:
    """The place of a node; of a collection, its first line."""
    span = node.span
    if isinstance(node, Scalar):
        return span
    stop = span.source.text.find("\n", span.start, span.end)
    return span.narrow(span.start, span.end if stop < 0 else max(stop, span.start + 1))


def keys_at(model: type[BaseModel], location: Location) -> list[str]:
    """The keys that the model takes at a location; empty where it takes any."""
    current: Any = model
    for part in location:
        current = _inner(current, part)
    current = _bare(current)
    if isinstance(current, type) and issubclass(current, BaseModel):
        return [field.alias or name for name, field in current.model_fields.items()]
    return []


def is_required(model: type[BaseModel], location: Location, name: str) -> bool:
    """Whether what the model takes at a location cannot be without a key."""
    current: Any = model
    for part in location:
        current = _inner(current, part)
    current = _bare(current)
    if not (isinstance(current, type) and issubclass(current, BaseModel)):
        return False
    field = current.model_fields.get(name)
    return field is not None and field.is_required()


def description_of(model: type[BaseModel], location: Location) -> str:
    """What the model says that a key is for; empty where it says nothing."""
    current: Any = model
    for part in location[:-1]:
        current = _inner(current, part)
    current = _bare(current)
    if isinstance(current, type) and issubclass(current, BaseModel):
        field = current.model_fields.get(str(location[-1]))
        return field.description or "" if field is not None else ""
    return ""


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
