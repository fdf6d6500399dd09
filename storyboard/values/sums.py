"""Sums of costs: what is known of a sum, and how many of its parts have no known price.

Every sum of money in a plan, in its text, and in what is said of a run is made here.
"""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from msgspec import Struct

from storyboard.values.units import Money


class Total(Struct, frozen=True, kw_only=True):
    """A sum of costs in one currency.

    ``requests`` counts them and ``seconds`` are theirs; ``known`` is the sum of the known ones,
    ``unknown`` counts those without a known price.
    """

    requests: int
    seconds: int
    known: Decimal
    unknown: int
    currency: str

    def __str__(self) -> str:
        """For people: ``4.20 USD``, ``≥ 4.20 USD + 2 clips of unknown price`` or ``unknown``."""
        known = str(self.known_money)
        if not self.unknown:
            return known
        clips = "1 clip" if self.unknown == 1 else f"{self.unknown} clips"
        if not self.known:
            return f"unknown ({clips} without a published price)"
        return f"≥ {known} + {clips} of unknown price"

    @property
    def known_money(self) -> Money:
        """The sum of the costs that are known."""
        return Money(self.known, self.currency)

    @property
    def money(self) -> Money | None:
        """The sum, None where a part of it is not known."""
        return None if self.unknown else self.known_money


def total(costs: Iterable[tuple[int, Money | None]], currency: str) -> Total:
    """The sum of costs in ``currency``, each with its seconds; None is a price not known.

    Raises ``ValueError`` for a cost in another currency: no exchange rate is assumed.
    """
    requests = seconds = unknown = 0
    known = Decimal(0)
    for one, cost in costs:
        requests += 1
        seconds += one
        if cost is None:
            unknown += 1
        elif cost.currency != currency:
            raise ValueError(f"{cost.currency} and {currency} do not add up")
        else:
            known += cost.amount
    return Total(
        requests=requests, seconds=seconds, known=known, unknown=unknown, currency=currency
    )


def total_in(costs: Iterable[tuple[int, Money | None]], currency: str) -> Total:
    """The sum of costs in ``currency``; one in another currency is not known, as is None."""
    return total(
        (
            (seconds, None if cost is None or cost.currency != currency else cost)
            for seconds, cost in costs
        ),
        currency,
    )


def total_by_currency(amounts: Iterable[Money | None]) -> tuple[Money, ...]:
    """The sum of the known amounts in each of their currencies, in the order of the amounts."""
    found: dict[str, list[tuple[int, Money | None]]] = {}
    for amount in amounts:
        if amount is not None:
            found.setdefault(amount.currency, []).append((0, amount))
    return tuple(total(costs, currency).known_money for currency, costs in found.items())
