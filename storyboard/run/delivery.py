"""Sends, polls, downloads and stores the clips of one run.

Writes are ordered so that no crash pays twice: the intent is on the disk before the paying request
is sent, the vendor's id directly after the answer, and the clip before the intent says ``stored``.
An order is sent again only after an answer that proves a refusal.
"""

from __future__ import annotations

import asyncio
import random
import shlex
import time
from collections.abc import Awaitable, Callable, Sequence
from decimal import Decimal
from typing import Any

from msgspec import Struct, field

from storyboard.compiler.request import Output
from storyboard.hosts.errors import FailureKind, HostError, Problem
from storyboard.hosts.protocol import Host, JobView, Outcome, Progress, Submission
from storyboard.ledger import Intent, Ledger, Receipt, State
from storyboard.ledger.store import Store
from storyboard.media.mp4 import ClipError, read_clip
from storyboard.plan.clips import ClipNeed, PlannedClip
from storyboard.plan.request_body import fill, recorded, unfilled
from storyboard.run.events import Happening
from storyboard.run.patience import Patience
from storyboard.run.shot_places import find_places
from storyboard.run.uncertain import SendTimes
from storyboard.run.uploads import AssetError, TakePiece, Uploads
from storyboard.targets.model import Takes
from storyboard.values.segments import endings
from storyboard.values.units import Money

_MAX_BYTES = 4 << 30
_PASSING = frozenset({FailureKind.TRANSIENT, FailureKind.RATE_LIMITED})
_LOOKS_A_SECOND = 200
"""Looks at all clips together; where very many are under way, each is looked at less often."""
_STUCK = 1200.0
"""Seconds after which a clip is said to take long: models take 1 to 10 minutes."""
_RARELY = 4
"""While a host tells of a clip by itself, looks are so many times rarer than the rarest."""


class NotTakenError(Exception):
    """The host has refused an order before taking it: nothing is owed, it may be sent again."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.text)
        self.problem = problem


class UncertainError(Exception):
    """Nobody knows whether the host has taken an order; the ledger says ``uncertain``."""


class StrandedError(Exception):
    """A clip that the host has or makes cannot be fetched now; the next run fetches it.

    ``kind`` is ``BAD_KEY`` where this key may not fetch it, else None.
    """

    def __init__(self, text: str, kind: FailureKind | None = None) -> None:
        super().__init__(text)
        self.kind = kind


class EndedError(Exception):
    """A job has failed or was cancelled, and the ledger says so; ``problem`` says why."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.text)
        self.problem = problem


class _Polling(Struct):
    """Polling state of a submitted clip. ``is_told`` is set once the event stream gave a state,
    ``is_late`` once it was said that the clip takes long.
    """

    clip: PlannedClip
    state: State
    watch: asyncio.Task[bool] | None = None
    is_told: bool = False
    is_late: bool = False


