"""The names and types of a request's fields, and how values are written into them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, PlainSerializer

from storyboard.diagnostics.codes import WRONG_TYPE
from storyboard.document.nodes import Scalar
from storyboard.language.leaves import refuse
from storyboard.targets.facts import FactBlock, FactText


class ValueField(FactBlock):
    """A field of the request and how its value is written."""

    name: FactText
    type: Literal["string", "integer", "suffixed"] = "string"

    def written(self, seconds: int) -> str | int:
        """Seconds as the field has them: ``5``, ``"5"`` or ``"5s"``."""
        return written_seconds(seconds, self.type)


class ShotsField(FactBlock):
    """The multi-shot list: its field, the fields of a shot, and how the list travels.

    ``beside`` is what the single prompt is beside the list: not there, or the text of the first
    shot where a host demands one.
    """

    name: FactText
    prompt: FactText
    seconds: FactText
    type: Literal["string", "integer", "suffixed"]
    encoding: Literal["list", "json"] = "list"
    total: Literal["sum", "omit"] = Field(description="What the total is beside the list.")
    beside: Literal["absent", "first"] = Field(
        "absent",
        description="What the single prompt is beside the list: not there, or the first shot's.",
    )


class ElementsField(FactBlock):
    """The elements: the field and the fields of each element.

    Its pictures are in ``frontal`` and ``references``, or in one list, ``pictures``. ``id`` is the
    field of the name by which tags call it, ``description`` that of the words that describe it,
    which are its label where the film has none.
    """

    name: FactText
    id: FactText | None = None
    description: FactText | None = None
    frontal: FactText | None = None
    references: FactText | None = None
    pictures: FactText | None = None
    video: FactText | None = None
    voice: FactText | None = None


class FootageModeField(FactBlock):
    """The field that says what becomes of the clip, with its word for each way there is."""

    name: FactText
    reference: FactText
    edit: FactText


class FacingField(FactBlock):
    """The field that says how a character that moves faces, with its word for each way."""

    name: FactText
    clip: FactText
    picture: FactText


ROLES = ("reference", "first_frame", "last_frame")
"""What a picture in the list of images can be."""


class ImagesField(FactBlock):
    """A list of pictures: of links, or of objects whose field ``link`` has the link.

    ``id`` is the field of the name by which tags call an image. ``role`` is the field that says
    what a picture is, ``roles`` are the host's words for it; a role that is not listed is sent
    without the field. Frames that have a role go into this list, behind the references.
    """

    name: FactText
    link: FactText | None = None
    id: FactText | None = None
    role: FactText | None = None
    roles: dict[FactText, FactText] = Field(
        default_factory=dict, description=f"By {', '.join(ROLES)}: the host's word."
    )

    def pointer(self, index: int) -> str:
        """Where the link of a picture of the list stands in a body, as a JSON pointer."""
        return f"/{self.name}/{index}" + (f"/{self.link}" if self.link else "")

    def entry(self, link: str, role: str, name: str | None = None) -> str | dict[str, str]:
        """A picture as the list holds it."""
        if self.link is None:
            return link
        found = {self.link: link}
        if self.role and role in self.roles:
            found[self.role] = self.roles[role]
        if self.id and name is not None:
            found[self.id] = name
        return found


class SwitchField(FactBlock):
    """A field that is on or off: true and false, or the host's own words for them."""

    name: FactText
    on: FactText | None = None
    off: FactText | None = None

    def written(self, is_on: bool) -> bool | str:
        """The value as the field has it."""
        word = self.on if is_on else self.off
        return is_on if word is None else word

    def read(self, value: object) -> bool | None:
        """Whether a value is on; None for one that the field does not have."""
        if isinstance(value, bool | str):
            for is_on in (True, False):
                if value == self.written(is_on):
                    return is_on
        return None


def _named(value: object) -> object:
    return {"name": value} if isinstance(value, str) else value


def _briefly(block: SwitchField | ImagesField) -> object:
    found = block.model_dump(mode="json", exclude_defaults=True)
    return found["name"] if len(found) == 1 else found


def _brief(block: type[FactBlock]) -> tuple[BeforeValidator, PlainSerializer]:
    """A block that is written as its name where it has nothing else."""
    return (
        BeforeValidator(_named, json_schema_input_type=str | block),
        PlainSerializer(_briefly),
    )


