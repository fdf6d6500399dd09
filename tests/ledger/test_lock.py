"""The lock is merged by the union of its lines, says what it cannot read, and holds no time."""

from __future__ import annotations

import json
import tempfile
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from storyboard.ledger import Finished, KnownTakes, LockError, merge_lock, read_lock
from storyboard.values.units import Money


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


# -- what it may not hold -------------------------------------------------------------------------

LINE = json.loads(take("b").to_line())


def refusal(tmp_path: Path, line: str | bytes) -> str:
    path = tmp_path / "storyboard.lock"
    data = line if isinstance(line, bytes) else line.encode()
    path.write_bytes(take("a").to_line().encode() + b"\n" + data + b"\n")
    with pytest.raises(LockError) as caught:
        read_lock(path)
    text = str(caught.value)
    assert text.startswith(f'line 2 of "{path}" is not a finished take: ')
    assert "`git checkout -- storyboard.lock`" in text
    assert "\n" not in text
    return text


@pytest.mark.parametrize(
    "amount", ["NaN", "Infinity", "-0.70", "1e9", "", " 0.70", "０.７０", 0.7, None]
)
def test_an_amount_that_no_bill_has_is_refused(amount: Any, tmp_path: Path) -> None:
    line = LINE | {"charge": {"amount": amount, "currency": "USD"}}
    assert 'an amount such as "0.70" was expected' in refusal(tmp_path, json.dumps(line))


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("seconds", "5", 'its "seconds" is "5", a whole number above 0 was expected'),
        ("seconds", 5.5, 'its "seconds" is 5.5'),
        ("seconds", True, 'its "seconds" is true'),
        ("seconds", 0, 'its "seconds" is 0'),
        ("seconds", float("nan"), 'its "seconds" is NaN'),
        ("clip", "FF", "a sum of 64 hexadecimal digits was expected"),
        ("clip", 7, 'its "clip" is 7, a text was expected'),
        ("endpoint", None, 'its "endpoint" is null, a text was expected'),
        ("charge", "0.70 USD", "an amount with its currency, or null was expected"),
        ("charge", {"amount": "0.70", "currency": "usd"}, 'a currency such as "USD"'),
        ("charge", {"amount": "0.70"}, 'it has no "currency"'),
        ("address", "", 'its "address" is ""'),
        ("host", ["x" * 1000], "…, a text was expected"),
    ],
)  # fmt: skip
def test_a_value_of_another_kind_is_named_with_what_was_expected(
    name: str, value: Any, words: str, tmp_path: Path
) -> None:
    assert words in refusal(tmp_path, json.dumps(LINE | {name: value}))


@pytest.mark.parametrize("line", ["{", "[]", "7", "[" * 100_000, b"\xff\xfe{}"])
def test_a_line_of_another_form_is_told_without_the_words_of_a_codec(
    line: str | bytes, tmp_path: Path
) -> None:
    text = refusal(tmp_path, line)
    assert "codec" not in text
    assert "Errno" not in text


def test_a_lock_that_windows_has_touched_is_the_same(tmp_path: Path) -> None:
    path = tmp_path / "storyboard.lock"
    lines = ["<<<<<<< HEAD", take("a").to_line(), "=======", take("b").to_line(), ">>>>>>> b", ""]
    path.write_bytes(b"\xef\xbb\xbf" + "\r\n".join(lines).encode())
    assert len(read_lock(path)) == 2


@pytest.mark.parametrize("name", ["a\u2028b", "a\x85b", "a\x0bb", "\ufeffa"])
def test_a_name_with_a_mark_that_some_take_for_an_end_of_line_is_read_back(
    name: str, tmp_path: Path
) -> None:
    path = tmp_path / "storyboard.lock"
    merge_lock(path, [take("a", address=name)])
    (found,) = read_lock(path).values()
    assert found.address == name


@settings(deadline=None, max_examples=60)
@given(
    amount=st.decimals(min_value=0, max_value=10**9, allow_nan=False, allow_infinity=False),
    seconds=st.integers(1, 10_000),
    address=st.text(min_size=1).filter(lambda text: text.isprintable()),
)
def test_whatever_a_run_writes_is_read_back(amount: Decimal, seconds: int, address: str) -> None:
    made = take("a", charge=Money(abs(amount), "USD"), seconds=seconds, address=address)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "storyboard.lock"
        merge_lock(path, [made])
        assert list(read_lock(path).values()) == [made]


def test_a_folder_in_its_place_is_called_one(tmp_path: Path) -> None:
    with pytest.raises(LockError, match="is a folder, a file was expected"):
        read_lock(tmp_path)
