"""What a run is told, and what it has to say at its end."""

from __future__ import annotations

from dataclasses import dataclass, field

from storyboard.ledger import Intent
from storyboard.plan.clips import PlannedClip
from storyboard.run.events import Happening
from storyboard.run.patience import Patience
from storyboard.run.reconcile import UnclaimedRow
from storyboard.targets.model import Takes
from storyboard.values.units import Money


class RunError(Exception):
    """A run that cannot go on: disk, ledger or lock. Everything that is known is kept."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RunOptions:
    """``jobs`` are the clips under way at once; ``limit`` is the most that may be spent.

    ``takes`` says how one order asks for several takes, None where each is an order of its own.
    """

    jobs: int = 4
    limit: Money | None = None
    takes: Takes | None = None
    patience: Patience = field(default_factory=Patience)
    file: str = ""
    target: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """How a clip of the plan stands at the end. ``what`` is the last that happened to it.

    ``text`` is what was wrong, ``place`` where in the storyboard. ``rows`` are rows of the
    vendor's history that may be the order of an uncertain clip.
    """

    clip: PlannedClip
    what: Happening
    intent: Intent | None
    text: str = ""
    place: str = ""
    kind: str = ""
    rows: tuple[UnclaimedRow, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """The end of a run. ``stopped`` says why nothing more was sent, empty where all was."""

    run: str
    # asyncio writes out what a run gives when it takes its signal handler away: not each clip.
    results: tuple[Result, ...] = field(repr=False)
    stopped: str
    interrupted: bool
    seconds: float

    @property
    def is_complete(self) -> bool:
        """Whether every clip of the plan is here."""
        return all(result.what in (Happening.STORED, Happening.REUSED) for result in self.results)
