"""What stands in a ledger's place is named, with what to do; what can be read is read."""

from __future__ import annotations

import os
import sqlite3
import stat
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from storyboard.ledger import (
    LedgerError,
    Order,
    State,
)
from storyboard.ledger.damage import unusable
from storyboard.ledger.readers import SqliteReader, read_at_rest
from storyboard.ledger.sqlite import SqliteLedger

READERS = (
    lambda path: SqliteReader(path).intents(),
    lambda path: SqliteReader(path).runs(),
    lambda path: SqliteReader(path).lease(),
)
ROOT = Path(__file__).parents[2]
READ = "import sys; from pathlib import Path; from storyboard.ledger.readers import SqliteReader"
COUNT = f"{READ}; print(len(SqliteReader(Path(sys.argv[1])).intents()))"
CUT_OFF = """\
import os, sys
from pathlib import Path
from storyboard.ledger import Order
from storyboard.ledger.sqlite import SqliteLedger
ledger = SqliteLedger(Path(sys.argv[1]))
ledger.take_lease()
order = Order(digest="late", address="a/9", host="fal", endpoint="e", payload={}, seconds=5)
ledger.intend(order, "r", {})
os._exit(0)
"""


def order(digest: str) -> Order:
    return Order(digest=digest, address="a/1", host="fal", endpoint="e", payload={}, seconds=5)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A ledger of a hundred intents."""
    path = tmp_path / "home" / "ledger.db"
    with SqliteLedger(path) as ledger:
        ledger.take_lease()
        ledger.begin_run("r", "film.yaml", "fal/kling-o3-pro")
        for number in range(100):
            ledger.intend(order(f"sha256:{number:04}"), "r", {})
    return path


def python(code: str, path: Path, *before: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*before, sys.executable, "-c", code, str(path)],
        capture_output=True, text=True, check=False,
        env={**os.environ, "PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "1"},
    )  # fmt: skip


@contextmanager
def mode(path: Path, bits: int) -> Iterator[None]:
    before = stat.S_IMODE(path.stat().st_mode)
    path.chmod(bits)
    try:
        yield
    finally:
        path.chmod(before)


def refused(path: Path) -> str:
    """What readers and writers both say, which is one line and never tells to lose the ledger."""
    said = set()
    for use in (*READERS, SqliteLedger):
        with pytest.raises(LedgerError) as caught:
            use(path)
        said.add(str(caught.value))
    (text,) = said
    check_words(text)
    return text


def check_words(text: str) -> None:
    assert "\n" not in text
    assert text == text[0].lower() + text[1:]
    assert "move it away" not in text
    assert "delete" not in text


# -- folders that may not be written --------------------------------------------------------------


def test_a_ledger_in_a_folder_without_write_permission_is_read(
    path: Path, unprivileged: list[str]
) -> None:
    with mode(path.parent, 0o555):
        done = python(COUNT, path, *unprivileged)
        assert (done.stdout, done.stderr) == ("100\n", "")
    assert [file.name for file in path.parent.iterdir()] == ["ledger.db"]


def test_changes_that_wait_beside_a_ledger_are_read_or_missed_aloud(
    path: Path, unprivileged: list[str]
) -> None:
    assert python(CUT_OFF, path).returncode == 0
    waiting, index = path.with_name("ledger.db-wal"), path.with_name("ledger.db-shm")
    assert waiting.stat().st_size
    with mode(path.parent, 0o555):
        assert python(COUNT, path, *unprivileged).stdout == "101\n"
    index.unlink()
    with mode(path.parent, 0o555):
        done = python(COUNT, path, *unprivileged)
    assert done.stdout == ""
    last = done.stderr.splitlines()[-1]
    assert '"ledger.db-wal", and the folder is read-only; make the folder writable' in last
    assert len(SqliteReader(path).intents()) == 101


def test_a_ledger_that_is_written_while_it_is_read_without_locks_is_not_believed(
    path: Path,
) -> None:
    def read(_: sqlite3.Connection) -> int:
        with closing(sqlite3.connect(path)) as other, other:
            other.execute("delete from intents")
        return 100

    with pytest.raises(LedgerError, match="was written while it was read: try again"):
        read_at_rest(path, read)
    assert read_at_rest(path, lambda base: base.execute("select 1").fetchone()) == (1,)


def test_a_ledger_that_may_not_be_read_says_so(path: Path, unprivileged: list[str]) -> None:
    with mode(path, 0):
        done = python(COUNT, path, *unprivileged)
    last = done.stderr.splitlines()[-1]
    assert "permission denied; ask for the right to read and write" in last


# -- things in its place --------------------------------------------------------------------------


def test_a_folder_in_its_place_is_called_one(tmp_path: Path) -> None:
    (tmp_path / "ledger.db").mkdir()
    text = refused(tmp_path / "ledger.db")
    assert "is a folder, a file was expected" in text


def test_a_file_in_the_place_of_its_folder_is_named(tmp_path: Path) -> None:
    (tmp_path / "home").write_text("not a folder")
    with pytest.raises(LedgerError) as caught:
        SqliteLedger(tmp_path / "home" / "ledger.db")
    assert f'"{tmp_path / "home"}" is no folder, and must be one' in str(caught.value)
    check_words(str(caught.value))


@pytest.mark.parametrize(
    ("how", "expected"), [("rw", "is in use by another program"), ("ro", "cannot be written")]
)
def test_what_forbids_to_write_is_told_apart(how: str, expected: str, path: Path) -> None:
    first = sqlite3.connect(path, isolation_level=None)
    second = sqlite3.connect(f"{path.as_uri()}?mode={how}", uri=True, timeout=0)
    with closing(first), closing(second):
        if how == "rw":
            first.execute("begin immediate")
        with pytest.raises(sqlite3.OperationalError) as caught:
            second.execute("delete from intents")
    assert f'the ledger "{path}" {expected}' in unusable(path, caught.value)
    check_words(unusable(path, caught.value))


def test_a_link_that_leads_nowhere_is_no_empty_ledger(tmp_path: Path) -> None:
    (tmp_path / "home").symlink_to(tmp_path / "unmounted")
    text = refused(tmp_path / "home" / "ledger.db")
    assert 'unmounted", which is missing' in text
    assert not (tmp_path / "unmounted").exists()


def test_another_programs_file_is_not_told_to_go_away_with_the_ledger(tmp_path: Path) -> None:
    path = tmp_path / "ledger.db"
    with sqlite3.connect(path) as base:
        base.execute("create table recipes (name text)")
    base.close()
    assert "give it another name, and put the ledger back" in refused(path)


def test_text_in_its_place_is_damage(tmp_path: Path) -> None:
    path = tmp_path / "ledger.db"
    path.write_text("this is no database at all " * 20)
    text = refused(path)
    assert "is damaged (file is not a database): put back a copy of it" in text
    assert "keep the file" in text


# -- damage inside --------------------------------------------------------------------------------


def test_the_words_of_a_check_are_one_line(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[8192:16384] = bytes(8192)
    path.write_bytes(data)
    with pytest.raises(LedgerError) as caught:
        SqliteLedger(path)
    check_words(str(caught.value))
    assert "***" not in str(caught.value)


def test_a_table_that_is_gone_is_damage(path: Path) -> None:
    with sqlite3.connect(path) as base:
        for table in ("intents", "runs", "lease"):
            base.execute(f"drop table {table}")
    base.close()
    for use in READERS:
        with pytest.raises(LedgerError, match="no such table"):
            use(path)


@pytest.mark.parametrize(
    "change", ["state = 'bogus'", "payload = 'no json'", "estimate = 'much', currency = 'USD'"]
)
def test_a_value_that_no_ledger_holds_is_damage_and_no_traceback(change: str, path: Path) -> None:
    with sqlite3.connect(path) as base:
        base.execute(f"update intents set {change} where digest = 'sha256:0007'")
    base.close()
    with pytest.raises(LedgerError, match="is damaged"):
        SqliteReader(path).intents()
    with SqliteLedger(path) as ledger:
        for ask in (lambda: ledger.intents(), lambda: ledger.get("sha256:0007")):
            with pytest.raises(LedgerError, match="is damaged"):
                ask()
        assert ledger.get("sha256:0008") is not None
        assert ledger.intents(State.STORED) == []


# -- who works with it ----------------------------------------------------------------------------


def test_a_lease_is_read_without_taking_it(path: Path) -> None:
    assert SqliteReader(path).lease() is None
    with SqliteLedger(path) as ledger:
        ledger.take_lease()
        lease = SqliteReader(path).lease()
        assert lease is not None
        assert lease.holder.pid == os.getpid()
        assert not lease.is_elsewhere
        assert lease.is_alive(0.0)
    assert SqliteReader(path).lease() is None


def test_a_lease_outlives_a_process_that_is_killed_but_is_not_alive(path: Path) -> None:
    python(CUT_OFF, path)
    lease = SqliteReader(path).lease()
    assert lease is not None
    assert not lease.is_alive(0.0)
