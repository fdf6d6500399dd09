"""What a target is: a model on a host, as dated and sourced data.

Shared code asks a target for its limits, names, types and prices, and never which target it
is. A new target that fits these shapes is one more data file.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
)

FactText = Annotated[
    str, BeforeValidator(lambda value: str(value) if isinstance(value, str) else value)
]
"""A plain text: scalars from a file lose their place here, as targets are read once."""


class Feature(StrEnum):
    """The closed list of what a storyboard can ask of a target."""

    ELEMENTS = "elements"
    IMAGES = "images"
    LOOKS = "looks"
    LONE_FRONTAL = "lone_frontal"
    ELEMENT_VIDEO = "element_video"
    VOICE = "voice"
    MULTI_SHOT = "multi_shot"
    ANY_LENGTH = "any_length"
    FIRST_FRAME = "first_frame"
    LAST_FRAME = "last_frame"
    AUDIO = "audio"
    NEGATIVE_PROMPT = "negative_prompt"
    ASPECT_RATIO = "aspect_ratio"
    FOOTAGE = "footage"


How = Literal[
    "native",
    "none",
    "words",
    "image",
    "description",
    "repeated",
    "single_requests",
    "rounded_up",
    "always",
]

WAYS: dict[Feature, tuple[How, ...]] = {
    Feature.ELEMENTS: ("image", "description"),
    Feature.IMAGES: ("description",),
    Feature.LOOKS: ("image", "description"),
    Feature.LONE_FRONTAL: ("repeated",),
    Feature.MULTI_SHOT: ("single_requests",),
    Feature.ANY_LENGTH: ("rounded_up",),
    Feature.FIRST_FRAME: ("words",),
    Feature.AUDIO: ("always",),
}
"""The ways in which a feature may be emulated, beside ``native`` and ``none``."""


class _Facts(BaseModel):
    # Target builds what it is made of into its own validator; theirs would only cost time.
    model_config = ConfigDict(extra="forbid", frozen=True, defer_build=True)


class FactSource(_Facts):
    """Where a fact was read: the document, its date, and how sure it is.

    Grades: A the vendor's own document or schema, B a verbatim record of a live answer,
    C a third party's word, D inference.
    """

    title: FactText
    url: FactText | None = None
    date: FactText = Field(description="The day or month the document was read, ISO 8601.")
    grade: Literal["A", "B", "C", "D"]


class Fact(_Facts):
    """What is known of one fact: its source by name, and its own grade where that differs."""

    source: FactText
    grade: Literal["A", "B", "C", "D"]
    note: FactText | None = None


class Support(_Facts):
    """How a feature is offered: ``native``, ``none``, or emulated in the named way.

    ``words``: asked for in the prompt, with ``text``. ``image``: the element's frontal picture
    goes as a reference image. ``description``: the words of the description stand in its
    place. ``repeated``: a lone frontal is its own reference. ``single_requests``: each shot is
    a request. ``rounded_up``: the next longer length is rendered, and paid. ``always``: sound
    comes with every clip, and cannot be switched off.
    """

    how: How
    text: FactText | None = Field(
        None, description="For words: what is said, with {image} where the picture's tag stands."
    )
    note: FactText | None = None


MAX_SECONDS, MAX_SHOTS, MAX_CHARACTERS = 3_600, 100, 1_000_000
"""What a target may claim at most: far above every model, and what planning can look through."""


class SecondsRules(_Facts):
    """The seconds one request may last: a range, or the few lengths that exist."""

    min: int = Field(ge=1, le=MAX_SECONDS)
    max: int = Field(ge=1, le=MAX_SECONDS)
    choices: tuple[int, ...] | None = None

    def billed(self, seconds: int) -> int | None:
        """The shortest length the target renders that holds ``seconds``; None above the longest."""
        if self.choices:
            return min((length for length in self.choices if length >= seconds), default=None)
        return max(seconds, self.min) if seconds <= self.max else None


class PromptRules(_Facts):
    """The single prompt of a request; ``characters`` in code points, None where not published."""

    characters: int | None = Field(None, ge=1, le=MAX_CHARACTERS)


class Shots(_Facts):
    """The multi-shot list: how many shots, their seconds, and the code points of each prompt."""

    max: int = Field(ge=1, le=MAX_SHOTS)
    min_seconds: int = Field(ge=1, le=MAX_SECONDS)
    max_seconds: int = Field(ge=1, le=MAX_SECONDS)
    characters: int = Field(ge=1, le=MAX_CHARACTERS)


class Tags(_Facts):
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


class ReferenceRules(_Facts):
    """How many elements and images a request may carry together.

    ``ceiling`` is the number that another of the vendor's documents names; a user may raise
    the limit up to it. ``with_video`` is the limit of a request whose element has a video,
    where it is lower. ``frames`` says whether a first frame counts as one of them.
    """

    max: int = Field(ge=0)
    ceiling: int | None = Field(None, ge=0)
    with_video: int | None = Field(None, ge=0)
    frames: bool = False
    images: int | None = Field(None, ge=0, description="Images alone, where that is fewer.")
    elements: int | None = Field(None, ge=0, description="Elements alone, where that is fewer.")


class Elements(_Facts):
    """What an element is made of: pictures beside the frontal one, a video, a voice.

    ``voices`` says to which elements a voice may be bound, where the target has voices.
    """

    min_references: int = Field(ge=0)
    max_references: int = Field(ge=0)
    max_videos: int = Field(0, ge=0, description="Elements with a video in one request.")
    beside_frame: int | None = Field(
        None, ge=0, description="Elements that a request with a first frame may have, if fewer."
    )
    voices: Literal["videos", "all"] = "videos"


class Pictures(_Facts):
    """What a picture must be: bytes, pixels of each side, width over height, formats."""

    max_bytes: int = Field(ge=1)
    min_side: int = Field(ge=1)
    min_ratio: Decimal = Field(gt=0)
    max_ratio: Decimal = Field(gt=0)
    formats: tuple[FactText, ...]


class Videos(_Facts):
    """What a video must be: bytes, pixels of each side, seconds, frames a second, formats."""

    max_bytes: int = Field(ge=1)
    min_side: int = Field(ge=1)
    max_side: int = Field(ge=1)
    min_seconds: Decimal = Field(gt=0)
    max_seconds: Decimal = Field(gt=0)
    min_rate: Decimal = Field(gt=0)
    max_rate: Decimal = Field(gt=0)
    formats: tuple[FactText, ...]


class Resolutions(_Facts):
    """How fine the picture may be, and what is asked for where a film does not say it."""

    choices: tuple[FactText, ...] = Field(min_length=1)
    default: FactText


class SpokenLanguages(_Facts):
    """The languages of the model's own voices, and what becomes of lines in any other."""

    languages: tuple[FactText, ...] = Field(description="Language tags (BCP 47), without regions.")
    others: FactText | None = Field(
        None, description="In words, such as: translated to English; none where not stated."
    )


