"""The film between its stages: what resolve makes, and what split and pack make of it.

A *text* here is encoded: a mention of the cast is one private-use code point (plane 15), so
that no pass can cut a mention in two, and numbering replaces single characters. ``Cast`` says
what each stands for. Texts from a storyboard never hold such characters themselves.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Literal

from storyboard.diagnostics import Span
from storyboard.syntax.nodes import Mapping
from storyboard.targets.types import Feature, Target
from storyboard.units import Money
from storyboard.values import value

FIRST_MENTION = 0xF0000
LAST_MENTION = 0xFFFFC
FRAME = "\U000ffffd"
"""The mention of the picture that a request opens on, where that is asked for in words."""
MENTION = re.compile("[\U000f0000-\U000ffffd]")
"""One mention in an encoded text."""


@lru_cache(maxsize=1 << 15)  # measured, packed and numbered: each text is asked for thrice
def marks_of(text: str) -> tuple[str, ...]:
    """The mentions of an encoded text, in their order."""
    return () if text.isascii() else tuple(MENTION.findall(text))


@value(frozen=True, slots=True, kw_only=True)
class Asset:
    """A picture or clip: a local file by its content, or a public URL.

    ``location`` is the https URL, or the path relative to the project's folder, with ``/``.
    ``sha256`` is the hex digest of a local file's bytes, None for a URL.
    """

    location: str
    span: Span
    sha256: str | None = None


@value(frozen=True, slots=True, kw_only=True)
class Reference:
    """A member of the cast in one look, as a prompt mentions it.

    ``name`` is what people read: ``mara`` or ``mara.nightgown``. An element has a frontal
    picture with others beside it, or a video; an image has one picture, as ``frontal``.
    """

    kind: Literal["element", "image"]
    name: str
    span: Span
    frontal: Asset | None = None
    references: tuple[Asset, ...] = ()
    video: Asset | None = None
    voice: str | None = None


@dataclass(slots=True)
class Cast:
    """Who and what the film's texts mention, numbered in the order in which they appear."""

    _references: list[Reference] = field(default_factory=list)
    _marks: dict[str, str] = field(default_factory=dict)

    def mark(self, reference: Reference) -> str | None:
        """The character that stands for a reference; None when there are too many to number."""
        mark = self._marks.get(reference.name)
        if mark is None and FIRST_MENTION + len(self._references) <= LAST_MENTION:
            mark = chr(FIRST_MENTION + len(self._references))
            self._marks[reference.name] = mark
            self._references.append(reference)
        return mark

    def __getitem__(self, mark: str) -> Reference:
        """The reference that a character stands for."""
        return self._references[ord(mark) - FIRST_MENTION]

    def voices(self) -> frozenset[str]:
        """The marks of those who are sent with a voice of their own."""
        return frozenset(
            chr(FIRST_MENTION + index)
            for index, reference in enumerate(self._references)
            if reference.voice is not None
        )


@value(frozen=True, slots=True, kw_only=True)
class Beat:
    """Where a beat begins in its shot's text, and its own seconds if it has them."""

    start: int
    seconds: int | None


@value(frozen=True, slots=True, kw_only=True)
class Shot:
    """A shot with every name bound and every default filled.

    ``address`` is ``scene/shot`` by ids where they are given; ``number`` counts from 1 in the
    scene as written, left-out shots included. ``text`` is encoded and complete: all that is
    sent for the shot.
    """

    address: str
    number: int
    seconds: int
    text: str
    node: Mapping
    beats: tuple[Beat, ...] = ()
    start_frame: Asset | None = None
    end_frame: Asset | None = None
    seam: Literal["cut", "continue"] = "cut"
    audio: bool = False
    negative: str = ""
    take: int = 1
    has_dialogue: bool = False

    @property
    def span(self) -> Span:
        """Where the shot is written: its first line."""
        return self.place()

    def place(self, *keys: str) -> Span:
        """Where one of the keys' values is written, the first that is; else the shot's start."""
        for key in keys:
            if (value := self.node.get(key)) is not None:
                return value.span
        source, start = self.node.origin.source, self.node.start
        end = source.text.find("\n", start, self.node.end)
        return Span(source, start, end if end > start else max(self.node.end, start + 1))


