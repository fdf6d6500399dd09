"""The film as resolve makes it: names bound, defaults filled, for a target or for all.

A *passage* is a text of the storyboard, encoded: a mention of the cast is one private-use code
point (plane 15), its *mark*, so that no pass can cut a mention in two, and numbering replaces
single characters. Marks depend on the film alone, never on its target; a target's ``Cast`` says
what each becomes there. Texts from a storyboard never hold such characters themselves.

A shot is its *action* (the prose of its beats, its lines, its narration), its *framing* (size,
camera, place, light, sound, style) and the people and things in it. ``compose`` makes prompts
of them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum
from functools import lru_cache
from typing import Any, Literal

from msgspec import Struct, field

from storyboard.diagnostics import Span
from storyboard.document.nodes import Mapping as MappingNode
from storyboard.document.nodes import Scalar
from storyboard.targets.model import Target
from storyboard.values.units import Money

FIRST_MENTION = 0xF0000
MAX_MENTIONS = 0xFFFFD - FIRST_MENTION
"""Appearances that one film can mention."""
FRAME = "\U000ffffd"
"""The mention of the picture that a request opens on, where that is asked for in words."""
MENTION = re.compile("[\U000f0000-\U000ffffd]")
"""One mention in an encoded text."""


def mark_of(number: int) -> str:
    """The mention of the appearance with that number, from 0; at most ``MAX_MENTIONS`` exist."""
    return chr(FIRST_MENTION + number)


@lru_cache(maxsize=1 << 15)  # measured, packed and numbered: each text is asked for thrice
def marks_of(text: str) -> tuple[str, ...]:
    """The mentions of an encoded text, in their order."""
    return () if text.isascii() else tuple(MENTION.findall(text))


class Asset(Struct, frozen=True, kw_only=True):
    """A picture or clip: a local file by its content, or a public URL.

    ``location`` is the https URL, or the path relative to the project's folder, with ``/``.
    ``sha256`` is the hex digest of a local file's bytes, None for a URL. ``sides`` are the pixels
    of a local picture or clip, wide and high, ``lasts`` the measured seconds of a local clip, or
    those that the writer states of one at a URL; None where nothing is known of them.
    """

    location: str
    span: Span
    sha256: str | None = None
    sides: tuple[int, int] | None = None
    lasts: Decimal | None = None

    @property
    def seconds(self) -> int | None:
        """The seconds of a clip as they are billed, which are whole; None where not known."""
        if self.lasts is None:
            return None
        return max(int(self.lasts.quantize(Decimal(1), ROUND_HALF_UP)), 1)


class ShotClip(Struct, frozen=True, kw_only=True):
    """The clip of a shot of the film, where it is footage of other shots.

    ``shot`` is the shot's address and ``seconds`` are its own; ``span`` is where footage names it.
    Of a shot that is not in the film, which is said, the address is empty.
    """

    shot: str
    seconds: int
    span: Span


class Reference(Struct, frozen=True, kw_only=True):
    """A member of the cast in one look, as a prompt mentions it.

    ``name`` is what people read: ``mara`` or ``mara.nightgown``. An element has a frontal
    picture with others beside it, or a video; an image has one picture, as ``frontal``, and a clip
    its ``video``, or the ``shot`` of the film whose clip it is. An element has a ``description``
    where the target is sent one.
    """

    kind: Literal["element", "image", "clip"]
    name: str
    span: Span
    frontal: Asset | None = None
    references: tuple[Asset, ...] = ()
    video: Asset | None = None
    voice: str | None = None
    shot: ShotClip | None = None
    description: str = ""

    @property
    def is_moving(self) -> bool:
        """Whether a clip is sent for it, and no picture."""
        return self.video is not None or self.shot is not None


class FootageUse(Struct, frozen=True, kw_only=True):
    """The clip of footage that a shot is made from.

    ``way`` is ``edit`` (the clip is changed as the prompt says) or ``motion`` (a character moves
    as the clip does). ``name`` is the footage's. ``clip`` is what is sent. ``facing`` says where
    the character that moves is turned as: in the clip, or in its picture.
    """

    way: Literal["edit", "motion"]
    name: str
    clip: Asset | ShotClip
    facing: Literal["clip", "picture"] = "clip"


class Passage(Struct, frozen=True):
    """An encoded text and the scalar that it was written in."""

    text: str
    scalar: Scalar


class Appearance(Struct, frozen=True, kw_only=True):
    """A member of the cast in one look, as texts name it.

    ``name`` is ``mara`` or ``mara.nightgown``. ``reference`` is what is sent for it, None where
    it is words. ``label`` is the plain text that stands for it where no picture is sent. Where
    it ``has_article``, an English text says "the" before the label. ``has_picture`` says that the
    storyboard gives a picture or clip of it, whether or not the target takes one.
    """

    name: str
    kind: Literal["character", "prop", "location", "style", "footage"]
    label: str
    span: Span
    reference: Reference | None = None
    has_article: bool = False
    has_picture: bool = False


class Cast(Struct, frozen=True):
    """Who and what the film's texts mention, in the order of their marks, on one target."""

    _appearances: Sequence[Appearance]
    introductions: Mapping[str, tuple[Passage, ...]]
    """The words that describe a member, by its mark; none where pictures say it all."""
    _present: tuple[str, ...] | None = None
    """The marks of those whom the target's shots need; None where they need all."""

    def __getitem__(self, mark: str) -> Appearance:
        """The appearance that a character stands for."""
        return self._appearances[ord(mark) - FIRST_MENTION]

    def marks(self) -> Iterator[str]:
        """The marks of all who are mentioned on the target, in the order of their numbers."""
        if self._present is not None:
            return iter(self._present)
        return map(mark_of, range(len(self._appearances)))

    def all_marks(self) -> Iterator[str]:
        """The marks of all who are mentioned on any target."""
        return map(mark_of, range(len(self._appearances)))

    def reference(self, mark: str) -> Reference | None:
        """What is sent for a mark; None for one that is words."""
        return self._appearances[ord(mark) - FIRST_MENTION].reference

    def is_priced_apart(self) -> bool:
        """Whether anybody is sent whose seconds may cost more: with a voice, or by a clip."""
        return any(
            sent.voice is not None or sent.is_moving
            for sent in map(self.reference, self.marks())
            if sent is not None
        )


