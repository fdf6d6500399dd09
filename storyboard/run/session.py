"""Puts a run together: store, lease, host and runner."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

from msgspec import Struct, field

from storyboard.compiler.request import Output
from storyboard.errors import UsageError
from storyboard.hosts.registry import SIMULATED_KEY, find_key, get_host, open_host
from storyboard.ledger import Ledger
from storyboard.ledger.store import Store
from storyboard.media.pyav import NEEDED, MediaError, is_av_here
from storyboard.plan import Plan
from storyboard.plan.clips import PlannedClip, planned_clips
from storyboard.run.events import Event, EventListener
from storyboard.run.local_simulator import simulating
from storyboard.run.patience import Patience, waits_of_environment
from storyboard.run.report import Report, RunOptions
from storyboard.run.runner import Runner
from storyboard.targets.model import Target
from storyboard.targets.sent_request import read_request
from storyboard.values.units import Money

INTERRUPTED = 130
SIMULATED_WAITS = Patience(first=0.25, most=1.0, grace=0.0, life=3.0, looking=10.0)
"""A simulator takes seconds, and nothing is on its way to it after an answer."""
_TICK = 0.25


class SettingError(UsageError):
    """An option is missing that the run needs; the text names it."""


def _nothing() -> None:
    """Say nothing."""


class Session(Struct, frozen=True, kw_only=True):
    """What a run is made of. ``root`` is the project's folder, where a plan's pictures are.

    ``targets`` are the plan's, by their ids. ``base`` is an address in place of the vendor's own,
    under which several hosts have their names; ``host_options`` are the values of the options that
    the hosts declare, by their names; ``faults`` are given to the simulator.
    ``limit`` is the most that this run may spend, beside the plan's budget of the film.
    ``patience`` says how long is waited for what; None for what ``STORYBOARD_WAITS`` says.
    """

    plan: Plan
    targets: Mapping[str, Target]
    store: Store
    root: Path
    jobs: int = 4
    limit: Money | None = None
    key_file: Path | None = None
    base: str | None = None
    host_options: Mapping[str, str] = field(default_factory=dict)
    faults: tuple[str, ...] = ()
    patience: Patience | None = None

    def _clip_seconds(self, clips: Iterable[PlannedClip]) -> dict[str, int]:
        """The seconds of the clips at URLs that planned ones are made from, by URL."""
        found: dict[str, int] = {}
        for clip in clips:
            target = self.targets.get(clip.target)
            if target is None or target.request.footage is None:
                continue
            sent = read_request(target, clip.order.payload)
            if sent.lasts_as_footage:
                links = (link for _, link in sent.footage if link.startswith("https://"))
                found |= dict.fromkeys(links, clip.order.seconds)
        return found

    def run(
        self,
        listen: EventListener,
        on_second_interrupt: Callable[[], None] = _nothing,
        tick: Callable[[], None] = _nothing,
    ) -> Report:
        """Run the plan to its end. ``tick`` is called several times a second meanwhile.

        A listener that raises ``OSError`` has gone away: the run ends in order, as after an
        interrupt. Raises ``RunError``, ``PlanError``, ``SettingError``, ``KeyMissingError``,
        ``LedgerError``, ``LeaseHeldError``, ``LeaseLostError``, ``MediaError``,
        ``SimulatorError``, ``WaitsError``.
        """
        clips = planned_clips(self.plan)
        hosts = tuple(dict.fromkeys(clip.order.host for clip in clips))
        self._waits(self.base)
        for host in hosts:
            self._check(host, clips)
        views = _Views(listen, on_second_interrupt, tick)
        if self.store.simulated and self.base is None:
            with (
                self.store.open_ledger() as ledger,
                _leased(ledger),
                simulating(
                    self.store,
                    jobs=self.jobs,
                    faults=self.faults,
                    own=tuple(self.targets.values()),
                    clip_seconds=self._clip_seconds(clips),
                ) as simulator,
            ):
                bases = {
                    name: get_host(name, is_simulated=True).address_under(simulator.url)
                    for name in hosts
                }
                return self._run(clips, ledger, simulator.url, bases, {}, views)
        is_simulated = self.store.simulated
        keys = {} if is_simulated else {name: find_key(name, self.key_file) for name in hosts}
        base = self.base
        addresses: dict[str, str | None] = dict.fromkeys(hosts, base)
        if base is not None and len(hosts) > 1:
            addresses = {
                name: get_host(name, is_simulated=is_simulated).address_under(base)
                for name in hosts
            }
        with self.store.open_ledger() as ledger, _leased(ledger):
            return self._run(clips, ledger, base, addresses, keys, views)

    def _waits(self, base: str | None) -> Patience:
        """How long this run waits at an address: as it was told, else as the environment says."""
        usual = SIMULATED_WAITS if self.store.simulated else Patience()
        return (self.patience or waits_of_environment(usual)).for_vendor(base)

    def _check(self, name: str, clips: tuple[PlannedClip, ...]) -> None:
        """Refuse before the first payment to a host what would be found missing after it."""
        opens = (one.output is Output.LAST_FRAME for clip in clips for one in clip.needs)
        if not is_av_here() and any(opens):
            raise MediaError(f"clips that open on another's frame need PyAV: {NEEDED}")
        host = get_host(name, is_simulated=self.store.simulated)
        wanted = "" if self.store.simulated else host.pictures_option
        if (
            wanted
            and not self.host_options.get(wanted)
            and any(clip.assets or clip.needs for clip in clips if clip.order.host == name)
        ):
            option = host.option(wanted)
            raise SettingError(
                f"for pictures, clips and last frames {host.title} needs --{option.name} "
                f"{option.metavar}: {option.help.removesuffix('.')}"
            )

    def _run(
        self,
        clips: tuple[PlannedClip, ...],
        ledger: Ledger,
        base: str | None,
        bases: Mapping[str, str | None],
        keys: Mapping[str, str],
        views: _Views,
    ) -> Report:
        simulated = self.store.simulated
        patience = self._waits(base)

        # ``asyncio.run`` makes a text of what a coroutine returns: a long one of many clips.
        reports: list[Report] = []

        async def run() -> None:
            hosts = {
                name: open_host(
                    name,
                    keys.get(name) or SIMULATED_KEY,
                    base=address,
                    options=self._options_of(name),
                    simulated=simulated,
                    limits=patience.limits,
                )
                for name, address in bases.items()
            }
            runner = Runner(
                clips,
                hosts=hosts,
                targets=self.targets,
                ledger=ledger,
                store=self.store,
                root=self.root,
                options=RunOptions(
                    jobs=self.jobs,
                    limit=self.limit,
                    budget=self.plan.budget.limit,
                    patience=patience,
                    file=self.plan.film.file,
                    target=", ".join(dict.fromkeys(clip.target for clip in clips)),
                ),
                listen=views.hear,
            )
            loop = asyncio.get_running_loop()

            def end() -> None:
                # Not at once: the one that speaks may be about to pay.
                loop.call_soon(runner.interrupt)

            views.on_gone = end
            ticking = asyncio.ensure_future(views.tick_on())
            try:
                with _interrupts(runner, views.leave):
                    reports.append(await runner.run())
            finally:
                ticking.cancel()
                for host in hosts.values():
                    await host.close()

        asyncio.run(run())
        return reports[0]

    def _options_of(self, name: str) -> dict[str, str]:
        """The values of the options that a host declares."""
        host = get_host(name, is_simulated=self.store.simulated)
        known = {one.name for one in host.options}
        given = {one: text for one, text in self.host_options.items() if text and one in known}
        return {**host.simulated_options, **given} if self.store.simulated else given


class _Views:
    """Calls the views of a run. After an ``OSError`` of a view the run is ended in order."""

    def __init__(
        self, listen: EventListener, leave: Callable[[], None], tick: Callable[[], None]
    ) -> None:
        self._listen = listen
        self._leave = leave
        self._tick = tick
        self._is_gone = False
        self.on_gone: Callable[[], None] = _nothing

    def hear(self, event: Event) -> None:
        """Pass an event to the view."""
        self._call(lambda: self._listen(event))

    async def tick_on(self) -> None:
        """Call the view's tick several times a second."""
        while not self._is_gone:
            await asyncio.sleep(_TICK)
            self._call(self._tick)

    def leave(self) -> None:
        """Remove the live view before the process ends."""
        with suppress(OSError):
            self._leave()

    def _call(self, work: Callable[[], None]) -> None:
        if self._is_gone:
            return
        try:
            work()
        except OSError:
            self._is_gone = True
            self.on_gone()


@contextmanager
def _leased(ledger: Ledger) -> Iterator[None]:
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
        # Windows has no such handlers, and signals come to the main thread alone.
        with suppress(NotImplementedError, RuntimeError):
            loop.add_signal_handler(number, interrupt)
            taken.append(number)
    try:
        yield
    finally:
        for number in taken:
            loop.remove_signal_handler(number)
