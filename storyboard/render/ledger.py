"""What a ledger and a lock hold, as people see it and as JSON: ``status`` and ``runs``."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from storyboard.ledger import Intent, Lease, PaidOrder, State
from storyboard.ledger.intent import RunRecord
from storyboard.ledger.lease import SECONDS
from storyboard.ledger.states import AT_RISK, STATE_WORDS
from storyboard.render.amounts import counted
from storyboard.render.prose import wrapped
from storyboard.render.shown_prices import in_cents
from storyboard.render.table import TableRow, lay_out, varying
from storyboard.render.width import visible
from storyboard.values.sums import total_by_currency
from storyboard.values.units import Money

STATUS_FORMAT = "storyboard-status/1"
RUNS_FORMAT = "storyboard-runs/1"

_ELSEWHERE = "rendered elsewhere"
_OVER = (State.STORED, State.SUCCEEDED)


def status_json(
    intents: Sequence[Intent],
    elsewhere: Sequence[PaidOrder],
    lease: Lease | None,
    now: float,
) -> dict[str, Any]:
    """``status`` as JSON values; ``elsewhere`` are the takes that only the lock knows.

    ``lease`` is there while a run works in the folder, or where one was cut off: then its
    ``alive`` is false. ``expires`` is when it counts as dead on other machines, in Unix seconds.
    """
    found: dict[str, Any] = {
        "format": STATUS_FORMAT,
        "clips": [*map(_intent_json, intents), *map(_finished_json, elsewhere)],
    }
    if lease is not None:
        found["lease"] = {
            "machine": lease.holder.machine,
            "pid": lease.holder.pid,
            "alive": lease.is_alive(now),
            "expires": round(lease.expires, 3),
        }
    return found


def _intent_json(intent: Intent) -> dict[str, Any]:
    return {
        "clip": intent.order.address,
        "digest": intent.digest,
        "host": intent.order.host,
        "endpoint": intent.order.endpoint,
        "state": str(intent.state),
        "elsewhere": False,
        "seconds": intent.order.seconds,
        "estimate": amount(intent.order.estimate),
        "charged": amount(intent.charged),
        "request_id": intent.receipt.id if intent.receipt else None,
        "sha256": intent.clip,
        "problem": intent.problem,
        "failure": intent.failure,
        "since": round(intent.changed_at, 3),
    }


def _finished_json(finished: PaidOrder) -> dict[str, Any]:
    return {
        "clip": finished.address,
        "digest": finished.digest,
        "host": finished.host,
        "endpoint": finished.endpoint,
        "state": str(State.STORED),
        "elsewhere": True,
        "seconds": finished.seconds,
        "estimate": None,
        "charged": amount(finished.charge),
        "request_id": finished.request_id,
        "sha256": finished.clip,
        "problem": "",
        "failure": "",
        "since": None,
    }


def render_status(
    intents: Sequence[Intent],
    elsewhere: Sequence[PaidOrder],
    now: float,
    *,
    simulated: bool,
    width: int | None = None,
) -> str:
    """A line for each clip: its name, its state, since when, its cost, and what was wrong.

    Below them, how many are in each state, what was charged and what is at risk: the costs of the
    lines add up to these. ``width`` is the terminal's, None where lines may be of any length.
    """
    listed = [_intent_row(intent, now) for intent in intents]
    listed += [
        _StatusRow(visible(one.address), _ELSEWHERE, "", one.charge, sum="charged")
        for one in elsewhere
    ]
    if not listed:
        return "nothing was run here\n"
    kinds = [(one.sum, one.cost and one.cost.currency) for one in listed]
    costs = in_cents(kinds, [one.cost for one in listed])
    cells = [
        (one.state, one.age, _shown_cost(one, cost))
        for one, cost in zip(listed, costs, strict=True)
    ]
    # The states are counted below: where they are one, that says it all.
    kept = [index for index in range(3) if index or index in varying(cells)]
    rows = [
        TableRow(name=one.name, cells=tuple(cell[index] for index in kept), prose=one.problem)
        for one, cell in zip(listed, cells, strict=True)
    ]
    lines = lay_out(rows, width, left=(0,) if 0 in kept else ())
    counts = dict[str, int]()
    for one in listed:
        counts[one.state] = counts.get(one.state, 0) + 1
    parts = [f"{number} {state}" for state, number in counts.items()]
    parts += [*_sums(intents, elsewhere), *(["simulated: nothing was paid"] if simulated else [])]
    lines += wrapped(" · ".join(parts), width, indent=2)
    return "\n".join(lines) + "\n"


def render_lease(lease: Lease | None, now: float) -> str:
    """A line that says whether a run works in the folder at this time; none where none does."""
    if lease is None:
        return ""
    who = f"process {lease.holder.pid}"
    if lease.is_elsewhere:
        who += f' on "{visible(lease.holder.machine)}"'
    if lease.is_alive(now):
        return f"a run works here now ({who})\n"
    ended = f"the last run was cut off ({who})"
    if lease.is_elsewhere:
        silence = age(now - lease.expires + SECONDS)
        ended = f"the last run ({who}) is silent for {silence} and counts as cut off"
    return f"{ended}: run again to go on from there\n"


@dataclass(frozen=True, slots=True)
class _StatusRow:
    """What ``status`` says of a clip.

    ``is_due`` is a cost that is said though it is nothing; ``sum`` names the sum that it is part
    of: ``charged``, ``at risk`` or none.
    """

    name: str
    state: str
    age: str
    cost: Money | None
    problem: str = ""
    is_due: bool = False
    sum: str = ""


def _intent_row(intent: Intent, now: float) -> _StatusRow:
    is_at_risk = intent.state in AT_RISK
    is_due = is_at_risk or intent.state in _OVER
    return _StatusRow(
        name=visible(intent.order.address),
        state=STATE_WORDS[intent.state],
        age=ago(now - intent.changed_at),
        cost=intent.cost if is_due else intent.charged,
        problem=visible(intent.problem) if intent.state not in _OVER else "",
        is_due=is_due,
        sum="at risk" if is_at_risk else "charged" if intent.charged is not None else "",
    )


def _shown_cost(row: _StatusRow, cost: Money | None) -> str:
    if cost is None:
        return "unknown" if row.is_due else ""
    return str(cost) if row.is_due or cost.amount else ""


def _sums(intents: Sequence[Intent], elsewhere: Sequence[PaidOrder]) -> list[str]:
    charges = [one.charged for one in intents if one.state not in AT_RISK]
    charges += [one.charge for one in elsewhere]
    risks = [one.cost for one in intents if one.state in AT_RISK]
    charged = [one for one in total_by_currency(charges) if one.amount]
    return [
        *(f"charged {one}" for one in charged),
        *(f"at risk {one}" for one in total_by_currency(risks)),
    ]


def age(seconds: float) -> str:
    """A time gone by, in the largest unit that it fills; none where a clock was set back."""
    for size, unit in ((86400, "d"), (3600, "h"), (60, "min")):
        if seconds >= size:
            return f"{int(seconds // size)} {unit}"
    return f"{max(0, int(seconds))} s"


def ago(seconds: float) -> str:
    """How long ago something was, in words and in the largest unit: ``2 hours ago``."""
    for size, unit in ((86400, "day"), (3600, "hour"), (60, "minute")):
        if seconds >= size:
            return f"{counted(int(seconds // size), unit)} ago"
    return "just now"


def render_runs(
    runs: Sequence[RunRecord], written: Callable[[float], str], width: int | None = None
) -> str:
    """A line for each run; ``written`` writes a time. ``width`` is the terminal's, if there is one.

    Of target and file is said what is not the same for all.
    """
    if not runs:
        return "nothing was run here\n"
    places = [(visible(run.target), visible(run.file)) for run in runs]
    kept = varying(places)
    rows = []
    for run, place in zip(runs, places, strict=True):
        lasted = "" if run.ended_at is None else age(run.ended_at - run.started_at)
        rows.append(
            TableRow(
                name=run.id,
                cells=(written(run.started_at), lasted, run.outcome or "did not end"),
                prose=" · ".join(place[index] for index in kept),
            )
        )
    lines = lay_out(rows, width, left=(0, 2), indent=0)
    if same := [text for index, text in enumerate(places[0]) if index not in kept]:
        lines += wrapped(f"all of them: {' · '.join(same)}", width, indent=2)
    return "\n".join(lines) + "\n"


def runs_json(runs: Sequence[RunRecord]) -> dict[str, Any]:
    """``runs`` as JSON values."""
    return {"format": RUNS_FORMAT, "runs": [_run_json(run) for run in runs]}


def _run_json(run: RunRecord) -> Mapping[str, Any]:
    return {
        "run": run.id,
        "started_at": run.started_at,
        "ended_at": run.ended_at,
        "file": run.file,
        "target": run.target,
        "outcome": run.outcome,
    }


def amount(money: Money | None) -> dict[str, str] | None:
    """Money as JSON values; None where it is not known."""
    if money is None:
        return None
    return {"amount": format(money.amount, "f"), "currency": money.currency}
