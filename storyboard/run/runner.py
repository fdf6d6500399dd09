"""The loop of a run over schedule, delivery and ledger.

Everything that can cost money is decided elsewhere: ``scheduler`` says which orders may be sent,
``dispatch`` sends each once, and ``uncertain`` reads the vendor's history for orders without an
answer.
"""

from __future__ import annotations

import asyncio
import random
import secrets
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

from storyboard.hosts.protocol import Host
from storyboard.ledger import (
    LeaseLostError,
    Ledger,
    LedgerError,
    LockError,
    State,
)
from storyboard.ledger.states import UNDER_WAY
from storyboard.ledger.store import Store, StoreError
from storyboard.plan.clips import PlannedClip
from storyboard.run.delivery import Delivery
from storyboard.run.dispatch import Dispatch
from storyboard.run.downloads import Downloads
from storyboard.run.events import INTERRUPTED, EventListener, Happening
from storyboard.run.failure_policy import FailurePolicy
from storyboard.run.paid_elsewhere import PaidElsewhere
from storyboard.run.progress import RunProgress
from storyboard.run.rate_limit import RateLimit, RateLimits
from storyboard.run.reconcile import clock_problem
from storyboard.run.recovery import Recovery
from storyboard.run.report import Report, RunError, RunOptions
from storyboard.run.scheduler import Phase, Schedule
from storyboard.run.uncertain import SendTimes, UncertainClips, loop_time
from storyboard.run.uploads import Uploads
from storyboard.targets.model import Target


