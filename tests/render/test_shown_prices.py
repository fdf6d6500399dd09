"""Rows of money add up to the sums that stand below them, whatever they are exactly."""

from __future__ import annotations

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st
from planned_requests import planned_request

from storyboard.plan.model import FilmCost
from storyboard.plan.reason import Action
from storyboard.render.shown_prices import scene_of, shown_prices, shown_terms, summed
from storyboard.values.units import CENT, Money

AMOUNTS = st.decimals(0, 99, places=4)
REQUESTS = st.lists(
    st.tuples(st.sampled_from("abc"), st.sampled_from(list(Action)), st.none() | AMOUNTS),
    max_size=20,
)


def usd(amount: Decimal) -> Money:
    return Money(amount, "USD")


@given(REQUESTS)
def test_clips_of_an_action_add_up_to_it_and_each_scene_is_within_a_cent(
    found: list[tuple[str, Action, Decimal | None]],
) -> None:
    requests = [
        planned_request(
            f"{scene}/{number}",
            action=action,
            money=None if amount is None else usd(amount),
        )
        for number, (scene, action, amount) in enumerate(found)
    ]
    shown = shown_prices(requests)
    for action in Action:
        rows = [
            (one, price)
            for one, price in zip(requests, shown, strict=True)
            if one.action is action and one.money is not None
        ]
        exact = sum((one.money.amount for one, _ in rows if one.money), Decimal(0))
        whole = sum((price.amount for _, price in rows if price), Decimal(0))
        assert whole == usd(exact).rounded_up().amount
        for scene in "abc":
            own = [(one, price) for one, price in rows if scene_of(one) == scene]
            due = sum((one.money.amount for one, _ in own if one.money), Decimal(0))
            said = sum((price.amount for _, price in own if price), Decimal(0))
            assert abs(said - due) < CENT
    for one, price in zip(requests, shown, strict=True):
        assert (price is None) is (one.money is None)
        assert price is None or one.money is None or abs(price.amount - one.money.amount) < CENT


@given(AMOUNTS, AMOUNTS, AMOUNTS)
def test_the_terms_of_the_films_cost_add_up_to_its_total(
    paid: Decimal, under_way: Decimal, to_pay: Decimal
) -> None:
    exact = FilmCost(
        paid=usd(paid), under_way=usd(under_way), to_pay=usd(to_pay),
        total=usd(paid + under_way + to_pay),
    )  # fmt: skip
    shown = shown_terms(exact)
    assert exact.total is not None
    assert exact.to_pay is not None
    assert summed([shown.paid, shown.under_way, shown.to_pay]) == shown.total
    assert shown.total == exact.total.rounded_up()
    assert shown.to_pay == exact.to_pay.rounded_up()


def test_a_sum_with_an_unknown_part_is_left_as_it_is() -> None:
    cost = FilmCost(paid=usd(Decimal("0.111")), under_way=None, to_pay=None, total=None)
    assert shown_terms(cost) is cost
