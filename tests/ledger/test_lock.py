"""The lock is merged by the union of its lines, and says what it cannot read."""

from __future__ import annotations

import json
import tempfile
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from storyboard.ledger import (
    KnownTakes,
    LockError,
    Order,
    PaidOrder,
    Standing,
    merge_lock,
    read_lock,
)
from storyboard.ledger.lock_lines import segment_line, sent_line
from storyboard.values.addresses import ClipName, Portion
from storyboard.values.canonical import digest
from storyboard.values.segments import Segment, ShotPart
from storyboard.values.units import Money


def take(name: str, **changes: Any) -> PaidOrder:
    values: dict[str, Any] = {
        "digest": f"sha256:{name * 64}",
        "film": "storyboard.yaml",
        "address": "arrival/1",
        "host": "fal",
        "endpoint": "e",
        "seconds": 5,
        "clip": name * 64,
        "request_id": f"id-{name}",
        "made": "2026-09-24T18:30:00Z",
        "charge": Money(Decimal("0.70"), "USD"),
    }
    return PaidOrder(**values | changes)


def test_takes_are_read_back_sorted_whatever_the_order_they_came_in(tmp_path: Path) -> None:
    one, other = tmp_path / "one.lock", tmp_path / "other.lock"
    merge_lock(one, [take("b"), take("a", charge=None)], {})
    merge_lock(other, [take("a", charge=None)], {})
    merge_lock(other, [take("b")], {})
    assert one.read_bytes() == other.read_bytes()
    assert list(read_lock(one).orders.values()) == [take("a", charge=None), take("b")]


def test_what_is_in_the_lock_stays(tmp_path: Path) -> None:
    path = tmp_path / "storyboard.lock"
    merge_lock(path, [take("a")], {})
    merge_lock(path, [take("a", address="renamed/1"), take("c")], {})
    assert read_lock(path).finished()[take("a").digest].address == "arrival/1"


def test_the_marks_of_a_conflict_are_read_past_and_gone_after_the_next_run(tmp_path: Path) -> None:
    path = tmp_path / "storyboard.lock"
    lines = [take("a").to_line(), take("b").to_line()]
    path.write_text(f"<<<<<<< HEAD\n{lines[0]}\n=======\n{lines[1]}\n>>>>>>> branch\n")
    assert len(read_lock(path).orders) == 2
    merge_lock(path, [], {})
    assert path.read_text().splitlines() == lines


def test_a_line_that_is_no_take_is_named_and_nothing_is_written(tmp_path: Path) -> None:
    path = tmp_path / "storyboard.lock"
    text = take("a").to_line() + "\n{}\n"
    path.write_text(text)
    with pytest.raises(LockError, match="line 2"):
        merge_lock(path, [take("b")], {})
    assert path.read_text() == text


def test_a_take_of_the_lock_is_paid(tmp_path: Path) -> None:
    path = tmp_path / "storyboard.lock"
    merge_lock(path, [take("a")], {})
    assert KnownTakes((), read_lock(path)).standing(take("a").digest) is Standing.PAID


SHOT = ShotPart("sha256:" + "1" * 64, None, 1, 5)
PART = ShotPart("sha256:" + "2" * 64, 2, 3, 7)
SEGMENTS = (
    Segment(content=SHOT, start=0, end=5.042, is_exact=True),
    Segment(content=PART, start=5.042, end=12.042, is_exact=False),
)


def test_where_the_shots_of_a_clip_stand_is_read_back(tmp_path: Path) -> None:
    path = tmp_path / "storyboard.lock"
    merge_lock(path, [take("a")], {"a" * 64: SEGMENTS})
    assert read_lock(path).segments == {"a" * 64: SEGMENTS}
    (place,) = KnownTakes((), read_lock(path)).former(PART)
    assert (place.take, place.index, place.count, place.segment) == ("a" * 64, 1, 2, SEGMENTS[1])


def asked(**changes: Any) -> Order:
    content = {"host": "fal", "endpoint": "e", "payload": {"prompt": "@Element1 waits."}, "take": 1}
    values: dict[str, Any] = content | {
        "digest": digest(content),
        "take": "1",
        "film": "storyboard.yaml",
        "address": "arrival/1",
        "names": (ClipName(text="arrival/1", portions=(Portion(address="arrival/1", number=1),)),),
        "shots": (SHOT,),
        "target": "fal/kling-o3-pro",
        "tokens": {"@Element1": "mara"},
        "seconds": 5,
    }
    return Order(**values | changes)


