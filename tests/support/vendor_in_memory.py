"""A vendor in memory whose history may be of any kind, and an event loop whose time is not real.

Runs against it take the waits that a user has, 20 minutes and more, in milliseconds.
"""

from __future__ import annotations

import asyncio
import hashlib
import math
import selectors
from collections.abc import Callable, Coroutine, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from rendering_films import Heard, Work

from storyboard.hosts.errors import FailureKind, trouble
from storyboard.hosts.protocol import Download, JobView, Outcome, Progress, Submission, Trace
from storyboard.ledger import Ledger, Receipt, State
from storyboard.plan.clips import planned_clips
from storyboard.plan.request_body import texts
from storyboard.run.patience import Patience
from storyboard.run.report import Report, RunOptions
from storyboard.run.runner import Runner
from storyboard.simulator.clip_render import ClipRenderer
from storyboard.simulator.orders import OrderedShot, SimulatedOrder

EPOCH = 1_790_000_000.0
"""Unix seconds by the vendor's clock when the time of the tests begins."""


# -- time -----------------------------------------------------------------------------------------


class Killed(SystemExit):
    """The process is killed here."""


@dataclass
class Time:
    """The time that all runs of a test share, in seconds."""

    now: float = 0.0


class _Selector(selectors.SelectSelector):
    """Waits for threads alone: else the time that would be waited for has passed."""

    loop: QuickLoop

    def select(self, timeout: float | None = None) -> list[Any]:
        if timeout is None or (self.loop.threads and timeout > 0):
            return super().select(1.0)
        found = super().select(0)
        if not found:
            self.loop.shared.now += timeout
        return found


class QuickLoop(asyncio.SelectorEventLoop):
    """An event loop on a time that passes as soon as nothing is to be done."""

    def __init__(self, shared: Time) -> None:
        self.shared, self.threads = shared, 0
        selector = _Selector()
        selector.loop = self
        super().__init__(selector)

    def time(self) -> float:
        return self.shared.now

    def run_in_executor(self, *arguments: Any) -> Any:
        self.threads += 1
        future = super().run_in_executor(*arguments)

        def ended(_: Any) -> None:
            self.threads -= 1

        future.add_done_callback(ended)
        return future


def run_quickly(time: Time, main: Callable[[], Coroutine[Any, Any, Report]]) -> Report | None:
    """What a coroutine gives; None where it was killed."""
    with asyncio.Runner(loop_factory=lambda: QuickLoop(time)) as runner:
        try:
            return runner.run(main())
        except Killed:
            return None


# -- the vendor -----------------------------------------------------------------------------------


@dataclass
class TakenOrder:
    """An order that the vendor has taken: ``begins`` and ``ends`` are times by its clock."""

    id: str
    body: Mapping[str, Any]
    at: float
    begins: float
    ends: float


@dataclass
class MemoryVendor:
    """All orders, and how the vendor tells of them.

    ``answers`` are what becomes of the orders to come: ``ok``, ``lost`` (taken, no answer),
    ``never`` (not taken, no answer), ``busy`` (refused for ten minutes).
    ``kinds`` are those of its history: ``finished`` (finished orders alone, the last end first),
    ``begun`` (no orders that wait), ``restated`` (bodies in another form), ``bare`` (no bodies),
    ``texts`` (prompts alone). ``lag`` is by how many seconds the history is late;
    ``strangers`` are other people's rows.
    """

    time: Time
    answers: list[str] = field(default_factory=list)
    kinds: frozenset[str] = frozenset()
    lag: float = 0.0
    has_date: bool = True
    life: float | None = 9000.0
    strangers: list[Trace] = field(default_factory=list)
    lengths: list[float] = field(default_factory=lambda: [600.0, 60.0, 120.0])
    waits: float = 30.0
    orders: list[TakenOrder] = field(default_factory=list)

    @property
    def now(self) -> float:
        return EPOCH + self.time.now

    def order(self, body: Mapping[str, Any]) -> TakenOrder:
        count = len(self.orders)
        begins = self.now + self.waits
        ends = begins + self.lengths[count % len(self.lengths)]
        made = TakenOrder(f"v{count}", body, self.now, begins, ends)
        self.orders.append(made)
        return made

    def rows(self) -> Iterator[Trace]:
        seen = self.now - self.lag
        orders = self.orders[::-1]
        if "finished" in self.kinds:
            orders = sorted((one for one in orders if one.ends <= seen), key=lambda one: -one.ends)
        elif "begun" in self.kinds:
            orders = [one for one in orders if one.begins <= seen]
        for one in orders:
            if one.at <= seen:
                waits = one.begins > self.now
                yield self._row(one, shows=waits)
        yield from (row for row in self.strangers if row.at <= seen)

    def _row(self, one: TakenOrder, *, shows: bool) -> Trace:
        body: Mapping[str, Any] | None = one.body
        text = None
        if "restated" in self.kinds:
            body = restated(one.body)
        if "texts" in self.kinds:
            body, text = None, "\n".join(texts(body or {}))
        elif "bare" in self.kinds:
            body = None
        return Trace(
            id=one.id, endpoint="", at=one.at, body=body, text=text, shows_unfinished=shows
        )


def restated(body: Mapping[str, Any]) -> dict[str, Any]:
    """A body as a vendor may keep it: numbers for texts, less fields, a prompt that is cut."""
    found: dict[str, Any] = {}
    for name, value in body.items():
        if name in ("aspect_ratio", "negative_prompt"):
            continue
        if isinstance(value, str) and value.isdigit():
            value = int(value)
        elif name == "prompt":
            value = f"{value[: max(24, len(value) * 2 // 3)]}…".replace("@Element", "<<<element_")
        found[name] = value
    return found


