"""The Oxen host, hub.oxen.ai, under ``/oxen``.

Enqueueing checks the model, the number of generations and the credits; whatever else is wrong
with a body shows later, as a generation that ``failed`` with an ``error_message``.
"""

from __future__ import annotations

import asyncio
import base64
import time
from collections.abc import AsyncIterator
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from storyboard.simulator.histories import HistoryView
from storyboard.simulator.job import Job
from storyboard.simulator.oxen.endpoints import ENDPOINTS
from storyboard.simulator.oxen.models import describe_model
from storyboard.simulator.oxen.refusals import OxenRefusals
from storyboard.simulator.service import RequestFaults, Service, expired_link, serve_bytes
from storyboard.simulator.transport import event_stream, read_form, read_object, write_event

_MAX_GENERATIONS = 4
RESULTS = "/oxen/results/"
"""The beginning of the path of every clip, whose link must carry a signature."""
_PUBLIC_STATUS = {"running": "processing"}


class OxenRoutes:
    """The routes of Oxen."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self._endpoints = service.dialects["oxen"].endpoints
        self._refusals = OxenRefusals()
        self._listeners: set[asyncio.Queue[str]] = set()
        service.worker.on_end.append(self._announce)

    def routes(self) -> list[Route]:
        """Every route."""
        ai = "/oxen/api/ai"
        file = "/oxen/api/repos/{namespace}/{repo}/file/{branch}/{path:path}"
        return [
            Route(f"{ai}/queue", self.enqueue, methods=["POST"]),
            Route(f"{ai}/queue", self.queue, methods=["GET"]),
            Route(f"{ai}/queue/{{id}}", self.status, methods=["GET"]),
            Route(f"{ai}/queue/{{id}}", self.cancel, methods=["DELETE"]),
            Route(f"{ai}/generations", self.generations, methods=["GET"]),
            Route(f"{ai}/generations/{{id}}", self.generation, methods=["GET"]),
            Route(f"{ai}/models", self.models, methods=["GET"]),
            Route(f"{ai}/models/{{id}}", self.model, methods=["GET"]),
            Route(f"{ai}/videos/generate", self.generate, methods=["POST"]),
            Route("/oxen/api/events", self.events, methods=["GET"]),
            Route(file, self.upload, methods=["PUT"]),
            Route(file, self.file, methods=["GET", "HEAD"]),
            Route("/oxen/results/{id}.mp4", self.clip, methods=["GET", "HEAD"]),
        ]

    # -- orders -----------------------------------------------------------------------------------

    async def enqueue(self, request: Request) -> Response:
        """Take an order for one to four generations."""

        async def work(asked: RequestFaults) -> Response:
            found = await self._accept(request, asked, takes=True)
            if isinstance(found, Response):
                return found
            rows = [{"generation_id": job.id, "status": "queued"} for job in found]
            return JSONResponse({"generations": rows})

        return await self._service.answer(request, "submit", self._refusals, work)

    async def generate(self, request: Request) -> Response:
        """Take an order and answer when its clip is there."""

        async def work(asked: RequestFaults) -> Response:
            found = await self._accept(request, asked, takes=False)
            if isinstance(found, Response):
                return found
            job = found[0]
            await self._service.worker.over(job)
            if job.state != "succeeded":
                message = _message_of(job) or "The generation was cancelled"
                return JSONResponse({"error": {"message": message}}, 400)
            video = await self._inline(job) or {"url": self._link(job)}
            created = int(job.accepted_at)
            return JSONResponse({"created": created, "model": job.endpoint.id, "videos": [video]})

        return await self._service.answer(request, "submit", self._refusals, work)

    async def _accept(
        self, request: Request, asked: RequestFaults, *, takes: bool
    ) -> list[Job] | Response:
        denied = self._service.deny(request, self._refusals)
        if denied is not None:
            return denied
        body = await read_object(request)
        if body is None:
            return self._refusals.refuse(400, "The body is not a JSON object")
        name = body.get("model")
        if not isinstance(name, str) or name not in self._endpoints:
            said = f"Model '{name}' not found" if name else "model is required"
            return self._refusals.refuse(404 if name else 400, said)
        wanted = body.get("num_generations", 1) if takes else 1
        if isinstance(wanted, bool) or wanted not in range(1, _MAX_GENERATIONS + 1):
            return self._refusals.refuse(400, "num_generations must be an integer between 1 and 4")
        if body.get("response_format", "url") not in ("url", "b64_json"):
            return self._refusals.refuse(400, "response_format must be 'url' or 'b64_json'")
        return self._service.worker.accept(
            "oxen",
            self._endpoints[name],
            body,
            takes=int(wanted),
            label=self._service.read_label(request),
            numbers=self._service.read_takes(request),
            trouble=asked.trouble,
            faults=asked.later,
            namespace=str(body.get("target_namespace") or "simulated"),
        )

    async def queue(self, request: Request) -> Response:
        """The generations that are active, or those of a status."""

        async def work(asked: RequestFaults) -> Response:
            denied = self._service.deny(request, self._refusals)
            if denied is not None:
                return denied
            wanted = request.query_params.get("status")
            view = HistoryView(asked, self._service.options.history_lag)
            rows = [
                self._row(job, view)
                for job in self._listed(request, view)
                if (not job.is_over if wanted is None else _status_of(job) == wanted)
            ]
            return JSONResponse({"count": len(rows), "generations": rows})

        return await self._service.answer(request, "history", self._refusals, work)

    async def status(self, request: Request) -> Response:
        """Where a generation is."""
        job = self._find(request)

        async def work(_: RequestFaults) -> Response:
            if job is None or self._service.deny(request, self._refusals) is not None:
                return self._service.deny(request, self._refusals) or self._unknown()
            # Where a row has its clip is not documented; where an answer has it, is.
            return JSONResponse({**self._row(job), **await self._inline(job)})

        return await self._service.answer(request, "status", self._refusals, work, job)

    async def _inline(self, job: Job) -> dict[str, str]:
        """The clip itself, where that was asked for and it is there."""
        if not _is_inline(job) or job.state != "succeeded":
            return {}
        return {"b64_json": base64.b64encode(await self._service.worker.clip(job)).decode()}

    async def cancel(self, request: Request) -> Response:
        """End a generation."""
        job = self._find(request)

        async def work(_: RequestFaults) -> Response:
            if job is None or self._service.deny(request, self._refusals) is not None:
                return self._service.deny(request, self._refusals) or self._unknown()
            if not self._service.worker.cancel(job):
                return self._refusals.refuse(400, f"Generation is already {_status_of(job)}")
            return JSONResponse({"generation_id": job.id, "status": "cancelled"})

        return await self._service.answer(request, "cancel", self._refusals, work, job)

    def _row(self, job: Job, view: HistoryView | None = None) -> dict[str, Any]:
        return {
            "generation_id": job.id,
            "model_name": job.endpoint.id,
            "prompt": _prompt_of(job) if view is None else view.prompt(_prompt_of(job)),
            "media_type": "video",
            "status": _status_of(job),
            "result_url": None if job.state != "succeeded" or _is_inline(job) else self._link(job),
            "error_message": _message_of(job),
            "enqueued_at": int(job.accepted_at),
            "started_at": None if job.started_at is None else int(job.started_at),
            "completed_at": None if job.ended_at is None else int(job.ended_at),
        }

    def _link(self, job: Job) -> str:
        return self._service.sign(f"/oxen/results/{job.id}.mp4")

    # -- generations ------------------------------------------------------------------------------

    async def generations(self, request: Request) -> Response:
        """Every generation with its cost, newest first, a page at a time."""

        async def work(asked: RequestFaults) -> Response:
            denied = self._service.deny(request, self._refusals)
            if denied is not None:
                return denied
            query = request.query_params
            try:
                page = max(1, int(query.get("page", "1")))
                size = min(1000, max(1, int(query.get("page_size", "50"))))
            except ValueError:
                return self._refusals.refuse(400, "page and page_size must be integers")
            view = HistoryView(asked, self._service.options.history_lag)
            size = view.page(size)
            jobs = self._listed(request, view)[::-1]
            shown = jobs[(page - 1) * size : page * size]
            rows = [self._detail(job, view) for job in shown]
            strange = "Somebody else's street."
            listed = view.with_others(rows, "generation_id", prompt=strange)
            return JSONResponse(
                {
                    "count": len(listed),
                    "generations": listed,
                    "page_number": page,
                    "page_size": size,
                    "total_entries": len(jobs),
                    "total_pages": -(-len(jobs) // size),
                }
            )

        return await self._service.answer(request, "history", self._refusals, work)

    async def generation(self, request: Request) -> Response:
        """One generation with its cost."""
        job = self._find(request)

        async def work(_: RequestFaults) -> Response:
            if job is None or self._service.deny(request, self._refusals) is not None:
                return self._service.deny(request, self._refusals) or self._unknown()
            return JSONResponse({"generation": self._detail(job), "status": "success"})

        return await self._service.answer(request, "history", self._refusals, work, job)

    def _detail(self, job: Job, view: HistoryView | None = None) -> dict[str, Any]:
        amount = job.amount if job.is_over else None
        return {
            **self._row(job, view),
            "cost": None if amount is None else f"{amount:f}",
            "namespace": job.namespace,
        }

    # -- models -----------------------------------------------------------------------------------

    async def models(self, request: Request) -> Response:
        """All models."""

        async def work(_: RequestFaults) -> Response:
            denied = self._service.deny(request, self._refusals)
            if denied is not None:
                return denied
            return JSONResponse(
                {"object": "list", "data": [describe_model(model) for model in ENDPOINTS.values()]}
            )

        return await self._service.answer(request, "history", self._refusals, work)

    async def model(self, request: Request) -> Response:
        """One model, with the schema of its body and its price."""

        async def work(_: RequestFaults) -> Response:
            denied = self._service.deny(request, self._refusals)
            if denied is not None:
                return denied
            model = ENDPOINTS.get(request.path_params["id"])
            if model is None:
                return self._refusals.refuse(404, "Model not found")
            return JSONResponse(describe_model(model))

        return await self._service.answer(request, "history", self._refusals, work)

    # -- events -----------------------------------------------------------------------------------

    async def events(self, request: Request) -> Response:
        """A stream of what ends from now on; nothing is said again."""

        async def work(asked: RequestFaults) -> Response:
            denied = self._service.deny(request, self._refusals)
            if denied is not None:
                return denied
            drops = asked.fault("sse-drops")
            after = None if drops is None else int(drops.number(0))
            # Heard from now on, and not only once the stream is first read.
            queue: asyncio.Queue[str] = asyncio.Queue()
            self._listeners.add(queue)
            return event_stream(request, self._listen(queue), after)

        return await self._service.answer(request, "events", self._refusals, work)

    async def _listen(self, queue: asyncio.Queue[str]) -> AsyncIterator[str]:
        try:
            yield ": connected\n\n"
            while True:
                try:
                    async with asyncio.timeout(self._service.options.keep_alive):
                        event = await queue.get()
                except TimeoutError:
                    event = ": keep-alive\n\n"
                yield event
        finally:
            self._listeners.discard(queue)

    def _announce(self, job: Job) -> None:
        if job.host != "oxen" or job.state == "cancelled":
            return
        data = {
            "generation_id": job.id,
            "status": job.state,
            "media_type": "video",
            "model": job.endpoint.id,
        }
        if job.state == "succeeded":
            data |= {} if _is_inline(job) else {"url": self._link(job)}
        else:
            data["error"] = _message_of(job) or ""
        event = write_event(data, "media_generation_completed")
        for queue in self._listeners:
            queue.put_nowait(event)

    # -- files ------------------------------------------------------------------------------------

    async def upload(self, request: Request) -> Response:
        """Take a file into a repository."""

        async def work(_: RequestFaults) -> Response:
            denied = self._service.deny(request, self._refusals)
            if denied is not None:
                return denied
            kind = request.headers.get("content-type", "")
            part = read_form(await request.body(), kind).get("file")
            if part is None:
                return self._refusals.refuse(400, "multipart field 'file' is required")
            self._service.keep(request.scope["path"], *part)
            return JSONResponse(
                {
                    "status": "success",
                    "status_message": "resource_created",
                    "commit": {"id": f"{time.time_ns():x}", "message": "upload"},
                }
            )

        return await self._service.answer(request, "upload", self._refusals, work)

    async def file(self, request: Request) -> Response:
        """A file of a repository; the repositories here are public."""

        async def work(_: RequestFaults) -> Response:
            found = self._service.state_file.read_upload(request.scope["path"])
            if found is None:
                return self._unknown()
            return serve_bytes(request, found[1], found[0])

        return await self._service.answer(request, "download", self._refusals, work)

    async def clip(self, request: Request) -> Response:
        """A clip, at a link that carries its own permission."""
        job = self._find(request)

        async def work(_: RequestFaults) -> Response:
            if job is None or job.state != "succeeded":
                return self._unknown()
            if not self._service.is_signed(request.scope["path"], request.url.query):
                return expired_link()
            return await self._service.serve_clip(request, job)

        return await self._service.answer(request, "download", self._refusals, work, job)

    # -- who asks ---------------------------------------------------------------------------------

    def _listed(self, request: Request, view: HistoryView) -> list[Job]:
        """What a history shows of the namespace that a query names; of all where it names none."""
        name = request.query_params.get("namespace")
        jobs = view.jobs(self._service.worker.of_host("oxen"))
        return [job for job in jobs if name is None or job.namespace == name]

    def _find(self, request: Request) -> Job | None:
        job = self._service.worker.jobs.get(request.path_params["id"])
        return job if job is not None and job.host == "oxen" else None

    def _unknown(self) -> Response:
        return self._refusals.refuse(404)


def _is_inline(job: Job) -> bool:
    return job.body.get("response_format") == "b64_json"


def _status_of(job: Job) -> str:
    return _PUBLIC_STATUS.get(job.state, job.state)


def _message_of(job: Job) -> str | None:
    return job.breaches[0].msg if job.state == "failed" and job.breaches else None


def _prompt_of(job: Job) -> str | None:
    prompt = job.body.get("prompt")
    if isinstance(prompt, str):
        return prompt
    shots = job.order.shots if job.order is not None else ()
    return "\n".join(shot.prompt for shot in shots) or None
