"""What a target is: a model on a host, as dated and sourced data.

Shared code asks a target for its limits, names, types and prices, and never which target it
is. A new target that fits these shapes is one more data file.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Any, Literal

from msgspec import Struct
from pydantic import BeforeValidator, ConfigDict, Field, PrivateAttr

from storyboard.targets.facts import Fact, FactBlock, FactSource, FactText
from storyboard.targets.limits import (
    MAX_SHOTS,
    Elements,
    Pictures,
    PromptRules,
    ReferenceRules,
    Resolutions,
    SecondsRules,
    Shots,
    SpokenLanguages,
    Tags,
    Videos,
)
from storyboard.targets.request_rules import RequestRules


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
    MIDDLE_FRAMES = "middle_frames"
    AUDIO = "audio"
    NEGATIVE_PROMPT = "negative_prompt"
    ASPECT_RATIO = "aspect_ratio"
    FOOTAGE = "footage"
    EDIT = "edit"
    MOTION = "motion"


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
    "first_frame",
]

WAYS: dict[Feature, tuple[How, ...]] = {
    Feature.ELEMENTS: ("image", "description", "first_frame"),
    Feature.IMAGES: ("description",),
    Feature.LOOKS: ("image", "description", "first_frame"),
    Feature.LONE_FRONTAL: ("repeated",),
    Feature.MULTI_SHOT: ("single_requests",),
    Feature.ANY_LENGTH: ("rounded_up",),
    Feature.FIRST_FRAME: ("words",),
    Feature.AUDIO: ("always",),
}
"""The ways in which a feature may be emulated, beside ``native`` and ``none``."""


class Support(FactBlock):
    """How a feature is offered: ``native``, ``none``, or emulated in the named way.

    ``words``: asked for in the prompt, with ``text``. ``image``: the element's frontal picture
    goes as a reference image. ``description``: the words of the description stand in its
    place. ``repeated``: a lone frontal is its own reference. ``single_requests``: each shot is
    a request. ``rounded_up``: the next longer length is rendered, and paid. ``always``: sound
    comes with every clip, and cannot be switched off. ``first_frame``: the picture that the clip
    opens on shows it, and texts call it by its label.
    """

    how: How
    text: FactText | None = Field(
        None, description="For words: what is said, with {image} where the picture's tag stands."
    )
    note: FactText | None = None


class RenderedSecond(Struct, frozen=True, kw_only=True):
    """What the price of a request depends on, beside its seconds.

    ``audio``: it has sound. ``voice``: somebody speaks in a voice of their own. ``video``: a clip
    is among what is sent, and ``clip_seconds`` are the whole seconds of what is sent so, None where
    they are not known. ``resolution``: what is asked for, None where that cannot be chosen.
    """

    audio: bool = False
    voice: bool = False
    video: bool = False
    clip_seconds: int | None = None
    resolution: str | None = None


class Price(FactBlock):
    """What a second costs; ``per_second`` None where no price is published.

    ``voice`` is the price with a voice of one's own, which implies audio, ``video`` the price of a
    request to which a clip is sent, ``resolution`` the one that it is for, None for any.
    ``counted`` are the seconds that are billed: those of the output, or of the clips that are sent
    and the output together, at least twice the output. ``as_of`` is the day on which the price was
    known to be so, ``source`` the name of one of the sources.
    """

    audio: bool
    voice: bool = False
    video: bool = False
    resolution: FactText | None = None
    per_second: Decimal | None = Field(None, gt=0)
    counted: Literal["output", "input_and_output"] = "output"
    currency: FactText = Field("USD", pattern="^[A-Z]{3}$")
    as_of: date
    source: FactText
    grade: Literal["A", "B", "C", "D"]
    note: FactText | None = None

    def billed(self, seconds: int, clip_seconds: int | None) -> int | None:
        """The seconds that are billed for so many of output; None where they are not known."""
        if self.counted == "output":
            return seconds
        return None if clip_seconds is None else max(seconds + clip_seconds, 2 * seconds)


class Takes(FactBlock):
    """How one order asks for several takes of the same request: its field, and how many."""

    field: FactText
    max: int = Field(ge=2)


class Doubt(FactBlock):
    """Fields that are reported, without proof, to be refused together, or ``without`` another.

    ``as_of`` is the day of the newest report.
    """

    fields: tuple[FactText, ...] = Field(min_length=1)
    without: FactText | None = None
    note: FactText
    as_of: date


LATER_FEATURES = (Feature.FOOTAGE, Feature.EDIT, Feature.MOTION, Feature.MIDDLE_FRAMES)
"""Features that a target file may leave out, as it may be older than they are."""


def _with_later_features(written: object) -> object:
    if not isinstance(written, dict):
        return written
    return {**{feature.value: {"how": "none"} for feature in LATER_FEATURES}, **written}


class Target(FactBlock):
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
    frames: Pictures | None = Field(
        None, description="What a first frame must be, where that is not as other pictures."
    )
    max_middle_frames: int | None = Field(
        None,
        ge=1,
        le=MAX_SHOTS,
        description="Pictures between the first frame and the last; none where not stated.",
    )
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
    silent_with_footage: bool = Field(
        False, description="Whether no sound is generated in a request that is sent a clip."
    )
    doubts: tuple[Doubt, ...] = ()
    takes: Takes | None = Field(
        None, description="Several takes in one order; without it each is an order of its own."
    )
    request: RequestRules
    request_schema: FactText | None = Field(
        None,
        description="The JSON Schema of a request: a file beside a target file of your own, or "
        "one under schemas/; none where not known.",
    )
    prices: tuple[Price, ...]
    dialogue: FactText = Field(
        '[{speaker}]: "{line}"',
        description="How the model wants a spoken line: {speaker} is who speaks, and how, with "
        "commas between; {line} the words.",
    )

    _own_schema: dict[str, Any] | None = PrivateAttr(None)

    @property
    def own_schema(self) -> dict[str, Any] | None:
        """The schema of its requests where that is a file beside the user's own; see ``load``."""
        return self._own_schema

    def with_own_schema(self, schema: dict[str, Any]) -> Target:
        """The same target, whose requests are held against a schema of the user's."""
        found = self.model_copy()
        found._own_schema = schema
        return found

    def has(self, feature: Feature) -> bool:
        """Whether the target offers the feature natively."""
        return self.features[feature].how in ("native", "always")

    @property
    def is_made_from_clips(self) -> bool:
        """Whether every request edits a clip, or takes its motion, and is as long as it is."""
        return bool({Feature.EDIT, Feature.MOTION} & {*self.requires})

    @property
    def resolution_choices(self) -> tuple[str, ...]:
        """The resolutions that can be asked for; empty where that cannot be chosen."""
        return self.resolutions.choices if self.resolutions is not None else ()

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
