"""The end of a run, as text and as JSON: what came, what did not and what to do, the money last."""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any

from msgspec import Struct

from storyboard.ledger import Intent, State
from storyboard.ledger.states import AT_RISK, UNDER_WAY
from storyboard.render.amounts import money_json
from storyboard.render.prose import wrapped
from storyboard.render.run import COLORS, GOOD, WORDS
from storyboard.render.uncertain import uncertain_json, uncertain_lines
from storyboard.render.width import columns, visible
from storyboard.run.events import FORMAT, Happening
from storyboard.run.report import Report, Result
from storyboard.values.sums import total_by_currency
from storyboard.values.units import Money

_H = Happening


class NextSteps(Struct, frozen=True, kw_only=True):
    """What to write next: the command that goes on, and how ``resolve`` is told of this film.

    ``out`` is where the clips are, ``stitch`` the command that joins them, empty for none.
    ``simulated`` is whether nothing of it was paid.
    """

    again: str
    film: str = ""
    out: str = ""
    simulated: bool = False
    stitch: str = ""

    def resolve(self, address: str) -> str:
        """The command that decides about a clip."""
        return f"storyboard resolve {shlex.quote(address)}{self.film}"

    def cancel(self, address: str = "") -> str:
        """The command that asks for the end of a clip, without one of all that are under way."""
        named = f" {shlex.quote(address)}" if address else ""
        return f"storyboard cancel{named}{self.film}"


class Sums(Struct, frozen=True, kw_only=True):
    """The money of a report, by currency: what came in this run, and what is still at risk.

    ``before`` is the part of the charge that an earlier run has sent; ``unknown`` counts the
    clips on whose price nothing was said. ``cancelled`` is what was stopped and may be charged all
    the same: hosts promise no money back for what had begun, and do not say whether it had.
    """

    estimated: tuple[Money, ...]
    charged: tuple[Money, ...]
    before: tuple[Money, ...]
    at_risk: tuple[Money, ...]
    cancelled: tuple[Money, ...]
    unknown: int

    @property
    def currency(self) -> str:
        """The currency of the first cost; of a sum of nothing, too."""
        known = (*self.estimated, *self.charged, *self.at_risk, *self.cancelled)
        return known[0].currency if known else "USD"


def sums(report: Report) -> Sums:
    """Estimated against charged, of the clips that came or were charged; what may still be paid."""
    over: list[Intent] = []
    at_risk: list[Intent] = []
    cancelled: list[Intent] = []
    for result in report.results:
        intent = result.intent
        if intent is None or result.what is _H.REUSED or result.is_fetch:
            continue
        if intent.state is State.STORED or (intent.billed and intent.run == report.run):
            over.append(intent)
        elif intent.state in AT_RISK or intent.state is State.SUCCEEDED:
            at_risk.append(intent)
        elif result.what is _H.CANCELLED and intent.billed is None:
            cancelled.append(intent)
    came = [one for one in over if one.state is State.STORED]
    return Sums(
        estimated=total_by_currency(one.order.estimate for one in over),
        charged=total_by_currency(one.charged for one in over),
        before=total_by_currency(one.charged for one in came if one.run != report.run),
        at_risk=total_by_currency(one.cost for one in at_risk),
        cancelled=total_by_currency(one.cost for one in cancelled),
        unknown=sum(one.charged is None for one in came),
    )


def _said(sums: Iterable[Money]) -> str:
    """A sum for people; nothing where it is of nothing."""
    return " + ".join(str(one) for one in sums if one.amount)


def _json(sums: Sequence[Money], currency: str) -> dict[str, str] | None:
    """A sum as JSON values; None where it is in several currencies, and so no amount."""
    if len(sums) > 1:
        return None
    return money_json(sums[0] if sums else Money(Decimal(0), currency))


def render_report(report: Report, ways: NextSteps, *, color: bool, width: int | None = None) -> str:
    """The summary: what came, what did not and what to do, and the money last.

    ``width`` is the terminal's, None where lines may be of any length; commands on lines
    of their own stay on one.
    """
    lines: list[str] = []
    for result in report.results:
        if result.what in GOOD or (result.what is _H.WAITING and not result.text):
            continue
        advice = _advice(result, ways, is_cut=report.interrupted)
        lines += _problem(result, advice, width, color=color)
    if report.stopped:
        lines += wrapped(f"stopped: {visible(report.stopped)}", width, indent=2)
    if lines:
        lines.append("")
    came = any(result.what in GOOD for result in report.results)
    counts = " · ".join(_counted(report.results))
    lines += wrapped(counts + (f" · clips in {visible(ways.out)}" if came else ""), width, indent=2)
    lines += wrapped(_money(report, ways), width, indent=2)
    if report.interrupted or not report.is_complete:
        lines.append(f"to go on: {visible(ways.again)}")
        if report.interrupted and any(map(_is_under_way, report.results)):
            lines.append(f"to stop what is under way: {visible(ways.cancel())}")
    elif ways.stitch:
        lines.append(f"next: {visible(ways.stitch)}")
    return "\n".join(lines) + "\n"