def test_what_an_order_asked_for_is_known_to_other_checkouts(tmp_path: Path) -> None:
    path, order = tmp_path / "storyboard.lock", asked()
    merge_lock(path, [take("a", digest=order.digest)], {}, [order])
    known = KnownTakes((), read_lock(path), "storyboard.yaml")
    assert known.order(order.digest) == order
    sent = known.sent("arrival/1", None)
    assert sent is not None
    assert (sent.order, sent.content) == (order, SHOT)
    assert KnownTakes((), read_lock(path), "other.yaml").sent("arrival/1", None) is None


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"host": "oxen"}, 'its "host" is not that of what was sent'),
        ({"film": "other.yaml"}, 'its "film" is not that of what was sent'),
        ({"seconds": 4}, 'its "seconds" is not that of what was sent'),
        ({"clip": None}, "it is of a clip that no order has"),
        ({"clip": "b" * 64}, "it is of a clip that no order has"),
        ({"digest": "sha256:" + "b" * 64}, "it says what was sent for an order, which has no line"),
    ],
)
def test_lines_of_one_order_that_contradict_each_other_are_refused(
    change: dict[str, Any], words: str, tmp_path: Path
) -> None:
    order = asked()
    whole = Segment(content=SHOT, start=0, end=5, is_exact=True)
    lines = [take("a", digest=order.digest).to_line(), sent_line(order)]
    lines.append(segment_line("a" * 64, whole))
    path = tmp_path / "storyboard.lock"
    path.write_text("\n".join(lines))
    assert read_lock(path).sent[order.digest].order() == order
    lines[0] = json.dumps(json.loads(lines[0]) | change)
    path.write_text("\n".join(lines))
    with pytest.raises(LockError, match=words) as refused:
        read_lock(path)
    assert "git checkout -- storyboard.lock" in str(refused.value)


def test_a_shot_that_the_lock_has_lost_is_not_taken_for_one_to_be_paid(tmp_path: Path) -> None:
    order = asked(shots=(SHOT, PART))
    path = tmp_path / "storyboard.lock"
    merge_lock(path, [take("a", digest=order.digest)], {"a" * 64: SEGMENTS}, [order])
    lines = path.read_text().splitlines()
    path.write_text("\n".join(one for one in lines if PART.shot not in one or "payload" in one))
    with pytest.raises(LockError, match="the shots of its clip are not those that were sent"):
        read_lock(path)


@pytest.mark.parametrize("listed", [(SHOT,), (PART,), (SHOT, PART)])
def test_two_orders_that_were_answered_with_the_same_bytes_are_no_contradiction(
    listed: tuple[ShotPart, ...], tmp_path: Path
) -> None:
    content = {"host": "fal", "endpoint": "e", "payload": {"prompt": "Else."}, "take": 1}
    one = asked()
    other = asked(payload={"prompt": "Else."}, shots=(PART,), digest=digest(content))
    black = "b" * 64
    paid = [take("a", digest=one.digest, clip=black), take("c", digest=other.digest, clip=black)]
    segments = tuple(Segment(content=shot, start=0, end=5, is_exact=True) for shot in listed)
    path = tmp_path / "storyboard.lock"
    merge_lock(path, paid, {black: segments}, [one, other])
    assert len(read_lock(path).sent) == 2


def test_the_shots_of_a_clip_that_another_checkout_got_as_other_bytes_are_not_kept(
    tmp_path: Path,
) -> None:
    path = tmp_path / "storyboard.lock"
    merge_lock(path, [take("a")], {"a" * 64: SEGMENTS})
    merge_lock(path, [take("a", clip="b" * 64)], {"b" * 64: SEGMENTS})
    assert set(read_lock(path).segments) == {"a" * 64}
    union = path.read_text() + take("a", clip="b" * 64).to_line() + "\n"
    path.write_text(union + segment_line("b" * 64, SEGMENTS[0]) + "\n")
    assert set(read_lock(path).segments) == {"a" * 64, "b" * 64}
    merge_lock(path, [take("c")], {})
    assert set(read_lock(path).segments) == {"a" * 64}


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"payload": {"prompt": "another"}}, "it is not what its digest says"),
        ({"payload": []}, 'its "payload" is [], what was sent was expected'),
        ({"shots": [["sha256:1"]]}, "it does not say which shots were sent"),
        ({"names": []}, 'its "names" is [], the names of a clip was expected'),
        ({"tokens": {"@Element1": 1}}, "names by tag was expected"),
    ],
)
def test_a_line_of_what_was_sent_that_is_damaged_is_refused(
    change: dict[str, Any], words: str, tmp_path: Path
) -> None:
    assert words in refusal(tmp_path, json.dumps(json.loads(sent_line(asked())) | change))


