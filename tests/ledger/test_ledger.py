"""The ledger in a file: what is on the disk when, and files that are not to be touched."""

from __future__ import annotations

import os
import re
import sqlite3
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from storyboard.ledger import (
    LedgerError,
    Order,
    Receipt,
    State,
)
from storyboard.ledger.readers import SqliteReader
from storyboard.ledger.sqlite import SqliteLedger
from storyboard.values.units import Money


def order(digest: str = "sha256:aa", **changes: Any) -> Order:
    values: dict[str, Any] = {
        "digest": digest,
        "address": "arrival/1",
        "host": "fal",
        "endpoint": "e",
        "payload": {"prompt": "é", "image": "asset:sha256:00"},
        "seconds": 5,
        "estimate": Money(Decimal("0.70"), "USD"),
    }
    return Order(**values | changes)


@pytest.fixture
def ledger(tmp_path: Path) -> Any:
    with SqliteLedger(tmp_path / "ledger.db", clock=lambda: 1000.0) as ledger:
        ledger.take_lease()
        yield ledger


def test_intents_ids_and_clips_are_flushed_whatever_was_written_before(
    ledger: SqliteLedger, monkeypatch: pytest.MonkeyPatch
) -> None:
    flushed: dict[str, bool] = {}
    base = ledger._base

    def watch(statement: str) -> None:
        if statement.lower() == "commit":
            (level,) = sqlite3.Connection.execute(base, "pragma synchronous").fetchone()
            (state,) = base.execute("select state from intents").fetchone()
            flushed[state] = level == 2

    class Watched:
        """The connection, seen before each commit."""

        def __getattr__(self, name: str) -> Any:
            return getattr(base, name)

        def execute(self, statement: str, *values: Any) -> sqlite3.Cursor:
            watch(statement)
            return base.execute(statement, *values)

    monkeypatch.setattr(ledger, "_base", Watched())
    ledger.intend(order(), "r1", {})
    ledger.step("sha256:aa", State.SUBMITTED, receipt=Receipt(id="v1"))
    ledger.step("sha256:aa", State.RUNNING)
    ledger.step("sha256:aa", State.SUCCEEDED)
    ledger.step("sha256:aa", State.STORED, clip="ff" * 32)
    assert flushed == {
        "submitting": True, "submitted": True, "running": False, "succeeded": False, "stored": True,
    }  # fmt: skip


# -- files that are not to be touched -------------------------------------------------------------


def test_a_ledger_of_a_newer_version_is_refused_and_not_touched(tmp_path: Path) -> None:
    path = tmp_path / "ledger.db"
    SqliteLedger(path).close()
    with sqlite3.connect(path) as base:
        base.execute("pragma user_version = 99")
        base.execute("pragma wal_checkpoint(truncate)")
    base.close()
    before = path.read_bytes()
    for use in (SqliteLedger, lambda path: SqliteReader(path).intents()):
        with pytest.raises(LedgerError, match="version 99"):
            use(path)
    assert path.read_bytes() == before


def test_another_programs_file_is_refused_and_not_touched(tmp_path: Path) -> None:
    path = tmp_path / "ledger.db"
    with sqlite3.connect(path) as base:
        base.execute("create table recipes (name text)")
    base.close()
    before = path.read_bytes()
    with pytest.raises(LedgerError, match="no ledger"):
        SqliteLedger(path)
    assert path.read_bytes() == before


@pytest.mark.parametrize("damage", ["text", "middle", "cut"])
def test_a_damaged_ledger_is_refused(damage: str, tmp_path: Path) -> None:
    path = tmp_path / "ledger.db"
    with SqliteLedger(path) as ledger:
        ledger.take_lease()
        for number in range(200):
            ledger.intend(order(f"sha256:{number:04}"), "r", {})
    data = path.read_bytes()
    match damage:
        case "text":
            data = b"this is no database at all, whatever its name says" * 20
        case "middle":
            data = data[:8192] + os.urandom(8192) + data[16384:]
        case "cut":
            data = data[: len(data) // 2]
    for rest in ("-wal", "-shm"):
        Path(f"{path}{rest}").unlink(missing_ok=True)
    path.write_bytes(data)
    with pytest.raises(LedgerError, match="damaged"):
        SqliteLedger(path)
    assert path.read_bytes() == data


def test_a_folder_that_cannot_be_made_is_said(tmp_path: Path) -> None:
    (tmp_path / "here").write_text("a file")
    with pytest.raises(LedgerError, match="cannot be used"):
        SqliteLedger(tmp_path / "here" / "ledger.db")


# -- who knows that it is SQLite ------------------------------------------------------------------


def test_only_the_ledgers_own_folder_names_its_implementation() -> None:
    root = Path(__file__).parents[2]
    named = re.compile(r"SqliteLedger|SqliteReader|ledger\.sqlite|ledger\.readers")
    found = [
        str(file.relative_to(root))
        for folder in ("storyboard", "tests")
        for file in (root / folder).rglob("*.py")
        if file.parent.name != "ledger" and named.search(file.read_text(encoding="utf-8"))
    ]
    assert found == []


def test_only_the_store_opens_a_ledgers_file() -> None:
    package = Path(__file__).parents[2] / "storyboard"
    used = re.compile(r"\bSqlite(Ledger|Reader)\(|[\"']ledger\.db[\"']")
    found = {
        str(file.relative_to(package))
        for file in package.rglob("*.py")
        if used.search(file.read_text(encoding="utf-8"))
    }
    assert found == {"ledger/store.py"}
