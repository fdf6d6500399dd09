"""The state of each clip during a run: sent to the listener, and kept for the report."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

from storyboard.hosts.errors import Problem
from storyboard.ledger import Intent, Ledger, Order, PaidOrder, State, merge_lock
from storyboard.ledger.history import iso_time
from storyboard.ledger.states import UNDER_WAY
from storyboard.ledger.store import Store
from storyboard.plan.clips import PlannedClip
from storyboard.run.events import HERE, Event, EventListener, Happening
from storyboard.run.findings import Finding, UnclaimedRow
from storyboard.run.report import Result
from storyboard.values.segments import Segment

_LOCK_EVERY = 5.0
_LOCK_SHARE = 50
"""A large lock takes longer to write: at most one part in so many of the time goes into it."""


_ENDS = {State.CANCELLED: Happening.CANCELLED, State.LOST: Happening.LOST}


class RunProgress:
    """The last event of each clip.

    ``listen`` is called with every event, ``clock`` gives Unix seconds. ``fetches`` are the digests
    of what was paid before this run, which has only to get it.
    """

    def __init__(
        self,
        clips: Iterable[PlannedClip],
        *,
        ledger: Ledger,
        store: Store,
        listen: EventListener,
        clock: Callable[[], float],
    ) -> None:
        self._clips = {clip.digest: clip for clip in clips}
        self._ledger = ledger
        self._store = store
        self._listen = listen
        self._clock = clock
        self._results: dict[str, Result] = {}
        self._orders: list[PaidOrder] = []
        self._segments: dict[str, tuple[Segment, ...]] = {}
        self._sent: list[Order] = []
        self._lock_at = 0.0
        self.fetches: set[str] = set()

    def __iter__(self) -> Iterator[Result]:
        """The results, in the order of the film."""
        return (self._results[digest] for digest in self._clips)

    # -- telling ----------------------------------------------------------------------------------

    def say(self, what: Happening, **facts: Any) -> None:
        """Send an event of the run."""
        self._listen(Event(what=what, at=self._clock(), facts=facts))

    def tell(self, what: Happening, clip: PlannedClip, **facts: Any) -> None:
        """Send an event of a clip."""
        self._listen(Event(what=what, at=self._clock(), clip=clip.address, facts=facts))

    def put(
        self,
        clip: PlannedClip,
        what: Happening,
        intent: Intent | None,
        *,
        rows: tuple[UnclaimedRow, ...] = (),
        **details: str,
    ) -> None:
        """Record the result of a clip so far, and send it as an event."""
        details.setdefault("place", clip.place)
        is_fetch = clip.digest in self.fetches
        if is_fetch and what is Happening.STORED:
            what = Happening.FETCHED
        self._results[clip.digest] = Result(
            clip=clip, what=what, intent=intent, rows=rows, is_fetch=is_fetch, **details
        )
        facts: dict[str, Any] = {name: value for name, value in details.items() if value}
        if what in HERE:
            facts["file"] = self._file(clip, intent)
        if intent is not None and intent.charged is not None and what is Happening.STORED:
            facts["charged"] = {
                "amount": format(intent.charged.amount, "f"),
                "currency": intent.charged.currency,
            }
        self.tell(what, clip, **facts)

    def _file(self, clip: PlannedClip, intent: Intent | None) -> str:
        """Where a clip is: under its name, or as a take where the film keeps only some shots."""
        if clip.is_kept and intent is not None and intent.clip is not None:
            return str(self._store.take(intent.clip))
        return self._store.clip_text(clip.address)

    def put_uncertain(self, clip: PlannedClip, intent: Intent, finding: Finding | None) -> None:
        """Write down that a person must decide about a clip; ``finding`` is of the last look."""
        text = finding.why if finding is not None and finding.why else intent.problem
        rows = finding.rows if finding is not None else ()
        self.put(clip, Happening.UNCERTAIN, intent, rows=rows, text=text)

    def put_failure(
        self, clip: PlannedClip, intent: Intent | None, problem: Problem, *, again: bool = False
    ) -> None:
        """Record that a clip will not come; ``again`` where an earlier run had found that."""
        text = problem.text
        if again:
            text += " (in an earlier run; it is not sent again as it stands)"
        self.put(
            clip,
            _ENDS.get(intent.state if intent is not None else State.FAILED, Happening.FAILED),
            intent,
            text=text,
            place=clip.place_of(problem.pointer),
            kind=str(problem.kind),
        )

    def put_blocked(self, blocked: Sequence[str], because: PlannedClip) -> None:
        """Record the clips that need a clip that will not come."""
        for digest in blocked:
            text = f'it waits for "{because.address}", which does not come'
            clip = self._clips[digest]
            self.put(clip, Happening.BLOCKED, self._ledger.get(digest), text=text)

    # -- names and lock ---------------------------------------------------------------------------

    def publish(self, clip: PlannedClip, take: str) -> None:
        """Link every name of a clip to its take; one that is kept for some shots has none."""
        if clip.is_kept:
            return
        for name in clip.names:
            self._store.publish(name, take)

    def lock_later(self, intent: Intent) -> None:
        """Add an order that was paid to the lock, with the next write of that file."""
        is_billed = intent.state in (State.FAILED, State.CANCELLED) and intent.billed is True
        if intent.receipt is None or not (is_billed or intent.state is State.STORED):
            return
        order = intent.order
        self._orders.append(
            PaidOrder(
                digest=order.digest,
                request_id=intent.receipt.id,
                film=order.film,
                address=order.address,
                host=order.host,
                endpoint=order.endpoint,
                seconds=order.seconds,
                made=iso_time(intent.intended_at),
                clip=None if is_billed else intent.clip,
                charge=intent.charged,
            )
        )
        if intent.clip is not None and intent.segments:
            self._segments[intent.clip] = intent.segments
        if order.payload and order.target:
            self._sent.append(order)
        if time.monotonic() > self._lock_at:
            self.write_lock()

    def write_lock(self) -> None:
        """Write what was collected into the lock. Raises ``LockError``."""
        if not self._orders:
            return
        began = time.monotonic()
        merge_lock(self._store.lock, self._orders, self._segments, self._sent)
        self._orders.clear()
        self._segments.clear()
        self._sent.clear()
        ended = time.monotonic()
        self._lock_at = ended + max(_LOCK_EVERY, (ended - began) * _LOCK_SHARE)

    # -- the end ----------------------------------------------------------------------------------

    def close(self) -> bool:
        """Complete the results, write the lock, and return whether every clip is here."""
        for digest, clip in self._clips.items():
            result = self._results.get(digest)
            intent = self._ledger.get(digest)
            if result is None or (result.intent != intent and intent is not None):
                what = result.what if result is not None else Happening.STRANDED
                if what in (Happening.WAITING, Happening.ADOPTED) and intent is not None:
                    what = Happening.STRANDED if intent.state in UNDER_WAY else what
                self._results[digest] = Result(
                    clip=clip,
                    what=what,
                    intent=intent,
                    text=result.text if result is not None else "it was left under way",
                    place=clip.place,
                )
        self.write_lock()
        return all(one.what in HERE for one in self)
