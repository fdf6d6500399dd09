"""What a film uses of the clips that were sent for it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct

from storyboard.plan.model import Plan

if TYPE_CHECKING:
    from storyboard.ledger import Known


class FilmUse(Struct, frozen=True, kw_only=True):
    """The seconds of a film, as written, and which of them each clip gives.

    ``film`` is the name of the storyboard's file. ``seconds`` are the film's, ``here`` those whose
    clips are on this disk. ``clips`` are the seconds that a clip gives, by the digest of its
    request; ``whole`` are the digests of those that stand in the film as they are.
    """

    film: str
    seconds: int
    here: int
    clips: Mapping[str, int]
    whole: frozenset[str]

    def of(self, digest: str, film: str) -> int | None:
        """The seconds that a clip gives that was sent for a film, None where that is another."""
        return self.clips.get(digest, 0) if film == self.film else None


def use_of(plan: Plan, known: Known | None) -> FilmUse:
    """What a plan's film uses; ``known`` is None where nothing was ever run."""
    clips: dict[str, int] = {}
    here = 0
    whole = {one.digest for one in plan.requests}
    for request in plan.requests:
        if request.alternate_of is not None:
            continue
        seconds = sum(shot.seconds for shot in request.shots)
        clips[request.digest] = clips.get(request.digest, 0) + seconds
        if known is not None and known.is_here(request.digest):
            here += seconds
    for clip in plan.kept:
        clips[clip.digest] = clips.get(clip.digest, 0) + clip.kept_seconds
        if known is not None and known.has(clip.take):
            here += clip.kept_seconds
    return FilmUse(
        film=Path(plan.film.file).name,
        seconds=sum(clips.values()),
        here=here,
        clips=clips,
        whole=frozenset(whole),
    )
