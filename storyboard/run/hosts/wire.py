"""The door to the network: who may be sent the key, and what a broken connection proves.

The key goes to the named origins only, and no request that carries it follows a redirection.
A paying request has a connection of its own, so that an idle one which the host has closed
meanwhile cannot make it doubtful.
"""

from __future__ import annotations

import hashlib
import ssl
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx

from storyboard.run.hosts.errors import Kind, trouble
from storyboard.run.hosts.types import Download
from storyboard.run.store import refusal

_PAY_TIMEOUT = httpx.Timeout(90.0, connect=15.0)
_ASK_TIMEOUT = httpx.Timeout(30.0, connect=15.0)
_FILE_TIMEOUT = httpx.Timeout(120.0, connect=15.0)
_STREAM_TIMEOUT = httpx.Timeout(60.0, connect=15.0)
_BLOCK = 1 << 18

# All of these are raised before a byte of the request has left.
_NOT_SENT = (
    httpx.ConnectError,
    httpx.ConnectTimeout,
    httpx.PoolTimeout,
    httpx.UnsupportedProtocol,
    httpx.InvalidURL,
)


def origin(url: str) -> str:
    """Scheme, host and port of a URL, as they are compared; empty for what is no http URL."""
    try:
        parts = urlsplit(url)
        port = parts.port or {"http": 80, "https": 443}.get(parts.scheme)
    except ValueError:
        return ""
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.username is not None:
        return ""
    return f"{parts.scheme}://{parts.hostname}:{port}"


@cache
def _tls() -> ssl.SSLContext:
    # Reading the certificates takes longer than a request: once for all clients.
    return httpx.create_ssl_context()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Pool:
    """Connections at once, and how many of them are kept for the next request.

    A pool is searched whole for each request, so it is no larger than it must be.
    """

    at_once: int
    kept: int


def _client(
    pool: _Pool, *, local: bool, timeout: httpx.Timeout = _ASK_TIMEOUT
) -> httpx.AsyncClient:
    return httpx.AsyncClient(
        verify=_tls(),
        limits=httpx.Limits(max_connections=pool.at_once, max_keepalive_connections=pool.kept),
        timeout=timeout,
        trust_env=not local,
    )


class Wire:
    """Connections to one vendor. ``authorization`` goes to the origins of ``trusted`` alone."""

    def __init__(
        self, authorization: str, trusted: tuple[str, ...], *, secret: str, local: bool = False
    ) -> None:
        self._authorization = authorization
        self._trusted = frozenset(origin(url) for url in trusted)
        self.secrets = (secret,)
        # Environment variables may name proxies, which what listens on this machine has not.
        self._client = _client(_Pool(at_once=40, kept=40), local=local)
        self._payer = _client(_Pool(at_once=200, kept=0), local=local, timeout=_PAY_TIMEOUT)
        self._listener = _client(_Pool(at_once=200, kept=0), local=local, timeout=_STREAM_TIMEOUT)

    def trusts(self, url: str) -> bool:
        """Whether the key may be sent there."""
        return origin(url) in self._trusted

    async def close(self) -> None:
        """Close every connection."""
        await self._client.aclose()
        await self._payer.aclose()
        await self._listener.aclose()

    def _headers(self, url: str, headers: Mapping[str, str] | None) -> dict[str, str]:
        if not self.trusts(url):
            raise trouble(Kind.REFUSED, f"the key is not sent to {origin(url) or 'no host'}")
        return {**(headers or {}), "Authorization": self._authorization}

    async def pay(
        self, url: str, body: bytes, headers: Mapping[str, str] | None = None
    ) -> httpx.Response:
        """Send a paying request, once, whatever happens. ``not_sent`` or ``ambiguous``."""
        sent = self._headers(url, {"Content-Type": "application/json", **(headers or {})})
        try:
            return await self._payer.post(url, content=body, headers=sent)
        except _NOT_SENT as error:
            raise trouble(Kind.NOT_SENT, f"no connection to the host: {_said(error)}") from None
        except Exception as error:  # noqa: BLE001 - whatever it was, the host may have the request
            raise trouble(
                Kind.AMBIGUOUS, f"the connection broke before an answer: {_said(error)}"
            ) from None

    async def ask(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        keyed: bool = True,
        timeout: httpx.Timeout = _ASK_TIMEOUT,
        **content: Any,
    ) -> httpx.Response:
        """Send a request that pays nothing; ``transient`` where no answer comes."""
        sent = self._headers(url, headers) if keyed else dict(headers or {})
        try:
            return await self._client.request(method, url, headers=sent, timeout=timeout, **content)
        except (httpx.HTTPError, httpx.InvalidURL, OSError) as error:
            raise trouble(Kind.TRANSIENT, f"no answer from the host: {_said(error)}") from None

    async def put(self, method: str, url: str, **details: Any) -> httpx.Response:
        """As ``ask``, for files: with the patience that they need."""
        return await self.ask(method, url, timeout=_FILE_TIMEOUT, **details)

    @asynccontextmanager
    async def stream_events(self, url: str) -> AsyncIterator[AsyncIterator[tuple[str, str]]]:
        """Server-sent events: name and data of each. ``transient`` where the line breaks."""
        headers = self._headers(url, {"Accept": "text/event-stream"})
        try:
            async with self._listener.stream("GET", url, headers=headers) as answer:
                if answer.status_code != httpx.codes.OK:
                    raise trouble(Kind.TRANSIENT, f"no events: {answer.status_code}")
                yield _events(answer.aiter_lines())
        except (httpx.HTTPError, OSError) as error:
            raise trouble(Kind.TRANSIENT, f"the events stopped: {_said(error)}") from None

    async def download(self, link: str, part: Path, most: int) -> Download:
        """Fetch a file without the key, to the disk as it comes."""
        if not origin(link):
            raise trouble(Kind.GONE, "the link to the clip is no http link")
        digest, size = hashlib.sha256(), 0
        try:
            async with self._client.stream(
                "GET", link, timeout=_FILE_TIMEOUT, follow_redirects=True
            ) as answer:
                if answer.status_code in (401, 403, 404, 410):
                    raise trouble(Kind.GONE, f"the link to the clip answers {answer.status_code}")
                if answer.status_code != httpx.codes.OK:
                    raise trouble(Kind.TRANSIENT, f"the clip's host answers {answer.status_code}")
                with _opened(part) as file:
                    async for block in answer.aiter_bytes(_BLOCK):
                        size += len(block)
                        if size > most:
                            raise trouble(Kind.TRANSIENT, f"the clip is above {most:,} bytes")
                        digest.update(block)
                        _write(file, block, part)
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise trouble(Kind.TRANSIENT, f"the download broke: {_said(error)}") from None
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


async def _events(lines: AsyncIterator[str]) -> AsyncIterator[tuple[str, str]]:
    name, data = "message", list[str]()
    async for line in lines:
        if not line:
            if data:
                yield name, "\n".join(data)
            name, data = "message", []
        elif line.startswith("event:"):
            name = line[6:].strip()
        elif line.startswith("data:"):
            data.append(line[5:].strip())


def _said(error: Exception) -> str:
    # The words of transport errors may hold an address with its query: the kind says enough.
    words = {
        "ConnectError": "the connection was refused or the name is not known",
        "ConnectTimeout": "it took too long to connect",
        "ReadTimeout": "it took too long to answer",
        "WriteTimeout": "it took too long to send",
        "ReadError": "the connection was cut",
        "WriteError": "the connection was cut",
        "RemoteProtocolError": "the answer ended too early",
    }
    return words.get(type(error).__name__, type(error).__name__)
