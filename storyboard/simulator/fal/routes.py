"""The fal hosts: queue.fal.run, rest.fal.ai, api.fal.ai and v3.fal.media, under ``/fal``.

A host that no client speaks to is rehearsed with the same routes under its own name.

There is no FAILED: a bad request is accepted, is COMPLETED, and its 422 is the answer to the
request for its result.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from storyboard.simulator.fal.refusals import FalRefusals
from storyboard.simulator.fal.webhooks import Signer
from storyboard.simulator.histories import HistoryView
from storyboard.simulator.job import Job
from storyboard.simulator.rules import Breach
from storyboard.simulator.service import RequestFaults, Service
from storyboard.simulator.transport import event_stream, read_object, write_event

_PUBLIC_STATUS = {"queued": "IN_QUEUE", "running": "IN_PROGRESS"}
_MAX_ITEMS = 100
_LONGEST_WAIT = 1e9
"""Seconds that an order may be told to wait for its start."""


class FalRoutes:
    """The routes of fal, or of a host of another name that is rehearsed as fal is."""

    def __init__(self, service: Service, host: str) -> None:
        self._service = service
        self._host = host
        self._refusals = FalRefusals()
        self._signer: Signer | None = None
        self._hooks: set[asyncio.Task[bool]] = set()
        service.worker.on_end.append(self._call_back)

    def routes(self) -> list[Route]:
        """Every route, the narrow ones first."""
        one = f"/{self._host}/queue/{{app:path}}/requests/{{id}}"
        return [
            Route(f"{one}/status", self.status, methods=["GET"]),
            Route(f"{one}/status/stream", self.stream, methods=["GET"]),
            Route(f"{one}/cancel", self.cancel, methods=["PUT"]),
            Route(one, self.result, methods=["GET"]),
            Route(f"/{self._host}/queue/{{endpoint:path}}", self.submit, methods=["POST"]),
            Route(f"/{self._host}/rest/.well-known/jwks.json", self.jwks, methods=["GET"]),
            Route(
                f"/{self._host}/api/v1/models/requests/by-endpoint", self.history, methods=["GET"]
            ),
        ]

    # -- queue ------------------------------------------------------------------------------------

    async def submit(self, request: Request) -> Response:
        """Take an order for any known endpoint."""

        async def work(asked: RequestFaults) -> Response:
            denied = self._service.deny(request, self._refusals)
            if denied is not None:
                return denied
            endpoint = self._service.dialects[self._host].endpoints.get(
                request.path_params["endpoint"]
            )
            if endpoint is None:
                name = request.path_params["endpoint"]
                return self._refusals.refuse(404, f"Application '{name}' not found")
            body = await read_object(request)
            if body is None:
                return JSONResponse(
                    {"detail": "The body is not a JSON object", "error_type": "bad_request"}, 400
                )
            try:
                start_by = _read_deadline(request.headers.get("x-fal-request-timeout"))
            except ValueError:
                return self._refusals.refuse(400, "X-Fal-Request-Timeout is a number above 1")
            webhook = request.query_params.get("fal_webhook")
            if webhook and not self._can_sign():
                return self._refusals.refuse(500, "webhooks need the package cryptography")
            (job,) = self._service.worker.accept(
                self._host,
                endpoint,
                body,
                label=self._service.read_label(request),
                numbers=self._service.read_takes(request),
                trouble=asked.trouble,
                faults=asked.later,
                webhook=webhook,
                start_by=start_by,
                keeps_payload=request.headers.get("x-fal-store-io") != "0",
            )
            return JSONResponse(
                {
                    **self._links(job),
                    "gateway_request_id": job.id,
                    "queue_position": self._service.worker.position(job),
                },
                headers={"x-fal-request-id": job.id},
            )

        return await self._service.answer(request, "submit", self._refusals, work)

    async def status(self, request: Request) -> Response:
        """Where a job is: 202 until it is COMPLETED, then 200."""
        job = self._find(request)

        async def work(_: RequestFaults) -> Response:
            if job is None or self._service.deny(request, self._refusals) is not None:
                return self._service.deny(request, self._refusals) or self._unknown()
            logs = request.query_params.get("logs") in ("1", "true")
            return JSONResponse(self._describe(job, logs=logs), 200 if job.is_over else 202)

        return await self._service.answer(request, "status", self._refusals, work, job)

    async def stream(self, request: Request) -> Response:
        """The status as events, until the job is COMPLETED."""
        job = self._find(request)

        async def work(asked: RequestFaults) -> Response:
            if job is None or self._service.deny(request, self._refusals) is not None:
                return self._service.deny(request, self._refusals) or self._unknown()
            logs = request.query_params.get("logs") in ("1", "true")
            drops = asked.fault("sse-drops")
            after = None if drops is None else int(drops.number(0))
            return event_stream(request, self._events(job, logs=logs), after)

        return await self._service.answer(request, "events", self._refusals, work, job)

    async def _events(self, job: Job, *, logs: bool) -> AsyncIterator[str]:
        told = ""
        while True:
            # A job may have changed again before this was read, so look and do not count.
            event = write_event(self._describe(job, logs=logs))
            yield event if event != told else ": ping\n\n"
            told = event
            if job.is_over:
                return
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(self._service.options.keep_alive):
                    await self._service.worker.changed(job)

    async def result(self, request: Request) -> Response:
        """The clip's link, or, only here, what was wrong with the request."""
        job = self._find(request)

        async def work(_: RequestFaults) -> Response:
            if job is None or self._service.deny(request, self._refusals) is not None:
                return self._service.deny(request, self._refusals) or self._unknown()
            if not job.is_over:
                return self._refusals.refuse(400, "Request is still in progress")
            status, body = self._outcome(job)
            headers = {"x-fal-billable-units": str(job.seconds), "x-fal-request-id": job.id}
            if status == 500:
                headers["x-fal-retryable"] = "true"
            if job.has_timed_out:
                headers["x-fal-request-timeout-type"] = "user"
            return JSONResponse(body, status, headers=headers)

        return await self._service.answer(request, "result", self._refusals, work, job)

    async def cancel(self, request: Request) -> Response:
        """Ask for the end of a job."""
        job = self._find(request)

        async def work(_: RequestFaults) -> Response:
            denied = self._service.deny(request, self._refusals)
            if denied is not None:
                return denied
            if job is None:
                return JSONResponse({"status": "NOT_FOUND"}, 404)
            if not self._service.worker.cancel(job):
                return JSONResponse({"status": "ALREADY_COMPLETED"}, 400)
            return JSONResponse({"status": "CANCELLATION_REQUESTED"}, 202)

        return await self._service.answer(request, "cancel", self._refusals, work, job)

    def _links(self, job: Job) -> dict[str, Any]:
        app = quote(_app_of(job))
        base = f"{self._service.url}/{self._host}/queue/{app}/requests/{job.id}"
        return {
            "request_id": job.id,
            "response_url": base,
            "status_url": f"{base}/status",
            "cancel_url": f"{base}/cancel",
        }

    def _describe(self, job: Job, *, logs: bool) -> dict[str, Any]:
        found = {"status": _PUBLIC_STATUS.get(job.state, "COMPLETED"), **self._links(job)}
        if job.state == "queued":
            found["queue_position"] = self._service.worker.position(job)
        elif logs:
            found["logs"] = _logs_of(job)
        if job.is_over and job.started_at is not None and job.ended_at is not None:
            found["metrics"] = {"inference_time": round(job.ended_at - job.started_at, 3)}
        if job.has_timed_out or job.state == "cancelled":
            _, outcome = self._outcome(job)
            found |= {"error": outcome["detail"], "error_type": outcome["error_type"]}
        return found

    def _outcome(self, job: Job) -> tuple[int, dict[str, Any]]:
        """Status and body of the answer for a job that is over."""
        if job.state == "cancelled":
            return 499, {"detail": "Request was cancelled", "error_type": "client_cancelled"}
        if job.has_timed_out:
            return 504, {
                "detail": "The request did not start in time",
                "error_type": "request_timeout",
            }
        if job.state == "failed":
            return _status_of(job.breaches), {"detail": [b.to_json() for b in job.breaches]}
        name = f"{job.id}_output.mp4"
        url = f"{self._service.url}/{self._host}/cdn/files/b/{name}"
        return 200, {
            "video": {
                "url": url,
                "content_type": "video/mp4",
                "file_name": "output.mp4",
                "file_size": job.size,
            }
        }

    # -- webhooks ---------------------------------------------------------------------------------

    def _can_sign(self) -> bool:
        try:
            self._signer = self._signer or Signer(self._service.options.seed)
        except ImportError:
            return False
        return True

    async def jwks(self, _: Request) -> Response:
        """The keys with which webhooks are signed."""
        if not self._can_sign() or self._signer is None:
            return self._refusals.refuse(500, "webhooks need the package cryptography")
        return JSONResponse(self._signer.jwks())

    def _call_back(self, job: Job) -> None:
        if (
            job.host != self._host
            or job.webhook is None
            or not self._can_sign()
            or not self._signer
        ):
            return
        status, body = self._outcome(job)
        payload: dict[str, Any] = {
            "request_id": job.id,
            "gateway_request_id": job.id,
            "status": "OK" if status == 200 else "ERROR",
            "payload": body,
        }
        if status != 200:
            payload["error"] = f"Invalid status code: {status}"
        hook = asyncio.get_running_loop().create_task(
            self._signer.send(job.webhook, job.id, payload)
        )
        self._hooks.add(hook)
        hook.add_done_callback(self._hooks.discard)

    # -- history ----------------------------------------------------------------------------------

    async def history(self, request: Request) -> Response:
        """The requests of an endpoint, newest first, a page at a time."""

        async def work(asked: RequestFaults) -> Response:
            denied = self._service.deny(request, self._refusals)
            if denied is not None:
                return denied
            query = request.query_params
            endpoints = query.getlist("endpoint_id")
            try:
                since = _read_time(query.get("start"), 0.0)
                until = _read_time(query.get("end"), float("inf"))
                limit = int(query.get("limit", "50"))
                skip = int(query.get("cursor", "0"))
            except ValueError as error:
                return self._refusals.refuse(400, f"Invalid query: {error}")
            if not endpoints or not 1 <= limit <= _MAX_ITEMS or skip < 0:
                return self._refusals.refuse(
                    400, f"endpoint_id is required and limit is 1 to {_MAX_ITEMS}"
                )
            view = HistoryView(asked, self._service.options.history_lag)
            limit = view.page(limit)
            jobs = [
                job
                for job in view.jobs(self._service.worker.of_host(self._host))
                if job.endpoint.id in endpoints and since <= job.accepted_at <= until
            ]
            page = jobs[::-1][skip : skip + limit]
            more = skip + limit < len(jobs)
            payloads = "payloads" in query.getlist("expand")
            items = [self._item(job, view, payloads=payloads) for job in page]
            strange = {"prompt": "Somebody else's street.", "duration": "5"} if payloads else None
            return JSONResponse(
                {
                    "items": view.with_others(items, "request_id", json_input=strange),
                    "next_cursor": str(skip + limit) if more else None,
                    "has_more": more,
                }
            )

        return await self._service.answer(request, "history", self._refusals, work)

    def _item(self, job: Job, view: HistoryView, *, payloads: bool) -> dict[str, Any]:
        status, body = self._outcome(job) if job.is_over else (None, None)
        found: dict[str, Any] = {
            "request_id": job.id,
            "endpoint_id": job.endpoint.id,
            "sent_at": view.time(_write_time(job.accepted_at)),
            "started_at": view.time(_write_time(job.started_at)),
            "ended_at": view.time(_write_time(job.ended_at)),
            "status_code": status,
        }
        if payloads:
            found["json_input"] = view.body(job)
            found["json_output"] = body if job.keeps_payload else None
        return found

    # -- who asks ---------------------------------------------------------------------------------

    def _find(self, request: Request) -> Job | None:
        parts = request.path_params
        job = self._service.worker.jobs.get(parts["id"])
        is_ours = job is not None and job.host == self._host and _app_of(job) == parts["app"]
        return job if is_ours else None

    def _unknown(self) -> Response:
        return self._refusals.refuse(404, "Request not found")


