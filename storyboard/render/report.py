"""The end of a run, as text and as JSON: what came, what did not and what to do, the money last."""

from __future__ import annotations

import shlex
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from storyboard.ledger import State
from storyboard.ledger.states import AT_RISK
from storyboard.render.ledger import amount
from storyboard.render.run import COLORS, GOOD, WORDS
from storyboard.render.width import visible
from storyboard.run.events import FORMAT, Happening
from storyboard.run.report import Report, Result
from storyboard.values.units import Money

_H = Happening


@dataclass(frozen=True, slots=True, kw_only=True)
class NextSteps:
    """What to write next: the command that goes on, and how ``resolve`` is told of this film.

    ``out`` is where the clips are. ``simulated`` is whether nothing of it was paid.
    """

    again: str
    film: str = ""
    out: str = ""
    simulated: bool = False

    def resolve(self, address: str) -> str:
        """The command that decides about a clip."""
        return f"storyboard resolve {shlex.quote(address)}{self.film}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sums:
    """The money of a report: what came in this run, and what is still at risk, whoever sent it.

    ``before`` is the part of the charge that an earlier run has sent; ``unknown`` counts the
    clips on whose price nothing was said. ``cancelled`` is what was stopped and may be charged all
    the same: hosts promise no money back for what had begun, and do not say whether it had.
    """

    estimated: Money
    charged: Money
    before: Money
    at_risk: Money
    cancelled: Money
    unknown: int


def sums(report: Report) -> Sums:
    """Estimated against charged, of the clips that came or were charged; what may still be paid."""
    estimated, charged, before = Decimal(0), Decimal(0), Decimal(0)
    risk, cancelled = Decimal(0), Decimal(0)
    currency, unknown = "USD", 0
    for result in report.results:
        intent = result.intent
        if intent is None or result.what is _H.REUSED:
            continue
        cost = intent.cost
        currency = cost.currency if cost else currency
        paid = intent.charged.amount if intent.charged else Decimal(0)
        expected = intent.order.estimate.amount if intent.order.estimate else Decimal(0)
        if intent.state is State.STORED:
            estimated += expected
            charged += paid
            before += paid if intent.run != report.run else 0
            unknown += intent.charged is None
        elif intent.state in AT_RISK or intent.state is State.SUCCEEDED:
            risk += cost.amount if cost else 0
        elif intent.billed and intent.run == report.run:
            estimated += expected
            charged += paid
        elif result.what is _H.CANCELLED and intent.billed is None:
            cancelled += cost.amount if cost else 0
    return Sums(
        estimated=Money(estimated, currency),
        charged=Money(charged, currency),
        before=Money(before, currency),
        at_risk=Money(risk, currency),
        cancelled=Money(cancelled, currency),
        unknown=unknown,
    )


def render_report(report: Report, ways: NextSteps, *, color: bool) -> str:
    """The summary: what came, what did not and what to do, and the money last."""
    lines: list[str] = []
    for result in report.results:
        if result.what in GOOD or (result.what is _H.WAITING and not result.text):
            continue
        advice = _advice(result, ways, is_cut=report.interrupted)
        lines.append(_problem(result, advice, color=color))
    if report.stopped:
        lines.append(f"stopped: {visible(report.stopped)}")
    if lines:
        lines.append("")
    came = any(result.what in GOOD for result in report.results)
    counts = " · ".join(_counted(report.results))
    lines.append(counts + (f" · clips in {visible(ways.out)}" if came else ""))
    lines.append(_money(report, ways))
    if report.interrupted or not report.is_complete:
        lines.append(f"to go on: {visible(ways.again)}")
    return "\n".join(lines) + "\n"


def _word(result: Result) -> str:
    """What became of a clip, for good or until the next run."""
    is_made = result.intent is not None and result.intent.state is State.SUCCEEDED
    match result.what:
        case _H.WAITING:
            return "not sent"
        case _H.STRANDED if not is_made:
            return "still under way"
        case _H.UNPAID:
            return "not sent"
    return WORDS[result.what]


