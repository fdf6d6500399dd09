"""What a planner asks of ledger and lock: is a request paid, submitted or refused?"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any, Protocol

from storyboard.ledger.intent import Intent, RunRecord
from storyboard.ledger.lock import Finished
from storyboard.ledger.states import AT_RISK, PAID, State
from storyboard.values.units import Money


class Standing(StrEnum):
    """The state of a request, as far as its price is concerned."""

    NEW = "new"
    PAID = "paid"
    WAITING = "waiting"
    UNCERTAIN = "uncertain"
    REFUSED = "refused"


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
}
"""How it stands with a request whose intent is in a state; see also ``FINAL_FAILURES``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FilmPayments:
    """What a film has cost so far, as pairs of seconds and cost; None is a cost not known.

    ``paid`` are the takes that came, whether the film still has them or not, and the failures that
    were billed. ``under_way`` is what was sent, or may have been, and is not here, and what ended
    without a word on its price: it may have to be paid.
    """

    paid: tuple[tuple[int, Money | None], ...] = ()
    under_way: tuple[tuple[int, Money | None], ...] = ()


def film_payments(
    intents: Iterable[Intent], lock: Iterable[Finished], others: frozenset[str] = frozenset()
) -> FilmPayments:
    """What ledger and lock know of a film's cost.

    ``others`` are the digests of what was sent for other films of the folder. A take of the lock
    of which the ledger knows nothing counts: the lock does not say whose it is.
    """
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
        if intent.digest not in others:
            (under_way if is_open else paid).append((intent.order.seconds, intent.cost))
    paid += [
        (take.seconds, take.charge)
        for take in lock
        if take.request_id not in counted and take.digest not in others
    ]
    return FilmPayments(paid=tuple(paid), under_way=tuple(under_way))


def sent_for_others(
    intents: Iterable[Intent], runs: Iterable[RunRecord], film: str
) -> frozenset[str]:
    """The digests that runs of other films of the folder have sent; ``film`` is a file's name."""
    names = {run.id: Path(run.file).name for run in runs}
    return frozenset(one.digest for one in intents if names.get(one.run, film) != film)


class Known(Protocol):
    """What is known of earlier runs; a planner with none asks ``KnownTakes((), {})``."""

    def is_paid(self, digest: str) -> bool:
        """Whether a clip of exactly this request is paid and made."""

    def standing(self, digest: str) -> Standing:
        """How it stands with exactly this request."""

    def problem(self, digest: str) -> str:
        """What the vendor said of a request that it refused; else empty."""

    def payments(self) -> FilmPayments:
        """What the film has cost so far."""

    def earlier(self, request_id: str) -> dict[str, Any] | None:
        """The payload that was last sent for a clip of this address, None where none was."""


class KnownTakes:
    """The answers of a ledger and a lock, read once.

    ``others`` are the digests of what was sent for other films of the folder.
    """

    def __init__(
        self,
        intents: Iterable[Intent],
        lock: Mapping[str, Finished],
        others: frozenset[str] = frozenset(),
    ) -> None:
        self._others = others
        self._intents = {intent.digest: intent for intent in intents}
        self._lock = lock
        self._earlier: dict[str, Intent] = {}
        for intent in self._intents.values():
            before = self._earlier.get(intent.order.address)
            if before is None or before.intended_at <= intent.intended_at:
                self._earlier[intent.order.address] = intent

    def is_paid(self, digest: str) -> bool:
        """See :class:`Known`."""
        return self.standing(digest) is Standing.PAID

    def standing(self, digest: str) -> Standing:
        """See :class:`Known`."""
        intent = self._intents.get(digest)
        if digest in self._lock:
            return Standing.PAID
        if intent is None:
            return Standing.NEW
        if intent.state is State.FAILED and intent.failure in FINAL_FAILURES:
            return Standing.REFUSED
        return STANDINGS[intent.state]

    def problem(self, digest: str) -> str:
        """See :class:`Known`."""
        intent = self._intents.get(digest)
        return intent.problem if intent is not None and intent.state is State.FAILED else ""

    def payments(self) -> FilmPayments:
        """See :class:`Known`."""
        return film_payments(self._intents.values(), self._lock.values(), self._others)

    def earlier(self, request_id: str) -> dict[str, Any] | None:
        """See :class:`Known`."""
        intent = self._earlier.get(request_id)
        return None if intent is None else intent.order.payload
