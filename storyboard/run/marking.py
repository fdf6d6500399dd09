"""A plan as the ledger sees it: what is paid already, on its way, in doubt, or refused before."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from storyboard.ledger import Known, Standing
from storyboard.plan import Plan

_ACTIONS = {
    Standing.NEW: ("generate", ""),
    Standing.PAID: ("reuse", "paid"),
    Standing.WAITING: ("wait", "on its way"),
    Standing.UNCERTAIN: ("wait", "uncertain"),
    Standing.REFUSED: ("blocked", "refused before"),
}


def mark(plan: Plan, known: Known) -> Plan:
    """The same plan with each request's action, and totals of what is still to be paid.

    A request whose digest an earlier one of the plan has is the same clip, paid once. What a
    run will send is in no way decided here: the ledger decides that when it comes to it.
    """
    requests, seen = [], set[str]()
    for request in plan["requests"]:
        action, reason = _ACTIONS[known.standing(request["digest"])]
        if action == "generate" and request["digest"] in seen:
            action, reason = "reuse", "the same as before"
        seen.add(request["digest"])
        reason = reason or _why_new(request, known)
        if action == "blocked" and (problem := known.problem(request["digest"])):
            reason = f"{reason}: {problem}"
        requests.append({**request, "action": action, "reason": reason})
    made = [one for one in requests if one["action"] == "generate"]
    kept = [one for one in requests if one["action"] == "reuse"]
    currency = plan["totals"]["generate"].get("cost", {})
    currency = currency["currency"] if isinstance(currency, dict) else "USD"
    totals = {**plan["totals"], "generate": _sum(made, currency), "reuse": _sum(kept, currency)}
    return {**plan, "requests": requests, "totals": totals}


def _why_new(request: Mapping[str, Any], known: Known) -> str:
    earlier = known.earlier(request["id"])
    if earlier is None:
        return "new"
    payload = request["payload"]
    names = [
        name for name in sorted({*earlier, *payload}) if earlier.get(name) != payload.get(name)
    ]
    return f"{', '.join(names)} changed" if names else "to be rendered again"


def _sum(requests: Iterable[Mapping[str, Any]], currency: str) -> dict[str, Any]:
    listed = list(requests)
    known, unknown = Decimal(0), 0
    for request in listed:
        if request["cost"] == "unknown":
            unknown += 1
        else:
            known += Decimal(request["cost"]["amount"])
    amount = {"amount": format(known, "f"), "currency": currency}
    found: dict[str, Any] = {
        "requests": len(listed),
        "seconds": sum(request["seconds"] for request in listed),
    }
    if unknown:
        return {**found, "cost": "unknown", "known": amount, "unknown_requests": unknown}
    return {**found, "cost": amount}
