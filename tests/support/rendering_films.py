"""Films for the tests of runs, processes that can be killed at any point, and what is left."""

from __future__ import annotations

import asyncio
import multiprocessing
import os
import signal
import sqlite3
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, field
from functools import cache
from multiprocessing import forkserver
from pathlib import Path
from typing import Any

from local_servers import LOCAL
from PIL import Image

from storyboard.api import CompileOptions, Project
from storyboard.hosts.protocol import Host
from storyboard.hosts.registry import SIMULATED_KEY, open_host
from storyboard.ledger import LeaseLostError, Ledger, State
from storyboard.ledger.store import Store
from storyboard.plan import Plan
from storyboard.plan.clips import planned_clips
from storyboard.plan.request_body import is_same
from storyboard.run.events import Event
from storyboard.run.patience import Patience
from storyboard.run.report import Report, RunOptions
from storyboard.run.runner import Runner
from storyboard.targets.model import Target
from storyboard.values.units import Money

TARGETS = {"fal": "fal/kling-o3-pro", "oxen": "oxen/kling-o3-pro"}
QUICK = Patience(first=0.02, most=0.1, grace=0.0, tries=8, life=0.2, looking=0.8)
TEXT = """\
storyboard: 1
title: Two scenes
target: {target}
defaults: {{duration: 3s, pack: none}}
characters:
  mara: {{description: a keeper, frontal: mara.png, references: [mara.png]}}
scenes:
  - id: stairs
    shots:
      - "@mara climbs the stairs."
      - {{prompt: "@mara opens the hatch.", seam: continue}}
  - id: shore
    shots:
      - "The sea lies flat."
      - "Gulls turn back."
"""

FEW = """\
storyboard: 1
title: Two shots
target: {target}
defaults: {{duration: 3s, pack: none}}
scenes:
  - id: shore
    shots:
      - "The sea lies flat."
      - "Gulls turn back."
"""


@dataclass(frozen=True, kw_only=True)
class Work:
    """A planned film in a folder of its own; ``host`` and ``target`` are those of most clips."""

    folder: Path
    plan: Plan
    target: Target
    host: str
    others: tuple[Target, ...] = ()

    @property
    def targets(self) -> dict[str, Target]:
        return {one.target: one for one in (self.target, *self.others)}

    @property
    def store(self) -> Store:
        return Store(folder=self.folder)

    @property
    def ids(self) -> list[str]:
        return [request.id for request in self.plan.requests]

    def ledger(self) -> Ledger:
        return self.store.open_ledger()

    def states(self) -> dict[str, State]:
        with self.ledger() as ledger:
            return {one.order.address: one.state for one in ledger.intents()}


_PLANNED: dict[tuple[str, str, int], tuple[Plan, tuple[Target, ...]]] = {}


def make_work(folder: Path, host: str, text: str = TEXT, takes: int = 1) -> Work:
    """A film, planned once for all tests: a run reads its pictures, and only ``run`` its text."""
    folder.mkdir(parents=True, exist_ok=True)
    Image.new("RGB", (400, 400), "teal").save(folder / "mara.png")
    file = folder / "storyboard.yaml"
    file.write_text(text.format(target=TARGETS[host]), encoding="utf-8")
    if (host, text, takes) not in _PLANNED:
        made, compiled = Project(
            str(file), CompileOptions(project=folder, takes=takes, chain_takes=True)
        ).plan()
        assert made.is_applyable, [one.message for one in compiled.diagnostics]
        assert compiled.film is not None
        targets = tuple(film.target for film in compiled.film.films())
        _PLANNED[host, text, takes] = (made, targets)
    made, (target, *others) = _PLANNED[host, text, takes]
    return Work(folder=folder, plan=made, target=target, host=host, others=tuple(others))


@dataclass
class Heard:
    """What a run has said."""

    events: list[Event] = field(default_factory=list)

    def __call__(self, event: Event) -> None:
        self.events.append(event)

    def kinds(self) -> set[str]:
        return {str(event.what) for event in self.events}


def run_once(
    work: Work,
    url: str,
    *,
    jobs: int = 4,
    limit: Money | None = None,
    patience: Patience = QUICK,
    listen: Callable[[Event], None] | None = None,
    wrap: Callable[[Ledger], Any] = lambda ledger: ledger,
    prepare: Callable[[Runner], None] | None = None,
    key: str = SIMULATED_KEY,
    options: dict[str, str] | None = None,
    clock: Callable[[], float] = time.time,
    wrap_host: Callable[[Host], Any] = lambda host: host,
    **limits: Any,
) -> Report:
    """One run of a film against a simulator, as the session puts it together."""

    reports: list[Report] = []

    async def run() -> None:
        host = open_host(
            work.host,
            key,
            base=f"{url}/{work.host}",
            options={"repository": "simulated/pictures", **(options or {})},
            simulated=True,
            limits=patience.limits,
            clock=clock,
        )
        with work.store.open_ledger() as opened:
            ledger = wrap(opened)
            ledger.take_lease()
            runner = Runner(
                planned_clips(work.plan),
                hosts={work.host: wrap_host(host)},
                targets={work.target.target: work.target},
                ledger=ledger,
                store=work.store,
                root=work.folder,
                options=RunOptions(jobs=jobs, limit=limit, patience=patience, **limits),
                listen=listen or Heard(),
            )
            if prepare is not None:
                prepare(runner)
            try:
                reports.append(await runner.run())
            finally:
                await host.close()

    asyncio.run(run())
    return reports[0]


