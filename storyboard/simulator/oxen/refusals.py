"""How Oxen refuses a request: status, words and shape."""

from __future__ import annotations

from collections.abc import Mapping

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

_USUAL: Mapping[int, tuple[str, str]] = {
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


class OxenRefusals:
    """See :class:`storyboard.simulator.refusals.Refusals`.

    A body is ``{"error": {"type", "title", "detail"}, "status", "status_message"}``.
    """

    def refuse(self, status: int, text: str = "") -> Response:
        """An error of this status; without a text, the usual one."""
        kind, title = _USUAL[status]
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
