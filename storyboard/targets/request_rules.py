"""The names and types of a request's fields, and how values are written into them."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from storyboard.targets.facts import FactBlock, FactText


class ValueField(FactBlock):
    """A field of the request and how its value is written."""

    name: FactText
    type: Literal["string", "integer", "suffixed"] = "string"

    def written(self, seconds: int) -> str | int:
        """Seconds as the field has them: ``5``, ``"5"`` or ``"5s"``."""
        return written_seconds(seconds, self.type)


class ShotsField(FactBlock):
    """The multi-shot list: its field, the fields of a shot, and how the list travels."""

    name: FactText
    prompt: FactText
    seconds: FactText
    type: Literal["string", "integer", "suffixed"]
    encoding: Literal["list", "json"] = "list"
    total: Literal["sum", "omit"] = Field(description="What the total is beside the list.")


class ElementsField(FactBlock):
    """The elements: the field and the fields of each element."""

    name: FactText
    frontal: FactText
    references: FactText
    video: FactText | None = None
    voice: FactText | None = None


def written_seconds(seconds: int, form: Literal["string", "integer", "suffixed"]) -> str | int:
    """Seconds as a request has them, by the type of the field."""
    match form:
        case "integer":
            return seconds
        case "suffixed":
            return f"{seconds}s"
    return str(seconds)


class RequestRules(FactBlock):
    """The names and types of the request's fields; a field that is None does not exist."""

    model: FactText | None = Field(None, description="The field that holds the endpoint's id.")
    prompt: FactText
    shots: ShotsField | None = None
    seconds: ValueField | None = Field(
        None, description="None where a request is as long as the clip that is sent."
    )
    start_frame: FactText | None = None
    end_frame: FactText | None = None
    images: FactText | None = None
    footage: FactText | None = Field(
        None, description="The field of the one clip: referred to, edited, or moved by."
    )
    keep_sound: FactText | None = None
    elements: ElementsField | None = None
    audio: FactText | None = None
    negative: FactText | None = None
    aspect_ratio: FactText | None = None
    resolution: FactText | None = None
    constants: dict[FactText, FactText] = Field(default_factory=dict)
    unlisted: tuple[FactText, ...] = Field(
        (), description="Fields that the host takes though its published schema omits them."
    )
