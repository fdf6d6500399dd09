"""What requests cost: exact amounts with their unit price, and unknown as a value of its own."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from storyboard.targets.model import Feature, Target
from storyboard.values.record import value
from storyboard.values.units import Money


@value(frozen=True, slots=True, kw_only=True)
class Cost:
    """Seconds at a price; ``unit_price`` is of one second, None where it is not published."""

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


def price(target: Target, seconds: int, *, audio: bool, voice: bool = False) -> Cost:
    """What ``seconds`` rendered by a target cost.

    Sound that the target does not have costs nothing. A voice of one's own costs what the
    target's row for voices says, where it has one.
    """
    audio = audio and target.has(Feature.AUDIO)
    row = (voice and target.price(audio=audio, voice=True)) or target.price(audio=audio)
    if row is None:
        return Cost(seconds=seconds, unit_price=None, currency=currency(target))
    return Cost(seconds=seconds, unit_price=row.per_second, currency=row.currency)


def currency(target: Target) -> str:
    """The currency of a target's prices."""
    return next((row.currency for row in target.prices), "USD")


@value(frozen=True, slots=True, kw_only=True)
class Total:
    """A sum of costs: what is known of it, and how many of its requests have no known price."""

    requests: int
    seconds: int
    known: Decimal
    unknown: int
    currency: str

    def __str__(self) -> str:
        """For people: ``4.20 USD``, ``≥ 4.20 USD + 2 clips of unknown price`` or ``unknown``."""
        known = str(Money(self.known, self.currency))
        if not self.unknown:
            return known
        clips = "1 clip" if self.unknown == 1 else f"{self.unknown} clips"
        if not self.known:
            return f"unknown ({clips} without a published price)"
        return f"≥ {known} + {clips} of unknown price"

    @property
    def amount(self) -> Decimal | None:
        """The sum, None where a part of it is not known."""
        return None if self.unknown else self.known


def total(costs: Iterable[Cost], currency: str) -> Total:
    """The sum of costs in one currency."""
    requests = seconds = unknown = 0
    known = Decimal(0)
    for cost in costs:
        requests += 1
        seconds += cost.seconds
        amount = cost.amount
        if amount is None:
            unknown += 1
        else:
            known += amount
    return Total(
        requests=requests, seconds=seconds, known=known, unknown=unknown, currency=currency
    )