class ValueField(_Facts):
    """A field of the request and how its value is written."""

    name: FactText
    type: Literal["string", "integer", "suffixed"] = "string"

    def written(self, seconds: int) -> str | int:
        """Seconds as the field has them: ``5``, ``"5"`` or ``"5s"``."""
        return written_seconds(seconds, self.type)


class ShotsField(_Facts):
    """The multi-shot list: its field, the fields of a shot, and how the list travels."""

    name: FactText
    prompt: FactText
    seconds: FactText
    type: Literal["string", "integer", "suffixed"]
    encoding: Literal["list", "json"] = "list"
    total: Literal["sum", "omit"] = Field(description="What the total is beside the list.")


class ElementsField(_Facts):
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


class RequestRules(_Facts):
    """The names and types of the request's fields; a field that is None does not exist."""

    model: FactText | None = Field(None, description="The field that holds the endpoint's id.")
    prompt: FactText
    shots: ShotsField | None = None
    seconds: ValueField
    start_frame: FactText | None = None
    end_frame: FactText | None = None
    images: FactText | None = None
    footage: FactText | None = Field(None, description="The field of the one clip of footage.")
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


@dataclass(frozen=True, slots=True, kw_only=True)
class RenderedSecond:
    """What the price of a second depends on.

    ``audio``: it has sound. ``voice``: somebody speaks in a voice of their own. ``video``: a clip
    is among what is sent. ``resolution``: what is asked for, None where that cannot be chosen.
    """

    audio: bool = False
    voice: bool = False
    video: bool = False
    resolution: str | None = None


class Price(_Facts):
    """What a second of output costs; ``per_second`` None where no price is published.

    ``voice`` is the price with a voice of one's own, which implies audio, ``video`` the price of a
    request to which a clip is sent, ``resolution`` the one that it is for, None for any. ``as_of``
    is the day on which the price was known to be so, ``source`` the name of one of the sources.
    """

    audio: bool
    voice: bool = False
    video: bool = False
    resolution: FactText | None = None
    per_second: Decimal | None = Field(None, gt=0)
    currency: FactText = Field("USD", pattern="^[A-Z]{3}$")
    as_of: date
    source: FactText
    grade: Literal["A", "B", "C", "D"]
    note: FactText | None = None


