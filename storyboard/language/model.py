"""The language, version 1: what a storyboard and a cast library may say.

These types are the one source of the language: they validate, their descriptions are the
reference that editors show, and ``schemas/storyboard.schema.json`` is made from them. Texts are
scalars with their places; every block keeps the mapping that it was read from as ``node``.
"""

from __future__ import annotations

from typing import Annotated

from pydantic import ConfigDict, Field, GetPydanticSchema, model_validator
from pydantic_core import core_schema

from storyboard.diagnostics.codes import EMPTY_SHOT, KEY_CONFLICT
from storyboard.document.nodes import Mapping, Scalar
from storyboard.language.blocks import Block, folded, or_text
from storyboard.language.cast import NAMED, Element, Footage, Image
from storyboard.language.leaves import choice, refuse
from storyboard.language.line_items import one_speaker
from storyboard.language.names import CastName, Id
from storyboard.language.quantities import Amount, FilmSeconds, Seconds, Take
from storyboard.language.scalars import (
    AspectRatio,
    Flag,
    Key,
    Language,
    LibraryPath,
    LongPrompts,
    Picture,
    Text,
    Version,
)
from storyboard.language.variables import Variables

DEFAULT_TARGET = "fal/kling-o3-pro"
"""The target of a storyboard that names none."""


class Defaults(Block):
    """What shots are where they do not say it themselves."""

    aspect_ratio: AspectRatio | None = Field(
        None, description="Width to height of the picture.", examples=["16:9", "9:16", "1:1"]
    )
    resolution: Annotated[str, *choice("720p", "1080p", "4k")] | None = Field(
        None, description="How fine the picture is, where the target lets it be chosen."
    )
    audio: Flag | None = Field(None, description="Whether sound is generated. Without: false.")
    duration: Seconds | None = Field(
        None, description="Seconds of a shot. Without: 5.", examples=["5s"]
    )
    seam: Annotated[str, *choice("cut", "continue")] | None = Field(
        None, description="How a shot follows the one before: cut, or continue from its last frame."
    )
    priority: Annotated[str, *choice("must", "high", "normal", "low")] | None = Field(
        None,
        description="How much the film needs its shots, for what may be left out to fit a "
        "budget. Without: normal.",
    )
    pack: Annotated[str, *choice("auto", "none")] | None = Field(
        None, description="Whether neighbouring shots may share a request. Without: auto."
    )
    long_prompts: LongPrompts | None = Field(
        None,
        description="Whether a shot too long for a list of shots may stay whole, alone in its "
        "request, where the target takes a longer single prompt: auto (where that costs no more), "
        "always, or never. Without: auto.",
    )
    reuse: Annotated[str, *choice("shots", "clips", "none")] | None = Field(
        None,
        description="What is kept of clips that are paid: shots (each that has not changed), clips "
        "(only whole ones), or none (only what would be sent word for word). Without: shots.",
    )
    size: Text | None = Field(None, description="The size of shots.", examples=["wide"])
    camera: Text | None = Field(None, description="What the camera does.")
    light: Text | None = Field(None, description="The light.", examples=["moonlight"])
    sound: Text | None = Field(None, description="What is heard.", examples=["distant surf"])
    negative: Text | None = Field(None, description="What must not be seen.")


class Line(Block):
    """What a speaker says."""

    model_config = ConfigDict(json_schema_extra=or_text)

    line: Text = Field(description="The words, without quotation marks around them.")
    tone: Text | None = Field(None, description="How they are said.", examples=["whispering"])
    off: Flag | None = Field(
        None, description="Whether the speaker is heard but not seen. Without: false."
    )

    @classmethod
    def unfold(cls, data: object) -> object:
        """A bare text is a line."""
        return folded(data, "line")


Dialogue = Annotated[
    dict[Key, Line],
    GetPydanticSchema(
        lambda source, handler: core_schema.no_info_before_validator_function(
            one_speaker, handler(source)
        )
    ),
]


class Beat(Block):
    """A step of a shot; a shot that is too long is divided between its beats."""

    model_config = ConfigDict(json_schema_extra=or_text)

    prompt: Text = Field(description="What happens in this beat.")
    duration: Seconds | None = Field(None, description="The beat's own seconds.")
    dialogue: tuple[Dialogue, ...] | None = Field(
        None, description="Who says what in this beat: a list of one speaker each."
    )
    camera: Text | None = Field(None, description="What the camera does in this beat.")
    sound: Text | None = Field(None, description="What is heard in this beat.")
    cast: tuple[Key, ...] | None = Field(
        None,
        description="Who is in the frame during this beat; [] for nobody. Without it: whom the "
        "text names, and those of the beats before as far as there is room.",
        examples=[["mara"]],
    )

    @classmethod
    def unfold(cls, data: object) -> object:
        """A bare text is a beat."""
        if isinstance(data, Scalar) and not data:
            raise refuse(EMPTY_SHOT, "an item without a beat", "write what happens in it")
        return folded(data, "prompt")


