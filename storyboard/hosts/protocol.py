"""What a run asks of any host, and the values that go to and fro."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import quote

from storyboard.hosts.errors import Problem
from storyboard.ledger import Receipt
from storyboard.values.units import Money


@dataclass(frozen=True, slots=True, kw_only=True)
class Submission:
    """One paying request. The rest are names for people, never part of the body.

    ``takes`` are the numbers of its clips among those of the same shots.
    """

    endpoint: str
    body: Mapping[str, Any]
    scene: str = ""
    shots: tuple[str, ...] = ()
    takes: tuple[int, ...] = (1,)

    def labels(self) -> dict[str, str]:
        """The names as headers for a simulator, which writes them on its clips."""
        return {
            "X-Simulate-Scene": quote(self.scene),
            "X-Simulate-Shots": ",".join(map(quote, self.shots)),
            "X-Simulate-Takes": ",".join(map(str, self.takes)),
        }


class Progress(StrEnum):
    """Where a job is, as far as a look shows; ``over`` says nothing of how it ended."""

    QUEUED = "queued"
    RUNNING = "running"
    OVER = "over"


@dataclass(frozen=True, slots=True, kw_only=True)
class JobView:
    """A look at a job; ``position`` counts those before it, None where the host does not say."""

    progress: Progress
    position: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """How a job ended: with a link to its clip, or with a problem.

    The link may be a permission, or the clip itself (``data:``): it is used at once and written
    nowhere. ``units`` is the billed
    quantity where the host counts in units, ``charge`` the sum where it says one; both None
    where nothing is said.
    """

    link: str | None = None
    size: int | None = None
    problem: Problem | None = None
    units: Decimal | None = None
    charge: Money | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Trace:
    """A request in a host's history; ``body`` is None where the host does not keep it.

    ``text`` is the prompt where that is all that is kept. ``at`` is when the host took the
    request, in Unix seconds by the host's clock. ``shows_unfinished`` is whether this row proves
    that the history also shows orders whose rendering has not begun.
    """

    id: str
    endpoint: str
    at: float
    body: Mapping[str, Any] | None = None
    text: str | None = None
    shows_unfinished: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Download:
    """A file that has been fetched: its bytes' number and hex sha256."""

    size: int
    sha256: str


class Host(Protocol):
    """A vendor's queue. Every method raises ``HostError`` where it cannot do its work.

    ``keeps_bodies`` says whether its history holds whole bodies, so that a request can be told
    from every other; ``unlisted`` why an order may be missing there, empty where none is.
    ``most_watched`` is how many jobs may be watched at once, None for all. ``life`` is the longest
    time in seconds from an order to the end of its clip, where its orders carry such a limit.
    """

    name: str
    keeps_bodies: bool
    unlisted: str
    most_watched: int | None
    life: float | None

    @property
    def clock_ahead(self) -> float | None:
        """The seconds by which this machine's clock is ahead of the host's, None if unknown."""

    @property
    def told_at(self) -> float | None:
        """The ``Date`` of the host's last answer, in Unix seconds; None where it had none."""

    async def submit(self, submission: Submission) -> tuple[Receipt, ...]:
        """Send a paying request, once: a receipt for each clip that it began.

        Only here are ``not_sent`` and ``ambiguous`` raised.
        """

    def receipt(self, endpoint: str, id: str) -> Receipt:  # noqa: A002 - what it is called there
        """The receipt of a job of which only the vendor's id is known."""

    async def look(self, receipt: Receipt) -> JobView:
        """Where a job is."""

    async def watch(self, receipt: Receipt, heard: Callable[[JobView], None]) -> bool:
        """Wait for the host to say that a job is over; False where it stops talking before.

        ``heard`` is told where the job is meanwhile, by hosts that say so.
        """

    async def fetch(self, receipt: Receipt) -> Outcome:
        """How a job that is over has ended."""

    async def cancel(self, receipt: Receipt) -> bool:
        """Ask for the end of a job; False where it was over."""

    async def history(self, endpoint: str, since: float) -> tuple[Trace, ...]:
        """Every request of an endpoint since a time, in full."""

    async def upload(self, data: bytes, sha256: str, suffix: str) -> str:
        """Put a file where the host's models can read it; gives its link."""

    async def is_there(self, link: str) -> bool:
        """Whether a link that an upload gave still leads to its file."""

    async def download(self, link: str, part: Path, most: int) -> Download:
        """Fetch a clip into a file; ``gone`` where the link leads to nothing any more."""

    async def close(self) -> None:
        """Let go of all connections."""


CONTENT_TYPES = {
    ".png": "image/png",
    ".jpg": "image/jpeg",
    ".jpeg": "image/jpeg",
    ".webp": "image/webp",
    ".gif": "image/gif",
    ".avif": "image/avif",
    ".mp4": "video/mp4",
    ".mov": "video/quicktime",
}
