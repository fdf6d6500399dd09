"""What every block of a target's data is, and where a fact was read."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints

FactText = Annotated[
    str,
    StringConstraints(min_length=1),
    BeforeValidator(lambda value: str(value) if isinstance(value, str) else value),
]
"""A plain text: scalars from a file lose their place here, as targets are read once."""


class FactBlock(BaseModel):
    """A block of a target's data: frozen, and without keys that it does not know."""

    # Target builds what it is made of into its own validator; theirs would only cost time.
    model_config = ConfigDict(extra="forbid", frozen=True, defer_build=True)


class FactSource(FactBlock):
    """Where a fact was read: the document, its date, and how sure it is.

    Grades: A the vendor's own document or schema, B a verbatim record of a live answer,
    C a third party's word, D inference.
    """

    title: FactText
    url: FactText | None = None
    date: FactText = Field(description="The day or month the document was read, ISO 8601.")
    grade: Literal["A", "B", "C", "D"]


class Fact(FactBlock):
    """What is known of one fact: its source by name, and its own grade where that differs."""

    source: FactText
    grade: Literal["A", "B", "C", "D"]
    note: FactText | None = None
