"""What a planner asks of ledger and lock: is a request paid, submitted or refused?"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import Any, Protocol

from storyboard.ledger.intent import Intent
from storyboard.ledger.lock import Finished
from storyboard.ledger.states import State


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


class Known(Protocol):
    """What is known of earlier runs; a planner with none asks ``KnownTakes((), {})``."""

    def is_paid(self, digest: str) -> bool:
        """Whether a clip of exactly this request is paid and made."""

    def standing(self, digest: str) -> Standing:
        """How it stands with exactly this request."""

    def problem(self, digest: str) -> str:
        """What the vendor said of a request that it refused; else empty."""

    def earlier(self, request_id: str) -> dict[str, Any] | None:
        """The payload that was last sent for a clip of this address, None where none was."""


class KnownTakes:
    """The answers of a ledger and a lock, read once."""

    def __init__(self, intents: Iterable[Intent], lock: Mapping[str, Finished]) -> None:
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

    def earlier(self, request_id: str) -> dict[str, Any] | None:
        """See :class:`Known`."""
        intent = self._earlier.get(request_id)
        return None if intent is None else intent.order.payload
