"""A run that is killed anywhere and run again has paid each clip once and lost none."""

from __future__ import annotations

from pathlib import Path

import pytest
from rendering_films import (
    FEW,
    check_paid_once,
    make_work,
    run_and_die,
    run_once,
    run_until_complete,
)

from storyboard.simulator import Simulator

HOSTS = ("fal", "oxen")
STATES = ("submitting", "submitted", "running", "succeeded", "stored")
POINTS = [f"{when} {state}" for state in STATES for when in ("before", "after")]


@pytest.mark.parametrize("host", HOSTS)
@pytest.mark.parametrize("point", POINTS)
def test_killed_at_a_transition_and_run_again_pays_once(
    host: str, point: str, sim: Simulator, tmp_path: Path
) -> None:
    work = make_work(tmp_path / "film", host, FEW)
    died = run_and_die(work, sim.url, point)
    assert died or "running" in point  # a quick clip may never be seen to run
    run_until_complete(work, sim.url)
    check_paid_once(work, sim)


@pytest.mark.parametrize("host", HOSTS)
@pytest.mark.parametrize("point", ["before uncertain", "after uncertain", "after submitting"])
@pytest.mark.parametrize("fault", ["lost", "500=accepted", "refused", "html"])
def test_killed_when_the_answer_was_lost_and_run_again_pays_once(
    host: str, point: str, fault: str, sim: Simulator, tmp_path: Path
) -> None:
    work = make_work(tmp_path / "film", host, FEW)
    sim.arm(f"submit:{fault}")
    assert run_and_die(work, sim.url, point)
    # What is killed before it sends leaves the fault to the next run, which may not send twice.
    run_until_complete(work, sim.url)
    check_paid_once(work, sim)


@pytest.mark.parametrize("host", HOSTS)
@pytest.mark.parametrize("nth", [1, 2, 3])
@pytest.mark.parametrize("point", ["before submitting", "after submitting", "after submitted"])
def test_killed_among_the_takes_of_one_order_and_run_again_pays_each_once(
    host: str, point: str, nth: int, sim: Simulator, tmp_path: Path
) -> None:
    work = make_work(tmp_path / "film", host, FEW, takes=3)
    assert run_and_die(work, sim.url, point, nth)
    run_until_complete(work, sim.url, most=4)
    check_paid_once(work, sim)


@pytest.mark.parametrize("host", HOSTS)
def test_killed_again_and_again_pays_once(host: str, sim: Simulator, tmp_path: Path) -> None:
    work = make_work(tmp_path / "film", host)
    for point in ("before submitted", "after submitting", "before succeeded", "before stored"):
        sim.arm("lost")
        run_and_die(work, sim.url, point, nth=2)
    run_until_complete(work, sim.url, most=4)
    check_paid_once(work, sim)


@pytest.mark.parametrize("host", HOSTS)
def test_killed_while_it_settles_a_doubt_pays_once(
    host: str, sim: Simulator, tmp_path: Path
) -> None:
    work = make_work(tmp_path / "film", host)
    sim.arm("lost")
    assert run_and_die(work, sim.url, "after uncertain")
    # The doubt is settled by adopting: killed just before and just after that is written.
    assert run_and_die(work, sim.url, "before submitted")
    assert run_and_die(work, sim.url, "after submitted")
    assert run_once(work, sim.url).is_complete
    check_paid_once(work, sim)


@pytest.mark.parametrize("host", HOSTS)
@pytest.mark.parametrize("point", ["after submitting", "after submitted", "after stored"])
def test_a_ledger_that_has_lost_what_lies_beside_it_after_a_kill_pays_once(
    host: str, point: str, sim: Simulator, tmp_path: Path
) -> None:
    work = make_work(tmp_path / "film", host, FEW)
    # A clip is under way or made, and the next write is the last.
    assert run_and_die(work, sim.url, point, nth=2)
    for name in ("ledger.db-wal", "ledger.db-shm"):
        work.store.ledger_file.with_name(name).unlink(missing_ok=True)
    run_until_complete(work, sim.url)
    check_paid_once(work, sim)
