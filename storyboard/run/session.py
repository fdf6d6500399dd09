"""A run from its plan to its report: store, lease, host and runner put together."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from storyboard.ledger import SqliteLedger
from storyboard.plan import Plan
from storyboard.run.carrying import Patience
from storyboard.run.events import Listener
from storyboard.run.ffmpeg import find_ffmpeg
from storyboard.run.hosts.opening import SIMULATED_KEY, find_key, open_host
from storyboard.run.plans import PlanError, wanted_of
from storyboard.run.reports import Report, RunOptions
from storyboard.run.runner import Runner
from storyboard.run.simulation import REPOSITORY, simulating
from storyboard.run.store import Store
from storyboard.targets.types import Target
from storyboard.units import Money

INTERRUPTED = 130


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """What a run is made of. ``root`` is the project's folder, where a plan's pictures are.

    ``base`` is an address in place of the vendor's own; ``repository`` and ``namespace`` are
    Oxen's. ``faults`` are given to the simulator.
    """

    plan: Plan
    target: Target
    store: Store
    root: Path
    jobs: int = 4
    limit: Money | None = None
    key_file: Path | None = None
    base: str | None = None
    repository: str = ""
    namespace: str = ""
    faults: tuple[str, ...] = ()
    patience: Patience | None = None

    def run(self, listen: Listener, on_second_interrupt: Callable[[], None]) -> Report:
        """Run the plan to its end.

        Raises ``RunError``, ``PlanError``, ``KeyMissingError``, ``LedgerError``,
        ``LeaseHeldError``, ``LeaseLostError``, ``SimulatorMissingError``.
        """
        clips = wanted_of(self.plan, self.target.host)
        if find_ffmpeg() is None and any(clip.frames for clip in clips):
            raise PlanError(
                "clips that open on another's last frame need ffmpeg: install it, or the "
                "package imageio-ffmpeg"
            )
        if self.store.simulated and self.base is None:
            with (
                SqliteLedger(self.store.ledger) as ledger,
                _leased(ledger),
                simulating(self.store, jobs=self.jobs, faults=self.faults) as simulator,
            ):
                return self._run(
                    ledger, f"{simulator.url}/{self.target.host}", listen, on_second_interrupt
                )
        key = "" if self.store.simulated else find_key(self.target.host, self.key_file)
        with SqliteLedger(self.store.ledger) as ledger, _leased(ledger):
            return self._run(ledger, self.base, listen, on_second_interrupt, key)

    def _run(
        self,
        ledger: SqliteLedger,
        base: str | None,
        listen: Listener,
        on_second_interrupt: Callable[[], None],
        key: str = "",
    ) -> Report:
        simulated = self.store.simulated

        async def run() -> Report:
            host = open_host(
                self.target.host,
                key or SIMULATED_KEY,
                base=base,
                repository=self.repository or (REPOSITORY if simulated else ""),
                namespace=self.namespace,
                simulated=simulated,
            )
            # A simulator takes seconds, and nothing is on its way to it after an answer.
            patience = Patience(first=0.25, most=1.0, grace=0.0) if simulated else Patience()
            runner = Runner(
                wanted_of(self.plan, self.target.host),
                host=host,
                ledger=ledger,
                store=self.store,
                root=self.root,
                pictures=self.target.pictures,
                options=RunOptions(
                    jobs=self.jobs,
                    limit=self.limit,
                    patience=self.patience or patience,
                    file=self.plan["storyboard"]["file"],
                    target=self.target.target,
                ),
                listen=listen,
            )
            try:
                with _interrupts(runner, on_second_interrupt):
                    return await runner.run()
            finally:
                await host.close()

        return asyncio.run(run())


@contextmanager
def _leased(ledger: SqliteLedger) -> Iterator[None]:
    ledger.take_lease()
    yield


@contextmanager
def _interrupts(runner: Runner, on_second: Callable[[], None]) -> Iterator[None]:
    """The first SIGINT or SIGTERM ends the run in order, the second one at once."""
    loop, count = asyncio.get_running_loop(), 0

    def interrupt() -> None:
        nonlocal count
        count += 1
        if count == 1:
            runner.interrupt()
        else:
            on_second()
            os._exit(INTERRUPTED)

    taken = []
    for number in (signal.SIGINT, signal.SIGTERM):
        try:
            loop.add_signal_handler(number, interrupt)
            taken.append(number)
        except (NotImplementedError, RuntimeError, ValueError):
            continue  # not on this system, or not in the main thread
    try:
        yield
    finally:
        for number in taken:
            loop.remove_signal_handler(number)
