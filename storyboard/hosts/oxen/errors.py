"""How Oxen refuses, as one of the kinds of failures of this project."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from storyboard.hosts.errors import (
    CONTENT_POLICY,
    EXHAUSTED,
    FailureKind,
    Problem,
    read_status,
    scrub,
)


def read_error(
    status: int, body: Any, headers: Mapping[str, str], secrets: Sequence[str]
) -> Problem:
    """The problem in an answer.

    The body is ``{"error": {"type", "title", "detail"}}`` or ``{"error": {"message"}}``.
    """
    error = body.get("error") if isinstance(body, dict) else None
    text = ""
    if isinstance(error, dict):
        told = (error.get(name) for name in ("detail", "message", "title"))
        text = next((one for one in told if isinstance(one, str) and one), "")
    elif isinstance(error, str):
        text = error
    return read_status(status, text, headers, secrets)


def read_failure(text: str, secrets: Sequence[str]) -> Problem:
    """Why a generation failed, by fragments of its ``error_message``, as no types are given."""
    said = scrub(text, secrets) or "the generation failed without a word"
    if EXHAUSTED.search(said):
        kind = FailureKind.EXHAUSTED
    elif CONTENT_POLICY.search(said):
        kind = FailureKind.CONTENT_POLICY
    elif re.search(r"internal server error|timed? ?out|unavailable|try again", said, re.IGNORECASE):
        kind = FailureKind.TRANSIENT
    else:
        kind = FailureKind.BAD_INPUT
    return Problem(kind=kind, text=said)
