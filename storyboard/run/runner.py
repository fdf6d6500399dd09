"""A run: a thin loop over the schedule, the carrier and the ledger.

Nothing is decided here that money depends on: the schedule says what may be sent, the carrier
sends it once, and what is in doubt is settled from the vendor's history (``doubts``).
"""

from __future__ import annotations

import asyncio
import random
import secrets
import time
from collections.abc import Awaitable, Callable, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

from storyboard.ledger import (
    Finished,
    Intent,
    LeaseLostError,
    LedgerError,
    LockError,
    SqliteLedger,
    State,
    merge_lock,
)
from storyboard.ledger.intents import spent
from storyboard.ledger.known import FINAL_FAILURES
from storyboard.ledger.states import STEPS, UNDER_WAY
from storyboard.run.assets import AssetError, Uploads
from storyboard.run.carrying import (
    Carrier,
    DoubtError,
    EndedError,
    NotTakenError,
    StrandedError,
)
from storyboard.run.doubts import Doubts
from storyboard.run.events import Event, Happening, Listener
from storyboard.run.hosts.errors import HostError, Kind, Problem
from storyboard.run.hosts.types import Host
from storyboard.run.plans import Wanted
from storyboard.run.reports import Report, Result, RunError, RunOptions
from storyboard.run.scheduling import Job, Phase, Schedule
from storyboard.run.store import Store, StoreError
from storyboard.targets.types import Pictures

_BEAT = 20.0
_LOCK_EVERY = 5.0
_MOST_REFUSED_CONNECTIONS = 6


