"""The settings of a run, and its results."""

from __future__ import annotations

from msgspec import Struct, field

from storyboard.errors import StoryboardError
from storyboard.ledger import Intent
from storyboard.plan.clips import PlannedClip
from storyboard.run.events import HERE, Happening
from storyboard.run.findings import UnclaimedRow
from storyboard.run.patience import Patience
from storyboard.values.units import Money


class RunError(StoryboardError):
    """Disk, ledger or lock refuse; the run has ended. What was written before is kept."""


class RunOptions(Struct, frozen=True, kw_only=True):
    """The settings of a run.

    ``jobs`` is how many clips of a target may be under way at once, ``most_sending`` how many
    orders may be being sent at once. ``limit`` is the most that this run may spend, ``budget`` the
    most that the film may cost in all, each None for no limit. ``heartbeat`` is the number of
    seconds between two extensions of the lease. ``file`` and ``target`` are the names that the
    ledger keeps of the run.
    """

    jobs: int = 4
    most_sending: int = 32
    limit: Money | None = None
    budget: Money | None = None
    patience: Patience = field(default_factory=Patience)
    heartbeat: float = 20.0
    file: str = ""
    target: str = ""


class Result(Struct, frozen=True, kw_only=True):
    """How a clip of the plan stands at the end of a run. ``what`` is its last event.

    ``text`` is what was wrong, ``place`` is ``FILE:LINE`` in the storyboard, ``kind`` the kind of
    failure; empty where there is none. ``rows`` are rows of the vendor's history that may be the
    order of an uncertain clip. ``is_fetch`` marks a clip that was paid before this run, which had
    only to get it.
    """

    clip: PlannedClip
    what: Happening
    intent: Intent | None
    text: str = ""
    place: str = ""
    kind: str = ""
    rows: tuple[UnclaimedRow, ...] = ()
    is_fetch: bool = False


class Report(Struct, frozen=True, kw_only=True):
    """The results of a run. ``stopped`` is why it ended early, empty where it did not.

    ``seconds`` is how long it took.
    """

    run: str
    # asyncio writes out what a run gives when it takes its signal handler away: not each clip.
    results: tuple[Result, ...]
    stopped: str
    interrupted: bool
    seconds: float

    @property
    def is_complete(self) -> bool:
        """Whether every clip of the plan is here."""
        return all(result.what in HERE for result in self.results)
