"""The HTTP client that the hosts share.

The key is sent to the named origins only, and no request with the key follows a redirection. A
paying request has a new connection, as a kept one may have been closed by the host, which would
leave open whether the request arrived.
"""

from __future__ import annotations

import asyncio
import hashlib
import time
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from functools import lru_cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import aiohttp
import httpx

from storyboard.hosts.answers import MAX_ANSWER, Answer, AnswerError, read_answer, read_link
from storyboard.hosts.connections import (
    BROKEN,
    NOT_SENT,
    Connections,
    HttpRequest,
    exhausted,
    is_internal,
    leads_inside,
    max_connections,
)
from storyboard.hosts.errors import FailureKind, read_date, trouble
from storyboard.hosts.protocol import Download
from storyboard.hosts.times import TimeLimits
from storyboard.ledger.store import refusal
from storyboard.version import __version__

_STREAM_SECONDS = 60.0
"""The longest silence of a stream of events."""

_CLOCK_EVERY = 60.0
"""Seconds between two looks at the clock that the host's answers show."""
_FILE_WHOLE = 3600.0
"""Seconds that a clip may take to arrive."""
_SLOW_AFTER = 60.0
_SLOWEST = 4096
"""Bytes a second, after so many seconds, below which a clip is asked for once more."""
_MAX_EVENT = 1 << 20
"""Bytes of an event."""
_MAX_REDIRECTIONS = 5
_REDIRECTIONS = (301, 302, 303, 307, 308)
_LAST_WORDS = 0.1
"""Seconds in which a stream that has said all may end by itself, so that its connection is kept."""

_HEADERS = {
    "Accept": "*/*",
    "Accept-Encoding": "gzip, deflate",
    "User-Agent": f"storyboard/{__version__}",
}
_WHOLE = {**_HEADERS, "Accept-Encoding": "identity"}


def origin(url: str) -> str:
    """Scheme, host and port of a URL, as they are compared; empty for what is no http URL."""
    # What follows the first slash behind them is another in every address of a job.
    end = url.find("/", url.find("://") + 3)
    return _origin(url if end < 0 else url[:end])


@lru_cache(maxsize=1024)
def _origin(url: str) -> str:
    try:
        parts = urlsplit(url)
        port = parts.port or {"http": 80, "https": 443}.get(parts.scheme)
    except ValueError:
        return ""
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.username is not None:
        return ""
    return f"{parts.scheme}://{parts.hostname}:{port}"


