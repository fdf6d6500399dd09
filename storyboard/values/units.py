"""Seconds and money: exact values that keep their unit."""

from __future__ import annotations

import re
from decimal import ROUND_CEILING, ROUND_DOWN, Decimal

from msgspec import Struct

CENT = Decimal("0.01")

_MONEY = re.compile(r"(?P<amount>[0-9]{1,9}(\.[0-9]{1,6})?) ?(?P<currency>[A-Z]{3})")


class Money(Struct, frozen=True):
    """An exact amount in a currency, named by its ISO 4217 code."""

    amount: Decimal
    currency: str

    def __str__(self) -> str:
        """The amount to the cent, rounded up where it is finer, so that no bill is understated."""
        return f"{self.rounded_up().amount:,} {self.currency}"

    def rounded_up(self) -> Money:
        """The amount with a begun cent as a whole one."""
        return Money(self.amount.quantize(CENT, ROUND_CEILING), self.currency)

    def rounded_down(self) -> Money:
        """The amount without what is smaller than a cent, for what is left of a budget."""
        return Money(self.amount.quantize(CENT, ROUND_DOWN), self.currency)

    def __add__(self, other: Money) -> Money:
        """The sum; both must be in one currency."""
        if other.currency != self.currency:
            raise ValueError(f"{self.currency} and {other.currency} do not add up")
        return Money(self.amount + other.amount, self.currency)

    def __sub__(self, other: Money) -> Money:
        """The difference; both must be in one currency."""
        return self + Money(-other.amount, other.currency)

    @classmethod
    def parse(cls, text: str) -> Money | None:
        """Read ``25 USD`` or ``0.50 USD``; None for anything else."""
        match = _MONEY.fullmatch(text.strip())
        return match and cls(Decimal(match["amount"]), match["currency"])


_SECONDS = re.compile(r"(?P<number>[0-9]{1,9}) ?(s|sec|seconds?)?")


def parse_seconds(text: str) -> int | None:
    """Read ``4``, ``4s`` or ``4 seconds`` as whole seconds; None for anything else.

    Digits only: ``1:30``, ``4.5`` and ``0x10`` are no durations here.
    """
    match = _SECONDS.fullmatch(text.strip())
    return int(match["number"]) if match else None
