"""The film's variables: texts, numbers, flags and lists of those, by names for templates."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import GetPydanticSchema, WithJsonSchema
from pydantic_core import core_schema

from storyboard.diagnostics.codes import BAD_NAME, TOO_LONG, WRONG_TYPE
from storyboard.document.nodes import Scalar, Sequence
from storyboard.document.phrases import described
from storyboard.language.leaves import refuse
from storyboard.language.scalars import read_variable

MAX_VARIABLE = 10_000
"""Code points of one variable: the tool's own bound, which keeps templates small."""


def _variable_name(name: object) -> str:
    if not str(name).isidentifier():
        raise refuse(
            BAD_NAME,
            f"{described(name)} cannot be a variable: letters, digits and _ only",
            "templates read a - as minus; write _",
        )
    return str(name)


def _variable(value: object) -> Any:
    items = value if isinstance(value, Sequence) else [value]
    scalars = [item for item in items if isinstance(item, Scalar)]
    if len(scalars) != len(items):
        raise refuse(
            WRONG_TYPE,
            "a variable is a text, a number, a flag or a list of those",
            "write each value as a variable of its own",
        )
    if sum(map(len, scalars)) > MAX_VARIABLE:
        raise refuse(
            TOO_LONG,
            f"a variable of more than {MAX_VARIABLE:,} characters",
            "divide it into several variables",
        )
    read = [read_variable(item) for item in scalars]
    return read if isinstance(value, Sequence) else read[0]


_VARIABLE = {"type": ["string", "number", "boolean"]}
Variables = Annotated[
    dict[str, Any],
    GetPydanticSchema(
        lambda _source, _handler: core_schema.dict_schema(
            core_schema.no_info_plain_validator_function(_variable_name),
            core_schema.no_info_plain_validator_function(_variable),
        )
    ),
    WithJsonSchema(
        {
            "type": "object",
            "additionalProperties": {"anyOf": [_VARIABLE, {"type": "array", "items": _VARIABLE}]},
        }
    ),
]
