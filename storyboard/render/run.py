"""A run as people see it: a live view, plain lines, JSON lines, and the summary at its end."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from storyboard.ledger import Intent, State
from storyboard.ledger.intents import RunRecord
from storyboard.render.width import clip, columns, visible
from storyboard.run.events import FORMAT, Event, Happening
from storyboard.run.reports import Report, Result
from storyboard.units import Money

MOST_ROWS = 20
_H = Happening
_WORDS = {
    _H.WAITING: "waiting",
    _H.UPLOADING: "uploading",
    _H.SUBMITTING: "sending",
    _H.SUBMITTED: "sent",
    _H.QUEUED: "in queue",
    _H.RUNNING: "rendering",
    _H.STORING: "storing",
    _H.STORED: "rendered",
    _H.REUSED: "as it is",
    _H.FAILED: "failed",
    _H.CANCELLED: "cancelled",
    _H.BLOCKED: "blocked",
    _H.UNPAID: "not sent: budget",
    _H.UNCERTAIN: "uncertain",
    _H.ADOPTED: "found again",
    _H.RELEASED: "may be sent again",
    _H.STRANDED: "still to be fetched",
}
_ACTIVE = (
    _H.STORING, _H.RUNNING, _H.QUEUED, _H.SUBMITTED, _H.SUBMITTING, _H.UPLOADING, _H.UNCERTAIN,
    _H.ADOPTED,
)  # fmt: skip
_GOOD = (_H.STORED, _H.REUSED)
_SENT = {*_ACTIVE, _H.STRANDED} - {_H.UPLOADING}
_SUMS = ("spent", "at risk", "left")
_COLORS = {_H.STORED: "32", _H.FAILED: "31", _H.UNCERTAIN: "33", _H.BLOCKED: "31"}


def json_line(event: Event) -> str:
    """An event as one line of JSON, with its end of line."""
    return json.dumps(event.to_json(), ensure_ascii=False) + "\n"


def plain_line(event: Event) -> str:
    """An event as one line for a log; empty for those that only a live view shows."""
    text = visible(str(event.facts.get("text", "")))
    match event.what:
        case _H.WAITING | _H.UPLOADING | _H.SUBMITTING | _H.QUEUED | _H.STORING | _H.REUSED:
            return ""
        case _H.PAUSED:
            return f"waiting {event.facts['seconds']} s: {text}\n"
        case _H.STOPPING:
            return f"nothing more is sent: {text}\n"
        case _H.STARTED | _H.FINISHED:
            return ""
        case _H.WARNING:
            return f"{event.clip}: warning: {text}\n"
    where = event.facts.get("file") or event.facts.get("id") or ""
    said = f": {text}" if text else f"  {where}" if where else ""
    return f"{visible(event.clip)}  {_WORDS[event.what]}{said}\n"


@dataclass(slots=True)
class Board:
    """What every clip is at, folded from the events; ``draw`` shows it.

    ``requests`` are the plan's: their seconds and estimated costs make the sums.
    """

    clips: int
    clock: Callable[[], float]
    requests: Sequence[Mapping[str, Any]] = ()
    now: dict[str, tuple[Event, float]] = field(default_factory=dict)
    said: str = ""

    def hear(self, event: Event) -> None:
        """Take an event in."""
        if event.what in (_H.PAUSED, _H.STOPPING):
            self.said = str(event.facts.get("text", ""))
        if not event.clip or event.what is _H.WARNING:
            return
        before = self.now.get(event.clip)
        since = before[1] if before and before[0].what is event.what else event.at
        self.now[event.clip] = (event, since)

    def draw(self, width: int, *, color: bool) -> list[str]:
        """The lines of the view: the clips under way, then the counts; ``MOST_ROWS`` at most."""
        active = [one for one in self.now.values() if one[0].what in _ACTIVE]
        active.sort(key=lambda one: (_ACTIVE.index(one[0].what), one[1]))
        room = MOST_ROWS - 2
        shown = active if len(active) <= room else active[: room - 1]
        rows = [self._row(event, since, width, color=color) for event, since in shown]
        if len(shown) < len(active):
            rows.append(f"  … and {len(active) - len(shown)} more")
        counts: dict[Happening, int] = {}
        for event, _ in self.now.values():
            counts[event.what] = counts.get(event.what, 0) + 1
        done = sum(counts.get(what, 0) for what in _GOOD)
        parts = [f"{done} of {self.clips} clips"]
        parts += [
            f"{counts[what]} {_WORDS[what]}"
            for what in (_H.WAITING, _H.FAILED, _H.BLOCKED, _H.UNCERTAIN, _H.UNPAID)
            if counts.get(what)
        ]
        parts += self._sums()
        rows.append(clip(" · ".join(parts), width))
        if self.said:
            rows.append(clip(visible(self.said), width))
        return rows

    def _sums(self) -> list[str]:
        """Seconds rendered of all, and what is spent, at risk and left of the estimate."""
        if not self.requests:
            return []
        made = whole = 0
        money: dict[str, Money] = {}
        for request in self.requests:
            at = self.now.get(request["id"])
            what = at[0].what if at is not None else None
            whole += request["seconds"]
            made += request["seconds"] if what in _GOOD else 0
            cost = request["cost"]
            if cost == "unknown" or request["action"] != "generate" or what is _H.REUSED:
                continue
            kind = "spent" if what is _H.STORED else "at risk" if what in _SENT else "left"
            amount = Money(Decimal(cost["amount"]), cost["currency"])
            money[kind] = money[kind] + amount if kind in money else amount
        return [f"{made} of {whole} s", *(f"{money[k]} {k}" for k in _SUMS if k in money)]

    def _row(self, event: Event, since: float, width: int, *, color: bool) -> str:
        age = max(0, int(self.clock() - since))
        words = _WORDS[event.what]
        position = event.facts.get("position")
        if event.what is _H.QUEUED and position is not None:
            words += f" ({position} before it)"
        name = clip(visible(event.clip), max(width - 40, 12))
        line = f"  {name}{' ' * max(0, 28 - columns(name))}  {words:<24}{age:>5} s"
        line = clip(line, width)
        code = _COLORS.get(event.what)
        return f"\x1b[{code}m{line}\x1b[0m" if color and code else line


@dataclass(slots=True)
class LiveView:
    """Draws the board anew in place, on a terminal. ``write`` takes text, ``width`` is asked."""

    board: Board
    write: Callable[[str], None]
    width: Callable[[], int]
    color: bool
    _drawn: int = 0

    def refresh(self) -> None:
        """Draw the board over what was drawn before."""
        lines = self.board.draw(self.width() - 1, color=self.color)
        self.write(self._up() + "".join(f"{line}\x1b[K\n" for line in lines) + "\x1b[J")
        self._drawn = len(lines)

    def clear(self) -> None:
        """Take the view away, for what is to be printed next."""
        self.write(self._up() + "\x1b[J")
        self._drawn = 0

    def _up(self) -> str:
        return f"\x1b[{self._drawn}F" if self._drawn else ""


# -- the end of a run -----------------------------------------------------------------------------

_ADVICE = {
    "bad_input": "mend the shot and run again",
    "content_policy": "change the text or the picture and run again",
    "exhausted": "top up the account and run again",
    "transient": "run again: it is sent once more",
}


def render_report(report: Report, *, command: str, out: str, color: bool) -> str:
    """The summary: what came, what did not and what to do, and the money last."""
    lines: list[str] = []
    for result in report.results:
        if result.what in _GOOD or (result.what is _H.WAITING and not result.text):
            continue
        lines.append(_problem(result, color=color))
    if report.stopped:
        lines.append(f"stopped: {visible(report.stopped)}")
    if lines:
        lines.append("")
    counts = _counted(report.results)
    lines.append(" · ".join(counts) + (f" · clips in {out}" if _came(report.results) else ""))
    lines.append(_money(report))
    if report.interrupted or not report.is_complete:
        lines.append(f"to go on: {command}")
    return "\n".join(lines) + "\n"


def _came(results: Iterable[Result]) -> bool:
    return any(result.what in _GOOD for result in results)


def _counted(results: Sequence[Result]) -> list[str]:
    counts: dict[Happening, int] = {}
    for result in results:
        counts[result.what] = counts.get(result.what, 0) + 1
    order = (_H.STORED, _H.REUSED, *(what for what in _WORDS if what not in _GOOD))
    return [f"{counts[what]} {_WORDS[what]}" for what in order if counts.get(what)]


def _problem(result: Result, *, color: bool) -> str:
    head = f"{_WORDS[result.what]}"
    if color and result.what in _COLORS:
        head = f"\x1b[{_COLORS[result.what]}m{head}\x1b[0m"
    text = f"{head}: {result.clip.address}"
    if result.place:
        text += f"  {visible(result.place)}"
    if result.text:
        text += f"\n   {visible(result.text)}"
    advice = _ADVICE.get(result.kind, "")
    if result.what is _H.UNCERTAIN:
        advice = f"it may be paid: storyboard resolve {result.clip.address} --help"
    return f"{text}\n   = help: {advice}" if advice else text


def _money(report: Report) -> str:
    """Estimated against charged, of what this run rendered; what is still at risk."""
    estimated, charged, risk = Decimal(0), Decimal(0), Decimal(0)
    currency, unknown = "USD", 0
    for result in report.results:
        intent = result.intent
        if intent is None or intent.run != report.run or result.what is _H.REUSED:
            continue
        cost = intent.cost
        currency = cost.currency if cost else currency
        if intent.state is State.STORED:
            estimated += intent.order.estimate.amount if intent.order.estimate else 0
            charged += intent.charged.amount if intent.charged else 0
            unknown += intent.charged is None
        elif intent.state in (
            State.SUBMITTING, State.UNCERTAIN, State.SUBMITTED, State.RUNNING, State.SUCCEEDED,
        ):  # fmt: skip
            risk += cost.amount if cost else 0
        elif intent.billed and intent.charged:
            charged += intent.charged.amount
    parts = [f"estimated {Money(estimated, currency)}", f"charged {Money(charged, currency)}"]
    if unknown:
        parts.append(f"{unknown} without a word on its price")
    if risk:
        parts.append(f"at risk {Money(risk, currency)}")
    return " · ".join(parts)


def report_json(report: Report) -> dict[str, Any]:
    """The report as JSON values: the last line of ``run --json``."""
    return {
        "format": FORMAT,
        "event": "report",
        "run": report.run,
        "stopped": report.stopped,
        "interrupted": report.interrupted,
        "complete": report.is_complete,
        "clips": [
            {
                "clip": result.clip.address,
                "names": list(result.clip.names),
                "digest": result.clip.digest,
                "end": str(result.what),
                "text": result.text,
                "kind": result.kind,
                "place": result.place,
                "estimate": _amount(result.clip.order.estimate),
                "charged": _amount(result.intent.charged if result.intent else None),
                "sha256": result.intent.clip if result.intent else None,
            }
            for result in report.results
        ],
    }


def _amount(money: Money | None) -> dict[str, str] | None:
    if money is None:
        return None
    return {"amount": format(money.amount, "f"), "currency": money.currency}


# -- the ledger -----------------------------------------------------------------------------------


def intent_json(intent: Intent) -> dict[str, Any]:
    """A line of ``status`` as JSON values."""
    return {
        "clip": intent.order.address,
        "digest": intent.digest,
        "host": intent.order.host,
        "endpoint": intent.order.endpoint,
        "state": str(intent.state),
        "seconds": intent.order.seconds,
        "estimate": _amount(intent.order.estimate),
        "charged": _amount(intent.charged),
        "request_id": intent.receipt.id if intent.receipt else None,
        "sha256": intent.clip,
        "problem": intent.problem,
        "failure": intent.failure,
        "since": round(intent.changed_at, 3),
    }


def render_status(rows: Sequence[tuple[str, Intent | None]], now: float) -> str:
    """A line for each clip: its name, its state, since when, its cost, and what was wrong."""
    if not rows:
        return "nothing was run here\n"
    wide = max(columns(visible(name)) for name, _ in rows)
    lines, counts = [], dict[str, int]()
    for name, intent in rows:
        state = str(intent.state) if intent else "new"
        counts[state] = counts.get(state, 0) + 1
        line = f"  {visible(name)}{' ' * (wide - columns(visible(name)))}  {state:<11}"
        if intent is not None:
            cost = intent.cost
            line += f" {_age(now - intent.changed_at):>6}  {cost or 'unknown'!s:>10}"
            if intent.problem and intent.state not in (State.STORED, State.SUCCEEDED):
                line += f"  {visible(intent.problem)}"
        lines.append(line.rstrip())
    lines.append(" · ".join(f"{number} {state}" for state, number in counts.items()))
    return "\n".join(lines) + "\n"


def _age(seconds: float) -> str:
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
        lasted = "" if run.ended_at is None else f"{_age(run.ended_at - run.started_at):>7}"
        outcome = run.outcome or "did not end"
        lines.append(
            f"{run.id}  {written(run.started_at)}  {lasted:>7}  {outcome:<11}  "
            f"{visible(run.target)}  {visible(run.file)}"
        )
    return "\n".join(lines) + "\n"


def run_json(run: RunRecord) -> Mapping[str, Any]:
    """A run as JSON values."""
    return {
        "run": run.id,
        "started_at": run.started_at,
        "ended_at": run.ended_at,
        "file": run.file,
        "target": run.target,
        "outcome": run.outcome,
    }
