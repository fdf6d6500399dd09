"""Parts of a sum add up to it, whatever they are."""

from __future__ import annotations

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from storyboard.values.shares import rounded_parts, shares
from storyboard.values.units import CENT, Money

AMOUNTS = st.decimals(0, 9999, places=3)


@given(AMOUNTS, st.lists(st.integers(0, 30), min_size=1, max_size=12))
def test_shares_add_up_to_the_price_and_are_within_a_unit_of_what_is_due(
    amount: Decimal, weights: list[int]
) -> None:
    found = [one.amount for one in shares(Money(amount, "USD"), weights) if one]
    assert sum(found) == amount
    for share, weight in zip(found, weights, strict=True):
        due = amount * weight / sum(weights) if sum(weights) else Decimal(0)
        assert share >= 0
        assert not sum(weights) or abs(share - due) < Decimal("0.0001")


def test_what_is_left_goes_to_those_of_whom_most_was_cut_off() -> None:
    found = shares(Money(Decimal("0.10"), "USD"), [1, 1, 1])
    assert [str(one and one.amount) for one in found] == ["0.0334", "0.0333", "0.0333"]
    amounts = [Decimal("0.336"), Decimal("0.339"), Decimal("0.335")]
    found = [str(one) for one in rounded_parts(amounts, Decimal("1.01"))]
    assert found == ["0.34", "0.34", "0.33"]


def test_a_price_that_is_not_known_has_no_shares() -> None:
    assert shares(None, [1, 2]) == (None, None)
    assert shares(Money(Decimal(1), "USD"), []) == ()


@given(st.lists(AMOUNTS, max_size=30))
def test_rounded_parts_add_up_and_each_is_within_a_cent(amounts: list[Decimal]) -> None:
    exact = Money(sum(amounts, Decimal(0)), "USD")
    for whole in (exact.rounded_up(), exact.rounded_down()):
        found = rounded_parts(amounts, whole.amount)
        assert sum(found) == whole.amount
        for part, amount in zip(found, amounts, strict=True):
            assert abs(part - amount) < CENT
            assert part % CENT == 0
