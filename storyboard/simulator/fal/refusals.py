"""How fal refuses a request: status, words and shape."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

_EXHAUSTED = (
    "User is locked. Reason: Exhausted balance. Top up your balance at fal.ai/dashboard/billing."
)
_USUAL: dict[int, tuple[str, str]] = {
    429: ("Rate limit exceeded", ""),
    500: ("Internal server error", "internal_error"),
    502: ("The runner sent an incomplete response", "runner_incomplete_response"),
    503: ("The runner disconnected", "runner_disconnected"),
    504: ("The request timed out", "request_timeout"),
}


class FalRefusals:
    """See :class:`storyboard.simulator.refusals.Refusals`.

    A body is ``{"detail", "error_type"}``.
    """

    def refuse(self, status: int, text: str = "") -> Response:
        """An error of this status; without a text, the usual one."""
        usual, kind = _USUAL.get(status, ("", ""))
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
