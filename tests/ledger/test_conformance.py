"""What every implementation of the ledger's protocol does: a file's, and one in memory."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from memory_ledger import Memory, MemoryLedger, MemoryReader

from storyboard.ledger import (
    Holder,
    IllegalStepError,
    KnownTakes,
    LeaseHeldError,
    LeaseLostError,
    Ledger,
    LedgerError,
    LedgerReader,
    Lock,
    Order,
    PaidOrder,
    Receipt,
    Standing,
    State,
)
from storyboard.ledger.folder_run import runs_of
from storyboard.ledger.intent import Attempt, spent
from storyboard.ledger.lease import SECONDS
from storyboard.ledger.states import STEPS
from storyboard.ledger.store import Store
from storyboard.values.addresses import ClipName, Portion
from storyboard.values.units import Money


@dataclass
class Place:
    """Where a ledger is kept: it can be opened several times, and read. ``now`` is its clock."""

    opened: Callable[[Callable[[], float]], Ledger]
    reader: LedgerReader
    now: float = 1000.0
    ledgers: list[Ledger] = field(default_factory=list)

    def open(self) -> Ledger:
        ledger = self.opened(lambda: self.now)
        self.ledgers.append(ledger)
        return ledger


def in_memory() -> Place:
    memory = Memory()
    return Place(lambda clock: MemoryLedger(memory, clock), MemoryReader(memory))


@pytest.fixture(params=["file", "memory"])
def place(request: Any, tmp_path: Path) -> Any:
    if request.param == "file":
        store = Store(folder=tmp_path)
        made = Place(store.open_ledger, store.read_ledger())
    else:
        made = in_memory()
    yield made
    for ledger in made.ledgers:
        ledger.close()


@pytest.fixture
def ledger(place: Place) -> Ledger:
    ledger = place.open()
    ledger.take_lease()
    return ledger


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


def test_what_a_clip_renders_is_read_back_with_its_names(ledger: Ledger) -> None:
    whole = Portion(address="arrival/été", number=2)
    part = Portion(address="arrival/climb", number=1, part=2, parts=3)
    names = (ClipName(text="arrival/climb.2..été", portions=(part, whole)), ClipName(text="b/1"))
    ledger.intend(order(names=names), "r1", {})
    (intent,) = ledger.intents()
    assert intent.names == intent.order.names == names
    ledger.intend(order("sha256:bb"), "r1", {})
    assert ledger.intents()[1].names == (ClipName(text="arrival/1"),)


def test_an_intent_is_read_back_as_it_was_written(ledger: Ledger, place: Place) -> None:
    ledger.intend(order(), "r1", {"/image": "https://files/a.png"})
    receipt = Receipt(id="v1", links={"status_url": "https://queue/v1/status"})
    ledger.step("sha256:aa", State.SUBMITTED, receipt=receipt)
    charged = Money(Decimal("0.6400"), "USD")
    ledger.step("sha256:aa", State.SUCCEEDED, charged=charged)
    written = ledger.step("sha256:aa", State.STORED, clip="ff" * 32)
    assert place.reader.intents() == [written]
    assert written.order == order()
    assert written.charged == charged
    assert written.receipt == receipt


def test_a_request_has_one_intent_whoever_runs(ledger: Ledger) -> None:
    ledger.intend(order(), "r1", {})
    with pytest.raises(IllegalStepError):
        ledger.intend(order(), "r2", {})
    assert len(ledger.intents()) == 1


@pytest.mark.parametrize(
    "state", sorted(set(State) - {State.RELEASED, State.FAILED, State.CANCELLED, State.LOST})
)
def test_only_what_is_released_or_ended_without_a_clip_may_be_sent_again(state: State) -> None:
    assert State.SUBMITTING not in STEPS[state]


def test_a_vendors_id_belongs_to_one_intent(ledger: Ledger) -> None:
    for digest in ("sha256:aa", "sha256:bb"):
        ledger.intend(order(digest), "r1", {})
    ledger.step("sha256:aa", State.SUBMITTED, receipt=Receipt(id="v1"))
    with pytest.raises(LedgerError, match="id of the vendor"):
        ledger.step("sha256:bb", State.SUBMITTED, receipt=Receipt(id="v1"))
    assert [one.state for one in ledger.intents()] == [State.SUBMITTED, State.SUBMITTING]


def test_an_id_stays_claimed_after_its_order_was_sent_again(ledger: Ledger) -> None:
    ledger.intend(order(), "r1", {})
    ledger.step("sha256:aa", State.SUBMITTED, receipt=Receipt(id="v1"))
    ledger.step("sha256:aa", State.FAILED, failure="transient")
    ledger.intend(order(), "r2", {})
    assert ledger.claimed("fal") == {"v1"}
    assert ledger.claimed("oxen") == frozenset()


@settings(max_examples=60)
@given(states=st.lists(st.sampled_from(list(State)), max_size=12))
@pytest.mark.parametrize("in_file", [True, False])
def test_no_walk_leaves_the_legal_steps(in_file: bool, states: list[State]) -> None:
    with TemporaryDirectory() as folder:
        store = Store(folder=Path(folder))
        ledger = store.open_ledger() if in_file else in_memory().open()
        with ledger:
            walk(ledger, states)


def walk(ledger: Ledger, states: list[State]) -> None:
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


def test_a_link_with_a_query_is_not_kept(ledger: Ledger) -> None:
    ledger.keep_link("fal", "00", "https://files/a.png")
    assert ledger.link("fal", "00") == ("https://files/a.png", 1000.0)
    for secret in ("files/b.png?X-Signature=secret", "me:secret@files/b.png", "files/b.png#secret"):
        ledger.keep_link("fal", "11", f"https://{secret}")
        assert ledger.link("fal", "11") is None


def test_a_change_writes_what_it_changes_and_nothing_else_is_lost(
    ledger: Ledger, place: Place
) -> None:
    ledger.intend(order(estimate=None), "r1", {"/image": "sha256:11"})
    ledger.step("sha256:aa", State.UNCERTAIN, problem="no answer", failure="ambiguous")
    charged = Money(Decimal("0.31"), "EUR")
    ledger.step("sha256:aa", State.SUBMITTED, receipt=Receipt(id="v1"))
    written = ledger.step("sha256:aa", State.FAILED, charged=charged, billed=True)
    assert (written.problem, written.failure, written.billed) == ("no answer", "ambiguous", True)
    assert place.reader.intents() == [written]
    assert ledger.get("sha256:aa") == written


def test_what_was_accepted_since_a_time_is_known_by_endpoint(place: Place) -> None:
    place.now = 100.0
    with place.open() as ledger:
        ledger.take_lease()
        for name, endpoint in (("a", "e"), ("b", "e"), ("c", "other"), ("d", "e")):
            ledger.intend(order(name, endpoint=endpoint), "r", {})
            if name != "d":
                ledger.step(name, State.SUBMITTED, receipt=Receipt(id=f"v-{name}"))
            place.now += 10
        assert [one.digest for one in ledger.accepted("fal", "e", 0.0)] == ["a", "b"]
        assert [one.digest for one in ledger.accepted("fal", "e", 105.0)] == ["b"]
        assert ledger.accepted("oxen", "e", 0.0) == []
        assert [one.digest for one in ledger.intents(State.SUBMITTING)] == ["d"]


def test_what_was_adopted_from_a_lock_was_not_sent_from_here(ledger: Ledger) -> None:
    ledger.adopt(order("a"), "r", Receipt(id="v-a"), None)
    ledger.intend(order("b"), "r", {})
    ledger.step("b", State.SUBMITTED, receipt=Receipt(id="v-b"))
    # What was not taken here, and is paid elsewhere since.
    ledger.intend(order("c"), "r", {})
    ledger.step("c", State.RELEASED)
    ledger.adopt(order("c"), "r", Receipt(id="v-c"), None)
    assert [one.digest for one in ledger.accepted("fal", "e", 0.0)] == ["b"]
    assert [one.digest for one in ledger.sent()] == ["b"]
    assert ledger.claimed("fal") == {"v-a", "v-b", "v-c"}


def test_the_end_of_an_attempt_is_the_earliest_that_is_known(ledger: Ledger) -> None:
    ledger.end_attempt("nothing", 5.0)
    assert ledger.attempt("nothing") == Attempt()
    ledger.intend(order("a"), "r", {}, 9000.0)
    assert ledger.attempt("a") == Attempt(life=9000.0)
    for at in (20.0, 10.0, 30.0):
        ledger.end_attempt("a", at)
    assert ledger.attempt("a") == Attempt(life=9000.0, ended_at=10.0)
    ledger.step("a", State.RELEASED)
    ledger.intend(order("a"), "r", {})
    assert ledger.attempt("a") == Attempt()


def test_an_order_that_is_sent_again_begins_anew(ledger: Ledger, place: Place) -> None:
    ledger.intend(order(), "r1", {"/image": "sha256:11"})
    ledger.step("sha256:aa", State.SUBMITTED, receipt=Receipt(id="v1"))
    ledger.step("sha256:aa", State.FAILED, failure="transient", problem="no", billed=False)
    place.now += 5
    again = ledger.intend(order(), "r2", {})
    assert place.reader.intents() == [again]
    assert (again.run, again.intended_at, again.changed_at) == ("r2", 1005.0, 1005.0)
    assert (again.receipt, again.links, again.failure, again.problem) == (None, {}, "", "")
    assert again.billed is None


def test_a_step_keeps_when_it_was_intended_and_says_when_it_was_made(
    ledger: Ledger, place: Place
) -> None:
    ledger.intend(order(), "r1", {})
    place.now += 7
    changed = ledger.step("sha256:aa", State.UNCERTAIN)
    assert (changed.intended_at, changed.changed_at) == (1000.0, 1007.0)
    assert place.reader.intents(State.UNCERTAIN) == [changed]
    assert place.reader.intents(State.SUBMITTING, State.STORED) == []


def test_what_another_machine_has_paid_is_adopted_once(ledger: Ledger, place: Place) -> None:
    charged = Money(Decimal("0.42"), "USD")
    made = ledger.adopt(order(), "r1", Receipt(id="v1"), charged)
    assert (made.state, made.receipt, made.charged) == (
        State.SUCCEEDED, Receipt(id="v1"), charged,
    )  # fmt: skip
    assert place.reader.intents() == [made]
    with pytest.raises(LedgerError, match="already"):
        ledger.adopt(order(), "r1", Receipt(id="v2"), None)
    assert ledger.claimed("fal") == {"v1"}
    ledger.intend(order("sha256:bb"), "r1", {})
    ledger.step("sha256:bb", State.RELEASED)
    assert ledger.adopt(order("sha256:bb"), "r1", Receipt(id="v3"), None).state is State.SUCCEEDED


def test_a_step_of_an_unknown_request_is_an_error(ledger: Ledger) -> None:
    with pytest.raises(LedgerError, match="no intent"):
        ledger.step("sha256:none", State.UNCERTAIN)
    assert ledger.get("sha256:none") is None
    assert ledger.intents() == []


def test_a_link_is_kept_anew_forgotten_and_belongs_to_one_host(
    ledger: Ledger, place: Place
) -> None:
    ledger.keep_link("fal", "00", "https://files/a.png")
    place.now += 5
    ledger.keep_link("fal", "00", "https://files/b.png")
    assert ledger.link("fal", "00") == ("https://files/b.png", 1005.0)
    assert ledger.link("oxen", "00") is None
    for _ in range(2):
        ledger.forget_link("fal", "00")
        assert ledger.link("fal", "00") is None


def test_runs_are_read_back_with_their_ends(ledger: Ledger, place: Place) -> None:
    ledger.begin_run("r1", "film.yaml", "fal/kling-o3-pro")
    place.now += 30
    ledger.end_run("r1", "partial")
    ledger.begin_run("r2", "film.yaml", "fal/kling-o3-pro")
    first, second = place.reader.runs()
    assert place.reader.runs() == ledger.runs()
    assert (first.id, first.started_at, first.ended_at, first.outcome) == (
        "r1", 1000.0, 1030.0, "partial",
    )  # fmt: skip
    assert (second.id, second.ended_at, second.outcome) == ("r2", None, "")
    assert (second.file, second.target) == ("film.yaml", "fal/kling-o3-pro")


def test_a_run_has_fetched_what_was_paid_before_it_and_sent_the_rest(
    ledger: Ledger, place: Place
) -> None:
    def ended(run: str) -> None:
        place.now += 5
        ledger.end_run(run, "complete")
        place.now += 5

    ledger.begin_run("r1", "film.yaml", "t")
    for digest in ("sha256:sent", "sha256:cut-off"):
        ledger.intend(order(digest), "r1", {})
        ledger.step(digest, State.SUBMITTED, receipt=Receipt(id=digest))
        ledger.step(digest, State.SUCCEEDED)
    ledger.step("sha256:sent", State.STORED, clip="a" * 64)
    ledger.adopt(order("sha256:theirs"), "r1", Receipt(id="theirs"), None)
    ledger.step("sha256:theirs", State.STORED, clip="b" * 64)
    ended("r1")
    # What an earlier run has paid is fetched, also where its take was here once.
    ledger.begin_run("r2", "film.yaml", "t")
    ledger.step("sha256:cut-off", State.STORED, clip="c" * 64)
    ledger.step("sha256:sent", State.SUCCEEDED)
    ledger.step("sha256:sent", State.STORED)
    ended("r2")
    # Of a clip that is lost a copy was found: nobody has fetched it.
    ledger.begin_run("r3", "film.yaml", "t")
    ledger.step("sha256:sent", State.SUCCEEDED)
    ledger.step("sha256:sent", State.LOST)
    ledger.step("sha256:sent", State.SUCCEEDED)
    ledger.step("sha256:sent", State.STORED)
    found = [(one.record.id, one.clips, one.fetched) for one in runs_of(place.reader, Lock())]
    assert found == [("r1", 2, 1), ("r2", 0, 2), ("r3", 0, 0)]


def test_what_is_sent_again_stays_with_the_run_that_sent_it_first(
    ledger: Ledger, place: Place
) -> None:
    for run, paid in (("r1", "0.50 USD"), ("r2", "0.60 USD")):
        ledger.begin_run(run, "film.yaml", "t")
        ledger.intend(order(), run, {})
        ledger.step("sha256:aa", State.SUBMITTED, receipt=Receipt(id=run))
        ledger.step("sha256:aa", State.SUCCEEDED, charged=Money.parse(paid))
        if run == "r1":
            ledger.step("sha256:aa", State.LOST)
            assert place.reader.intents()[0].charged == Money.parse(paid)
        ledger.end_run(run, "complete")
        place.now += 5
    first = PaidOrder(
        digest="sha256:aa", request_id="r1", film="", address="a/1", host="fal", endpoint="e",
        seconds=5, made="2026-09-24T18:30:00Z", clip="0" * 64, charge=Money.parse("0.50 USD"),
    )  # fmt: skip
    known = [(one.clips, one.charged) for one in runs_of(place.reader, Lock())]
    assert known == [(1, ()), (1, (Money.parse("0.60 USD"),))]
    lock = Lock(orders={("sha256:aa", "r1"): first})
    known = [(one.clips, one.charged) for one in runs_of(place.reader, lock)]
    assert known == [(1, (Money.parse("0.50 USD"),)), (1, (Money.parse("0.60 USD"),))]


def test_a_ledger_that_nobody_has_opened_is_empty_and_reading_makes_none(
    place: Place, tmp_path: Path
) -> None:
    assert place.reader.intents() == place.reader.runs() == []
    assert place.reader.lease() is None
    assert list(tmp_path.iterdir()) == []


# -- lease ----------------------------------------------------------------------------------------


def test_without_the_lease_nothing_is_written(place: Place) -> None:
    with place.open() as ledger:
        for write in (
            lambda: ledger.intend(order(), "r", {}),
            lambda: ledger.adopt(order(), "r", Receipt(id="v1"), None),
            lambda: ledger.step("sha256:aa", State.UNCERTAIN),
            lambda: ledger.keep_link("fal", "00", "https://files/a.png"),
            lambda: ledger.forget_link("fal", "00"),
            lambda: ledger.begin_run("r", "film.yaml", "t"),
            lambda: ledger.end_run("r", "complete"),
            ledger.beat,
        ):
            with pytest.raises(LeaseLostError):
                write()
        assert ledger.intents() == ledger.runs() == []
        assert ledger.link("fal", "00") is None


def test_the_lease_is_read_back_and_a_close_gives_it_back(place: Place) -> None:
    holder = Holder(machine="another-machine")
    ledger = place.open()
    ledger.take_lease(holder)
    lease = place.reader.lease()
    assert lease is not None
    assert (lease.holder, lease.expires) == (holder, place.now + SECONDS)
    assert ledger.lease() == lease
    ledger.close()
    assert place.reader.lease() is None
    ledger.close()


def test_a_second_holder_is_refused_while_the_first_lives(place: Place) -> None:
    with place.open() as first, place.open() as second:
        first.take_lease()
        with pytest.raises(LeaseHeldError, match=str(os.getpid())):
            second.take_lease()
        with pytest.raises(LeaseLostError):
            second.intend(order(), "r", {})
        first.give_lease_back()
        second.take_lease()
        with pytest.raises(LeaseLostError):
            first.intend(order(), "r", {})


def test_who_has_lost_the_lease_writes_nothing_and_believes_what_is_there(place: Place) -> None:
    with place.open() as first, place.open() as second:
        first.take_lease(Holder(machine="another-machine"))
        first.intend(order(), "r1", {})
        place.now += 500
        second.take_lease()
        second.step("sha256:aa", State.SUBMITTED, receipt=Receipt(id="v1"))
        with pytest.raises(LeaseLostError):
            first.step("sha256:aa", State.UNCERTAIN)
        found = first.get("sha256:aa")
        assert found is not None
        assert found.state is State.SUBMITTED
        first.close()
        second.step("sha256:aa", State.SUCCEEDED)  # the lease is not given back by who has lost it


def test_a_dead_holder_stands_in_nobodys_way(place: Place) -> None:
    child = subprocess.run(
        [sys.executable, "-c", "import os; print(os.getpid())"], stdout=subprocess.PIPE
    )
    dead = Holder(pid=int(child.stdout), born="1")
    with place.open() as first, place.open() as second:
        first.take_lease(dead)
        second.take_lease()


def test_a_pid_that_another_process_has_by_now_is_dead(place: Place) -> None:
    reborn = Holder(born="long ago")
    with place.open() as first, place.open() as second:
        first.take_lease(reborn)
        second.take_lease()


def test_a_holder_elsewhere_is_believed_until_its_time_is_over(place: Place) -> None:
    elsewhere = Holder(machine="another-machine")
    with place.open() as first, place.open() as second:
        first.take_lease(elsewhere)
        with pytest.raises(LeaseHeldError, match="another-machine"):
            second.take_lease()
        place.now += 60
        first.beat()
        place.now += 100
        with pytest.raises(LeaseHeldError):
            second.take_lease()
        place.now += 60
        second.take_lease()
        with pytest.raises(LeaseLostError):
            first.beat()


# -- money ----------------------------------------------------------------------------------------


def test_what_is_at_risk_counts_as_spent_whoever_sent_it(ledger: Ledger) -> None:
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


def test_a_planner_is_told_what_is_paid_waiting_uncertain_and_refused(ledger: Ledger) -> None:
    steps = {
        "paid": (State.SUBMITTED, State.SUCCEEDED),
        "waiting": (State.SUBMITTED,),
        "uncertain": (State.UNCERTAIN,),
        "refused": (State.SUBMITTED, State.FAILED),
        "new": (State.RELEASED,),
        "lost": (State.SUBMITTED, State.SUCCEEDED, State.LOST),
    }
    for name, states in steps.items():
        names = (ClipName(text="x", portions=(Portion(address=f"a/{name}", number=1),)),)
        ledger.intend(order(name, names=names, payload={"prompt": name}), "r", {})
        for state in states:
            failure = {"failure": "content_policy"} if state is State.FAILED else {}
            ledger.step(name, state, **failure)
    known = KnownTakes(ledger.intents())
    assert {name: known.standing(name) for name in steps} == {
        name: Standing(name) for name in steps
    }
    sent = known.sent("a/waiting", None)
    assert sent is not None
    assert sent.order.payload == {"prompt": "waiting"}
    assert known.sent("a/nothing", None) is None
