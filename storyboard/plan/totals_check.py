"""The sums of a plan, counted again from its requests and its kept clips."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal

from storyboard.plan.model import Plan
from storyboard.plan.planned_request import PlannedCost
from storyboard.plan.reason import Action
from storyboard.targets.model import Target
from storyboard.values.sums import Total


def check_totals(plan: Plan, target: Target) -> Iterator[str]:
    """What the totals of a plan say otherwise than its requests, in words."""
    totals, requests = plan.totals, plan.requests
    currency = next((row.currency for row in target.prices), "USD")
    seconds = sum(request.seconds for request in requests)
    seconds += sum(clip.kept_seconds for clip in plan.kept)
    if (totals.requests, totals.seconds) != (len(requests) + len(plan.kept), seconds):
        yield "the totals are not those of the requests"
    for action in Action:
        said = totals.actions[action]
        chosen = [request for request in requests if request.action is action]
        kept = [clip for clip in plan.kept if clip.action is action]
        seconds = sum(request.seconds for request in chosen)
        seconds += sum(clip.kept_seconds for clip in kept)
        if (said.requests, said.seconds) != (len(chosen) + len(kept), seconds):
            yield f"the totals of {action} are not those of the requests"
        costs = [request.cost for request in chosen] + [clip.cost for clip in kept]
        if _said(said) != _summed(costs, currency):
            yield f"the cost of {action} is not the sum of the requests'"
    costs = [request.cost for request in requests] + [clip.cost for clip in plan.kept]
    scenes = [scene.total for scene in totals.scenes]
    sums = sum(one.requests for one in scenes), sum(one.seconds for one in scenes)
    known = sum((one.known for one in scenes), Decimal(0))
    unknown = sum(one.unknown for one in scenes)
    if (
        sums != (totals.requests, totals.seconds)
        or (known, unknown, currency) != _summed(costs, currency)
        or any(one.currency != currency for one in scenes)
    ):
        yield "the scenes do not add up to the film"
    yield from _check_film_cost(plan, currency)


def _check_film_cost(plan: Plan, currency: str) -> Iterator[str]:
    """What the plan adds is what it renders, and the film's cost is the sum of its parts."""
    cost = plan.cost
    rendered = [one.cost for one in plan.requests if one.action is Action.GENERATE]
    known, unknown, _ = _summed(rendered, currency)
    if (None if unknown else known) != (cost.to_pay and cost.to_pay.amount):
        yield "what the film has to pay is not what is rendered"
    parts = [cost.paid, cost.under_way, cost.to_pay]
    amounts = [one.amount for one in parts if one is not None]
    whole = sum(amounts, Decimal(0)) if len(amounts) == len(parts) else None
    if whole != (cost.total and cost.total.amount):
        yield "the parts of the film's cost do not add up to it"


def _said(whole: Total) -> tuple[Decimal, int, str]:
    """What a total says: the known amount, how many costs are unknown, and the currency."""
    return whole.known, whole.unknown, whole.currency


def _summed(costs: Sequence[PlannedCost | None], currency: str) -> tuple[Decimal, int, str]:
    """The same of a list of costs, counted here and not by what made the plan."""
    own = [cost for cost in costs if cost is not None and cost.money.currency == currency]
    known = sum((cost.money.amount for cost in own), Decimal(0))
    return known, len(costs) - len(own), currency
