"""The runs of a folder, with what each has sent and fetched, and what that costs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from msgspec import Struct

from storyboard.ledger.intent import Intent, IntentStep, RunRecord
from storyboard.ledger.protocol import LedgerReader
from storyboard.ledger.states import AT_RISK, PAID, State
from storyboard.values.sums import total_by_currency
from storyboard.values.units import Money


class FolderRun(Struct, frozen=True, kw_only=True):
    """A run, and the clips that were sent by it and by no later one.

    ``fetched`` counts those that were paid before it, and that it has only got. ``charged`` is what
    the clips that it sent cost, by currency, ``at_risk`` what may still be owed for them, and
    ``unknown`` how many have no known price.
    """

    record: RunRecord
    clips: int
    fetched: int
    charged: tuple[Money, ...]
    at_risk: tuple[Money, ...]
    unknown: int


def runs_of(ledger: LedgerReader) -> list[FolderRun]:
    """The runs of a ledger, the oldest first. Raises ``LedgerError``."""
    sent: dict[str, list[Intent]] = {}
    for intent in ledger.sent():
        sent.setdefault(intent.run, []).append(intent)
    records = ledger.runs()
    fetched = _fetched(records, ledger.steps())
    return [_run(one, sent.get(one.id, []), fetched.get(one.id, 0)) for one in records]


def _run(record: RunRecord, sent: list[Intent], fetched: int) -> FolderRun:
    owed = [one.cost for one in sent if one.state in AT_RISK]
    # A failure costs what the vendor said, and an unknown bill is not nothing.
    paid = [one.cost for one in sent if one.state in PAID or one.billed is True]
    return FolderRun(
        record=record,
        clips=len(sent),
        fetched=fetched,
        charged=total_by_currency(paid),
        at_risk=total_by_currency(owed),
        unknown=[*owed, *paid].count(None),
    )


def _fetched(records: Iterable[RunRecord], steps: Iterable[IntentStep]) -> Mapping[str, int]:
    """How many clips each run has fetched that were paid before it.

    One run at a time writes a ledger, so a step is of the run that had begun last.
    """
    by_start = sorted(records, key=lambda one: one.started_at)
    counts: dict[str, int] = {}
    seen: dict[str, tuple[State | None, State | None, float]] = {}
    run = -1
    for step in steps:
        while run + 1 < len(by_start) and by_start[run + 1].started_at <= step.at:
            run += 1
        before, last, at = seen.get(step.digest, (None, None, 0.0))
        seen[step.digest] = last, step.state, step.at
        if run < 0 or step.state is not State.STORED or before is State.LOST:
            continue  # of what was lost, somebody has brought a copy
        if before not in AT_RISK or at < by_start[run].started_at:
            counts[by_start[run].id] = counts.get(by_start[run].id, 0) + 1
    return counts
