"""The ledger: what was asked, what was paid, what was received. The only holder of "have we paid?".

``states`` are the states of an intent and the steps between them; ``intent`` has its values and
the protocol; ``sqlite`` keeps them in a file, ``rows`` says how, ``readers`` look at such files
without writing, ``damage`` says why one cannot be used; ``lease`` lets one run write at a time;
``lock`` is the committed record of finished takes; ``history`` answers a planner's questions from
both; ``store`` knows where a film's files are on the disk.
"""

from __future__ import annotations

from storyboard.ledger.history import Known, KnownTakes, Standing
from storyboard.ledger.intent import Intent, Ledger, LedgerError, Order, Receipt
from storyboard.ledger.lease import Holder, Lease, LeaseHeldError, LeaseLostError
from storyboard.ledger.lock import Finished, LockError, merge_lock, read_lock
from storyboard.ledger.readers import read_intents, read_lease, read_runs
from storyboard.ledger.sqlite import SqliteLedger
from storyboard.ledger.states import IllegalStepError, State

__all__ = [
    "Finished",
    "Holder",
    "IllegalStepError",
    "Intent",
    "Known",
    "KnownTakes",
    "Lease",
    "LeaseHeldError",
    "LeaseLostError",
    "Ledger",
    "LedgerError",
    "LockError",
    "Order",
    "Receipt",
    "SqliteLedger",
    "Standing",
    "State",
    "merge_lock",
    "read_intents",
    "read_lease",
    "read_lock",
    "read_runs",
]
