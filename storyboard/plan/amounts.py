"""Money in the JSON of a plan: exact, and ``unknown`` where a price is not published."""

from __future__ import annotations

from decimal import Decimal

from storyboard.values.json_object import Json, JsonObject, members
from storyboard.values.units import Money

UNKNOWN = "unknown"
"""What stands in JSON for a price that is not published."""
_MONEY = members("amount currency")


def money_json(money: Money) -> Json:
    """Money as JSON values."""
    return {"amount": plain(money.amount), "currency": money.currency}


def plain(amount: Decimal) -> str:
    """An exact amount in digits, without an exponent."""
    return format(amount, "f")


def read_money(owner: JsonObject, name: str) -> Money:
    """The money that a member holds. Raises ``ShapeError``."""
    found = JsonObject(owner.value(name), owner.at(name), _MONEY)
    return Money(found.amount("amount"), found.text("currency"))
