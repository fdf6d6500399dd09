"""Ledgers that are only looked at, and what is wrong with a file that is none."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from storyboard.ledger.intents import Intent, LedgerError, RunRecord
from storyboard.ledger.rows import read

_T = TypeVar("_T")
VERSION = 1
APPLICATION = 0x53_42_4C_31
"""Tells a ledger from another program's file: "SBL1"."""


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
    if version > VERSION and application in (0, APPLICATION):
        raise LedgerError(
            f'the ledger "{path}" is of version {version}, this storyboard knows {VERSION}: '
            "install a newer storyboard; nothing was touched"
        )
    if application != APPLICATION and (tables or application or version):
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
    return _look(path, read)


def read_runs(path: Path) -> list[RunRecord]:
    """The runs of a ledger, as ``read_intents`` reads its intents."""
    return _look(path, runs_of)


def _look(path: Path, reader: Callable[[sqlite3.Connection], list[_T]]) -> list[_T]:
    if not path.exists():
        return []
    try:
        base = sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True, timeout=10)
        try:
            check_version(base, path)
            if base.execute("pragma user_version").fetchone()[0] == 0:
                return []
            return reader(base)
        finally:
            base.close()
    except (sqlite3.Error, OSError) as error:
        raise LedgerError(unusable(path, error)) from None


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
