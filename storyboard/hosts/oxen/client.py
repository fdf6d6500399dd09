"""Oxen's queue at ``hub.oxen.ai``: orders, states, clips, and the cost of each generation.

Its history has a generation's model, prompt and time, and not its body. Source: Oxen's documents,
read 2026.
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
import json
import time
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx

from storyboard.hosts.answers import (
    MAX_ANSWER,
    MAX_INLINE,
    parse_json,
    read_amount,
    read_id,
    read_json,
    read_link,
)
from storyboard.hosts.errors import (
    FailureKind,
    HostError,
    Problem,
    is_proof_of_refusal,
    misled,
    trouble,
)
from storyboard.hosts.http import HttpClient
from storyboard.hosts.oxen import receipt_of
from storyboard.hosts.oxen.errors import read_error, read_failure
from storyboard.hosts.oxen.history import read_generations, read_queue
from storyboard.hosts.protocol import (
    CONTENT_TYPES,
    Download,
    JobView,
    Outcome,
    Progress,
    Submission,
    Trace,
)
from storyboard.hosts.times import TimeLimits
from storyboard.ledger import Receipt
from storyboard.ledger.store import refusal
from storyboard.values.units import Money

HUB = "https://hub.oxen.ai"
_INLINE = "data:"
_PROGRESS = {
    "queued": Progress.QUEUED,
    "processing": Progress.RUNNING,
    "succeeded": Progress.OVER,
    "failed": Progress.OVER,
    "cancelled": Progress.OVER,
}


class OxenHost:
    """See :class:`storyboard.hosts.protocol.Host`.

    ``repository`` is ``NAMESPACE/NAME``, a public repository that pictures are uploaded to;
    ``namespace`` keeps the clips and pays for them; ``response_format`` is ``url`` or
    ``b64_json``. An empty text leaves the vendor's default.
    """

    name = "oxen"
    keeps_bodies = False
    most_watched: int | None = None
    life: float | None = None

    def __init__(
        self,
        key: str,
        base: str = HUB,
        *,
        repository: str = "",
        namespace: str = "",
        response_format: str = "",
        labelled: bool = False,
        limits: TimeLimits | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._base = base.rstrip("/")
        self._ai = f"{self._base}/api/ai"
        # Whose generations the history lists is not documented.
        self.unlisted = "Oxen may not list what is made for a namespace" if namespace else ""
        self._repository = repository
        self._said = {
            "target_namespace": namespace,
            "response_format": response_format,
        }
        self._http = HttpClient(
            f"Bearer {key}",
            (self._base,),
            secret=key,
            local=labelled,
            limits=limits,
            clock=clock,
        )
        self._labelled = labelled
        self._waiting: dict[str, asyncio.Future[bool]] = {}
        self._listening: asyncio.Task[None] | None = None

    @property
    def clock_ahead(self) -> float | None:
        """See :class:`Host`."""
        return self._http.clock_ahead

    @property
    def told_at(self) -> float | None:
        """See :class:`Host`."""
        return self._http.told_at

    async def submit(self, submission: Submission) -> tuple[Receipt, ...]:
        """See :class:`Host`."""
        body = {**submission.body, **{name: text for name, text in self._said.items() if text}}
        headers = submission.labels() if self._labelled else {}
        data = json.dumps(body, ensure_ascii=False).encode()
        answer = await self._http.pay(f"{self._ai}/queue", data, headers)
        found = read_json(answer)
        if answer.status_code // 100 == 2:
            try:
                names = [row["generation_id"] for row in found["generations"]]
            except (KeyError, TypeError):
                names = []
            if not names or not all(map(read_id, names)):
                raise trouble(FailureKind.AMBIGUOUS, "the host accepted, but its answer has no id")
            return tuple(Receipt(id=name) for name in names)
        if not is_proof_of_refusal(answer.status_code):
            raise trouble(
                FailureKind.AMBIGUOUS,
                f"the host answered {answer.status_code}: it may have accepted",
            )
        problem = read_error(answer.status_code, found, answer.headers, self._http.secrets)
        if answer.status_code == httpx.codes.NOT_FOUND and self._base != HUB:
            problem = misled(problem, self.name)
        raise HostError(problem)

    def receipt(self, endpoint: str, id: str) -> Receipt:  # noqa: A002
        """See :class:`Host`."""
        return receipt_of(endpoint, id)

    def _one(self, receipt: Receipt, folder: str = "queue") -> str:
        return f"{self._ai}/{folder}/{quote(receipt.id, safe='')}"

    async def look(self, receipt: Receipt) -> JobView:
        """See :class:`Host`."""
        found = await self._row(receipt)
        return JobView(progress=_progress(found))

    async def watch(self, receipt: Receipt, heard: Callable[[JobView], None]) -> bool:
        """See :class:`Host`. One stream of events serves all; it tells of ends alone, and once."""
        loop = asyncio.get_running_loop()
        waiting = self._waiting.setdefault(receipt.id, loop.create_future())
        if self._listening is None or self._listening.done():
            self._listening = loop.create_task(self._listen())
        try:
            return await asyncio.shield(waiting)
        finally:
            self._waiting.pop(receipt.id, None)

    async def _listen(self) -> None:
        try:
            async with self._http.stream_events(f"{self._base}/api/events") as events:
                async for name, data in events:
                    if name == "media_generation_completed":
                        self._tell(str(parse_json(data).get("generation_id")), said=True)
        except (HostError, ValueError, AttributeError):
            pass
        finally:
            for one in list(self._waiting):
                self._tell(one, said=False)

    def _tell(self, one: str, *, said: bool) -> None:
        waiting = self._waiting.get(one)
        if waiting is not None and not waiting.done():
            waiting.set_result(said)

    async def fetch(self, receipt: Receipt) -> Outcome:
        """See :class:`Host`."""
        found = await self._row(receipt)
        if _progress(found) is not Progress.OVER:
            raise trouble(FailureKind.TRANSIENT, "the generation is not over")
        charge = await self._charge(receipt)
        match found["status"]:
            case "cancelled":
                problem = Problem(kind=FailureKind.CANCELLED, text="it was cancelled")
                return Outcome(problem=problem, charge=charge)
            case "failed":
                text = found.get("error_message")
                text = text if isinstance(text, str) else ""
                return Outcome(problem=read_failure(text, self._http.secrets), charge=charge)
        link = found.get("result_url")
        is_inline = isinstance(link, str) and link.startswith(_INLINE)
        link = link if is_inline else read_link(link) or _inline(found)
        if link is None:
            raise trouble(FailureKind.TRANSIENT, "the host's result names no clip")
        return Outcome(link=link, charge=charge)

    async def _charge(self, receipt: Receipt) -> Money | None:
        try:
            found = await self._read(self._one(receipt, "generations"))
            amount = read_amount(found["generation"]["cost"])
        except (HostError, KeyError, TypeError):
            return None  # the clip matters more than to know at once what it cost
        return Money(amount, "USD") if amount is not None else None

    async def cancel(self, receipt: Receipt) -> bool:
        """See :class:`Host`."""
        answer = await self._http.ask("DELETE", self._one(receipt))
        if answer.status_code // 100 == 2:
            return True
        if answer.status_code in (400, 409):
            return False
        raise self._refused(answer, read_json(answer))

    async def history(self, endpoint: str, since: float) -> tuple[Trace, ...]:
        """See :class:`Host`. What is active comes from the queue, what is over from the list."""
        traces: dict[str, Trace] = {}
        # Whose orders are listed where none is named is not documented.
        named = {self._said["target_namespace"]} - {""}
        for mine in ({}, *({"namespace": name} for name in named)):
            # The queue first: what leaves it meanwhile is in the list.
            active = await self._read(f"{self._ai}/queue", query=mine)
            ask = partial(self._ask_generations, mine)
            traces |= await read_generations(ask, since) | read_queue(active)
        return tuple(
            trace
            for trace in traces.values()
            if trace.at >= int(since) and trace.endpoint == endpoint
        )

    async def _ask_generations(
        self, mine: Mapping[str, str], page: Mapping[str, str]
    ) -> dict[str, Any]:
        return await self._read(f"{self._ai}/generations", query={**mine, **page})

    async def upload(self, data: bytes, sha256: str, suffix: str) -> str:
        """See :class:`Host`. The link is the file's own address in the repository."""
        if not self._repository:
            raise trouble(
                FailureKind.REFUSED,
                "Oxen reads pictures from a public repository, and none is named: give "
                "--repository NAMESPACE/NAME",
            )
        path = f"storyboard/{sha256}{suffix}"
        url = f"{self._base}/api/repos/{self._repository}/file/main/{path}"
        kind = CONTENT_TYPES.get(suffix, "application/octet-stream")
        answer = await self._http.put(
            "PUT",
            url,
            files={"file": (f"{sha256}{suffix}", data, kind)},
            data={
                "message": f"storyboard: {sha256[:12]}",
                "name": "storyboard",
                "email": "storyboard@localhost",
            },
        )
        if answer.status_code == httpx.codes.NOT_FOUND:
            raise trouble(
                FailureKind.REFUSED,
                f'Oxen has no repository "{self._repository}" that this key may write to: see '
                "--repository",
            )
        if answer.status_code // 100 != 2:
            raise self._refused(answer, read_json(answer))
        return url

    async def is_there(self, link: str) -> bool:
        """See :class:`Host`."""
        return (await self._http.ask("HEAD", link, keyed=False)).status_code == 200

    async def download(self, link: str, part: Path, most: int) -> Download:
        """See :class:`Host`."""
        if link.startswith(_INLINE):
            return await asyncio.to_thread(_keep, link, part, most)
        return await self._http.download(link, part, most)

    async def close(self) -> None:
        """See :class:`Host`."""
        if self._listening is not None:
            self._listening.cancel()
            await asyncio.gather(self._listening, return_exceptions=True)
        await self._http.close()

    async def _row(self, receipt: Receipt) -> dict[str, Any]:
        """The row of a job, which may hold its clip."""
        return await self._read(self._one(receipt), MAX_INLINE)

    async def _read(
        self, url: str, most: int = MAX_ANSWER, query: Mapping[str, str] | None = None
    ) -> dict[str, Any]:
        answer = await self._http.ask("GET", url, most=most, params=query or None)
        found = read_json(answer)
        if answer.status_code != 200:
            raise self._refused(answer, found)
        if not isinstance(found, dict):
            raise trouble(FailureKind.TRANSIENT, "the host's answer cannot be read")
        return found

    def _refused(self, answer: Any, found: Any) -> HostError:
        if answer.status_code < 400:
            return trouble(FailureKind.TRANSIENT, f"the host answered {answer.status_code}")
        problem = read_error(answer.status_code, found, answer.headers, self._http.secrets)
        if answer.status_code == 404:
            problem = Problem(kind=FailureKind.GONE, text=problem.text)
        return HostError(problem)


