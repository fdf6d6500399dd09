"""The simulator's own routes, under ``/simulator``: the bill, faults to come, a fresh start."""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from storyboard.simulator.faults import FAULTS, FaultError, parse_fault
from storyboard.simulator.job import Job
from storyboard.simulator.options import StateError
from storyboard.simulator.service import Service


class Console:
    """The routes with which a test, or a person, looks behind the scenes."""

    def __init__(self, service: Service) -> None:
        self._service = service

    def routes(self) -> list[Route]:
        """Every route."""
        return [
            Route("/", self.about, methods=["GET"]),
            Route("/simulator", self.about, methods=["GET"]),
            Route("/simulator/bill", self.bill, methods=["GET"]),
            Route("/simulator/faults", self.faults, methods=["GET"]),
            Route("/simulator/faults", self.arm, methods=["POST"]),
            Route("/simulator/faults", self.disarm, methods=["DELETE"]),
            Route("/simulator/reset", self.reset, methods=["POST"]),
        ]

    async def about(self, _: Request) -> Response:
        """Where things are."""
        url = self._service.url
        return JSONResponse(
            {
                "simulator": "storyboard",
                **{name: one.addresses(url) for name, one in self._service.dialects.items()},
                "bill": f"{url}/simulator/bill",
            }
        )

    async def bill(self, request: Request) -> Response:
        """Every request that was accepted, and what it costs; ``?host=`` for one host."""
        host = request.query_params.get("host")
        jobs = [job for job in self._service.worker.jobs.values() if host in (None, job.host)]
        return JSONResponse({**write_bill(jobs), "requests": dict(self._service.counts)})

    async def faults(self, _: Request) -> Response:
        """What can go wrong, what is armed, and what has gone wrong."""
        board = self._service.board
        return JSONResponse(
            {
                "known": {
                    name: {"at": kind.default, "also_at": kind.points, "does": kind.does}
                    for name, kind in FAULTS.items()
                },
                "lasting": board.lasting,
                "armed": [
                    {"fault": waiting.fault.name, "at": waiting.fault.point, "left": waiting.left}
                    for waiting in board.armed
                ],
                "fired": board.fired,
            }
        )

    async def arm(self, request: Request) -> Response:
        """Arm faults: ``{"faults": ["lost", "status:503*2"]}``."""
        try:
            specs = json.loads(await request.body())["faults"]
            if not isinstance(specs, list) or not all(isinstance(spec, str) for spec in specs):
                raise TypeError
        except (ValueError, KeyError, TypeError):
            return JSONResponse({"simulator": 'write {"faults": ["NAME", ...]}'}, 400)
        try:
            for spec in specs:
                parse_fault(spec)
        except FaultError as error:
            return JSONResponse({"simulator": str(error)}, 400)
        for spec in specs:
            self._service.board.arm(spec)
        return JSONResponse({"armed": len(self._service.board.armed)})

    async def disarm(self, _: Request) -> Response:
        """Disarm what was armed; the faults of the options stay."""
        self._service.board.armed.clear()
        return JSONResponse({"armed": 0})

    async def reset(self, _: Request) -> Response:
        """Forget jobs, files, bill and armed faults."""
        try:
            self._service.reset()
        except StateError as error:
            return JSONResponse({"simulator": str(error)}, 503)
        return JSONResponse({"reset": True})


def write_bill(jobs: Iterable[Job]) -> dict[str, Any]:
    """The bill as JSON.

    A row for each clip. ``charged`` is false for what failed or was cancelled in the queue;
    ``amount`` is a decimal string in USD, or null where no price is known. ``times`` counts the
    charged submissions with the same host, endpoint and body, so that 1 means: paid once.
    ``repeated`` lists the digests of bodies that were paid more than once.
    """
    rows: list[dict[str, Any]] = []
    submissions: defaultdict[str, set[int]] = defaultdict(set)
    seconds, amount, unknown, charged = 0, Decimal(0), 0, 0
    for job in jobs:
        digest = _digest(job)
        if job.is_charged:
            submissions[digest].add(job.submission)
            charged += 1
            seconds += job.seconds
            unknown += job.amount is None
            amount += job.amount or 0
        rows.append(
            {
                "host": job.host,
                "request_id": job.id,
                "submission": job.submission,
                "endpoint": job.endpoint.id,
                "body": job.body,
                "digest": digest,
                "state": job.state,
                "charged": job.is_charged,
                "seconds": job.seconds,
                "amount": None if job.amount is None else f"{job.amount:f}",
                "currency": job.endpoint.currency,
                "accepted_at": job.accepted_at,
                "started_at": job.started_at,
                "ended_at": job.ended_at,
                "errors": [breach.msg for breach in job.breaches],
                "remarks": job.remarks,
            }
        )
    for row in rows:
        row["times"] = len(submissions.get(row["digest"], ()))
    return {
        "rows": rows,
        "repeated": sorted(digest for digest, found in submissions.items() if len(found) > 1),
        "totals": {
            "accepted": len(rows),
            "charged": charged,
            "seconds": seconds,
            "amount": f"{amount:f}",
            "currency": "USD",
            "without_price": unknown,
        },
    }


def _digest(job: Job) -> str:
    text = json.dumps([job.host, job.endpoint.id, job.body], sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()
