"""Sharing a price out so that the shares add up to it, to the last digit."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import ROUND_HALF_EVEN, Decimal

from storyboard.values.units import Money

_FINEST = Decimal("0.0001")


def shares(whole: Money | None, weights: Sequence[int]) -> tuple[Money | None, ...]:
    """A price shared by weights, None for each where it is not known.

    A share is exact to a ten-thousandth, or as fine as the price itself, and what rounding leaves
    goes to the shares after it. Without any weight all of it is the first one's.
    """
    if whole is None or not weights:
        return (None,) * len(weights)
    everything = sum(weights)
    if not everything:
        weights, everything = (1, *(0 for _ in weights[1:])), 1
    unit = min(_FINEST, Decimal(1).scaleb(int(whole.amount.as_tuple().exponent)))
    found: list[Money | None] = []
    so_far, given = 0, Decimal(0)
    for weight in weights:
        so_far += weight
        due = (whole.amount * so_far / everything).quantize(unit, ROUND_HALF_EVEN)
        if so_far == everything:
            due = whole.amount
        found.append(Money(due - given, whole.currency))
        given = due
    return tuple(found)
