"""The ledger in a SQLite file: every change is on the disk before the call returns."""

from __future__ import annotations

import json
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any, Self, TypeVar

from storyboard.canonical import canonical
from storyboard.ledger.intents import Intent, LedgerError, Order, Receipt, RunRecord
from storyboard.ledger.lease import SECONDS, Holder, LeaseHeldError, LeaseLostError
from storyboard.ledger.states import STEPS, State, check_step
from storyboard.units import Money

_T = TypeVar("_T")
VERSION = 1
_APPLICATION = 0x53_42_4C_31  # "SBL1": tells a ledger from another program's file
_SCHEMA = """
create table intents (
  digest text primary key, take text not null, address text not null, host text not null,
  endpoint text not null, payload text not null, seconds integer not null,
  estimate text, currency text, state text not null, run text not null,
  links text not null default '{}', vendor_id text, vendor_links text,
  charged text, clip text, failure text not null default '', problem text not null default '',
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
create table runs (
  id text primary key, started_at real not null, ended_at real, file text not null,
  target text not null, outcome text not null default '');
create table lease (
  one integer primary key check (one = 1), machine text not null, pid integer not null,
  born text not null, token text not null, expires real not null);
"""
_COLUMNS = (
    "digest, take, address, host, endpoint, payload, seconds, estimate, currency, state, run, "
    "links, vendor_id, vendor_links, charged, clip, failure, problem, billed, intended_at, "
    "changed_at"
)
_UPDATES = ", ".join(f"{name} = excluded.{name}" for name in _COLUMNS.split(", "))

_REMEMBERED = (State.RUNNING, State.SUCCEEDED)
"""What the vendor tells again when it is asked: a loss of power may take it, a kill does not."""


