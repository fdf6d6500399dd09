"""Which shots to leave out for a sum or a length, so that the film keeps the most.

Their writer says by ``priority`` what the film needs most; a shot is left out whole, with those
that open on its last frame, and never one that must stay. Dynamic programming over what each saves
is exact for the sums that it is given: prices of clips without the shot, as they are packed now.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

from msgspec import Struct

from storyboard.compiler.film import Film, Priority, Shot
from storyboard.plan.planned_request import PlannedRequest
from storyboard.plan.reason import Action
from storyboard.targets.model import Target

_FINEST = 6
"""Digits behind the point to which savings are exact: those of a budget."""


class Cut(Struct, frozen=True, kw_only=True):
    """Shots that are left out together, and what that saves: seconds, or the plan's currency."""

    shots: tuple[Shot, ...]
    saves: Decimal


def cuts_of(
    film: Film, requests: Sequence[PlannedRequest], *, in_seconds: bool = False
) -> list[list[Cut]]:
    """What can be left out of a film: of each list one cut at most.

    What is saved is money, or, ``in_seconds``, what is rendered.

    A list is of one shot, or of a run of shots that open on each other's last frame: of these
    only the last ones can go. What is paid or under way saves nothing.
    """
    clips: dict[str, list[PlannedRequest]] = {}
    for request in requests:
        if request.action is Action.GENERATE and (in_seconds or request.cost is not None):
            for address in dict.fromkeys(shot.address for shot in request.shots):
                clips.setdefault(address, []).append(request)
    targets = {one.target.target: one.target for one in film.films()}
    found = []
    for run in _runs(film):
        cuts: list[Cut] = []
        for start in reversed(range(len(run))):
            # Without a shot that is footage, others could not be made either.
            if run[start].priority is Priority.MUST or run[start].is_footage:
                break
            shots = tuple(run[start:])
            addresses = {shot.address for shot in shots}
            if saves := _saved(addresses, clips, targets, in_seconds=in_seconds):
                cuts.append(Cut(shots=shots, saves=saves))
        if cuts:
            found.append(cuts)
    return found


def _runs(film: Film) -> Iterator[list[Shot]]:
    run: list[Shot] = []
    for scene in film.scenes:
        for shot in scene.shots:
            if run and shot.seam != "continue":
                yield run
                run = []
            run.append(shot)
    if run:
        yield run


def _saved(
    addresses: Collection[str],
    clips: Mapping[str, Sequence[PlannedRequest]],
    targets: Mapping[str, Target],
    *,
    in_seconds: bool,
) -> Decimal:
    """What the clips of some shots cost, or last, less without them, at the least."""
    touched = {one.id: one for address in addresses for one in clips.get(address, ())}
    saved = Decimal(0)
    for clip in touched.values():
        rest = sum(shot.seconds for shot in clip.shots if shot.address not in addresses)
        billed = targets[clip.target].seconds.billed(rest) if rest else 0
        if billed is not None and in_seconds:
            saved += max(clip.seconds - billed, 0)
        elif billed is not None and clip.cost is not None:
            # The seconds of what is sent, where they are billed too, stay with the rest.
            less = clip.seconds - billed if rest else clip.cost.seconds
            saved += max(clip.cost.unit_price * less, Decimal(0))
    return saved


def lost_seconds(shots: Sequence[Shot]) -> dict[Priority, int]:
    """The seconds of shots that are left out, by how much the film needs them."""
    return {
        priority: sum(shot.seconds for shot in shots if shot.priority is priority)
        for priority in Priority
    }


def choose_cuts(groups: Sequence[Sequence[Cut]], need: Decimal) -> tuple[Cut, ...] | None:
    """The cuts that save at least ``need`` and lose the least; None where nothing saves as much.

    The least is the fewest seconds of the highest priority, then of the next, then the fewest
    shots.
    """
    wanted = _units(need)
    most = 1 + sum(shot.seconds for cuts in groups for shot in cuts[-1].shots)
    # What is saved at a loss: of those that save as much or more, only the smallest loss is kept.
    front: list[tuple[int, int, Any]] = [(0, 0, None)]
    for cuts in groups:
        found = list(front)
        for cut in cuts:
            saves, loss = _units(cut.saves), _weight(cut.shots, most)
            found += [
                (min(saved + saves, wanted), lost + loss, (cut, chosen))
                for saved, lost, chosen in front
                if saved < wanted
            ]
        found.sort(key=lambda state: (-state[0], state[1]))
        front = []
        for state in found:
            if not front or state[1] < front[-1][1]:
                front.append(state)
    saved, _, chosen = front[0]
    if saved < wanted:
        return None
    kept: list[Cut] = []
    while chosen is not None:
        cut, chosen = chosen
        kept.append(cut)
    return tuple(reversed(kept))


def _units(amount: Decimal) -> int:
    return int(amount.scaleb(_FINEST))


def _weight(shots: Sequence[Shot], most: int) -> int:
    """A loss as one number; ``most`` is more than all seconds, and than all shots."""
    lost = lost_seconds(shots)
    weight = 0
    for priority in (Priority.HIGH, Priority.NORMAL, Priority.LOW):
        weight = weight * most + lost[priority]
    return weight * most + len(shots)
