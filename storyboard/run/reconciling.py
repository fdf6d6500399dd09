"""What became of a request nobody is sure of: asked of the vendor's history, never by sending.

A request that the history shows is adopted. One that is surely absent is released, and the next
run may send it. Whatever is neither stays uncertain, and a person decides.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from storyboard.ledger import Intent
from storyboard.run.bodies import is_same, texts
from storyboard.run.hosts.types import Trace

SKEW = 600.0
"""Seconds by which the vendor's clock and ours may differ."""

GRACE = 180.0
"""Seconds after which a request that was on its way has arrived and shows in the history."""


class Verdict(StrEnum):
    """What the history says of a doubtful request."""

    FOUND = "found"
    ABSENT = "absent"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """The verdict on one intent; ``id`` is the vendor's where it was found, ``why`` for people."""

    verdict: Verdict
    id: str = ""
    why: str = ""


def since(intents: Iterable[Intent]) -> float:
    """How far back a history must reach to judge these."""
    return min(intent.intended_at for intent in intents) - SKEW


def reconcile(
    doubtful: Sequence[Intent],
    history: Sequence[Trace],
    *,
    claimed: frozenset[str],
    expected: Iterable[str],
    keeps_bodies: bool,
    now: float,
    grace: float = GRACE,
) -> dict[str, Finding]:
    """The finding for each doubtful intent of one endpoint, by digest.

    ``history`` is everything since ``since(doubtful)``. ``claimed`` are the ids that intents
    have already; ``expected`` those that this history must show, so that one which lags is not
    taken for empty. ``keeps_bodies`` says whether a history without a body is a gap.
    """
    seen = {trace.id for trace in history}
    lags = any(one not in seen for one in expected)
    free = [trace for trace in history if trace.id not in claimed]
    findings: dict[str, Finding] = {}
    taken: set[str] = set()
    settled: set[str] = set()
    for intent in sorted(doubtful, key=lambda intent: intent.intended_at):
        rest = [trace for trace in free if trace.id not in taken]
        if keeps_bodies:
            finding = _by_body(intent, rest)
        else:
            open_ones = [one for one in doubtful if one.digest not in settled]
            finding = _by_text(intent, rest, open_ones)
        if finding.verdict is Verdict.FOUND:
            taken.add(finding.id)
            settled.add(intent.digest)
        elif finding.verdict is Verdict.ABSENT:
            finding = _sure(finding, intent, lags=lags, now=now, grace=grace)
        findings[intent.digest] = finding
    return findings


def _sure(finding: Finding, intent: Intent, *, lags: bool, now: float, grace: float) -> Finding:
    if lags:
        return Finding(verdict=Verdict.UNKNOWN, why="the vendor's history lags behind")
    if now < intent.changed_at + grace:
        wait = intent.changed_at + grace - now
        return Finding(
            verdict=Verdict.UNKNOWN,
            why=f"the vendor does not show it yet; it may still arrive for {wait:.0f} s",
        )
    return finding


def _in_time(intent: Intent, trace: Trace) -> bool:
    return trace.at >= intent.intended_at - SKEW


def _by_body(intent: Intent, history: Sequence[Trace]) -> Finding:
    timely = [trace for trace in history if _in_time(intent, trace)]
    same = [trace for trace in timely if trace.body is not None and is_same(intent, trace.body)]
    if same:
        # Equal bodies are worth the same; the one nearest to the intent is the likeliest ours.
        best = min(same, key=lambda trace: abs(trace.at - intent.intended_at))
        return Finding(verdict=Verdict.FOUND, id=best.id)
    if any(trace.body is None for trace in timely):
        return Finding(
            verdict=Verdict.UNKNOWN,
            why="the vendor has requests of that time without their input (payloads not stored)",
        )
    return Finding(verdict=Verdict.ABSENT)


def _by_text(intent: Intent, history: Sequence[Trace], doubtful: Sequence[Intent]) -> Finding:
    """Where only the prompt is kept: sure if exactly one request and one intent can be meant.

    Takes of one clip are worth the same: as many requests as takes are theirs, in any order.
    """
    timely = [trace for trace in history if _in_time(intent, trace)]
    wanted = texts(intent.order.payload)
    if any(not trace.text for trace in timely) or not wanted:
        return Finding(
            verdict=Verdict.UNKNOWN, why="the vendor shows requests of that time without a prompt"
        )
    same = [trace for trace in timely if _holds(trace.text or "", wanted)]
    if not same:
        return Finding(verdict=Verdict.ABSENT)
    rivals = [one for one in doubtful if texts(one.order.payload) == wanted]
    are_takes = all(one.order.payload == intent.order.payload for one in rivals)
    if len(same) != len(rivals) or not are_takes:
        return Finding(
            verdict=Verdict.UNKNOWN,
            why=f"the vendor has {len(same)} requests with this prompt, "
            f"{len(rivals)} of ours are in doubt",
        )
    return Finding(verdict=Verdict.FOUND, id=same[0].id)


def _holds(text: str, wanted: Sequence[str]) -> bool:
    """Whether a text is made of the wanted ones, in order, with only separators between them."""
    at = 0
    for part in wanted:
        found = text.find(part, at)
        if found < 0 or any(character.isalnum() for character in text[at:found]):
            return False
        at = found + len(part)
    return not any(character.isalnum() for character in text[at:])


def by_endpoint(intents: Iterable[Intent]) -> Mapping[str, list[Intent]]:
    """Intents by their endpoint, as histories are asked."""
    found: dict[str, list[Intent]] = {}
    for intent in intents:
        found.setdefault(intent.order.endpoint, []).append(intent)
    return found
