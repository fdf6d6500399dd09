"""What is said with an order: several takes of one clip, the namespace, the form of the answer."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from local_servers import LOCAL
from rendering_films import (
    FEW,
    TEXT,
    Heard,
    check_paid_once,
    make_work,
    release_what_the_vendor_lacks,
    run_once,
)

from storyboard.hosts.protocol import Host, Submission
from storyboard.ledger import Receipt, State
from storyboard.run.events import Happening
from storyboard.simulator import Simulator
from storyboard.values.units import Money

HOSTS = ("fal", "oxen")
Change = Callable[[tuple[Receipt, ...]], tuple[Receipt, ...]]


def orders(sim: Simulator) -> list[dict[str, Any]]:
    """The body of each order that was taken, in their order."""
    found = {row["submission"]: row["body"] for row in sim.bill()["rows"]}
    return [found[number] for number in sorted(found)]


def test_takes_are_one_order_where_the_host_has_a_field_for_them(
    sim: Simulator, tmp_path: Path
) -> None:
    work = make_work(tmp_path / "film", "oxen", FEW, takes=3)
    heard = Heard()
    assert run_once(work, sim.url, jobs=8, listen=heard).is_complete
    assert [body["num_generations"] for body in orders(sim)] == [3, 3]
    check_paid_once(work, sim)
    assert work.ids == [f"shore/{shot}{take}" for shot in "12" for take in ("", ".take2", ".take3")]
    clips = {work.store.clip(name).read_bytes() for name in work.ids}
    assert len(clips) == 6  # each is labelled with its take
    sent = [event.clip for event in heard.events if event.what is Happening.SUBMITTED]
    assert sorted(sent) == sorted(work.ids)


def test_takes_are_orders_of_their_own_where_the_host_has_no_such_field(
    sim: Simulator, tmp_path: Path
) -> None:
    work = make_work(tmp_path / "film", "fal", FEW, takes=2)
    assert run_once(work, sim.url).is_complete
    assert len(orders(sim)) == 4
    assert not any("num_generations" in body for body in orders(sim))
    check_paid_once(work, sim)


def test_an_order_has_no_more_takes_than_the_host_allows(sim: Simulator, tmp_path: Path) -> None:
    work = make_work(tmp_path / "film", "oxen", FEW, takes=6)
    assert run_once(work, sim.url, jobs=20).is_complete
    assert sorted(body["num_generations"] for body in orders(sim)) == [2, 2, 4, 4]
    check_paid_once(work, sim)


def test_a_further_take_is_ordered_alone_and_the_first_is_not_paid_again(
    sim: Simulator, tmp_path: Path
) -> None:
    assert run_once(make_work(tmp_path / "film", "oxen", FEW), sim.url).is_complete
    work = make_work(tmp_path / "film", "oxen", FEW, takes=2)
    assert run_once(work, sim.url).is_complete
    assert len(orders(sim)) == 4
    assert not any("num_generations" in body for body in orders(sim))
    check_paid_once(work, sim)


def test_takes_that_open_on_a_frame_wait_for_it_and_go_together(
    sim: Simulator, tmp_path: Path
) -> None:
    work = make_work(tmp_path / "film", "oxen", TEXT, takes=2)
    assert run_once(work, sim.url, jobs=8).is_complete
    assert [body["num_generations"] for body in orders(sim)] == [2, 2, 2, 2]
    check_paid_once(work, sim)


def test_an_order_has_no_more_takes_than_the_limit_pays_for(sim: Simulator, tmp_path: Path) -> None:
    work = make_work(tmp_path / "film", "oxen", FEW, takes=3)
    one = work.plan.requests[0].money
    assert one is not None
    limit = Money.parse(f"{2.5 * float(one.amount):.2f} {one.currency}")
    report = run_once(work, sim.url, jobs=8, limit=limit)
    assert [body["num_generations"] for body in orders(sim)] == [2]
    assert [result.what for result in report.results] == [
        *[Happening.STORED] * 2,
        *[Happening.UNPAID] * 4,
    ]


@pytest.mark.parametrize("fault", ["lost", "500=accepted", "429=0", "refused"])
def test_a_whole_order_is_in_doubt_or_goes_again_together(
    fault: str, sim: Simulator, tmp_path: Path
) -> None:
    work = make_work(tmp_path / "film", "oxen", FEW, takes=3)
    sim.arm(f"submit:{fault}")
    if not run_once(work, sim.url, jobs=8).is_complete:
        # Nothing was sent after it that would prove that it never came: a person says so.
        release_what_the_vendor_lacks(work, sim.url)
        assert run_once(work, sim.url, jobs=8).is_complete
    assert [body["num_generations"] for body in orders(sim)] == [3, 3]
    check_paid_once(work, sim)


def test_the_takes_of_a_clip_of_several_shots_are_told_apart_too(
    sim: Simulator, tmp_path: Path
) -> None:
    text = FEW.replace(", pack: none", "").replace('- "The sea', '- {{take: 2, prompt: "The sea')
    work = make_work(tmp_path / "film", "oxen", text.replace('flat."', 'flat."}}'), takes=3)
    assert run_once(work, sim.url, jobs=8).is_complete
    assert len(work.ids) == 3
    assert len({work.store.clip(name).read_bytes() for name in work.ids}) == 3


def test_takes_that_go_again_go_in_their_order(sim: Simulator, tmp_path: Path) -> None:
    work = make_work(tmp_path / "film", "oxen", FEW, takes=3)
    sim.arm("submit:429=0")
    heard = Heard()
    assert run_once(work, sim.url, jobs=3, listen=heard).is_complete
    sent = [event.clip for event in heard.events if event.what is Happening.SUBMITTED]
    assert sent == work.ids


class Naming:
    """A host whose answers to orders name other clips than were ordered."""

    def __init__(self, host: Host, change: Change) -> None:
        self._host = host
        self._change = change

    def __getattr__(self, name: str) -> Any:
        return getattr(self._host, name)

    async def submit(self, submission: Submission) -> tuple[Receipt, ...]:
        return self._change(await self._host.submit(submission))


def naming(change: Change) -> Callable[[Host], Naming]:
    return lambda host: Naming(host, change)


def test_a_take_that_the_answer_does_not_name_is_in_doubt_and_found_again(
    sim: Simulator, tmp_path: Path
) -> None:
    def forget(receipts: tuple[Receipt, ...]) -> tuple[Receipt, ...]:
        return receipts[:-1]

    work = make_work(tmp_path / "film", "oxen", FEW, takes=3)
    heard = Heard()
    assert run_once(work, sim.url, jobs=8, listen=heard, wrap_host=naming(forget)).is_complete
    doubts = [event for event in heard.events if event.what is Happening.UNCERTAIN]
    assert {event.clip for event in doubts} == {"shore/1.take3", "shore/2.take3"}
    assert "named 2 clips where 3 were ordered" in doubts[0].facts["text"]
    check_paid_once(work, sim)


def test_a_clip_that_nobody_ordered_is_told_of(sim: Simulator, tmp_path: Path) -> None:
    def add(receipts: tuple[Receipt, ...]) -> tuple[Receipt, ...]:
        return (*receipts, Receipt(id="one-more"))

    heard, work = Heard(), make_work(tmp_path / "film", "oxen", FEW)
    assert run_once(work, sim.url, listen=heard, wrap_host=naming(add)).is_complete
    warnings = [event.facts["text"] for event in heard.events if event.what is Happening.WARNING]
    assert (
        warnings == ["the host named 2 clips where 1 were ordered: look at the vendor's bill"] * 2
    )


def test_a_namespace_is_named_with_each_order_and_has_the_clips(
    sim: Simulator, tmp_path: Path
) -> None:
    work = make_work(tmp_path / "film", "oxen", FEW)
    assert run_once(work, sim.url, options={"target-namespace": "lighthouse-films"}).is_complete
    assert {body["target_namespace"] for body in orders(sim)} == {"lighthouse-films"}
    with work.ledger() as ledger:
        ids = [one.receipt.id for one in ledger.intents() if one.receipt]
    headers = {"Authorization": "Bearer simulated"}
    for one in ids:
        url = f"{sim.url}/oxen/api/ai/generations/{one}"
        found = LOCAL.get(url, headers=headers).json()["generation"]
        assert found["namespace"] == "lighthouse-films"


def test_a_clip_inside_the_answer_is_stored_as_one_behind_a_link(
    sim: Simulator, tmp_path: Path
) -> None:
    linked = make_work(tmp_path / "linked", "oxen", FEW)
    assert run_once(linked, sim.url).is_complete
    asked = LOCAL.get(f"{sim.url}/simulator/bill").json()["requests"].get("download", 0)
    work = make_work(tmp_path / "film", "oxen", FEW)
    assert run_once(work, sim.url, options={"response-format": "b64_json"}).is_complete
    assert [body.get("response_format") for body in orders(sim)] == [None, None, *["b64_json"] * 2]
    assert LOCAL.get(f"{sim.url}/simulator/bill").json()["requests"].get("download", 0) == asked
    for name in work.ids:
        assert work.store.clip(name).stat().st_size > 1000
    assert set(work.states().values()) == {State.STORED}


@pytest.mark.parametrize("host", HOSTS)
def test_a_simulator_is_told_what_the_tags_stand_for(
    sim: Simulator, tmp_path: Path, host: str
) -> None:
    told: list[dict[str, str]] = []

    class Listening(Naming):
        async def submit(self, submission: Submission) -> tuple[Receipt, ...]:
            told.append(submission.labels())
            return await self._host.submit(submission)

    work = make_work(tmp_path / "film", host, TEXT)
    assert run_once(work, sim.url, wrap_host=lambda one: Listening(one, tuple)).is_complete
    named = {one["X-Simulate-Shots"]: one["X-Simulate-Names"] for one in told}
    assert named["stairs/1"] == "%40Element1=mara"
    assert named["shore/1"] == ""