class SqliteLedger:
    """A ledger in a file. ``clock`` gives Unix seconds.

    Raises ``LedgerError`` for a file that is damaged, of a newer version, of another program,
    or that cannot be written. Writing needs the lease, see ``take_lease``.
    """

    def __init__(self, path: Path, clock: Callable[[], float] = time.time) -> None:
        self._path = path
        self._clock = clock
        self._holder: Holder | None = None
        self._base = self._open()

    def _open(self) -> sqlite3.Connection:
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            base = sqlite3.connect(self._path, isolation_level=None, timeout=10)
        except (OSError, sqlite3.Error) as error:
            raise LedgerError(self._unusable(error)) from None
        try:
            check_version(base, self._path)
            base.execute("pragma journal_mode = wal")
            base.execute("pragma synchronous = full")
            self._create(base)
            check_health(base, self._path)
        except (sqlite3.Error, LedgerError) as error:
            base.close()
            if isinstance(error, LedgerError):
                raise
            raise LedgerError(self._unusable(error)) from None
        return base

    def _unusable(self, error: Exception) -> str:
        return unusable(self._path, error)

    def _create(self, base: sqlite3.Connection) -> None:
        base.execute("begin immediate")
        if base.execute("pragma user_version").fetchone()[0] == 0:
            for statement in _SCHEMA.split(";\n"):
                base.execute(statement)
            base.execute(f"pragma application_id = {_APPLICATION}")
            base.execute(f"pragma user_version = {VERSION}")
        base.execute("commit")

    def close(self) -> None:
        """Give the lease back and close the file."""
        if self._holder is not None:
            self.give_lease_back()
        self._base.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    # -- lease ------------------------------------------------------------------------------------

    def take_lease(self, holder: Holder | None = None) -> None:
        """Become the one that writes; ``LeaseHeldError`` while another that lives does."""
        holder = holder or Holder.here()
        now = self._clock()
        with self._transaction() as base:
            row = base.execute("select machine, pid, born, token, expires from lease").fetchone()
            if row is not None:
                before = Holder(machine=row[0], pid=row[1], born=row[2], token=row[3])
                lives = before.is_alive
                if lives or (lives is None and row[4] > now):
                    where = "" if lives else f' on "{before.machine}"'
                    raise LeaseHeldError(f"another run works here (process {before.pid}{where})")
            base.execute(
                "insert or replace into lease values (1, ?, ?, ?, ?, ?)",
                (holder.machine, holder.pid, holder.born, holder.token, now + SECONDS),
            )
        self._holder = holder

    def beat(self) -> None:
        """Say that the holder lives; ``LeaseLostError`` where another has the lease by now."""
        with self._transaction() as base:
            self._check_lease(base)
            base.execute("update lease set expires = ?", (self._clock() + SECONDS,))

    def give_lease_back(self) -> None:
        """Let the next one write."""
        if self._holder is not None:
            with self._transaction() as base:
                base.execute("delete from lease where token = ?", (self._holder.token,))
            self._holder = None

    def _check_lease(self, base: sqlite3.Connection) -> None:
        row = base.execute("select token from lease").fetchone()
        if self._holder is None or row is None or row[0] != self._holder.token:
            raise LeaseLostError("another run has taken over; this one writes nothing more")

    # -- intents ----------------------------------------------------------------------------------

    def intents(self) -> list[Intent]:
        """See :class:`Ledger`."""
        return _read(self._base)

    def get(self, digest: str) -> Intent | None:
        """See :class:`Ledger`."""
        found = _read(self._base, "where digest = ?", digest)
        return found[0] if found else None

    def intend(self, order: Order, run: str, links: dict[str, str]) -> Intent:
        """See :class:`Ledger`."""
        now = self._clock()
        with self._writing() as base:
            before = _read(base, "where digest = ?", order.digest)
            if before:
                check_step(before[0].state, State.SUBMITTING)
            intent = Intent(
                order=order,
                state=State.SUBMITTING,
                run=run,
                links=links,
                intended_at=now,
                changed_at=now,
            )
            self._put(base, intent)
        return intent

    def adopt(self, order: Order, run: str, receipt: Receipt, charged: Money | None) -> Intent:
        """See :class:`Ledger`."""
        now = self._clock()
        with self._writing() as base:
            before = _read(base, "where digest = ?", order.digest)
            if before and State.SUBMITTING not in STEPS[before[0].state]:
                raise LedgerError(f'"{order.address}" is in the ledger already')
            intent = Intent(
                order=order,
                state=State.SUCCEEDED,
                run=run,
                receipt=receipt,
                charged=charged,
                intended_at=now,
                changed_at=now,
            )
            self._put(base, intent)
        return intent

    def step(self, digest: str, state: State, **changes: Any) -> Intent:
        """See :class:`Ledger`."""
        return self._change(digest, state, changes)

    def note(self, digest: str, **changes: Any) -> Intent:
        """See :class:`Ledger`."""
        return self._change(digest, None, changes)

    def _change(self, digest: str, state: State | None, changes: dict[str, Any]) -> Intent:
        with self._writing(flushed=state not in _REMEMBERED) as base:
            found = _read(base, "where digest = ?", digest)
            if not found:
                raise LedgerError(f"the ledger has no intent {digest}")
            before = found[0]
            if state is not None:
                check_step(before.state, state)
                changes = {"state": state, "changed_at": self._clock(), **changes}
            after = replace(before, **changes)
            self._put(base, after)
        return after

    def _put(self, base: sqlite3.Connection, intent: Intent) -> None:
        row = _row_of(intent)
        marks = ", ".join("?" * len(row))
        # Not "or replace": another intent with the same vendor's id must stay, and be an error.
        base.execute(
            f"insert into intents ({_COLUMNS}) values ({marks}) "  # noqa: S608
            f"on conflict (digest) do update set {_UPDATES}",
            row,
        )
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

    def claimed(self, host: str) -> frozenset[str]:
        """See :class:`Ledger`."""
        rows = self._base.execute(
            "select distinct vendor_id from steps where host = ? and vendor_id is not null", (host,)
        )
        return frozenset(row[0] for row in rows)

    # -- links ------------------------------------------------------------------------------------

    def link(self, host: str, sha256: str) -> tuple[str, float] | None:
        """See :class:`Ledger`."""
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

    # -- runs -------------------------------------------------------------------------------------

    def begin_run(self, run: str, file: str, target: str) -> None:
        """Write that a run has begun."""
        with self._writing() as base:
            base.execute(
                "insert into runs (id, started_at, file, target) values (?, ?, ?, ?)",
                (run, self._clock(), file, target),
            )

    def end_run(self, run: str, outcome: str) -> None:
        """Write how a run ended."""
        with self._writing() as base:
            base.execute(
                "update runs set ended_at = ?, outcome = ? where id = ?",
                (self._clock(), outcome, run),
            )

    def runs(self) -> list[RunRecord]:
        """All runs, the oldest first."""
        return _read_runs(self._base)

    # -- transactions -----------------------------------------------------------------------------

    @contextmanager
    def _transaction(self, *, flushed: bool = True) -> Iterator[sqlite3.Connection]:
        base = self._base
        try:
            base.execute(f"pragma synchronous = {'full' if flushed else 'normal'}")
            base.execute("begin immediate")
            try:
                yield base
            except BaseException:
                base.execute("rollback")
                raise
            base.execute("commit")
        except sqlite3.Error as error:
            if base.in_transaction:
                base.execute("rollback")
            raise LedgerError(self._unusable(error)) from None

    @contextmanager
    def _writing(self, *, flushed: bool = True) -> Iterator[sqlite3.Connection]:
        with self._transaction(flushed=flushed) as base:
            self._check_lease(base)
            yield base