def _counted(results: Iterable[Result]) -> list[str]:
    counts: dict[str, int] = {WORDS[what]: 0 for what in GOOD}
    for result in results:
        word = _word(result)
        counts[word] = counts.get(word, 0) + 1
    several = {WORDS[_H.REUSED]: "as they are"}
    return [
        f"{number} {several.get(word, word) if number > 1 else word}"
        for word, number in counts.items()
        if number
    ]


_ADVICE = {
    "bad_input": "mend the shot and run again",
    "content_policy": "change the text or the picture and run again",
    "refused": "see what the host says; run again, and it is sent once more",
    "exhausted": "top up the account and run again",
    "transient": "run again: it is sent once more",
}


def _advice(result: Result, ways: NextSteps, *, is_cut: bool) -> str:
    """What to do about a clip; ``is_cut`` is whether the run was ended before it could be had."""
    match result.what:
        case _H.UNCERTAIN:
            decide = ways.resolve(_sent_as(result))
            return f"it may be paid, so it is not sent again: run again later, or decide: {decide}"
        case _H.RELEASED:
            return "the vendor does not have it: run again, and it is sent"
        case _H.STRANDED if result.text and not is_cut:
            lost = f"{ways.resolve(_sent_as(result))} --send-again"
            return f"run again, and it is fetched; only where the vendor has lost it: {lost}"
        case _H.CANCELLED:
            is_open = result.intent is None or result.intent.billed is None
            charge = "if it had begun, it may be charged all the same; " if is_open else ""
            return f"{charge}to have it, run again: it is sent anew"
        case _H.UNPAID:
            return "raise the budget, or --max-cost, and run again"
        case _H.FAILED if not result.kind:
            return "nothing was sent for it"
    return _ADVICE.get(result.kind, "")


def _sent_as(result: Result) -> str:
    """The name that the ledger knows a clip by: the one it had when it was sent."""
    return result.intent.order.address if result.intent is not None else result.clip.address


def _problem(result: Result, advice: str, *, color: bool) -> str:
    head = _word(result)
    if color and result.what in COLORS:
        head = f"\x1b[{COLORS[result.what]}m{head}\x1b[0m"
    text = f"{head}: {visible(result.clip.address)}"
    if result.place:
        text += f"  {visible(result.place)}"
    if result.text:
        text += f"\n   {visible(result.text)}"
    return f"{text}\n   = help: {visible(advice)}" if advice else text


def _money(report: Report, ways: NextSteps) -> str:
    found = sums(report)
    parts = []
    if found.estimated.amount or found.charged.amount:
        charged = f"charged {found.charged}"
        if found.before.amount:
            charged += f", {found.before} of it for what an earlier run had sent"
        parts = [f"estimated {found.estimated}", charged]
    if found.unknown:
        clips = "clip" if found.unknown == 1 else "clips"
        parts.append(f"{found.unknown} {clips} without a word on the price")
    if not parts and not found.cancelled.amount:
        parts = ["nothing was charged"]
    if found.at_risk.amount:
        parts.append(f"at risk {found.at_risk}")
    if found.cancelled.amount:
        parts.append(f"up to {found.cancelled} may be charged for what was cancelled")
    if ways.simulated:
        parts.append("simulated: nothing was paid")
    return " · ".join(parts)


def report_json(report: Report, *, simulated: bool) -> dict[str, Any]:
    """The report as JSON values: the last line of ``run --json``."""
    money = sums(report)
    return {
        "format": FORMAT,
        "event": "report",
        "run": report.run,
        "simulated": simulated,
        "stopped": report.stopped,
        "interrupted": report.interrupted,
        "complete": report.is_complete,
        "estimated": amount(money.estimated),
        "charged": amount(money.charged),
        "at_risk": amount(money.at_risk),
        "clips": [_clip_json(result) for result in report.results],
    }


def _clip_json(result: Result) -> dict[str, Any]:
    intent = result.intent
    return {
        "clip": result.clip.address,
        "names": list(result.clip.names),
        "digest": result.clip.digest,
        "end": str(result.what),
        "text": result.text,
        "kind": result.kind,
        "place": result.place,
        "estimate": amount(result.clip.order.estimate),
        "charged": amount(intent.charged if intent else None),
        "sha256": intent.clip if intent else None,
    }
