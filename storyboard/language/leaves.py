"""What every type of scalar is made with: a reader, what it expects, and how it refuses."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from pydantic import GetPydanticSchema, WithJsonSchema
from pydantic_core import PydanticCustomError, core_schema

from storyboard.diagnostics.codes import BAD_CHOICE, WRONG_TYPE
from storyboard.diagnostics.types import Code
from storyboard.document.nodes import Scalar, Sequence
from storyboard.document.phrases import described


def refuse(
    code: Code,
    message: str,
    help: str = "",  # noqa: A002 - the field's name in a diagnostic
    fix: str = "",
) -> PydanticCustomError:
    """An error that the decoder turns into a diagnostic of that code.

    ``fix`` is what surely has to stand there instead, as it is written in YAML.
    """
    context = {"message": message, "help": help, "fix": fix}
    return PydanticCustomError(code.id, "{message}", context)


def _meant_scalar(value: object) -> str:
    """What to write for a list of one item where its item is meant; empty for anything else."""
    if isinstance(value, Sequence) and len(value) == 1 and isinstance(value[0], Scalar):
        return f"write {value[0]}, without brackets or dash"
    return ""


def leaf(read: Callable[[Scalar], object], expected: str, schema: dict[str, Any]) -> Any:
    """The annotation of a field that ``read`` makes from a scalar."""

    def validate(value: object) -> object:
        if not isinstance(value, Scalar):
            found = f"expected {expected}, found {described(value)}"
            raise refuse(WRONG_TYPE, found, _meant_scalar(value) or f"write {expected}")
        return read(value)

    return (
        GetPydanticSchema(
            lambda _source, _handler: core_schema.no_info_plain_validator_function(validate)
        ),
        WithJsonSchema(schema),
    )


def choice(*options: str) -> Any:
    """The annotation of a field that takes one of a few words."""

    def read(scalar: Scalar) -> str:
        if scalar not in options:
            shown = " or ".join(options) if len(options) < 3 else ", ".join(options)
            raise refuse(
                BAD_CHOICE, f"expected {shown}, found {described(scalar)}", f"write {options[0]}"
            )
        return str(scalar)

    return leaf(read, " or ".join(options), {"enum": list(options)})
