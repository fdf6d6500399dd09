"""The ledger in a SQLite file: every change is on the disk before the call returns."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Self, Unpack

from msgspec.structs import replace

from storyboard.ledger import rows
from storyboard.ledger.damage import check_place, sound, unusable
from storyboard.ledger.intent import (
    Attempt,
    IdTakenError,
    Intent,
    IntentChanges,
    IntentStep,
    LedgerError,
    Order,
    Receipt,
    RunRecord,
)
from storyboard.ledger.lease import SECONDS, Holder, Lease, LeaseHeldError, LeaseLostError
from storyboard.ledger.readers import (
    APPLICATION,
    VERSION,
    check_health,
    check_version,
    intents_of,
    lease_of,
    runs_of,
    sent_of,
    steps_of,
    take_files_of,
)
from storyboard.ledger.states import STEPS, State, check_step
from storyboard.ledger.stored_files import TakeFile
from storyboard.values.units import Money

_SCHEMA = """
create table intents (
  digest text primary key, take text not null, address text not null,
  names text not null, shots text not null, film text not null, host text not null,
  endpoint text not null, target text not null, payload text not null, tokens text not null,
  seconds integer not null,
  estimate text, currency text, state text not null, run text not null,
  links text not null default '{}', vendor_id text, vendor_links text,
  charged text, clip text, segments text not null default '[]',
  failure text not null default '', problem text not null default '',
  billed integer, intended_at real not null, changed_at real not null,
  unique (digest, take));
create unique index one_intent_per_vendor_id on intents (host, vendor_id);
create table steps (
  digest text not null, at real not null, run text not null, state text not null,
  host text not null, vendor_id text, detail text not null default '');
create index steps_by_vendor_id on steps (host, vendor_id);
create table links (
  host text not null, sha256 text not null, url text not null, at real not null,
  primary key (host, sha256));
create table takes (
  sha256 text primary key, size integer not null, changed integer not null);
create table runs (
  id text primary key, started_at real not null, ended_at real, file text not null,
  target text not null, outcome text not null default '');
create table attempts (
  digest text primary key, life real, ended_at real);
create table lease (
  one integer primary key check (one = 1), machine text not null, pid integer not null,
  born text not null, token text not null, expires real not null);
