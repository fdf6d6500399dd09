"""fal's store of files: v3.fal.media and the uploads of rest.fal.ai.

An upload needs a token, which the API key buys; the key itself is not taken. The links to what
was uploaded, and to the clips, are public.
"""

from __future__ import annotations

import time
from datetime import UTC, datetime
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from storyboard.simulator.fal.refusals import FalRefusals
from storyboard.simulator.service import RequestFaults, Service, expired_link, serve_bytes
from storyboard.simulator.transport import read_object

_TOKEN_SECONDS = 3600


class FalFiles:
    """The routes for files."""

    def __init__(self, service: Service, host: str) -> None:
        self._service = service
        self._at = f"/{host}"
        self._refusals = FalRefusals()
        self._tokens: dict[str, float] = {}

    def routes(self) -> list[Route]:
        """Every route, the narrow ones first."""
        files = f"{self._at}/cdn/files"
        return [
            Route(f"{self._at}/rest/storage/auth/token", self.token, methods=["POST"]),
            Route(f"{self._at}/rest/storage/upload/initiate", self.initiate, methods=["POST"]),
            Route(f"{files}/upload", self.upload, methods=["POST"]),
            Route(f"{files}/signed/{{name:path}}", self.put, methods=["PUT"]),
            Route(f"{files}/{{name:path}}", self.file, methods=["GET", "HEAD"]),
        ]

    async def token(self, request: Request) -> Response:
        """A token for uploads; it is good for the store of files and for nothing else."""

        async def work(_: RequestFaults) -> Response:
            denied = self._service.deny(request, self._refusals)
            if denied is not None:
                return denied
            token = f"cdn-{len(self._tokens)}-{time.time_ns():x}"
            until = time.time() + _TOKEN_SECONDS
            self._tokens[token] = until
            return JSONResponse(
                {
                    "token": token,
                    "token_type": "Bearer",
                    "base_url": f"{self._service.url}{self._at}/cdn",
                    "expires_at": datetime.fromtimestamp(until, UTC).isoformat(),
                }
            )

        return await self._service.answer(request, "upload", self._refusals, work)

    async def upload(self, request: Request) -> Response:
        """Take a file, as raw bytes, from the holder of a token."""

        async def work(_: RequestFaults) -> Response:
            given = request.headers.get("authorization", "")
            if self._tokens.get(given.removeprefix("Bearer "), 0) < time.time():
                return self._refusals.refuse(401, "Invalid upload token")
            data = await request.body()
            name = request.headers.get("x-fal-file-name", "file").rpartition("/")[2]
            path = f"{self._at}/cdn/files/b/{time.time_ns():x}/{name}"
            kind = request.headers.get("content-type", "application/octet-stream")
            return JSONResponse({"access_url": self._service.keep(path, kind, data)})

        return await self._service.answer(request, "upload", self._refusals, work)

    async def initiate(self, request: Request) -> Response:
        """The older way to upload: a link to put the file to, and the link it will have."""

        async def work(_: RequestFaults) -> Response:
            denied = self._service.deny(request, self._refusals)
            if denied is not None:
                return denied
            body = await read_object(request)
            if not body or not body.get("file_name") or not body.get("content_type"):
                return self._refusals.refuse(400, "file_name and content_type are required")
            name = str(body["file_name"]).rpartition("/")[2]
            rest = f"b/{time.time_ns():x}/{name}"
            return JSONResponse(
                {
                    "upload_url": self._service.sign(f"{self._at}/cdn/files/signed/{rest}"),
                    "file_url": f"{self._service.url}{self._at}/cdn/files/{quote(rest)}",
                }
            )

        return await self._service.answer(request, "upload", self._refusals, work)

    async def put(self, request: Request) -> Response:
        """Take a file at a link that ``initiate`` gave; the link itself is the permission."""

        async def work(_: RequestFaults) -> Response:
            if not self._service.is_signed(request.scope["path"], request.url.query):
                return expired_link()
            kind = request.headers.get("content-type", "application/octet-stream")
            path = f"{self._at}/cdn/files/{request.path_params['name']}"
            self._service.keep(path, kind, await request.body())
            return Response()

        return await self._service.answer(request, "upload", self._refusals, work)

    async def file(self, request: Request) -> Response:
        """A file or a clip; the links are public."""
        name = request.path_params["name"].rpartition("/")[2]
        job = self._service.worker.jobs.get(name.removesuffix("_output.mp4"))

        async def work(_: RequestFaults) -> Response:
            if job is not None and job.state == "succeeded":
                if self._service.is_expired(job):
                    return expired_link()
                return await self._service.serve_clip(request, job)
            found = self._service.state_file.read_upload(request.scope["path"])
            if found is None:
                return self._refusals.refuse(404, "File not found")
            return serve_bytes(request, found[1], found[0])

        return await self._service.answer(request, "download", self._refusals, work, job)
