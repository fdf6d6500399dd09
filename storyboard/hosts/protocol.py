"""What a run asks of a host, and the values that are exchanged."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal
from enum import StrEnum
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import quote

from msgspec import Struct, field

from storyboard.hosts.answers import read_id, read_seconds
from storyboard.hosts.errors import Problem
from storyboard.ledger import Receipt
from storyboard.values.units import Money


class Submission(Struct, frozen=True, kw_only=True):
    """One paying request: its endpoint and its body, as they are sent.

    ``scene``, ``shots`` and ``takes`` are names that a simulator writes on its clips; ``takes`` are
    the numbers of the clips among those of the same shots, ``names`` are what tags stand for.
    """

    endpoint: str
    body: Mapping[str, Any]
    scene: str = ""
    shots: tuple[str, ...] = ()
    takes: tuple[int, ...] = (1,)
    names: Mapping[str, str] = field(default_factory=dict)

    def labels(self) -> dict[str, str]:
        """The names as headers for a simulator, which writes them on its clips."""
        return {
            "X-Simulate-Scene": quote(self.scene),
            "X-Simulate-Shots": ",".join(map(quote, self.shots)),
            "X-Simulate-Takes": ",".join(map(str, self.takes)),
            "X-Simulate-Names": ",".join(
                f"{quote(tag)}={quote(name)}" for tag, name in self.names.items()
            ),
        }


class Progress(StrEnum):
    """The state of a job; ``over`` does not say how it ended."""

    QUEUED = "queued"
    RUNNING = "running"
    OVER = "over"


class JobView(Struct, frozen=True, kw_only=True):
    """The state of a job; ``position`` is how many wait before it, None where it is not said."""

    progress: Progress
    position: int | None = None


class Outcome(Struct, frozen=True, kw_only=True):
    """How a job ended: a link to its clip, or a problem.

    The link may be a permission, or hold the clip itself (``data:``): it is used at once and never
    written. ``size`` is the clip's bytes, where the host says it. ``units`` is the billed quantity
    where the host counts in units, ``charge`` the sum where it states one; None where it does not.
    """

    link: str | None = None
    size: int | None = None
    problem: Problem | None = None
    units: Decimal | None = None
    charge: Money | None = None


class Trace(Struct, frozen=True, kw_only=True):
    """A request in a host's history. ``at`` is Unix seconds by the host's clock.

    ``body`` is None where the host does not keep it; ``text`` is then the prompt, where that is
    kept. ``at`` is when the host took the request. ``shows_unfinished`` is whether this row proves
    that the history also shows orders whose rendering has not begun.
    """

    id: str
    endpoint: str
    at: float
    body: Mapping[str, Any] | None = None
    text: str | None = None
    shows_unfinished: bool = False

    def __post_init__(self) -> None:
        """Refuse what no host would send, with ``ValueError``: such a history cannot be read."""
        read_seconds(self.at)
        if read_id(self.id) is None:
            raise ValueError("it is no id")


class Download(Struct, frozen=True, kw_only=True):
    """A downloaded file: its length in bytes and its sha256 in hex."""

    size: int
    sha256: str


class Host(Protocol):
    """A vendor's queue. Every method raises ``HostError`` where it fails.

    ``keeps_bodies``: whether the history has whole bodies, so that equal requests can be told.
    ``unlisted``: why an order may be missing in the history, empty where none can be.
    ``most_watched``: how many event streams may be open at once, None for any number.
    ``life``: the longest time in seconds from an order to the end of its clip, None where orders
    carry no such limit.
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
        """Send a paying request, once; returns a receipt for each clip that it began.

        No other method raises ``not_sent`` or ``ambiguous``.
        """

    def receipt(self, endpoint: str, id: str) -> Receipt:  # noqa: A002 - what it is called there
        """The receipt of a job of which only the vendor's id is known."""

    async def look(self, receipt: Receipt) -> JobView:
        """The state of a job."""

    async def watch(self, receipt: Receipt, heard: Callable[[JobView], None]) -> bool:
        """Wait for the host to say that a job is over; False where its event stream ends before.

        ``heard`` is called with the job's states meanwhile, by hosts that send them.
        """

    async def fetch(self, receipt: Receipt) -> Outcome:
        """How a job that is over has ended."""

    async def cancel(self, receipt: Receipt) -> bool:
        """Ask for the end of a job; False where it was over before."""

    async def history(self, endpoint: str, since: float) -> tuple[Trace, ...]:
        """Every request of an endpoint since a time, in full."""

    async def upload(self, data: bytes, sha256: str, suffix: str) -> str:
        """Store a file where the host's models can read it; returns its link."""

    async def is_there(self, link: str) -> bool:
        """Whether a link that an upload gave still leads to its file."""

    async def download(self, link: str, part: Path, most: int) -> Download:
        """Download a clip into a file, of at most ``most`` bytes; ``gone`` where there is none."""

    async def close(self) -> None:
        """Close all connections."""


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