def _is_under_way(result: Result) -> bool:
    return result.intent is not None and result.intent.state in UNDER_WAY - {State.SUCCEEDED}


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
            return (
                "it may be paid, so it is not sent again: run again later, and it is looked for "
                f"again, or look there and decide:{_decisions(ways.resolve(_sent_as(result)))}"
            )
        case _H.RELEASED:
            return "the vendor does not have it: run again, and it is sent"
        case _H.STRANDED if result.kind == "bad_key":
            return (
                "it is paid, and nothing was sent in its place: run again with the key that it was "
                f"ordered with, or let its owner give you {_take_file(result)}"
            )
        case _H.LOST:
            return (
                "nothing was sent in its place: plan again, and it is offered with its price; "
                f"where somebody still has it, {_take_file(result)} makes it paid again"
            )
        case _H.STRANDED if result.text and not is_cut:
            lost = f"{ways.resolve(_sent_as(result))} --send-again"
            stop = ""
            if _is_under_way(result):
                stop = f"to have it stopped: {ways.cancel(_sent_as(result))}; "
            return f"run again, and it is fetched; {stop}only where the vendor has lost it: {lost}"
        case _H.CANCELLED:
            is_open = result.intent is None or result.intent.billed is None
            charge = "if it had begun, it may be charged all the same; " if is_open else ""
            return f"{charge}to have it, run again: it is sent anew"
        case _H.UNPAID:
            return "raise the budget, or --max-cost, and run again"
        case _H.FAILED if result.kind == "content_policy":
            same = f"{ways.resolve(_sent_as(result))} --send-again"
            return f"{_ADVICE[result.kind]}; to send the same once more, which is paid anew: {same}"
        case _H.FAILED if not result.kind:
            return "nothing was sent for it"
    return _ADVICE.get(result.kind, "")


def _take_file(result: Result) -> str:
    """The file in which a clip is looked for, as people put a copy of it there."""
    clip = result.intent.clip if result.intent is not None else None
    return f".storyboard/takes/{clip}.mp4" if clip else "the clip's file in .storyboard/takes"


_DECISIONS = {
    "--send-again": "the vendor does not have it",
    "--adopt ID": "the vendor has it under this id",
    "--drop": "it is not wanted any more",
}


def _decisions(command: str) -> str:
    """The commands that decide about an uncertain clip, a line each."""
    wide = max(map(len, _DECISIONS))
    return "".join(f"\n     {command} {way:{wide}}  {why}" for way, why in _DECISIONS.items())


def _sent_as(result: Result) -> str:
    """The name that the ledger knows a clip by: the one it had when it was sent."""
    return result.intent.order.address if result.intent is not None else result.clip.address


def _problem(result: Result, advice: str, width: int | None, *, color: bool) -> list[str]:
    head = _word(result)
    if color and result.what in COLORS:
        head = f"\x1b[{COLORS[result.what]}m{head}\x1b[0m"
    # A clip and its place are what a reader goes to: they are not divided.
    named, place = f"{_word(result)}: {visible(result.clip.address)}", visible(result.place)
    lines = [named.replace(_word(result), head, 1)]
    if place and (width is None or columns(f"{named}  {place}") <= width):
        lines[0] += f"  {place}"
    elif place:
        lines.append(f"   {place}")
    said = [visible(result.text)] if result.text else []
    if result.what is _H.UNCERTAIN:
        said += uncertain_lines(result)
    if advice:
        first, *commands = map(visible, advice.split("\n"))
        said += [f"= help: {first}", *commands]
    for one in said:
        # What begins with a blank is a command, which stays on one line, with what it means.
        if one[:1] != " ":
            lines += wrapped(f"   {one}", width, indent=5)
        elif width is None or columns(one) <= width:
            lines.append(one)
        else:
            command, _, why = one.rpartition("  ")
            lines += [f"     {why}:", f"  {command.rstrip()}"]
    return lines


def _money(report: Report, ways: NextSteps) -> str:
    found = sums(report)
    nothing = str(Money(Decimal(0), found.currency))
    parts = []
    fetched = any(result.what is _H.FETCHED for result in report.results)
    if _said(found.estimated) or _said(found.charged):
        charged = f"charged {_said(found.charged) or nothing}"
        if before := _said(found.before):
            charged += f", {before} of it for what an earlier run had sent"
        parts = [f"estimated {_said(found.estimated) or nothing}", charged]
    if fetched and parts:
        parts.append("what was fetched was paid before")
    if found.unknown:
        clips = "clip" if found.unknown == 1 else "clips"
        parts.append(f"{found.unknown} {clips} without a word on the price")
    if not parts and not _said(found.cancelled):
        parts = ["nothing was charged" + (", as all was paid before" if fetched else "")]
        fetched = False
    if at_risk := _said(found.at_risk):
        parts.append(f"at risk {at_risk}")
    if cancelled := _said(found.cancelled):
        parts.append(f"up to {cancelled} may be charged for what was cancelled")
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
        "estimated": _json(money.estimated, money.currency),
        "charged": _json(money.charged, money.currency),
        "at_risk": _json(money.at_risk, money.currency),
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
        "estimate": money_json(result.clip.order.estimate),
        "charged": money_json(intent.charged if intent else None),
        "sha256": intent.clip if intent else None,
        **({"uncertain": uncertain_json(result)} if result.what is _H.UNCERTAIN else {}),
    }
