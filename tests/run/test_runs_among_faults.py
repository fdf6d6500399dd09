"""Whatever goes wrong on the way, each clip is paid once and is here in the end."""

from __future__ import annotations

import asyncio
import os
import tempfile
import time
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from local_servers import LOCAL
from msgspec.structs import replace
from rendering_films import (
    FEW,
    QUICK,
    Heard,
    Work,
    check_paid_once,
    make_work,
    run_and_be_robbed,
    run_and_die,
    run_once,
    run_until_complete,
)

from storyboard.ledger import LeaseHeldError, State
from storyboard.run.events import Event, Happening
from storyboard.run.patience import Patience
from storyboard.run.report import Report
from storyboard.run.runner import Runner
from storyboard.simulator import Simulator
from storyboard.values.units import Money

HOSTS = ("fal", "oxen")


@pytest.fixture(params=HOSTS)
def work(request: pytest.FixtureRequest, tmp_path: Path) -> Work:
    return make_work(tmp_path / "film", request.param)


@pytest.fixture(params=HOSTS)
def few(request: pytest.FixtureRequest, tmp_path: Path) -> Work:
    return make_work(tmp_path / "film", request.param, FEW)


def ends(report: Report) -> dict[str, Happening]:
    return {result.clip.address: result.what for result in report.results}


@pytest.mark.parametrize(
    "faults",
    [
        ("429=0",),
        ("status:503*2", "status:429=0"),
        ("result:504*2",),
        ("truncated",),
        ("truncated=quiet",),
        ("download:html",),
        ("expired",),
        ("upload:503*2",),
        ("download:lost", "status:lost"),
        ("sse-drops",),
    ],
    ids=lambda faults: "+".join(faults),
)
def test_what_passes_is_waited_out_in_one_run(
    faults: tuple[str, ...], work: Work, sim: Simulator
) -> None:
    if work.host == "oxen" and faults[0].startswith("result"):
        faults = ("status:504*2",)
    sim.arm(*faults)
    assert run_once(work, sim.url).is_complete
    check_paid_once(work, sim)


@pytest.mark.parametrize("fault", ["lost", "500=accepted", "502=accepted", "html"])
def test_an_order_whose_answer_was_lost_is_found_again_in_the_same_run(
    fault: str, few: Work, sim: Simulator
) -> None:
    sim.arm(f"submit:{fault}")
    heard = Heard()
    assert run_once(few, sim.url, listen=heard).is_complete
    assert {"uncertain", "adopted"} <= heard.kinds()
    check_paid_once(few, sim)


@pytest.mark.parametrize("fault", ["refused", "500", "503"])
def test_a_run_sends_nothing_twice_even_where_it_was_surely_not_taken(
    fault: str, few: Work, sim: Simulator
) -> None:
    sim.arm(f"submit:{fault}")
    first = run_once(few, sim.url, jobs=1)
    # Oxen's orders carry no limit of their life: its list must have shown one that waits.
    known = {Happening.RELEASED} if few.host == "fal" else {Happening.RELEASED, Happening.UNCERTAIN}
    assert known & set(ends(first).values())
    assert len(sim.bill()["rows"]) < len(few.ids)
    run_until_complete(few, sim.url)
    check_paid_once(few, sim)


def test_an_order_that_the_history_cannot_tell_stays_uncertain_until_a_person_decides(
    tmp_path: Path, sim: Simulator
) -> None:
    work = make_work(tmp_path / "film", "fal", FEW)
    sim.arm("lost", *["history:503*"])
    report = run_once(work, sim.url, jobs=1)
    assert sorted(ends(report).values()) == [Happening.STORED, Happening.UNCERTAIN]
    heard = Heard()
    again = run_once(work, sim.url, listen=heard, patience=replace(QUICK, looking=0.3))
    assert Happening.UNCERTAIN in ends(again).values()
    assert len(sim.bill()["rows"]) == 2
    (wait,) = [event.facts for event in heard.events if event.what is Happening.LOOKING]
    assert wait["text"] == (
        "an uncertain clip is looked for in the vendor's list: nothing is being sent in its place"
    )
    assert wait["seconds"] == 0.3


