"""The state file: jobs and uploaded files in SQLite, for a simulator that may be killed.

What was accepted is written before it is answered. A kill of the process loses nothing; a loss
of power may, which a simulator may suffer.
"""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path
from typing import Any

_SCHEMA = """
create table if not exists jobs (id text primary key, record text not null);
create table if not exists files (path text primary key, type text not null, data blob not null);
"""


class Journal:
    """The state file, or nothing at all where ``path`` is None.

    Raises ``ValueError`` where the file is not a state file.
    """

    def __init__(self, path: Path | None) -> None:
        self._base: sqlite3.Connection | None = None
        if path is None:
            return
        base = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        try:
            base.executescript("pragma journal_mode=wal; pragma synchronous=off;" + _SCHEMA)
        except sqlite3.DatabaseError as error:
            base.close()
            raise ValueError(f"{path} is not a state file of a simulator: {error}") from None
        self._base = base

    def close(self) -> None:
        """Close the file."""
        if self._base is not None:
            self._base.close()

    def clear(self) -> None:
        """Forget everything."""
        if self._base is not None:
            self._base.execute("delete from jobs")
            self._base.execute("delete from files")

    def write_job(self, record: dict[str, Any]) -> None:
        """Keep a job as it now is."""
        if self._base is not None:
            self._base.execute(
                "insert into jobs values (?, ?) on conflict (id) do update set record = ?2",
                (record["id"], json.dumps(record)),
            )

    def write_file(self, path: str, kind: str, data: bytes) -> None:
        """Keep an uploaded file."""
        if self._base is not None:
            self._base.execute("insert or replace into files values (?, ?, ?)", (path, kind, data))

    def read_jobs(self) -> list[dict[str, Any]]:
        """All jobs, in the order in which they were accepted."""
        if self._base is None:
            return []
        rows = self._base.execute("select record from jobs order by rowid").fetchall()
        return [json.loads(record) for (record,) in rows]

    def read_files(self) -> list[tuple[str, str, bytes]]:
        """All uploaded files: path, type, bytes."""
        if self._base is None:
            return []
        return list(self._base.execute("select path, type, data from files").fetchall())
