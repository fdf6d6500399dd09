"""What every block of the language is: a mapping that keeps its place, and its short forms."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, ConfigDict, model_validator

from storyboard.diagnostics.codes import WRONG_TYPE
from storyboard.document.nodes import Mapping, Scalar, without_blanks
from storyboard.document.phrases import described
from storyboard.language.leaves import refuse

_NEEDS_A_VALUE = frozenset({"end_frame", "frontal", "image", "prompt", "start_frame", "video"})
"""Keys that nobody writes to say nothing: with nothing behind them they are not left out."""


class Block(BaseModel):
    """A mapping of the language; keeps the node that it was read from."""

    # Each block is built once, inside the storyboard or library that holds it.
    model_config = ConfigDict(extra="forbid", frozen=True, defer_build=True)
    __slots__ = ("node",)

    if TYPE_CHECKING:
        node: Mapping

    @model_validator(mode="wrap")
    @classmethod
    def _keep_node(cls, data: object, handler: Callable[[object], Block]) -> Block:
        data = cls.unfold(data)
        if isinstance(data, Mapping):
            if not all(data.values()):
                data = without_blanks(data, cls.model_fields.keys() - _NEEDS_A_VALUE)
        else:
            raise refuse(
                WRONG_TYPE,
                f"expected a mapping (key: value), found {described(data)}",
                cls.advice(),
            )
        block = handler(data)
        object.__setattr__(block, "node", data)
        return block

    @classmethod
    def unfold(cls, data: object) -> object:
        """The mapping that a shorter way of writing the block stands for."""
        return data

    @classmethod
    def advice(cls) -> str:
        """What to write where something else than the block stands."""
        if "storyboard" in cls.model_fields:
            return "begin the file with storyboard: 1"
        known = (key for key in ("prompt", "shots", "description") if key in cls.model_fields)
        return f"write its keys, such as {next(known, next(iter(cls.model_fields)))}:"


def folded(data: object, key: str) -> object:
    """A bare text as the mapping that has it under ``key``."""
    if not isinstance(data, Scalar) or not data:
        return data
    name = Scalar(key)
    name.origin, name.start, name.end, name.style = data.origin, data.start, data.start, ""
    block = Mapping({name: data})
    block.origin, block.start, block.end = data.origin, data.start, data.end
    block.is_broken = False
    return block


def or_text(schema: dict[str, Any]) -> None:
    """In the schema: the block, or the bare text that stands for it."""
    block = dict(schema)
    schema.clear()
    schema.update({"anyOf": [{"type": "string", "minLength": 1}, block]})