def test_an_empty_account_stops_the_run_and_keeps_the_rest(few: Work, sim: Simulator) -> None:
    sim.arm("exhausted")
    report = run_once(few, sim.url, jobs=1)
    assert "no money" in report.stopped
    assert State.FAILED not in few.states().values()
    assert sim.bill()["rows"] == []
    assert run_once(few, sim.url).is_complete
    check_paid_once(few, sim)


def test_an_order_that_did_not_start_costs_nothing_and_is_sent_again_by_the_next_run(
    few: Work, sim: Simulator
) -> None:
    sim.arm("unstarted")
    report = run_once(few, sim.url, jobs=1)
    assert sorted(ends(report).values()) == [Happening.FAILED, Happening.STORED]
    (failed,) = (one for one in report.results if one.what is Happening.FAILED)
    assert failed.intent is not None
    assert (failed.intent.state, failed.intent.billed) == (State.FAILED, False)
    assert run_once(few, sim.url).is_complete
    assert [row["charged"] for row in sim.bill()["rows"]].count(True) == len(few.ids) == 2
    assert len(sim.bill()["rows"]) == 3


def test_a_wrong_key_stops_the_run_before_anything_is_sent(few: Work, sim: Simulator) -> None:
    report = run_once(few, sim.url, key="wrong-key-0000")
    variable = "FAL_KEY" if few.host == "fal" else "OXEN_API_KEY"
    assert f"put the right one into {variable}, or give another --key-file" in report.stopped
    assert sim.bill()["rows"] == []
    assert run_once(few, sim.url).is_complete


def test_a_host_that_takes_no_orders_for_long_ends_the_run(few: Work, sim: Simulator) -> None:
    sim.arm("submit:429=0*")
    heard = Heard()
    report = run_once(few, sim.url, listen=heard)
    assert report.stopped.startswith("the host takes no orders (")
    assert report.stopped.endswith("): run again later")
    rests = [event for event in heard.events if event.what is Happening.PAUSED]
    assert len(rests) >= QUICK.tries - 1
    assert set(few.states().values()) == {State.RELEASED}
    LOCAL.delete(f"{sim.url}/simulator/faults").raise_for_status()
    assert run_once(few, sim.url).is_complete
    check_paid_once(few, sim)


def ahead() -> float:
    """A clock that is two hours ahead."""
    return time.time() + 7200


def test_a_clock_that_is_ahead_of_the_hosts_stops_the_run_and_proves_no_absence(
    few: Work, sim: Simulator
) -> None:
    sim.arm("submit:500")  # which the history does not show
    report = run_once(few, sim.url, jobs=1, clock=ahead)
    assert Happening.UNCERTAIN in ends(report).values()
    assert State.UNCERTAIN in few.states().values()
    run_once(few, sim.url, jobs=1, clock=ahead)
    assert State.UNCERTAIN in few.states().values()
    run_until_complete(few, sim.url)
    check_paid_once(few, sim)


def test_a_run_whose_clock_is_wrong_sends_no_more(few: Work, sim: Simulator) -> None:
    report = run_once(few, sim.url, jobs=1, clock=ahead)
    assert report.stopped.endswith("ahead of the vendor's: set it right, and run again")
    assert sorted(ends(report).values()) == [Happening.STORED, Happening.WAITING]


def test_what_is_made_for_a_namespace_is_never_taken_for_absent(
    tmp_path: Path,
) -> None:
    work = make_work(tmp_path / "film", "oxen", FEW)
    # The list must have shown a clip that waits.
    with Simulator(clips="stub", seconds_per_clip=0.5) as simulator:
        simulator.arm("submit:500")
        report = run_once(work, simulator.url, jobs=1, options={"target-namespace": "films"})
    doubt = next(one for one in report.results if one.what is Happening.UNCERTAIN)
    assert "look there, and decide" in doubt.text
    assert State.UNCERTAIN in work.states().values()


