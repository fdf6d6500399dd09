"""The board of a film as values; ``storyboard.render`` makes pages and lists of them.

Everything that a reader of the film may ask of a shot is on its card. What is not known is None
or empty, and never 0. Amounts are exact: the shares of a clip's price add up to it.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Literal, NamedTuple

from msgspec import Struct

from storyboard.compiler.film import Priority
from storyboard.diagnostics import Diagnostic
from storyboard.plan.model import LeftOutScene, Plan
from storyboard.plan.planned_request import PlannedRequest
from storyboard.plan.reason import Action, ReasonCode
from storyboard.plan.timeline import KeptClip
from storyboard.values.sums import Total
from storyboard.values.units import Money

MemberKind = Literal["character", "prop", "location", "style", "footage"]


class TextRun(NamedTuple):
    """A stretch of a text; ``name`` is the member of the cast that it calls, empty for others."""

    text: str
    name: str = ""
    kind: str = ""


Text = tuple[TextRun, ...]
"""A text whose mentions are known; empty where there is none."""


def plain_text(text: Text) -> str:
    """A text without its mentions."""
    return "".join(piece.text for piece in text)


class Thumbnail(NamedTuple):
    """A small picture: WebP bytes and their sides in pixels."""

    data: bytes
    width: int
    height: int


class BoardPicture(Struct, frozen=True, kw_only=True):
    """A picture that a shot or a member has.

    ``key`` is its thumbnail's among those of the board, empty where none could be made: it is at
    an address in the network, or cannot be read. ``location`` is its path or its address.
    """

    key: str
    location: str


class BoardLine(Struct, frozen=True, kw_only=True):
    """A spoken line. ``speaker`` is what people call who says it, empty for the narrator."""

    speaker: str
    name: str
    tone: str
    text: str
    is_off: bool


class BoardBeat(Struct, frozen=True, kw_only=True):
    """A step of a shot; ``seconds`` are None where it has none of its own."""

    text: Text
    seconds: int | None
    lines: tuple[BoardLine, ...]
    camera: Text
    sound: Text


class BoardMember(Struct, frozen=True, kw_only=True):
    """A member of the cast in one look, as a shot shows it; ``look`` may be empty."""

    name: str
    look: str
    label: str
    kind: MemberKind
    picture: BoardPicture | None


class Rendering(Struct, frozen=True, kw_only=True):
    """A shot, or a part of one, in a clip: one of the plan's requests, or one that was paid before.

    ``clip`` is the clip's number in the film, from 1. ``prompt`` is what is sent, ``characters``
    what the target counts of it, ``limit`` the most that it takes, None where that is not
    published. ``money`` is the shot's share of the clip's price. ``span`` are the seconds
    of the clip between which it stands, None where that is not paid; ``still`` is a frame of it,
    None where that is not on this disk.
    """

    clip: int
    request: PlannedRequest | KeptClip
    part: int | None
    parts: int
    seconds: int
    prompt: str
    characters: int
    limit: int | None
    money: Money | None
    span: tuple[float, float] | None = None
    still: BoardPicture | None = None


class BoardTake(Struct, frozen=True, kw_only=True):
    """A take of a clip: one that is paid, or one that a plan is to have rendered.

    ``name`` is what its clip is called. ``action`` says how it stands with it: ``reuse`` where it
    is on this disk, as ``file``. ``reason`` is that of a take that is not paid. ``made`` is when it
    was ordered (ISO 8601), empty before; ``money`` what it cost or will, None where that is not
    known. ``pictures`` are one of each shot; ``start`` and ``end`` are the seconds of the file
    between which those stand.
    """

    number: int
    name: str
    action: Action
    reason: ReasonCode = ReasonCode.PAID
    made: str = ""
    money: Money | None
    start: float = 0.0
    end: float = 0.0
    pictures: tuple[BoardPicture, ...] = ()
    file: Path | None = None
    is_chosen: bool = False


class TakenClip(Struct, frozen=True, kw_only=True):
    """A clip of the film that has several takes; the film is made of the one that is chosen.

    ``clip`` is its number in the film, ``shots`` are the addresses of what it renders. The number
    of the take that is wanted is written at the shot ``address``: at ``line`` of ``file``, where
    ``is_written`` says that it has one; ``is_text`` that the shot is a text and has no keys.
    ``needed_by`` are the requests that open on the last frame of its chosen take, or are sent it.
    """

    clip: int
    shots: tuple[str, ...]
    target: str
    address: str
    file: str
    line: int
    is_written: bool
    is_text: bool
    needed_by: tuple[str, ...]
    takes: tuple[BoardTake, ...]


class MadeFrom(Struct, frozen=True, kw_only=True):
    """The footage that a shot edits, or takes the motion of, with a frame of it.

    ``picture`` is None where the clip is that of another shot. ``facing`` says where a character
    that moves is turned as.
    """

    way: Literal["edit", "motion"]
    name: str
    picture: BoardPicture | None
    facing: Literal["clip", "picture"] = "clip"


class ShotCard(Struct, frozen=True, kw_only=True):
    """A shot with everything that is known of it.

    ``address`` is its own in the storyboard; ``start`` the second of the film at which it begins;
    ``line`` where it is written. ``sent_clips`` are the addresses of the shots whose clips it is
    sent as footage, ``sent_to`` those of the shots that are sent its own. ``renderings`` are empty
    where it has no price, ``money`` is then None, and so it is where a price is not published.
    """

    address: str
    number: int
    line: int
    start: int
    seconds: int
    aspect_ratio: str
    beats: tuple[BoardBeat, ...]
    lines: tuple[BoardLine, ...]
    narration: str
    size: Text
    camera: Text
    light: Text
    sound: Text
    style: Text
    location: BoardMember | None
    members: tuple[BoardMember, ...]
    start_frame: BoardPicture | None
    end_frame: BoardPicture | None
    middle_frames: tuple[BoardPicture, ...]
    is_continued: bool
    made_from: MadeFrom | None
    sent_clips: tuple[str, ...]
    sent_to: tuple[str, ...]
    has_audio: bool
    negative: str
    notes: str
    take: int
    priority: Priority
    renderings: tuple[Rendering, ...]
    money: Money | None
    findings: tuple[Diagnostic, ...]

    @property
    def speeches(self) -> tuple[BoardLine, ...]:
        """Every line of the shot in the order it is said, narration last."""
        said = [line for beat in self.beats for line in beat.lines]
        told = BoardLine(speaker="", name="", tone="", text=self.narration, is_off=True)
        return (*said, *self.lines, *((told,) if self.narration else ()))

    @property
    def targets(self) -> tuple[str, ...]:
        """The ids of the targets of its clips, each once."""
        return tuple(dict.fromkeys(one.request.target for one in self.renderings))

    @property
    def action(self) -> str:
        """The prose of its beats as plain text."""
        return " ".join(text for beat in self.beats if (text := plain_text(beat.text)))


class LeftOutShot(Struct, frozen=True, kw_only=True):
    """A shot that is written and is not in the film: the writer skips it, with the notes why."""

    address: str
    notes: str


class BoardScene(Struct, frozen=True, kw_only=True):
    """A scene with its shots; ``total`` is None where ``unpriced`` says why it has no price.

    ``takes`` are its clips that have several.
    """

    address: str
    number: int
    title: str
    notes: str
    start: int
    seconds: int
    cards: tuple[ShotCard, ...]
    left_out: tuple[LeftOutShot, ...]
    total: Total | None
    unpriced: LeftOutScene | None
    findings: tuple[Diagnostic, ...]
    takes: tuple[TakenClip, ...] = ()


class CastLook(Struct, frozen=True, kw_only=True):
    """A look of a member; ``look`` is empty for the member as declared."""

    look: str
    label: str
    pictures: tuple[BoardPicture, ...]


class CastRow(Struct, frozen=True, kw_only=True):
    """A member of the cast over the whole film.

    ``shots`` are the addresses of those that show it, ``seconds`` theirs. ``money`` is its share
    of them: a shot's price is shared equally among the members of one kind that it shows.
    """

    name: str
    kind: MemberKind
    description: str
    looks: tuple[CastLook, ...]
    shots: tuple[str, ...]
    seconds: int
    money: Total


class CastSheet(Struct, frozen=True, kw_only=True):
    """The members of one kind, and the shots that show none: together they cost the film."""

    kind: MemberKind
    rows: tuple[CastRow, ...]
    rest: Total
    rest_shots: int


class FilmBoard(Struct, frozen=True, kw_only=True):
    """A film as its people look at it.

    ``file`` is the storyboard as it was named; ``revision`` says which text it is. ``pictures``
    are the thumbnails by their keys, ``picture_files`` the files that were looked for on this
    machine, whether they are there or not. ``findings`` are those that no card and no scene has.
    ``is_read`` is False where nothing of the storyboard could be read.
    """

    title: str
    description: str
    authors: tuple[str, ...]
    language: str
    file: str
    revision: str
    is_read: bool
    plan: Plan
    seconds: int
    scenes: tuple[BoardScene, ...]
    cast: tuple[CastSheet, ...]
    pictures: Mapping[str, Thumbnail]
    picture_files: tuple[Path, ...]
    findings: tuple[Diagnostic, ...]

    @property
    def cards(self) -> tuple[ShotCard, ...]:
        """The shots of all scenes, in the film's order."""
        return tuple(card for scene in self.scenes for card in scene.cards)

    @property
    def taken_clips(self) -> tuple[TakenClip, ...]:
        """The clips that have several takes."""
        return tuple(taken for scene in self.scenes for taken in scene.takes)

    @property
    def all_findings(self) -> tuple[Diagnostic, ...]:
        """What was found: of the film, then of each scene with its shots."""
        of_scenes = (
            found
            for scene in self.scenes
            for group in (scene.findings, *(card.findings for card in scene.cards))
            for found in group
        )
        return (*self.findings, *of_scenes)
