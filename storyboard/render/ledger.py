"""What a ledger and a lock hold, as people see it and as JSON: ``status`` and ``runs``."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from storyboard.ledger import Finished, Intent, Lease, State
from storyboard.ledger.intent import RunRecord
from storyboard.ledger.lease import SECONDS
from storyboard.ledger.states import AT_RISK, STATE_WORDS
from storyboard.render.width import columns, visible
from storyboard.values.sums import total_by_currency
from storyboard.values.units import Money

STATUS_FORMAT = "storyboard-status/1"
RUNS_FORMAT = "storyboard-runs/1"

_ELSEWHERE = "rendered elsewhere"
_OVER = (State.STORED, State.SUCCEEDED)


def status_json(
    intents: Sequence[Intent],
    elsewhere: Sequence[Finished],
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


def _finished_json(finished: Finished) -> dict[str, Any]:
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
    intents: Sequence[Intent], elsewhere: Sequence[Finished], now: float, *, simulated: bool
) -> str:
    """A line for each clip: its name, its state, since when, its cost, and what was wrong.

    Below them, how many are in each state, what was charged and what is at risk.
    """
    rows = [_intent_row(intent, now) for intent in intents]
    rows += [(visible(one.address), _ELSEWHERE, "", str(one.charge or ""), "") for one in elsewhere]
    if not rows:
        return "nothing was run here\n"
    wide = [max(columns(row[index]) for row in rows) for index in range(4)]
    lines = []
    for name, state, age, cost, problem in rows:
        line = f"  {_left(name, wide[0])}  {_left(state, wide[1])}  {age:>{wide[2]}}  "
        line += f"{cost:>{wide[3]}}" + (f"  {problem}" if problem else "")
        lines.append(line.rstrip())
    counts = dict[str, int]()
    for row in rows:
        counts[row[1]] = counts.get(row[1], 0) + 1
    parts = [f"{number} {state}" for state, number in counts.items()]
    lines.append(" · ".join([*parts, *_sums(intents, elsewhere)]))
    if simulated:
        lines[-1] += " · simulated: nothing was paid"
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


def _left(text: str, width: int) -> str:
    return text + " " * (width - columns(text))


def _intent_row(intent: Intent, now: float) -> tuple[str, str, str, str, str]:
    is_due = intent.state in {*AT_RISK, *_OVER}
    cost = intent.cost if is_due else intent.charged
    is_shown = cost is not None and (is_due or cost.amount)
    return (
        visible(intent.order.address),
        STATE_WORDS[intent.state],
        age(now - intent.changed_at),
        str(cost) if is_shown else "unknown" if is_due else "",
        visible(intent.problem) if intent.state not in _OVER else "",
    )


def _sums(intents: Sequence[Intent], elsewhere: Sequence[Finished]) -> list[str]:
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


def render_runs(runs: Sequence[RunRecord], written: Callable[[float], str]) -> str:
    """A line for each run; ``written`` writes a time."""
    if not runs:
        return "nothing was run here\n"
    lines = []
    for run in runs:
        lasted = "" if run.ended_at is None else f"{age(run.ended_at - run.started_at):>7}"
        outcome = run.outcome or "did not end"
        lines.append(
            f"{run.id}  {written(run.started_at)}  {lasted:>7}  {outcome:<11}  "
            f"{visible(run.target)}  {visible(run.file)}"
        )
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
