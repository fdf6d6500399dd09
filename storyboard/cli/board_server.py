"""The board on this machine: a page that follows the storyboard while it is written.

The server listens on the loopback address alone. It answers only who names it by that address,
and nobody whom the page of another site has sent: a name that leads here from elsewhere (DNS
rebinding) is refused by its ``Host``, a request of another page by its ``Origin``.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping
from pathlib import Path
from typing import NamedTuple

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import (
    FileResponse,
    HTMLResponse,
    PlainTextResponse,
    Response,
    StreamingResponse,
)
from starlette.routing import Route

from storyboard.errors import StoryboardError

HOST = "127.0.0.1"
_NAMES = (HOST, "localhost")
_Endpoint = Callable[[Request], Awaitable[Response]]
_LOOK_SECONDS = 0.4
_PULSE_SECONDS = 15.0
_HEADERS = {
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Resource-Policy": "same-origin",
}


class Written(NamedTuple):
    """A page, the texts and pictures that it is made from, and the records that are read for it.

    ``takes`` are the clips that the page plays, by their names.
    """

    page: str
    sources: tuple[Path, ...]
    records: tuple[Path, ...]
    takes: Mapping[str, Path]


class BoardServer:
    """Serves one page with the takes that it plays, and says when it has changed.

    ``make`` makes the page; what goes wrong in it is said with ``say``, and the page before it
    stays.
    """

    def __init__(self, make: Callable[[], Written], say: Callable[[str], None]) -> None:
        self._make = make
        self._say = say
        self._written = make()
        self._stamps = _stamps(self._files)
        self._version = 1
        self._changed = asyncio.Condition()

    def app(self, port: int) -> Starlette:
        """The application at a port."""
        hosts = frozenset(f"{name}:{port}" for name in _NAMES)

        def guarded(answer: Callable[[Request], Response]) -> _Endpoint:
            async def respond(request: Request) -> Response:
                origin = request.headers.get("origin")
                if request.headers.get("host") not in hosts:
                    return PlainTextResponse("not this host\n", 421)
                if origin is not None and origin.removeprefix("http://") not in hosts:
                    return PlainTextResponse("not from this page\n", 403)
                return answer(request)

            return respond

        return Starlette(
            routes=[
                Route("/", guarded(self._page)),
                Route("/events", guarded(self._events)),
                Route("/takes/{name}", guarded(self._take)),
            ],
            lifespan=self._lifespan,
        )

    def serve(self, port: int) -> None:
        """Serve until an interrupt; port 0 takes a free one. The address is said first."""
        with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as listener:
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listener.bind((HOST, port))
            # Who is told the address may ask at once, and waits until the server is up.
            listener.listen()
            port = listener.getsockname()[1]
            config = uvicorn.Config(
                self.app(port), log_config=None, access_log=False, timeout_graceful_shutdown=1
            )
            self._say(f"http://{HOST}:{port}/")
            with contextlib.suppress(KeyboardInterrupt):
                uvicorn.Server(config).run(sockets=[listener])

    def _page(self, _request: Request) -> Response:
        return HTMLResponse(self._written.page, headers=_HEADERS)

    def _take(self, request: Request) -> Response:
        """A take of the page, or the range of its bytes that is asked for; no other file."""
        file = self._written.takes.get(request.path_params["name"])
        if file is None or file.is_symlink() or not file.is_file():
            return PlainTextResponse("no take of this page\n", 404)
        return FileResponse(file, media_type="video/mp4", headers=_HEADERS)

    def _events(self, _request: Request) -> Response:
        return StreamingResponse(self._stream(), media_type="text/event-stream", headers=_HEADERS)

    async def _stream(self) -> AsyncIterator[str]:
        seen = self._version
        yield "retry: 500\n\n"
        while True:
            try:
                async with asyncio.timeout(_PULSE_SECONDS), self._changed:
                    while self._version == seen:
                        await self._changed.wait()
            except TimeoutError:
                yield ": still here\n\n"
                continue
            seen = self._version
            yield f"data: {seen}\n\n"

    @contextlib.asynccontextmanager
    async def _lifespan(self, _app: Starlette) -> AsyncIterator[None]:
        watch = asyncio.create_task(self._watch())
        try:
            yield
        finally:
            watch.cancel()

    @property
    def _files(self) -> tuple[Path, ...]:
        return (*self._written.sources, *self._written.records)

    async def _watch(self) -> None:
        while True:
            await asyncio.sleep(_LOOK_SECONDS)
            stamps = _stamps(self._files)
            if stamps == self._stamps:
                continue
            try:
                self._written = await asyncio.to_thread(self._make)
            except (StoryboardError, OSError) as error:
                self._say(f"error: {error}")
                self._stamps = stamps
                continue
            # Reading a record may touch it, which is no change; a text that was saved meanwhile is.
            self._stamps = _stamps(self._files) | {
                file: stamps[file] for file in self._written.sources if file in stamps
            }
            async with self._changed:
                self._version += 1
                self._changed.notify_all()


def _stamps(files: Iterable[Path]) -> dict[Path, tuple[int, int] | None]:
    found: dict[Path, tuple[int, int] | None] = {}
    for file in files:
        try:
            state = file.stat()
        except OSError:
            found[file] = None
        else:
            found[file] = (state.st_mtime_ns, state.st_size)
    return found
