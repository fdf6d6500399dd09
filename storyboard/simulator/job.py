"""A job: one clip that a simulated host was asked for, and what became of it."""

from __future__ import annotations

import asyncio
import hashlib
from decimal import Decimal
from typing import Any, Literal

from msgspec import Struct, field

from storyboard.simulator.endpoint import Endpoint
from storyboard.simulator.faults import Armed, Fault
from storyboard.simulator.orders import SimulatedOrder
from storyboard.simulator.rules import Breach
from storyboard.simulator.test_pictures import ClipLabel

JobState = Literal["queued", "running", "succeeded", "failed", "cancelled"]


class Job(Struct, kw_only=True, eq=False):
    """One clip on its way.

    ``submission`` numbers the paying request that asked for it, ``take`` the clips of one
    request from 1. Times are Unix seconds. ``breaches`` are filled when the body is found to
    be wrong; ``trouble`` is a fault that was asked for. ``order`` is None for a body that
    breaks the rules for fields. ``start_by`` is the time after which it no longer starts, None for
    no such time. ``size`` is the length of the clip in bytes, once made, and
    ``pictures`` the sha256 of the pictures that it was made of, by link. ``lasts`` are the seconds
    of the film that it is made from, None for none; ``given`` those of all films in its body, None
    where one is not there to be measured.
    """

    id: str
    host: str
    endpoint: Endpoint
    body: dict[str, Any]
    submission: int
    accepted_at: float
    take: int = 1
    state: JobState = "queued"
    start_by: float | None = None
    started_at: float | None = None
    ended_at: float | None = None
    breaches: tuple[Breach, ...] = ()
    trouble: Fault | None = None
    order: SimulatedOrder | None = None
    label: ClipLabel = field(default_factory=ClipLabel)
    key: str = ""
    size: int = 0
    pictures: dict[str, str] = field(default_factory=dict)
    lasts: int | None = None
    given: int | None = None
    webhook: str | None = None
    namespace: str = "simulated"
    keeps_payload: bool = True
    remarks: tuple[str, ...] = ()
    faults: list[Armed] = field(default_factory=list)
    waiters: list[asyncio.Future[None]] = field(default_factory=list)
    making: asyncio.Task[None] | None = None

    @property
    def is_over(self) -> bool:
        """Whether nothing more will happen to it."""
        return self.state in ("succeeded", "failed", "cancelled")

    @property
    def has_timed_out(self) -> bool:
        """Whether it has ended because it did not start in the time that it was given."""
        return self.state == "failed" and self.started_at is None

    @property
    def is_charged(self) -> bool:
        """Whether it is to be paid: not what fails, nor what was cancelled in the queue."""
        if self.breaches or self.state == "failed":
            return False
        if self.trouble is not None and self.trouble.name != "stuck":
            return False
        return self.state != "cancelled" or self.started_at is not None

    @property
    def clip_key(self) -> str:
        """What makes its clip the one it is: the order, and the pictures that it is made of."""
        if not self.pictures:
            return self.key
        made_of = "\n".join([self.key, *map(":".join, sorted(self.pictures.items()))])
        return hashlib.sha256(made_of.encode("utf-8", "surrogatepass")).hexdigest()

    def picture_links(self) -> set[str]:
        """The links of the pictures that its clip shows."""
        order = self.order
        if order is None:
            return set()
        return {url for url in (order.first, order.last) if url} | {
            url for _, url in order.references
        }

    @property
    def seconds(self) -> int:
        """The seconds that are billed; 0 where nothing is."""
        return self.order.seconds if self.order is not None and self.is_charged else 0

    @property
    def amount(self) -> Decimal | None:
        """The charge in the endpoint's currency: 0 where nothing is billed, None where unknown."""
        if self.order is None or not self.is_charged:
            return Decimal(0)
        return self.endpoint.amount(self.body, self.order.seconds, self.given)

    def to_record(self) -> dict[str, Any]:
        """The job as the state file keeps it."""
        trouble = self.trouble
        return {
            "id": self.id,
            "host": self.host,
            "endpoint": self.endpoint.id,
            "body": self.body,
            "submission": self.submission,
            "accepted_at": self.accepted_at,
            "take": self.take,
            "state": self.state,
            "start_by": self.start_by,
            "started_at": self.started_at,
            "ended_at": self.ended_at,
            "trouble": [trouble.name, trouble.point, trouble.argument] if trouble else None,
            "breaches": [[b.msg, b.type, b.loc, dict(b.ctx), b.given] for b in self.breaches],
            "label": [self.label.scene, self.label.shots, self.label.take, self.label.names],
            "size": self.size,
            "pictures": self.pictures,
            "lasts": self.lasts,
            "given": self.given,
            "webhook": self.webhook,
            "namespace": self.namespace,
            "keeps_payload": self.keeps_payload,
        }


def read_record(record: dict[str, Any], endpoint: Endpoint) -> Job:
    """A job from the state file; the worker fills in what follows from its body."""
    trouble = record["trouble"]
    scene, shots, take, *names = record["label"]
    return Job(
        id=record["id"],
        host=record["host"],
        endpoint=endpoint,
        body=record["body"],
        submission=record["submission"],
        accepted_at=record["accepted_at"],
        take=record["take"],
        state=record["state"],
        start_by=record.get("start_by"),
        started_at=record["started_at"],
        ended_at=record["ended_at"],
        trouble=Fault(*trouble) if trouble else None,
        breaches=tuple(
            Breach(msg=msg, type=type_, loc=tuple(loc), ctx=ctx, given=given)
            for msg, type_, loc, ctx, given in record["breaches"]
        ),
        label=ClipLabel(
            scene=scene,
            shots=tuple(shots),
            names=tuple((tag, name) for tag, name in (names[0] if names else ())),
            take=take,
        ),
        size=record["size"],
        pictures=record.get("pictures", {}),
        lasts=record.get("lasts"),
        given=record.get("given"),
        webhook=record["webhook"],
        namespace=record["namespace"],
        keeps_payload=record["keeps_payload"],
    )
