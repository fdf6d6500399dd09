"""fal's queue: ``queue.fal.run``, its history at ``api.fal.ai``, its files at ``v3.fal.media``.

There is no idempotency key and no state FAILED: a bad request is accepted, becomes COMPLETED, and
its refusal is the answer to the request for its result. Source: fal's documents, read 2026.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx
from msgspec import Struct

from storyboard.hosts.answers import (
    parse_json,
    read_amount,
    read_count,
    read_id,
    read_json,
    read_link,
    read_token,
)
from storyboard.hosts.errors import (
    FailureKind,
    HostError,
    Problem,
    is_proof_of_refusal,
    misled,
    trouble,
)
from storyboard.hosts.fal import receipt_of
from storyboard.hosts.fal.errors import read_end, read_error
from storyboard.hosts.http import HttpClient
from storyboard.hosts.protocol import (
    CONTENT_TYPES,
    Download,
    JobView,
    Outcome,
    Progress,
    Submission,
    Trace,
)
from storyboard.hosts.times import TimeLimits, read_time
from storyboard.ledger import Receipt
from storyboard.values.units import Money

_PAGE = 100
_MAX_PAGES = 200
_RENDERING = 1800.0
"""Seconds that a clip is given from its start to its end: they take 1 to 10 minutes."""
_UPLOAD_SECONDS = 30 * 24 * 3600
_LIFE = dict.fromkeys(
    ("X-Fal-Object-Lifecycle-Preference", "X-Fal-Object-Lifecycle"),
    json.dumps({"expiration_duration_seconds": _UPLOAD_SECONDS}),
)
"""The lifetime of an upload, which is else kept without end. fal's documents give the header the
first name, and its own client sends the second to this address."""
_PROGRESS = {
    "IN_QUEUE": Progress.QUEUED,
    "IN_PROGRESS": Progress.RUNNING,
    "COMPLETED": Progress.OVER,
}


class FalAddresses(Struct, frozen=True, kw_only=True):
    """The base addresses of fal's services: the vendor's own, or paths under one base."""

    queue: str = "https://queue.fal.run"
    rest: str = "https://rest.fal.ai"
    api: str = "https://api.fal.ai"
    files: str = "https://v3.fal.media"

    @classmethod
    def under(cls, base: str) -> FalAddresses:
        """All of them below one address, as the simulator and proxies have them."""
        base = base.rstrip("/")
        return cls(
            queue=f"{base}/queue", rest=f"{base}/rest", api=f"{base}/api", files=f"{base}/cdn"
        )


class FalHost:
    """See :class:`storyboard.hosts.protocol.Host`. ``labelled`` names the shots to a simulator."""

    keeps_bodies = True
    unlisted = ""

    def __init__(
        self,
        key: str,
        addresses: FalAddresses | None = None,
        *,
        labelled: bool = False,
        limits: TimeLimits | None = None,
        clock: Callable[[], float] = time.time,
        name: str = "fal",
    ) -> None:
        self.name = name
        self._at = addresses or FalAddresses()
        at = self._at
        # Uploads take a token that the key buys, never the key: the store of files is left out.
        self._http = HttpClient(
            f"Key {key}",
            (at.queue, at.rest, at.api),
            secret=key,
            local=labelled,
            limits=limits,
            clock=clock,
        )
        self.most_watched: int | None = self._http.most_streams
        self._labelled = labelled
        self.life: float | None = (limits or TimeLimits()).life
        self._limiting = _limiting_headers(self.life)
        self._token: tuple[str, str, str, float] | None = None

    @property
    def clock_ahead(self) -> float | None:
        """See :class:`Host`."""
        return self._http.clock_ahead

    @property
    def told_at(self) -> float | None:
        """See :class:`Host`."""
        return self._http.told_at

    async def submit(self, submission: Submission) -> tuple[Receipt, ...]:
        """See :class:`Host`. An order is for one clip."""
        headers = {**self._limiting, **(submission.labels() if self._labelled else {})}
        body = json.dumps(submission.body, ensure_ascii=False).encode()
        answer = await self._http.pay(f"{self._at.queue}/{submission.endpoint}", body, headers)
        found = read_json(answer)
        if answer.status_code // 100 == 2:
            name = read_id(found.get("request_id")) if isinstance(found, dict) else None
            if name is None:
                raise trouble(FailureKind.AMBIGUOUS, "the host accepted, but its answer has no id")
            known = self.receipt(submission.endpoint, name)
            return (Receipt(id=name, links=known.links | self._links(found)),)
        if not is_proof_of_refusal(answer.status_code):
            raise trouble(
                FailureKind.AMBIGUOUS,
                f"the host answered {answer.status_code}: it may have accepted",
            )
        problem, _ = read_error(answer.status_code, found, answer.headers, self._http.secrets)
        if answer.status_code == httpx.codes.NOT_FOUND and self._at != FalAddresses():
            problem = misled(problem, self.name)
        raise HostError(problem)

    def receipt(self, endpoint: str, id: str) -> Receipt:  # noqa: A002
        """See :class:`Host`."""
        return receipt_of(endpoint, id)

    def _links(self, found: dict[str, Any]) -> dict[str, str]:
        names = ("status_url", "response_url", "cancel_url")
        links = {name: found[name] for name in names if read_link(found.get(name))}
        return {
            name: link
            for name, link in links.items()
            if self._http.trusts(link) and "?" not in link and "#" not in link
        }

    def _link(self, receipt: Receipt, name: str) -> str:
        given = receipt.links.get(name)
        if given and self._http.trusts(given):
            return given
        # By hand: the owner and the app alone, never the long path of the endpoint.
        app = receipt.links["app"]
        tail = {"status_url": "/status", "response_url": "", "cancel_url": "/cancel"}[name]
        return f"{self._at.queue}/{app}/requests/{quote(receipt.id, safe='')}{tail}"

    async def look(self, receipt: Receipt) -> JobView:
        """See :class:`Host`."""
        answer = await self._http.ask("GET", self._link(receipt, "status_url"))
        found = read_json(answer)
        if answer.status_code not in (200, 202):
            raise self._refused(answer, found)
        return _look(found)

    async def watch(self, receipt: Receipt, heard: Callable[[JobView], None]) -> bool:
        """See :class:`Host`."""
        url = f"{self._link(receipt, 'status_url')}/stream"
        try:
            async with self._http.stream_events(url) as events:
                async for _, data in events:
                    look = _look(parse_json(data))
                    if look.progress is Progress.OVER:
                        return True
                    heard(look)
        except (HostError, ValueError):
            return False
        return False

    async def fetch(self, receipt: Receipt) -> Outcome:
        """See :class:`Host`."""
        answer = await self._http.ask("GET", self._link(receipt, "response_url"))
        found = read_json(answer)
        units = read_amount(answer.headers.get("x-fal-billable-units"))
        if answer.status_code == 200:
            video = found.get("video") if isinstance(found, dict) else None
            link = read_link(video.get("url")) if isinstance(video, dict) else None
            if video is None or link is None:
                raise trouble(FailureKind.TRANSIENT, "the host's result names no clip")
            return Outcome(link=link, size=read_count(video.get("file_size")), units=units)
        problem, is_outcome = read_error(
            answer.status_code, found, answer.headers, self._http.secrets
        )
        ended = problem if is_outcome else None
        is_free = answer.status_code >= 500
        if ended is None and is_free:
            # The question may have failed, or what it asks for: the status says which.
            ended = await self._failed(receipt)
        if ended is None:
            raise self._refused(answer, found)
        # What ends with such a status is never billed. Source: fal on reliability, read 2026.
        charge = Money(Decimal(0), "USD") if is_free and not units else None
        return Outcome(problem=ended, units=units, charge=charge)

    async def _failed(self, receipt: Receipt) -> Problem | None:
        """Why a job has failed, by its status; None where that does not say that it has."""
        try:
            answer = await self._http.ask("GET", self._link(receipt, "status_url"))
            found = read_json(answer)
            if answer.status_code == 200 and _look(found).progress is Progress.OVER:
                return read_end(found, answer.headers, self._http.secrets)
        except HostError:
            pass  # then nothing is known, as before
        return None

    async def cancel(self, receipt: Receipt) -> bool:
        """See :class:`Host`."""
        answer = await self._http.ask("PUT", self._link(receipt, "cancel_url"))
        if answer.status_code // 100 == 2:
            return True
        if answer.status_code == 400:
            return False
        raise self._refused(answer, read_json(answer))

    async def history(self, endpoint: str, since: float) -> tuple[Trace, ...]:
        """See :class:`Host`."""
        traces: list[Trace] = []
        query = {
            "endpoint_id": endpoint,
            "start": datetime.fromtimestamp(since, UTC).isoformat(),
            "expand": "payloads",
            "limit": str(_PAGE),
        }
        for _ in range(_MAX_PAGES):
            url = f"{self._at.api}/v1/models/requests/by-endpoint"
            answer = await self._http.ask("GET", url, params=query)
            found = read_json(answer)
            if answer.status_code != 200 or not isinstance(found, dict):
                raise self._refused(answer, found)
            try:
                traces += [_trace(item, endpoint) for item in found["items"]]
                has_more = found.get("has_more")
                more = None if has_more is False else found.get("next_cursor")
            except (KeyError, TypeError, ValueError, AttributeError, OverflowError):
                raise trouble(FailureKind.TRANSIENT, "the host's history cannot be read") from None
            if not more and not has_more:
                return tuple(traces)
            if read_id(more) is None and read_link(more) is None and read_count(more) is None:
                raise trouble(FailureKind.TRANSIENT, "the host's history cannot be read")
            query["cursor"] = str(more)
        raise trouble(FailureKind.TRANSIENT, "the host's history has no end")

    async def upload(self, data: bytes, sha256: str, suffix: str) -> str:
        """See :class:`Host`."""
        token, kind, base, _ = await self._upload_token()
        answer = await self._http.put(
            "POST",
            f"{base.rstrip('/')}/files/upload",
            keyed=False,
            content=data,
            headers={
                "Authorization": f"{kind} {token}",
                "Content-Type": CONTENT_TYPES.get(suffix, "application/octet-stream"),
                "X-Fal-File-Name": f"{sha256[:16]}{suffix}",
                **_LIFE,
            },
        )
        found = read_json(answer)
        if answer.status_code == 401:
            self._token = None
            raise trouble(FailureKind.TRANSIENT, "the permission to upload has expired")
        if answer.status_code // 100 != 2:
            raise self._refused(answer, found)
        url = read_link(found.get("access_url")) if isinstance(found, dict) else None
        if url is None:
            raise trouble(FailureKind.TRANSIENT, "the host took the file and gave no link")
        return url

    async def _upload_token(self) -> tuple[str, str, str, float]:
        now = datetime.now(UTC).timestamp()
        if self._token is not None and self._token[3] > now + 60:
            return self._token
        url = f"{self._at.rest}/storage/auth/token?storage_type=fal-cdn-v3"
        answer = await self._http.ask("POST", url, json={})
        found = read_json(answer)
        if answer.status_code // 100 != 2:
            raise self._refused(answer, found)
        try:
            until = read_time(found["expires_at"])
            token, kind = read_token(found["token"]), read_token(found["token_type"])
            self._token = (token, kind, self._at.files, until)
        except (KeyError, TypeError, ValueError, OverflowError):
            raise trouble(
                FailureKind.TRANSIENT, "the permission to upload cannot be read"
            ) from None
        return self._token

    async def is_there(self, link: str) -> bool:
        """See :class:`Host`."""
        answer = await self._http.ask("HEAD", link, keyed=False)
        return answer.status_code == 200

    async def download(self, link: str, part: Path, most: int) -> Download:
        """See :class:`Host`."""
        return await self._http.download(link, part, most)

    async def close(self) -> None:
        """See :class:`Host`."""
        await self._http.close()

    def _refused(self, answer: Any, found: Any) -> HostError:
        if answer.status_code < 400:
            return trouble(FailureKind.TRANSIENT, f"the host answered {answer.status_code}")
        problem, _ = read_error(answer.status_code, found, answer.headers, self._http.secrets)
        if answer.status_code == 404:
            problem = Problem(kind=FailureKind.GONE, text=problem.text)
        return HostError(problem)


def _look(found: Any) -> JobView:
    try:
        position = found.get("queue_position")
        return JobView(
            progress=_PROGRESS[found["status"]],
            position=read_count(position),
        )
    except (KeyError, TypeError, AttributeError):
        raise trouble(FailureKind.TRANSIENT, "the host's status cannot be read") from None


_BEGUN = ("started_at", "ended_at", "status_code", "json_output")
"""Fields of a row of the history, of which an order that waits has none.

A row that leaves out when it was started says nothing of whether it waits.
"""


def _trace(item: dict[str, Any], endpoint: str) -> Trace:
    body = item.get("json_input")
    if isinstance(body, str):
        body = parse_json(body)
    return Trace(
        id=item["request_id"],
        endpoint=str(item.get("endpoint_id") or endpoint),
        at=read_time(item.get("sent_at") or item["started_at"]),
        body=body if isinstance(body, dict) else None,
        # An order that runs proves nothing of those that wait: a list may begin with the start.
        shows_unfinished="started_at" in item and not any(item.get(name) for name in _BEGUN),
    )


def _limiting_headers(life: float) -> dict[str, str]:
    """Headers that bound an order's life: the time to its start, and one start alone.

    ``X-Fal-Request-Timeout`` is the time to start in whole seconds, retries included, above 1.
    """
    start = life - min(_RENDERING, life / 2)
    return {"X-Fal-Request-Timeout": str(max(2, round(start))), "X-Fal-No-Retry": "1"}