class Speech(Struct, frozen=True, kw_only=True):
    """A spoken line: ``speaker`` is a mark, empty for the narrator; names in it are words.

    ``is_off`` is a speaker who is heard and not seen.
    """

    speaker: str
    tone: str
    line: Passage
    is_off: bool = False


class Beat(Struct, frozen=True, kw_only=True):
    """A step of a shot: its prose with its own lines; a plain shot is one beat.

    ``seconds`` are its own, if it has any. ``cast`` are the marks of those who are in the frame
    during it, None where it does not say.
    """

    prose: Passage | None
    seconds: int | None = None
    lines: tuple[Speech, ...] = ()
    camera: Passage | None = None
    sound: Passage | None = None
    cast: tuple[str, ...] | None = None


class Framing(Struct, frozen=True, kw_only=True):
    """What describes every second of a shot. ``location`` is a mark, empty for no place."""

    size: Passage | None = None
    camera: Passage | None = None
    location: str = ""
    light: Passage | None = None
    sound: Passage | None = None
    style: Passage | None = None


class Priority(StrEnum):
    """How much the film needs a shot, by its writer's word."""

    MUST = "must"
    HIGH = "high"
    NORMAL = "normal"
    LOW = "low"


class Shot(Struct, frozen=True, kw_only=True):
    """A shot with every name bound and every default filled.

    ``address`` is ``scene/shot`` by ids where they are given; ``number`` counts from 1 in the
    scene as written, left-out shots included. ``lines`` are the shot's own, said after its
    beats. ``cast`` are the marks of those who are in the frame though the text does not name
    them; None where the shot does not say, empty for nobody else. ``target`` is the id that it or
    its scene names, empty for the film's. ``priority`` is never sent. ``footage`` is the clip
    that it is made from, and as long as. ``middle_frames`` are the pictures that it passes through,
    in order. ``is_footage`` says that another shot is sent its clip; one that ``is_apart`` shares
    no request with another shot.
    """

    address: str
    number: int
    seconds: int
    beats: tuple[Beat, ...]
    node: MappingNode
    lines: tuple[Speech, ...] = ()
    narration: Speech | None = None
    framing: Framing = Framing()
    cast: tuple[str, ...] | None = None
    has_beats: bool = False
    start_frame: Asset | None = None
    end_frame: Asset | None = None
    middle_frames: tuple[Asset, ...] = ()
    seam: Literal["cut", "continue"] = "cut"
    audio: bool = False
    negative: str = ""
    take: int = 1
    target: str = ""
    priority: Priority = Priority.NORMAL
    footage: FootageUse | None = None
    keep_sound: bool = False
    is_footage: bool = False
    is_apart: bool = False

    def __hash__(self) -> int:
        return hash(self.address)

    @property
    def span(self) -> Span:
        """Where the shot is written: its first line."""
        return self.place()

    @property
    def opens_on_picture(self) -> bool:
        """Whether it opens on a picture of its own or on the last frame before it."""
        return self.start_frame is not None or self.seam == "continue"

    @property
    def is_undivided(self) -> bool:
        """Whether it is one request, alone: made from a clip, or spread over middle frames."""
        return self.footage is not None or bool(self.middle_frames)

    @property
    def has_dialogue(self) -> bool:
        """Whether anybody speaks in it, seen or not."""
        if self.lines or self.narration is not None:
            return True
        return self.has_beats and any(beat.lines for beat in self.beats)

    def marks(self) -> Iterator[str]:
        """The marks of its prose, of its framing, and of those who are in it."""
        framing = self.framing
        passages = [beat.prose for beat in self.beats]
        passages += [framing.size, framing.camera, framing.light, framing.sound, framing.style]
        for passage in passages:
            if passage is not None and not passage.text.isascii():
                yield from marks_of(passage.text)
        if framing.location:
            yield framing.location
        for cast in (self.cast, *(beat.cast for beat in self.beats)):
            yield from cast or ()

    def all_marks(self) -> Iterator[str]:
        """The marks of all whom it mentions, shows or hears."""
        yield from self.marks()
        for passage in self.passages():
            yield from marks_of(passage.text)
        for speech in self.speeches():
            if speech.speaker:
                yield speech.speaker

    def passages(self) -> Iterator[Passage]:
        """Every encoded text of the shot: its prose, its framing and its lines."""
        framing = self.framing
        found = [framing.size, framing.camera, framing.light, framing.sound, framing.style]
        for beat in self.beats:
            found += (beat.prose, beat.camera, beat.sound)
        found += [speech.line for speech in self.speeches()]
        yield from filter(None, found)

    def speeches(self) -> tuple[Speech, ...]:
        """Every line of the shot in the order it is said, narration last."""
        said = [speech for beat in self.beats for speech in beat.lines]
        narration = (self.narration,) if self.narration is not None else ()
        return (*said, *self.lines, *narration)

    def place(self, *keys: str) -> Span:
        """Where one of the keys' values is written, the first that is; else the shot's start."""
        for key in keys:
            if (value := self.node.get(key)) is not None:
                return value.span
        source, start = self.node.origin.source, self.node.start
        end = source.text.find("\n", start, self.node.end)
        return Span(source, start, end if end > start else max(self.node.end, start + 1))