def _typed(value: object) -> object:
    """A plain scalar of a file as the number or truth value that it is written as."""
    if isinstance(value, list | dict):
        raise refuse(
            WRONG_TYPE,
            "a constant is a text, a number, true or false, and this is a list or a mapping",
            "write one value, or take the field out",
        )
    if not isinstance(value, Scalar) or value.style:
        return value
    if value in {"true", "false"}:
        return value == "true"
    if _INTEGER.fullmatch(value):
        return int(value)
    return float(value) if _DECIMAL.fullmatch(value) else value


_INTEGER = re.compile(r"-?(?:0|[1-9][0-9]{0,14})")
_DECIMAL = re.compile(r"-?(?:0|[1-9][0-9]{0,14})\.[0-9]{1,9}")

Constant = Annotated[bool | int | float | FactText, BeforeValidator(_typed)]
"""A value that every request has; a number is written plain, a text of digits in quotation marks.
"""

Switch = Annotated[SwitchField, *_brief(SwitchField)]
Images = Annotated[ImagesField, *_brief(ImagesField)]


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
    shot_line: FactText | None = Field(
        None,
        description="Of shots inside the prompt: the form of a line, with {n}, {seconds} and "
        "{prompt}.",
    )
    seconds: ValueField | None = Field(
        None, description="None where a request is as long as the clip that is sent."
    )
    start_frame: FactText | None = None
    end_frame: FactText | None = None
    middle_frames: FactText | None = Field(
        None, description="The field of the list of pictures between the first and the last frame."
    )
    images: Images | None = None
    frames: Images | None = Field(
        None, description="The list of first and last frames, where they have one of their own."
    )
    footage: FactText | None = Field(
        None, description="The field of the clips: referred to, edited, or moved by."
    )
    footage_form: Literal["link", "list"] = Field(
        "link", description="Whether the field holds the link of one clip, or a list of links."
    )
    footage_mode: FootageModeField | None = Field(
        None, description="None where the endpoint does one thing with its clip."
    )
    facing: FacingField | None = Field(
        None, description="None where a character always faces as in the clip."
    )
    keep_sound: Switch | None = None
    elements: ElementsField | None = None
    audio: Switch | None = None
    negative: FactText | None = None
    aspect_ratio: FactText | None = None
    ratio_words: dict[FactText, FactText] = Field(
        default_factory=dict, description="The host's words for ratios that it writes otherwise."
    )
    resolution: FactText | None = None
    constants: dict[FactText, Constant] = Field(
        default_factory=dict,
        description="Fields of every request, with their values: texts, numbers, true, false.",
    )
    unlisted: tuple[FactText, ...] = Field(
        (), description="Fields that the host takes though its published schema omits them."
    )

    def written_ratio(self, ratio: str) -> str:
        """An aspect ratio in the host's words."""
        return self.ratio_words.get(ratio, ratio)

    def read_ratio(self, word: str) -> str:
        """The aspect ratio that a word of the host means; what is no word of it, as it is."""
        return next((one for one, known in self.ratio_words.items() if known == word), word)

    def frame_list(self, role: str) -> ImagesField | None:
        """The list that holds frames of this role: one of their own, or the list of images."""
        lists = (self.frames, self.images)
        return next((one for one in lists if one is not None and role in one.roles), None)

    def shot_lines(self, shots: Sequence[tuple[str, int]]) -> str:
        """Texts with their seconds as the lines of one prompt."""
        form = self.shot_line or "{prompt}"
        return "\n".join(
            form.format(n=number, seconds=seconds, prompt=text)
            for number, (text, seconds) in enumerate(shots, 1)
        )

    def read_shot_lines(self, prompt: str) -> list[tuple[str, int]]:
        """The texts and seconds of the lines of a prompt; empty for a prompt without such lines."""
        if self.shot_line is None:
            return []
        found = []
        for number, line in enumerate(prompt.split("\n"), 1):
            match = _line_pattern(self.shot_line, number).fullmatch(line)
            if match is None:
                return []
            found.append((match["prompt"], int(match["seconds"])))
        return found


@cache
def _line_pattern(form: str, number: int) -> re.Pattern[str]:
    """A pattern of the line of the shot of this number."""
    plain = re.escape(form.format(n=number, seconds="\0", prompt="\1"))
    return re.compile(
        plain.replace("\0", "(?P<seconds>[0-9]{1,4})").replace("\1", "(?P<prompt>.+)")
    )