def test_what_two_checkouts_have_paid_for_the_same_adds_up(tmp_path: Path) -> None:
    ours, theirs = tmp_path / "ours.lock", tmp_path / "theirs.lock"
    merge_lock(ours, [take("a")], {})
    merge_lock(theirs, [take("a", request_id="other", made="2026-09-25T08:00:00Z")], {})
    union = tmp_path / "storyboard.lock"
    union.write_text(ours.read_text() + theirs.read_text())
    known = KnownTakes((), read_lock(union), "storyboard.yaml")
    assert [str(cost) for _, cost in known.payments().paid] == ["0.70 USD", "0.70 USD"]
    assert known.made(take("a").digest) == "2026-09-25T08:00:00Z"


def test_of_two_lines_for_one_order_the_one_with_a_clip_counts(tmp_path: Path) -> None:
    path = tmp_path / "storyboard.lock"
    lines = [take("a", clip=None, address="a/1").to_line(), take("a", address="b/1").to_line()]
    for written in (lines, lines[::-1]):
        path.write_text("\n".join(written))
        assert KnownTakes((), read_lock(path)).standing(take("a").digest) is Standing.PAID


def test_a_failure_that_was_billed_counts_and_is_no_clip(tmp_path: Path) -> None:
    path = tmp_path / "storyboard.lock"
    merge_lock(path, [take("a", clip=None)], {})
    known = KnownTakes((), read_lock(path), "storyboard.yaml")
    assert known.standing(take("a").digest) is Standing.NEW
    assert len(known.payments().paid) == 1


def test_what_another_film_of_the_folder_has_paid_is_not_of_this_one(tmp_path: Path) -> None:
    path = tmp_path / "storyboard.lock"
    merge_lock(path, [take("a", film="other.storyboard.yaml")], {})
    assert KnownTakes((), read_lock(path), "storyboard.yaml").payments().paid == ()


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ({"kind": "hold"}, 'it is of the kind "hold", unknown here; install a newer storyboard'),
        ({"tone": 1}, 'it has "tone", unknown here; install a newer storyboard'),
        ({"kind": 7}, 'its "kind" is 7, order, sent or shot was expected'),
    ],
)
def test_a_line_of_a_newer_version_is_refused_and_never_dropped(
    line: dict[str, Any], words: str, tmp_path: Path
) -> None:
    assert words in refusal(tmp_path, json.dumps(LINE | line))


def test_a_line_of_an_earlier_version_is_told_with_the_way_to_take_its_clip_over(
    tmp_path: Path,
) -> None:
    earlier = {name: LINE[name] for name in LINE if name not in ("kind", "film", "made")}
    assert "`storyboard resolve ADDRESS --adopt ID`" in refusal(tmp_path, json.dumps(earlier))


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("in", -1, "seconds of the clip was expected"),
        ("in", 9, "more seconds than at its beginning was expected"),
        ("out", "5", "seconds of the clip was expected"),
        ("part", 4, "the number of a part, or null was expected"),
        ("parts", 0, "a whole number above 0 was expected"),
        ("shot", "1", "the digest of a shot was expected"),
        ("exact", None, "true or false was expected"),
        ("clip", None, "a sum of 64 hexadecimal digits was expected"),
    ],
)
def test_a_shot_of_another_form_is_named_with_what_was_expected(
    name: str, value: Any, words: str, tmp_path: Path
) -> None:
    line = json.loads(segment_line("a" * 64, Segment(content=PART, start=1, end=8, is_exact=True)))
    assert words in refusal(tmp_path, json.dumps(line | {name: value}))


# -- what it may not hold -------------------------------------------------------------------------

LINE = json.loads(take("b").to_line())


def refusal(tmp_path: Path, line: str | bytes) -> str:
    path = tmp_path / "storyboard.lock"
    data = line if isinstance(line, bytes) else line.encode()
    path.write_bytes(take("a").to_line().encode() + b"\n" + data + b"\n")
    with pytest.raises(LockError) as caught:
        read_lock(path)
    text = str(caught.value)
    assert text.startswith(f'line 2 of "{path}" is no record of what was paid: ')
    assert "; " in text
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
        ("clip", "FF", "a sum of 64 hexadecimal digits, or null was expected"),
        ("clip", 7, 'its "clip" is 7, a sum of 64'),
        ("made", "yesterday", 'a time such as "2026-09-24T18:30:00Z" was expected'),
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
    assert len(read_lock(path).orders) == 2


@pytest.mark.parametrize("name", ["a\u2028b", "a\x85b", "a\x0bb", "\ufeffa"])
def test_a_name_with_a_mark_that_some_take_for_an_end_of_line_is_read_back(
    name: str, tmp_path: Path
) -> None:
    path = tmp_path / "storyboard.lock"
    merge_lock(path, [take("a", address=name)], {})
    (found,) = read_lock(path).orders.values()
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
        merge_lock(path, [made], {})
        assert list(read_lock(path).orders.values()) == [made]


def test_a_folder_in_its_place_is_called_one(tmp_path: Path) -> None:
    with pytest.raises(LockError, match="is a folder, a file was expected"):
        read_lock(tmp_path)
