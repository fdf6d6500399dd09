"""Real simulators for the tests of runs."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from storyboard.simulator import Simulator

# What these tests share stands beside them, and is imported by the processes they kill too.
if str(Path(__file__).parent) not in sys.path:
    sys.path.insert(0, str(Path(__file__).parent))


@pytest.fixture(scope="module")
def simulator() -> Iterator[Simulator]:
    with Simulator(clips="stub", scale=0.84, seconds_per_clip=0.05, concurrency=8) as running:
        yield running


@pytest.fixture
def sim(simulator: Simulator) -> Iterator[Simulator]:
    simulator.reset()
    yield simulator
    simulator.reset()
