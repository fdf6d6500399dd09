"""Hosts that answer badly at one step: nothing is paid twice or lost, and it is said in words."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from hostile_vendor import Answering, HostileVendor, Spoil
from rendering_films import FEW, make_work, run_once

from storyboard.hosts.errors import FailureKind, Problem
from storyboard.ledger import State
from storyboard.run.events import Happening
from storyboard.run.patience import Patience
from storyboard.run.rate_limit import RateLimit

QUICK = Patience(
    first=0.01, most=0.05, grace=0.0, tries=4, life=0.2, looking=1.0,
    order=0.4, question=0.4, file=0.4,
)  # fmt: skip
HOSTS = pytest.mark.parametrize("host", ["fal", "oxen"])


@pytest.fixture
def vendor() -> Iterator[HostileVendor]:
    made = HostileVendor()
    yield made
    made.close()


def head(length: int, more: str = "") -> bytes:
    return f"HTTP/1.1 200 OK\r\nContent-Length: {length}\r\n{more}\r\n".encode()


def trickle(answer: Answering, good: bytes) -> None:
    answer.wfile.write(head(len(good)))
    for letter in good[:40]:
        answer.wfile.write(bytes([letter]))
        time.sleep(0.1)
    answer.close_connection = True


def swap(old: bytes, new: bytes) -> Spoil:
    """The good answer with other words in it."""
    return lambda answer, good: answer.say(good.replace(old, new))


PAGE = b"<html><h1>Welcome to this network</h1></html>"
SPOILS: dict[str, Spoil] = {
    "closed": lambda answer, _: answer.raw(b""),
    "cut": lambda answer, good: answer.raw(head(len(good)) + good[: len(good) // 2]),
    "truncated": lambda answer, good: answer.say(good[: len(good) // 2]),
    "longer": lambda answer, good: answer.raw(head(len(good) + 10) + good),
    "no http": lambda answer, _: answer.raw(b"\x00\xffSSH-2.0\r\n\r\n"),
    "bad chunk": lambda answer, good: answer.raw(
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nZZ\r\n" + good
    ),
    "two lengths": lambda answer, good: answer.raw(head(3, f"Content-Length: {len(good)}\r\n")),
    "trickle": trickle,
    "page": lambda answer, _: answer.say(PAGE, Content_Type="text/html"),
    "gateway": lambda answer, _: answer.say(PAGE, 502, Content_Type="text/html"),
    "later": lambda answer, _: answer.say(b"{}", 503, Retry_After="99999999999999999999"),
    "nothing": lambda answer, _: answer.say(b""),
    "null": lambda answer, _: answer.say(b"null"),
    "error": lambda answer, _: answer.say(b'{"error": {"type": "internal", "title": "It broke"}}'),
    "circle": lambda answer, _: answer.say(b"", 302, Location=answer.path),
    "packed": lambda answer, good: answer.say(good, Content_Encoding="br"),
}
ODD_TYPES: dict[str, Spoil] = {
    "picture": lambda answer, good: answer.say(good, Content_Type="image/png"),
    "other letters": lambda answer, good: answer.say(
        good, Content_Type="text/plain;charset=utf-16"
    ),
    "accepted": lambda answer, good: answer.say(good, 202),
    "more behind it": lambda answer, good: answer.raw(head(len(good)) + good + b"more"),
}


@HOSTS
@pytest.mark.parametrize("spoil", [*SPOILS, *ODD_TYPES])
def test_an_order_that_is_taken_and_answered_badly_is_found_and_never_sent_again(
    host: str, spoil: str, vendor: HostileVendor, tmp_path: Path
) -> None:
    work = make_work(tmp_path / "film", host, FEW)
    vendor.spoiled["submit"] = [(SPOILS | ODD_TYPES)[spoil]]
    assert run_once(work, vendor.url, patience=QUICK).is_complete
    assert len(vendor.orders) == 2


@HOSTS
@pytest.mark.parametrize("step", ["status", "result", "charge", "clip"])
def test_a_question_that_is_answered_badly_is_asked_again_and_leaves_words(
    host: str, step: str, vendor: HostileVendor, tmp_path: Path
) -> None:
    if step == ("charge" if host == "fal" else "status"):
        pytest.skip("a question of the other host's")
    work = make_work(tmp_path / "film", host, FEW)
    # Each answer once: more than are waited out in one run, or in two.
    vendor.spoiled[step] = [one for name, one in SPOILS.items() if name != "trickle"]
    for _ in range(6):
        report = run_once(work, vendor.url, patience=QUICK)
        if report.is_complete:
            break
        for result in report.results:
            assert result.what in (Happening.STORED, Happening.REUSED, Happening.STRANDED)
            assert result.text.isprintable() or result.what is not Happening.STRANDED
    assert set(work.states().values()) == {State.STORED}
    assert len(vendor.orders) == 2


@HOSTS
def test_an_id_that_was_given_twice_leaves_one_order_to_be_looked_for(
    host: str, vendor: HostileVendor, tmp_path: Path
) -> None:
    work = make_work(tmp_path / "film", host, FEW)
    vendor.spoiled["submit"] = [swap(b"", b""), swap(b'"order-1"', b'"order-0"')]
    assert run_once(work, vendor.url, patience=QUICK, jobs=1).is_complete
    with work.ledger() as ledger:
        assert {one.receipt and one.receipt.id for one in ledger.intents()} == set(vendor.orders)


@HOSTS
@pytest.mark.parametrize("there", ["http://user:word@127.0.0.1:", "ftp://127.0.0.1:", "//a:"])
def test_a_clip_whose_link_leads_nowhere_is_not_taken_for_lost(
    host: str, there: str, vendor: HostileVendor, tmp_path: Path
) -> None:
    work = make_work(tmp_path / "film", host, FEW)
    link = vendor.url.replace("http://127.0.0.1:", there)
    vendor.spoiled["result"] = [swap(vendor.url.encode(), link.encode())] * 40
    report = run_once(work, vendor.url, patience=QUICK)
    assert {one.what for one in report.results} == {Happening.STRANDED}
    vendor.spoiled.clear()
    assert run_once(work, vendor.url, patience=QUICK).is_complete
    assert len(vendor.orders) == 2


@HOSTS
@pytest.mark.parametrize("status", [401, 403, 407, 451])
def test_a_clip_that_somebody_in_between_holds_back_is_not_taken_for_lost(
    host: str, status: int, vendor: HostileVendor, tmp_path: Path
) -> None:
    work = make_work(tmp_path / "film", host, FEW)
    vendor.spoiled["clip"] = [lambda answer, _: answer.say(PAGE, status)] * 40
    for _ in range(2):
        report = run_once(work, vendor.url, patience=QUICK)
        assert {(one.what, one.text) for one in report.results} == {
            (Happening.STRANDED, f"the clip's host answers {status}")
        }
    vendor.spoiled.clear()
    assert run_once(work, vendor.url, patience=QUICK).is_complete
    assert len(vendor.orders) == 2


def test_a_status_that_goes_back_is_followed_on(vendor: HostileVendor, tmp_path: Path) -> None:
    work = make_work(tmp_path / "film", "fal", FEW)
    states = ["IN_PROGRESS", "IN_QUEUE", "IN_PROGRESS", "IN_QUEUE", "FAILED", "completed"]
    vendor.spoiled["status"] = [swap(b"COMPLETED", one.encode()) for one in states]
    assert run_once(work, vendor.url, patience=QUICK).is_complete
    work = make_work(tmp_path / "second", "oxen", FEW)
    states = ["queued", "processing", "queued", "unknown"]
    vendor.spoiled["result"] = [swap(b"succeeded", one.encode()) for one in states]
    assert run_once(work, vendor.url, patience=QUICK).is_complete
    assert len(vendor.orders) == 4


def test_no_host_makes_a_question_wait_for_long() -> None:
    patience = Patience(most=15)
    assert patience.until_again(None, 2.0) == 2.0
    assert patience.until_again(0.0, 2.0) == 2.0
    assert patience.until_again(30.0, 2.0) == 30.0
    assert patience.until_again(3600.0, 2.0) == 60.0


def test_a_host_that_refuses_orders_and_asks_for_no_pause_gets_one() -> None:
    at_once = Problem(kind=FailureKind.RATE_LIMITED, text="too many", retry_after=0.0)
    assert RateLimit(Patience(first=2, most=15)).refused(at_once) >= 2