class Shot(Block):
    """One shot. A bare text is a shot whose prompt it is."""

    model_config = ConfigDict(json_schema_extra=or_text)

    id: Id | None = Field(None, description="The shot's name in addresses such as arrival/climb.")
    duration: Seconds | None = Field(None, description="Whole seconds.", examples=["4s"])
    prompt: Text | None = Field(
        None, description="What the shot shows; names of the cast are written @name."
    )
    beats: tuple[Beat, ...] | None = Field(
        None, description="The prompt in steps, between which a long shot may be divided."
    )
    cast: tuple[Key, ...] | None = Field(
        None,
        description="Who is in the frame though the text does not name them; [] for nobody else.",
        examples=[["pim"]],
    )
    location: Text | None = Field(
        None, description="The shot's own location, in place of the scene's; none for no place."
    )
    size: Text | None = Field(None, description="The size of the shot.", examples=["wide"])
    camera: Text | None = Field(
        None, description="What the camera does.", examples=["slow push in"]
    )
    light: Text | None = Field(None, description="The light.", examples=["low winter sun"])
    sound: Text | None = Field(None, description="What is heard.", examples=["distant surf"])
    dialogue: tuple[Dialogue, ...] | None = Field(
        None, description="Who says what: a list of one speaker each."
    )
    narration: Text | None = Field(
        None, description="What a narrator says over the shot; nobody in the picture speaks it."
    )
    target: Text | None = Field(
        None,
        description="The model and host that renders the shot, in place of the scene's.",
        examples=["fal/kling-v3-pro-image-to-video"],
    )
    start_frame: Picture | None = Field(
        None, description="The picture the shot opens on: a path or an https URL."
    )
    end_frame: Picture | None = Field(
        None, description="The picture the shot ends on: a path or an https URL."
    )
    middle_frames: tuple[Picture, ...] | None = Field(
        None,
        description="The pictures that the shot passes through, in order, between the one it "
        "opens on and the one it ends on: paths or https URLs.",
        examples=[["frames/gate.png", "frames/yard.png"]],
    )
    seam: Annotated[str, *choice("cut", "continue")] | None = Field(
        None, description="cut, or continue: open on the last frame of the shot before."
    )
    audio: Flag | None = Field(None, description="Whether sound is generated for this shot.")
    negative: Text | None = Field(None, description="What must not be seen.")
    edit: Text | None = Field(
        None,
        description="The clip of footage that the shot is made from: it is changed as the prompt "
        "says, and the shot lasts as long as it does.",
        examples=["street"],
    )
    motion: Text | None = Field(
        None,
        description="The clip of footage whose motion the character of the shot makes, for as long "
        "as it lasts.",
        examples=["dance"],
    )
    facing: Annotated[str, *choice("clip", "picture")] | None = Field(
        None,
        description="Which way the character of a shot with motion faces: as in the clip, or as in "
        "the picture that shows who moves, where clips may be shorter. Without: clip.",
    )
    keep_sound: Flag | None = Field(
        None,
        description="Whether the sound of the footage that the shot refers to, edits or moves by "
        "is kept. Without: false.",
    )
    take: Take | None = Field(
        None, description="Raise it to ask for another rendering of the same text."
    )
    priority: Annotated[str, *choice("must", "high", "normal", "low")] | None = Field(
        None,
        description="How much the film needs the shot: `storyboard fit` leaves out those of low "
        "priority first, and never one that must stay. It is never sent. Without: normal.",
    )
    notes: Text | None = Field(None, description="For people; it is never sent.")
    skip: Flag | None = Field(None, description="Leave the shot out of the film.")

    @classmethod
    def unfold(cls, data: object) -> object:
        """A bare text is a shot."""
        if isinstance(data, Scalar) and not data:
            raise refuse(EMPTY_SHOT, "an item without a shot", "write what the shot shows")
        return folded(data, "prompt")

    def _is_spoken(self) -> bool:
        """Whether somebody who is in the picture speaks."""
        entries = self.dialogue or ()
        return any(not line.off for entry in entries for line in entry.values())

    @model_validator(mode="after")
    def _shows_one_thing(self) -> Shot:
        if self.prompt is None and not self.beats and not self._is_spoken():
            raise refuse(
                EMPTY_SHOT,
                "a shot with neither prompt nor beats nor a line of somebody in the picture",
                'write prompt: "what the shot shows"',
            )
        if self.prompt is not None and self.beats is not None:
            raise refuse(
                KEY_CONFLICT,
                "a shot with both prompt and beats",
                "make the prompt the first beat, or remove one of them",
            )
        return self