def run_until_complete(work: Work, url: str, most: int = 3) -> int:
    """Run again, as people do, until every clip is here; gives how many runs that took.

    A person who finds nothing in the vendor's list lets what is uncertain be sent again.
    """
    for number in range(1, most + 1):
        report = run_once(work, url)
        if report.is_complete:
            return number
        release_what_the_vendor_lacks(work, url)
    raise AssertionError([(one.clip.address, one.what, one.text) for one in report.results])


def release_what_the_vendor_lacks(work: Work, url: str) -> None:
    """Decide about uncertain clips; none may be left so whose order stands in the list."""
    bill = LOCAL.get(f"{url}/simulator/bill").json()
    with work.ledger() as ledger:
        ledger.take_lease()
        claimed = ledger.claimed(work.host)
        unclaimed = [row for row in bill["rows"] if row["request_id"] not in claimed]
        for intent in ledger.intents(State.UNCERTAIN):
            here = [row for row in unclaimed if is_same(intent, row["body"])]
            assert not here, (intent.order.address, here)
            ledger.step(intent.digest, State.RELEASED)


# -- death ----------------------------------------------------------------------------------------


class MortalLedger:
    """A ledger whose process dies at one of its writes: ``WHEN STATE``, at the ``nth`` time."""

    point = ""
    nth = 1

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger

    def __getattr__(self, name: str) -> Any:
        return getattr(self._ledger, name)

    def _pass(self, when: str, state: str) -> None:
        if f"{when} {state}" == self.point:
            MortalLedger.nth -= 1
            if MortalLedger.nth <= 0:
                os.kill(os.getpid(), signal.SIGKILL)

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


class RobbedLedger(MortalLedger):
    """A ledger whose lease another machine takes at the first write of a point, and gives back."""

    def __init__(self, ledger: Ledger, work: Work, point: str) -> None:
        super().__init__(ledger)
        self._work = work
        self._left = [point]

    def _pass(self, when: str, state: str) -> None:
        if f"{when} {state}" in self._left:
            self._left.clear()
            # What is left when another has found the lease expired, taken it and given it back.
            with closing(sqlite3.connect(self._work.store.ledger_file, timeout=120)) as base, base:
                base.execute("delete from lease")


def run_and_be_robbed(work: Work, url: str, point: str) -> bool:
    """Run and lose the lease at a point; whether it came to that and the run has noticed."""
    try:
        run_once(work, url, wrap=lambda ledger: RobbedLedger(ledger, work, point), heartbeat=0.05)
    except LeaseLostError:
        return True
    return False


def _die(work: Work, url: str, point: str, nth: int) -> None:
    MortalLedger.point, MortalLedger.nth = point, nth
    run_once(work, url, wrap=MortalLedger)


_CHILDREN = multiprocessing.get_context("forkserver")


@cache
def _start_children() -> None:
    """A server that has imported everything once: each child is then there in an instant."""
    here = Path(__file__).parent
    _CHILDREN.set_forkserver_preload(
        [
            "rendering_films",
            "storyboard.hosts.fal.client",
            "storyboard.hosts.oxen.client",
            "PIL.Image",
        ]
    )
    before = os.environ.get("PYTHONPATH")
    os.environ["PYTHONPATH"] = os.pathsep.join([str(here), str(here.parent.parent)])
    try:
        forkserver.ensure_running()
    finally:
        if before is None:
            del os.environ["PYTHONPATH"]
        else:
            os.environ["PYTHONPATH"] = before


def run_and_die(work: Work, url: str, point: str, nth: int = 1) -> bool:
    """Run in another process that is killed at a point; whether it came to that."""
    _start_children()
    child = _CHILDREN.Process(target=_die, args=(work, url, point, nth))
    child.start()
    child.join(300)
    assert child.exitcode in (0, -signal.SIGKILL), child.exitcode
    return child.exitcode != 0


# -- what is left ---------------------------------------------------------------------------------


def served(url: str, host: str, request_id: str) -> bytes:
    """The clip of a job, as the simulator serves it."""
    if host == "fal":
        headers = {"Authorization": f"Key {SIMULATED_KEY}"}
        one = f"{url}/fal/queue/fal-ai/kling-video/requests/{request_id}"
        link = LOCAL.get(one, headers=headers).json()["video"]["url"]
    else:
        headers = {"Authorization": f"Bearer {SIMULATED_KEY}"}
        one = f"{url}/oxen/api/ai/queue/{request_id}"
        link = LOCAL.get(one, headers=headers).json()["result_url"]
    return LOCAL.get(link).content


def check_paid_once(work: Work, sim: Any) -> None:
    """Each clip was paid once, and is here bit for bit."""
    # What was armed and not met is not for the questions of this test.
    LOCAL.delete(f"{sim.url}/simulator/faults").raise_for_status()
    bill = sim.bill()
    charged = [row for row in bill["rows"] if row["charged"]]
    # Further takes are the same body: a host with one clip an order is sent it once for each.
    if not any(request.alternate_of for request in work.plan.requests):
        assert bill["repeated"] == []
    assert len(charged) == len(work.ids), [row["body"] for row in charged]
    with work.ledger() as ledger:
        intents = {one.order.address: one for one in ledger.intents()}
    assert {one.receipt.id for one in intents.values() if one.receipt} == {
        row["request_id"] for row in charged
    }
    for name in work.ids:
        intent = intents[name]
        assert intent.state is State.STORED
        assert intent.receipt is not None
        clip = work.store.clip(name).read_bytes()
        assert clip == served(sim.url, work.host, intent.receipt.id)
