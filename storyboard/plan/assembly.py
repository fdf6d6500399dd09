"""The assembly of a film: its timeline, from the requests and the kept shots that it is cut of."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from storyboard.compiler.clip import KeptPart
from storyboard.compiler.cost import price
from storyboard.compiler.film import Film
from storyboard.compiler.lower import second_of
from storyboard.compiler.request import Request
from storyboard.plan.planned_request import PlannedCost
from storyboard.plan.reason import Action
from storyboard.plan.timeline import KeptClip, KeptShot, TimelineSegment

if TYPE_CHECKING:
    from storyboard.ledger import Known


def kept_clips(
    film: Film, cut: Iterable[Request | KeptPart], known: Known | None
) -> tuple[KeptClip, ...]:
    """The clips that were paid before and of which the film keeps some shots, in its order."""
    parts: dict[str, list[KeptPart]] = {}
    for one in cut:
        if isinstance(one, KeptPart):
            parts.setdefault(one.former.take, []).append(one)
    if known is None or not parts:
        return ()
    scenes = {shot.address: scene for scene in film.scenes for shot in scene.shots}
    listed = []
    for take, kept in parts.items():
        clip = known.clip(take)
        shot = kept[0].part.shot
        own, scene = film.of(shot), scenes[shot.address]
        seconds = sum(one.part.seconds for one in kept)
        cost = price(own.target, seconds, second_of(own, scene, [one.part for one in kept]))
        listed.append(
            KeptClip(
                take=take,
                digest=clip.digest,
                address=clip.address,
                target=own.target.target,
                host=clip.host,
                endpoint=clip.endpoint,
                seconds=clip.seconds,
                made=clip.made,
                action=Action.REUSE if clip.is_here else Action.FETCH,
                cost=None
                if cost.money is None or cost.unit_price is None
                else PlannedCost(
                    money=cost.money,
                    unit_price=cost.unit_price,
                    seconds=cost.seconds,
                ),
                shots=tuple(
                    KeptShot(address=one.part.shot.address, segment=one.former.segment)
                    for one in kept
                ),
            )
        )
    return tuple(listed)


def timeline_of(cut: Iterable[Request | KeptPart]) -> tuple[TimelineSegment, ...]:
    """The film as segments: of its requests as they are asked for, and those that are kept."""
    found: list[TimelineSegment] = []
    for one in cut:
        if isinstance(one, KeptPart):
            part, segment = one.part, one.former.segment
            found.append(
                TimelineSegment(
                    shot=part.shot.address,
                    part=segment.content.part,
                    take=one.former.take,
                    start=segment.start,
                    end=segment.end,
                    is_exact=segment.is_exact,
                )
            )
            continue
        at = 0
        for part in one.clip.parts:
            found.append(
                TimelineSegment(
                    shot=part.shot.address,
                    part=part.number if part.count > 1 else None,
                    request=one.id,
                    start=at,
                    end=at + part.seconds,
                    is_exact=False,
                )
            )
            at += part.seconds
    return tuple(found)