class Runner:
    """One run of one plan's clips on one host. ``run`` may be called once.

    ``listen`` hears of every event; ``pause`` and ``chance`` are the time and the dice.
    """

    def __init__(
        self,
        clips: Sequence[Wanted],
        *,
        host: Host,
        ledger: SqliteLedger,
        store: Store,
        root: Path,
        pictures: Pictures,
        options: RunOptions,
        listen: Listener,
        pause: Callable[[float], Awaitable[None]] = asyncio.sleep,
        chance: random.Random | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.id = f"{int(clock()):x}-{secrets.token_hex(3)}"
        self._clips = {clip.digest: clip for clip in clips}
        self._host = host
        self._ledger = ledger
        self._store = store
        self._options = options
        self._listen = listen
        self._pause = pause
        self._clock = clock
        self._results: dict[str, Result] = {}
        self._finished: list[Finished] = []
        self._locked_at = 0.0
        self._changed = asyncio.Event()
        self._tasks: dict[asyncio.Task[None], str] = {}
        self._error: BaseException | None = None
        self._stopped = ""
        self._interrupted = False
        self._not_before = 0.0
        self._unreached = 0
        self._schedule = Schedule(places=options.jobs)
        uploads = Uploads(host, ledger, store, root, pictures, pause, options.patience.first)
        self._carrier = Carrier(
            run=self.id,
            host=host,
            ledger=ledger,
            store=store,
            uploads=uploads,
            tell=self._tell,
            patience=options.patience,
            pause=pause,
            chance=chance or random.Random(),  # noqa: S311 - spreads polls, guards nothing
        )
        self._doubts = Doubts(
            host=host, ledger=ledger, patience=options.patience, clock=clock, pause=pause
        )

    # -- from outside -----------------------------------------------------------------------------

    def interrupt(self) -> None:
        """Send nothing more, let go of what is under way, and return from ``run`` soon."""
        if not self._interrupted:
            self._interrupted = True
            self._stop("interrupted")
            for task in self._tasks:
                if task not in self._carrier.paying:
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
            self._store.prepare()
            await self._settle()
            self._begin()
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
            results=tuple(self._results[digest] for digest in self._clips),
            stopped="" if self._stopped == "interrupted" else self._stopped,
            interrupted=self._interrupted,
            seconds=self._clock() - began,
        )

    # -- the beginning ----------------------------------------------------------------------------

    async def _settle(self) -> None:
        """Settle what earlier runs left in doubt, as far as the vendor can say it now."""
        for intent in self._ledger.intents():
            if intent.state is State.SUBMITTING and intent.order.host == self._host.name:
                self._ledger.step(
                    intent.digest, State.UNCERTAIN, problem="the run ended before the answer came"
                )
        await self._doubts.settle()

    def _begin(self) -> None:
        """Make the schedule from the plan, the ledger and the lock."""
        intents = {intent.digest: intent for intent in self._ledger.intents()}
        locked = self._store.finished()
        done, lost, jobs = [], [], []
        for clip in self._clips.values():
            intent = self._known(clip, intents.get(clip.digest), locked.get(clip.digest))
            take = self._take_here(intent, locked.get(clip.digest))
            if take is not None:
                self._store_names(clip, take)
                self._set(clip, Happening.REUSED, intent)
                done.append(clip.digest)
            elif (
                intent is not None
                and intent.state is State.FAILED
                and intent.failure in FINAL_FAILURES
            ):
                problem = Problem(kind=Kind(intent.failure), text=intent.problem)
                self._fail(clip, intent, problem, again=True)
                lost.append(clip.digest)
            else:
                jobs.append(self._job(clip, intent))
        limit = self._options.limit
        self._schedule = Schedule.of(
            jobs,
            places=self._options.jobs,
            done=done,
            lost=lost,
            limit=limit.amount if limit else None,
            spent=spent(intents.values(), self.id),
        )
        for intent in intents.values():
            self._lock_later(intent)

    def _known(self, clip: Wanted, intent: Intent | None, locked: Finished | None) -> Intent | None:
        """The intent of a clip; one that is finished elsewhere is written down to be fetched."""
        if intent is not None and intent.state is State.STORED and not self._store.has(intent.clip):
            return self._ledger.step(clip.digest, State.SUCCEEDED)
        is_elsewhere = locked is not None and not self._store.has(locked.clip)
        if locked is None or not is_elsewhere or locked.host != self._host.name:
            return intent
        if intent is not None and State.SUBMITTING not in STEPS[intent.state]:
            return intent
        # Paid elsewhere: whatever became of it here, it is fetched and not sent.
        receipt = self._host.receipt(locked.endpoint, locked.request_id)
        return self._ledger.adopt(clip.order, self.id, receipt, locked.charge)

    def _take_here(self, intent: Intent | None, locked: Finished | None) -> str | None:
        for take in (intent.clip if intent else None, locked.clip if locked else None):
            is_sure = intent is None or intent.state is State.STORED or locked is not None
            if take is not None and is_sure and self._store.has(take):
                return take
        return None

    def _job(self, clip: Wanted, intent: Intent | None) -> Job:
        is_sent = intent is not None and intent.state in UNDER_WAY
        is_held = intent is not None and intent.state is State.UNCERTAIN
        if is_held:
            self._set(clip, Happening.UNCERTAIN, intent, text=intent.problem if intent else "")
        elif not is_sent:
            self._set(clip, Happening.WAITING, intent)
        estimate = clip.order.estimate
        return Job(
            digest=clip.digest,
            needs=tuple(frame.digest for frame in clip.frames),
            cost=estimate.amount if estimate else None,
            is_sent=is_sent,
            is_held=is_held,
        )

    # -- the loop ---------------------------------------------------------------------------------

    async def _loop(self) -> None:
        doubting: asyncio.Task[None] | None = None
        while self._error is None:
            while not self._is_paused() and (job := self._schedule.next()) is not None:
                task = asyncio.ensure_future(self._carry(job))
                self._tasks[task] = job.digest
                task.add_done_callback(self._tasks.pop)
            self._report_unpaid()
            if self._interrupted:
                break
            if self._schedule.held() and doubting is None:
                doubting = asyncio.ensure_future(self._settle_held())
                doubting.add_done_callback(lambda _: self._changed.set())
            if doubting is not None and doubting.done():
                await doubting
                doubting = None
                continue
            if self._schedule.is_over and doubting is None and not self._is_paused():
                break
            await self._until_changed()
        if doubting is not None:
            doubting.cancel()
        while self._interrupted and self._tasks:
            await asyncio.wait(set(self._tasks))
        if self._error is not None:
            for task in list(self._tasks):
                if task not in self._carrier.paying:
                    task.cancel()
            await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _until_changed(self) -> None:
        wait = self._not_before - time.monotonic()
        try:
            async with asyncio.timeout(wait if wait > 0 else None):
                await self._changed.wait()
        except TimeoutError:
            pass
        self._changed.clear()

    def _is_paused(self) -> bool:
        return time.monotonic() < self._not_before

    async def _carry(self, job: Job) -> None:
        clip = self._clips[job.digest]
        try:
            if not job.is_sent:
                links = await self._carrier.compose(clip)
                if self._schedule.is_stopped:
                    self._schedule.lost(clip.digest)
                    self._set(clip, Happening.WAITING, self._ledger.get(clip.digest))
                    return
                await self._carrier.send(clip, links)
                self._unreached = 0
            intent = await self._carrier.follow(clip)
            self._store_names(clip, intent.clip or "")
            self._schedule.done(clip.digest, intent.charged.amount if intent.charged else None)
            self._set(clip, Happening.STORED, intent)
            self._lock_later(intent)
        except asyncio.CancelledError:
            self._schedule.lost(clip.digest, at_risk=True)
            raise
        except DoubtError as error:
            self._schedule.hold(clip.digest)
            self._set(clip, Happening.UNCERTAIN, self._ledger.get(clip.digest), text=str(error))
        except NotTakenError as error:
            self._not_taken(clip, error.problem)
        except EndedError as error:
            is_owed = error.intent.billed is not False and error.intent.state is State.FAILED
            blocked = self._schedule.lost(clip.digest, at_risk=is_owed)
            self._fail(clip, error.intent, error.problem)
            self._block(blocked, clip)
            if error.problem.kind is Kind.EXHAUSTED:
                self._stop("the account has no money left: top it up and run again")
        except StrandedError as error:
            self._lose(clip, Happening.STRANDED, str(error), at_risk=True)
        except (AssetError, HostError) as error:
            self._lose(clip, Happening.FAILED, str(error))
            if isinstance(error, HostError):
                self._check_account(error.problem)
        except (LedgerError, LeaseLostError, LockError, StoreError) as error:
            self._error = error
        except Exception as error:  # noqa: BLE001 - a mistake here must end the run, not hang it
            self._error = error
        finally:
            self._changed.set()

    def _not_taken(self, clip: Wanted, problem: Problem) -> None:
        """The order was refused before it was looked at: the same run may try again."""
        self._check_account(problem)
        if problem.kind is Kind.NOT_SENT:
            self._unreached += 1
            if self._unreached >= _MOST_REFUSED_CONNECTIONS:
                self._stop(f"the host cannot be reached ({problem.text}): run again later")
        if self._schedule.is_stopped:
            self._lose(clip, Happening.WAITING, problem.text)
            return
        patience = self._options.patience
        wait = min(patience.first * patience.growth**self._unreached, patience.most)
        wait = problem.retry_after if problem.retry_after is not None else wait
        self._not_before = max(self._not_before, time.monotonic() + wait)
        self._schedule.again(clip.digest)
        self._set(clip, Happening.WAITING, self._ledger.get(clip.digest), text=problem.text)
        self._say(Happening.PAUSED, seconds=round(wait, 1), text=problem.text)

    def _check_account(self, problem: Problem) -> None:
        if problem.kind is Kind.EXHAUSTED:
            self._stop("the account has no money left: top it up and run again")
        elif problem.kind is Kind.BAD_KEY:
            self._stop(f"the host does not take the key ({problem.text})")

    async def _settle_held(self) -> None:
        """Ask for what is in doubt until the vendor can say, or it is left to a person."""
        held = self._schedule.held()
        await self._doubts.settle_in_time(held)
        for digest in held:
            clip, intent = self._clips[digest], self._ledger.get(digest)
            if intent is None:
                continue
            if intent.state in UNDER_WAY:
                self._set(clip, Happening.ADOPTED, intent)
                self._schedule.resume(digest, is_sent=True)
            elif intent.state is State.RELEASED and intent.run != self.id:
                self._set(clip, Happening.RELEASED, intent)
                self._schedule.resume(digest, is_sent=False)
            else:
                what = Happening.RELEASED if intent.state is State.RELEASED else Happening.UNCERTAIN
                self._set(clip, what, intent, text=self._doubts.why.get(digest, intent.problem))
                self._block(self._schedule.give_up(digest), clip)

    def _stop(self, why: str) -> None:
        if not self._stopped:
            self._stopped = why
            self._say(Happening.STOPPING, text=why)
        self._schedule.stop()

    # -- what became of each ----------------------------------------------------------------------

    def _store_names(self, clip: Wanted, take: str) -> None:
        for name in clip.names:
            self._store.publish(name, take)

    def _fail(
        self, clip: Wanted, intent: Intent | None, problem: Problem, *, again: bool = False
    ) -> None:
        text = problem.text
        if again:
            text += " (in an earlier run; it is not sent again as it stands)"
        is_cancelled = intent is not None and intent.state is State.CANCELLED
        self._set(
            clip,
            Happening.CANCELLED if is_cancelled else Happening.FAILED,
            intent,
            text=text,
            place=clip.place_of(problem.pointer),
            kind=str(problem.kind),
        )

    def _lose(self, clip: Wanted, what: Happening, text: str, *, at_risk: bool = False) -> None:
        blocked = self._schedule.lost(clip.digest, at_risk=at_risk)
        self._set(clip, what, self._ledger.get(clip.digest), text=text, place=clip.place)
        self._block(blocked, clip)

    def _block(self, blocked: Sequence[str], because: Wanted) -> None:
        for digest in blocked:
            clip = self._clips[digest]
            text = f'it opens on the last frame of "{because.address}"'
            self._set(clip, Happening.BLOCKED, self._ledger.get(digest), text=text)

    def _report_unpaid(self) -> None:
        for digest in self._schedule.unpaid:
            clip = self._clips[digest]
            text = f"it would go above the limit of {self._options.limit}"
            self._set(clip, Happening.UNPAID, self._ledger.get(digest), text=text)
        self._schedule.unpaid.clear()

    def _set(self, clip: Wanted, what: Happening, intent: Intent | None, **details: str) -> None:
        details.setdefault("place", clip.place)
        self._results[clip.digest] = Result(clip=clip, what=what, intent=intent, **details)
        facts: dict[str, Any] = {name: value for name, value in details.items() if value}
        if what in (Happening.STORED, Happening.REUSED):
            facts["file"] = str(self._store.clip(clip.address))
        if intent is not None and intent.charged is not None and what is Happening.STORED:
            facts["charged"] = {
                "amount": format(intent.charged.amount, "f"),
                "currency": intent.charged.currency,
            }
        self._tell(what, clip, **facts)

    def _tell(self, what: Happening, clip: Wanted, **facts: Any) -> None:
        self._listen(Event(what=what, at=self._clock(), clip=clip.address, facts=facts))

    def _say(self, what: Happening, **facts: Any) -> None:
        self._listen(Event(what=what, at=self._clock(), facts=facts))

    # -- lock, lease and end ----------------------------------------------------------------------

    def _lock_later(self, intent: Intent) -> None:
        if intent.state is not State.STORED or intent.receipt is None or intent.clip is None:
            return
        order = intent.order
        self._finished.append(
            Finished(
                digest=order.digest,
                address=order.address,
                host=order.host,
                endpoint=order.endpoint,
                seconds=order.seconds,
                clip=intent.clip,
                request_id=intent.receipt.id,
                charge=intent.charged,
            )
        )
        if time.monotonic() > self._locked_at + _LOCK_EVERY:
            self._write_lock()

    def _write_lock(self) -> None:
        merge_lock(self._store.lock, self._finished)
        self._finished.clear()
        self._locked_at = time.monotonic()

    async def _beat(self) -> None:
        while True:
            await asyncio.sleep(_BEAT)
            try:
                self._ledger.beat()
            except (LeaseLostError, LedgerError) as error:
                self._error = error
                self._changed.set()
                return

    def _finish(self) -> None:
        for digest in self._clips:
            result = self._results.get(digest)
            intent = self._ledger.get(digest)
            if result is None or (result.intent != intent and intent is not None):
                what = result.what if result is not None else Happening.STRANDED
                if what in (Happening.WAITING, Happening.ADOPTED) and intent is not None:
                    what = Happening.STRANDED if intent.state in UNDER_WAY else what
                self._results[digest] = Result(
                    clip=self._clips[digest],
                    what=what,
                    intent=intent,
                    text=result.text if result is not None else "it was left under way",
                    place=self._clips[digest].place,
                )
        self._write_lock()
        is_complete = all(
            one.what in (Happening.STORED, Happening.REUSED) for one in self._results.values()
        )
        outcome = "interrupted" if self._interrupted else "complete" if is_complete else "partial"
        self._ledger.end_run(self.id, outcome)
        lost = sum(phase is Phase.LOST for phase in self._schedule.phases.values())
        self._say(
            Happening.FINISHED,
            outcome=outcome,
            lost=lost,
            spent=format(self._schedule.spent or Decimal(0), "f"),
        )