"""
_REMEMBERED = (State.RUNNING, State.SUCCEEDED)
"""What the vendor tells again when it is asked: a loss of power may take it, a kill does not."""

_BUSY_MS = 10_000
"""Milliseconds for which another program that writes is waited for."""
_CHECKPOINT_MS = 250
"""Milliseconds for which one that reads is waited for after a write."""


class SqliteLedger:
    """See :class:`storyboard.ledger.protocol.Ledger`. ``clock`` gives Unix seconds.

    The file and its folder are made where they do not exist. The holder of the lease is the only
    writer, so it keeps in memory what it has read or written.
    """

    def __init__(self, path: Path, clock: Callable[[], float] = time.time) -> None:
        self._path = path
        self._clock = clock
        self._holder: Holder | None = None
        self._known: dict[str, Intent] = {}
        self._is_flushing = True
        self._base = self._open()

    def _open(self) -> sqlite3.Connection:
        with sound(self._path):
            check_place(self._path)
            self._path.parent.mkdir(parents=True, exist_ok=True)
            base = sqlite3.connect(self._path, isolation_level=None, timeout=_BUSY_MS / 1000)
            try:
                check_version(base, self._path)
                base.execute("pragma journal_mode = wal")
                base.execute("pragma synchronous = full")
                self._create(base)
                check_health(base, self._path)
            except BaseException:
                base.close()
                raise
        return base

    def _create(self, base: sqlite3.Connection) -> None:
        base.execute("begin immediate")
        if base.execute("pragma user_version").fetchone()[0] == 0:
            for statement in _SCHEMA.split(";\n"):
                base.execute(statement)
            base.execute(f"pragma application_id = {APPLICATION}")
            base.execute(f"pragma user_version = {VERSION}")
        base.execute("commit")

    def close(self) -> None:
        """See :class:`Ledger`."""
        try:
            self.give_lease_back()
        finally:
            self._base.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    # -- lease ------------------------------------------------------------------------------------

    def take_lease(self, holder: Holder | None = None) -> None:
        """See :class:`Ledger`."""
        holder = holder or Holder.here()
        now = self._clock()
        self._known.clear()
        with self._transaction() as base:
            before = lease_of(base)
            if before is not None and before.is_alive(now):
                where = f' on "{before.holder.machine}"' if before.is_elsewhere else ""
                raise LeaseHeldError(f"another run works here (process {before.holder.pid}{where})")
            base.execute(
                "insert or replace into lease values (1, ?, ?, ?, ?, ?)",
                (holder.machine, holder.pid, holder.born, holder.token, now + SECONDS),
            )
        self._holder = holder

    def beat(self) -> None:
        """See :class:`Ledger`."""
        with self._transaction() as base:
            self._check_lease(base)
            base.execute("update lease set expires = ?", (self._clock() + SECONDS,))

    def give_lease_back(self) -> None:
        """See :class:`Ledger`."""
        if self._holder is not None:
            with self._transaction() as base:
                base.execute("delete from lease where token = ?", (self._holder.token,))
            self._holder = None
            self._known.clear()

    def lease(self) -> Lease | None:
        """See :class:`Ledger`."""
        with sound(self._path):
            return lease_of(self._base)

    def _check_lease(self, base: sqlite3.Connection) -> None:
        row = base.execute("select token from lease").fetchone()
        if self._holder is None or row is None or row[0] != self._holder.token:
            self._known.clear()
            raise LeaseLostError("another run has taken over; this one writes nothing more")

    # -- intents ----------------------------------------------------------------------------------

    def intents(self, *states: State) -> list[Intent]:
        """See :class:`Ledger`."""
        with sound(self._path):
            found = intents_of(self._base, *states)
        if self._holder is not None:
            self._known.update((intent.digest, intent) for intent in found)
        return found

    def get(self, digest: str) -> Intent | None:
        """See :class:`Ledger`."""
        found = self._known.get(digest)
        if found is None:
            with sound(self._path):
                here = rows.read(self._base, "where digest = ?", digest)
            found = here[0] if here else None
            if found is not None and self._holder is not None:
                self._known[digest] = found
        return found

    def intend(
        self, order: Order, run: str, links: dict[str, str], life: float | None = None
    ) -> Intent:
        """See :class:`Ledger`."""
        now = self._clock()
        with self._writing() as base:
            before = self.get(order.digest)
            if before is not None:
                check_step(before.state, State.SUBMITTING)
            intent = Intent(
                order=order,
                state=State.SUBMITTING,
                run=run,
                links=links,
                intended_at=now,
                changed_at=now,
            )
            rows.write(base, intent)
            base.execute(
                "insert or replace into attempts values (?, ?, null)", (order.digest, life)
            )
            self._trace(base, intent)
        return self._keep(intent)

    def attempt(self, digest: str) -> Attempt:
        """See :class:`Ledger`."""
        with sound(self._path):
            row = self._base.execute(
                "select life, ended_at from attempts where digest = ?", (digest,)
            ).fetchone()
        return Attempt() if row is None else Attempt(life=row[0], ended_at=row[1])

    def end_attempt(self, digest: str, at: float) -> None:
        """See :class:`Ledger`."""
        with self._writing() as base:
            base.execute(
                "update attempts set ended_at = min(coalesce(ended_at, ?), ?) where digest = ?",
                (at, at, digest),
            )

    def adopt(
        self,
        order: Order,
        run: str,
        receipt: Receipt,
        charged: Money | None,
        clip: str | None = None,
    ) -> Intent:
        """See :class:`Ledger`."""
        now = self._clock()
        with self._writing() as base:
            before = self.get(order.digest)
            if before is not None and State.SUBMITTING not in STEPS[before.state]:
                raise LedgerError(f'"{order.address}" is in the ledger already')
            intent = Intent(
                order=order,
                state=State.SUCCEEDED,
                run=run,
                receipt=receipt,
                charged=charged,
                clip=clip,
                intended_at=now,
                changed_at=now,
            )
            rows.write(base, intent)
            base.execute("delete from attempts where digest = ?", (order.digest,))
            self._trace(base, intent)
        return self._keep(intent)

    def step(
        self,
        digest: str,
        state: State,
        *,
        file: TakeFile | None = None,
        **changes: Unpack[IntentChanges],
    ) -> Intent:
        """See :class:`Ledger`."""
        with self._writing(flushed=state not in _REMEMBERED) as base:
            before = self.get(digest)
            if before is None:
                raise LedgerError(f"the ledger has no intent {digest}")
            check_step(before.state, state)
            after = replace(before, state=state, changed_at=self._clock(), **changes)
            rows.rewrite(base, after, ("state", "changed_at", *changes))
            if file is not None:
                self._keep_file(base, after.clip, file)
            self._trace(base, after)
        return self._keep(after)

    def _keep(self, intent: Intent) -> Intent:
        self._known[intent.digest] = intent
        return intent

    def _trace(self, base: sqlite3.Connection, intent: Intent) -> None:
        """Write down that an intent has changed: every id that it ever had stays known."""
        base.execute(
            "insert into steps values (?, ?, ?, ?, ?, ?, ?)",
            (
                intent.digest,
                self._clock(),
                intent.run,
                intent.state,
                intent.order.host,
                intent.receipt.id if intent.receipt else None,
                intent.problem,
            ),
        )

    def accepted(self, host: str, endpoint: str, since: float) -> list[Intent]:
        """See :class:`Ledger`."""
        with sound(self._path):
            return rows.read(
                self._base,
                "where host = ? and endpoint = ? and intended_at >= ? and vendor_id is not null "
                "and digest in (select digest from attempts)",
                host,
                endpoint,
                since,
            )

    def claimed(self, host: str) -> frozenset[str]:
        """See :class:`Ledger`."""
        with sound(self._path):
            found = self._base.execute(
                "select distinct vendor_id from steps where host = ? and vendor_id is not null",
                (host,),
            )
            return frozenset(row[0] for row in found)

    # -- links ------------------------------------------------------------------------------------

    def link(self, host: str, sha256: str) -> tuple[str, float] | None:
        """See :class:`Ledger`."""
        with sound(self._path):
            row = self._base.execute(
                "select url, at from links where host = ? and sha256 = ?", (host, sha256)
            ).fetchone()
        return None if row is None else (row[0], row[1])

    def keep_link(self, host: str, sha256: str, url: str) -> None:
        """See :class:`Ledger`."""
        if "?" in url or "@" in url or "#" in url:
            return
        with self._writing() as base:
            base.execute(
                "insert or replace into links values (?, ?, ?, ?)",
                (host, sha256, url, self._clock()),
            )

    def forget_link(self, host: str, sha256: str) -> None:
        """See :class:`Ledger`."""
        with self._writing() as base:
            base.execute("delete from links where host = ? and sha256 = ?", (host, sha256))

    def steps(self) -> list[IntentStep]:
        """See :class:`Ledger`."""
        with sound(self._path):
            return steps_of(self._base)

    # -- takes ------------------------------------------------------------------------------------

    def take_files(self) -> dict[str, TakeFile]:
        """See :class:`Ledger`."""
        with sound(self._path):
            return take_files_of(self._base)

    def keep_take_files(self, files: Mapping[str, TakeFile]) -> None:
        """See :class:`Ledger`."""
        with self._writing(flushed=False) as base:
            for sha256, file in files.items():
                self._keep_file(base, sha256, file)

    def _keep_file(self, base: sqlite3.Connection, sha256: str | None, file: TakeFile) -> None:
        base.execute("insert or replace into takes values (?, ?, ?)", (sha256, *file))

    # -- runs -------------------------------------------------------------------------------------

    def begin_run(self, run: str, file: str, target: str) -> None:
        """See :class:`Ledger`."""
        with self._writing() as base:
            base.execute(
                "insert into runs (id, started_at, file, target) values (?, ?, ?, ?)",
                (run, self._clock(), file, target),
            )

    def end_run(self, run: str, outcome: str) -> None:
        """See :class:`Ledger`."""
        with self._writing() as base:
            base.execute(
                "update runs set ended_at = ?, outcome = ? where id = ?",
                (self._clock(), outcome, run),
            )

    def sent(self) -> list[Intent]:
        """See :class:`Ledger`."""
        with sound(self._path):
            return sent_of(self._base)

    def runs(self) -> list[RunRecord]:
        """See :class:`Ledger`."""
        with sound(self._path):
            return runs_of(self._base)

    # -- transactions -----------------------------------------------------------------------------

    @contextmanager
    def _transaction(self, *, flushed: bool = True) -> Iterator[sqlite3.Connection]:
        base = self._base
        try:
            if flushed is not self._is_flushing:
                base.execute(f"pragma synchronous = {'full' if flushed else 'normal'}")
                self._is_flushing = flushed
            base.execute("begin immediate")
            try:
                yield base
            except BaseException:
                base.execute("rollback")
                raise
            base.execute("commit")
            if flushed:
                self._checkpoint(base)
        except sqlite3.Error as error:
            if base.in_transaction:
                base.execute("rollback")
            if isinstance(error, sqlite3.IntegrityError):
                raise IdTakenError(
                    "another clip of the ledger has this id of the vendor already"
                ) from None
            raise LedgerError(unusable(self._path, error)) from None

    def _checkpoint(self, base: sqlite3.Connection) -> None:
        """Bring what was written into the file itself: it then is whole without its ``-wal``.

        A folder may be copied, or cleared of files that look temporary, after a kill. Somebody
        who reads just then is not waited for long: the next write brings this one along.
        """
        _, written, copied = base.execute("pragma wal_checkpoint(passive)").fetchone()
        if written == copied:
            return
        base.execute(f"pragma busy_timeout = {_CHECKPOINT_MS}")
        try:
            base.execute("pragma wal_checkpoint(full)").fetchone()
        finally:
            base.execute(f"pragma busy_timeout = {_BUSY_MS}")

    @contextmanager
    def _writing(self, *, flushed: bool = True) -> Iterator[sqlite3.Connection]:
        with self._transaction(flushed=flushed) as base:
            self._check_lease(base)
            yield base