class Takes(_Facts):
    """How one order asks for several takes of the same request: its field, and how many."""

    field: FactText
    max: int = Field(ge=2)


class Doubt(_Facts):
    """Fields that are reported, without proof, to be refused together, or ``without`` another.

    ``as_of`` is the day of the newest report.
    """

    fields: tuple[FactText, ...] = Field(min_length=1)
    without: FactText | None = None
    note: FactText
    as_of: date


def _with_later_features(written: object) -> object:
    """Features that a file may leave out, as it may be older than they are: it has none of them."""
    if not isinstance(written, dict):
        return written
    return {**written, **({} if "footage" in written else {"footage": {"how": "none"}})}


class Target(_Facts):
    """A model on a host: every limit, name, type and price that the compiler uses.

    The model says what a target is made of; ``checks.disagreements`` says where one contradicts
    itself. ``load`` applies both.
    """

    model_config = ConfigDict(defer_build=False)

    target: FactText = Field(
        pattern="^[a-z0-9.-]+/[a-z0-9.-]+$", description="The id, as a storyboard names it."
    )
    title: FactText
    host: FactText = Field(pattern="^[a-z0-9-]+$", description="Whose protocol is spoken.")
    endpoint: FactText = Field(description="The host's own id of the model.")
    status: Literal["current", "superseded"] = "current"
    status_note: FactText | None = None
    as_of: date = Field(description="The day up to which these facts were checked.")
    sources: dict[FactText, FactSource]
    facts: dict[FactText, Fact] = Field(
        default_factory=dict, description="Where each fact was read, by its path in this file."
    )
    seconds: SecondsRules
    prompt: PromptRules
    shots: Shots | None = None
    tags: Tags
    references: ReferenceRules
    elements: Elements | None = None
    pictures: Pictures
    videos: Videos | None = Field(
        None, description="What the video of a character must be; none where nobody states it."
    )
    footage: Videos | None = Field(
        None, description="What footage must be; none where the target takes none."
    )
    speaks: SpokenLanguages | None = Field(
        None, description="What is spoken where there is sound; none where not known."
    )
    aspect_ratios: tuple[FactText, ...]
    resolutions: Resolutions | None = Field(
        None, description="None where the resolution cannot be chosen."
    )
    features: Annotated[dict[Feature, Support], BeforeValidator(_with_later_features)]
    requires: tuple[Feature, ...] = Field(
        (), description="Features without which the host refuses a request."
    )
    end_frame_needs_start: bool = False
    doubts: tuple[Doubt, ...] = ()
    takes: Takes | None = Field(
        None, description="Several takes in one order; without it each is an order of its own."
    )
    request: RequestRules
    request_schema: FactText | None = Field(
        None, description="The JSON Schema of a request, under schemas/; none where not known."
    )
    prices: tuple[Price, ...]
    dialogue: FactText = Field(
        '[{speaker}]: "{line}"',
        description="How the model wants a spoken line: {speaker} is who speaks, and how, with "
        "commas between; {line} the words.",
    )

    def has(self, feature: Feature) -> bool:
        """Whether the target offers the feature natively."""
        return self.features[feature].how in ("native", "always")

    def resolution(self, asked: str | None) -> str | None:
        """The resolution that is sent for a film that asks for one; None where none can be."""
        if self.resolutions is None:
            return None
        return asked if asked in self.resolutions.choices else self.resolutions.default

    def sounds(self, asked: bool) -> bool:
        """Whether a shot that asks for sound, or for none, is rendered with it."""
        how = self.features[Feature.AUDIO].how
        return how == "always" or (asked and how == "native")

    @property
    def shot_characters(self) -> int | None:
        """Code points of one shot's text: of the list's prompts, else of the single prompt."""
        return self.shots.characters if self.shots else self.prompt.characters

    def price(self, second: RenderedSecond) -> Price | None:
        """The price of a second, or None where the target's data names none.

        A voice of one's own costs what the row for voices says, where there is one. What a request
        with a clip costs is known only where a row says it: the others are no word about it.
        """
        rows = [
            row
            for row in self.prices
            if (row.audio, row.video) == (second.audio, second.video)
            and row.resolution in (None, second.resolution)
        ]
        voiced = [row for row in rows if row.voice] if second.voice else []
        return next(iter(voiced or [row for row in rows if not row.voice]), None)
