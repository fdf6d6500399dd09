"""A budget is of all that a film costs, ``--max-cost`` of what is still to be paid; both hold."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from msgspec.structs import replace
from rendering_films import FEW, make_work, run_once

from storyboard.cli.main import storyboard
from storyboard.ledger import Intent, Lock, Order, PaidOrder, Receipt, State
from storyboard.ledger.history import film_payments
from storyboard.run.events import Happening
from storyboard.simulator import Simulator
from storyboard.values.units import Money

FILM = """\
storyboard: 1
title: Sea
{budget}
scenes:
  - id: sea
    shots:
      - {{prompt: The sea lies flat., duration: 3s, take: {take}}}
"""


def usd(amount: str) -> Money:
    return Money(Decimal(amount), "USD")


def write(take: int, budget: str = "budget: 1 USD") -> None:
    Path("film.yaml").write_text(FILM.format(take=take, budget=budget), encoding="utf-8")


def call(*arguments: str) -> Result:
    return CliRunner().invoke(storyboard, arguments, standalone_mode=False)


def run(*arguments: str) -> Result:
    return call("run", "film.yaml", "--simulate", "--yes", *arguments)


def planned() -> dict[str, Any]:
    made: dict[str, Any] = json.loads(call("plan", "film.yaml", "--simulate", "--json").stdout)
    return made


@pytest.fixture(autouse=True)
def in_a_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def test_takes_in_turn_never_cost_more_than_the_budget() -> None:
    for take in (1, 2):
        write(take)
        assert run().return_value == 0
    write(3)
    made = planned()
    assert made["film"] == {
        "paid": {"amount": "0.672", "currency": "USD"},
        "under_way": {"amount": "0", "currency": "USD"},
        "to_pay": {"amount": "0.336", "currency": "USD"},
        "total": {"amount": "1.008", "currency": "USD"},
    }
    assert made["budget"]["within"] is False
    shown = call("plan", "film.yaml", "--simulate")
    last = "film, simulated: 0.67 USD paid + 0.34 to pay = 1.01 of 1.00 USD, 0.01 USD too much"
    assert shown.stdout.splitlines()[-1] == last
    for arguments in ((), ("--max-cost", "100 USD")):
        refused = run(*arguments)
        assert refused.return_value == 1
        assert "the film, with what was paid before, costs 1.01 USD" in refused.stderr
    # What is there already may be looked at all the same: nothing is to be paid for it.
    write(2)
    assert run().return_value == 0
    assert planned()["film"]["to_pay"]["amount"] == "0"


def test_the_limit_of_a_command_holds_beside_the_budget() -> None:
    write(1, "budget: 100 USD")
    refused = run("--max-cost", "0.20 USD")
    assert refused.return_value == 1
    assert "the film costs 0.34 USD, 0.14 USD more than the 0.20 USD it may" in refused.stderr
    made = json.loads(call("plan", "film.yaml", "--json", "--max-cost", "2 USD").stdout)
    assert made["budget"]["limit"] == {"amount": "100", "currency": "USD"}
    assert made["budget"]["max_cost"] == {"amount": "2", "currency": "USD"}


def test_a_plan_that_was_written_before_keeps_the_budget() -> None:
    write(1, "budget: 0.50 USD")
    assert call("plan", "film.yaml", "--simulate", "--out", "one.plan").return_value == 0
    write(2, "budget: 0.50 USD")
    assert call("plan", "film.yaml", "--out", "two.plan").return_value == 0
    write(1, "budget: 0.50 USD")
    assert call("run", "one.plan", "--simulate", "--yes").return_value == 0
    write(2, "budget: 0.50 USD")
    for arguments in ((), ("--max-cost", "9 USD")):
        refused = call("run", "two.plan", "--simulate", "--yes", *arguments)
        assert refused.return_value == 1
        assert "the film, with what was paid before, costs 0.68 USD" in refused.stderr


def test_another_film_of_the_folder_costs_this_one_nothing() -> None:
    write(1)
    assert run().return_value == 0
    Path("other.yaml").write_text(FILM.format(take=2, budget=""), encoding="utf-8")
    made = json.loads(call("plan", "other.yaml", "--simulate", "--json").stdout)
    assert made["film"]["paid"]["amount"] == "0"
    assert planned()["film"]["paid"]["amount"] == "0.336"


@pytest.mark.parametrize(
    ("limits", "stored"),
    [
        ({"budget": usd("0.70")}, 2),
        ({"budget": usd("0.40")}, 1),
        ({"budget": usd("0.40"), "limit": usd("9")}, 1),
        ({"budget": usd("9"), "limit": usd("0.40")}, 1),
    ],
)
def test_a_run_obeys_both_limits(
    limits: dict[str, Money], stored: int, tmp_path: Path, sim: Simulator
) -> None:
    work = make_work(tmp_path / "film", "fal", FEW)
    report = run_once(work, sim.url, jobs=1, **limits)  # type: ignore[arg-type]
    ends = [result.what for result in report.results]
    assert ends.count(Happening.STORED) == stored
    assert ends.count(Happening.UNPAID) == len(ends) - stored
    # A second run does not begin the count anew.
    again = run_once(work, sim.url, jobs=1, budget=limits["budget"])
    texts = [result.text for result in again.results if result.what is Happening.UNPAID]
    assert bool(texts) is (limits["budget"].amount < Decimal("0.67"))
    assert all("film's budget of 0.40 USD" in text for text in texts)


def intent(digest: str, state: State, **changes: Any) -> Intent:
    order = Order(
        digest=digest, address=digest, host="fal", endpoint="e", payload={}, seconds=3,
        estimate=changes.pop("estimate", usd("1")), film=changes.pop("film", "film.yaml"),
    )  # fmt: skip
    receipt = Receipt(id=f"id-{digest}")
    return Intent(order=order, state=state, run="r", receipt=receipt, **changes)


def test_what_a_film_has_cost_is_counted_once_and_unknown_is_not_nothing() -> None:
    def line(digest: str, charge: Money | None, film: str = "film.yaml") -> PaidOrder:
        return PaidOrder(
            digest=digest, address=digest, host="fal", endpoint="e", seconds=3, clip="0" * 64,
            request_id=f"id-{digest}", charge=charge, film=film, made="2026-09-24T18:30:00Z",
        )  # fmt: skip

    intents = [
        intent("stored", State.STORED, charged=usd("2")),
        intent("without a word", State.SUCCEEDED),
        intent("unknown", State.STORED, estimate=None),
        intent("billed failure", State.FAILED, billed=True, charged=usd("3")),
        intent("free failure", State.FAILED, billed=False),
        intent("perhaps billed", State.CANCELLED),
        intent("running", State.RUNNING),
        intent("released", State.RELEASED),
        intent("of another film", State.STORED, film="other.yaml"),
        intent("sent again", State.STORED),
    ]
    lock = [
        line("stored", usd("2")),
        line("released", usd("4")),
        line("elsewhere", usd("5")),
        line("of nobody knows what", None),
        line("of another film", usd("6"), "other.yaml"),
        # A failure that was billed, before the same was sent again under another id.
        replace(line("sent again", usd("7")), request_id="first", clip=None),
    ]
    orders = {(one.digest, one.request_id): one for one in lock}
    found = film_payments(intents, Lock(orders=orders), "film.yaml")
    paid = [cost for _, cost in found.paid]
    assert paid == [
        *(usd("2"), usd("1"), None, usd("3"), usd("1"), usd("4"), usd("5"), None, usd("7")),
    ]
    assert [cost for _, cost in found.under_way] == [usd("1"), usd("1")]
