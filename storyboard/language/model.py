"""The language, version 1: what a storyboard and a cast library may say.

These types are the one source of the language: they validate, their descriptions are the
reference that editors show, and ``schemas/storyboard.schema.json`` is made from them. Texts are
scalars with their places; every block keeps the mapping that it was read from as ``node``.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    GetPydanticSchema,
    WithJsonSchema,
    model_validator,
)
from pydantic_core import core_schema

from storyboard.diagnostics.codes import (
    BAD_NAME,
    EMPTY_SHOT,
    KEY_CONFLICT,
    MISSING_KEY,
    TOO_LONG,
    WRONG_TYPE,
)
from storyboard.language.leaves import (
    NAME_SCHEMA,
    Amount,
    AspectRatio,
    CastName,
    Clip,
    FilmSeconds,
    Flag,
    Id,
    Key,
    LibraryPath,
    Name,
    Picture,
    Seconds,
    Take,
    Text,
    Version,
    choice,
    found,
    read_variable,
    refuse,
)
from storyboard.syntax.nodes import Mapping, Scalar, Sequence, without_blanks

MOST_REFERENCES = 3
"""Pictures beside the frontal one that an element may have."""


LONGEST_VARIABLE = 10_000
"""Code points of one variable: the tool's own bound, which keeps templates small."""


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
                data = without_blanks(data, cls.model_fields)
        else:
            raise refuse(
                WRONG_TYPE,
                f"expected a mapping (key: value), found {found(data)}",
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


def _folded(data: object, key: str) -> object:
    """A bare text as the mapping that has it under ``key``."""
    if not isinstance(data, Scalar) or not data:
        return data
    name = Scalar(key)
    name.origin, name.start, name.end, name.style = data.origin, data.start, data.start, ""
    block = Mapping({name: data})
    block.origin, block.start, block.end = data.origin, data.start, data.end
    return block


def _or_text(schema: dict[str, Any]) -> None:
    """In the schema: the block, or the bare text that stands for it."""
    block = dict(schema)
    schema.clear()
    schema.update({"anyOf": [{"type": "string", "minLength": 1}, block]})


_NAMED: dict[str, Any] = {"propertyNames": NAME_SCHEMA}


class _Declared(Block):
    """What a name stands for; a name with nothing behind it is declared all the same."""

    @classmethod
    def unfold(cls, data: object) -> object:
        """A value that is left out is a block without keys."""
        if not isinstance(data, Scalar) or data or data.style:
            return data
        empty = Mapping()
        empty.origin, empty.start, empty.end = data.origin, data.start, data.end
        empty.is_broken = False
        return empty


class Look(_Declared):
    """A named state of a character or prop, such as a costume; its pictures replace the others."""

    frontal: Picture | None = Field(
        None, description="The picture seen from the front: a path or an https URL."
    )
    references: tuple[Picture, ...] | None = Field(
        None, description="Up to three pictures from other sides.", max_length=MOST_REFERENCES
    )
    video: Clip | None = Field(
        None, description="A clip of the character instead of pictures: a path or an https URL."
    )
    voice: Text | None = Field(
        None, description="The id of a voice made with the vendor; it needs a video."
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
        json_schema_extra=_NAMED,
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


class Defaults(Block):
    """What shots are where they do not say it themselves."""

    aspect_ratio: AspectRatio | None = Field(
        None, description="Width to height of the picture.", examples=["16:9", "9:16", "1:1"]
    )
    audio: Flag | None = Field(None, description="Whether sound is generated. Without: false.")
    duration: Seconds | None = Field(
        None, description="Seconds of a shot. Without: 5.", examples=["5s"]
    )
    seam: Annotated[str, *choice("cut", "continue")] | None = Field(
        None, description="How a shot follows the one before: cut, or continue from its last frame."
    )
    pack: Annotated[str, *choice("auto", "none")] | None = Field(
        None, description="Whether neighbouring shots may share a request. Without: auto."
    )
    long_prompts: Flag | None = Field(
        None,
        description="Keep a shot whole and alone where the target takes a longer single prompt.",
    )


class Beat(Block):
    """A step of a shot; a shot that is too long is divided between its beats."""

    model_config = ConfigDict(json_schema_extra=_or_text)

    prompt: Text = Field(description="What happens in this beat.")
    duration: Seconds | None = Field(None, description="The beat's own seconds.")

    @classmethod
    def unfold(cls, data: object) -> object:
        """A bare text is a beat."""
        if isinstance(data, Scalar) and not data:
            raise refuse(EMPTY_SHOT, "an item without a beat", "write what happens in it")
        return _folded(data, "prompt")


class Line(Block):
    """What a speaker says."""

    model_config = ConfigDict(json_schema_extra=_or_text)

    line: Text = Field(description="The words, without quotation marks around them.")
    tone: Text | None = Field(None, description="How they are said.", examples=["whispering"])

    @classmethod
    def unfold(cls, data: object) -> object:
        """A bare text is a line."""
        return _folded(data, "line")


def _one_speaker(data: object) -> object:
    if not isinstance(data, Mapping):
        raise refuse(
            WRONG_TYPE,
            f"expected a speaker with a line, found {found(data)}",
            'write - mara: "It is out."',
        )
    if len(data) != 1:
        raise refuse(
            WRONG_TYPE,
            f"expected one speaker in each item of dialogue, found {len(data)}",
            "begin each speaker's line with a dash of its own",
        )
    return data


Dialogue = Annotated[
    dict[Key, Line],
    GetPydanticSchema(
        lambda source, handler: core_schema.no_info_before_validator_function(
            _one_speaker, handler(source)
        )
    ),
]


class Shot(Block):
    """One shot. A bare text is a shot whose prompt it is."""

    model_config = ConfigDict(json_schema_extra=_or_text)

    id: Id | None = Field(None, description="The shot's name in addresses such as arrival/climb.")
    duration: Seconds | None = Field(None, description="Whole seconds.", examples=["4s"])
    prompt: Text | None = Field(
        None, description="What the shot shows; names of the cast are written @name."
    )
    beats: tuple[Beat, ...] | None = Field(
        None, description="The prompt in steps, between which a long shot may be divided."
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
    start_frame: Picture | None = Field(
        None, description="The picture the shot opens on: a path or an https URL."
    )
    end_frame: Picture | None = Field(
        None, description="The picture the shot ends on: a path or an https URL."
    )
    seam: Annotated[str, *choice("cut", "continue")] | None = Field(
        None, description="cut, or continue: open on the last frame of the shot before."
    )
    audio: Flag | None = Field(None, description="Whether sound is generated for this shot.")
    negative: Text | None = Field(None, description="What must not be seen.")
    take: Take | None = Field(
        None, description="Raise it to ask for another rendering of the same text."
    )
    notes: Text | None = Field(None, description="For people; it is never sent.")
    skip: Flag | None = Field(None, description="Leave the shot out of the film.")

    @classmethod
    def unfold(cls, data: object) -> object:
        """A bare text is a shot."""
        if isinstance(data, Scalar) and not data:
            raise refuse(EMPTY_SHOT, "an item without a shot", "write what the shot shows")
        return _folded(data, "prompt")

    @model_validator(mode="after")
    def _shows_one_thing(self) -> Shot:
        if self.prompt is None and not self.beats:
            raise refuse(
                EMPTY_SHOT,
                "a shot with neither prompt nor beats",
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
        None, description="The location of every shot that mentions none: a name of locations."
    )
    looks: dict[Key, Text] | None = Field(
        None, description="The look of a character in this scene.", examples=[{"mara": "nightgown"}]
    )
    style: Text | None = Field(
        None, description="The scene's style, in place of the film's; it may mention @names."
    )
    defaults: Defaults | None = Field(None, description="The scene's defaults, before the film's.")
    notes: Text | None = Field(None, description="For people; it is never sent.")
    skip: Flag | None = Field(None, description="Leave the scene out of the film.")
    shots: tuple[Shot, ...] = Field(description="The shots, in their order.")


def _variable_name(name: object) -> str:
    if not str(name).isidentifier():
        raise refuse(
            BAD_NAME,
            f"{found(name)} cannot be a variable: letters, digits and _ only",
            "templates read a - as minus; write _",
        )
    return str(name)


def _variable(value: object) -> Any:
    items = value if isinstance(value, Sequence) else [value]
    scalars = [item for item in items if isinstance(item, Scalar)]
    if len(scalars) != len(items):
        raise refuse(
            WRONG_TYPE,
            "a variable is a text, a number, a flag or a list of those",
            "write each value as a variable of its own",
        )
    if sum(map(len, scalars)) > LONGEST_VARIABLE:
        raise refuse(
            TOO_LONG,
            f"a variable of more than {LONGEST_VARIABLE:,} characters",
            "divide it into several variables",
        )
    read = [read_variable(item) for item in scalars]
    return read if isinstance(value, Sequence) else read[0]


_VARIABLE = {"type": ["string", "number", "boolean"]}
Variables = Annotated[
    dict[str, Any],
    GetPydanticSchema(
        lambda _source, _handler: core_schema.dict_schema(
            core_schema.no_info_plain_validator_function(_variable_name),
            core_schema.no_info_plain_validator_function(_variable),
        )
    ),
    WithJsonSchema(
        {
            "type": "object",
            "additionalProperties": {"anyOf": [_VARIABLE, {"type": "array", "items": _VARIABLE}]},
        }
    ),
]


class _Shelf(Block):
    """What storyboards and cast libraries share; keys that begin with x- are the author's own."""

    model_config = ConfigDict(
        json_schema_extra={"patternProperties": {"^x-": {"description": "The author's own."}}}
    )

    storyboard: Version = Field(description="The version of the language: 1.")
    title: Text | None = Field(None, description="The title.")
    description: Text | None = Field(None, description="What it is, for people; never sent.")
    authors: tuple[Text, ...] | None = Field(None, description="Who wrote it.")
    use: tuple[LibraryPath, ...] | None = Field(
        None, description="Cast libraries, as paths relative to this file."
    )
    characters: dict[CastName, Element] | None = Field(
        None,
        json_schema_extra=_NAMED,
        description="Who appears, by the names that prompts mention.",
    )
    props: dict[CastName, Element] | None = Field(
        None, json_schema_extra=_NAMED, description="Things that must look the same in every shot."
    )
    locations: dict[CastName, Image] | None = Field(
        None, json_schema_extra=_NAMED, description="Where it happens."
    )
    styles: dict[CastName, Image] | None = Field(
        None, json_schema_extra=_NAMED, description="How it looks."
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

    storyboard: Version | None = Field(None, description="The version of the language: 1.")  # type: ignore[assignment]


class Storyboard(_Shelf):
    """A film, from its cast to its scenes."""

    target: Text | None = Field(
        None,
        description="The model and host that renders it. Without: fal/kling-o3-pro.",
        examples=["fal/kling-o3-pro", "oxen/kling-o3-pro"],
    )
    budget: Amount | None = Field(
        None, description="What the film may cost; a plan above it is refused.", examples=["25 USD"]
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
        None, description="How a shot's fields become its text, in Jinja2; else the target's way."
    )
    scenes: tuple[Scene, ...] = Field(description="The scenes, in their order.")