def _progress(found: dict[str, Any]) -> Progress:
    status = found.get("status")
    progress = _PROGRESS.get(status) if isinstance(status, str) else None
    if progress is None:
        raise trouble(FailureKind.TRANSIENT, "the host's status cannot be read")
    return progress


def _inline(found: dict[str, Any]) -> str | None:
    """A clip that stands in its row, as a link that is the clip.

    The documents show ``b64_json`` in the answer of the call that blocks, and not where a row of
    the queue has it: either place is read.
    """
    videos = found.get("videos")
    first = videos[0] if isinstance(videos, list) and videos else None
    for place in (found, first):
        if isinstance(place, dict) and isinstance(place.get("b64_json"), str):
            return f"{_INLINE}video/mp4;base64,{place['b64_json']}"
    return None


def _keep(link: str, part: Path, most: int) -> Download:
    kind, _, text = link.partition(",")
    if len(text) * 3 // 4 > most:
        raise trouble(FailureKind.TRANSIENT, f"the clip is above {most:,} bytes")
    try:
        data = base64.b64decode(text, validate=True)
    except ValueError:
        data = b""
    if not data or not kind.endswith(";base64"):
        raise trouble(FailureKind.TRANSIENT, "the clip inside the host's answer cannot be read")
    try:
        part.write_bytes(data)
    except OSError as error:
        raise refusal(error, part) from None
    return Download(size=len(data), sha256=hashlib.sha256(data).hexdigest())
