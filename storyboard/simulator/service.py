"""What the routes of all hosts share: options, jobs, files, faults, and how they answer."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from urllib.parse import parse_qs, quote, unquote, urlsplit

from msgspec import Struct
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response

from storyboard.simulator.clip_render import ClipRenderer
from storyboard.simulator.dialect import Dialect
from storyboard.simulator.faults import HEADER, Armed, Fault, FaultBoard, FaultError, parse_faults
from storyboard.simulator.job import Job
from storyboard.simulator.options import SimulatorOptions, StateError
from storyboard.simulator.refusals import Refusals
from storyboard.simulator.state_file import StateFile
from storyboard.simulator.test_pictures import ClipLabel
from storyboard.simulator.transport import Drop, Truncated
from storyboard.simulator.worker import Worker

_PAGE = "<!doctype html><title>502</title><h1>Bad gateway</h1>"
SCENE_HEADER = "x-simulate-scene"
SHOTS_HEADER = "x-simulate-shots"
TAKES_HEADER = "x-simulate-takes"
NAMES_HEADER = "x-simulate-names"


class RequestFaults(Struct, frozen=True):
    """What goes wrong with a request now, and what waits for a later point."""

    now: tuple[Fault, ...]
    later: tuple[Armed, ...]

    def fault(self, name: str) -> Fault | None:
        """The fault of this name, where it happens now."""
        return next((fault for fault in self.now if fault.name == name), None)

    @property
    def trouble(self) -> Fault | None:
        """What becomes of the job of this submit, where a fault says so."""
        return next((fault for fault in self.now if fault.is_of_job), None)


Work = Callable[[RequestFaults], Awaitable[Response]]


class Service:
    """One running simulator, as its routes see it.

    ``url`` is its address, without a slash at its end. ``go_offline`` is called with the seconds
    for which connections are refused.
    """

    def __init__(
        self,
        *,
        options: SimulatorOptions,
        url: str,
        go_offline: Callable[[float], None],
        state_file: StateFile,
        renderer: ClipRenderer,
        dialects: Mapping[str, Dialect],
    ) -> None:
        self.options = options
        self.url = url
        self.go_offline = go_offline
        self.state_file = state_file
        self.renderer = renderer
        self.dialects = dialects
        self.board = FaultBoard(lasting=options.faults, seed=options.seed)
        self.worker = Worker(options, renderer, state_file, self.read_own, dialects)
        self.counts: dict[str, int] = {}
        self._addresses: set[str] = set()

    def restore(self) -> None:
        """Go on from the state file, of which this is the last address from now on."""
        self._addresses.update(self.state_file.read_addresses())
        self.state_file.keep_address(self.url)
        self.worker.restore()

    def reset(self) -> None:
        """Be as new, apart from the faults that the options keep in force.

        Raises ``StateError``, and forgets nothing, where the state file cannot be written.
        """
        self.state_file.clear()
        self.worker.reset()
        self.board.reset()
        self.counts.clear()

    def close(self) -> None:
        """Stop all work; the state file is for its owner to close."""
        self.worker.close()

    # -- files ----------------------------------------------------------------------------------

    def keep(self, path: str, kind: str, data: bytes) -> str:
        """Keep an uploaded file under a path of this server, not quoted; gives its URL."""
        self.state_file.keep_upload(path, kind, data)
        return self.url + quote(path)

    async def read_own(self, url: str) -> bytes | None:
        """The bytes behind a link of this server; None for a link of any other.

        A link of ours that leads to nothing gives no bytes at all. A link with an address of
        before a restart is ours only where it leads to something: the port may be another's now.
        """
        is_now = url.startswith(f"{self.url}/")
        parts = urlsplit(url)
        if not is_now and f"{parts.scheme}://{parts.netloc}" not in self._addresses:
            return None
        data = await self._find_own(unquote(parts.path), parts.query)
        return data if data is not None or not is_now else b""

    async def _find_own(self, path: str, query: str) -> bytes | None:
        is_private = any(one.is_private(path) for one in self.dialects.values())
        if is_private and not self.is_signed(path, query):
            return None
        found = self.state_file.read_upload(path)
        if found is not None:
            return found[1]
        job = self.worker.jobs.get(
            path.rpartition("/")[2].partition(".")[0].removesuffix("_output")
        )
        return await self.worker.clip(job) if job and job.state == "succeeded" else None

    def sign(self, path: str) -> str:
        """A link to a path, not quoted, that carries its own permission, as presigned ones do."""
        until = int(time.time() + (self.options.link_seconds or 7 * 86400))
        signature = self._signature(path, until)
        return f"{self.url}{quote(path)}?X-Expires={until}&X-Signature={signature}"

    def is_signed(self, path: str, query: str) -> bool:
        """Whether the query of a link permits this path now."""
        values = parse_qs(query)
        try:
            until = int(values["X-Expires"][0])
            signature = values["X-Signature"][0]
        except (KeyError, ValueError):
            return False
        is_ours = hmac.compare_digest(signature.encode(), self._signature(path, until).encode())
        return is_ours and until >= time.time()

    def _signature(self, path: str, until: int) -> str:
        secret = f"{self.options.seed}:{self.options.key}".encode()
        return hmac.new(secret, f"{path}:{until}".encode(), hashlib.sha256).hexdigest()

    def is_expired(self, job: Job) -> bool:
        """Whether the link to a clip is older than ``link_seconds``."""
        lives = self.options.link_seconds
        return lives is not None and job.ended_at is not None and time.time() > job.ended_at + lives

    # -- answers --------------------------------------------------------------------------------

    def deny(self, request: Request, refusals: Refusals) -> Response | None:
        """The refusal of a request without the right key; None where it may go on."""
        return refusals.deny(request, self.options.key)

    async def answer(
        self, request: Request, point: str, refusals: Refusals, work: Work, job: Job | None = None
    ) -> Response:
        """Do the work of a request and answer, with the faults that are due at this point."""
        self.counts[point] = self.counts.get(point, 0) + 1
        try:
            armed = parse_faults(request.headers.get(HEADER, ""))
        except FaultError as error:
            return _misuse(str(error))
        later = tuple(waiting for waiting in armed if waiting.fault.point != point)
        if later and point != "submit":
            where = later[0].fault.point
            return _misuse(f'"{later[0].fault.name}" happens at "{where}", this is "{point}"')
        now = self.board.draw(point, armed, job.faults if job else ())
        for fault in now:
            if fault.name == "slow":
                await asyncio.sleep(fault.number(2))
        before = self._fail_before(now, refusals)
        if before is not None:
            return before
        try:
            response = await work(RequestFaults(now, later))
            self.state_file.flush()
        except StateError as error:
            return refusals.refuse(503, str(error))
        return _fail_after(now, refusals, response)

    def _fail_before(self, now: Sequence[Fault], refusals: Refusals) -> Response | None:
        for fault in now:
            if fault.name == "offline":
                self.go_offline(fault.number(1))
            if fault.name in ("refused", "offline"):
                return Drop(reset=True)
            if fault.name == "exhausted" and not fault.is_of_job:
                return refusals.refuse_unpaid()
            if fault.name == "expired":
                return expired_link()
            if _is_status(fault) and not fault.is_after:
                return _refuse(fault, refusals)
        return None

    @staticmethod
    def read_label(request: Request) -> ClipLabel:
        """What the clips of a request are to be called on screen; the headers are quoted."""
        shots = request.headers.get(SHOTS_HEADER, "")
        named = [one.split("=", 1) for one in request.headers.get(NAMES_HEADER, "").split(",")]
        return ClipLabel(
            scene=unquote(request.headers.get(SCENE_HEADER, "")),
            shots=tuple(unquote(name.strip()) for name in shots.split(",")) if shots else (),
            names=tuple((unquote(one[0].strip()), unquote(one[1])) for one in named if one[1:]),
        )

    @staticmethod
    def read_takes(request: Request) -> tuple[int, ...]:
        """The take numbers that the clips of a request have on screen; none where none is said."""
        said = request.headers.get(TAKES_HEADER, "").split(",")
        return tuple(int(one) for one in said if one.isdecimal() and len(one) < 10)

    async def serve_clip(self, request: Request, job: Job) -> Response:
        """The bytes of a clip, whole or the range that was asked for."""
        return serve_bytes(request, await self.worker.clip(job), "video/mp4")


def serve_bytes(request: Request, data: bytes, kind: str) -> Response:
    """A file; a single range of bytes is honoured, so that downloads can be resumed."""
    headers = {"accept-ranges": "bytes", "etag": f'"{hashlib.sha256(data).hexdigest()[:32]}"'}
    asked = request.headers.get("range", "")
    if not asked.startswith("bytes=") or "," in asked:
        return Response(data, media_type=kind, headers=headers)
    first, _, last = asked.removeprefix("bytes=").partition("-")
    try:
        start = int(first) if first else max(0, len(data) - int(last))
        end = min(int(last), len(data) - 1) if first and last else len(data) - 1
    except ValueError:
        return Response(data, media_type=kind, headers=headers)
    if not 0 <= start <= end:
        return Response(status_code=416, headers={"content-range": f"bytes */{len(data)}"})
    headers["content-range"] = f"bytes {start}-{end}/{len(data)}"
    return Response(data[start : end + 1], 206, media_type=kind, headers=headers)


def expired_link() -> Response:
    """The answer of a store of files to a link that is no longer valid."""
    body = "<?xml version='1.0'?><Error><Code>AccessDenied</Code></Error>"
    return Response(body, 403, media_type="application/xml")


def _misuse(text: str) -> Response:
    return JSONResponse({"simulator": text}, 400)


def _is_status(fault: Fault) -> bool:
    return fault.name in ("429", "500", "502", "503", "504")


def _refuse(fault: Fault, refusals: Refusals) -> Response:
    response = refusals.refuse(int(fault.name))
    if fault.name == "429":
        response.headers["retry-after"] = f"{fault.number(1):g}"
    return response


def _fail_after(now: Sequence[Fault], refusals: Refusals, response: Response) -> Response:
    for fault in now:
        if fault.name == "lost":
            return Drop()
        if fault.name == "html":
            return HTMLResponse(_PAGE)
        if fault.name == "truncated":
            if fault.argument == "quiet":
                half = bytes(response.body)[: len(response.body) // 2]
                return Response(half, media_type=response.media_type)
            return Truncated(response)
        if _is_status(fault) and fault.is_after:
            return _refuse(fault, refusals)
    return response
