"""How each host refuses: the shapes and the words of its errors, and who may ask at all."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from starlette.requests import Request
from starlette.responses import JSONResponse, Response


class Refusals(Protocol):
    """The words in which a host refuses."""

    def refuse(self, status: int, text: str = "") -> Response:
        """An error of this status; without a text, the host's usual one."""
        ...

    def refuse_unpaid(self) -> Response:
        """The answer to an account without money."""
        ...

    def deny(self, request: Request, key: str) -> Response | None:
        """The refusal of a request without the key in its header; None where it is there."""
        ...


_EXHAUSTED = (
    "User is locked. Reason: Exhausted balance. Top up your balance at fal.ai/dashboard/billing."
)
_FAL_USUAL: dict[int, tuple[str, str]] = {
    429: ("Rate limit exceeded", ""),
    500: ("Internal server error", "internal_error"),
    502: ("The runner sent an incomplete response", "runner_incomplete_response"),
    503: ("The runner disconnected", "runner_disconnected"),
    504: ("The request timed out", "request_timeout"),
}

_OXEN_USUAL: Mapping[int, tuple[str, str]] = {
    400: ("bad_request", "Bad request"),
    401: ("unauthenticated", "Unauthenticated"),
    402: ("insufficient_credits", "Insufficient credits"),
    404: ("resource_not_found", "Resource not found"),
    429: ("too_many_requests", "Too many requests"),
    500: ("internal_server_error", "Internal server error"),
    502: ("bad_gateway", "Bad gateway"),
    503: ("service_unavailable", "Service unavailable"),
    504: ("gateway_timeout", "Gateway timeout"),
}


class FalRefusals:
    """fal's errors: ``{"detail", "error_type"}``."""

    def refuse(self, status: int, text: str = "") -> Response:
        """An error of this status; without a text, the usual one."""
        usual, kind = _FAL_USUAL.get(status, ("", ""))
        body = {"detail": text or usual}
        if kind:
            body["error_type"] = kind
        return JSONResponse(body, status)

    def refuse_unpaid(self) -> Response:
        """The answer to an account without money."""
        return self.refuse(403, _EXHAUSTED)

    def deny(self, request: Request, key: str) -> Response | None:
        """The refusal of a request without the key in its header; None where it is there."""
        given = request.headers.get("authorization", "")
        if not given.startswith("Key "):
            return self.refuse(401, "Authentication is required to access this application")
        if given.removeprefix("Key ") != key:
            return self.refuse(401, "No user found for Key ID and Secret")
        return None


class OxenRefusals:
    """Oxen's errors: ``{"error": {"type", "title", "detail"}, "status", "status_message"}``."""

    def refuse(self, status: int, text: str = "") -> Response:
        """An error of this status; without a text, the usual one."""
        kind, title = _OXEN_USUAL[status]
        return JSONResponse(
            {
                "error": {"type": kind, "title": title, "detail": text or title},
                "status": "error",
                "status_message": kind,
            },
            status,
        )

    def refuse_unpaid(self) -> Response:
        """The answer to an account without credits."""
        return self.refuse(402)

    def deny(self, request: Request, key: str) -> Response | None:
        """The refusal of a request without the key in its header; None where it is there."""
        given = request.headers.get("authorization", "")
        if given == f"Bearer {key}":
            return None
        return self.refuse(401, "A valid API key is required")
