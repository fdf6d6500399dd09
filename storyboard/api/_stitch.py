"""The film from the clips of its plan."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from storyboard.errors import StoryboardError

if TYPE_CHECKING:
    from storyboard.ledger.store import Store
    from storyboard.media.join import JoinedFilm
    from storyboard.plan import Plan
    from storyboard.project.outputs import Outputs


class MissingClipsError(StoryboardError):
    """Clips of the plan are not here; ``missing`` are their ids, ``wanted`` counts all."""

    def __init__(self, missing: tuple[str, ...], wanted: int) -> None:
        named = ", ".join(missing[:5]) + (f" and {len(missing) - 5} more" if missing[5:] else "")
        clips = "1 clip is" if wanted == 1 else f"{wanted} clips are"
        super().__init__(f"{len(missing)} of {clips} not here: {named}")
        self.missing = missing
        self.wanted = wanted


def stitch_plan(
    plan: Plan,
    store: Store,
    out: Path | None,
    say: Callable[[str], None],
    *,
    outputs: Outputs,
    force: bool = False,
) -> tuple[JoinedFilm, int]:
    """Join the clips of a plan in its order, padding cut off; the film, and how many clips it has.

    Without ``out`` the film is ``film.mp4`` beside the clips. ``say`` hears why clips are encoded
    anew. ``force`` replaces a file that is none of ``outputs``. Raises ``MissingClipsError``,
    ``StitchError``, ``LedgerError``, ``LockError``, ``OutputError`` and
    ``OutsideError``.
    """
    from storyboard.media.join import JoinPiece, join

    titles = {one.scene: one.title or one.scene for one in plan.totals.scenes}

    # Further takes are there to choose from: the film has one of each.
    requests = [one for one in plan.requests if one.alternate_of is None]
    pieces, lost = [], []
    takes = _takes_of(store)
    for request in requests:
        take = takes.get(request.digest)
        if take is None or not store.has(take):
            lost.append(request.id)
            continue
        file, clip = store.take(take), store.clip(request.id)
        links = (clip,) if clip.is_file() and clip.samefile(file) else ()
        kept = request.seconds - request.padding if request.padding else None
        scene = request.id.partition("/")[0]
        chapter = titles.get(scene, scene)
        pieces.append(
            JoinPiece(file=file, seconds=kept, chapter=chapter, name=request.id, links=links)
        )
    if lost:
        raise MissingClipsError(tuple(lost), len(requests))
    if out is None and store.clips is not None:
        # The folder that was asked for may be anywhere, but nothing in it may lead out of it.
        outputs = replace(outputs, root=store.clips.resolve())
    film = out or store.out / "film.mp4"
    outputs.check(film, force=force)
    made = join(pieces, film, say)
    outputs.keep(film)
    return made, len(pieces)


def _takes_of(store: Store) -> dict[str, str]:
    takes = {digest: one.clip for digest, one in store.finished().items()}
    takes |= {one.digest: one.clip for one in store.read_ledger().intents() if one.clip is not None}
    return takes
