"""A run with nothing to do asks the ledger once, however many clips there are."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from rendering_films import FEW, TEXT, make_work, run_once, run_until_complete

from storyboard.ledger import Ledger


def _written(file: Path) -> tuple[int, int]:
    """Which file stands there and when it was written; that it was read may be noted too."""
    status = file.stat()
    return status.st_ino, status.st_mtime_ns


def _statements(folder: Path, url: str, text: str) -> list[str]:
    """What an idle run of a film says to its ledger, without its values."""
    work = make_work(folder, "fal", text)
    run_until_complete(work, url)
    said: list[str] = []

    def listening(ledger: Ledger) -> Any:
        ledger._base.set_trace_callback(lambda text: said.append(re.split(r"'|\d", text)[0]))  # type: ignore[attr-defined]
        return ledger

    lock = _written(work.store.lock)
    assert run_once(work, url, wrap=listening).is_complete
    assert _written(work.store.lock) == lock
    return said


def test_an_idle_run_says_the_same_few_things_to_any_ledger(sim: Any, tmp_path: Path) -> None:
    few = _statements(tmp_path / "few", sim.url, FEW)
    many = _statements(tmp_path / "many", sim.url, TEXT)
    assert few == many
    assert sum("select digest, take" in one for one in many) == 3, "all, and two kinds of doubt"


def test_a_clip_that_lost_its_name_has_it_again(sim: Any, tmp_path: Path) -> None:
    work = make_work(tmp_path, "fal", FEW)
    run_until_complete(work, sim.url)
    clip = work.store.clip(work.ids[0])
    before = clip.read_bytes()
    clip.unlink()
    assert run_once(work, sim.url).is_complete
    assert clip.read_bytes() == before
    charged = [row for row in sim.bill()["rows"] if row["charged"]]
    assert len(charged) == len(work.ids)


@pytest.mark.parametrize("kept", [0, 1])
def test_what_the_lock_has_lost_is_written_again(kept: int, sim: Any, tmp_path: Path) -> None:
    work = make_work(tmp_path, "fal", FEW)
    run_until_complete(work, sim.url)
    whole = work.store.lock.read_text()
    work.store.lock.write_text("".join(whole.splitlines(keepends=True)[:kept]))
    assert run_once(work, sim.url).is_complete
    assert work.store.lock.read_text() == whole