class Scene(Block):
    """Shots that share a place and a look, in their order."""

    id: Id | None = Field(None, description="The scene's name in addresses; else its number.")
    title: Text | None = Field(None, description="The scene's title, for people.")
    location: Text | None = Field(
        None,
        description="The location of every shot that has or mentions none: a name of locations.",
    )
    looks: dict[Key, Text] | None = Field(
        None, description="The look of a character in this scene.", examples=[{"mara": "nightgown"}]
    )
    style: Text | None = Field(
        None, description="The scene's style, in place of the film's; it may mention @names."
    )
    defaults: Defaults | None = Field(None, description="The scene's defaults, before the film's.")
    target: Text | None = Field(
        None,
        description="The model and host that renders the scene, in place of the film's.",
        examples=["fal/kling-v3-pro-image-to-video"],
    )
    take: Take | None = Field(
        None, description="Raise it to ask for another rendering of all shots of the scene."
    )
    notes: Text | None = Field(None, description="For people; it is never sent.")
    skip: Flag | None = Field(None, description="Leave the scene out of the film.")
    shots: tuple[Shot, ...] = Field(description="The shots, in their order.")


class _Shelf(Block):
    """What storyboards and cast libraries share; keys that begin with x- are the author's own."""

    model_config = ConfigDict(
        json_schema_extra={"patternProperties": {"^x-": {"description": "The author's own."}}}
    )

    storyboard: Version | None = Field(None, description="The version of the language: 1.")
    title: Text | None = Field(None, description="The title.")
    description: Text | None = Field(None, description="What it is, for people; never sent.")
    authors: tuple[Text, ...] | None = Field(None, description="Who wrote it.")
    use: tuple[LibraryPath, ...] | None = Field(
        None, description="Cast libraries, as paths relative to this file."
    )
    characters: dict[CastName, Element] | None = Field(
        None,
        json_schema_extra=NAMED,
        description="Who appears, by the names that prompts mention.",
    )
    props: dict[CastName, Element] | None = Field(
        None, json_schema_extra=NAMED, description="Things that must look the same in every shot."
    )
    locations: dict[CastName, Image] | None = Field(
        None, json_schema_extra=NAMED, description="Where it happens."
    )
    styles: dict[CastName, Image] | None = Field(
        None, json_schema_extra=NAMED, description="How it looks."
    )
    footage: dict[CastName, Footage] | None = Field(
        None,
        json_schema_extra=NAMED,
        description="Clips that are there already, as a reference for what a shot shows.",
    )

    @classmethod
    def unfold(cls, data: object) -> object:
        """The author's own keys are not the language's."""
        if isinstance(data, Mapping) and any(key.startswith("x-") for key in data):
            kept = Mapping({key: value for key, value in data.items() if not key.startswith("x-")})
            kept.origin, kept.start, kept.end = data.origin, data.start, data.end
            kept.is_broken = data.is_broken
            return kept
        return data


class Library(_Shelf):
    """A cast library: characters, props, locations and styles that films share."""


class Storyboard(_Shelf):
    """A film, from its cast to its scenes."""

    storyboard: Version = Field(description="The version of the language: 1.")
    language: Language | None = Field(
        None,
        description="The language of the texts, such as en, ja or pt-BR: labels of fields and "
        "rules of grammar follow it. Without: labels follow the script of the texts.",
        examples=["en"],
    )
    target: Text | None = Field(
        None,
        description="The model and host that renders every shot that names none, nor its scene. "
        f"Without: {DEFAULT_TARGET}.",
        examples=["fal/kling-o3-pro", "oxen/kling-o3-pro"],
    )
    budget: Amount | None = Field(
        None,
        description="What the film may cost in all: paid, under way and still to pay; a plan above "
        "it is refused.",
        examples=["25 USD"],
    )
    max_seconds: FilmSeconds | None = Field(
        None, description="How many seconds may be rendered; a plan above it is refused."
    )
    vars: Variables | None = Field(
        None,
        description="Values for {{ name }} in texts.",
        examples=[{"weather": "a rising storm"}],
    )
    defaults: Defaults | None = Field(None, description="What shots are where they do not say it.")
    style: Text | None = Field(
        None,
        description="The film's style, said in every shot; it may mention @names.",
        examples=["35mm film, muted teal palette"],
    )
    template: Text | None = Field(
        None,
        description="How the fields of a prompt become its text, in Jinja2, in place of the "
        "built-in way. It is filled in for each prompt with size, camera, location, prompt, "
        "dialogue (a list, each with speaker, tone and line), narration, light, sound, style, "
        "people (who has to be introduced, and who is in the frame), carried (the sentence of the "
        "part before), part and parts; it must say prompt, dialogue and people.",
        examples=[
            (
                "{{ people }} {{ prompt }} {% for said in dialogue %}{{ said.speaker }}: "
                '"{{ said.line }}" {% endfor %}{{ narration }} {{ style }}'
            )
        ],
    )
    scenes: tuple[Scene, ...] = Field(description="The scenes, in their order.")
