"""When the next order may be sent: not too many at once, and not while a host wants rest."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from storyboard.hosts.errors import FailureKind, Problem
from storyboard.run.patience import Patience

_AT_ONCE = 32
"""So many orders are being sent at once: a host that says to wait, or a kill, meets no more."""
_MAX_REFUSED_CONNECTIONS = 6


@dataclass(slots=True)
class RateLimit:
    """How fast orders go. ``sending`` are under way to the host; ``refusals`` came in a row."""

    patience: Patience
    sending: int = 0
    refusals: int = 0
    _not_before: float = 0.0

    @property
    def rest(self) -> float:
        """The seconds until orders may go again; 0 where they may."""
        return max(0.0, self._not_before - time.monotonic())

    @property
    def may_send(self) -> bool:
        """Whether an order may go now."""
        return self.sending < _AT_ONCE and not self.rest

    def begin(self) -> None:
        """An order is about to be made ready: from now on it counts as being sent."""
        self.sending += 1

    @contextmanager
    def ending(self) -> Iterator[None]:
        """An order that has begun is being sent no more at the end of this."""
        try:
            yield
            self.refusals = 0
        finally:
            self.sending -= 1

    def refused(self, problem: Problem) -> float:
        """An order was refused before it was looked at; gives the seconds of rest that follow."""
        if not self.rest:
            # Those that were on their way together are one refusal.
            self.refusals += 1
        patience = self.patience
        wait = min(patience.first * patience.growth ** min(self.refusals, 8), patience.most)
        wait = problem.retry_after if problem.retry_after is not None else wait
        self._not_before = max(self._not_before, time.monotonic() + wait)
        return wait

    def why_stop(self, problem: Problem) -> str:
        """Why no more orders should be tried after a refusal; empty where they should."""
        if problem.kind is FailureKind.NOT_SENT and self.refusals >= _MAX_REFUSED_CONNECTIONS:
            return f"the host cannot be reached ({problem.text}): run again later"
        if self.refusals >= self.patience.tries:
            return f"the host takes no orders ({problem.text}): run again later"
        return ""
