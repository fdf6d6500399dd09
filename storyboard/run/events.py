"""The events of a run. Every view is made from these alone.

As JSON, an event is one line with ``"format": "storyboard-run/1"``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from enum import StrEnum
from typing import Any

from msgspec import Struct, field

from storyboard.ledger.states import State

FORMAT = "storyboard-run/1"


class Happening(StrEnum):
    """What can happen to a clip, by ``STATES``; the others concern the run."""

    WAITING = "waiting"
    REUSED = "reused"
    UPLOADING = "uploading"
    SUBMITTING = "submitting"
    SUBMITTED = "submitted"
    QUEUED = "queued"
    RUNNING = "running"
    STORING = "storing"
    STORED = "stored"
    FETCHED = "fetched"
    FAILED = "failed"
    CANCELLED = "cancelled"
    LOST = "lost"
    BLOCKED = "blocked"
    UNPAID = "unpaid"
    UNCERTAIN = "uncertain"
    ADOPTED = "adopted"
    RELEASED = "released"
    STRANDED = "stranded"
    WARNING = "warning"
    PAUSED = "paused"
    LOOKING = "looking"
    STOPPING = "stopping"
    FINISHED = "finished"


_H = Happening
STATES: Mapping[Happening, State | None] = {
    _H.WAITING: None,
    _H.REUSED: State.STORED,
    _H.UPLOADING: None,
    _H.SUBMITTING: State.SUBMITTING,
    _H.SUBMITTED: State.SUBMITTED,
    _H.QUEUED: State.SUBMITTED,
    _H.RUNNING: State.RUNNING,
    _H.STORING: State.SUCCEEDED,
    _H.STORED: State.STORED,
    _H.FETCHED: State.STORED,
    _H.FAILED: State.FAILED,
    _H.CANCELLED: State.CANCELLED,
    _H.LOST: State.LOST,
    _H.BLOCKED: None,
    _H.UNPAID: None,
    _H.UNCERTAIN: State.UNCERTAIN,
    _H.ADOPTED: None,
    _H.RELEASED: State.RELEASED,
    _H.STRANDED: None,
}
"""What can happen to a clip, with the state that its intent then has or comes into.

None for what is not sent or may be in one of several states.
"""


class Event(Struct, frozen=True, kw_only=True):
    """One event. ``clip`` is the address of its clip, empty for an event of the run.

    ``at`` is Unix seconds. ``facts`` are plain JSON values.
    """

    what: Happening
    at: float
    clip: str = ""
    facts: Mapping[str, Any] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        """The event as JSON values."""
        line: dict[str, Any] = {"format": FORMAT, "event": str(self.what), "at": round(self.at, 3)}
        if self.clip:
            line["clip"] = self.clip
        return line | dict(self.facts)


HERE = frozenset({Happening.STORED, Happening.FETCHED, Happening.REUSED})
"""The ends of a clip that is here: rendered, got again though it was paid before, or as it was."""

INTERRUPTED = "interrupted"
"""The text of ``STOPPING`` where a person wants the end."""

EventListener = Callable[[Event], None]
"""Hears of every event, in order; must return at once."""
