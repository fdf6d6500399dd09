"""A simulator for one run: started before it, stopped after it, its jobs kept between runs."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from storyboard.run.store import Store

if TYPE_CHECKING:
    from storyboard.run.simulator import Simulator

_SECONDS_PER_CLIP = 0.5
REPOSITORY = "simulated/storyboard"
"""The repository that pictures go to on the simulated Oxen."""


class SimulatorMissingError(Exception):
    """The simulator cannot be started; the text says what to install or do."""


@contextmanager
def simulating(store: Store, *, jobs: int, faults: tuple[str, ...] = ()) -> Iterator[Simulator]:
    """A simulator that remembers the jobs of earlier runs of this film."""
    try:
        from storyboard.run.simulator import Simulator
    except ImportError as error:
        raise SimulatorMissingError(_missing(error)) from None
    try:
        store.home.mkdir(parents=True, exist_ok=True)
        simulator = Simulator(
            state=store.home / "simulator.db",
            seconds_per_clip=_SECONDS_PER_CLIP,
            fal_concurrency=jobs,
            oxen_concurrency=jobs,
            faults=faults,
        ).start()
    except ImportError as error:
        raise SimulatorMissingError(_missing(error)) from None
    except (OSError, ValueError) as error:
        raise SimulatorMissingError(f"the simulator cannot start: {error}") from None
    try:
        yield simulator
    finally:
        simulator.stop()


def _missing(error: ImportError) -> str:
    return (
        f"the simulator needs the package {error.name}: pip install 'storyboard-compiler[simulate]'"
    )
