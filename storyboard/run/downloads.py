"""Downloads and stores clips that are made; a clip is on the disk before the ledger says so."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable
from decimal import Decimal

from msgspec import Struct

from storyboard.hosts.errors import PASSING, FailureKind, HostError, Problem
from storyboard.hosts.protocol import Host, Outcome
from storyboard.ledger import Intent, Ledger, Receipt, State
from storyboard.ledger.store import Store
from storyboard.media.mp4 import ClipError, read_clip
from storyboard.plan.clips import PlannedClip
from storyboard.run.events import Happening
from storyboard.run.order_ends import StrandedError, end_order
from storyboard.run.patience import Patience
from storyboard.run.shot_places import find_places
from storyboard.values.units import Money

_MAX_BYTES = 4 << 30


class Downloads(Struct, kw_only=True):
    """Gets the clips of a host. ``tell`` is called with each happening, ``pause`` waits."""

    host: Host
    ledger: Ledger
    store: Store
    tell: Callable[..., None]
    patience: Patience
    pause: Callable[[float], Awaitable[None]]
    chance: random.Random

    async def receive(self, clip: PlannedClip, receipt: Receipt) -> Intent:
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
            passing = kind in PASSING or (kind is FailureKind.GONE and failures < 4)
            is_hidden = kind is FailureKind.GONE and outcome is None
            if kind is FailureKind.BAD_KEY or (is_hidden and self._is_sent_elsewhere(clip)):
                raise StrandedError(f"this key cannot fetch it: {text}", FailureKind.BAD_KEY)
            if kind is FailureKind.GONE and not passing and self._is_made(clip):
                problem = Problem(kind=kind, text=f"the vendor has it no more: {text}")
                raise end_order(self.ledger, clip.digest, State.LOST, problem, billed=None)
            if not passing or failures >= self.patience.tries:
                raise StrandedError(text)
            delay = self.patience.first * self.patience.growth ** min(failures - 1, 8)
            seconds = self.patience.until_again(wait, min(delay, self.patience.most))
            await self.pause(self.patience.varied(seconds, self.chance))

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
            raise end_order(
                self.ledger, clip.digest, state, outcome.problem, billed=billed, charged=charged
            )
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
            asked = (part, facts, contents, clip.order.seconds)
            # Of one shot no picture is looked at.
            is_quick = len(contents) < 2
            places = (
                find_places(*asked) if is_quick else await asyncio.to_thread(find_places, *asked)
            )
            file = await asyncio.to_thread(self.store.keep, part, came.sha256)
        except BaseException:
            part.unlink(missing_ok=True)
            raise
        intent = self.ledger.step(
            clip.digest,
            State.STORED,
            clip=came.sha256,
            segments=places,
            file=file,
        )
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
