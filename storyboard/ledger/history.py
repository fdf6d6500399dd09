"""What a planner asks of ledger and lock: is a request paid, submitted or refused?"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterable
from datetime import datetime
from enum import StrEnum
from functools import cached_property
from typing import Protocol

from msgspec import Struct

from storyboard.ledger.intent import Intent, Order
from storyboard.ledger.lock import Lock
from storyboard.ledger.lock_lines import PaidOrder
from storyboard.ledger.states import AT_RISK, PAID, State
from storyboard.values.addresses import take_suffix
from storyboard.values.segments import FormerShot, Segment, ShotPart
from storyboard.values.units import Money


class Standing(StrEnum):
    """The state of a request, as far as its price is concerned."""

    NEW = "new"
    PAID = "paid"
    WAITING = "waiting"
    UNCERTAIN = "uncertain"
    REFUSED = "refused"
    LOST = "lost"


FINAL_FAILURES = frozenset({"bad_input", "content_policy"})
"""Failures that the same request would meet again: it is not sent a second time by itself."""

STANDINGS = {
    State.SUBMITTING: Standing.UNCERTAIN,
    State.UNCERTAIN: Standing.UNCERTAIN,
    State.RELEASED: Standing.NEW,
    State.SUBMITTED: Standing.WAITING,
    State.RUNNING: Standing.WAITING,
    State.SUCCEEDED: Standing.PAID,
    State.STORED: Standing.PAID,
    State.FAILED: Standing.NEW,
    State.CANCELLED: Standing.NEW,
    State.LOST: Standing.LOST,
}
"""How it stands with a request whose intent is in a state; see also ``FINAL_FAILURES``."""


class FilmPayments(Struct, frozen=True, kw_only=True):
    """What a film has cost so far, as pairs of seconds and cost; None is a cost not known.

    ``paid`` are the takes that came, whether the film still has them or not, and the failures that
    were billed. ``under_way`` is what was sent, or may have been, and is not here, and what ended
    without a word on its price: it may have to be paid.
    """

    paid: tuple[tuple[int, Money | None], ...] = ()
    under_way: tuple[tuple[int, Money | None], ...] = ()


def film_payments(intents: Iterable[Intent], lock: Lock, film: str) -> FilmPayments:
    """What ledger and lock know of a film's cost; ``film`` is the name of the storyboard's file."""
    paid: list[tuple[int, Money | None]] = []
    under_way: list[tuple[int, Money | None]] = []
    counted: set[str] = set()
    for intent in intents:
        is_open = intent.state in AT_RISK
        if intent.state in (State.FAILED, State.CANCELLED):
            if intent.billed is False:
                continue
            is_open = intent.billed is None
        elif not is_open and intent.state not in PAID:
            continue
        if intent.receipt is not None:
            counted.add(intent.receipt.id)
        if intent.order.film == film:
            (under_way if is_open else paid).append((intent.order.seconds, intent.cost))
    paid += [
        (order.seconds, order.charge)
        for order in lock.orders.values()
        if order.film == film and order.request_id not in counted
    ]
    return FilmPayments(paid=tuple(paid), under_way=tuple(under_way))


class FormerClip(Struct, frozen=True, kw_only=True):
    """A clip that is paid, as a film that keeps some of its shots needs it.

    ``digest`` is that of its request, ``take`` the hex sha256 of its file, and ``is_here`` whether
    that is on this disk. ``made`` is when it was ordered, in ISO 8601. ``cost`` is what it cost, as
    far as that is known: the charge, else the estimate. ``segments`` are in the order of the clip.
    """

    digest: str
    take: str
    address: str
    host: str
    endpoint: str
    seconds: int
    made: str
    cost: Money | None
    is_here: bool
    segments: tuple[Segment, ...]


class SentShot(Struct, frozen=True, kw_only=True):
    """A shot, or a part of one, as it was sent: its order, and where in that it stands.

    ``index`` is its place among the ``count`` that the order renders, from 0.
    """

    order: Order
    index: int
    count: int

    @property
    def content(self) -> ShotPart | None:
        """Its content, None where the order does not tell it."""
        return self.order.shots[self.index] if self.index < len(self.order.shots) else None


def is_given_up(intent: Intent | None, locked: PaidOrder) -> bool:
    """Whether the ledger knows that the vendor has a paid order of the lock no more."""
    return (
        intent is not None
        and intent.state in (State.LOST, State.RELEASED)
        and intent.receipt is not None
        and intent.receipt.id == locked.request_id
    )


class Known(Protocol):
    """What is known of earlier runs; a planner with none has no such thing."""

    def standing(self, digest: str) -> Standing:
        """How it stands with exactly this request."""

    def is_here(self, digest: str) -> bool:
        """Whether the clip of exactly this request is on this disk."""

    def is_ordered(self, shots: tuple[ShotPart, ...]) -> bool:
        """Whether a clip of exactly these contents is paid, under way or in doubt."""

    def former(self, content: ShotPart) -> tuple[FormerShot, ...]:
        """Where the content of a shot stands in clips that are paid, the earliest clip first."""

    def clip(self, take: str) -> FormerClip:
        """The clip of which ``former`` has told. Raises ``KeyError`` for another."""

    def clip_of(self, digest: str) -> FormerClip | None:
        """The clip of exactly this request, one that is on this disk first; None without one."""

    def take_numbers(self) -> range:
        """The numbers from 1 among which all takes are that were ordered with a number."""

    def has(self, take: str) -> bool:
        """Whether the file of a take is on this disk."""

    def made(self, digest: str) -> str:
        """When the paid order of a request was made, ISO 8601; empty where there is none."""

    def problem(self, digest: str) -> str:
        """What the vendor said of a request that it refused; else empty."""

    def payments(self) -> FilmPayments:
        """What the film has cost so far."""

    def sent(self, address: str, part: int | None, take: str = "") -> SentShot | None:
        """What was sent last for a shot of this address, or a part of it; None where nothing was.

        ``take`` is ``.take2`` for a further take.
        """

    def order(self, digest: str) -> Order | None:
        """What a request asked for, with its body; None where no body of it is known."""


class KnownTakes:
    """The answers of a ledger and a lock, read once.

    ``film`` is the name of the storyboard's file: a folder's ledger serves all its films.
    ``has`` says whether the file of a take, given by its sha256, is on this disk.
    """

    def __init__(
        self,
        intents: Iterable[Intent],
        lock: Lock | None = None,
        film: str = "",
        has: Callable[[str], bool] = lambda _: True,
    ) -> None:
        self._film = film
        self._has = has
        self._lock = lock or Lock()
        self._finished = self._lock.finished()
        self._intents = {intent.digest: intent for intent in intents}

    def standing(self, digest: str) -> Standing:
        """See :class:`Known`."""
        intent = self._intents.get(digest)
        locked = self._finished.get(digest)
        is_lost = intent is not None and intent.state is State.LOST
        if locked is not None and not is_given_up(intent, locked):
            return Standing.PAID
        if is_lost and self.is_here(digest):
            return Standing.PAID  # a copy was found
        if intent is None:
            return Standing.NEW
        if intent.state is State.FAILED and intent.failure in FINAL_FAILURES:
            return Standing.REFUSED
        return STANDINGS[intent.state]

    def is_here(self, digest: str) -> bool:
        """See :class:`Known`."""
        intent, locked = self._intents.get(digest), self._finished.get(digest)
        clips = (intent.clip if intent else None, locked.clip if locked else None)
        return any(clip is not None and self._has(clip) for clip in clips)

    def is_ordered(self, shots: tuple[ShotPart, ...]) -> bool:
        """See :class:`Known`."""
        return shots in self._ordered

    @cached_property
    def _ordered(self) -> frozenset[tuple[ShotPart, ...]]:
        standings = (Standing.PAID, Standing.WAITING, Standing.UNCERTAIN)
        here = (
            intent.order.shots
            for intent in self._intents.values()
            if STANDINGS[intent.state] in standings
        )
        paid = (
            order.shots
            for digest, order in self._lock.sent.items()
            if self.standing(digest) is Standing.PAID
        )
        return frozenset((*here, *paid))

    def former(self, content: ShotPart) -> tuple[FormerShot, ...]:
        """See :class:`Known`."""
        return self._former.get(content, ())

    def clip(self, take: str) -> FormerClip:
        """See :class:`Known`."""
        return self._clips[take]

    def clip_of(self, digest: str) -> FormerClip | None:
        """See :class:`Known`."""
        return self._clips_of.get(digest)

    @cached_property
    def _clips_of(self) -> dict[str, FormerClip]:
        listed = sorted(self._clips.values(), key=lambda clip: clip.is_here)
        return {clip.digest: clip for clip in listed}

    def take_numbers(self) -> range:
        """See :class:`Known`."""
        texts = [intent.order.take for intent in self._intents.values()]
        texts += [take_suffix(one.address) for one in self._lock.orders.values()]
        numbers = (int(number) for text in texts for number in _NUMBER.findall(text))
        return range(1, max(numbers, default=1) + 1)

    def has(self, take: str) -> bool:
        """See :class:`Known`."""
        return self._has(take)

    @cached_property
    def _clips(self) -> dict[str, FormerClip]:
        """The clips that are paid and not lost, the earliest first."""
        found: list[FormerClip] = []
        for intent in self._intents.values():
            order, take = intent.order, intent.clip
            is_lost = intent.state is State.LOST and take is not None and not self._has(take)
            if take is None or is_lost or intent.state not in PAID:
                continue
            found.append(
                FormerClip(
                    digest=order.digest,
                    take=take,
                    address=order.address,
                    host=order.host,
                    endpoint=order.endpoint,
                    seconds=order.seconds,
                    made=self.made(order.digest),
                    cost=intent.cost,
                    is_here=self._has(take),
                    segments=intent.segments or self._lock.segments.get(take, ()),
                )
            )
        here = {clip.take for clip in found}
        for locked in self._lock.orders.values():
            if locked.clip is None or locked.clip in here:
                continue
            ours, is_here = self._intents.get(locked.digest), self._has(locked.clip)
            is_ours = ours is not None and ours.receipt and ours.receipt.id == locked.request_id
            if is_ours and ours is not None and ours.clip in here and not is_here:
                continue  # it was fetched again, and came as other bytes
            if is_given_up(ours, locked) and not is_here:
                continue
            found.append(
                FormerClip(
                    digest=locked.digest,
                    take=locked.clip,
                    address=locked.address,
                    host=locked.host,
                    endpoint=locked.endpoint,
                    seconds=locked.seconds,
                    made=locked.made,
                    cost=locked.charge,
                    is_here=is_here,
                    segments=self._lock.segments.get(locked.clip, ()),
                )
            )
        found.sort(key=lambda clip: (clip.made, clip.take))
        return {clip.take: clip for clip in found}

    @cached_property
    def _former(self) -> dict[ShotPart, tuple[FormerShot, ...]]:
        found: dict[ShotPart, tuple[FormerShot, ...]] = {}
        for clip in self._clips.values():
            for index, segment in enumerate(clip.segments):
                before = found.get(segment.content, ())
                if len(before) < _MAX_PLACES:
                    place = FormerShot(clip.take, index, len(clip.segments), segment)
                    found[segment.content] = (*before, place)
        return found

    def made(self, digest: str) -> str:
        """See :class:`Known`."""
        if (locked := self._finished.get(digest)) is not None:
            return locked.made
        intent = self._intents.get(digest)
        return "" if intent is None else iso_time(intent.intended_at)

    def problem(self, digest: str) -> str:
        """See :class:`Known`."""
        intent = self._intents.get(digest)
        return intent.problem if intent is not None and intent.state is State.FAILED else ""

    def payments(self) -> FilmPayments:
        """See :class:`Known`."""
        return film_payments(self._intents.values(), self._lock, self._film)

    def sent(self, address: str, part: int | None, take: str = "") -> SentShot | None:
        """See :class:`Known`."""
        return self._sent.get((address, part, take)) or self._sent.get((address, None, take))

    @cached_property
    def _sent(self) -> dict[tuple[str, int | None, str], SentShot]:
        """What was sent last, by address, part and take; by part None, of whatever part."""
        found: dict[tuple[str, int | None, str], SentShot] = {}
        for order in self._orders.values():
            for name in order.names:
                take = take_suffix(name.text)
                for index, shot in enumerate(name.portions):
                    sent = SentShot(order=order, index=index, count=len(name.portions))
                    found[shot.address, shot.part, take] = sent
                    found[shot.address, None, take] = sent
        return found

    def order(self, digest: str) -> Order | None:
        """See :class:`Known`."""
        return self._orders.get(digest)

    @cached_property
    def _orders(self) -> dict[str, Order]:
        """What was sent for the film, here or elsewhere, with its body; the earliest first."""
        made = {one.digest: one.made for one in self._lock.orders.values()}
        dated = [
            (made.get(digest, ""), one.order())
            for digest, one in self._lock.sent.items()
            if one.film == self._film
        ]
        dated += [
            (iso_time(intent.intended_at), intent.order)
            for intent in self._intents.values()
            # Of what was taken over from the lock only the clip may be known.
            if intent.order.payload
        ]
        dated.sort(key=lambda one: one[0])
        return {order.digest: order for _, order in dated if order.film == self._film}


_NUMBER = re.compile("[0-9]{1,6}")
_MAX_PLACES = 8
"""Clips in which one shot is looked for: who renders it more often has chosen by ``take:``."""


def iso_time(at: float) -> str:
    """A time in Unix seconds as ISO 8601 in UTC, to the second."""
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(at))


def time_of(written: str) -> float:
    """The Unix seconds of a time that ``iso_time`` wrote."""
    return datetime.fromisoformat(written).timestamp()