class Delivery(Struct):
    """Sends orders to a host and stores their clips. ``tell`` is called with each happening.

    ``takes`` says how one order asks for several takes, None where the host has no such field.
    ``paying`` holds the tasks that are inside a paying request; these are never cancelled.
    """

    run: str
    host: Host
    ledger: Ledger
    store: Store
    uploads: Uploads
    tell: Callable[..., None]
    takes: Takes | None = None
    patience: Patience = field(default_factory=Patience)
    pause: Callable[[float], Awaitable[None]] = asyncio.sleep
    chance: random.Random = field(default_factory=random.Random)
    times: SendTimes = field(default_factory=SendTimes)
    paying: set[asyncio.Task[Any]] = field(default_factory=set)
    _watching: int = 0
    _following: int = 0

    # -- sending ----------------------------------------------------------------------------------

    async def compose(self, clip: PlannedClip) -> dict[str, str]:
        """The links that a clip's body needs, by pointer; files are uploaded for it.

        Raises ``AssetError`` and ``HostError``; nothing is paid by either.
        """
        links: dict[str, str] = {}
        if clip.assets or clip.needs:
            self.tell(Happening.UPLOADING, clip)
        for use in clip.assets:
            link = await self.uploads.link_of_file(use.path, use.sha256)
            links |= dict.fromkeys(use.pointers, link)
        for needed in clip.needs:
            piece = self._piece(needed)
            if piece is None or not self.store.has(piece.take):
                raise AssetError(f'the clip of "{needed.shot}" is not here')
            links[needed.pointer] = await (
                self.uploads.link_of_clip(piece, needed.shot)
                if needed.output is Output.CLIP
                else self.uploads.link_of_frame(piece.take, piece.end)
            )
        return links

    def _piece(self, needed: ClipNeed) -> TakePiece | None:
        """Where the shot that a clip needs stands in its take; None where there is no take."""
        intent = self.ledger.get(needed.clip)
        take = intent.clip if intent is not None else None
        seconds = intent.order.seconds if intent is not None else 0
        segments = intent.segments if intent is not None else ()
        if take is None or not segments:
            lock = self.store.read_lock()
            if (finished := lock.finished().get(needed.clip)) is not None:
                take, seconds = take or finished.clip, finished.seconds
            segments = segments or lock.segments.get(take or "", ())
        if take is None:
            return None
        for segment in segments:
            if needed.ending in endings((segment.content,)):
                goes_on = any(other.start == segment.end for other in segments)
                return TakePiece(
                    take=take,
                    start=segment.start,
                    end=segment.end if segment.end < seconds else None,
                    guards=(
                        not segment.is_exact and segment.start > 0,
                        not segment.is_exact and goes_on,
                    ),
                )
        return TakePiece(take=take)

    async def send(
        self, clips: Sequence[PlannedClip], links: dict[str, str]
    ) -> tuple[PlannedClip, ...]:
        """Send one order, once, for a clip or for several takes of one request.

        Returns the clips for which the host gave an id; the others are written as ``uncertain``.
        Raises ``NotTakenError``, ``UncertainError`` or ``EndedError``, for all clips of the order.
        """
        first, count = clips[0], len(clips)
        body = fill(first.order.payload, links)
        if unfilled(body):
            raise AssetError("a picture of the request has no link")
        if count > 1 and self.takes is not None:
            body[self.takes.field] = count
        task = asyncio.current_task()
        assert task is not None  # noqa: S101 - only ever called in one
        for clip in clips:
            self.tell(Happening.SUBMITTING, clip)
        self.paying.add(task)
        try:
            for clip in clips:
                self.ledger.intend(clip.order, self.run, recorded(links), self.host.life)
            begun = self.times.now()
            try:
                receipts = await self.host.submit(
                    Submission(
                        endpoint=first.order.endpoint,
                        body=body,
                        scene=first.address.rpartition("/")[0],
                        shots=tuple(name for name, _ in first.shots),
                        takes=tuple(clip.take for clip in clips),
                        names=first.order.tokens,
                    )
                )
            except HostError as error:
                raise self._not_sent(clips, error.problem) from None
            self.times.begun |= dict.fromkeys((receipt.id for receipt in receipts), begun)
            for clip, receipt in zip(clips, receipts, strict=False):
                self.ledger.step(clip.digest, State.SUBMITTED, receipt=receipt)
            unnamed = f"the host named {len(receipts)} clips where {count} were ordered"
            for clip in clips[len(receipts) :]:
                self._doubt(clip, unnamed)
        finally:
            self.paying.discard(task)
        for clip, receipt in zip(clips, receipts, strict=False):
            self.tell(Happening.SUBMITTED, clip, id=receipt.id)
        if len(receipts) > count:
            self.tell(Happening.WARNING, first, text=f"{unnamed}: look at the vendor's bill")
        return tuple(clips[: len(receipts)])

    def _not_sent(self, clips: Sequence[PlannedClip], problem: Problem) -> Exception:
        match problem.kind:
            case FailureKind.AMBIGUOUS | FailureKind.TRANSIENT:
                for clip in clips:
                    self._doubt(clip, problem.text)
                return UncertainError(problem.text)
            case (
                FailureKind.NOT_SENT
                | FailureKind.RATE_LIMITED
                | FailureKind.EXHAUSTED
                | FailureKind.BAD_KEY
            ):
                for clip in clips:
                    self.ledger.step(clip.digest, State.RELEASED, problem=problem.text)
                return NotTakenError(problem)
            case _:
                for clip in clips:
                    self._end(clip, State.FAILED, problem, billed=False)
                return EndedError(problem)

    def _doubt(self, clip: PlannedClip, why: str) -> None:
        self.times.ended[clip.digest] = self.times.now()
        self.ledger.step(clip.digest, State.UNCERTAIN, problem=why)

    def _end(
        self,
        clip: PlannedClip,
        state: State,
        problem: Problem,
        *,
        billed: bool | None,
        charged: Money | None = None,
    ) -> EndedError:
        self.ledger.step(
            clip.digest,
            state,
            failure=str(problem.kind),
            problem=problem.text,
            billed=billed,
            charged=charged,
        )
        return EndedError(problem)

    # -- following --------------------------------------------------------------------------------

    async def follow(self, clip: PlannedClip) -> Intent:
        """Poll a submitted clip until its job is over, and store the clip.

        Returns its intent, in state ``stored``. Raises ``EndedError``, ``StrandedError``,
        ``StoreError``.
        """
        intent = self.ledger.get(clip.digest)
        if intent is None or intent.receipt is None:
            raise StrandedError("the ledger has no id for it")
        if intent.state is not State.SUCCEEDED:
            await self._wait(clip, intent)
        return await self._receive(clip, intent.receipt)

    async def _wait(self, clip: PlannedClip, intent: Intent) -> None:
        receipt = intent.receipt
        assert receipt is not None  # noqa: S101 - the caller has looked
        way = _Polling(clip=clip, state=intent.state)
        # What an earlier run has sent may long be over.
        is_new = intent.run == self.run and way.state is State.SUBMITTED
        delay, failures, began = self.patience.first, 0, time.monotonic()
        self._following += 1
        try:
            self._watch(way, receipt)
            if is_new and await self._rest(delay, way):
                return
            while True:
                try:
                    look = await self.host.look(receipt)
                    failures = 0
                except HostError as error:
                    failures += 1
                    self._check_patience(error, failures)
                    await self._sleep(error.problem.retry_after or delay, None)
                    continue
                if look.progress is Progress.OVER:
                    return
                self._say(way, look)
                if time.monotonic() - began > _STUCK and not way.is_late:
                    way.is_late = True
                    self._say_late(clip)
                self._watch(way, receipt)
                delay = min(delay * self.patience.growth, self.patience.most)
                if await self._rest(max(delay, self._following / _LOOKS_A_SECOND), way):
                    return
        finally:
            self._following -= 1
            if way.watch is not None:
                way.watch.cancel()
                await asyncio.gather(way.watch, return_exceptions=True)

    async def _rest(self, seconds: float, way: _Polling) -> bool:
        """Wait until the next look is due; True where the event stream said that it is over."""
        if await self._sleep(seconds, way):
            return True
        watch = way.watch
        if watch is None or watch.done() or not way.is_told:
            return False
        await asyncio.wait({watch}, timeout=self.patience.most * _RARELY)
        return watch.done() and watch.result()

    def _say(self, way: _Polling, look: JobView) -> None:
        if look.progress is Progress.QUEUED:
            self.tell(Happening.QUEUED, way.clip, position=look.position)
        elif way.state is State.SUBMITTED:
            way.state = State.RUNNING
            self.ledger.step(way.clip.digest, State.RUNNING)
            self.tell(Happening.RUNNING, way.clip)

    def _say_late(self, clip: PlannedClip) -> None:
        text = (
            f"it has been under way for {_STUCK / 60:.0f} minutes, clips take 1 to 10: wait, or "
            f"ask for its end beside this run: `storyboard cancel {shlex.quote(clip.address)}`"
        )
        self.tell(Happening.WARNING, clip, text=text)

    def _watch(self, way: _Polling, receipt: Receipt) -> None:
        """Open an event stream for a clip where the host has one free; at most once a clip."""
        most = self.host.most_watched
        if way.watch is not None or (most is not None and self._watching >= most):
            return
        self._watching += 1

        def heard(look: JobView) -> None:
            way.is_told = True
            self._say(way, look)

        async def watch() -> bool:
            try:
                return await self.host.watch(receipt, heard)
            except HostError:
                return False

        way.watch = asyncio.ensure_future(watch())
        way.watch.add_done_callback(self._watched)

    def _watched(self, _: asyncio.Task[bool]) -> None:
        self._watching -= 1

    async def _sleep(self, seconds: float, way: _Polling | None) -> bool:
        """Wait, or return True as soon as the event stream says that the job is over."""
        seconds *= 1 + self.patience.jitter * (2 * self.chance.random() - 1)
        watch = way.watch if way is not None else None
        if watch is None or watch.done():
            await self.pause(seconds)
            return False
        timer = asyncio.ensure_future(self.pause(seconds))
        try:
            await asyncio.wait({timer, watch}, return_when=asyncio.FIRST_COMPLETED)
            if watch.done() and watch.result():
                return True
            await timer  # the line dropped, which says nothing of the clip
        finally:
            timer.cancel()
        return False

    def _check_patience(self, error: HostError, failures: int) -> None:
        if error.kind not in _PASSING or failures >= self.patience.tries:
            raise StrandedError(error.problem.text) from None

    # -- receiving --------------------------------------------------------------------------------

    async def _receive(self, clip: PlannedClip, receipt: Receipt) -> Intent:
        """Download the clip of a job that is over, again where the download is not whole."""
        failures = 0
        while True:
            outcome = None
            try:
                outcome = await self.host.fetch(receipt)
                self._check_outcome(clip, outcome)
                return await self._store(clip, outcome)
            except HostError as error:
                failures += 1
                kind, text = error.kind, error.problem.text
                wait = error.problem.retry_after
            except ClipError as error:
                failures += 1
                kind, text, wait = (
                    FailureKind.TRANSIENT,
                    f"the clip that came is not whole: {error}",
                    None,
                )
            passing = kind in _PASSING or (kind is FailureKind.GONE and failures < 4)
            is_hidden = kind is FailureKind.GONE and outcome is None
            if kind is FailureKind.BAD_KEY or (is_hidden and self._is_sent_elsewhere(clip)):
                raise StrandedError(f"this key cannot fetch it: {text}", FailureKind.BAD_KEY)
            if kind is FailureKind.GONE and not passing and self._is_made(clip):
                problem = Problem(kind=kind, text=f"the vendor has it no more: {text}")
                raise self._end(clip, State.LOST, problem, billed=None)
            if not passing or failures >= self.patience.tries:
                raise StrandedError(text)
            delay = self.patience.first * self.patience.growth ** min(failures - 1, 8)
            await self._sleep(wait or min(delay, self.patience.most), None)

    def _is_sent_elsewhere(self, clip: PlannedClip) -> bool:
        """Whether another checkout has sent an order, perhaps with another key.

        Hosts show a key no more than its own orders: what they deny to have may be there.
        """
        sent = self.ledger.accepted(self.host.name, clip.order.endpoint, 0.0)
        return all(one.digest != clip.digest for one in sent)

    def _is_made(self, clip: PlannedClip) -> bool:
        intent = self.ledger.get(clip.digest)
        return intent is not None and intent.state is State.SUCCEEDED

    def _check_outcome(self, clip: PlannedClip, outcome: Outcome) -> None:
        charged = _charge(clip, outcome)
        intent = self.ledger.get(clip.digest)
        if outcome.problem is not None:
            billed = None if charged is None else charged.amount > 0
            state = (
                State.CANCELLED if outcome.problem.kind is FailureKind.CANCELLED else State.FAILED
            )
            raise self._end(clip, state, outcome.problem, billed=billed, charged=charged)
        if intent is not None and intent.state is not State.SUCCEEDED:
            self.ledger.step(clip.digest, State.SUCCEEDED, charged=charged)
            self.tell(Happening.STORING, clip)

    async def _store(self, clip: PlannedClip, outcome: Outcome) -> Intent:
        part = self.store.part(clip.digest)
        try:
            came = await self.host.download(outcome.link or "", part, _MAX_BYTES)
            facts = read_clip(part)
            known = self.ledger.get(clip.digest)
            contents = known.order.shots if known is not None else clip.order.shots
            places = await asyncio.to_thread(find_places, part, facts, contents, clip.order.seconds)
            file = await asyncio.to_thread(self.store.keep, part, came.sha256)
        except BaseException:
            part.unlink(missing_ok=True)
            raise
        intent = self.ledger.step(
            clip.digest,
            State.STORED,
            clip=came.sha256,
            segments=places,
        )
        self.ledger.keep_take_files({came.sha256: file})
        if outcome.size and came.size != outcome.size:
            # It is whole all the same: read_clip finds whatever is cut.
            text = f"it has {came.size:,} bytes, the host promised {outcome.size:,}"
            self.tell(Happening.WARNING, clip, text=text)
        if not facts.lasts(clip.order.seconds):
            self.tell(
                Happening.WARNING,
                clip,
                text=f"it lasts {facts.seconds:.2f} s, {clip.order.seconds} s were asked for",
            )
        return intent


def _charge(clip: PlannedClip, outcome: Outcome) -> Money | None:
    """What was charged: the host's own sum, else its units at the price of the plan."""
    if outcome.charge is not None:
        return outcome.charge
    estimate = clip.order.estimate
    if outcome.units is None or estimate is None:
        return None
    unit_price = estimate.amount / Decimal(clip.order.seconds)
    return Money(outcome.units * unit_price, estimate.currency)