class Scene(Struct, frozen=True, kw_only=True):
    """Shots that may share requests; ``address`` is the scene's id, else its number.

    ``number`` counts from 1 as written, left-out scenes included. ``reuse`` says what is kept of
    clips that are paid: each shot that has not changed, only whole clips, or nothing unless the
    very same would be sent.
    """

    address: str
    number: int = 1
    title: str
    aspect_ratio: str
    resolution: str | None = None
    pack: bool
    long_prompts: Literal["auto", "always", "never"]
    reuse: Literal["shots", "clips", "none"] = "shots"
    shots: tuple[Shot, ...]


class Film(Struct, frozen=True, kw_only=True):
    """A storyboard with every name bound and every default filled, on a target.

    ``cast`` says what each mention becomes on the target. ``language`` is the code that its writer
    gave, None without one. ``template`` is a prompt template of the writer's own, with
    ``variables`` for it. ``parts`` are the films of the shots that name another target, by its id;
    ``cast`` is that of the others.
    """

    title: str
    target: Target
    scenes: tuple[Scene, ...]
    cast: Cast
    language: str | None = None
    template: Scalar | None = None
    variables: dict[str, Any] = field(default_factory=dict)
    budget: Money | None = None
    max_seconds: int | None = None
    max_references: int
    parts: Mapping[str, Film] = field(default_factory=dict)

    def of(self, shot: Shot) -> Film:
        """The film on the target that renders a shot."""
        return self.parts.get(shot.target, self) if self.parts else self

    def films(self) -> tuple[Film, ...]:
        """The film on each of its targets, the film's own first."""
        return (self, *self.parts.values())
