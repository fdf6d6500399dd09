"""The simulator of one run: started before the run, stopped after it.

Its jobs are kept between runs. While it runs, its address is in the file ``simulator.url`` beside
its state, where ``cancel`` finds it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from storyboard.errors import StoryboardError, UsageError
from storyboard.ledger.store import Store

if TYPE_CHECKING:
    from storyboard.simulator import Simulator
    from storyboard.targets.model import Target

_SECONDS_PER_CLIP = 0.5


class SimulatorError(StoryboardError):
    """The simulator cannot be started; the text says what to install or do."""


class SimulatorFaultError(UsageError):
    """A fault that the simulator does not know; the text says what to write."""


def check_faults(faults: tuple[str, ...]) -> None:
    """Read faults before a run. Raises ``SimulatorFaultError`` and ``SimulatorError``."""
    try:
        from storyboard.simulator.faults import parse_fault
    except ImportError as error:
        raise SimulatorError(_missing(error)) from None
    for fault in faults:
        try:
            parse_fault(fault)
        except ValueError as error:
            raise SimulatorFaultError(str(error)) from None


def address_of(store: Store) -> str | None:
    """The address of the simulator that serves a run of this film now; None where none does."""
    try:
        return _address(store).read_text(encoding="ascii").strip() or None
    except (OSError, ValueError):
        return None


def _address(store: Store) -> Path:
    return store.home / "simulator.url"


@contextmanager
def simulating(
    store: Store,
    *,
    jobs: int,
    faults: tuple[str, ...] = (),
    own: tuple[Target, ...] = (),
    clip_seconds: Mapping[str, int] | None = None,
) -> Iterator[Simulator]:
    """Run a simulator that knows the jobs of earlier runs of this film.

    ``jobs`` is how many clips of a host are in progress at once. Of the targets ``own``, those
    that the simulator has no table of are served by their data. ``clip_seconds`` are the seconds
    of clips at links that it does not fetch. Raises ``SimulatorError``.
    """
    try:
        from storyboard.simulator import Simulator
    except ImportError as error:
        raise SimulatorError(_missing(error)) from None
    try:
        store.home.mkdir(parents=True, exist_ok=True)
        simulator = Simulator(
            state=store.home / "simulator.db",
            seconds_per_clip=_SECONDS_PER_CLIP,
            concurrency=jobs,
            faults=faults,
            own=own,
            clip_seconds=clip_seconds or {},
        ).start()
    except ImportError as error:
        raise SimulatorError(_missing(error)) from None
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise SimulatorError(f"the simulator cannot start: {reason}") from None
    except ValueError as error:
        raise SimulatorError(f"the simulator cannot start: {error}") from None
    try:
        with suppress(OSError):  # a run needs no one beside it
            # Not into what a link of this name leads to.
            _address(store).unlink(missing_ok=True)
            _address(store).write_text(f"{simulator.url}\n", encoding="ascii")
        yield simulator
    finally:
        with suppress(OSError):
            _address(store).unlink(missing_ok=True)
        simulator.stop()


def _missing(error: ImportError) -> str:
    return f"the simulator needs the package {error.name}: pip install {error.name}"
