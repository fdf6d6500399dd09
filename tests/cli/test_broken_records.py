"""A ledger or lock that cannot be read ends every command with the code of a tool that failed."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from storyboard.cli.errors import refusal_code
from storyboard.cli.exit_codes import FAILED, REFUSED
from storyboard.cli.main import storyboard
from storyboard.diagnostics import Diagnostics
from storyboard.diagnostics.codes import (
    BROKEN_LEDGER,
    INTERNAL_ERROR,
    UNKNOWN_NAME,
    WRONG_PLAN,
)
from storyboard.diagnostics.types import Code
from storyboard.ledger import Holder
from storyboard.ledger.store import Store

FILM = "storyboard: 1\nscenes: [{id: sea, shots: [The sea.]}]\n"
READERS = (
    ("plan",),
    ("plan", "--json"),
    ("compile",),
    ("status",),
    ("runs",),
    ("run", "--yes"),
    ("stitch",),
    ("cancel",),
    ("resolve", "sea/1", "--drop"),
)


@pytest.fixture
def film(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "storyboard.yaml").write_text(FILM, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def call(*arguments: str) -> Result:
    return CliRunner().invoke(storyboard, arguments, standalone_mode=False)


def begin(*arguments: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-m", "storyboard", *arguments],
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


@pytest.mark.parametrize("command", READERS, ids=" ".join)
@pytest.mark.parametrize("broken", ["text", "folder"])
def test_a_ledger_that_cannot_be_read_is_a_failure_whichever_command_finds_it(
    broken: str, command: tuple[str, ...], film: Path
) -> None:
    ledger = film / ".storyboard" / "ledger.db"
    if broken == "folder":
        ledger.mkdir(parents=True)
    else:
        ledger.parent.mkdir()
        ledger.write_text("no ledger at all " * 50)
    done = call(*command)
    assert done.return_value == FAILED
    assert "is damaged" in done.stderr or "is a folder" in done.stderr
    assert ledger.exists()


@pytest.mark.parametrize("command", [("plan",), ("status",), ("run", "--yes"), ("stitch",)])
def test_a_lock_that_cannot_be_read_is_a_failure_too(command: tuple[str, ...], film: Path) -> None:
    lock = film / "storyboard.lock"
    lock.write_text("{}\n")
    done = call(*command)
    assert done.return_value == FAILED
    assert 'line 1 of "storyboard.lock" is no record of what was paid' in done.stderr
    assert lock.read_text() == "{}\n"


# -- who works here -------------------------------------------------------------------------------


def status(*arguments: str) -> Any:
    return json.loads(call("status", "--simulate", "--json", *arguments).stdout)


def test_status_tells_a_run_that_works_from_one_that_was_cut_off(film: Path) -> None:
    assert "lease" not in status()
    run = begin("run", "--simulate", "--yes", "--fault", "stuck")
    try:
        for _ in range(2400):
            if status()["clips"]:
                break
            time.sleep(0.05)
        lease = status()["lease"]
        assert (lease["pid"], lease["alive"]) == (run.pid, True)
        assert lease["expires"] > time.time()
        last = call("status", "--simulate").stdout.splitlines()[-1]
        assert last == f"a run works here now (process {run.pid})"
    finally:
        run.send_signal(signal.SIGKILL)
        run.wait()
    assert status()["lease"]["alive"] is False
    last = call("status", "--simulate").stdout.splitlines()[-1]
    assert last == f"the last run was cut off (process {run.pid}): run again to go on from there"
    with Store(folder=film, simulated=True).open_ledger() as ledger:
        ledger.take_lease()
    assert "lease" not in status()
    assert "run was cut off" not in call("status", "--simulate").stdout


def test_a_run_on_another_machine_is_believed_by_its_heartbeat(film: Path) -> None:
    elsewhere, now = Holder(machine="studio-2", pid=7), time.time()
    ledger = Store(folder=film).open_ledger(lambda: now)
    ledger.take_lease(elsewhere)
    shown = call("status").stdout
    assert shown == 'nothing was run here\na run works here now (process 7 on "studio-2")\n'
    now -= 400
    ledger.beat()
    last = call("status").stdout.splitlines()[-1]
    assert last == (
        'the last run (process 7 on "studio-2") is silent for 6 min and counts as cut off: run '
        "again to go on from there"
    )
    ledger.close()


@pytest.mark.parametrize(
    ("code", "ends"),
    [
        (BROKEN_LEDGER, FAILED),
        (WRONG_PLAN, FAILED),
        (INTERNAL_ERROR, FAILED),
        (UNKNOWN_NAME, REFUSED),
    ],
    ids=lambda value: getattr(value, "name", value),
)
def test_what_is_no_fault_of_the_storyboard_ends_as_a_failure(code: Code, ends: int) -> None:
    found = Diagnostics()
    found.add(UNKNOWN_NAME, "what else there is", None)
    found.add(code, "what was found", None)
    assert refusal_code(found) == ends
