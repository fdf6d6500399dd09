"""Sharing a sum out, and rounding its parts, so that the parts add up to it to the last digit.

Both go by the largest remainder: each part gets what it is due without what is smaller than the
unit, and the units that are left go to those of whom most was cut off, the earlier one of equals.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import ROUND_DOWN, Decimal

from storyboard.values.units import CENT, Money

_FINEST = Decimal("0.0001")


def shares(whole: Money | None, weights: Sequence[int]) -> tuple[Money | None, ...]:
    """A price shared by weights, None for each where it is not known.

    A share is exact to a ten-thousandth, or as fine as the price itself. Without any weight all
    of it is the first one's.
    """
    if whole is None or not weights:
        return (None,) * len(weights)
    everything = sum(weights)
    if not everything:
        weights, everything = (1, *(0 for _ in weights[1:])), 1
    unit = min(_FINEST, Decimal(1).scaleb(int(whole.amount.as_tuple().exponent)))
    due = [whole.amount * weight / everything for weight in weights]
    return tuple(Money(one, whole.currency) for one in _in_units(due, whole.amount, unit))


def rounded_parts(amounts: Sequence[Decimal], whole: Decimal) -> tuple[Decimal, ...]:
    """Amounts in cents that add up to ``whole``: their sum, up or down to the next cent.

    Each is its amount, up or down to the next cent. So a sum that was rounded may be handed on
    to the parts of its parts.
    """
    return tuple(_in_units(amounts, whole, CENT))


def _in_units(due: Sequence[Decimal], whole: Decimal, unit: Decimal) -> list[Decimal]:
    found = [one.quantize(unit, ROUND_DOWN) for one in due]
    left = int((whole - sum(found)) / unit)
    cut_off = sorted(range(len(due)), key=lambda index: found[index] - due[index])
    for index in cut_off[:left]:
        found[index] += unit
    return found
