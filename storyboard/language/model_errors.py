"""What is said of a node that a model does not take: pydantic's errors in our words."""

from __future__ import annotations

import re
from typing import Any

from pydantic import BaseModel

from storyboard.diagnostics import Diagnostics, Fix, Label
from storyboard.diagnostics.codes import (
    BAD_CHOICE,
    BAD_NUMBER,
    MISSING_KEY,
    REGISTRY,
    TOO_LONG,
    UNKNOWN_KEY,
    WRONG_TYPE,
    YAML_SYNTAX,
)
from storyboard.diagnostics.spelling import nearest
from storyboard.document.findings import OTHER_COMMENT
from storyboard.document.nodes import Mapping, Node, Scalar, Sequence
from storyboard.document.phrases import described
from storyboard.language.error_paths import Location, description_of, keys_at, opening, walk
from storyboard.language.film_words import film_word

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

STUCK_VALUE = re.compile(r"([\w-]+)[ ]?[:：]?[ ]?([{\[\"'])")
"""A key with the sign that begins its value, without a colon and a space between them."""
_LISTS_OF_TEXTS = {"use", "authors", "references"}
_EXPECTED = {
    "is_instance_of": "a text",
    "string_type": "a text",
    "string_too_short": "a text",
    "model_type": "a mapping (key: value)",
    "model_attributes_type": "a mapping (key: value)",
    "dict_type": "a mapping (key: value)",
    "tuple_type": "a list (- item)",
    "list_type": "a list (- item)",
    "int_type": "a whole number",
    "bool_type": "true or false",
}


def report(
    model: type[BaseModel],
    root: Node,
    location: Location,
    error: Any,
    diagnostics: Diagnostics,
) -> None:
    """Say one of pydantic's errors in reading ``root`` as ``model``, at the place it is about."""
    kind, context = error["type"], error.get("ctx", {})
    node, parent, key = walk(root, location)
    used = _used_at(node)
    span = opening(node)

    if kind == "extra_forbidden" and isinstance(parent, Mapping):
        _report_unknown_key(model, location, key, node, diagnostics)
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
            REGISTRY[kind],
            context["message"],
            at,
            labels=used,
            help=context.get("help", ""),
            fix=Fix(at, context["fix"]) if context.get("fix") and not used else None,
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


def _report_unknown_key(
    model: type[BaseModel],
    location: Location,
    key: Node | None,
    value: Node,
    diagnostics: Diagnostics,
) -> None:
    known = keys_at(model, location[:-1])
    used = _used_at(value)
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
    written = str(location[-1])
    if (bare := written.strip()) != written and bare in known and span is not None:
        odd = next(sign for sign in written if sign.isspace() and sign != " ")
        diagnostics.add(
            YAML_SYNTAX,
            f'the space behind "{bare}" is no plain one (U+{ord(odd):04X}), and YAML takes it for'
            " a letter",
            span,
            labels=used,
            help="delete it, or type a space in its place",
            fix=Fix(span, bare) if span.text == written and not used else None,
        )
        return
    bracket = STUCK_VALUE.match(written)
    if bracket is not None:
        diagnostics.add(
            YAML_SYNTAX,
            f'the key "{bracket[1]}" needs a colon and a space before the {bracket[2]}',
            span,
            labels=used,
            help=f"write {bracket[1]}: {bracket[2]}…",
        )
        return
    word = film_word(written, known, is_text=isinstance(value, Scalar))
    if word is not None:
        near = word.key
    advice = f"write {near}" if near else f"the keys here are {', '.join(known)}"
    if word is not None and near and (described_key := _description(model, (*location[:-1], near))):
        advice += f": {described_key}"
    diagnostics.add(
        UNKNOWN_KEY,
        f'"{location[-1]}" is not a key that is known here',
        span,
        labels=used,
        help=word.advice if word is not None and word.advice else advice,
        fix=Fix(span, near, is_sure=word is None and not used) if near and span else None,
    )


def _description(model: type[BaseModel], location: Location) -> str:
    """The first sentence of what a key is for, in lower case; empty where there is none."""
    said = description_of(model, location).partition(". ")[0].rstrip(".")
    return said[:1].lower() + said[1:]


def _is_behind_comma(key: Node | None) -> bool:
    """Whether a key without a colon is the rest of a text that a comma cut in two."""
    if not isinstance(key, Scalar):
        return False
    text = key.origin.source.text
    before = text[max(key.start - 100, 0) : key.start].rstrip()
    return before.endswith(",") and text[key.end : key.end + 1] in set(",}")


def _wanted(kind: str, context: dict[str, Any]) -> str:
    """What a leaf of a data file must be, in words."""
    if kind in _KINDS:
        return _KINDS[kind]
    for name, words in _BOUNDS.items():
        if name in context:
            return words.format(context[name])
    return "another value"


def _type_help(kind: str, location: Location, node: Node) -> str:
    if (
        kind in {"tuple_type", "list_type"}
        and isinstance(node, Scalar)
        and location[-1] in _LISTS_OF_TEXTS
        and len(node) <= 40
    ):
        return f"write {location[-1]}: [{node}]"
    if kind in {"tuple_type", "list_type"}:
        comment = OTHER_COMMENT.match(node) if isinstance(node, Scalar) and not node.style else None
        if comment is not None:
            return f"a comment begins with a #, and not with {comment[1]}"
        return "begin each item with a dash"
    if kind == "is_instance_of" and isinstance(node, Mapping):
        return "put the text in quotation marks if it holds {, } or a colon"
    if kind == "dict_type" and isinstance(node, Sequence) and (name := _named_item(node)):
        return f"write {name}: in place of the dash, with its keys below"
    if kind == "dict_type":
        return "write each entry on a line of its own, as name: value"
    return "write one text" if kind == "is_instance_of" else ""


def _named_item(items: Sequence) -> str:
    """The name in the first item of a list, where one is the name of what it describes."""
    first = items[0] if items else None
    if isinstance(first, Scalar):
        return first if first and " " not in first else ""
    names = (
        (first.get(key) for key in ("name", "id", "label")) if isinstance(first, Mapping) else ()
    )
    name = next((one for one in names if isinstance(one, Scalar) and one), "")
    return "_".join(name.casefold().split())


def _shown(location: Location) -> str:
    """The key that an error is about, in quotation marks, or what it is in a list."""
    for part in reversed(location):
        if isinstance(part, str):
            return f'"{part}"'
    return "the file"


def _used_at(node: Node) -> tuple[Label, ...]:
    used = node.origin.used_at
    return (Label(used, "used here"),) if used else ()
