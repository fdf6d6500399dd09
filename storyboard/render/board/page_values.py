"""What the template of the page is given: texts and numbers as they are shown."""

from __future__ import annotations

from typing import NamedTuple

from msgspec import Struct

from storyboard.board.model import (
    BoardScene,
    ShotCard,
    Text,
)
from storyboard.render.board.parts import ShotState
from storyboard.render.board.timeline import TimelineRow


class Tile(NamedTuple):
    """A picture in a frame; x and width in the frame's own units."""

    key: str
    x: int
    width: int


class CardFact(NamedTuple):
    """A name and what it is."""

    name: str
    text: Text


class FindingView(NamedTuple):
    """A finding in words; ``where`` is empty where it stands at its card."""

    severity: str
    code: str
    message: str
    help: str
    where: str


class SentView(NamedTuple):
    """What is sent for a shot or a part of it."""

    title: str
    prompt: Text
    tokens: tuple[tuple[str, str], ...]
    characters: int
    limit: int | None
    reason: str


class CardView(Struct, frozen=True, kw_only=True):
    """A card; ``number`` is the shot's in the film, from 1. Money is empty where it is left out.

    ``taken`` says how many takes its clip has, empty where there is one.
    """

    number: int
    card: ShotCard
    name: str
    clock: str
    band: str
    clips: str
    taken: str
    frame: tuple[int, int]
    tiles: tuple[Tile, ...]
    alt: str
    caption: str
    facts: tuple[CardFact, ...]
    state: ShotState
    word: str
    reason: str
    money: str
    sent: tuple[SentView, ...]
    notes: str
    findings: tuple[FindingView, ...]


class TakeView(Struct, frozen=True, kw_only=True):
    """A take; ``line`` is what to write for it, empty for the one that the film is made of.

    ``picture`` is the key of a still, ``strip`` are those of all its shots where there are several.
    ``film`` is the address of its clip on the page's own server, empty on a page without one.
    """

    number: int
    picture: str
    strip: tuple[Tile, ...]
    alt: str
    film: str
    facts: tuple[str, ...]
    word: str
    line: str
    is_chosen: bool


class TakenView(Struct, frozen=True, kw_only=True):
    """A clip that has several takes; ``how`` says where the line of one is written.

    ``frame`` are the sides of a take's picture, ``strip`` those of the row of its shots.
    """

    clip: int
    title: str
    count: str
    how: str
    warning: str
    frame: tuple[int, int]
    strip: tuple[int, int]
    takes: tuple[TakeView, ...]


class SceneView(Struct, frozen=True, kw_only=True):
    """A scene: its row of the bill, and its cards by printed pages."""

    scene: BoardScene
    title: str
    first: int
    shots: str
    clips: str
    length: str
    money: str
    problem: str
    notes: str
    left_out: str
    pages: tuple[tuple[CardView, ...], ...]
    findings: tuple[FindingView, ...]
    takes: tuple[TakenView, ...]


class LookView(NamedTuple):
    """A look of a member with its pictures that have thumbnails, and those that have none."""

    name: str
    pictures: tuple[str, ...]
    elsewhere: tuple[str, ...]


class MemberView(Struct, frozen=True, kw_only=True):
    """A member of the cast.

    ``count`` says how many shots show it; ``shots`` are these, those that follow each other as
    one: the number of the first, what is written (``4–9``), and their names.
    """

    name: str
    label: str
    description: str
    looks: tuple[LookView, ...]
    count: str
    shots: tuple[tuple[int, str, str], ...]
    length: str
    money: str


class SheetView(NamedTuple):
    """The members of one kind; ``rest`` says what the shots without any of them cost."""

    title: str
    members: tuple[MemberView, ...]
    rest: str


class BoardView(Struct, frozen=True, kw_only=True):
    """A page in words; ``as_of`` says of which date its prices are, empty without prices."""

    title: str
    description: str
    authors: str
    language: str
    facts: tuple[tuple[str, str, str], ...]
    scenes: tuple[SceneView, ...]
    rows: tuple[TimelineRow, ...]
    sheets: tuple[SheetView, ...]
    findings: tuple[FindingView, ...]
    are_findings_first: bool
    sum: tuple[str, str, str, str]
    has_prices: bool
    is_read: bool
    file: str
    revision: str
    as_of: str
