"""The lock is merged by the union of its lines, says what it cannot read, and holds no time."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from storyboard.ledger import Finished, KnownTakes, LockError, merge_lock, read_lock
from storyboard.units import Money


def take(digest: str, **changes: Any) -> Finished:
    values: dict[str, Any] = {
        "digest": f"sha256:{digest * 64}",
        "address": "arrival/1",
        "host": "fal",
        "endpoint": "e",
        "seconds": 5,
        "clip": digest * 64,
        "request_id": f"id-{digest}",
        "charge": Money(Decimal("0.70"), "USD"),
    }
    return Finished(**values | changes)


def test_takes_are_read_back_sorted_whatever_the_order_they_came_in(tmp_path: Path) -> None:
    one, other = tmp_path / "one.lock", tmp_path / "other.lock"
    merge_lock(one, [take("b"), take("a", charge=None)])
    merge_lock(other, [take("a", charge=None)])
    merge_lock(other, [take("b")])
    assert one.read_bytes() == other.read_bytes()
    assert list(read_lock(one).values()) == [take("a", charge=None), take("b")]


def test_what_is_in_the_lock_stays(tmp_path: Path) -> None:
    path = tmp_path / "storyboard.lock"
    merge_lock(path, [take("a")])
    merge_lock(path, [take("a", address="renamed/1"), take("c")])
    assert read_lock(path)[take("a").digest].address == "arrival/1"


def test_the_marks_of_a_conflict_are_read_past_and_gone_after_the_next_run(tmp_path: Path) -> None:
    path = tmp_path / "storyboard.lock"
    lines = [take("a").to_line(), take("b").to_line()]
    path.write_text(f"<<<<<<< HEAD\n{lines[0]}\n=======\n{lines[1]}\n>>>>>>> branch\n")
    assert len(read_lock(path)) == 2
    merge_lock(path, [])
    assert path.read_text().splitlines() == lines


def test_a_line_that_is_no_take_is_named_and_nothing_is_written(tmp_path: Path) -> None:
    path = tmp_path / "storyboard.lock"
    text = take("a").to_line() + "\n{}\n"
    path.write_text(text)
    with pytest.raises(LockError, match="line 2"):
        merge_lock(path, [take("b")])
    assert path.read_text() == text


def test_a_take_of_the_lock_is_paid(tmp_path: Path) -> None:
    path = tmp_path / "storyboard.lock"
    merge_lock(path, [take("a")])
    assert KnownTakes((), read_lock(path)).is_paid(take("a").digest)
