"""HTTP connections: requests and answers are httpx's, the transport is aiohttp's.

Most of a run's processor time goes into HTTP, and aiohttp's transport, partly written in C, needs a
fraction of the time of httpx's own.
"""

from __future__ import annotations

import errno
import ipaddress
import re
import socket
import ssl
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from functools import cache
from io import BytesIO
from typing import Any
from urllib.request import getproxies, proxy_bypass

import aiohttp
import httpx
from aiohttp.abc import ResolveResult
from msgspec import Struct
from yarl import URL

_IDLE_SECONDS = 30.0
_WHOLE = 4.0
"""An answer may take so many times its longest silence as a whole."""
_SLOWEST = 50_000
"""Bytes of a body that are sent in a second, where a line is slow."""
_MAX_CONNECTIONS = 200
_CONNECT_SECONDS = 15.0
_MAX_FIELD = 64 << 10
"""Bytes of a header: the address of a redirection may hold a long permission."""
_OURS = ("Accept", "Accept-Encoding", "Content-Type", "User-Agent")
"""Headers that a request has only where httpx has given it them."""

NOT_SENT = (
    aiohttp.ClientConnectorError,
    aiohttp.ConnectionTimeoutError,
    aiohttp.ClientHttpProxyError,
    aiohttp.InvalidURL,
    httpx.InvalidURL,
    httpx.UnsupportedProtocol,
)
"""What is raised before a byte of a request has left."""

BROKEN = (*NOT_SENT, aiohttp.ClientError, TimeoutError, OSError)
"""All that may be raised instead of an answer."""


