"""How long a run waits for what, and the variable that says it: ``STORYBOARD_WAITS``."""

from __future__ import annotations

import ipaddress
import math
import os
import random
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from msgspec import Struct, structs

from storyboard.diagnostics.spelling import nearest
from storyboard.errors import UsageError
from storyboard.hosts.times import TimeLimits

VARIABLE = "STORYBOARD_WAITS"
"""The environment variable that changes the waits of a run."""


class WaitsError(UsageError):
    """``STORYBOARD_WAITS`` cannot be read; the text says what is wrong and what to write."""


class Patience(Struct, frozen=True, kw_only=True):
    """How long a run waits, in seconds.

    ``first`` and ``most`` are the shortest and the longest wait between two looks at a clip or at
    a history; a wait is ``growth`` times the one before it, and differs by the share ``jitter``
    either way. ``tries`` is how often what costs nothing is asked again before it is left to the
    next run.

    ``order``, ``question`` and ``file`` are the longest silences of the host while it answers a
    request that pays, one that asks, and one that carries a file. ``life`` is the longest time
    from an order to the end of its clip, where the host lets an order carry such a limit.
    ``grace`` is the longest time that an order may still be on its way after the attempt to send
    it has ended. ``looking`` is how long an uncertain clip is looked for in one run.
    """

    first: float = 2.0
    most: float = 15.0
    growth: float = 1.5
    jitter: float = 0.1
    tries: int = 30
    grace: float = 180.0
    order: float = 90.0
    question: float = 30.0
    file: float = 120.0
    life: float = 9000.0
    looking: float = 1200.0

    @property
    def limits(self) -> TimeLimits:
        """The part of it that a host needs."""
        return TimeLimits(order=self.order, question=self.question, file=self.file, life=self.life)

    def varied(self, seconds: float, chance: random.Random) -> float:
        """A wait that differs by ``jitter`` either way, so that clips do not ask all at once."""
        return seconds * (1 + self.jitter * (2 * chance.random() - 1))

    def until_again(self, asked: float | None, usual: float) -> float:
        """Seconds until a question is asked again: as the host has ``asked`` for, else ``usual``.

        A run has other clips to follow, so no host makes it wait for longer than four of the
        longest waits.
        """
        return min(asked, self.most * 4) if asked else usual

    def for_vendor(self, base: str | None) -> Patience:
        """The same, long enough for the vendor at an address; None is the vendor's own.

        An address of this machine is a test or a simulator: nothing is paid there, and every wait
        is as it was asked for. Elsewhere, waits that are too short would let an order be taken for
        lost that is on its way, and paid again.
        """
        if base is not None and is_loopback(base):
            return self
        return structs.replace(
            self, **{name: max(getattr(self, name), least) for name, least in FLOORS.items()}
        )


FLOORS: Mapping[str, float] = {"grace": 60.0, "order": 30.0, "life": 3600.0, "looking": 60.0}
"""The shortest waits, in seconds, of a run that may pay."""

_WAITS = (
    "first", "most", "tries", "grace", "order", "question", "file", "life", "looking",
)  # fmt: skip
"""What the variable may change, in the order of the manual."""
_MAY_BE_ZERO = frozenset({"grace", "looking"})


def is_loopback(url: str) -> bool:
    """Whether an address leads to this machine."""
    name = urlsplit(url).hostname or ""
    try:
        return ipaddress.ip_address(name).is_loopback
    except ValueError:
        return name == "localhost" or name.endswith(".localhost")


def read_waits(text: str, usual: Patience | None = None) -> Patience:
    """The waits that a text names, as ``first=2 most=15``; the others are the usual ones.

    All are seconds, but for ``tries``, a whole number. Raises ``WaitsError``.
    """
    found: dict[str, Any] = {}
    for part in text.split():
        name, sign, value = part.partition("=")
        if not sign or not name:
            raise WaitsError(f'{VARIABLE} has "{part}", a wait was expected: write NAME=SECONDS')
        if name not in _WAITS:
            close = nearest(name, _WAITS)
            hint = f'write "{close}"' if close else f"known are {', '.join(_WAITS)}"
            raise WaitsError(f'{VARIABLE} has no wait "{name}": {hint}')
        if name in found:
            raise WaitsError(f'{VARIABLE} has "{name}" twice: write it once')
        found[name] = _number(name, value)
    patience = structs.replace(usual or Patience(), **found)
    if patience.most < patience.first:
        raise WaitsError(
            f"{VARIABLE}: the slowest look, most={patience.most:g}, would come before the first "
            f"one, first={patience.first:g}: write most={patience.first:g} or more"
        )
    return patience


def waits_of_environment(
    usual: Patience | None = None, environment: Mapping[str, str] | None = None
) -> Patience:
    """The usual waits, changed as ``STORYBOARD_WAITS`` says. Raises ``WaitsError``."""
    values = os.environ if environment is None else environment
    return read_waits(values.get(VARIABLE, ""), usual)


def _number(name: str, value: str) -> float:
    is_whole = name == "tries"
    try:
        found = int(value) if is_whole else float(value)
    except ValueError:
        found = -1
    least = 0 if name in _MAY_BE_ZERO else 1 if is_whole else 0.001
    if not least <= found < math.inf:
        expected = "a whole number of 1 or more" if is_whole else f"seconds, {least:g} or more"
        raise WaitsError(
            f"{VARIABLE} has {name}={value}, {expected} were expected: write "
            f"{name}={getattr(Patience(), name):g}"
        )
    return found
