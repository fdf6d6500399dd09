"""Reads the SQLite file of a ledger without writing; its folder may be read-only."""

from __future__ import annotations

import os
import sqlite3
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from storyboard.ledger.damage import check_place, damaged, sound
from storyboard.ledger.intent import Intent, IntentStep, LedgerError, RunRecord
from storyboard.ledger.lease import Holder, Lease
from storyboard.ledger.rows import read
from storyboard.ledger.states import State
from storyboard.ledger.stored_files import TakeFile

_T = TypeVar("_T")
_TRIES = 5
_PAUSE = 0.04
"""How often and after how many seconds a ledger is opened again that its maker has not yet."""
VERSION = 3
APPLICATION = 0x53_42_4C_31
"""Tells a ledger from another program's file: "SBL1"."""


def check_version(base: sqlite3.Connection, path: Path) -> None:
    """Refuse a file of a newer version or of another program, before anything is touched."""
    # One statement sees one moment; a run may be making the ledger just now.
    version, application, tables = base.execute(
        "select user_version, application_id, (select count(*) from sqlite_master)"
        " from pragma_user_version, pragma_application_id"
    ).fetchone()
    if version > VERSION and application in (0, APPLICATION):
        raise LedgerError(
            f'the ledger "{path}" is of version {version}, this storyboard knows {VERSION}: '
            "install a newer storyboard; nothing was touched"
        )
    if application == APPLICATION and 0 < version < VERSION:
        raise LedgerError(
            f'the ledger "{path}" is of version {version}, which is not read any more: put the '
            "file aside, and give the ids of the clips that it has paid, which your history at the "
            "vendor lists, to `storyboard resolve ADDRESS --adopt ID`; nothing was touched"
        )
    if application != APPLICATION and (tables or application or version):
        raise LedgerError(
            f'"{path}" is no ledger of storyboard but another program\'s file: give it another '
            "name, and put the ledger back if there was one"
        )


def check_health(base: sqlite3.Connection, path: Path) -> None:
    """Refuse a damaged file."""
    found = base.execute("pragma quick_check(1)").fetchone()[0]
    if found != "ok":
        raise LedgerError(damaged(path, found))


class SqliteReader:
    """See :class:`storyboard.ledger.protocol.LedgerReader`. Each call opens the file anew."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def intents(self, *states: State) -> list[Intent]:
        """See :class:`LedgerReader`."""
        return _look(self._path, lambda base: intents_of(base, *states)) or []

    def sent(self) -> list[Intent]:
        """See :class:`LedgerReader`."""
        return _look(self._path, sent_of) or []

    def steps(self) -> list[IntentStep]:
        """See :class:`LedgerReader`."""
        return _look(self._path, steps_of) or []

    def take_files(self) -> dict[str, TakeFile]:
        """See :class:`LedgerReader`."""
        return _look(self._path, take_files_of) or {}

    def runs(self) -> list[RunRecord]:
        """See :class:`LedgerReader`."""
        return _look(self._path, runs_of) or []

    def lease(self) -> Lease | None:
        """See :class:`LedgerReader`."""
        return _look(self._path, lease_of)


def _look(path: Path, reader: Callable[[sqlite3.Connection], _T]) -> _T | None:
    with sound(path):
        check_place(path)
        if not path.exists():
            return None
        for _ in range(_TRIES):
            try:
                return _read(path, "mode=ro", reader)
            except sqlite3.OperationalError as error:
                refusals = (sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN)
                code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_CORRUPT)
                if code & 0xFF not in refusals:
                    raise
            if not os.access(path.parent, os.W_OK):
                break
            time.sleep(_PAUSE)  # a run that has just begun makes its files beside the ledger
        return read_at_rest(path, reader)


def _read(path: Path, how: str, reader: Callable[[sqlite3.Connection], _T]) -> _T | None:
    base = sqlite3.connect(f"{path.absolute().as_uri()}?{how}", uri=True, timeout=10)
    try:
        check_version(base, path)
        if base.execute("pragma user_version").fetchone()[0] == 0:
            return None
        return reader(base)
    finally:
        base.close()


def read_at_rest(path: Path, reader: Callable[[sqlite3.Connection], _T]) -> _T | None:
    """Read a ledger in a folder where SQLite may not put its own files beside it.

    It then sees neither changes that wait beside the ledger nor a program that writes just now,
    so both are looked for here.
    """
    before = _state_of(path)
    if before[-1]:
        raise LedgerError(
            f'the ledger "{path}" cannot be read here: a run that was cut off has left changes in '
            f'"{path.name}-wal", and the folder is read-only; make the folder writable, or copy '
            "the film's folder to a place that is"
        )
    found = _read(path, "mode=ro&immutable=1", reader)
    if _state_of(path) != before:
        raise LedgerError(f'the ledger "{path}" was written while it was read: try again')
    return found


def _state_of(path: Path) -> tuple[int, ...]:
    """What changes when a ledger is written; last, how many bytes of changes wait beside it."""
    status, waiting = path.stat(), path.with_name(f"{path.name}-wal")
    bytes_waiting = waiting.stat().st_size if waiting.exists() else 0
    return status.st_ino, status.st_mtime_ns, status.st_size, bytes_waiting


def intents_of(base: sqlite3.Connection, *states: State) -> list[Intent]:
    """The intents of a ledger in the given states, all without states, the oldest first."""
    marks = ", ".join("?" * len(states))
    return read(base, f"where state in ({marks})" if states else "", *states)


def sent_of(base: sqlite3.Connection) -> list[Intent]:
    """The intents of a ledger whose orders were sent from here, the oldest first."""
    return read(base, "where digest in (select digest from attempts)")


def steps_of(base: sqlite3.Connection) -> list[IntentStep]:
    """Each change of the state of an intent, the oldest first."""
    rows = base.execute("select digest, state, at, run, vendor_id from steps order by rowid")
    return [IntentStep(row[0], State(row[1]), *row[2:]) for row in rows]


def take_files_of(base: sqlite3.Connection) -> dict[str, TakeFile]:
    """The files of takes that a ledger knows, by sha256."""
    rows = base.execute("select sha256, size, changed from takes")
    return {row[0]: TakeFile(row[1], row[2]) for row in rows}


def runs_of(base: sqlite3.Connection) -> list[RunRecord]:
    """The runs of a ledger, the oldest first."""
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


def lease_of(base: sqlite3.Connection) -> Lease | None:
    """Who has taken a ledger, None where nobody has."""
    row = base.execute("select machine, pid, born, token, expires from lease").fetchone()
    if row is None:
        return None
    holder = Holder(machine=row[0], pid=row[1], born=row[2], token=row[3])
    return Lease(holder=holder, expires=row[4])
