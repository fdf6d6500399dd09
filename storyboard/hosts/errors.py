"""The kinds of failures of a host, and the reading of statuses and headers."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from enum import StrEnum
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from storyboard.errors import StoryboardError


class FailureKind(StrEnum):
    """Every kind of failure of a host.

    ``not_sent``: no byte of the request was sent, or the answer proves that it was not taken.
    ``ambiguous``: the request may have been taken. ``transient``: it may succeed when asked again,
    and nothing is paid. ``gone``: what was asked for no longer exists. ``refused``: a refusal that
    no narrower kind names.
    """

    NOT_SENT = "not_sent"
    AMBIGUOUS = "ambiguous"
    RATE_LIMITED = "rate_limited"
    EXHAUSTED = "exhausted"
    BAD_KEY = "bad_key"
    BAD_INPUT = "bad_input"
    CONTENT_POLICY = "content_policy"
    REFUSED = "refused"
    TRANSIENT = "transient"
    GONE = "gone"
    CANCELLED = "cancelled"


PASSING = frozenset({FailureKind.TRANSIENT, FailureKind.RATE_LIMITED})
"""Failures of a question that is worth asking again."""


class Problem(Struct, frozen=True, kw_only=True):
    """One failure: its kind, the vendor's text without secrets, and the field it is about.

    ``pointer`` is a JSON pointer into the body, empty where none is named. ``retry_after`` is in
    seconds, None where the vendor does not say.
    """

    kind: FailureKind
    text: str
    pointer: str = ""
    retry_after: float | None = None


class HostError(StoryboardError):
    """A host did not do what it was asked; ``problem`` says why."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.text)
        self.problem = problem

    @property
    def kind(self) -> FailureKind:
        """The kind of its problem."""
        return self.problem.kind


def trouble(kind: FailureKind, text: str, **details: Any) -> HostError:
    """A ``HostError`` with a text of our own; ``details`` are further fields of ``Problem``."""
    return HostError(Problem(kind=kind, text=scrub(text), **details))


def misled(problem: Problem, host: str) -> Problem:
    """A 404 to an order at a simulator or proxy, with a hint at ``--base-url``."""
    hint = f"--base-url may lead to no {host}; a simulator's ends in /{host}"
    return replace(problem, text=f"{problem.text} ({hint})")


_QUERY = re.compile(r"(https?://[^\s\"'<>?#]+)[?#][^\s\"'<>]*")
_CREDENTIALS = re.compile(r"(https?://)[^\s/@]+@")
_BEARER = re.compile(r"\b(Bearer|Key)\s+[A-Za-z0-9._:-]{6,}", re.IGNORECASE)
_MAX_TEXT = 500
_MAX_READ = 1 << 16
"""Characters of a vendor's text that are looked at."""


def scrub(text: str, secrets: Sequence[str] = ()) -> str:
    """A text without keys, credentials, and the queries of links, which may be permissions."""
    # Lone surrogates cannot be written down, and letters that control a terminal are not shown.
    text = text[:_MAX_READ].encode("utf-8", "replace").decode()
    text = " ".join("".join(one if one.isprintable() else " " for one in text).split())
    for secret in secrets:
        if secret:
            text = text.replace(secret, "…")
    text = text[: _MAX_TEXT * 8]
    text = _QUERY.sub(r"\1?…", _CREDENTIALS.sub(r"\1…@", text))
    text = _BEARER.sub(r"\1 …", text)
    return " ".join(text.split())[:_MAX_TEXT]


# -- statuses -------------------------------------------------------------------------------------

_NOT_A_REFUSAL = frozenset({408, 425, 499})
"""Statuses below 500 with which a proxy or a server ends what it may have begun."""


def is_proof_of_refusal(status: int) -> bool:
    """Whether the answer to a paying request proves that it was not taken."""
    return 400 <= status < 500 and status not in _NOT_A_REFUSAL


def retry_after(headers: Mapping[str, str], now: datetime | None = None) -> float | None:
    """The seconds that a ``Retry-After`` asks for; None where there is none that can be read."""
    given = headers.get("retry-after", "").strip()
    if not given:
        return None
    try:
        return max(0.0, min(float(given), 3600.0))
    except ValueError:
        pass
    at = read_date(given)
    if at is None:
        return None
    return max(0.0, min((at - (now or datetime.now(UTC))).total_seconds(), 3600.0))


def read_date(text: str) -> datetime | None:
    """The time that a header gives, None where it gives none."""
    try:
        at = parsedate_to_datetime(text)
    except (ValueError, OverflowError, TypeError, IndexError):
        return None
    return at if at.tzinfo else at.replace(tzinfo=UTC)


_KINDS = {
    401: FailureKind.BAD_KEY,
    402: FailureKind.EXHAUSTED,
    403: FailureKind.BAD_KEY,
    410: FailureKind.GONE,
    429: FailureKind.RATE_LIMITED,
}
EXHAUSTED = re.compile(r"exhausted balance|insufficient credits|user is locked", re.IGNORECASE)
CONTENT_POLICY = re.compile(r"content (checker|policy)|safety|moderation|sensitive", re.IGNORECASE)
"""Fragments of messages of vendors that give no types of errors."""


def read_status(
    status: int, text: str, headers: Mapping[str, str], secrets: Sequence[str]
) -> Problem:
    """The problem of an answer by its status and the words that were found in it."""
    said = scrub(text, secrets) or f"the host answered {status}"
    if status >= 500:
        return Problem(kind=FailureKind.TRANSIENT, text=said, retry_after=retry_after(headers))
    kind = _KINDS.get(status, FailureKind.REFUSED)
    if status in (402, 403) and EXHAUSTED.search(said):
        kind = FailureKind.EXHAUSTED
    elif status in (400, 422):
        kind = FailureKind.BAD_INPUT
    return Problem(kind=kind, text=said, retry_after=retry_after(headers))
