"""What goes over the wire and no framework offers: dropped connections, event streams, and a
small client that asks 127.0.0.1 and nobody else.
"""

from __future__ import annotations

import asyncio
import json
import socket
import struct
from collections.abc import AsyncIterator, Mapping
from typing import Any
from urllib.parse import urlsplit

from msgspec import Struct
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.types import Receive, Scope, Send

LOCAL_HOST = "127.0.0.1"


def _transport_of(scope: Scope) -> asyncio.Transport:
    transport: asyncio.Transport = scope["state"]["protocol"].transport
    return transport


def drop_connection(scope: Scope, *, reset: bool = False) -> None:
    """Close the connection of a request now; with ``reset``, by RST and not by FIN."""
    transport = _transport_of(scope)
    sock = transport.get_extra_info("socket")
    if reset and sock is not None:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    transport.abort()


class Drop(Response):
    """No answer at all: the connection ends."""

    def __init__(self, *, reset: bool = False) -> None:
        super().__init__()
        self._reset = reset

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Drop the connection and wait until the server knows that it is gone."""
        drop_connection(scope, reset=self._reset)
        while (await receive())["type"] != "http.disconnect":
            pass


class Truncated(Response):
    """Half of another answer's body, under its full length, and then the end."""

    def __init__(self, whole: Response) -> None:
        super().__init__(status_code=whole.status_code)
        self._whole = whole

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send the half and drop the connection once it is out."""
        body = bytes(self._whole.body)
        start = {"type": "http.response.start", "status": self.status_code}
        await send({**start, "headers": self._whole.raw_headers})
        half = body[: len(body) // 2]
        await send({"type": "http.response.body", "body": half, "more_body": True})
        # An abort throws away what is not yet sent, so let the half go first.
        transport = _transport_of(scope)
        while transport.get_write_buffer_size() and not transport.is_closing():
            await asyncio.sleep(0.005)
        drop_connection(scope)


def event_stream(
    request: Request, events: AsyncIterator[str], drop_after: int | None = None
) -> Response:
    """An answer of server-sent events; with ``drop_after``, it breaks after so many events."""

    async def send_events() -> AsyncIterator[str]:
        sent = 0
        if drop_after is None or drop_after > 0:
            async for event in events:
                yield event
                sent += not event.startswith(":")
                if drop_after is not None and sent >= drop_after:
                    break
            else:
                return
        await asyncio.sleep(0.01)
        drop_connection(request.scope)

    headers = {"cache-control": "no-cache"}
    return StreamingResponse(send_events(), media_type="text/event-stream", headers=headers)


def write_event(data: object, name: str | None = None) -> str:
    """One event as text."""
    head = f"event: {name}\n" if name else ""
    return f"{head}data: {json.dumps(data, separators=(',', ':'))}\n\n"


class Reply(Struct, frozen=True):
    """What another server answered: status and body."""

    status: int
    body: bytes


class UnreachableError(Exception):
    """Another server did not answer, or not with something readable."""


async def ask_local(
    method: str,
    url: str,
    *,
    headers: Mapping[str, str] | None = None,
    body: bytes = b"",
    most: int = 1 << 20,
    patience: float = 10.0,
) -> Reply:
    """Ask a server on 127.0.0.1 and read at most ``most`` bytes and one of its body.

    HTTP/1.0, so that no answer comes in chunks; redirections are not followed. Raises
    ``UnreachableError``, also for any other host.
    """
    parts = urlsplit(url)
    if parts.hostname != LOCAL_HOST:
        raise UnreachableError(f"{parts.hostname} is not {LOCAL_HOST}")
    target = parts.path or "/"
    if parts.query:
        target += f"?{parts.query}"
    lines = [f"{method} {target} HTTP/1.0", f"Host: {parts.netloc}"]
    lines += [f"{name}: {value}" for name, value in (headers or {}).items()]
    lines += [f"Content-Length: {len(body)}", "", ""]
    try:
        async with asyncio.timeout(patience):
            reader, writer = await asyncio.open_connection(parts.hostname, parts.port or 80)
            try:
                writer.write("\r\n".join(lines).encode("latin-1") + body)
                await writer.drain()
                head = await reader.readuntil(b"\r\n\r\n")
                found = b""
                while len(found) <= most and (block := await reader.read(1 << 16)):
                    found += block
            finally:
                writer.close()
        return Reply(status=int(head.split(None, 2)[1]), body=found)
    except (
        OSError,
        TimeoutError,
        ValueError,
        IndexError,
        asyncio.IncompleteReadError,
        asyncio.LimitOverrunError,
    ) as error:
        raise UnreachableError(str(error) or type(error).__name__) from None


async def read_object(request: Request) -> dict[str, Any] | None:
    """The body of a request as a JSON object; None where it is no such thing.

    NaN, the infinities and halves of surrogate pairs are Python's idea of JSON and not JSON's.
    """
    raw = await request.body()
    try:
        body = json.loads(raw, parse_constant=_refuse_constant)
        if b"\\ud" in raw.lower():
            json.dumps(body, ensure_ascii=False).encode()
    except (ValueError, RecursionError):
        return None
    return body if isinstance(body, dict) else None


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is not JSON")


def read_form(body: bytes, content_type: str) -> dict[str, tuple[str, bytes]]:
    """The parts of a ``multipart/form-data`` body: by name, the type and the bytes."""
    _, _, rest = content_type.partition("boundary=")
    boundary = rest.partition(";")[0].strip().strip('"')
    if not boundary:
        return {}
    found: dict[str, tuple[str, bytes]] = {}
    for part in (b"\r\n" + body).split(b"\r\n--" + boundary.encode("latin-1"))[1:]:
        head, blank, data = part.partition(b"\r\n\r\n")
        if not blank:
            continue
        name, kind = "", "application/octet-stream"
        for line in head.decode("utf-8", "replace").splitlines():
            key, _, value = line.partition(":")
            if key.lower() == "content-disposition":
                _, _, named = value.partition(' name="')
                name = named.partition('"')[0]
            elif key.lower() == "content-type":
                kind = value.strip()
        found[name] = (kind, data)
    return found
