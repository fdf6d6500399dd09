"""The state file: jobs, uploads and addresses in SQLite, for a simulator that may be killed.

What was accepted is written before it is answered. A kill of the process loses nothing; a loss
of power may, which a simulator may suffer. What a file holds is kept once, by its sha256.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from storyboard.simulator.options import StateError

_APPLICATION = 0x53426A6C
"""Marks a SQLite file as a simulator's, so that nothing is written into that of another."""

_SCHEMA = """
create table if not exists jobs (id text primary key, record text not null);
create table if not exists uploads (path text primary key, type text not null,
  sha256 text not null);
create table if not exists contents (sha256 text primary key, data blob not null);
create table if not exists addresses (url text primary key);
"""
_MAX_LOG = 4 << 20
"""Bytes of disk that SQLite's log keeps once what was in it stands in the file."""

_LITTLE = 64 << 10
"""Bytes of room below which a disk counts as full, where SQLite says only that it failed."""


class StateFile:
    """The state file; where ``path`` is None, all is kept in memory and ends with the process.

    Raises ``StateError`` where the file is none of a simulator, or cannot be read or written.
    """

    def __init__(self, path: Path | None) -> None:
        self._path = path
        self._unwritten: dict[str, dict[str, Any]] = {}
        self._base = _open(path)

    @property
    def is_lasting(self) -> bool:
        """Whether there is a file that outlives this simulator."""
        return self._path is not None

    def close(self) -> None:
        """Close the file."""
        with suppress(StateError):  # progress that is forgotten is made once more
            self.flush()
        self._base.close()

    def clear(self) -> None:
        """Forget jobs and files, and give their room on the disk back."""
        with self._writing():
            for table in ("jobs", "uploads", "contents"):
                self._base.execute(f"delete from {table}")  # noqa: S608 - our own names
        self._unwritten.clear()
        with self._asking():
            self._base.execute("vacuum")
            self._base.execute("pragma wal_checkpoint(truncate)")

    # -- jobs -----------------------------------------------------------------------------------

    def accept(self, records: Iterable[dict[str, Any]]) -> None:
        """Keep jobs, all of them or none."""
        with self._writing():
            self._base.executemany(
                "insert into jobs values (?, ?) on conflict (id) do update set record = ?2",
                [(record["id"], json.dumps(record)) for record in records],
            )

    def note(self, record: dict[str, Any]) -> None:
        """Keep a job as it now is; what cannot be written waits for ``flush``."""
        self._unwritten[record["id"]] = record
        with suppress(StateError):
            self.flush()

    def flush(self) -> None:
        """Write what could not be written. Whoever answers calls this first."""
        if self._unwritten:
            self.accept(self._unwritten.values())
            self._unwritten.clear()

    def read_jobs(self) -> list[dict[str, Any]]:
        """All jobs, in the order in which they were accepted."""
        rows = self._read("select record from jobs order by rowid")
        try:
            return [json.loads(record) for (record,) in rows]
        except (ValueError, TypeError):
            raise self.damaged() from None

    # -- files ----------------------------------------------------------------------------------

    def keep_upload(self, path: str, kind: str, data: bytes) -> None:
        """Keep an uploaded file, in the place of an earlier one of its path."""
        with self._writing():
            self._base.execute(
                "insert or replace into uploads values (?, ?, ?)", (path, kind, self._keep(data))
            )

    def keep_content(self, data: bytes) -> None:
        """Keep what is in a file, to be found by its sha256."""
        with self._writing():
            self._keep(data)

    def _keep(self, data: bytes) -> str:
        sha256 = hashlib.sha256(data).hexdigest()
        self._base.execute("insert or ignore into contents values (?, ?)", (sha256, data))
        return sha256

    def read_upload(self, path: str) -> tuple[str, bytes] | None:
        """The type of an uploaded file and what is in it; None where nothing has this path."""
        query = "select type, data from uploads join contents using (sha256) where path = ?"
        rows = self._read(query, path)
        return (rows[0][0], rows[0][1]) if rows else None

    def read_content(self, sha256: str) -> bytes | None:
        """What has this sha256; None where that was never kept."""
        rows = self._read("select data from contents where sha256 = ?", sha256)
        return rows[0][0] if rows else None

    # -- addresses ------------------------------------------------------------------------------

    def keep_address(self, url: str) -> None:
        """Keep the address of this simulator, as the last one."""
        with self._writing():
            self._base.execute("insert or replace into addresses values (?)", (url,))

    def read_addresses(self) -> list[str]:
        """Every address at which a simulator of this file was reached, the last one last."""
        return [url for (url,) in self._read("select url from addresses order by rowid")]

    # -- the file -------------------------------------------------------------------------------

    def damaged(self) -> StateError:
        """The error of a file that holds what no simulator writes."""
        return StateError(f'the state file "{self._path}" is damaged; remove it to begin anew')

    def _read(self, query: str, *values: str) -> list[Any]:
        with self._asking():
            return self._base.execute(query, values).fetchall()

    @contextmanager
    def _writing(self) -> Iterator[None]:
        """All that is written inside is there afterwards, or nothing of it."""
        with self._asking(), self._base:
            self._base.execute("begin immediate")
            yield

    @contextmanager
    def _asking(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.Error as error:
            raise _refusal(self._path, error) from None


def _open(path: Path | None) -> sqlite3.Connection:
    if path is not None and path.exists() and not path.is_file():
        kind = "a folder" if path.is_dir() else "no file"
        raise StateError(f'the state file "{path}" is {kind}; move it away or name a file')
    try:
        base = sqlite3.connect(path or ":memory:", isolation_level=None, check_same_thread=False)
    except sqlite3.Error as error:
        raise _refusal(path, error) from None
    try:
        if not _is_ours(base):
            raise StateError(
                f'"{path}" is not a state file of a simulator; move it away or name another file'
            )
        # The statements of a script are each on their own; a table that is there is left alone.
        base.executescript(
            "pragma journal_mode=wal; pragma synchronous=off;"
            f"pragma journal_size_limit={_MAX_LOG};"
            f"{_SCHEMA} pragma application_id={_APPLICATION};"
        )
    except (sqlite3.Error, StateError) as error:
        base.close()
        raise (error if isinstance(error, StateError) else _refusal(path, error)) from None
    return base


def _is_ours(base: sqlite3.Connection) -> bool:
    """Whether a database is new, or a simulator's; the earliest of those have no mark."""
    (mark,) = base.execute("pragma application_id").fetchone()
    names = {name for (name,) in base.execute("select name from sqlite_master where type='table'")}
    return mark == _APPLICATION or (mark == 0 and names <= {"jobs", "files"})


def _refusal(path: Path | None, error: sqlite3.Error) -> StateError:
    """Why a state file cannot be used, from what SQLite and the disk say."""
    name = getattr(error, "sqlite_errorname", "")
    if path is None:
        return StateError(f"the simulator's memory cannot be used: {error}")
    if name == "SQLITE_NOTADB":
        return StateError(
            f'"{path}" is not a state file of a simulator; move it away or name another file'
        )
    if name.startswith("SQLITE_CORRUPT"):
        return StateError(f'the state file "{path}" is damaged; remove it to begin anew')
    if name.startswith(("SQLITE_BUSY", "SQLITE_LOCKED")):
        return StateError(f'the state file "{path}" is in use by another program; wait, or end it')
    if name == "SQLITE_FULL" or (name.startswith("SQLITE_IOERR") and _is_full(path)):
        return StateError(f'the state file "{path}" cannot be written: the disk is full; make room')
    if not path.parent.is_dir():
        return StateError(f'the state file "{path}" has no folder to stand in; make that first')
    reason = str(error)
    try:
        with path.open("ab"):
            pass
    except OSError as denied:
        reason = (denied.strerror or str(denied)).lower()
    return StateError(
        f'the state file "{path}" cannot be written: {reason}; it and its folder must be writable'
    )


def _is_full(path: Path) -> bool:
    try:
        return shutil.disk_usage(path.parent).free < _LITTLE
    except OSError:
        return False
