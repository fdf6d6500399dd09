"""A ledger in memory, written from the protocol alone: the conformance tests hold for it too."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Self, Unpack

from msgspec.structs import replace

from storyboard.ledger import (
    Holder,
    IdTakenError,
    Intent,
    Lease,
    LeaseHeldError,
    LeaseLostError,
    LedgerError,
    Order,
    Receipt,
    RunRecord,
    State,
)
from storyboard.ledger.intent import Attempt, IntentChanges, IntentStep
from storyboard.ledger.lease import SECONDS
from storyboard.ledger.states import STEPS, check_step
from storyboard.ledger.stored_files import TakeFile
from storyboard.values.units import Money


@dataclass
class Memory:
    """What is kept: several ledgers may be open on one."""

    intents: dict[str, Intent] = field(default_factory=dict)
    ids: set[tuple[str, str]] = field(default_factory=set)
    links: dict[tuple[str, str], tuple[str, float]] = field(default_factory=dict)
    runs: dict[str, RunRecord] = field(default_factory=dict)
    steps: list[IntentStep] = field(default_factory=list)
    takes: dict[str, TakeFile] = field(default_factory=dict)
    lease: Lease | None = None
    attempts: dict[str, Attempt] = field(default_factory=dict)


class MemoryReader:
    """See :class:`storyboard.ledger.protocol.LedgerReader`."""

    def __init__(self, memory: Memory) -> None:
        self._memory = memory

    def intents(self, *states: State) -> list[Intent]:
        return [one for one in self._memory.intents.values() if not states or one.state in states]

    def sent(self) -> list[Intent]:
        return [one for one in self._memory.intents.values() if one.digest in self._memory.attempts]

    def steps(self) -> list[IntentStep]:
        return list(self._memory.steps)

    def take_files(self) -> dict[str, TakeFile]:
        return dict(self._memory.takes)

    def runs(self) -> list[RunRecord]:
        return list(self._memory.runs.values())

    def lease(self) -> Lease | None:
        return self._memory.lease


class MemoryLedger(MemoryReader):
    """See :class:`storyboard.ledger.protocol.Ledger`."""

    def __init__(self, memory: Memory, clock: Callable[[], float]) -> None:
        super().__init__(memory)
        self._clock = clock
        self._holder: Holder | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        self.give_lease_back()

    def take_lease(self, holder: Holder | None = None) -> None:
        holder, before = holder or Holder.here(), self._memory.lease
        if before is not None and before.is_alive(self._clock()):
            raise LeaseHeldError(f"process {before.holder.pid} on {before.holder.machine}")
        self._memory.lease = Lease(holder=holder, expires=self._clock() + SECONDS)
        self._holder = holder

    def beat(self) -> None:
        lease = self._check()
        self._memory.lease = replace(lease, expires=self._clock() + SECONDS)

    def give_lease_back(self) -> None:
        lease = self._memory.lease
        if self._holder is not None and lease is not None and self._holder == lease.holder:
            self._memory.lease = None
        self._holder = None

    def _check(self) -> Lease:
        lease = self._memory.lease
        if self._holder is None or lease is None or lease.holder.token != self._holder.token:
            raise LeaseLostError("another run has taken over")
        return lease

    def get(self, digest: str) -> Intent | None:
        return self._memory.intents.get(digest)

    def intend(
        self, order: Order, run: str, links: dict[str, str], life: float | None = None
    ) -> Intent:
        self._check()
        before = self.get(order.digest)
        if before is not None:
            check_step(before.state, State.SUBMITTING)
        self._memory.attempts[order.digest] = Attempt(life=life)
        return self._put(
            Intent(order=order, state=State.SUBMITTING, run=run, links=links), new=True
        )

    def attempt(self, digest: str) -> Attempt:
        return self._memory.attempts.get(digest, Attempt())

    def end_attempt(self, digest: str, at: float) -> None:
        self._check()
        before = self._memory.attempts.get(digest)
        if before is not None:
            earliest = at if before.ended_at is None else min(at, before.ended_at)
            self._memory.attempts[digest] = replace(before, ended_at=earliest)

    def adopt(
        self,
        order: Order,
        run: str,
        receipt: Receipt,
        charged: Money | None,
        clip: str | None = None,
    ) -> Intent:
        self._check()
        before = self.get(order.digest)
        if before is not None and State.SUBMITTING not in STEPS[before.state]:
            raise LedgerError(f'"{order.address}" is in the ledger already')
        state = State.SUCCEEDED
        self._memory.attempts.pop(order.digest, None)
        made = Intent(
            order=order, state=state, run=run, receipt=receipt, charged=charged, clip=clip
        )
        return self._put(made, new=True)

    def step(
        self,
        digest: str,
        state: State,
        *,
        file: TakeFile | None = None,
        **changes: Unpack[IntentChanges],
    ) -> Intent:
        self._check()
        before = self.get(digest)
        if before is None:
            raise LedgerError(f"the ledger has no intent {digest}")
        check_step(before.state, state)
        after = self._put(replace(before, state=state, **changes))
        if file is not None and after.clip is not None:
            self._memory.takes[after.clip] = file
        return after

    def _put(self, intent: Intent, *, new: bool = False) -> Intent:
        now, host = self._clock(), intent.order.host
        if intent.receipt is not None:
            for other in self._memory.intents.values():
                is_same = other.receipt is not None and other.receipt.id == intent.receipt.id
                if is_same and other.order.host == host and other.digest != intent.digest:
                    raise IdTakenError("another clip has this id of the vendor already")
            self._memory.ids.add((host, intent.receipt.id))
        intended = now if new else intent.intended_at
        kept = replace(intent, intended_at=intended, changed_at=now)
        self._memory.intents[intent.digest] = kept
        vendor_id = intent.receipt.id if intent.receipt else None
        self._memory.steps.append(
            IntentStep(intent.digest, intent.state, now, intent.run, vendor_id)
        )
        return kept

    def accepted(self, host: str, endpoint: str, since: float) -> list[Intent]:
        return [
            one
            for one in self._memory.intents.values()
            if one.receipt is not None
            and (one.order.host, one.order.endpoint) == (host, endpoint)
            and one.intended_at >= since
            and one.digest in self._memory.attempts
        ]

    def claimed(self, host: str) -> frozenset[str]:
        return frozenset(name for where, name in self._memory.ids if where == host)

    def link(self, host: str, sha256: str) -> tuple[str, float] | None:
        return self._memory.links.get((host, sha256))

    def keep_link(self, host: str, sha256: str, url: str) -> None:
        if not any(sign in url for sign in "?#@"):
            self._check()
            self._memory.links[host, sha256] = (url, self._clock())

    def forget_link(self, host: str, sha256: str) -> None:
        self._check()
        self._memory.links.pop((host, sha256), None)

    def keep_take_files(self, files: Mapping[str, TakeFile]) -> None:
        self._check()
        self._memory.takes.update(files)

    def begin_run(self, run: str, file: str, target: str) -> None:
        self._check()
        self._memory.runs[run] = RunRecord(
            id=run, started_at=self._clock(), ended_at=None, file=file, target=target, outcome=""
        )

    def end_run(self, run: str, outcome: str) -> None:
        self._check()
        before = self._memory.runs[run]
        self._memory.runs[run] = replace(before, ended_at=self._clock(), outcome=outcome)