def test_a_picture_that_is_not_uploaded_is_named(work: Work, sim: Simulator) -> None:
    sim.arm("upload:503*")
    report = run_once(work, sim.url, jobs=1)
    failed = next(one for one in report.results if one.clip.address == "stairs/1")
    assert failed.text.startswith('"mara.png" is not uploaded: ')
    assert not [row for row in sim.bill()["rows"] if "stairs" in str(row["body"])]


@pytest.mark.parametrize("fault", ["422=The words were wrong", "content-policy"])
def test_a_refused_clip_blocks_its_dependents_and_is_not_sent_again(
    fault: str, work: Work, sim: Simulator
) -> None:
    # The first order to come is a clip of the shore, or the one that another depends on.
    sim.arm(fault)
    report = run_once(work, sim.url, jobs=1)
    found = ends(report)
    assert found["stairs/1"] is Happening.FAILED
    assert found["stairs/2"] is Happening.BLOCKED
    assert found["shore/1"] is found["shore/2"] is Happening.STORED
    failed = next(one for one in report.results if one.what is Happening.FAILED)
    assert failed.place.endswith("storyboard.yaml:10")
    rows = len(sim.bill()["rows"])
    again = run_once(work, sim.url)
    assert ends(again) == found | dict.fromkeys(("shore/1", "shore/2"), Happening.REUSED)
    waits = next(one for one in again.results if one.what is Happening.BLOCKED)
    assert waits.text == 'it waits for "stairs/1", which does not come'
    assert len(sim.bill()["rows"]) == rows


def test_a_clip_that_broke_at_the_vendor_is_sent_again_by_the_next_run(
    work: Work, sim: Simulator
) -> None:
    sim.arm("failed")
    report = run_once(work, sim.url, jobs=1)
    assert ends(report)["stairs/1"] is Happening.FAILED
    assert run_once(work, sim.url).is_complete
    charged = [row for row in sim.bill()["rows"] if row["charged"]]
    assert len(charged) == len(work.ids)


def test_no_clip_is_sent_above_the_limit(work: Work, sim: Simulator) -> None:
    cost = Money.parse("0.70 USD") if work.host == "fal" else Money.parse("1.40 USD")
    report = run_once(work, sim.url, limit=cost)
    assert list(ends(report).values()).count(Happening.STORED) == 2
    assert Happening.UNPAID in ends(report).values()
    charged = [row for row in sim.bill()["rows"] if row["charged"]]
    assert len(charged) == 2


def test_what_is_at_risk_counts_as_spent(tmp_path: Path, sim: Simulator) -> None:
    work = make_work(tmp_path / "film", "fal", FEW)
    sim.arm("lost", "history:503*")
    report = run_once(work, sim.url, jobs=1, limit=Money.parse("0.40 USD"))
    assert sorted(ends(report).values()) == [Happening.UNCERTAIN, Happening.UNPAID]
    again = run_once(work, sim.url, limit=Money.parse("0.40 USD"))
    assert len(sim.bill()["rows"]) == 1
    assert Happening.UNPAID in ends(again).values()


def test_what_is_left_to_the_next_run_counts_as_spent(tmp_path: Path, sim: Simulator) -> None:
    work = make_work(tmp_path / "film", "fal", FEW)
    sim.arm("download:503*")
    report = run_once(work, sim.url, jobs=1, limit=Money.parse("0.40 USD"))
    assert sorted(ends(report).values()) == [Happening.STRANDED, Happening.UNPAID]
    assert len(sim.bill()["rows"]) == 1


def test_a_second_run_beside_the_first_pays_nothing(few: Work, sim: Simulator) -> None:
    with few.ledger() as first:
        first.take_lease()
        with pytest.raises(LeaseHeldError, match="another run works here"):
            run_once(few, sim.url)
    assert sim.bill()["rows"] == []


def test_an_interrupted_run_keeps_what_runs_and_the_next_goes_on(
    work: Work, sim: Simulator
) -> None:
    sim.arm("submit:slow=0.2*2")

    def interrupt_soon(runner: Runner) -> None:
        asyncio.get_running_loop().call_later(0.1, runner.interrupt)

    report = run_once(work, sim.url, prepare=interrupt_soon, jobs=2)
    assert report.interrupted
    assert not report.is_complete
    # Those that were being sent were sent to the end: their ids are known.
    assert State.SUBMITTING not in work.states().values()
    assert State.UNCERTAIN not in work.states().values()
    assert run_once(work, sim.url).is_complete
    check_paid_once(work, sim)


