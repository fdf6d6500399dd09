"""What is rendered: composed prompts, shots or parts of them, and the clips of requests."""

from __future__ import annotations

from msgspec import Struct

from storyboard.compiler.film import Asset, Passage, Shot, Speech
from storyboard.values.segments import FormerShot


class Slice(Struct, frozen=True):
    """A stretch of a prompt and where it came from.

    ``kind`` is ``action`` (prose), ``line``, ``introduction``, ``framing``, ``carry`` (a member
    who appeared before) or ``glue``. ``field`` is the field, or the member's name. ``carried``
    says that the words were said in the part before. ``passage`` is what it was cut from, from
    ``offset`` on; None for glue.
    """

    text: str
    kind: str
    field: str = ""
    carried: bool = False
    passage: Passage | None = None
    offset: int = 0


class Prompt(Struct, frozen=True, kw_only=True):
    """A composed prompt: its encoded text, and the slices that it is joined of.

    ``marks`` are those of its text in their order, each once, FRAME included. ``carried`` and
    ``left_out`` are the members who appeared before and whom the words do not name.
    """

    text: str
    slices: tuple[Slice, ...]
    marks: tuple[str, ...]
    weight: int
    carried: tuple[str, ...] = ()
    left_out: tuple[str, ...] = ()


class Way(Struct, frozen=True, kw_only=True):
    """A way in which a shot can be rendered, as far as messages tell of it.

    ``is_by_text`` where the length of the text, not the seconds, divides the shot. ``weight``
    is what the whole prompt counts, ``limit`` what one may. ``spare`` are the parts for which
    no sentence of their own was left.
    """

    is_by_text: bool = False
    weight: int = 0
    limit: int = 0
    spare: int = 0


WHOLE = Way()
"""The way of a shot that is rendered as it is."""


class Part(Struct, frozen=True, kw_only=True):
    """What one prompt of a request renders: a shot, or a part of a divided one.

    ``number`` counts from 1 of ``count``. ``continues`` opens on the last frame of what was
    rendered before. ``joined`` is a part that the length of the text alone made: it belongs
    into the request of the part before it, where there is room. ``carried`` is a sentence of
    the part before that it opens with, as it has no prose of its own. ``is_at_beat`` says that
    it begins where a beat does. ``lines`` are those spoken in it.
    """

    shot: Shot
    prompt: Prompt
    seconds: int
    number: int = 1
    count: int = 1
    continues: bool = False
    joined: bool = False
    carried: str = ""
    alone: bool = False
    is_at_beat: bool = False
    lines: tuple[Speech, ...] = ()
    way: Way = WHOLE

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


class Clip(Struct, frozen=True, kw_only=True):
    """What one request renders. ``seconds`` are what is paid, ``padding`` of them unasked for."""

    parts: tuple[Part, ...]
    seconds: int
    padding: int = 0


class KeptPart(Struct, frozen=True, kw_only=True):
    """A part that is not rendered, as it stands in a clip that is paid."""

    part: Part
    former: FormerShot
