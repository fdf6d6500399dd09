"""What is to be done for each request of a plan: render it, wait for it, or use what is there."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from storyboard.compiler.cost import Total, currency
from storyboard.targets.model import RequestRules as Fields
from storyboard.targets.model import Target

if TYPE_CHECKING:
    # Only a film that was run has a ledger: others need not load it.
    from storyboard.ledger import Known

ACTIONS = ("generate", "reuse", "wait", "blocked")
"""All that can be done for a request; the sums of a plan are by these."""

ON_ITS_WAY, WAITS = "on its way", "waits for"
"""The reason of what was surely sent, and how that of what waits in vain begins."""

_ACTIONS = {
    "new": ("generate", "new"),
    "paid": ("reuse", "paid"),
    "waiting": ("wait", ON_ITS_WAY),
    "uncertain": ("wait", "uncertain, the next run asks the vendor"),
    "refused": ("blocked", "refused before"),
}
"""Action and reason for each standing of a request in the ledger."""


def mark(requests: Sequence[dict[str, Any]], target: Target, known: Known | None) -> None:
    """Give each request its action and the reason for it; ``known`` is None where nothing ran.

    A request whose digest an earlier one has is the same clip, paid once. One that opens on the
    last frame of a clip that will not come is blocked too, however far down: the reason names the
    clip that was refused. What was sent already has had its frame. ``requests`` are in the order
    of the film, so that what is needed stands before what needs it. What a run sends is not
    decided here: the ledger decides that when it comes to it.
    """
    seen: set[str] = set()
    refused: dict[str, str] = {}
    for request in requests:
        digest, name = request["digest"], request["id"]
        standing = "new" if known is None else known.standing(digest).value
        action, reason = _ACTIONS[standing]
        if action == "blocked":
            refused[name] = name
            if known is not None and (problem := known.problem(digest)):
                reason = f"{reason}: {problem}"
        elif action == "generate" and (missing := _missing(request, refused)) is not None:
            refused[name] = missing
            action, reason = "blocked", f"{WAITS} {missing}, which was refused before"
        elif action != "reuse" and digest in seen:
            action, reason = "reuse", "the same clip as before"
        elif action == "generate" and known is not None:
            reason = _why(request, target, known)
        seen.add(digest)
        request["action"], request["reason"] = action, reason


def _missing(request: Mapping[str, Any], refused: Mapping[str, str]) -> str | None:
    """The refused clip for want of which a request cannot be sent, None where there is none."""
    if not refused:
        return None
    needed = (one["request"] for one in request["depends_on"])
    return next((refused[name] for name in needed if name in refused), None)


def remark(plan: dict[str, Any], target: Target, known: Known) -> dict[str, Any]:
    """A plan that was written before, with the actions of today and the sums that follow."""
    requests = [dict(request) for request in plan["requests"]]
    mark(requests, target, known)
    totals = {**plan["totals"], **sums(requests, currency(target))}
    return {**plan, "requests": requests, "totals": totals}


def sums(requests: Sequence[dict[str, Any]], money: str) -> dict[str, Any]:
    """Requests, seconds and cost of each action, in a currency; together they are the film's."""
    by_action: dict[str, list[dict[str, Any]]] = {action: [] for action in ACTIONS}
    for request in requests:
        by_action[request["action"]].append(request)
    return {action: summed(_total(chosen, money)) for action, chosen in by_action.items()}


def _total(requests: Sequence[dict[str, Any]], money: str) -> Total:
    costs = [request["cost"] for request in requests]
    return Total(
        requests=len(requests),
        seconds=sum(request["seconds"] for request in requests),
        known=sum((Decimal(cost["amount"]) for cost in costs if cost != "unknown"), Decimal(0)),
        unknown=costs.count("unknown"),
        currency=money,
    )


def summed(whole: Total) -> dict[str, Any]:
    """A sum as a plan has it; where a price is not known, the cost is not, and ``known`` is."""
    known = {"amount": plain(whole.known), "currency": whole.currency}
    total = {"requests": whole.requests, "seconds": whole.seconds}
    if whole.unknown:
        return total | {"cost": "unknown", "known": known, "unknown_requests": whole.unknown}
    return total | {"cost": known}


def plain(amount: Decimal) -> str:
    """An exact amount in digits, without an exponent."""
    return format(amount, "f")


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
