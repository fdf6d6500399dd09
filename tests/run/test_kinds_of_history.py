"""Whatever a vendor's history is like, no clip is paid twice, and none is lost."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from rendering_films import FEW, Heard, Work, make_work
from vendor_in_memory import EPOCH, MemoryVendor, Time, run_on

from storyboard.hosts.protocol import Trace
from storyboard.ledger import Receipt, State
from storyboard.plan.request_body import is_same
from storyboard.run.events import Event, Happening
from storyboard.run.report import RunError
from storyboard.values.canonical import canonical

ONE = """\
storyboard: 1
title: One shot
target: {target}
defaults: {{duration: 3s, pack: none}}
scenes:
  - id: shore
    shots: ["The sea lies flat in the evening light."]
"""
HOUR = 3600.0


@pytest.fixture
def folder() -> Iterator[Path]:
    made = temporary()
    yield made
    shutil.rmtree(made, ignore_errors=True)


def temporary() -> Path:
    """A folder in memory, where there is one: nothing here asks whether a disk is slow."""
    memory = Path("/dev/shm")
    where = memory if memory.is_dir() and os.access(memory, os.W_OK) else None
    return Path(tempfile.mkdtemp(dir=where))


def uncertain(work: Work) -> int:
    return list(work.states().values()).count(State.UNCERTAIN)


def check_paid_once(vendor: MemoryVendor, work: Work) -> None:
    """The vendor has as many orders of each body as the film has clips of it; all are here."""
    assert set(work.states().values()) == {State.STORED}
    ordered = Counter(canonical(dict(one.body)) for one in vendor.orders)
    assert sum(ordered.values()) == len(work.ids)
    assert max(ordered.values()) <= max(Counter(len(work.ids) for _ in work.ids).values())
    with work.ledger() as ledger:
        assert {one.receipt.id for one in ledger.intents() if one.receipt} == {
            one.id for one in vendor.orders
        }


def decide_as_a_person(vendor: MemoryVendor, work: Work, *, is_clear: bool) -> None:
    """Adopt what the vendor really has, and let the rest be sent again.

    Where the history is clear, no clip may be left uncertain whose order stands in it.
    """
    listed = {row.id for row in vendor.rows()}
    with work.ledger() as ledger:
        ledger.take_lease()
        for intent in ledger.intents(State.UNCERTAIN):
            claimed = ledger.claimed(work.host)
            here = [
                one.id
                for one in vendor.orders
                if one.id not in claimed and is_same(intent, one.body)
            ]
            assert not (is_clear and set(here) & listed), intent.order.address
            if here:
                ledger.step(intent.digest, State.SUBMITTED, receipt=Receipt(id=here[0]))
            else:
                ledger.step(intent.digest, State.RELEASED)


KINDS = ["", "finished", "begun", "restated", "texts"]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("text", [ONE, FEW], ids=["one", "few"])
@pytest.mark.parametrize("ahead", [0.0, HOUR, -HOUR])
def test_an_order_whose_answer_was_lost_is_found_however_late_the_list_is(
    kind: str, text: str, ahead: float, folder: Path
) -> None:
    work = make_work(folder / "film", "fal", text)
    for has_date in (True, False):
        vendor = MemoryVendor(
            time=Time(), answers=["lost"] * 2, lag=400.0, kinds=frozenset({kind} - {""}),
            has_date=has_date,
        )  # fmt: skip
        report = run_on(vendor, work, ahead=ahead)
        assert report is not None
        # A clock that is known to be ahead stops the run after its first order.
        if not report.is_complete:
            assert ahead > 0
            assert has_date
            report = run_on(vendor, work)
        assert uncertain(work) == 0
        check_paid_once(vendor, work)
        shutil.rmtree(work.store.home)
        shutil.rmtree(work.store.out)
        work.store.lock.unlink()


@pytest.mark.parametrize("kind", KINDS)
def test_one_clip_that_never_arrived_is_asked_about_and_never_sent_by_itself(
    kind: str, folder: Path
) -> None:
    work = make_work(folder / "film", "fal", ONE)
    vendor = MemoryVendor(time=Time(), answers=["never"], kinds=frozenset({kind} - {""}))
    heard = Heard()
    report = run_on(vendor, work, listen=heard)
    assert report is not None
    assert [one.what for one in report.results] == [Happening.UNCERTAIN]
    # For twenty minutes, and said once.
    assert 1200 <= vendor.time.now < 1260
    (looking,) = [event for event in heard.events if event.what is Happening.LOOKING]
    assert "nothing is being sent in its place" in looking.facts["text"]
    # Nothing follows it: a day later nobody knows either.
    vendor.time.now += 24 * HOUR
    run_on(vendor, work)
    assert vendor.orders == []
    assert uncertain(work) == 1


@pytest.mark.parametrize("kind", ["", "texts", "begun"])
def test_what_never_arrived_is_sent_by_the_next_run_once_that_is_proved(
    kind: str, folder: Path
) -> None:
    work = make_work(folder / "film", "fal", FEW)
    vendor = MemoryVendor(
        time=Time(), answers=["never"], kinds=frozenset({kind} - {""}), lengths=[300.0], waits=250.0
    )
    run_on(vendor, work, jobs=1)
    assert len(vendor.orders) == 1
    # Another order of ours was taken at once: it is not from after the grace. One later is.
    vendor.strangers = [
        Trace(
            id="s", endpoint="", at=vendor.now + 300, body={"prompt": "Else."}, text="Else.",
            shows_unfinished=kind != "begun",
        )
    ]  # fmt: skip
    assert uncertain(work) == 1
    vendor.time.now += 400
    report = run_on(vendor, work)
    assert report is not None
    if kind == "begun":
        assert len(vendor.orders) == 1
        vendor.time.now += 9180
        report = run_on(vendor, work)
    assert report is not None
    assert report.is_complete
    check_paid_once(vendor, work)


@pytest.mark.parametrize("kind", ["finished", "begun"])
def test_a_shorter_order_that_was_sent_later_and_ended_first_proves_nothing(
    kind: str, folder: Path
) -> None:
    work = make_work(folder / "film", "fal", FEW)
    vendor = MemoryVendor(
        time=Time(), answers=["lost"], kinds=frozenset({kind}), lengths=[3000.0, 60.0], waits=1500.0
    )
    report = run_on(vendor, work, jobs=1)
    assert report is not None
    assert uncertain(work) == 1
    assert len(vendor.orders) == 2
    vendor.time.now += 4000
    report = run_on(vendor, work)
    assert report is not None
    assert report.is_complete
    check_paid_once(vendor, work)


def test_rows_of_other_people_are_no_reason_to_wait_where_bodies_are_kept(folder: Path) -> None:
    work = make_work(folder / "film", "fal", FEW)
    strangers = [
        Trace(id=f"s{n}", endpoint="", at=EPOCH - 900 + 20 * n, body={"prompt": f"Street {n}."})
        for n in range(200)
    ]
    vendor = MemoryVendor(
        time=Time(), answers=["never"], strangers=strangers, waits=900.0, lengths=[60.0]
    )
    report = run_on(vendor, work, jobs=1)
    assert report is not None
    assert {one.what for one in report.results} == {Happening.RELEASED, Happening.STORED}
    # Where they may be ours in another form, they are shown to a person.
    shutil.rmtree(work.store.home)
    shutil.rmtree(work.store.out)
    work.store.lock.unlink()
    vendor = MemoryVendor(
        time=Time(), answers=["never"], strangers=strangers, waits=900.0, lengths=[60.0],
        kinds=frozenset({"restated"}),
    )  # fmt: skip
    report = run_on(vendor, work, jobs=1)
    assert report is not None
    doubt = next(one for one in report.results if one.what is Happening.UNCERTAIN)
    assert len(doubt.rows) == 5
    assert "may be this order in another form" in doubt.text


def test_what_another_checkout_pays_while_a_run_works_is_fetched_and_not_ordered(
    folder: Path,
) -> None:
    one, other = (make_work(folder / name, "fal", FEW) for name in ("one", "other"))
    vendor = MemoryVendor(time=Time())
    assert run_on(vendor, one) is not None
    assert len(vendor.orders) == 2

    class Pulling(Heard):
        def __call__(self, event: Event) -> None:
            super().__call__(event)
            if event.what is Happening.SUBMITTED:
                other.store.lock.write_bytes(one.store.lock.read_bytes())

    heard = Pulling()
    report = run_on(vendor, other, jobs=1, listen=heard)
    assert report is not None
    assert report.is_complete
    assert len(vendor.orders) == 3
    assert "adopted" in heard.kinds()


def test_a_lock_that_becomes_unreadable_while_a_run_works_lets_nothing_be_sent(
    folder: Path,
) -> None:
    work = make_work(folder / "film", "fal", FEW)
    vendor = MemoryVendor(time=Time())

    class Breaking(Heard):
        def __call__(self, event: Event) -> None:
            if event.what is Happening.SUBMITTED:
                work.store.lock.write_text("<html>")

    with pytest.raises(RunError, match=r"storyboard\.lock"):
        run_on(vendor, work, jobs=1, listen=Breaking())
    assert len(vendor.orders) == 1


_DEATHS = [
    f"{when} {state}"
    for when in ("before", "after")
    for state in ("submitting", "submitted", "uncertain", "released")
]


@settings(
    max_examples=int(os.environ.get("STORYBOARD_FAULT_EXAMPLES", "40")),
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)
@given(
    text=st.sampled_from([ONE, FEW]),
    host=st.sampled_from(["fal", "oxen"]),
    takes=st.sampled_from([1, 1, 2]),
    kinds=st.sets(st.sampled_from(["finished", "begun", "restated", "bare"]), max_size=2),
    lag=st.sampled_from([0.0, 100.0, 700.0]),
    has_date=st.booleans(),
    strangers=st.booleans(),
    answers=st.lists(st.sampled_from(["ok", "lost", "never"]), max_size=5),
    rounds=st.lists(
        st.tuples(
            st.sampled_from(["", "asking", *_DEATHS]),
            st.integers(1, 3),
            st.sampled_from([0.0, HOUR, -HOUR]),
            st.sampled_from([0.0, 300.0, 10_000.0]),
        ),
        min_size=1,
        max_size=3,
    ),
)
def test_any_schedule_of_deaths_clocks_and_histories_pays_each_clip_once(
    text: str,
    host: str,
    takes: int,
    kinds: set[str],
    lag: float,
    has_date: bool,
    strangers: bool,
    answers: list[str],
    rounds: list[tuple[str, int, float, float]],
) -> None:
    folder = temporary()
    try:
        work = make_work(folder / "film", host, text, takes)
        object.__setattr__(work, "target", work.target.model_copy(update={"takes": None}))
        vendor = MemoryVendor(
            time=Time(), answers=list(answers), lag=lag, has_date=has_date,
            kinds=frozenset(kinds | ({"texts"} if host == "oxen" else set())),
            life=None if host == "oxen" else 9000.0,
        )  # fmt: skip
        if strangers:
            vendor.strangers = [
                Trace(
                    id=f"s{n}", endpoint="", at=EPOCH - HOUR + 200 * n,
                    body=None if host == "oxen" else {"prompt": f"A street, {n}.", "duration": "3"},
                    text=f"A street, {n}." if host == "oxen" else None,
                )
                for n in range(150)
            ]  # fmt: skip
        for death, nth, ahead, pause in rounds:
            run_on(vendor, work, death=death, nth=nth, ahead=ahead)
            vendor.time.now += pause
        vendor.answers.clear()
        is_clear = "bare" not in kinds and not ("restated" in kinds and strangers)
        for _ in range(8):
            report = run_on(vendor, work)
            if report is not None and report.is_complete:
                break
            decide_as_a_person(vendor, work, is_clear=is_clear)
        check_paid_once(vendor, work)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
