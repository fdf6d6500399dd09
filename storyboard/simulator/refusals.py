"""What the shared code asks of a host's errors, whose shape and words differ by host."""

from __future__ import annotations

from typing import Protocol

from starlette.requests import Request
from starlette.responses import Response


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
