"""Limits how many orders a host is sent at once, and pauses after its refusal."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager

from msgspec import Struct

from storyboard.hosts.errors import FailureKind, Problem
from storyboard.run.patience import Patience

_MAX_REFUSED_CONNECTIONS = 6


class RateLimit(Struct):
    """When orders may be sent to a host.

    ``most_sending`` is how many may be being sent at once: a refusal of the host, or a kill, then
    concerns no more. ``clock`` gives seconds that only grow. ``sending`` counts the orders that
    are being sent, ``refusals`` those that were refused in a row.
    """

    patience: Patience
    most_sending: int = 32
    clock: Callable[[], float] = time.monotonic
    sending: int = 0
    refusals: int = 0
    _not_before: float = 0.0

    @property
    def rest(self) -> float:
        """The seconds until an order may be sent; 0 where one may be sent now."""
        return max(0.0, self._not_before - self.clock())

    @property
    def may_send(self) -> bool:
        """Whether an order may be sent now."""
        return self.sending < self.most_sending and not self.rest

    def begin(self) -> None:
        """Count an order as being sent, from before its files are uploaded."""
        self.sending += 1

    @contextmanager
    def ending(self) -> Iterator[None]:
        """Count an order as sent when the block ends; without an error it ends the refusals."""
        try:
            yield
            self.refusals = 0
        finally:
            self.sending -= 1

    def refused(self, problem: Problem) -> float:
        """Count a refusal; returns the seconds of the pause. Refusals within a pause are one."""
        if not self.rest:
            # Those that were on their way together are one refusal.
            self.refusals += 1
        patience = self.patience
        wait = min(patience.first * patience.growth ** min(self.refusals, 8), patience.most)
        wait = problem.retry_after or wait
        self._not_before = max(self._not_before, self.clock() + wait)
        return wait

    def why_stop(self, problem: Problem) -> str:
        """Why no more orders should be tried after a refusal; empty where they should."""
        if problem.kind is FailureKind.NOT_SENT and self.refusals >= _MAX_REFUSED_CONNECTIONS:
            return f"the host cannot be reached ({problem.text}): run again later"
        if self.refusals >= self.patience.tries:
            return f"the host takes no orders ({problem.text}): run again later"
        return ""


class RateLimits(Struct, frozen=True):
    """The rate limit of each host, by its name; ``hosts`` are the hosts of the targets."""

    by_host: Mapping[str, RateLimit]
    hosts: Mapping[str, str]

    def of(self, target: str) -> RateLimit:
        """That of the host of a target."""
        return self.by_host[self.hosts[target]]

    def resting(self) -> frozenset[str]:
        """The targets that no order may be sent to now."""
        busy = {name for name, one in self.by_host.items() if not one.may_send}
        return frozenset(target for target, host in self.hosts.items() if host in busy)

    @property
    def rest(self) -> float | None:
        """The seconds until the first pause ends; None where no host pauses."""
        return min((one.rest for one in self.by_host.values() if one.rest), default=None)