def unusable(path: Path, error: Exception) -> str:
    """Why a ledger cannot be used, and what to do."""
    if isinstance(error, sqlite3.IntegrityError):
        return "another clip of the ledger has this id of the vendor already"
    if isinstance(error, sqlite3.OperationalError) and "full" in str(error):
        return f'the ledger "{path}" cannot be written: the disk is full; make room and run again'
    if isinstance(error, sqlite3.DatabaseError) and not isinstance(error, sqlite3.OperationalError):
        return (
            f'the ledger "{path}" is damaged ({error}); nothing was sent: put back a copy of it, '
            "or move it away: storyboard.lock still knows the finished takes"
        )
    reason = getattr(error, "strerror", None) or str(error)
    return f'the ledger "{path}" cannot be used: {reason}; the folder must be writable'


def check_version(base: sqlite3.Connection, path: Path) -> None:
    """Refuse a file of a newer version or of another program, before anything is touched."""
    version = base.execute("pragma user_version").fetchone()[0]
    application = base.execute("pragma application_id").fetchone()[0]
    tables = base.execute("select count(*) from sqlite_master").fetchone()[0]
    if version > VERSION and application in (0, _APPLICATION):
        raise LedgerError(
            f'the ledger "{path}" is of version {version}, this storyboard knows {VERSION}: '
            "install a newer storyboard; nothing was touched"
        )
    if application != _APPLICATION and (tables or application or version):
        raise LedgerError(
            f'"{path}" is no ledger of storyboard but another program\'s file: move it away'
        )


def check_health(base: sqlite3.Connection, path: Path) -> None:
    """Refuse a damaged file."""
    found = base.execute("pragma quick_check(1)").fetchone()[0]
    if found != "ok":
        raise LedgerError(unusable(path, sqlite3.DatabaseError(found)))


def read_intents(path: Path) -> list[Intent]:
    """The intents of a ledger, without writing anything; none where there is no file.

    Raises ``LedgerError`` for a file that is damaged, newer, or another program's.
    """
    return _look(path, _read)


def read_runs(path: Path) -> list[RunRecord]:
    """The runs of a ledger, as ``read_intents`` reads its intents."""
    return _look(path, _read_runs)


def _look(path: Path, read: Callable[[sqlite3.Connection], list[_T]]) -> list[_T]:
    if not path.exists():
        return []
    try:
        base = sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True, timeout=10)
        try:
            check_version(base, path)
            if base.execute("pragma user_version").fetchone()[0] == 0:
                return []
            return read(base)
        finally:
            base.close()
    except (sqlite3.Error, OSError) as error:
        raise LedgerError(unusable(path, error)) from None


def _read_runs(base: sqlite3.Connection) -> list[RunRecord]:
    rows = base.execute(
        "select id, started_at, ended_at, file, target, outcome from runs "
        "order by started_at, rowid"
    )
    return [
        RunRecord(
            id=row[0],
            started_at=row[1],
            ended_at=row[2],
            file=row[3],
            target=row[4],
            outcome=row[5],
        )
        for row in rows
    ]


def _read(base: sqlite3.Connection, where: str = "", *values: Any) -> list[Intent]:
    rows = base.execute(f"select {_COLUMNS} from intents {where} order by rowid", values)  # noqa: S608
    return [_intent_of(row) for row in rows]


def _intent_of(row: tuple[Any, ...]) -> Intent:
    (digest, take, address, host, endpoint, payload, seconds, estimate, currency) = row[:9]
    (state, run, links, vendor_id, vendor_links, charged, clip) = row[9:16]
    (failure, problem, billed, intended_at, changed_at) = row[16:]

    def money(amount: str | None) -> Money | None:
        return None if amount is None else Money(Decimal(amount), currency)

    return Intent(
        order=Order(
            digest=digest,
            take=take,
            address=address,
            host=host,
            endpoint=endpoint,
            payload=json.loads(payload),
            seconds=seconds,
            estimate=money(estimate),
        ),
        state=State(state),
        run=run,
        links=json.loads(links),
        receipt=Receipt(id=vendor_id, links=json.loads(vendor_links)) if vendor_id else None,
        charged=money(charged),
        clip=clip,
        failure=failure,
        problem=problem,
        billed=None if billed is None else bool(billed),
        intended_at=intended_at,
        changed_at=changed_at,
    )


def _row_of(intent: Intent) -> tuple[Any, ...]:
    order, receipt = intent.order, intent.receipt
    known = intent.charged or order.estimate
    return (
        order.digest,
        order.take,
        order.address,
        order.host,
        order.endpoint,
        canonical(order.payload),
        order.seconds,
        None if order.estimate is None else format(order.estimate.amount, "f"),
        None if known is None else known.currency,
        intent.state,
        intent.run,
        canonical(intent.links),
        receipt.id if receipt else None,
        canonical(receipt.links) if receipt else None,
        None if intent.charged is None else format(intent.charged.amount, "f"),
        intent.clip,
        intent.failure,
        intent.problem,
        intent.billed,
        intent.intended_at,
        intent.changed_at,
    )
