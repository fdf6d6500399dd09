"""The blocks of a cast: characters and props with their looks, locations and styles."""

from __future__ import annotations

from typing import Any

from pydantic import Field, model_validator

from storyboard.diagnostics.codes import KEY_CONFLICT, MISSING_KEY
from storyboard.document.nodes import HOLE, Mapping, Scalar
from storyboard.language.blocks import Block
from storyboard.language.leaves import refuse
from storyboard.language.names import NAME_SCHEMA, Name
from storyboard.language.quantities import Seconds
from storyboard.language.scalars import ClipPath, Picture, Text

MAX_REFERENCES = 3
"""Pictures beside the frontal one that an element may have."""

NAMED: dict[str, Any] = {"propertyNames": NAME_SCHEMA}
"""In the schema: what the names of a mapping may be."""


class _Declared(Block):
    """What a name stands for; a name with nothing behind it is declared all the same.

    So is one whose block could not be read: its mapping ``is_broken``.
    """

    @classmethod
    def unfold(cls, data: object) -> object:
        """A value that is left out is a block without keys."""
        if not isinstance(data, Scalar) or data or data.style not in ("", HOLE):
            return data
        empty = Mapping()
        empty.origin, empty.start, empty.end = data.origin, data.start, data.end
        empty.is_broken = data.style == HOLE
        return empty


class Look(_Declared):
    """A named state of a character or prop, such as a costume; its pictures replace the others."""

    frontal: Picture | None = Field(
        None, description="The picture seen from the front: a path or an https URL."
    )
    references: tuple[Picture, ...] | None = Field(
        None, description="Up to three pictures from other sides.", max_length=MAX_REFERENCES
    )
    video: ClipPath | None = Field(
        None, description="A clip of the character instead of pictures: a path or an https URL."
    )
    voice: Text | None = Field(
        None,
        description="The id of a voice made with the vendor; some bind one only to a video.",
    )
    description: Text | None = Field(None, description="What the look is, in words.")


class Element(Look):
    """A character or a prop: who or what must look the same in every shot."""

    label: Text | None = Field(
        None,
        description="What later mentions say where the character has no picture; else the name.",
    )
    looks: dict[Name, Look] | None = Field(
        None,
        json_schema_extra=NAMED,
        description="Named states; a shot asks for one with @name.look or the scene's looks.",
    )

    @model_validator(mode="after")
    def _has_a_front(self) -> Element:
        if self.references and self.frontal is None and self.video is None:
            raise refuse(
                MISSING_KEY,
                "references without a frontal picture",
                "make the picture from the front its frontal:",
            )
        return self


class Image(_Declared):
    """A location or a style: one picture, or a description where there is none."""

    image: Picture | None = Field(None, description="The picture: a path or an https URL.")
    description: Text | None = Field(None, description="What it is, in words.")
    label: Text | None = Field(
        None, description="What later mentions say where it has no picture; else the name."
    )


class Footage(_Declared):
    """A clip that is there already or a shot of the film, which shots refer to."""

    video: ClipPath | None = Field(None, description="The clip: a path or an https URL.")
    duration: Seconds | None = Field(
        None,
        description="The whole seconds of a clip at a URL, which cannot be measured.",
        examples=["7s"],
    )
    shot: Text | None = Field(
        None,
        description="In place of video: the shot of this film whose clip it is, by its address.",
        examples=["arrival/climb"],
    )
    description: Text | None = Field(
        None, description="What it shows, in words: said where the target takes no clip."
    )
    label: Text | None = Field(
        None, description="What texts call it where the clip is not sent; else the name."
    )

    @model_validator(mode="after")
    def _is_one_clip(self) -> Footage:
        if self.video is not None and self.shot is not None:
            raise refuse(
                KEY_CONFLICT,
                "footage that is both a clip of its own and the clip of a shot",
                "remove video: or shot:",
            )
        if self.duration is not None and self.shot is not None:
            raise refuse(
                KEY_CONFLICT,
                "the clip of a shot lasts as long as the shot, and has a duration of its own",
                "remove duration:",
            )
        return self
