"""The runs of a folder, with what each has sent and what that costs."""

from __future__ import annotations

from msgspec import Struct

from storyboard.ledger.intent import Intent, RunRecord
from storyboard.ledger.protocol import LedgerReader
from storyboard.ledger.states import AT_RISK, PAID
from storyboard.values.sums import total_by_currency
from storyboard.values.units import Money


class FolderRun(Struct, frozen=True, kw_only=True):
    """A run, and the clips that were sent by it and by no later one.

    ``charged`` is what they cost, by currency, ``at_risk`` what may still be owed for them, and
    ``unknown`` how many have no known price.
    """

    record: RunRecord
    clips: int
    charged: tuple[Money, ...]
    at_risk: tuple[Money, ...]
    unknown: int


def runs_of(ledger: LedgerReader) -> list[FolderRun]:
    """The runs of a ledger, the oldest first. Raises ``LedgerError``."""
    sent: dict[str, list[Intent]] = {}
    for intent in ledger.sent():
        sent.setdefault(intent.run, []).append(intent)
    return [_run(record, sent.get(record.id, [])) for record in ledger.runs()]


def _run(record: RunRecord, sent: list[Intent]) -> FolderRun:
    owed = [one.cost for one in sent if one.state in AT_RISK]
    # A failure costs what the vendor said, and an unknown bill is not nothing.
    paid = [one.cost for one in sent if one.state in PAID or one.billed is True]
    return FolderRun(
        record=record,
        clips=len(sent),
        charged=total_by_currency(paid),
        at_risk=total_by_currency(owed),
        unknown=[*owed, *paid].count(None),
    )