@value(frozen=True, slots=True, kw_only=True)
class Scene:
    """Shots that may share requests; ``address`` is the scene's id, else its number."""

    address: str
    title: str
    aspect_ratio: str
    pack: bool
    long_prompts: bool
    shots: tuple[Shot, ...]


@value(frozen=True, slots=True, kw_only=True)
class Film:
    """A storyboard with every name bound and every default filled."""

    title: str
    target: Target
    scenes: tuple[Scene, ...]
    cast: Cast
    budget: Money | None = None
    max_seconds: int | None = None
    max_references: int


@value(frozen=True, slots=True, kw_only=True)
class Part:
    """What one prompt of a request renders: a shot, or a part of a divided one.

    ``number`` counts from 1 of ``count``. ``continues`` opens on the last frame of what was
    rendered before. ``joined`` is a part that the length of the text alone made: it belongs
    into the request of the part before it, where there is room. ``carried`` repeats the last
    sentence, because none was left.
    """

    shot: Shot
    text: str
    seconds: int
    number: int = 1
    count: int = 1
    continues: bool = False
    joined: bool = False
    carried: bool = False
    alone: bool = False

    @property
    def start_frame(self) -> Asset | None:
        """The picture it opens on: only the first part of a shot has one."""
        return self.shot.start_frame if self.number == 1 else None

    @property
    def end_frame(self) -> Asset | None:
        """The picture it ends on: only the last part of a shot has one."""
        return self.shot.end_frame if self.number == self.count else None

    @property
    def opens(self) -> bool:
        """Whether it must be the first of a request."""
        return self.continues or self.start_frame is not None

    @property
    def closes(self) -> bool:
        """Whether it must be the last of a request."""
        return self.end_frame is not None

    @property
    def address(self) -> str:
        """The shot's address, with the part's number where the shot is divided."""
        return self.shot.address if self.count == 1 else f"{self.shot.address}.{self.number}"


@value(frozen=True, slots=True, kw_only=True)
class Take:
    """What one request renders. ``seconds`` are what is paid, ``padding`` of them unasked for."""

    parts: tuple[Part, ...]
    seconds: int
    padding: int = 0


class Ruler:
    """Measures encoded texts as the target counts them, in code points.

    A mention counts as its tag with the highest number that a request can have, and with the
    overhead that the target adds to each tag. ``lead`` is the encoded sentence that stands
    before the text of a part that opens on a picture, where the target takes first frames in
    words; else it is empty.
    """

    def __init__(self, target: Target, cast: Cast, max_references: int) -> None:
        self._cast = cast
        self._tags = {"element": target.tags.element, "image": target.tags.image}
        self._beyond_one = {
            kind: len(tag.format(n=max(max_references, 1))) + target.tags.overhead - 1
            for kind, tag in self._tags.items()
        }
        self._beyond = _Beyond(self)
        frames = target.features[Feature.FIRST_FRAME]
        in_words = frames.how == "words" and frames.text
        self.lead = f"{frames.text.format(image=FRAME)} " if in_words and frames.text else ""

    def weigh(self, text: str) -> int:
        """The code points that the target counts for an encoded text."""
        return len(text) + sum(map(self._beyond.__getitem__, marks_of(text)))

    def beyond(self, mark: str) -> int:
        """What a mention counts beyond the one code point that stands for it."""
        return self._beyond_one["image" if mark == FRAME else self._cast[mark].kind]


class _Beyond(dict[str, int]):
    """What each mark counts beyond itself, found out once: texts are measured often."""

    def __init__(self, ruler: Ruler) -> None:
        super().__init__()
        self._ruler = ruler

    def __missing__(self, mark: str) -> int:
        self[mark] = found = self._ruler.beyond(mark)
        return found