class HttpClient:
    """Connections to one vendor. ``authorization`` goes to the origins of ``trusted`` alone.

    ``secret`` is removed from every text of the vendor, ``local`` says that the address is on
    this machine, ``limits`` how long answers are waited for; ``clock`` gives Unix seconds.
    ``clock_ahead`` is by how many seconds that clock is ahead of the vendor's, None before an
    answer had a date; ``told_at`` is the date of the last answer, None where that had none.
    ``most_streams`` is how many event streams may be open at once; the callers keep to it.
    """

    def __init__(
        self,
        authorization: str,
        trusted: tuple[str, ...],
        *,
        secret: str,
        local: bool = False,
        limits: TimeLimits | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._limits = limits or TimeLimits()
        self._authorization = authorization
        self._clock = clock
        self._trusted = frozenset(origin(url) for url in trusted)
        # Who speaks to a host in this network may get its files from there.
        self._is_public = not local and not any(map(_is_near, trusted))
        self.secrets = (secret,)
        self.clock_ahead: float | None = None
        self.told_at: float | None = None
        self._told = ""
        self._clock_at = -_CLOCK_EVERY
        most = max_connections()
        self.most_streams = most // 2
        self._connections = Connections(local=local)
        # Those who wait here have no time running; how many pay at once is for the run to say.
        self._asking = asyncio.Semaphore(most // 5)

    def trusts(self, url: str) -> bool:
        """Whether the key may be sent there."""
        return origin(url) in self._trusted

    async def close(self) -> None:
        """Close every connection."""
        await self._connections.close()

    def _headers(
        self, url: str, headers: Mapping[str, str] | None, usual: Mapping[str, str] = _HEADERS
    ) -> dict[str, str]:
        if not self.trusts(url):
            raise trouble(FailureKind.REFUSED, f"the key is not sent to {origin(url) or 'no host'}")
        return {**usual, **(headers or {}), "Authorization": self._authorization}

    async def pay(self, url: str, body: bytes, headers: Mapping[str, str] | None = None) -> Answer:
        """Send a paying request, once. Raises ``not_sent`` or ``ambiguous`` without an answer."""
        sent = self._headers(url, {"Content-Type": "application/json", **(headers or {})})
        try:
            request = HttpRequest.of("POST", url, sent, content=body)
            async with self._connections.send(
                request, seconds=self._limits.order, fresh=True
            ) as answer:
                self._compare_clocks(answer)
                return await read_answer(answer)
        except NOT_SENT as error:
            raise trouble(
                FailureKind.NOT_SENT, f"no connection to the host: {_said(error)}"
            ) from None
        except Exception as error:  # noqa: BLE001 - whatever it was, the host may have the request
            raise trouble(
                FailureKind.AMBIGUOUS, f"the connection broke before an answer: {_said(error)}"
            ) from None

    async def ask(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        keyed: bool = True,
        seconds: float | None = None,
        most: int = MAX_ANSWER,
        **content: Any,
    ) -> Answer:
        """Send a request that pays nothing; ``seconds`` is the longest silence.

        An answer has ``most`` bytes at most, unpacked. Raises ``transient`` where none comes.
        """
        sent = self._headers(url, headers) if keyed else {**_HEADERS, **(headers or {})}
        try:
            request = HttpRequest.of(method, url, sent, **content)
            seconds = seconds or self._limits.question
            public = self._is_public and not keyed
            async with (
                self._asking,
                self._connections.send(request, seconds=seconds, public=public) as answer,
            ):
                if keyed:
                    self._compare_clocks(answer)
                return await read_answer(answer, most)
        except (*BROKEN, AnswerError, UnicodeError) as error:
            raise trouble(
                FailureKind.TRANSIENT, f"no answer from the host: {_said(error)}"
            ) from None

    def _compare_clocks(self, answer: aiohttp.ClientResponse) -> None:
        told = answer.headers.get("Date", "")
        if told == self._told:
            return
        there, self._told = read_date(told), told
        self.told_at = there.timestamp() if there is not None else None
        if there is None:
            return
        now = time.monotonic()
        if now >= self._clock_at + _CLOCK_EVERY:
            self.clock_ahead, self._clock_at = self._clock() - there.timestamp(), now

    async def put(self, method: str, url: str, **details: Any) -> Answer:
        """As ``ask``, for uploads, with a longer silence."""
        return await self.ask(method, url, seconds=self._limits.file, **details)

    @asynccontextmanager
    async def stream_events(self, url: str) -> AsyncIterator[AsyncIterator[tuple[str, str]]]:
        """Server-sent events, as name and data. Raises ``transient`` where the stream breaks."""
        headers = self._headers(url, {"Accept": "text/event-stream"}, _WHOLE)
        try:
            request = HttpRequest.of("GET", url, headers)
            async with self._connections.send(
                request, seconds=_STREAM_SECONDS, whole=None
            ) as answer:
                if answer.status != httpx.codes.OK:
                    raise trouble(FailureKind.TRANSIENT, f"no events: {answer.status}")
                blocks = answer.content.iter_any()
                yield _events(blocks)
                await _end(blocks)
        except BROKEN as error:
            raise trouble(FailureKind.TRANSIENT, f"the events stopped: {_said(error)}") from None

    async def download(self, link: str, part: Path, most: int) -> Download:
        """Fetch a file, without the key, into a file of the disk while it arrives."""
        try:
            async with self._asking, self._follow(link) as answer:
                # A 403 may be somebody's in between: it is no word of the vendor that it is gone.
                if answer.status in (404, 410):
                    raise trouble(FailureKind.GONE, f"the link to the clip answers {answer.status}")
                if answer.status != httpx.codes.OK:
                    raise trouble(FailureKind.TRANSIENT, f"the clip's host answers {answer.status}")
                return await _keep(answer, part, most)
        except (*BROKEN, UnicodeError) as error:
            if leads_inside(error):
                raise trouble(
                    FailureKind.REFUSED,
                    "the link to the clip leads into this machine's own network, and is not asked",
                ) from None
            raise trouble(FailureKind.TRANSIENT, f"the download broke: {_said(error)}") from None

    @asynccontextmanager
    async def _follow(self, link: str) -> AsyncIterator[aiohttp.ClientResponse]:
        """The answer at the end of a link's redirections; no request of them has the key."""
        for _ in range(_MAX_REDIRECTIONS + 1):
            if read_link(link) is None or not origin(link):
                raise trouble(FailureKind.REFUSED, "the link to the clip is no http link")
            request = HttpRequest.of("GET", link, _WHOLE)
            async with self._connections.send(
                request, seconds=self._limits.file, whole=_FILE_WHOLE, public=self._is_public
            ) as answer:
                there = answer.headers.get("location")
                if answer.status not in _REDIRECTIONS or there is None:
                    yield answer
                    return
            link = str(httpx.URL(str(request.url)).join(there))
        raise trouble(
            FailureKind.TRANSIENT, "the link to the clip leads from one place to the next"
        )


def _is_near(url: str) -> bool:
    """Whether a host that the user has named is on this machine or in its network."""
    name = urlsplit(url).hostname or ""
    return is_internal(name) or name == "localhost" or name.endswith(".localhost")


async def _keep(answer: aiohttp.ClientResponse, part: Path, most: int) -> Download:
    digest, size, began = hashlib.sha256(), 0, time.monotonic()
    with _opened(part) as file:
        async for block in answer.content.iter_any():
            size += len(block)
            if size > most:
                raise trouble(FailureKind.TRANSIENT, f"the clip is above {most:,} bytes")
            passed = time.monotonic() - began
            if passed > _SLOW_AFTER and size < passed * _SLOWEST:
                raise trouble(FailureKind.TRANSIENT, "the clip arrives too slowly")
            digest.update(block)
            _write(file, block, part)
    return Download(size=size, sha256=digest.hexdigest())


def _opened(part: Path) -> Any:
    try:
        return part.open("wb", buffering=0)
    except OSError as error:
        raise refusal(error, part) from None


def _write(file: Any, block: bytes, part: Path) -> None:
    try:
        rest = memoryview(block)
        while rest:
            rest = rest[file.write(rest) :]
    except OSError as error:
        raise refusal(error, part) from None


async def _events(blocks: AsyncIterator[bytes]) -> AsyncIterator[tuple[str, str]]:
    name, data, rest = "message", list[str](), b""
    async for block in blocks:
        *lines, rest = (rest + block).split(b"\n")
        if len(rest) + sum(map(len, data)) > _MAX_EVENT:
            raise trouble(FailureKind.TRANSIENT, "the events are larger than any host's")
        for line in (raw.rstrip(b"\r").decode("utf-8", "replace") for raw in lines):
            if not line:
                if data:
                    yield name, "\n".join(data)
                name, data = "message", []
            elif line.startswith("event:"):
                name = line[6:].strip()
            elif line.startswith("data:"):
                data.append(line[5:].strip())


async def _end(blocks: AsyncIterator[bytes]) -> None:
    try:
        async with asyncio.timeout(_LAST_WORDS):
            async for _ in blocks:
                pass
    except (TimeoutError, *BROKEN):
        pass  # what had to be said was said


_WORDS: tuple[tuple[type[Exception], str], ...] = (
    (aiohttp.ClientHttpProxyError, "the proxy that the environment names refuses"),
    (httpx.UnsupportedProtocol, "the proxy that the environment names is of a kind not known here"),
    (aiohttp.ClientConnectorCertificateError, "the host's certificate is not to be trusted"),
    (aiohttp.ClientConnectorError, "the connection was refused or the name is not known"),
    (aiohttp.ConnectionTimeoutError, "it took too long to connect"),
    (TimeoutError, "it took too long to answer"),
    (aiohttp.ServerDisconnectedError, "the connection ended without an answer"),
    (aiohttp.ClientPayloadError, "the answer ended too early"),
    (aiohttp.ClientResponseError, "what came is no answer"),
    (OSError, "the connection was cut"),
    (UnicodeError, "its address is none"),
)


def _said(error: Exception) -> str:
    # The words of transport errors may hold an address with its query: the kind says enough.
    if isinstance(error, AnswerError):
        return str(error)
    said = (words for kind, words in _WORDS if isinstance(error, kind))
    return exhausted(error) or next(said, type(error).__name__)
