"""What requests cost: exact amounts with their unit price, and unknown as a value of its own."""

from __future__ import annotations

from decimal import Decimal

from msgspec import Struct

from storyboard.targets.model import RenderedSecond, Target
from storyboard.values.units import Money


class Cost(Struct, frozen=True, kw_only=True):
    """Billed seconds at a price; ``unit_price`` is of one second.

    It is None where it is not published, or where nobody knows how many seconds are billed.
    """

    seconds: int
    unit_price: Decimal | None
    currency: str

    @property
    def amount(self) -> Decimal | None:
        """What the seconds cost, None where that is not known."""
        return None if self.unit_price is None else self.unit_price * self.seconds

    @property
    def money(self) -> Money | None:
        """The amount with its currency, None where it is not known."""
        amount = self.amount
        return None if amount is None else Money(amount, self.currency)


def price(target: Target, seconds: int, second: RenderedSecond) -> Cost:
    """What ``seconds`` of output cost on a target; unknown where no row is of that kind."""
    row = target.price(second)
    if row is None:
        return Cost(seconds=seconds, unit_price=None, currency=currency(target))
    billed = row.billed(seconds, second.clip_seconds)
    if billed is None:
        return Cost(seconds=seconds, unit_price=None, currency=row.currency)
    return Cost(seconds=billed, unit_price=row.per_second, currency=row.currency)


def currency(target: Target) -> str:
    """The currency of a target's prices."""
    return next((row.currency for row in target.prices), "USD")
