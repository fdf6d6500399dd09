"""Prices rounded to the cent so that every row adds up to the sum that stands below it.

Sums are rounded up, so that no bill is understated. What is shown of a part is its price, up or
down to the next cent: the sum to be paid is handed on to its scenes, and a scene's to its clips.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Sequence
from decimal import Decimal
from typing import TypeVar

from storyboard.plan.model import FilmCost
from storyboard.plan.planned_request import PlannedRequest
from storyboard.values.shares import rounded_parts
from storyboard.values.units import Money

_Group = TypeVar("_Group", bound=Hashable)


def scene_of(request: PlannedRequest) -> str:
    """The address of the scene that a request is of."""
    return request.id.rpartition("/")[0]


def shown_prices(requests: Sequence[PlannedRequest]) -> tuple[Money | None, ...]:
    """What each request of a plan costs, in cents, None where that is not known.

    Those with one action add up to the sum of it as it is shown, over all and in each scene to
    within a cent of the scene's.
    """
    groups = [(request.action, request.money and request.money.currency) for request in requests]
    scenes = [(group, scene_of(one)) for group, one in zip(groups, requests, strict=True)]
    exact = [request.money for request in requests]
    of_scene = summed_by(scenes, exact)
    cells = list(of_scene)
    shown = dict(zip(cells, in_cents([one[0] for one in cells], of_scene.values()), strict=True))
    return in_cents(scenes, exact, shown)


def in_cents(
    groups: Sequence[_Group],
    amounts: Iterable[Money | None],
    sums: dict[_Group, Money | None] | None = None,
) -> tuple[Money | None, ...]:
    """Amounts in cents that add up, in each group, to what is shown as the sum of the group.

    That is its sum rounded up to the cent, or what ``sums`` gives: up or down to the next cent.
    The known amounts of a group are in one currency.
    """
    found = list(amounts)
    members: dict[_Group, list[tuple[int, Money]]] = {}
    for index, (group, amount) in enumerate(zip(groups, found, strict=True)):
        if amount is not None:
            members.setdefault(group, []).append((index, amount))
    for group, priced in members.items():
        whole = sums[group] if sums is not None else None
        if whole is None:
            exact = sum((amount.amount for _, amount in priced), Decimal(0))
            whole = Money(exact, priced[0][1].currency).rounded_up()
        parts = rounded_parts([amount.amount for _, amount in priced], whole.amount)
        for (index, amount), part in zip(priced, parts, strict=True):
            found[index] = Money(part, amount.currency)
    return tuple(found)


def summed_by(
    groups: Sequence[_Group], amounts: Iterable[Money | None]
) -> dict[_Group, Money | None]:
    """The sum of the known amounts of each group, None where none is known."""
    sums: dict[_Group, Money | None] = {}
    for group, amount in zip(groups, amounts, strict=True):
        before = sums.get(group)
        sums[group] = before if amount is None else amount if before is None else before + amount
    return sums


def summed(amounts: Iterable[Money | None]) -> Money | None:
    """The sum of amounts in one currency, None where one of them is not known."""
    whole: Money | None = None
    for amount in amounts:
        if amount is None:
            return None
        whole = amount if whole is None else whole + amount
    return whole


def shown_terms(cost: FilmCost) -> FilmCost:
    """The sums of a film's cost in cents, so that its terms add up to its total.

    What is still to be paid and the total are rounded up, what was paid has what is left.
    """
    terms = (cost.paid, cost.under_way)
    if cost.total is None or cost.to_pay is None or None in terms:
        return cost
    total, to_pay = cost.total.rounded_up(), cost.to_pay.rounded_up()
    rest = (total - to_pay).amount
    paid, under_way = rounded_parts([one.amount for one in terms if one is not None], rest)
    money = total.currency
    return FilmCost(
        paid=Money(paid, money), under_way=Money(under_way, money), to_pay=to_pay, total=total
    )
