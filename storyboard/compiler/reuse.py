"""Reuse: what of a packed film is kept from clips that are paid, and as what.

The packer keeps shots. Where these are the whole of a clip, and today's words for it are the
words that were paid, the clip is a request of the film like any other, that needs not be sent.
Else it is a clip of which some shots are kept.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import islice

from msgspec.structs import replace

from storyboard.compiler.clip import Clip, KeptPart
from storyboard.compiler.film import Scene
from storyboard.compiler.lower import Lowering

PaidClip = tuple[str, int]
"""The digest of the request that made a clip, and the seconds that were paid."""


def restore_whole(
    fitted: Sequence[Clip | KeptPart],
    scene: Scene,
    lowering: Lowering,
    paid: Callable[[str], PaidClip],
) -> tuple[Clip | KeptPart, ...]:
    """The clips of a scene, with those that are kept whole as the clips that they were.

    ``paid`` gives the clip of a take, by the sha256 of its file.
    """
    found: list[Clip | KeptPart] = []
    at = 0
    while at < len(fitted):
        run = _run(fitted, at)
        whole = None
        if run and run[0].former.index == 0 and run[-1].former.is_last:
            digest, seconds = paid(run[0].former.take)
            whole = _clip(run, seconds)
            if lowering.request(scene, whole).digest != digest:
                whole = None
        if whole is not None:
            found.append(whole)
            at += len(run)
        elif run:
            found += run
            at += len(run)
        else:
            found.append(fitted[at])
            at += 1
    return tuple(found)


def _run(fitted: Sequence[Clip | KeptPart], at: int) -> list[KeptPart]:
    """The parts from a place on that follow each other in one former clip."""
    run: list[KeptPart] = []
    for one in islice(fitted, at, None):
        if not isinstance(one, KeptPart) or (run and not one.former.follows(run[-1].former)):
            break
        run.append(one)
    return run


def _clip(run: Sequence[KeptPart], seconds: int) -> Clip:
    first, *others = (one.part for one in run)
    if first.joined:
        first = replace(first, joined=False, continues=True)
    parts = (first, *others)
    return Clip(parts=parts, seconds=seconds, padding=seconds - sum(part.seconds for part in parts))
