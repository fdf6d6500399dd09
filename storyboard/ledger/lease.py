"""The lease: one run at a time writes a ledger, and a dead run blocks nobody.

A holder is a process. On the holder's own machine the system says whether the process lives, so the
lease of a killed run is free at once; on another machine the lease is free when it has expired.
Every write of a run checks that the lease is its own.
"""

from __future__ import annotations

import os
import platform
import secrets
from pathlib import Path

from msgspec import Struct, field

from storyboard.errors import RefusedError, StoryboardError

SECONDS = 120.0
"""How long a lease is good without a heartbeat, for other machines."""


class LeaseHeldError(RefusedError):
    """Another run works with this ledger; the text says which."""


class LeaseLostError(StoryboardError):
    """Another run has taken the lease after this one had let it expire."""


class Holder(Struct, frozen=True, kw_only=True):
    """A process that may hold a lease. ``token`` is new for each; ``born`` tells pids apart."""

    machine: str = field(default_factory=platform.node)
    pid: int = field(default_factory=os.getpid)
    born: str = ""
    token: str = field(default_factory=lambda: secrets.token_hex(8))

    @classmethod
    def here(cls) -> Holder:
        """This process."""
        return cls(born=born(os.getpid()) or "")

    @property
    def is_alive(self) -> bool | None:
        """Whether the process lives; None where it is on another machine."""
        if self.machine != platform.node():
            return None
        try:
            os.kill(self.pid, 0)
        except ProcessLookupError:
            return False
        except OSError:
            pass  # it lives and belongs to somebody else
        now = born(self.pid)
        return not (self.born and now and self.born != now)


class Lease(Struct, frozen=True, kw_only=True):
    """The holder of a ledger. ``expires`` is Unix seconds by the holder's clock."""

    holder: Holder
    expires: float

    @property
    def is_elsewhere(self) -> bool:
        """Whether the holder is on another machine, where only the expiry can be seen."""
        return self.holder.machine != platform.node()

    def is_alive(self, now: float) -> bool:
        """Whether the holder lives at a time, as far as this machine can know."""
        lives = self.holder.is_alive
        return self.expires > now if lives is None else lives


def born(pid: int) -> str | None:
    """When a process was started, in a form of the system's own; None where that is not told."""
    try:
        text = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return None
    # The name of the program stands in brackets and may hold anything.
    fields = text.rpartition(")")[2].split()
    if len(fields) < 20:
        return None
    return "dead" if fields[0] == "Z" else fields[19]
