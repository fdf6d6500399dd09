"""The runs of a folder, with what each has sent and fetched, and what that costs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from msgspec import Struct, field

from storyboard.ledger.intent import Intent, IntentStep, RunRecord
from storyboard.ledger.lock import Lock
from storyboard.ledger.protocol import LedgerReader
from storyboard.ledger.states import AT_RISK, PAID, State
from storyboard.values.sums import total_by_currency
from storyboard.values.units import Money


class FolderRun(Struct, frozen=True, kw_only=True):
    """A run, and the clips that it has sent.

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


class _SentClips(Struct):
    """What a run has sent: ``intents`` that no later run has sent again, and ``earlier`` orders.

    Of these ``paid`` are the charges, None where the vendor did not say it.
    """

    intents: list[Intent] = field(default_factory=list)
    earlier: set[str] = field(default_factory=set)
    paid: list[Money | None] = field(default_factory=list)


def runs_of(ledger: LedgerReader, lock: Lock) -> list[FolderRun]:
    """The runs of a ledger, the oldest first; ``lock`` tells what orders cost that were sent again.

    Raises ``LedgerError``.
    """
    records, steps = ledger.runs(), ledger.steps()
    sent = {one.id: _SentClips() for one in records}
    last = {}
    for intent in ledger.sent():
        last[intent.digest] = intent.run
        if intent.run in sent:
            sent[intent.run].intents.append(intent)
    for step in steps:
        if step.run in sent and last.get(step.digest) != step.run:
            found = sent[step.run]
            if step.state is State.SUBMITTING:
                found.earlier.add(step.digest)
            order = lock.orders.get((step.digest, step.vendor_id or ""))
            if step.state is State.SUBMITTED and order is not None:
                found.paid.append(order.charge)
    fetched = _fetched(records, steps)
    return [_run(one, sent[one.id], fetched.get(one.id, 0)) for one in records]


def _run(record: RunRecord, sent: _SentClips, fetched: int) -> FolderRun:
    owed = [one.cost for one in sent.intents if one.state in AT_RISK]
    # A failure costs what the vendor said, and an unknown bill is not nothing.
    paid = [one.cost for one in sent.intents if one.state in PAID or one.billed is True]
    paid += sent.paid
    return FolderRun(
        record=record,
        clips=len(sent.intents) + len(sent.earlier),
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
