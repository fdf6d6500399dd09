"""What every ledger does: the half that only reads, and the whole.

``Store.read_ledger`` and ``Store.open_ledger`` give the ledger of a film. The tests in
``tests/ledger/test_conformance.py`` hold for every implementation.

Every method raises ``LedgerError`` where the ledger cannot be used: it is damaged, of a newer
version, of another program, or its disk refuses. Times are Unix seconds by the ledger's clock.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol, Self, Unpack

from storyboard.ledger.intent import (
    Attempt,
    Intent,
    IntentChanges,
    IntentStep,
    Order,
    Receipt,
    RunRecord,
)
from storyboard.ledger.lease import Holder, Lease
from storyboard.ledger.states import State
from storyboard.ledger.stored_files import TakeFile
from storyboard.values.units import Money


class LedgerReader(Protocol):
    """A ledger that is only read. A ledger that does not exist has no intents, runs or lease."""

    def intents(self, *states: State) -> list[Intent]:
        """All intents, or those in the given states, the oldest first."""

    def sent(self) -> list[Intent]:
        """The intents whose orders were sent from here, the oldest first.

        Those that were adopted, from a lock or by an id, were not.
        """

    def steps(self) -> list[IntentStep]:
        """Each change of the state of an intent, the oldest first."""

    def take_files(self) -> dict[str, TakeFile]:
        """The files of takes as they were when their bytes were those that came, by sha256."""

    def runs(self) -> list[RunRecord]:
        """All runs, the oldest first."""

    def lease(self) -> Lease | None:
        """The lease as it was last written, which may have expired; None where nobody holds one."""


class Ledger(LedgerReader, Protocol):
    """A ledger that is read and written. Each call is one transaction.

    Every method that writes, apart from ``take_lease``, raises ``LeaseLostError`` unless this
    object holds the lease, and then writes nothing.

    What the vendor cannot tell again is on the disk when a call returns: intents, the vendor's
    ids, the clips. The steps to ``running`` and ``succeeded`` survive a kill of the process, and
    may be lost with the power.
    """

    def get(self, digest: str) -> Intent | None:
        """The intent of a request's digest; None where there is none."""

    def intend(
        self, order: Order, run: str, links: dict[str, str], life: float | None = None
    ) -> Intent:
        """Write that an order is about to be sent; only after this may it be sent.

        ``run`` is the id of the run that sends it, ``links`` as in :class:`Intent`, ``life`` as in
        :class:`Attempt`. Raises ``IllegalStepError`` where there is an intent that may not be sent
        again.
        """

    def attempt(self, digest: str) -> Attempt:
        """The last attempt to send the order of an intent; one of which nothing is known else."""

    def end_attempt(self, digest: str, at: float) -> None:
        """Write a time at which the last attempt had certainly ended; the earliest is kept."""

    def step(
        self,
        digest: str,
        state: State,
        *,
        file: TakeFile | None = None,
        **changes: Unpack[IntentChanges],
    ) -> Intent:
        """Take an intent to a state and set the given fields; the others stay.

        ``file`` is that of the clip, which has the bytes that came.

        Raises ``IllegalStepError`` for a step that ``states.STEPS`` does not have, and
        ``LedgerError`` for an unknown digest or a vendor's id that another intent of the host has.
        """

    def adopt(
        self,
        order: Order,
        run: str,
        receipt: Receipt,
        charged: Money | None,
        clip: str | None = None,
    ) -> Intent:
        """Write an intent whose order another machine has sent, in state ``succeeded``.

        ``clip`` is the hex sha256 of its clip, None where that is not known.

        Raises ``LedgerError`` where there is an intent that may not be sent again.
        """

    def accepted(self, host: str, endpoint: str, since: float) -> list[Intent]:
        """The intents of an endpoint with a vendor's id, sent from here at or after a time.

        The oldest come first. Those that were adopted from a lock were sent elsewhere.
        """

    def claimed(self, host: str) -> frozenset[str]:
        """Every vendor's id that any intent of a host has or had."""

    def link(self, host: str, sha256: str) -> tuple[str, float] | None:
        """The public link of an uploaded file and when it was kept; None where none is kept."""

    def keep_link(self, host: str, sha256: str, url: str) -> None:
        """Keep the link of an uploaded file.

        A link with a query, a fragment or credentials may hold a secret and is not kept.
        """

    def forget_link(self, host: str, sha256: str) -> None:
        """Delete the link of a file; nothing happens where none is kept."""

    def keep_take_files(self, files: Mapping[str, TakeFile]) -> None:
        """Write that the files of takes, by sha256, have the bytes that came."""

    def begin_run(self, run: str, file: str, target: str) -> None:
        """Write that a run has begun, with the storyboard's file and the target's id."""

    def end_run(self, run: str, outcome: str) -> None:
        """Write how a run ended: ``complete``, ``partial`` or ``interrupted``."""

    def take_lease(self, holder: Holder | None = None) -> None:
        """Become the only writer; ``holder`` is this process where None is given.

        Raises ``LeaseHeldError`` while another holder is alive, see ``Lease.is_alive``.
        """

    def beat(self) -> None:
        """Extend the lease to ``lease.SECONDS`` from now."""

    def give_lease_back(self) -> None:
        """Delete the lease where this object holds it; another may then take it at once."""

    def close(self) -> None:
        """Give the lease back and release the file or connection. May be called again."""

    def __enter__(self) -> Self: ...

    def __exit__(self, *_: object) -> None: ...