def max_connections() -> int:
    """How many connections a run may hold: a part of the files that a process may have open."""
    if sys.platform == "win32":
        return _MAX_CONNECTIONS
    import resource

    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return _MAX_CONNECTIONS if soft < 0 else max(8, min(_MAX_CONNECTIONS, soft // 2))


_NAMES_FOR_TUNNELS = ipaddress.ip_network("198.18.0.0/15")
"""Tunnels on a machine give names such addresses, whatever they lead to; nobody lives there."""


class InternalAddressError(OSError):
    """A name or address that leads into this machine or its network."""


def is_internal(address: str) -> bool:
    """Whether a numeric address is one of this machine or its network; False for a name."""
    try:
        found = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False
    mapped = getattr(found, "ipv4_mapped", None)
    found = mapped or found
    if found in _NAMES_FOR_TUNNELS:
        return False
    return not found.is_global or found.is_multicast


class _PublicResolver(aiohttp.ThreadedResolver):
    """Finds the addresses of names, and refuses names that lead into this network."""

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        found = await super().resolve(host, port, family)
        if any(is_internal(one["host"]) for one in found):
            raise InternalAddressError(errno.EACCES, "it leads into this network")
        return found


class HttpRequest(Struct, frozen=True):
    """A request as it is sent; ``url`` is so to the letter, as a link that was signed must be."""

    method: str
    url: URL
    headers: Mapping[str, str]
    body: bytes = b""

    @classmethod
    def of(cls, method: str, url: str, headers: Mapping[str, str], **content: Any) -> HttpRequest:
        """A request with ``content`` as httpx takes it: ``json``, ``params``, ``files`` and more.

        Raises one of ``NOT_SENT`` for an address that is none.
        """
        if _PLAIN.fullmatch(url) and content.keys() <= {"content"}:
            # httpx looks at every letter of an address, which takes longer than to send it.
            return cls(method, URL(url, encoded=True), headers, content.get("content", b""))
        made = httpx.Request(method, url, headers=headers, **content)
        return cls(method, URL(str(made.url), encoded=True), made.headers, made.read())


_PLAIN = re.compile(
    r"https?://[a-z0-9][a-z0-9.-]*(:[1-5]?[0-9]{1,4})?(/(?!\.)([A-Za-z0-9._~:=&+,;@-]|%[0-9A-F]{2})*)+"
)
"""Addresses in which nothing is to be quoted and no folder left out: as httpx writes them too."""


class Connections:
    """Connections to any servers, kept for a while where they may be used again.

    ``local`` is for servers on this machine: environment variables may name proxies, which those
    have not.
    """

    def __init__(self, *, local: bool) -> None:
        self._local = local
        self._kept: aiohttp.ClientSession | None = None
        self._fresh: aiohttp.ClientSession | None = None
        self._public: aiohttp.ClientSession | None = None

    @asynccontextmanager
    async def send(
        self,
        request: HttpRequest,
        *,
        seconds: float,
        whole: float | None = 0,
        fresh: bool = False,
        public: bool = False,
    ) -> AsyncIterator[aiohttp.ClientResponse]:
        """Send a request and give its answer; no redirection is followed. Raises one of ``BROKEN``.

        ``seconds`` is the longest silence, ``whole`` the time until the end of the answer: None
        without end, 0 for a multiple of the silence, with the time that the body takes. With
        ``fresh`` the request has a connection of its own and is sent once. Without it, a request
        on a kept connection that the server has closed is sent again. With ``public`` no address
        of this machine or its network is asked.
        """
        if self._kept is None or self._fresh is None or self._public is None:
            # A session belongs to the event loop in which it is made.
            self._kept, self._fresh = _session(kept=True), _session(kept=False)
            self._public = _session(kept=True, public=True)
        url, body = request.url, request.body
        if public and is_internal(url.host or ""):
            raise InternalAddressError(errno.EACCES, "it leads into this network")
        if whole == 0:
            whole = seconds * _WHOLE + len(body) / _SLOWEST
        proxy = None if self._local else _proxy_of(url.scheme, url.raw_authority.rpartition("@")[2])
        # A proxy may well be in this network, and finds the addresses of names itself.
        is_checked = public and proxy is None
        session = self._fresh if fresh else self._public if is_checked else self._kept
        async with session.request(
            request.method,
            url,
            headers=request.headers,
            data=BytesIO(body) if body else None,
            proxy=proxy,
            timeout=aiohttp.ClientTimeout(total=whole, connect=_CONNECT_SECONDS, sock_read=seconds),
            allow_redirects=False,
            ssl=_tls() if url.scheme == "https" else True,
        ) as answer:
            yield answer

    async def close(self) -> None:
        """Close every connection."""
        for session in (self._kept, self._fresh, self._public):
            if session is not None:
                await session.close()


def _session(*, kept: bool, public: bool = False) -> aiohttp.ClientSession:
    if kept:
        resolver = _PublicResolver() if public else None
        connector = aiohttp.TCPConnector(
            limit=0, keepalive_timeout=_IDLE_SECONDS, resolver=resolver
        )
    else:
        connector = aiohttp.TCPConnector(limit=0, force_close=True)
    return aiohttp.ClientSession(
        connector=connector,
        cookie_jar=aiohttp.DummyCookieJar(),
        skip_auto_headers=_OURS,
        auto_decompress=False,
        max_line_size=_MAX_FIELD,
        max_field_size=_MAX_FIELD,
    )


@cache
def _tls() -> ssl.SSLContext:
    # Reading the certificates takes longer than a request: once for all connections.
    return httpx.create_ssl_context()


@cache
def _proxy_of(scheme: str, netloc: str) -> str | None:
    named = getproxies()
    proxy = named.get(scheme) or named.get("all")
    if not proxy or proxy_bypass(netloc):
        return None
    proxy = proxy if "://" in proxy else f"http://{proxy}"
    if not proxy.startswith(("http://", "https://")):
        raise httpx.UnsupportedProtocol("the proxy is of an unknown kind")
    return proxy


def leads_inside(error: BaseException) -> bool:
    """Whether a request was not sent because its address is one of this network."""
    seen: BaseException | None = error
    while seen is not None:
        if isinstance(seen, InternalAddressError):
            return True
        inner = getattr(seen, "os_error", None)
        if isinstance(inner, InternalAddressError):
            return True
        seen = seen.__cause__ or seen.__context__
    return False


def exhausted(error: BaseException) -> str:
    """Which resource of this machine is used up, where that has caused an error; else empty."""
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
