"""Why a clip is as it is: its words with their places, its reason, and what else it could cost."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from functools import partial
from typing import TYPE_CHECKING, Literal

from msgspec.structs import replace

from storyboard.api._boundaries import boundaries
from storyboard.api._load import CompileOptions
from storyboard.api._plan import known_takes, plan_storyboard
from storyboard.diagnostics import Diagnostics
from storyboard.plan.changes import prompt_at
from storyboard.plan.clips import planned_clips
from storyboard.plan.explanation import ExplainedClip, Explanation
from storyboard.plan.model import Plan
from storyboard.plan.planned_request import PlannedRequest
from storyboard.plan.timeline import KeptClip
from storyboard.targets.model import Target
from storyboard.values.addresses import UnknownAddressError, select
from storyboard.values.units import Money

if TYPE_CHECKING:
    from storyboard.ledger import Order

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
    known = known_takes(file, options, Diagnostics())
    kept = [
        _kept(clip, known.order(clip.digest) if known is not None else None, targets)
        for clip in plan.kept
        if clip.address in chosen
    ]
    limits = boundaries(film, compilation.cut)
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
        tokens=request.tokens,
        texts=tuple(text or "" for text in texts),
        limits=limits.get(request.id, ()),
        alone=alone,
    )


def _kept(clip: KeptClip, sent: Order | None, targets: Mapping[str, Target]) -> ExplainedClip:
    """A clip of which some shots are kept, with what was ``sent`` for them where that is known."""
    texts: tuple[str, ...] = ()
    tokens: Mapping[str, str] = {}
    if sent is not None:
        target = targets[clip.target]
        at = {content: index for index, content in enumerate(sent.shots)}
        places = (at.get(shot.segment.content) for shot in clip.shots)
        found = (None if one is None else prompt_at(sent.payload, one, target) for one in places)
        texts, tokens = tuple(text or "" for text in found), sent.tokens
    return ExplainedClip(clip=clip, texts=texts, tokens=tokens, alone=clip.whole_money)


def _cost(clip: PlannedRequest, seconds: int) -> Money | None:
    cost = clip.cost
    if cost is None:
        return None
    return Money(cost.unit_price * Decimal(seconds), cost.money.currency)


def _other_ways(file: str, plan: Plan, options: CompileOptions) -> dict[str, Money | None]:
    ways: tuple[Reuse, ...] = ("shots", "clips", "none")
    found = {
        way: plan_storyboard(file, replace(options, reuse=way)).plan.cost.to_pay for way in ways
    }
    return {way: cost for way, cost in found.items() if cost != plan.cost.to_pay}
