"""What of a shot one prompt says."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from msgspec import Struct

from storyboard.compiler.compose.action import Atom
from storyboard.compiler.film import Shot


class PromptPiece(Struct, frozen=True, kw_only=True):
    """What of a shot one prompt says; the whole shot where nothing else is given.

    ``carried`` is the sentence of the part before that it opens with. ``location`` is the mark
    of its place. ``present`` are the marks of those who are in the frame though its words may
    not name them; those of ``earlier`` among them appeared in the parts before. ``beats`` are
    the indices of the beats it belongs to.
    """

    shot: Shot
    atoms: Sequence[Atom]
    narration: Sequence[Atom] = ()
    carried: Atom | None = None
    location: str = ""
    present: tuple[str, ...] = ()
    earlier: frozenset[str] = frozenset()
    beats: tuple[int, ...] = ()
    opens: bool = False
    number: int = 1
    count: int = 1


def present_in(shot: Shot, beats: Iterable[int]) -> tuple[str, ...]:
    """The marks of those whom ``cast`` puts into some beats of a shot.

    The cast of a beat counts for that beat; the shot's for those that have none of their own.
    """
    found: dict[str, None] = {}
    for index in beats:
        cast = shot.beats[index].cast
        found.update(dict.fromkeys(cast if cast is not None else shot.cast or ()))
    return tuple(found)
