"""What happens in a run, one value for each thing: every view is made from these alone.

As JSON, an event is one line with ``"format": "storyboard-run/1"``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

FORMAT = "storyboard-run/1"


class Happening(StrEnum):
    """What can happen. The ones after ``finished`` concern the run and no clip."""

    WAITING = "waiting"
    REUSED = "reused"
    UPLOADING = "uploading"
    SUBMITTING = "submitting"
    SUBMITTED = "submitted"
    QUEUED = "queued"
    RUNNING = "running"
    STORING = "storing"
    STORED = "stored"
    FAILED = "failed"
    CANCELLED = "cancelled"
    BLOCKED = "blocked"
    UNPAID = "unpaid"
    UNCERTAIN = "uncertain"
    ADOPTED = "adopted"
    RELEASED = "released"
    STRANDED = "stranded"
    WARNING = "warning"
    STARTED = "started"
    PAUSED = "paused"
    LOOKING = "looking"
    STOPPING = "stopping"
    FINISHED = "finished"


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One thing that happened. ``clip`` is the address of the clip it happened to, or empty.

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


EventListener = Callable[[Event], None]
"""Hears of every event, in order; must return at once."""
