"""Follows the clips of one run from their orders to their files: sends, polls and receives them.

Writes are ordered so that no crash pays twice, see ``dispatch`` and ``downloads``.
"""

from __future__ import annotations

import asyncio
import random
import shlex
import time
from collections.abc import Awaitable, Callable

from msgspec import Struct

from storyboard.hosts.errors import PASSING, HostError
from storyboard.hosts.protocol import Host, JobView, Progress
from storyboard.ledger import Intent, Ledger, Receipt, State
from storyboard.plan.clips import PlannedClip
from storyboard.run.dispatch import Dispatch
from storyboard.run.downloads import Downloads
from storyboard.run.events import Happening
from storyboard.run.order_ends import StrandedError
from storyboard.run.patience import Patience

_LOOKS_A_SECOND = 200
"""Looks at all clips together; where very many are under way, each is looked at less often."""
_STUCK = 1200.0
"""Seconds after which a clip is said to take long: models take 1 to 10 minutes."""
_RARELY = 4
"""While a host tells of a clip by itself, looks are so many times rarer than the rarest."""


class _Polling(Struct):
    """Polling state of a submitted clip. ``is_told`` is set once the event stream gave a state,
    ``is_late`` once it was said that the clip takes long.
    """

    clip: PlannedClip
    state: State
    watch: asyncio.Task[bool] | None = None
    is_told: bool = False
    is_late: bool = False


class Delivery(Struct, kw_only=True):
    """The way of clips at a host. ``tell`` is called with each happening.

    ``pause`` waits for a number of seconds, ``chance`` varies the times between looks.
    """

    host: Host
    ledger: Ledger
    tell: Callable[..., None]
    patience: Patience
    pause: Callable[[float], Awaitable[None]]
    chance: random.Random
    dispatch: Dispatch
    downloads: Downloads
    _watching: int = 0
    _following: int = 0

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
        return await self.downloads.receive(clip, intent.receipt)

    async def _wait(self, clip: PlannedClip, intent: Intent) -> None:
        receipt = intent.receipt
        assert receipt is not None  # noqa: S101 - the caller has looked
        way = _Polling(clip=clip, state=intent.state)
        # What an earlier run has sent may long be over.
        is_new = intent.run == self.dispatch.run and way.state is State.SUBMITTED
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
                    wait = self.patience.until_again(error.problem.retry_after, delay)
                    await self._sleep(wait, None)
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
        seconds = self.patience.varied(seconds, self.chance)
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
        if error.kind not in PASSING or failures >= self.patience.tries:
            raise StrandedError(error.problem.text) from None
