"""Starting and stopping a simulator: in a thread for tests and runs, or until it is stopped.

The server is uvicorn's HTTP protocol on a listener of our own, so that a connection can be
reset, the listener can go away for a while, and a stop is immediate.
"""

from __future__ import annotations

import asyncio
import contextlib
import signal
import socket
import threading
from collections.abc import Callable, Coroutine, Iterator
from email.utils import formatdate
from importlib.util import find_spec
from types import TracebackType
from typing import Any, Self, TypeVar, Unpack
from urllib.parse import urlsplit

import uvicorn
from starlette.applications import Starlette
from uvicorn.server import ServerState

from storyboard.simulator.app import build_app
from storyboard.simulator.clip_render import ClipRenderer
from storyboard.simulator.console import write_bill
from storyboard.simulator.dialects import load_dialects
from storyboard.simulator.options import OptionValues, SimulatorOptions
from storyboard.simulator.service import Service
from storyboard.simulator.state_file import StateFile

_T = TypeVar("_T")

#: Longer than any client waits between two polls, so that no poll meets a closing connection.
_KEEP_ALIVE_SECONDS = 300
_BACKLOG = 2048


class SocketListener:
    """Accepts connections for an application at one address."""

    def __init__(self, host: str, port: int) -> None:
        self._host = host
        self._socket = _bind(host, port)
        self.port: int = self._socket.getsockname()[1]
        self._server: asyncio.Server | None = None
        self._state = ServerState()
        self._config: uvicorn.Config | None = None
        self._return: asyncio.TimerHandle | None = None
        self._opening: asyncio.Task[None] | None = None
        self._clock: asyncio.TimerHandle | None = None

    async def open(self, app: Starlette) -> None:
        """Begin to accept."""
        self._config = uvicorn.Config(
            app,
            http="httptools" if find_spec("httptools") is not None else "h11",
            lifespan="off",
            ws="none",
            log_config=None,
            log_level="critical",
            access_log=False,
            timeout_keep_alive=_KEEP_ALIVE_SECONDS,
        )
        self._config.load()
        self._tell_time()
        await self._listen()

    def _tell_time(self) -> None:
        """Date the answers, as every server does, from now on."""
        date = formatdate(usegmt=True).encode("ascii")
        self._state.default_headers = [(b"date", date)]
        self._clock = asyncio.get_running_loop().call_later(1.0, self._tell_time)

    async def _listen(self) -> None:
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(
            self._make_protocol, sock=self._socket, backlog=_BACKLOG
        )

    def _make_protocol(self) -> asyncio.Protocol:
        # uvicorn copies this state into the scope of each request of the connection.
        state: dict[str, Any] = {}
        kind: Any = self._config.http_protocol_class if self._config else None
        protocol: asyncio.Protocol = kind(
            config=self._config,
            server_state=self._state,
            app_state=state,
            _loop=asyncio.get_running_loop(),
        )
        state["protocol"] = protocol
        return protocol

    def go_offline(self, seconds: float) -> None:
        """Refuse every connection for a while; those that are idle end as well."""
        if self._return is not None or self._server is None:
            return
        self._server.close()
        connections: list[Any] = list(self._state.connections)
        for connection in connections:
            if connection.cycle is None or connection.cycle.response_complete:
                connection.transport.abort()
        self._return = asyncio.get_running_loop().call_later(seconds, self._come_back)

    def _come_back(self) -> None:
        self._return = None
        self._socket = _bind(self._host, self.port)
        self._opening = asyncio.get_running_loop().create_task(self._listen())

    async def close(self) -> None:
        """Stop accepting, and end every connection and every answer at once."""
        for timer in (self._return, self._clock):
            if timer is not None:
                timer.cancel()
        if self._server is not None:
            self._server.close()
        self._socket.close()
        tasks = list(self._state.tasks)
        for connection in list(self._state.connections):
            connection.transport.abort()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def _bind(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # asyncio sends without delay only where the protocol is named, and a delay is 40 ms.
    found = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        found.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        found.bind((host, port))
    except OSError:
        found.close()
        raise
    found.setblocking(False)
    return found


def _url_of(host: str, port: int) -> str:
    # What listens everywhere is reached here.
    name = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(host)  # noqa: S104
    name = name or (f"[{host}]" if ":" in host else host)
    return f"http://{name}:{port}"


def _open_listener(options: SimulatorOptions, state_file: StateFile) -> SocketListener:
    """Bind the port that is asked for; for port 0 the last one, so that old links stay good."""
    before = None if options.port else next(reversed(state_file.read_addresses()), None)
    if before is not None:
        with contextlib.suppress(OSError):  # it is another's by now
            return SocketListener(options.host, urlsplit(before).port or 0)
    return SocketListener(options.host, options.port)


async def _run(
    options: SimulatorOptions,
    renderer: ClipRenderer,
    stop: asyncio.Event,
    ready: Callable[[Service], None],
) -> None:
    """Serve until stopped; ``ready`` is called with the service once connections are accepted."""
    with contextlib.closing(StateFile(options.state)) as state_file:
        await _serve(options, renderer, state_file, stop, ready)


async def _serve(
    options: SimulatorOptions,
    renderer: ClipRenderer,
    state_file: StateFile,
    stop: asyncio.Event,
    ready: Callable[[Service], None],
) -> None:
    listener = _open_listener(options, state_file)
    service = None
    try:
        url = _url_of(options.host, listener.port)
        service = Service(
            options=options,
            url=url,
            go_offline=listener.go_offline,
            state_file=state_file,
            renderer=renderer,
            dialects=load_dialects(options.own),
        )
        app = build_app(service)
        service.restore()
        await listener.open(app)
        ready(service)
        await stop.wait()
    finally:
        await listener.close()
        if service is not None:
            service.close()


class Simulator:
    """A simulator in a thread of this process: ``with Simulator() as sim: sim.url``.

    Takes the fields of ``SimulatorOptions`` as keyword arguments. Raises ``ValueError`` for a
    setting that makes no sense, ``StateError``, which is one, for a state file that cannot be used,
    and ``OSError`` where the port is not free.
    """

    def __init__(self, **values: Unpack[OptionValues]) -> None:
        self.options = SimulatorOptions(**values)
        self._thread: threading.Thread | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._stop: asyncio.Event | None = None
        self._service: Service | None = None
        self._error: BaseException | None = None

    @property
    def url(self) -> str:
        """The address of the simulator, without a slash at its end."""
        return self._running.url

    def start(self) -> Self:
        """Start, and return when connections are accepted."""
        started = threading.Event()
        self._error = None
        self._thread = threading.Thread(
            target=self._main, args=(started,), name="storyboard-simulator", daemon=True
        )
        self._thread.start()
        started.wait()
        if self._error is not None:
            self._thread.join()
            raise self._error
        return self

    def stop(self) -> None:
        """Stop at once; what was running is lost, unless a state file keeps it."""
        if self._loop is not None and self._stop is not None and self._thread is not None:
            with contextlib.suppress(RuntimeError):  # it has ended by itself
                self._loop.call_soon_threadsafe(self._stop.set)
            self._thread.join()
        self._service = None

    def bill(self) -> dict[str, Any]:
        """What ``GET /simulator/bill`` answers, without the counts of requests."""

        async def read() -> dict[str, Any]:
            return write_bill(self._running.worker.jobs.values())

        return self._call(read())

    def arm(self, *specs: str) -> None:
        """Let faults happen at the next requests that reach their points."""

        async def arm() -> None:
            for spec in specs:
                self._running.board.arm(spec)

        self._call(arm())

    def reset(self) -> None:
        """Forget jobs, files, bill and armed faults; ``StateError`` where that cannot be kept."""

        async def reset() -> None:
            self._running.reset()

        self._call(reset())

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    @property
    def _running(self) -> Service:
        if self._service is None:
            raise RuntimeError("the simulator is not running")
        return self._service

    def _call(self, work: Coroutine[Any, Any, _T]) -> _T:
        if self._loop is None or self._service is None:
            work.close()
            raise RuntimeError("the simulator is not running")
        return asyncio.run_coroutine_threadsafe(work, self._loop).result()

    def _main(self, started: threading.Event) -> None:
        def ready(service: Service) -> None:
            self._service = service
            started.set()

        async def run() -> None:
            self._loop = asyncio.get_running_loop()
            self._stop = asyncio.Event()
            await _run(self.options, renderer, self._stop, ready)

        renderer = ClipRenderer(self.options.clips, self.options.scale)
        try:
            asyncio.run(run())
        except BaseException as error:  # noqa: BLE001 - handed to the thread that waits
            self._error = error
        finally:
            renderer.close()
            started.set()


def serve(on_ready: Callable[[str], None] | None = None, **values: Unpack[OptionValues]) -> None:
    """Serve in the main thread until SIGINT or SIGTERM; ``on_ready`` is given the URL.

    Raises what ``Simulator`` raises. Returns after an interrupt, without ``KeyboardInterrupt``.
    """
    options = SimulatorOptions(**values)

    def ready(service: Service) -> None:
        if on_ready is not None:
            on_ready(service.url)

    async def run() -> None:
        stop = asyncio.Event()
        with _stopped_by_signals(stop):
            await _run(options, renderer, stop, ready)

    renderer = ClipRenderer(options.clips, options.scale)
    try:
        asyncio.run(run())
    except KeyboardInterrupt:
        return  # where loops take no signal handlers
    finally:
        renderer.close()


@contextlib.contextmanager
def _stopped_by_signals(stop: asyncio.Event) -> Iterator[None]:
    loop = asyncio.get_running_loop()
    numbers = (signal.SIGINT, signal.SIGTERM)
    with contextlib.suppress(NotImplementedError):  # Windows, where an interrupt is an exception
        for number in numbers:
            loop.add_signal_handler(number, stop.set)
    try:
        yield
    finally:
        # Where none was set there is none to remove, and no platform says more than that.
        with contextlib.suppress(NotImplementedError):
            for number in numbers:
                loop.remove_signal_handler(number)
