"""Times as vendors write them, and how long a run waits for a vendor's answers."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from msgspec import Struct

_MILLISECONDS = 1e11
"""Unix times above this are milliseconds: as seconds they would be after the year 5000."""


class TimeLimits(Struct, frozen=True, kw_only=True):
    """How long a host's answers are waited for, in seconds.

    ``order`` is for a request that pays, ``question`` for one that asks, ``file`` for one that
    carries a file; each is the longest silence. ``life`` is the longest time from the order of a
    clip to its end, where the host lets an order carry such a limit.
    """

    order: float = 90.0
    question: float = 30.0
    file: float = 120.0
    life: float = 9000.0


def read_time(given: Any) -> float:
    """A time from a vendor's answer as Unix seconds.

    ``given`` is ISO 8601, or Unix seconds or milliseconds. A time without a zone is UTC. Raises
    ``ValueError`` for anything else.
    """
    if isinstance(given, bool) or given is None:
        raise ValueError("no time")
    if isinstance(given, int | float):
        found = float(given)
    elif isinstance(given, str):
        try:
            found = float(given)
        except ValueError:
            at = datetime.fromisoformat(given.strip())
            return (at if at.tzinfo else at.replace(tzinfo=UTC)).timestamp()
    else:
        raise ValueError("no time")
    if not 0 <= found < float("inf"):
        raise ValueError("no time")
    return found / 1000 if found > _MILLISECONDS else found
