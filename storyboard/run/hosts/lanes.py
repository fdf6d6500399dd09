"""Connections, with one request at a time on each: a lane.

A pool that looks at every connection for every request costs more than the requests do. These are
the connections that httpx itself is made of, without its pool: the lane that was given back last
is simply taken next. It is given back only after an answer came to its end in order; after
anything else it is closed.
"""

from __future__ import annotations

import errno
import ssl
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from functools import cache
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

import httpcore
import httpx

_IDLE_SECONDS = 30.0
_MOST_LANES = 200
_Lane = httpcore.AsyncHTTPConnection | httpcore.AsyncHTTPProxy

NOT_SENT = (
    httpcore.ConnectError,
    httpcore.ConnectTimeout,
    httpcore.PoolTimeout,
    httpcore.UnsupportedProtocol,
)
"""What is raised before a byte of a request has left."""

BROKEN = (
    httpcore.NetworkError,
    httpcore.TimeoutException,
    httpcore.ProtocolError,
    httpcore.ProxyError,
    httpcore.UnsupportedProtocol,
    httpcore.ConnectionNotAvailable,
)
"""All that a connection may raise instead of an answer."""


def most_lanes() -> int:
    """How many connections a run may hold: a part of the files that a process may have open."""
    if sys.platform == "win32":
        return _MOST_LANES
    import resource

    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return _MOST_LANES if soft < 0 else max(8, min(_MOST_LANES, soft // 2))


class Lanes:
    """Connections to any servers. At most ``kept`` wait idle; the rest are closed after use.

    ``local`` is for servers on this machine: environment variables may name proxies, which those
    have not.
    """

    def __init__(self, *, kept: int, local: bool) -> None:
        self._kept = kept
        self._local = local
        self._idle: list[tuple[str, _Lane]] = []
        self._is_closed = False

    @asynccontextmanager
    async def send(
        self, request: httpx.Request, *, fresh: bool = False
    ) -> AsyncIterator[httpcore.Response]:
        """The answer to a request, once; it follows no redirection. Raises one of ``BROKEN``.

        With ``fresh`` the request has a connection on which nothing was sent before it.
        """
        url = request.url
        key = f"{url.scheme}://{url.netloc.decode('ascii')}"
        lane = None if fresh else await self._take(key)
        lane = lane or _open(url, key, local=self._local)
        try:
            answer = await lane.handle_async_request(_plain(request))
            try:
                yield answer
            finally:
                await answer.aclose()
        except BaseException:
            await _shut(lane)
            raise
        if isinstance(lane, httpcore.AsyncHTTPConnection) and lane.is_closed():
            return
        self._idle.append((key, lane))
        if self._is_closed or len(self._idle) > self._kept:
            _, oldest = self._idle.pop(0)
            await _shut(oldest)

    async def _take(self, key: str) -> _Lane | None:
        at = len(self._idle)
        while at:
            at -= 1
            if self._idle[at][0] == key:
                _, lane = self._idle.pop(at)
                if isinstance(lane, httpcore.AsyncHTTPProxy):
                    return lane  # it looks after its connection itself
                if not lane.is_closed() and not lane.has_expired():
                    return lane
                await _shut(lane)
                at = min(at, len(self._idle))
        return None

    async def close(self) -> None:
        """Close every connection; those in use when their answers end."""
        self._is_closed = True
        while self._idle:
            _, lane = self._idle.pop()
            await _shut(lane)


def _plain(request: httpx.Request) -> httpcore.Request:
    url = request.url
    return httpcore.Request(
        method=request.method,
        url=httpcore.URL(
            scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path
        ),
        headers=request.headers.raw,
        content=request.stream,
        extensions=request.extensions,
    )


def _open(url: httpx.URL, key: str, *, local: bool) -> _Lane:
    proxy = None if local else _proxy_of(key)
    if proxy is None:
        return httpcore.AsyncHTTPConnection(
            origin=httpcore.Origin(url.raw_scheme, url.raw_host, url.port or _port_of(url)),
            ssl_context=_tls() if url.scheme == "https" else None,
            keepalive_expiry=_IDLE_SECONDS,
        )
    try:
        given = httpx.Proxy(proxy)
        return httpcore.AsyncHTTPProxy(
            proxy_url=httpcore.URL(
                scheme=given.url.raw_scheme,
                host=given.url.raw_host,
                port=given.url.port,
                target=given.url.raw_path,
            ),
            proxy_auth=given.raw_auth,
            ssl_context=_tls(),
            max_connections=1,
            keepalive_expiry=_IDLE_SECONDS,
        )
    except ValueError:
        raise httpcore.UnsupportedProtocol("the proxy is of an unknown kind") from None


def _port_of(url: httpx.URL) -> int:
    return 443 if url.scheme == "https" else 80


async def _shut(lane: _Lane) -> None:
    # An answer that came stays one, however its connection ends.
    with suppress(Exception):
        await lane.aclose()


@cache
def _tls() -> ssl.SSLContext:
    # Reading the certificates takes longer than a request: once for all connections.
    return httpx.create_ssl_context()


@cache
def _proxy_of(key: str) -> str | None:
    parts = urlsplit(key)
    named = getproxies()
    proxy = named.get(parts.scheme) or named.get("all")
    if not proxy or proxy_bypass(parts.netloc):
        return None
    return proxy if "://" in proxy else f"http://{proxy}"


def exhausted(error: BaseException) -> str:
    """What of this machine is used up, where that is behind an error; else empty."""
    seen: BaseException | None = error
    while seen is not None:
        number = seen.errno if isinstance(seen, OSError) else None
        if number in (errno.EMFILE, errno.ENFILE):
            return (
                "this machine lets the process open no more files and connections: raise the "
                "limit (ulimit -n), or run with fewer --jobs"
            )
        if number == errno.EADDRNOTAVAIL:
            return "this machine has no free port left for a connection: run with fewer --jobs"
        seen = seen.__cause__ or seen.__context__
    return ""
