"""Requests of plans for tests that need no film."""

from __future__ import annotations

from decimal import Decimal

from storyboard.compiler.request import Dependency
from storyboard.plan.planned_request import PlannedCost, PlannedRequest, PlannedShot
from storyboard.plan.reason import NEW, Action, PlaceInFile
from storyboard.values.units import Money

PRICE = Money(Decimal("0.70"), "USD")


def planned_request(
    name: str,
    *needs: str,
    digest: str = "",
    seconds: int = 5,
    action: Action = Action.GENERATE,
    money: Money | None = PRICE,
) -> PlannedRequest:
    """A request of one shot; it opens on the last frames of those that it needs."""
    cost = money and PlannedCost(money=money, unit_price=money.amount / seconds, seconds=seconds)
    return PlannedRequest(
        id=name,
        digest=digest or name,
        target="fal/kling-o3-pro",
        endpoint="e",
        payload={"prompt": name},
        seconds=seconds,
        padding=0,
        take=1,
        alternate_of=None,
        action=action,
        reason=NEW,
        cost=cost,
        shots=(
            PlannedShot(
                address=name,
                content=name,
                number=1,
                part=None,
                parts=1,
                seconds=seconds,
                characters=1,
                span=PlaceInFile("film.yaml", 1, 1),
                map=(),
            ),
        ),
        tokens={},
        assets=(),
        depends_on=tuple(
            Dependency(shot=one, part=None, digest=one, pointer="/start") for one in needs
        ),
    )