@cache
def clip_of_three_seconds() -> bytes:
    """A clip of three seconds, in black."""
    order = SimulatedOrder(shots=(OrderedShot(prompt="", seconds=3),), ratio="16:9", audio=False)
    return ClipRenderer("stub", 1.0).stub("x", order)


@dataclass
class MemoryHost:
    """See :class:`storyboard.hosts.protocol.Host`; ``ahead`` is the error of our clock."""

    vendor: MemoryVendor
    name: str
    ahead: float = 0.0
    dies_asking: int = 0
    unlisted: str = ""
    most_watched: int | None = 0
    told_at: float | None = None
    clock_ahead: float | None = None

    @property
    def keeps_bodies(self) -> bool:
        return "texts" not in self.vendor.kinds

    @property
    def life(self) -> float | None:
        return self.vendor.life

    def _tell(self) -> None:
        if self.vendor.has_date:
            self.told_at, self.clock_ahead = math.floor(self.vendor.now), self.ahead

    async def submit(self, submission: Submission) -> tuple[Receipt, ...]:
        answer = self.vendor.answers.pop(0) if self.vendor.answers else "ok"
        await asyncio.sleep(1)
        if answer == "busy":
            raise trouble(FailureKind.RATE_LIMITED, "too many orders", retry_after=600.0)
        made = [] if answer == "never" else [self.vendor.order(submission.body)]
        await asyncio.sleep(1)
        if answer != "ok":
            raise trouble(FailureKind.AMBIGUOUS, "the connection broke before an answer")
        self._tell()
        return (Receipt(id=made[0].id),)

    def receipt(self, endpoint: str, id: str) -> Receipt:  # noqa: A002
        return Receipt(id=id)

    def _order(self, receipt: Receipt) -> TakenOrder:
        found = next((one for one in self.vendor.orders if one.id == receipt.id), None)
        if found is None:
            raise trouble(FailureKind.GONE, "no such request")
        return found

    async def look(self, receipt: Receipt) -> JobView:
        await asyncio.sleep(0.1)
        self._tell()
        one, now = self._order(receipt), self.vendor.now
        if now < one.begins:
            return JobView(progress=Progress.QUEUED)
        return JobView(progress=Progress.OVER if now >= one.ends else Progress.RUNNING)

    async def watch(self, receipt: Receipt, heard: Callable[[JobView], None]) -> bool:
        return False

    async def fetch(self, receipt: Receipt) -> Outcome:
        return Outcome(link=self._order(receipt).id)

    async def cancel(self, receipt: Receipt) -> bool:
        return False

    async def history(self, endpoint: str, since: float) -> tuple[Trace, ...]:
        await asyncio.sleep(0.2)
        if self.dies_asking:
            self.dies_asking -= 1
            if not self.dies_asking:
                raise Killed
        self._tell()
        return tuple(row for row in self.vendor.rows() if row.at >= since)

    async def upload(self, data: bytes, sha256: str, suffix: str) -> str:
        return f"https://files.example/{sha256}{suffix}"

    async def is_there(self, link: str) -> bool:
        return True

    async def download(self, link: str, part: Path, most: int) -> Download:
        data = clip_of_three_seconds()
        part.write_bytes(data)
        return Download(size=len(data), sha256=hashlib.sha256(data).hexdigest())

    async def close(self) -> None:
        return None


# -- runs -----------------------------------------------------------------------------------------


class DyingLedger:
    """A ledger whose process dies at the ``nth`` write of a kind: ``WHEN STATE``."""

    def __init__(self, ledger: Ledger, point: str, nth: int) -> None:
        self._ledger, self._point, self._left = ledger, point, nth
        self._is_dead = False

    def __getattr__(self, name: str) -> Any:
        return getattr(self._ledger, name)

    def _pass(self, when: str, state: str) -> None:
        if self._is_dead:
            raise RuntimeError("the process is dead")
        if f"{when} {state}" == self._point:
            self._left -= 1
            if self._left == 0:
                self._is_dead = True
                raise Killed

    def intend(self, *arguments: Any, **keywords: Any) -> Any:
        self._pass("before", "submitting")
        made = self._ledger.intend(*arguments, **keywords)
        self._pass("after", "submitting")
        return made

    def step(self, digest: str, state: State, **changes: Any) -> Any:
        self._pass("before", state)
        made = self._ledger.step(digest, state, **changes)
        self._pass("after", state)
        return made


def run_on(
    vendor: MemoryVendor,
    work: Work,
    *,
    ahead: float = 0.0,
    death: str = "",
    nth: int = 1,
    jobs: int = 4,
    patience: Patience | None = None,
    listen: Heard | None = None,
    beside: Mapping[str, MemoryVendor] | None = None,
) -> Report | None:
    """A run by a clock that is ``ahead`` of the vendor's; None where it was killed on its way.

    ``beside`` are the vendors of a film's other hosts, by their names, in the time of the first.
    """
    host = MemoryHost(vendor=vendor, name=work.host, ahead=ahead)
    others = {
        name: MemoryHost(vendor=one, name=name, ahead=ahead) for name, one in (beside or {}).items()
    }
    if death == "asking":
        host.dies_asking = nth

    def clock() -> float:
        return vendor.now + ahead

    async def main() -> Report:
        with work.store.open_ledger(clock) as opened:
            ledger: Any = DyingLedger(opened, death, nth)
            ledger.take_lease()
            runner = Runner(
                planned_clips(work.plan),
                hosts={work.host: host, **others},
                targets=work.targets,
                ledger=ledger,
                store=work.store,
                root=work.folder,
                options=RunOptions(jobs=jobs, patience=patience or Patience()),
                listen=listen or Heard(),
                clock=clock,
            )
            return await runner.run()

    return run_quickly(vendor.time, main)