@pytest.mark.parametrize("host", HOSTS)
def test_an_interrupted_payment_ends_and_what_it_began_is_left_to_the_next_run(
    host: str, tmp_path: Path
) -> None:
    work = make_work(tmp_path / "film", host, FEW)

    def interrupt_soon(runner: Runner) -> None:
        asyncio.get_running_loop().call_later(0.2, runner.interrupt)

    with Simulator(clips="stub", seconds_per_clip=30) as simulator:
        simulator.arm("submit:slow=0.5*2")
        report = run_once(work, simulator.url, prepare=interrupt_soon, jobs=2)
        assert len(simulator.bill()["rows"]) == 2
    assert report.interrupted
    assert report.seconds < 10
    assert set(ends(report).values()) == {Happening.STRANDED}
    assert set(work.states().values()) <= {State.SUBMITTED, State.RUNNING}


def test_a_take_that_was_deleted_is_fetched_again_and_not_paid_again(
    work: Work, sim: Simulator
) -> None:
    assert run_once(work, sim.url).is_complete
    for take in work.store.takes.glob("*.mp4"):
        take.unlink()
    for clip in work.store.out.rglob("*.mp4"):
        clip.unlink()
    assert run_once(work, sim.url).is_complete
    check_paid_once(work, sim)


def test_a_colleague_with_the_lock_alone_fetches_and_pays_nothing(
    work: Work, sim: Simulator, tmp_path: Path
) -> None:
    assert run_once(work, sim.url).is_complete
    other = make_work(tmp_path / "clone", work.host)
    object.__setattr__(other, "plan", work.plan)
    other.store.lock.write_bytes(work.store.lock.read_bytes())
    assert run_once(other, sim.url).is_complete
    check_paid_once(other, sim)
    assert other.store.lock.read_bytes() == work.store.lock.read_bytes()


def test_what_failed_here_and_is_in_the_lock_is_fetched_and_not_sent(
    few: Work, sim: Simulator, tmp_path: Path
) -> None:
    other = make_work(tmp_path / "clone", few.host, FEW)
    sim.arm("content-policy", "refused")
    assert not run_once(other, sim.url, jobs=1).is_complete
    assert run_until_complete(few, sim.url) == 1
    other.store.lock.write_bytes(few.store.lock.read_bytes())
    rows = len(sim.bill()["rows"])
    assert run_once(other, sim.url).is_complete
    assert len(sim.bill()["rows"]) == rows


def test_running_again_when_all_is_here_asks_nobody(few: Work, sim: Simulator) -> None:
    assert run_once(few, sim.url).is_complete
    sim.arm("status:503*", "submit:503*", "history:503*", "upload:503*")
    report = run_once(few, sim.url)
    assert set(ends(report).values()) == {Happening.REUSED}


class Sending:
    """How many clips are being sent, by what a run says."""

    def __init__(self) -> None:
        self.now = self.most = 0

    def __call__(self, event: Event) -> None:
        if event.what is Happening.SUBMITTING:
            self.now += 1
            self.most = max(self.most, self.now)
        elif event.what is Happening.SUBMITTED:
            self.now -= 1


def test_no_more_are_being_sent_at_once_than_a_kill_may_leave_in_doubt(
    work: Work, sim: Simulator
) -> None:
    sim.arm("submit:slow=0.05*4")
    sending = Sending()
    assert run_once(work, sim.url, jobs=10, listen=sending, most_sending=2).is_complete
    assert sending.most == 2
    check_paid_once(work, sim)


