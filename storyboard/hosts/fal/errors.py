"""How fal refuses, as one of the kinds of failures of this project."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from storyboard.hosts.errors import FailureKind, Problem, read_status, scrub

_MAX_PARTS = 20
"""Parts of the place of a field that are read."""
_GATEWAY_TIMEOUT = 504
UNSTARTED = "it did not start in its time, and costs nothing"
_PASSING = ("internal_server_error", "generation_timeout", "downstream_")


def read_error(
    status: int, body: Any, headers: Mapping[str, str], secrets: Sequence[str]
) -> tuple[Problem, bool]:
    """The problem in an answer, and whether it is the outcome of a job and not of the question.

    A list under ``detail`` comes from the model, and its ``type`` decides; a text comes from the
    queue. An order that did not start in the time that ``X-Fal-Request-Timeout`` gave it has 504
    with ``X-Fal-Request-Timeout-Type``, and fal tries it no more; any other 504 may be of a proxy
    on the way. Source: fal's documents on errors, the queue and common parameters, read 2026.
    """
    if status == _GATEWAY_TIMEOUT and headers.get("x-fal-request-timeout-type"):
        return Problem(kind=FailureKind.TRANSIENT, text=UNSTARTED), True
    detail = body.get("detail") if isinstance(body, dict) else None
    if isinstance(detail, list) and detail and isinstance(detail[0], dict):
        first = detail[0]
        name = _text(first.get("type"))
        told = (_text(one.get("msg")) for one in detail[:3] if isinstance(one, dict))
        text = scrub("; ".join(told), secrets)
        if name == "content_policy_violation":
            kind = FailureKind.CONTENT_POLICY
        elif name.startswith(_PASSING):
            kind = FailureKind.TRANSIENT
        elif name == "insufficient_credits":
            kind = FailureKind.EXHAUSTED
        else:
            kind = FailureKind.BAD_INPUT
        said = text or scrub(name, secrets) or f"the host answered {status}"
        return Problem(kind=kind, text=said, pointer=_pointer(first.get("loc"))), True
    text = detail if isinstance(detail, str) else ""
    name = _text(body.get("error_type")) if isinstance(body, dict) else ""
    if name.startswith("client_") or status == 499:
        return Problem(
            kind=FailureKind.CANCELLED, text=scrub(text, secrets) or "it was cancelled"
        ), True
    return read_status(status, text, headers, secrets), False


def read_end(
    body: Mapping[str, Any], headers: Mapping[str, str], secrets: Sequence[str]
) -> Problem | None:
    """The problem of a job whose status is COMPLETED; None where its status tells of none.

    ``error`` and ``error_type`` are there only if the request failed. Source: as ``read_error``.
    """
    text, name = _text(body.get("error")), _text(body.get("error_type"))
    if not (text or name):
        return None
    status = 400 if name == "bad_request" else 500
    return read_error(status, {"detail": text or name, "error_type": name}, headers, secrets)[0]


def _pointer(loc: Any) -> str:
    if not isinstance(loc, list):
        return ""
    parts = loc[1:] if loc and loc[0] == "body" else loc
    named = (scrub(str(part)) for part in parts[:_MAX_PARTS] if isinstance(part, str | int))
    return "".join(f"/{part}" for part in named)


def _text(given: Any) -> str:
    return given if isinstance(given, str) else ""
