"""What is to be done for each request of a plan: render it, wait for it, or use what is there."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from storyboard.targets.types import Request as Fields
from storyboard.targets.types import Target

if TYPE_CHECKING:
    # Only a film that was run has a ledger: others need not load it.
    from storyboard.ledger import Known

_ACTIONS = {
    "new": ("generate", "new"),
    "paid": ("reuse", "paid"),
    "waiting": ("wait", "on its way"),
    "uncertain": ("wait", "uncertain"),
    "refused": ("blocked", "refused before"),
}
"""Action and reason for each standing of a request in the ledger."""


def mark(requests: Sequence[dict[str, Any]], target: Target, known: Known | None) -> None:
    """Give each request its action and the reason for it; ``known`` is None where nothing ran.

    A request whose digest an earlier one has is the same clip, paid once. What a run sends is
    not decided here: the ledger decides that when it comes to it.
    """
    seen: set[str] = set()
    for request in requests:
        digest = request["digest"]
        standing = "new" if known is None else known.standing(digest).value
        action, reason = _ACTIONS[standing]
        if action == "generate":
            if digest in seen:
                action, reason = "reuse", "the same clip as before"
            elif known is not None:
                reason = _why(request, target, known)
        elif action == "blocked" and known is not None and (problem := known.problem(digest)):
            reason = f"{reason}: {problem}"
        seen.add(digest)
        request["action"], request["reason"] = action, reason


def remark(plan: dict[str, Any], target: Target, known: Known) -> dict[str, Any]:
    """A plan that was written before, with the actions of today and the sums that follow."""
    requests = [dict(request) for request in plan["requests"]]
    mark(requests, target, known)
    currency = next((row.currency for row in target.prices), "USD")
    return {**plan, "requests": requests, "totals": {**plan["totals"], **sums(requests, currency)}}


def sums(requests: Sequence[dict[str, Any]], currency: str) -> dict[str, Any]:
    """What is to be rendered and what is there already: requests, seconds and cost of each."""
    return {
        action: _sum([one for one in requests if one["action"] == action], currency)
        for action in ("generate", "reuse")
    }


def _sum(requests: Sequence[dict[str, Any]], currency: str) -> dict[str, Any]:
    costs = [request["cost"] for request in requests]
    amount = sum((Decimal(cost["amount"]) for cost in costs if cost != "unknown"), Decimal(0))
    known = {"amount": format(amount, "f"), "currency": currency}
    total = {"requests": len(requests), "seconds": sum(one["seconds"] for one in requests)}
    if "unknown" in costs:
        return total | {
            "cost": "unknown",
            "known": known,
            "unknown_requests": costs.count("unknown"),
        }
    return total | {"cost": known}


def _why(request: dict[str, Any], target: Target, known: Known) -> str:
    earlier = known.earlier(request["id"])
    if earlier is None:
        return "new"
    changed = list(dict.fromkeys(_changes(earlier, request, target.request)))
    return f"{', '.join(changed)} changed" if changed else "to be rendered again"


def _changes(earlier: Mapping[str, Any], request: dict[str, Any], fields: Fields) -> Iterator[str]:
    """What differs from the payload that was sent before, in a writer's words."""
    payload = request["payload"]
    words = {
        fields.prompt: "prompt",
        fields.seconds.name: "seconds",
        fields.start_frame: "first frame",
        fields.end_frame: "last frame",
        fields.images: "pictures",
        fields.audio: "audio",
        fields.negative: "negative",
        fields.aspect_ratio: "aspect ratio",
        fields.model: "target",
    }
    if fields.elements is not None:
        words[fields.elements.name] = "cast"
    shots = fields.shots.name if fields.shots is not None else None
    for name in sorted({*earlier, *payload}):
        if earlier.get(name) == payload.get(name):
            continue
        if name == shots:
            yield from _changed_shots(earlier.get(name), payload.get(name), request["shots"])
        else:
            yield words.get(name, name)


def _changed_shots(before: Any, after: Any, shots: Sequence[Any]) -> Iterator[str]:
    if not isinstance(before, list) or not isinstance(after, list) or len(before) != len(after):
        yield "shots"
        return
    for old, new, shot in zip(before, after, shots, strict=False):
        if old != new:
            yield f"{shot['address']} (line {shot['span']['line']})"
