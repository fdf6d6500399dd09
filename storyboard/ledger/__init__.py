"""The ledger: what was asked, what was paid, what was received. The only holder of "have we paid?".

``states`` has the states of an intent and the steps between them, ``intent`` the values, and
``protocol`` what every ledger does. ``store`` knows where a film's files are and opens its ledger.
``sqlite`` keeps a ledger in a file, ``readers`` reads such a file without writing, ``rows``
converts an intent to a row and back, ``damage`` says why a file cannot be used. ``lease`` lets one
run write at a time, ``lock`` is the committed record of what was paid, ``lock_lines`` its lines,
and ``history`` answers a planner's questions from ledger and lock.
"""

from __future__ import annotations

from storyboard.ledger.history import Known, KnownTakes, Standing
from storyboard.ledger.intent import IdTakenError, Intent, LedgerError, Order, Receipt, RunRecord
from storyboard.ledger.lease import Holder, Lease, LeaseHeldError, LeaseLostError
from storyboard.ledger.lock import Lock, LockError, merge_lock, read_lock
from storyboard.ledger.lock_lines import PaidOrder
from storyboard.ledger.protocol import Ledger, LedgerReader
from storyboard.ledger.states import IllegalStepError, State

__all__ = [
    "Holder",
    "IdTakenError",
    "IllegalStepError",
    "Intent",
    "Known",
    "KnownTakes",
    "Lease",
    "LeaseHeldError",
    "LeaseLostError",
    "Ledger",
    "LedgerError",
    "LedgerReader",
    "Lock",
    "LockError",
    "Order",
    "PaidOrder",
    "Receipt",
    "RunRecord",
    "Standing",
    "State",
    "merge_lock",
    "read_lock",
]
