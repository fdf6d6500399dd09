"""Why a clip is as it is: its words with their places, its reason, and what else it could cost."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from functools import partial
from itertools import pairwise
from typing import Literal

from msgspec.structs import replace

from storyboard.api._load import CompileOptions
from storyboard.api._plan import plan_storyboard
from storyboard.plan.changes import prompt_at
from storyboard.plan.clips import planned_clips
from storyboard.plan.explanation import ExplainedClip, Explanation
from storyboard.plan.model import Plan
from storyboard.plan.planned_request import PlannedRequest
from storyboard.plan.timeline import KeptClip
from storyboard.targets.model import Target
from storyboard.values.addresses import UnknownAddressError, select
from storyboard.values.units import Money

Reuse = Literal["shots", "clips", "none"]


def explain_address(file: str, address: str, options: CompileOptions) -> Explanation:
    """The clips that an address means, explained. Raises ``UnknownAddressError``."""
    plan, compilation = plan_storyboard(file, options)
    film = compilation.film
    if film is None or not plan.targets:
        found = tuple(compilation.diagnostics)
        return Explanation(address=address, plan=plan, clips=(), findings=found)
    names = [name for clip in planned_clips(plan) for name in clip.order.names]
    try:
        chosen = {name.text for name in select(address, names)}
    except UnknownAddressError:
        if not compilation.diagnostics.has_errors:
            raise
        # Its scene has no clips, for the errors that it has.
        found = tuple(compilation.diagnostics)
        return Explanation(address=address, plan=plan, clips=(), findings=found)
    targets = {one.target.target: one.target for one in film.films()}
    is_one_price = not film.cast.is_priced_apart()
    kept = [
        ExplainedClip(clip=clip, alone=_cost(clip, clip.seconds))
        for clip in plan.kept
        if clip.address in chosen
    ]
    limits = _limits(plan, targets)
    explain = partial(_explained, targets=targets, limits=limits, is_one_price=is_one_price)
    requests = [explain(one) for one in plan.requests if one.id in chosen]
    return Explanation(
        address=address,
        plan=plan,
        clips=(*requests, *kept),
        to_pay=_other_ways(file, plan, options) if plan.cost.paid and _is_begun(plan) else {},
    )


def _is_begun(plan: Plan) -> bool:
    return plan.cost.paid is not None and plan.cost.paid.amount > 0


def _explained(
    request: PlannedRequest,
    *,
    targets: Mapping[str, Target],
    limits: Mapping[str, tuple[str, ...]],
    is_one_price: bool,
) -> ExplainedClip:
    target = targets[request.target]
    texts = (prompt_at(request.payload, at, target) for at in range(len(request.shots)))
    alone = None
    if is_one_price and len(request.shots) > 1:
        billed = [target.seconds.billed(shot.seconds) for shot in request.shots]
        if None not in billed:
            alone = _cost(request, sum(filter(None, billed)))
    return ExplainedClip(
        clip=request,
        texts=tuple(text or "" for text in texts),
        limits=limits.get(request.id, ()),
        alone=alone,
    )


def _cost(clip: PlannedRequest | KeptClip, seconds: int) -> Money | None:
    cost = clip.cost
    if cost is None:
        return None
    return Money(cost.unit_price * Decimal(seconds), cost.money.currency)


def _limits(plan: Plan, targets: Mapping[str, Target]) -> dict[str, tuple[str, ...]]:
    """What the size of each request is due to, as far as a limit of its target says it alone."""
    found: dict[str, list[str]] = {one.id: [] for one in plan.requests}
    chosen = [one for one in plan.requests if one.alternate_of is None]
    whole: dict[str, int] = {}
    for one in chosen:
        for shot in one.shots:
            whole[shot.address] = whole.get(shot.address, 0) + shot.seconds
    for one in chosen:
        most = targets[one.target].seconds.max
        for shot in {shot.address: shot for shot in one.shots if shot.parts > 1}.values():
            seconds = whole[shot.address]
            why = f": it lasts {seconds} s, a request {most} s at most" if seconds > most else ""
            found[one.id].append(f"{shot.address} is divided into {shot.parts} parts{why}")
        if one.padding:
            found[one.id].append(f"{one.padding} s are paid that nobody asked for")
    for one, after in pairwise(chosen):
        target = targets[one.target]
        is_near = (
            one.shots[-1].address.partition("/")[0] == after.shots[0].address.partition("/")[0]
        )
        if (
            one.target != after.target
            or not is_near
            or one.shots[-1].address == after.shots[0].address
        ):
            continue
        seconds = one.seconds - one.padding + after.shots[0].seconds
        count = len(one.shots) + 1
        if seconds > target.seconds.max:
            limit = f"{seconds} s, a request has {target.seconds.max} s at most"
        elif target.shots is not None and count > target.shots.max:
            limit = f"{count} shots, a request has {target.shots.max} at most"
        else:
            continue
        found[one.id].append(f"with {after.shots[0].address} it would be {limit}")
    return {name: tuple(said) for name, said in found.items()}


def _other_ways(file: str, plan: Plan, options: CompileOptions) -> dict[str, Money | None]:
    ways: tuple[Reuse, ...] = ("shots", "clips", "none")
    found = {
        way: plan_storyboard(file, replace(options, reuse=way)).plan.cost.to_pay for way in ways
    }
    return {way: cost for way, cost in found.items() if cost != plan.cost.to_pay}
