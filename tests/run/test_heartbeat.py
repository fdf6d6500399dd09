"""While a run works, it extends its lease; one that has lost it writes nothing more."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from rendering_films import FEW, make_work, run_once

from storyboard.ledger import Holder, LeaseLostError, Ledger
from storyboard.ledger.lease import SECONDS
from storyboard.run.report import RunOptions
from storyboard.simulator import Simulator


class Watched:
    """A ledger that counts how often its lease is extended."""

    beats: list[float]

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self.beats = []

    def __getattr__(self, name: str) -> Any:
        return getattr(self._ledger, name)

    def beat(self) -> None:
        self._ledger.beat()
        lease = self._ledger.lease()
        assert lease is not None
        self.beats.append(lease.expires)


def test_a_run_that_waits_for_a_clip_extends_its_lease(tmp_path: Path) -> None:
    work, seen = make_work(tmp_path / "film", "fal", FEW), []

    def watch(ledger: Ledger) -> Watched:
        seen.append(Watched(ledger))
        return seen[0]

    with Simulator(clips="stub", seconds_per_clip=1.0) as simulator:
        run_once(work, simulator.url, wrap=watch, heartbeat=0.02)
    beats = seen[0].beats
    assert len(beats) >= 3
    assert beats == sorted(set(beats))


def test_several_heartbeats_may_be_missed_before_the_lease_is_lost() -> None:
    assert RunOptions().heartbeat * 4 <= SECONDS


def test_a_run_learns_by_its_heartbeat_that_another_has_taken_over(tmp_path: Path) -> None:
    work = make_work(tmp_path / "film", "fal", FEW)

    def lose(ledger: Ledger) -> Ledger:
        class Lost(Watched):
            def beat(self) -> None:
                if not self.beats:
                    self.beats.append(0.0)
                    ledger.give_lease_back()
                    work.store.open_ledger().take_lease(Holder(machine="another-machine"))
                super().beat()

        return Lost(ledger)

    with Simulator(clips="stub", seconds_per_clip=60) as simulator:
        with pytest.raises(LeaseLostError):
            run_once(work, simulator.url, wrap=lose, heartbeat=0.1)
        assert simulator.bill()["repeated"] == []
