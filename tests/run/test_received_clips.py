"""What is said of clips that take long, and of clips that are not as the host has promised."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace
from rendering_films import FEW, Heard, check_paid_once, make_work, run_once

from storyboard.hosts.errors import FailureKind, Problem
from storyboard.hosts.protocol import Host, Outcome
from storyboard.ledger import Receipt
from storyboard.run import delivery
from storyboard.run.events import Happening
from storyboard.simulator import Simulator
from storyboard.values.units import Money


@pytest.fixture
def sim() -> Iterator[Simulator]:
    with Simulator(clips="stub", seconds_per_clip=0.05, concurrency=8) as running:
        yield running


class PromisingHost:
    """A host that promises something else of its clips than they are."""

    def __init__(self, host: Host, **promises: Any) -> None:
        self._host = host
        self._promises = promises

    def __getattr__(self, name: str) -> Any:
        return getattr(self._host, name)

    async def fetch(self, receipt: Receipt) -> Outcome:
        return replace(await self._host.fetch(receipt), **self._promises)


@pytest.mark.parametrize("size", [1, 10**14])
def test_a_clip_that_is_whole_is_stored_whatever_size_was_promised(
    size: int, tmp_path: Path, sim: Simulator
) -> None:
    work, heard = make_work(tmp_path / "film", "fal", FEW), Heard()
    done = run_once(
        work, sim.url, listen=heard, wrap_host=lambda host: PromisingHost(host, size=size)
    )
    assert done.is_complete
    said = [str(one.facts["text"]) for one in heard.events if one.what is Happening.WARNING]
    assert len([one for one in said if "the host promised" in one]) == 2
    check_paid_once(work, sim)


def test_a_charge_beyond_measure_ends_no_run(tmp_path: Path, sim: Simulator) -> None:
    work = make_work(tmp_path / "film", "fal", FEW)
    units = Decimal(9999999999)
    done = run_once(work, sim.url, wrap_host=lambda host: PromisingHost(host, units=units))
    assert done.is_complete


@pytest.mark.parametrize("charge", ["0.50", "0.00", None])
def test_what_was_charged_for_a_clip_that_was_stopped_is_in_the_lock_at_once(
    charge: str | None, tmp_path: Path, sim: Simulator
) -> None:
    work = make_work(tmp_path / "film", "fal", FEW)
    money = None if charge is None else Money(Decimal(charge), "USD")
    stopped = {
        "link": None,
        "problem": Problem(kind=FailureKind.CANCELLED, text="it was cancelled"),
        "units": None,
        "charge": money,
    }
    run_once(work, sim.url, wrap_host=lambda host: PromisingHost(host, **stopped))
    told = [(one.clip, one.charge) for one in work.store.read_lock().orders.values()]
    assert told == ([(None, money)] * 2 if charge == "0.50" else [])
    # The same lines once more change nothing, and the clips are sent anew.
    assert run_once(work, sim.url).is_complete
    assert len(work.store.read_lock().orders) == (4 if charge == "0.50" else 2)


def test_a_clip_that_takes_long_is_said_once_with_the_command_that_stops_it(
    tmp_path: Path, sim: Simulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(delivery, "_STUCK", 0.0)
    heard = Heard()
    assert run_once(make_work(tmp_path / "film", "oxen", FEW), sim.url, listen=heard).is_complete
    late = [one for one in heard.events if one.what is Happening.WARNING]
    assert len(late) <= 2
    assert all("`storyboard cancel shore/" in str(one.facts["text"]) for one in late)