def test_a_host_that_tells_of_a_clip_is_not_asked_for_it(tmp_path: Path) -> None:
    work = make_work(tmp_path / "film", "fal", FEW)
    patience = Patience(first=0.3, most=0.3, growth=1.0, grace=0.0)
    heard = Heard()
    with Simulator(clips="stub", seconds_per_clip=1.2) as simulator:
        assert run_once(work, simulator.url, patience=patience, listen=heard).is_complete
        requests = LOCAL.get(f"{simulator.url}/simulator/bill").json()["requests"]
    assert "running" in heard.kinds()
    assert requests["events"] == 2
    assert requests.get("status", 0) == 0


_SUBMIT = st.sampled_from(
    ["lost", "refused", "500", "500=accepted", "503", "html", "429=0", "502=accepted", "slow=0.05"]
)
_LATER = st.sampled_from(
    [
        "status:503", "status:lost", "result:504", "result:lost", "truncated", "truncated=quiet",
        "download:html", "expired", "download:503", "history:503", "history:lost", "sse-drops",
        "upload:503", "status:html", "result:html", "history:html",
    ]
)  # fmt: skip
_DEATHS = st.sampled_from(
    [
        f"{how}{when} {state}"
        for how in ("", "robbed ")
        for when in ("before", "after")
        for state in ("submitting", "submitted", "uncertain", "succeeded", "stored", "released")
    ]
)
_EXAMPLES = int(os.environ.get("STORYBOARD_FAULT_EXAMPLES", "8"))


@settings(
    max_examples=_EXAMPLES,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(
    host=st.sampled_from(HOSTS),
    takes=st.sampled_from([1, 3]),
    rounds=st.lists(
        st.tuples(st.lists(_SUBMIT, max_size=3), st.lists(_LATER, max_size=4), st.none() | _DEATHS),
        min_size=1,
        max_size=3,
    ),
)
def test_any_schedule_of_faults_and_deaths_ends_with_each_clip_paid_once(
    host: str,
    takes: int,
    rounds: list[tuple[list[str], list[str], str | None]],
    simulator: Simulator,
) -> None:
    simulator.reset()
    with tempfile.TemporaryDirectory() as folder:
        work = make_work(Path(folder) / "film", host, FEW, takes)
        for submits, laters, death in rounds:
            simulator.arm(*submits, *laters)
            if death is None:
                run_once(work, simulator.url)
            elif death.startswith("robbed "):
                run_and_be_robbed(work, simulator.url, death.removeprefix("robbed "))
            else:
                run_and_die(work, simulator.url, death)
        # Nothing new goes wrong; whatever was armed and not met may still come.
        run_until_complete(work, simulator.url, most=8)
        check_paid_once(work, simulator)


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("state", ["submitting", "submitted", "succeeded", "stored"])
def test_a_run_that_loses_its_lease_stops_and_the_next_pays_nothing_twice(
    when: str, state: str, few: Work, sim: Simulator
) -> None:
    assert run_and_be_robbed(few, sim.url, f"{when} {state}")
    run_until_complete(few, sim.url)
    check_paid_once(few, sim)


@pytest.mark.parametrize(
    "kind",
    ["late=0.3", "finished", "restated", "paged=1", "strangers=2", "zoneless", "finished,late=0.3"],
)
def test_an_order_whose_answer_was_lost_is_found_in_a_history_of_any_kind(
    kind: str, few: Work, sim: Simulator
) -> None:
    sim.arm("lost", *(f"history:{one}*" for one in kind.split(",")))
    assert run_once(few, sim.url, patience=replace(QUICK, looking=5.0)).is_complete
    check_paid_once(few, sim)


@pytest.mark.parametrize("kind", ["bare", "twins"])
def test_an_order_that_a_history_cannot_tell_is_left_to_a_person_and_not_paid_again(
    kind: str, few: Work, sim: Simulator
) -> None:
    sim.arm("lost", f"history:{kind}*")
    report = run_once(few, sim.url, jobs=1)
    doubts = [one for one in report.results if one.what is Happening.UNCERTAIN]
    # A twin has the same body, on fal: which of both is adopted makes no difference there.
    if few.host == "fal" and kind == "twins":
        assert not doubts
    else:
        assert [len(one.rows) > 0 for one in doubts] == [True]
    assert len(sim.bill()["rows"]) == 2