def _app_of(job: Job) -> str:
    """The owner and the app of a job's endpoint, under which its requests are found."""
    return "/".join(job.endpoint.id.split("/")[:2])


def _status_of(breaches: tuple[Breach, ...]) -> int:
    types = {breach.type for breach in breaches}
    return 500 if types == {"internal_server_error"} else 422


def _logs_of(job: Job) -> list[dict[str, str | None]]:
    messages = [(job.started_at, "INFO", "rendering")]
    messages += [(job.ended_at, "ERROR", breach.msg) for breach in job.breaches if job.is_over]
    return [
        {"timestamp": _write_time(at), "level": level, "source": "USER", "message": message}
        for at, level, message in messages
    ]


def _read_deadline(text: str | None) -> float | None:
    """The Unix time after which an order does not start, None without the header.

    Raises ``ValueError`` for what is no number of seconds above 1.
    """
    if text is None:
        return None
    seconds = float(text)
    if not 1 < seconds <= _LONGEST_WAIT:
        raise ValueError(text)
    return time.time() + seconds


def _read_time(text: str | None, default: float) -> float:
    if text is None:
        return default
    found = datetime.fromisoformat(text)
    return (found if found.tzinfo else found.replace(tzinfo=UTC)).timestamp()


def _write_time(at: float | None) -> str | None:
    return None if at is None else datetime.fromtimestamp(at, UTC).isoformat()
