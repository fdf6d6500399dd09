"""One intent for each request, legal steps only, and files that are not to be touched."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from storyboard.ledger import (
    Holder,
    IllegalStepError,
    KnownTakes,
    LeaseHeldError,
    LeaseLostError,
    LedgerError,
    Order,
    Receipt,
    SqliteLedger,
    Standing,
    State,
    read_intents,
)
from storyboard.ledger.intent import spent
from storyboard.ledger.states import STEPS
from storyboard.values.addresses import ClipName, Portion
from storyboard.values.units import Money


def order(digest: str = "sha256:aa", **changes: Any) -> Order:
    values: dict[str, Any] = {
        "digest": digest,
        "address": "arrival/1",
        "host": "fal",
        "endpoint": "e",
        "payload": {"prompt": "é", "image": "asset:sha256:00"},
        "seconds": 5,
        "estimate": Money(Decimal("0.70"), "USD"),
    }
    return Order(**values | changes)


@pytest.fixture
def ledger(tmp_path: Path) -> Any:
    with SqliteLedger(tmp_path / "ledger.db", clock=lambda: 1000.0) as ledger:
        ledger.take_lease()
        yield ledger


def test_what_a_clip_renders_is_read_back_with_its_names(ledger: SqliteLedger) -> None:
    whole = Portion(address="arrival/été", number=2)
    part = Portion(address="arrival/climb", number=1, part=2, parts=3)
    names = (ClipName(text="arrival/climb.2..été", portions=(part, whole)), ClipName(text="b/1"))
    ledger.intend(order(names=names), "r1", {})
    (intent,) = ledger.intents()
    assert intent.names == intent.order.names == names
    ledger.intend(order("sha256:bb"), "r1", {})
    assert ledger.intents()[1].names == (ClipName(text="arrival/1"),)


def test_an_intent_is_read_back_as_it_was_written(ledger: SqliteLedger, tmp_path: Path) -> None:
    ledger.intend(order(), "r1", {"/image": "https://files/a.png"})
    receipt = Receipt(id="v1", links={"status_url": "https://queue/v1/status"})
    ledger.step("sha256:aa", State.SUBMITTED, receipt=receipt)
    charged = Money(Decimal("0.6400"), "USD")
    ledger.step("sha256:aa", State.SUCCEEDED, charged=charged)
    written = ledger.step("sha256:aa", State.STORED, clip="ff" * 32)
    assert read_intents(tmp_path / "ledger.db") == [written]
    assert written.order == order()
    assert written.charged == charged
    assert written.receipt == receipt


def test_a_request_has_one_intent_whoever_runs(ledger: SqliteLedger) -> None:
    ledger.intend(order(), "r1", {})
    with pytest.raises(IllegalStepError):
        ledger.intend(order(), "r2", {})
    assert len(ledger.intents()) == 1


@pytest.mark.parametrize(
    "state", sorted(set(State) - {State.RELEASED, State.FAILED, State.CANCELLED})
)
def test_only_what_is_released_or_ended_without_a_clip_may_be_sent_again(state: State) -> None:
    assert State.SUBMITTING not in STEPS[state]


def test_a_vendors_id_belongs_to_one_intent(ledger: SqliteLedger) -> None:
    for digest in ("sha256:aa", "sha256:bb"):
        ledger.intend(order(digest), "r1", {})
    ledger.step("sha256:aa", State.SUBMITTED, receipt=Receipt(id="v1"))
    with pytest.raises(LedgerError, match="id of the vendor"):
        ledger.step("sha256:bb", State.SUBMITTED, receipt=Receipt(id="v1"))
    assert [one.state for one in ledger.intents()] == [State.SUBMITTED, State.SUBMITTING]


def test_an_id_stays_claimed_after_its_order_was_sent_again(ledger: SqliteLedger) -> None:
    ledger.intend(order(), "r1", {})
    ledger.step("sha256:aa", State.SUBMITTED, receipt=Receipt(id="v1"))
    ledger.step("sha256:aa", State.FAILED, failure="transient")
    ledger.intend(order(), "r2", {})
    assert ledger.claimed("fal") == {"v1"}
    assert ledger.claimed("oxen") == frozenset()


@settings(deadline=None, max_examples=60)
@given(st.lists(st.sampled_from(list(State)), max_size=12))
def test_no_walk_leaves_the_legal_steps(states: list[State]) -> None:
    with SqliteLedger(Path(":memory:")) as ledger:
        ledger.take_lease()
        now = ledger.intend(order(), "r1", {}).state
        for state in states:
            if state in STEPS[now]:
                now = ledger.step("sha256:aa", state).state
            else:
                with pytest.raises(IllegalStepError):
                    ledger.step("sha256:aa", state)
            found = ledger.get("sha256:aa")
            assert found is not None
            assert found.state is now


def test_a_link_with_a_query_is_not_kept(ledger: SqliteLedger) -> None:
    ledger.keep_link("fal", "00", "https://files/a.png")
    ledger.keep_link("fal", "11", "https://files/b.png?X-Signature=secret")
    assert ledger.link("fal", "00") == ("https://files/a.png", 1000.0)
    assert ledger.link("fal", "11") is None


def test_a_change_writes_what_it_changes_and_nothing_else_is_lost(
    ledger: SqliteLedger, tmp_path: Path
) -> None:
    ledger.intend(order(estimate=None), "r1", {"/image": "sha256:11"})
    ledger.step("sha256:aa", State.UNCERTAIN, problem="no answer", failure="ambiguous")
    charged = Money(Decimal("0.31"), "EUR")
    ledger.step("sha256:aa", State.SUBMITTED, receipt=Receipt(id="v1"))
    written = ledger.step("sha256:aa", State.FAILED, charged=charged, billed=True)
    assert (written.problem, written.failure, written.billed) == ("no answer", "ambiguous", True)
    assert read_intents(tmp_path / "ledger.db") == [written]
    assert ledger.get("sha256:aa") == written


def test_intents_ids_and_clips_are_flushed_whatever_was_written_before(
    ledger: SqliteLedger, monkeypatch: pytest.MonkeyPatch
) -> None:
    flushed: dict[str, bool] = {}
    base = ledger._base

    def watch(statement: str) -> None:
        if statement.lower() == "commit":
            (level,) = sqlite3.Connection.execute(base, "pragma synchronous").fetchone()
            (state,) = base.execute("select state from intents").fetchone()
            flushed[state] = level == 2

    class Watched:
        """The connection, seen before each commit."""

        def __getattr__(self, name: str) -> Any:
            return getattr(base, name)

        def execute(self, statement: str, *values: Any) -> sqlite3.Cursor:
            watch(statement)
            return base.execute(statement, *values)

    monkeypatch.setattr(ledger, "_base", Watched())
    ledger.intend(order(), "r1", {})
    ledger.step("sha256:aa", State.SUBMITTED, receipt=Receipt(id="v1"))
    ledger.step("sha256:aa", State.RUNNING)
    ledger.step("sha256:aa", State.SUCCEEDED)
    ledger.step("sha256:aa", State.STORED, clip="ff" * 32)
    assert flushed == {
        "submitting": True, "submitted": True, "running": False, "succeeded": False, "stored": True,
    }  # fmt: skip


def test_what_was_accepted_since_a_time_is_known_by_endpoint(tmp_path: Path) -> None:
    now = 100.0
    with SqliteLedger(tmp_path / "ledger.db", clock=lambda: now) as ledger:
        ledger.take_lease()
        for name, endpoint in (("a", "e"), ("b", "e"), ("c", "other"), ("d", "e")):
            ledger.intend(order(name, endpoint=endpoint), "r", {})
            if name != "d":
                ledger.step(name, State.SUBMITTED, receipt=Receipt(id=f"v-{name}"))
            now += 10
        assert ledger.accepted("fal", "e", 0.0) == ["v-a", "v-b"]
        assert ledger.accepted("fal", "e", 105.0) == ["v-b"]
        assert ledger.accepted("oxen", "e", 0.0) == []
        assert [one.digest for one in ledger.intents(State.SUBMITTING)] == ["d"]


# -- files that are not to be touched -------------------------------------------------------------


def test_a_ledger_of_a_newer_version_is_refused_and_not_touched(tmp_path: Path) -> None:
    path = tmp_path / "ledger.db"
    SqliteLedger(path).close()
    with sqlite3.connect(path) as base:
        base.execute("pragma user_version = 99")
        base.execute("pragma wal_checkpoint(truncate)")
    base.close()
    before = path.read_bytes()
    for use in (SqliteLedger, read_intents):
        with pytest.raises(LedgerError, match="version 99"):
            use(path)
    assert path.read_bytes() == before


def test_another_programs_file_is_refused_and_not_touched(tmp_path: Path) -> None:
    path = tmp_path / "ledger.db"
    with sqlite3.connect(path) as base:
        base.execute("create table recipes (name text)")
    base.close()
    before = path.read_bytes()
    with pytest.raises(LedgerError, match="no ledger"):
        SqliteLedger(path)
    assert path.read_bytes() == before


@pytest.mark.parametrize("damage", ["text", "middle", "cut"])
def test_a_damaged_ledger_is_refused(damage: str, tmp_path: Path) -> None:
    path = tmp_path / "ledger.db"
    with SqliteLedger(path) as ledger:
        ledger.take_lease()
        for number in range(200):
            ledger.intend(order(f"sha256:{number:04}"), "r", {})
    data = path.read_bytes()
    match damage:
        case "text":
            data = b"this is no database at all, whatever its name says" * 20
        case "middle":
            data = data[:8192] + os.urandom(8192) + data[16384:]
        case "cut":
            data = data[: len(data) // 2]
    for rest in ("-wal", "-shm"):
        Path(f"{path}{rest}").unlink(missing_ok=True)
    path.write_bytes(data)
    with pytest.raises(LedgerError, match="damaged"):
        SqliteLedger(path)
    assert path.read_bytes() == data


def test_a_folder_that_cannot_be_made_is_said(tmp_path: Path) -> None:
    (tmp_path / "here").write_text("a file")
    with pytest.raises(LedgerError, match="cannot be used"):
        SqliteLedger(tmp_path / "here" / "ledger.db")


# -- lease ----------------------------------------------------------------------------------------


def test_a_second_holder_is_refused_while_the_first_lives(tmp_path: Path) -> None:
    with SqliteLedger(tmp_path / "l.db") as first, SqliteLedger(tmp_path / "l.db") as second:
        first.take_lease()
        with pytest.raises(LeaseHeldError, match=str(os.getpid())):
            second.take_lease()
        with pytest.raises(LeaseLostError):
            second.intend(order(), "r", {})
        first.give_lease_back()
        second.take_lease()
        with pytest.raises(LeaseLostError):
            first.intend(order(), "r", {})


def test_who_has_lost_the_lease_writes_nothing_and_believes_what_is_there(tmp_path: Path) -> None:
    now = 1000.0
    with (
        SqliteLedger(tmp_path / "l.db", clock=lambda: now) as first,
        SqliteLedger(tmp_path / "l.db", clock=lambda: now) as second,
    ):
        first.take_lease(Holder(machine="another-machine"))
        first.intend(order(), "r1", {})
        now += 500
        second.take_lease()
        second.step("sha256:aa", State.SUBMITTED, receipt=Receipt(id="v1"))
        with pytest.raises(LeaseLostError):
            first.step("sha256:aa", State.UNCERTAIN)
        found = first.get("sha256:aa")
        assert found is not None
        assert found.state is State.SUBMITTED


def test_a_dead_holder_stands_in_nobodys_way(tmp_path: Path) -> None:
    child = subprocess.run(
        [sys.executable, "-c", "import os; print(os.getpid())"], stdout=subprocess.PIPE
    )
    dead = Holder(pid=int(child.stdout), born="1")
    with SqliteLedger(tmp_path / "l.db") as first, SqliteLedger(tmp_path / "l.db") as second:
        first.take_lease(dead)
        second.take_lease()


def test_a_pid_that_another_process_has_by_now_is_dead(tmp_path: Path) -> None:
    reborn = Holder(born="long ago")
    with SqliteLedger(tmp_path / "l.db") as first, SqliteLedger(tmp_path / "l.db") as second:
        first.take_lease(reborn)
        second.take_lease()


def test_a_holder_elsewhere_is_believed_until_its_time_is_over(tmp_path: Path) -> None:
    now = 1000.0
    elsewhere = Holder(machine="another-machine")
    with (
        SqliteLedger(tmp_path / "l.db", clock=lambda: now) as first,
        SqliteLedger(tmp_path / "l.db", clock=lambda: now) as second,
    ):
        first.take_lease(elsewhere)
        with pytest.raises(LeaseHeldError, match="another-machine"):
            second.take_lease()
        now += 60
        first.beat()
        now += 100
        with pytest.raises(LeaseHeldError):
            second.take_lease()
        now += 60
        second.take_lease()
        with pytest.raises(LeaseLostError):
            first.beat()


# -- money ----------------------------------------------------------------------------------------


def test_what_is_at_risk_counts_as_spent_whoever_sent_it(ledger: SqliteLedger) -> None:
    def put(digest: str, run: str, *states: State, **changes: Any) -> None:
        ledger.intend(order(digest), run, {})
        for state in states:
            ledger.step(digest, state, **(changes if state is states[-1] else {}))

    put("a", "old", State.UNCERTAIN)
    put("b", "old", State.SUBMITTED, State.SUCCEEDED, State.STORED)
    put("c", "new", State.SUBMITTED, State.SUCCEEDED, charged=Money(Decimal("0.90"), "USD"))
    put("d", "new", State.SUBMITTED, State.FAILED, billed=False)
    put("e", "new", State.SUBMITTED, State.FAILED, billed=True)
    put("f", "new", State.RELEASED)
    assert spent(ledger.intents(), "new") == Decimal("0.70") + Decimal("0.90") + Decimal("0.70")


def test_a_planner_is_told_what_is_paid_waiting_uncertain_and_refused(ledger: SqliteLedger) -> None:
    steps = {
        "paid": (State.SUBMITTED, State.SUCCEEDED),
        "waiting": (State.SUBMITTED,),
        "uncertain": (State.UNCERTAIN,),
        "refused": (State.SUBMITTED, State.FAILED),
        "new": (State.RELEASED,),
    }
    for name, states in steps.items():
        ledger.intend(order(name, address=f"a/{name}", payload={"prompt": name}), "r", {})
        for state in states:
            failure = {"failure": "content_policy"} if state is State.FAILED else {}
            ledger.step(name, state, **failure)
    known = KnownTakes(ledger.intents(), {})
    assert {name: known.standing(name) for name in steps} == {
        name: Standing(name) for name in steps
    }
    assert [name for name in steps if known.is_paid(name)] == ["paid"]
    assert known.earlier("a/waiting") == {"prompt": "waiting"}
    assert known.earlier("a/nothing") is None
