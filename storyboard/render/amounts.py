"""Costs and counts in words, as every view says them."""

from __future__ import annotations

from storyboard.values.sums import Total
from storyboard.values.units import Money


def amount(cost: Money | None) -> str:
    """A cost as people read it; None is one that is not known."""
    return "unknown" if cost is None else str(cost)


def counted(number: int, noun: str) -> str:
    """``1 shot``, ``3 shots``."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def bare(cost: Money | None) -> str:
    """A cost without its currency, which stands beside it."""
    return "unknown" if cost is None else str(cost).removesuffix(f" {cost.currency}")


def price(whole: Total) -> str:
    """What a sum of clips costs, with what is not known of it."""
    if whole.money is not None:
        return amount(whole.money)
    unknown = f"{counted(whole.unknown, 'clip')} of unknown price"
    if whole.known > 0:
        return f"≥ {amount(whole.known_money)} + {unknown}"
    return f"price unknown ({unknown})"


def money_json(money: Money | None) -> dict[str, str] | None:
    """Money as JSON values; None where it is not known."""
    if money is None:
        return None
    return {"amount": format(money.amount, "f"), "currency": money.currency}
