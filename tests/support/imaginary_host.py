"""A host that does not exist: the whole of what a new host is to the program, beside its data."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from storyboard.hosts.declaration import HostAccess, HostDeclaration, HostOption
from storyboard.hosts.protocol import Download, JobView, Outcome, Progress, Submission, Trace
from storyboard.ledger import Receipt
from storyboard.simulator.body_types import BodyType, Field
from storyboard.simulator.clip_render import ClipRenderer
from storyboard.simulator.dialect import Dialect
from storyboard.simulator.endpoint import TableEndpoint
from storyboard.simulator.orders import OrderedShot, SimulatedOrder


class ImaginaryHost:
    """A queue in memory whose clips are there at once."""

    name = "imaginary"
    keeps_bodies = True
    unlisted = ""
    most_watched: int | None = None
    clock_ahead: float | None = None
    told_at: float | None = None
    life: float | None = None
    opened: list[ImaginaryHost] = []  # noqa: RUF012 - a record for the tests

    def __init__(self, access: HostAccess) -> None:
        self.access = access
        self.sent: list[Submission] = []
        ImaginaryHost.opened.append(self)

    async def submit(self, submission: Submission) -> tuple[Receipt, ...]:
        self.sent.append(submission)
        return (self.receipt(submission.endpoint, str(len(self.sent))),)

    def receipt(self, endpoint: str, id: str) -> Receipt:  # noqa: A002
        return receipt_of(endpoint, id)

    async def look(self, receipt: Receipt) -> JobView:
        return JobView(progress=Progress.OVER)

    async def watch(self, receipt: Receipt, heard: Callable[[JobView], None]) -> bool:
        return True

    async def fetch(self, receipt: Receipt) -> Outcome:
        return Outcome(link=receipt.id)

    async def cancel(self, receipt: Receipt) -> bool:
        return False

    async def history(self, endpoint: str, since: float) -> tuple[Trace, ...]:
        return ()

    async def upload(self, data: bytes, sha256: str, suffix: str) -> str:
        return f"https://imaginary.example/{self.access.options['shelf']}/{sha256}{suffix}"

    async def is_there(self, link: str) -> bool:
        return True

    async def download(self, link: str, part: Path, most: int) -> Download:
        body = self.sent[int(link) - 1].body
        seconds = int(str(body["length"]).rstrip("s"))
        order = SimulatedOrder(
            shots=(OrderedShot(prompt="", seconds=seconds),), ratio="16:9", audio=False
        )
        data = ClipRenderer("stub", 1.0).stub(link, order)
        part.write_bytes(data)
        return Download(size=len(data), sha256=hashlib.sha256(data).hexdigest())

    async def close(self) -> None:
        return None


def receipt_of(endpoint: str, id: str) -> Receipt:  # noqa: A002
    return Receipt(id=f"{endpoint}:{id}".rpartition(":")[2])


HOST = HostDeclaration(
    name="imaginary",
    title="Imaginary",
    key_variable="IMAGINARY_KEY",
    open=ImaginaryHost,
    receipt=receipt_of,
    options=(HostOption(name="shelf", metavar="NAME", help="the shelf that pictures lie on."),),
    pictures_option="shelf",
)


def routes(service: Any) -> list[Route]:
    async def enqueue(request: Request) -> Response:
        body = await request.json()
        endpoint = DIALECT.endpoints["reel-1"]
        (job,) = service.worker.accept("imaginary", endpoint, body)
        return JSONResponse({"id": job.id})

    return [Route("/imaginary/enqueue", enqueue, methods=["POST"])]


DIALECT = Dialect(
    name="imaginary",
    endpoints={
        "reel-1": TableEndpoint(
            id="reel-1",
            body_type=BodyType(fields={"prompt": Field(kind="text", most=100, required=True)}),
        )
    },
    routes=routes,
    concurrency=1,
    addresses=lambda url: f"{url}/imaginary",
)
