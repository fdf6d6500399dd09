"""The limits of a target: lengths, texts, shots, tags, references, pictures and clips."""

from __future__ import annotations

from decimal import Decimal
from typing import Literal

from pydantic import Field

from storyboard.targets.facts import FactBlock, FactText

MAX_SECONDS, MAX_SHOTS, MAX_CHARACTERS = 3_600, 100, 1_000_000
"""What a target may claim at most: far above every model, and what planning can look through."""


class SecondsRules(FactBlock):
    """The seconds one request may last: a range, or the few lengths that exist."""

    min: int = Field(ge=1, le=MAX_SECONDS)
    max: int = Field(ge=1, le=MAX_SECONDS)
    choices: tuple[int, ...] | None = None

    def billed(self, seconds: int) -> int | None:
        """The shortest length the target renders that holds ``seconds``; None above the longest."""
        if self.choices:
            return min((length for length in self.choices if length >= seconds), default=None)
        return max(seconds, self.min) if seconds <= self.max else None


class PromptRules(FactBlock):
    """The single prompt of a request; ``characters`` in code points, None where not published."""

    characters: int | None = Field(None, ge=1, le=MAX_CHARACTERS)


class Shots(FactBlock):
    """The multi-shot list: how many shots, their seconds, and the code points of each prompt."""

    max: int = Field(ge=1, le=MAX_SHOTS)
    min_seconds: int = Field(ge=1, le=MAX_SECONDS)
    max_seconds: int = Field(ge=1, le=MAX_SECONDS)
    characters: int = Field(ge=1, le=MAX_CHARACTERS)


class Tags(FactBlock):
    """How a prompt points at what is sent with it.

    ``overhead`` is what each tag costs beyond its own code points, because the host rewrites
    tags before the model's own check of the length.
    """

    element: FactText = Field(description="With {n} where the number stands.")
    image: FactText = Field(description="With {n} where the number stands.")
    clip: FactText | None = Field(
        None, description="Of footage, with {n}; none where the target takes none."
    )
    overhead: int = Field(ge=0)

    @property
    def written(self) -> tuple[str, ...]:
        """The form of every kind of tag that there is."""
        return tuple(filter(None, (self.element, self.image, self.clip)))


class ReferenceRules(FactBlock):
    """How many elements and images a request may carry together.

    ``ceiling`` is the number that another of the vendor's documents names; a user may raise
    the limit up to it. ``with_video`` is the limit of a request that is sent a clip, an element's
    or of footage, where it is lower. ``frames`` says whether a first frame counts as one of them,
    ``counts_clips`` whether clips of footage do, of which a request may carry ``clips``.
    """

    max: int = Field(ge=0)
    ceiling: int | None = Field(None, ge=0)
    with_video: int | None = Field(None, ge=0)
    frames: bool = False
    clips: int = Field(1, ge=1, le=MAX_SHOTS, description="Clips of footage in one request.")
    counts_clips: bool = False
    images: int | None = Field(None, ge=0, description="Images alone, where that is fewer.")
    elements: int | None = Field(None, ge=0, description="Elements alone, where that is fewer.")


class Elements(FactBlock):
    """What an element is made of: pictures beside the frontal one, a video, a voice.

    ``voices`` says to which elements a voice may be bound, where the target has voices. ``facing``
    says beside which facing of a character that moves they are taken.
    """

    min_references: int = Field(ge=0)
    max_references: int = Field(ge=0)
    max_videos: int = Field(0, ge=0, description="Elements with a video in one request.")
    beside_frame: int | None = Field(
        None, ge=0, description="Elements that a request with a first frame may have, if fewer."
    )
    voices: Literal["videos", "all"] = "videos"
    facing: Literal["clip", "any"] = "any"


class Pictures(FactBlock):
    """What a picture must be: bytes, pixels of each side, width over height, formats."""

    max_bytes: int = Field(ge=1)
    min_side: int = Field(ge=1)
    max_side: int | None = Field(None, ge=1, description="None where nobody states one.")
    min_ratio: Decimal = Field(gt=0)
    max_ratio: Decimal = Field(gt=0)
    formats: tuple[FactText, ...]


class Videos(FactBlock):
    """What a video must be: bytes, pixels of each side, seconds, frames a second, formats.

    The frames a second are None where nobody states them, and so is ``max_total``, the seconds of
    all clips of a request together. ``max_facing_picture`` is what a clip may last whose motion is
    that of a character that faces as in its picture, None where that is no other limit.
    """

    max_bytes: int = Field(ge=1)
    min_side: int = Field(ge=1)
    max_side: int = Field(ge=1)
    min_seconds: Decimal = Field(gt=0)
    max_seconds: Decimal = Field(gt=0)
    max_total: Decimal | None = Field(None, gt=0)
    max_facing_picture: Decimal | None = Field(None, gt=0)
    min_rate: Decimal | None = Field(None, gt=0)
    max_rate: Decimal | None = Field(None, gt=0)
    formats: tuple[FactText, ...]


class Resolutions(FactBlock):
    """How fine the picture may be, and what is asked for where a film does not say it."""

    choices: tuple[FactText, ...] = Field(min_length=1)
    default: FactText


class SpokenLanguages(FactBlock):
    """The languages of the model's own voices, and what becomes of lines in any other."""

    languages: tuple[FactText, ...] = Field(description="Language tags (BCP 47), without regions.")
    others: FactText | None = Field(
        None, description="In words, such as: translated to English; none where not stated."
    )