class Runner:
    """One run of one plan's clips. ``run`` may be called once.

    ``hosts`` are those of the clips, by their names, ``targets`` theirs, by their ids.
    ``listen`` gets every event. ``pause`` waits for a number of seconds, ``chance`` varies the
    times between looks, ``clock`` gives Unix seconds.
    """

    def __init__(
        self,
        clips: Sequence[PlannedClip],
        *,
        hosts: Mapping[str, Host],
        targets: Mapping[str, Target],
        ledger: Ledger,
        store: Store,
        root: Path,
        options: RunOptions,
        listen: EventListener,
        pause: Callable[[float], Awaitable[None]] = asyncio.sleep,
        chance: random.Random | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.id = f"{int(clock()):x}-{secrets.token_hex(3)}"
        self._clips = {clip.digest: clip for clip in clips}
        self._hosts = hosts
        self._ledger = ledger
        self._store = store
        self._options = options
        self._pause = pause
        self._clock = clock
        self._progress = RunProgress(clips, ledger=ledger, store=store, listen=listen, clock=clock)
        self._changed = asyncio.Event()
        self._tasks: set[asyncio.Task[None]] = set()
        self._error: BaseException | None = None
        self._interrupted = False
        self._rate_limits = RateLimits(
            {name: RateLimit(options.patience, options.most_sending, loop_time) for name in hosts},
            {name: target.host for name, target in targets.items() if target.host in hosts},
        )
        self._schedule = Schedule(places=options.jobs)
        self._failures = FailurePolicy(
            schedule=self._schedule,
            progress=self._progress,
            ledger=ledger,
            rate_limits=self._rate_limits,
        )
        self._recovery = Recovery(
            run=self.id,
            clips=tuple(self._clips.values()),
            hosts=hosts,
            targets=targets,
            ledger=ledger,
            store=store,
            options=options,
            progress=self._progress,
        )
        self._paying: set[asyncio.Task[Any]] = set()
        self._times = SendTimes()
        links: dict[str, dict[str, asyncio.Task[str]]] = {name: {} for name in hosts}
        self._deliveries = {
            name: self._delivery(target, root, links[target.host], chance)
            for name, target in targets.items()
            if target.host in hosts
        }
        self._paid_elsewhere = PaidElsewhere(run=self.id, hosts=hosts, ledger=ledger, store=store)
        self._uncertain = {
            name: UncertainClips(
                host=host, ledger=ledger, patience=options.patience, times=self._times
            )
            for name, host in hosts.items()
        }

    def _delivery(
        self,
        target: Target,
        root: Path,
        links: dict[str, asyncio.Task[str]],
        chance: random.Random | None,
    ) -> Delivery:
        """The way of the clips of a target; ``links`` are what was uploaded to its host."""
        host, patience, tell = self._hosts[target.host], self._options.patience, self._progress.tell
        chance = chance or random.Random()  # noqa: S311 - spreads polls, guards nothing
        ledger, store, pause = self._ledger, self._store, self._pause
        uploads = Uploads(
            host, ledger, store, root, target.pictures, target.footage, pause, patience.first, links
        )
        return Delivery(
            host=host,
            ledger=ledger,
            tell=tell,
            patience=patience,
            pause=pause,
            chance=chance,
            dispatch=Dispatch(
                run=self.id,
                host=host,
                ledger=ledger,
                store=store,
                uploads=uploads,
                tell=tell,
                takes=target.takes,
                times=self._times,
                paying=self._paying,
            ),
            downloads=Downloads(
                host=host,
                ledger=ledger,
                store=store,
                tell=tell,
                patience=patience,
                pause=pause,
                chance=chance,
            ),
        )

    # -- from outside -----------------------------------------------------------------------------

    def interrupt(self) -> None:
        """Send nothing more, leave submitted clips to the next run, and let ``run`` return."""
        if not self._interrupted:
            self._interrupted = True
            self._failures.stop(INTERRUPTED)
            for task in self._tasks:
                if task not in self._paying:
                    task.cancel()
            self._changed.set()

    async def run(self) -> Report:
        """Run the plan's clips. The lease must be held.

        Raises ``RunError``, and ``LeaseLostError`` where another run has taken over.
        """
        began = self._clock()
        beat = asyncio.ensure_future(self._beat())
        try:
            self._ledger.begin_run(self.id, self._options.file, self._options.target)
            clips = (clip for clip in self._clips.values() if not clip.is_kept)
            files = self._store.prepare(name for clip in clips for name in clip.names)
            await self._settle()
            self._schedule = self._failures.schedule = self._recovery.schedule(files)
            await self._loop()
            if self._error is None:
                self._finish()
        except (LedgerError, LockError, StoreError) as error:
            self._error = self._error or error
        finally:
            beat.cancel()
            await asyncio.gather(beat, *self._tasks, return_exceptions=True)
        if isinstance(self._error, (LedgerError, LockError, StoreError)):
            raise RunError(str(self._error)) from None
        if self._error is not None:
            raise self._error
        return Report(
            run=self.id,
            results=tuple(self._progress),
            stopped=self._failures.stopped,
            interrupted=self._interrupted,
            seconds=self._clock() - began,
        )

    # -- the start --------------------------------------------------------------------------------

    async def _settle(self) -> None:
        """Write orders without an answer as uncertain, and look for them in the history once."""
        for intent in self._ledger.intents(State.SUBMITTING):
            if intent.order.host in self._hosts:
                self._ledger.step(
                    intent.digest, State.UNCERTAIN, problem="the run ended before the answer came"
                )
        await self._look()

    async def _look(self) -> None:
        """Ask each host once what became of orders without an answer."""
        for uncertain in self._uncertain.values():
            await uncertain.look()

    # -- the loop ---------------------------------------------------------------------------------

    async def _loop(self) -> None:
        doubting: asyncio.Task[None] | None = None
        while self._error is None:
            while jobs := self._schedule.next(self._rate_limits.resting()):
                clips = tuple(self._clips[job.digest] for job in jobs)
                if jobs[0].is_sent:
                    task = asyncio.ensure_future(self._follow(clips[0]))
                else:
                    self._rate_limits.of(clips[0].target).begin()
                    task = asyncio.ensure_future(self._carry(clips))
                self._tasks.add(task)
                task.add_done_callback(self._tasks.discard)
            self._failures.put_unpaid(self._clips, self._options)
            if self._interrupted:
                break
            if self._schedule.has_held and doubting is None:
                doubting = asyncio.ensure_future(self._look_for_held())
                doubting.add_done_callback(lambda _: self._changed.set())
            if doubting is not None and doubting.done():
                await doubting
                doubting = None
                continue
            if self._schedule.is_over and doubting is None:
                break
            await self._until_changed()
        if doubting is not None:
            doubting.cancel()
            await asyncio.gather(doubting, return_exceptions=True)
        while self._interrupted and self._tasks:
            await asyncio.wait(self._tasks)
        if self._error is not None:
            for task in tuple(self._tasks):
                if task not in self._paying:
                    task.cancel()
            await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _until_changed(self) -> None:
        try:
            async with asyncio.timeout(self._rate_limits.rest):
                await self._changed.wait()
        except TimeoutError:
            pass
        self._changed.clear()

    async def _carry(self, clips: tuple[PlannedClip, ...]) -> None:
        """Send one order, and follow its clips."""
        try:
            with self._rate_limits.of(clips[0].target).ending():
                sent = await self._send(clips)
        except asyncio.CancelledError:
            self._failures.let_go(clips)
            raise
        except Exception as error:  # noqa: BLE001 - see ``_fail``
            self._fail(clips, error)
            return
        finally:
            self._changed.set()
        if self._interrupted or self._error is not None:
            # A payment is never broken off; what it began is for the next run to follow.
            self._failures.let_go(sent)
            return
        if len(sent) == 1:
            await self._follow(sent[0])
        else:
            await asyncio.gather(*(self._follow(clip) for clip in sent))

    async def _send(self, clips: tuple[PlannedClip, ...]) -> tuple[PlannedClip, ...]:
        """Send the order of clips, unless the run was stopped; returns what was sent."""
        delivery = self._deliveries[clips[0].target]
        links = await delivery.dispatch.compose(clips[0])
        if self._schedule.is_stopped(clips[0].target):
            self._failures.withdraw(clips)
            return ()
        paid = self._paid_elsewhere.take_over(clips)
        for clip in paid:
            self._progress.fetches.add(clip.digest)
            self._progress.put(clip, Happening.ADOPTED, self._ledger.get(clip.digest))
        clips = tuple(clip for clip in clips if clip.digest not in {one.digest for one in paid})
        if not clips:
            return paid
        sent = await delivery.dispatch.send(clips, links)
        if why := clock_problem(delivery.host.clock_ahead):
            self._failures.stop(f"{why}, and run again")
        for clip in clips:
            if clip not in sent:
                self._failures.hold(clip)
        return (*paid, *sent)

    async def _follow(self, clip: PlannedClip) -> None:
        try:
            intent = await self._deliveries[clip.target].follow(clip)
            self._progress.publish(clip, intent.clip or "")
            self._schedule.done(clip.digest, intent.charged.amount if intent.charged else None)
            self._progress.put(clip, Happening.STORED, intent)
            self._progress.lock_later(intent)
        except asyncio.CancelledError:
            self._failures.let_go((clip,))
            raise
        except Exception as error:  # noqa: BLE001 - see ``_fail``
            self._fail((clip,), error)
        finally:
            self._changed.set()

    def _fail(self, clips: Sequence[PlannedClip], error: Exception) -> None:
        try:
            if self._failures.take(clips, error):
                return
        except (LedgerError, LockError) as refusal:
            error = refusal
        # The disk, the ledger, the lease, or a mistake here: it must end the run, not hang it.
        self._error = error

    async def _look_for_held(self) -> None:
        """Look for uncertain clips beside the others, until each is settled or left to a person."""
        patience, delay, known = self._options.patience, 0.0, frozenset[str]()
        while held := frozenset(self._schedule.held()):
            if held - known:
                delay, known = patience.first, held
                self._say_looking(len(held))
            await self._look()
            for digest in held:
                self._take_finding(digest)
            self._changed.set()
            if self._schedule.has_held:
                await self._pause(min(delay, patience.looking))
                delay = min(delay * patience.growth, patience.most)

    def _say_looking(self, count: int) -> None:
        clips = "an uncertain clip is" if count == 1 else f"{count} uncertain clips are"
        text = f"{clips} looked for in the vendor's list: nothing is being sent in their place"
        if count == 1:
            text = text.replace("their", "its")
        self._progress.say(Happening.LOOKING, seconds=self._options.patience.looking, text=text)

    def _take_finding(self, digest: str) -> None:
        """Act upon what a look has found of a held clip."""
        clip, intent = self._clips[digest], self._ledger.get(digest)
        if intent is None:
            return
        if intent.state in UNDER_WAY:
            self._progress.put(clip, Happening.ADOPTED, intent)
            self._schedule.resume(digest, is_sent=True)
        elif intent.state is State.RELEASED and intent.run != self.id:
            self._progress.put(clip, Happening.RELEASED, intent)
            self._schedule.resume(digest, is_sent=False)
        elif intent.state is State.RELEASED:
            self._progress.put(clip, Happening.RELEASED, intent, text=intent.problem)
            self._progress.put_blocked(self._schedule.give_up(digest), clip)
        elif not (uncertain := self._uncertain[clip.order.host]).is_looked_for(digest):
            self._progress.put_uncertain(clip, intent, uncertain.findings.get(digest))
            self._progress.put_blocked(self._schedule.give_up(digest), clip)

    # -- lease and end -----------------------------------------------------------------------------

    async def _beat(self) -> None:
        while True:
            await asyncio.sleep(self._options.heartbeat)
            try:
                self._ledger.beat()
            except (LeaseLostError, LedgerError) as error:
                self._error = error
                self._changed.set()
                return

    def _finish(self) -> None:
        is_complete = self._progress.close()
        outcome = "interrupted" if self._interrupted else "complete" if is_complete else "partial"
        self._ledger.end_run(self.id, outcome)
        lost = sum(phase is Phase.LOST for phase in self._schedule.phases.values())
        self._progress.say(
            Happening.FINISHED,
            outcome=outcome,
            lost=lost,
            spent=format(self._schedule.spent or Decimal(0), "f"),
        )
