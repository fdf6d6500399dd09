"""What is sent next: never too much at once, never above the limit, never before its frame."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from storyboard.run.scheduler import Phase, Schedule, ScheduledClip


def job(digest: str, *needs: str, cost: str | None = "1", **more: Any) -> ScheduledClip:
    return ScheduledClip(
        digest=digest, needs=needs, cost=None if cost is None else Decimal(cost), **more
    )


def taken(schedule: Schedule) -> list[str]:
    found = []
    while batch := schedule.next():
        found += [one.digest for one in batch]
    return found


def test_no_more_are_under_way_than_there_are_places() -> None:
    schedule = Schedule.of([job("a"), job("b"), job("c")], places=2)
    assert taken(schedule) == ["a", "b"]
    schedule.done("a")
    assert taken(schedule) == ["c"]


def test_a_clip_waits_for_the_one_whose_frame_it_opens_on() -> None:
    schedule = Schedule.of([job("a"), job("b", "a"), job("c", "b")], places=9)
    assert taken(schedule) == ["a"]
    schedule.done("a")
    assert taken(schedule) == ["b"]


def test_what_is_done_before_the_run_is_waited_for_by_nobody() -> None:
    schedule = Schedule.of([job("b", "a")], places=9, done=["a"])
    assert taken(schedule) == ["b"]


def test_what_is_held_is_known_until_it_is_settled_and_takes_no_place() -> None:
    schedule = Schedule.of([job("a"), job("b"), job("c", is_held=True)], places=1)
    assert taken(schedule) == ["a"]
    schedule.hold("a")
    assert taken(schedule) == ["b"]
    assert schedule.held() == ("c", "a")
    schedule.give_up("c")
    schedule.resume("a", is_sent=True)
    assert not schedule.has_held
    schedule.done("b")
    assert taken(schedule) == ["a"]


def test_what_is_uncertain_has_had_its_frame_and_is_blocked_by_no_loss() -> None:
    schedule = Schedule.of([job("a"), job("b", "a", is_held=True)], places=1)
    assert taken(schedule) == ["a"]
    schedule.resume("b", is_sent=True)
    assert schedule.lost("a") == ()
    assert taken(schedule) == ["b"]


def batches(schedule: Schedule) -> list[str]:
    found = []
    while batch := schedule.next():
        found.append(" ".join(one.digest for one in batch))
    return found


def test_takes_of_one_request_go_in_one_order_as_far_as_it_takes_them() -> None:
    takes = [job(f"a{number}", group="a") for number in range(1, 6)]
    schedule = Schedule.of([*takes, job("b", group="b"), job("c")], places=9, most_takes=4)
    assert batches(schedule) == ["a1 a2 a3 a4", "a5", "b", "c"]


def test_an_order_has_no_more_takes_than_there_are_places_and_money() -> None:
    takes = [job(f"a{number}", group="a") for number in range(1, 4)]
    assert batches(Schedule.of(takes, places=2, most_takes=4)) == ["a1 a2"]
    schedule = Schedule.of(takes, places=9, most_takes=4, limit=Decimal(2))
    assert batches(schedule) == ["a1 a2"]
    assert schedule.unpaid == ["a3"]


def test_a_take_that_was_sent_before_is_followed_alone() -> None:
    jobs = [job("a1", group="a"), job("a2", group="a", is_sent=True), job("a3", group="a")]
    assert batches(Schedule.of(jobs, places=9, most_takes=4)) == ["a2", "a1 a3"]


def test_a_take_that_was_found_again_is_followed_alone() -> None:
    takes = [job("a1", group="a"), job("a2", group="a")]
    schedule = Schedule.of(takes, places=9, most_takes=4)
    for one in taken(schedule):
        schedule.hold(one)
    schedule.resume("a2", is_sent=True)
    schedule.resume("a1", is_sent=False)
    assert batches(schedule) == ["a1", "a2"]


def test_an_order_that_was_not_taken_goes_again_as_it_was() -> None:
    takes = [job(f"a{number}", group="a") for number in range(1, 4)]
    schedule = Schedule.of([*takes, job("b")], places=9, most_takes=4)
    assert batches(schedule) == ["a1 a2 a3", "b"]
    for one in ("a3", "a2", "a1"):
        schedule.again(one)
    assert batches(schedule) == ["a1 a2 a3"]


def test_a_loss_blocks_what_depends_on_it_however_far_and_nothing_else() -> None:
    schedule = Schedule.of([job("a"), job("b", "a"), job("c", "b"), job("d")], places=9)
    taken(schedule)
    assert set(schedule.lost("a")) == {"b", "c"}
    schedule.done("d")
    assert schedule.is_over


def test_what_failed_in_an_earlier_run_blocks_its_dependents() -> None:
    schedule = Schedule.of([job("b", "a"), job("c")], places=9, lost=["a"])
    assert taken(schedule) == ["c"]
    assert schedule.phases["b"] is Phase.BLOCKED


def test_a_clip_of_unknown_price_is_not_sent_under_a_limit() -> None:
    schedule = Schedule.of([job("a", cost=None), job("b")], places=9, limit=Decimal(5))
    assert taken(schedule) == ["b"]
    assert schedule.unpaid == ["a"]


def test_what_is_at_risk_before_the_run_leaves_less_to_spend() -> None:
    schedule = Schedule.of([job("a")], places=9, limit=Decimal(3), spent=Decimal("2.5"))
    assert taken(schedule) == []


def test_money_of_what_was_surely_not_taken_is_free_again() -> None:
    schedule = Schedule.of([job("a"), job("b")], places=1, limit=Decimal(1))
    assert taken(schedule) == ["a"]
    schedule.again("a")
    assert taken(schedule) == ["a"]
    schedule.lost("a")
    assert taken(schedule) == ["b"]


def test_money_of_a_doubt_stays_promised_and_its_place_is_free() -> None:
    schedule = Schedule.of([job("a"), job("b")], places=1, limit=Decimal(1))
    taken(schedule)
    schedule.hold("a")
    assert taken(schedule) == []
    assert schedule.unpaid == ["b"]
    schedule.resume("a", is_sent=True)
    assert taken(schedule) == ["a"]
    assert schedule.spent == 1


def test_what_an_earlier_run_has_sent_counts_nothing_anew_once_its_charge_is_known() -> None:
    schedule = Schedule.of([job("a", is_sent=True), job("b")], places=1, limit=Decimal(1))
    assert taken(schedule) == ["a"]
    schedule.done("a", charged=Decimal(2))
    assert taken(schedule) == ["b"]


def test_a_stopped_schedule_still_follows_what_was_sent() -> None:
    jobs = [job("a"), job("b", is_sent=True), job("c", is_sent=True)]
    schedule = Schedule.of(jobs, places=1)
    schedule.stop()
    assert taken(schedule) == ["b"]
    schedule.done("b")
    assert taken(schedule) == ["c"]
    schedule.done("c")
    assert schedule.is_over
    assert schedule.phases["a"] is Phase.WAITING


_MOVES = st.sampled_from(["done", "lost", "risk", "again", "hold", "sent", "released", "give up"])


@settings(deadline=None, max_examples=300)
@given(st.data())
def test_whatever_happens_places_limit_and_order_are_kept(data: st.DataObject) -> None:
    count = data.draw(st.integers(1, 8))
    jobs = []
    for number in range(count):
        needs = data.draw(st.sets(st.integers(0, number - 1), max_size=2)) if number else set()
        cost = data.draw(st.integers(1, 3))
        group = data.draw(st.sampled_from(["", "g", "h"]))
        needed = tuple(map(str, needs))
        jobs.append(
            ScheduledClip(digest=str(number), group=group, needs=needed, cost=Decimal(cost))
        )
    places, limit = data.draw(st.integers(1, 3)), data.draw(st.integers(1, 12))
    most = data.draw(st.integers(1, 3))
    schedule = Schedule.of(jobs, places=places, most_takes=most, limit=Decimal(limit))
    done: set[str] = set()
    busy: dict[str, ScheduledClip] = {}
    risk: dict[str, Decimal] = {}
    for _ in range(60):
        while batch := schedule.next():
            assert len(batch) <= most
            if len(batch) > 1:
                assert {one.group for one in batch} in ({"g"}, {"h"})
                assert not any(one.is_sent for one in batch)
            for one in batch:
                assert set(one.needs) <= done or one.is_sent
                assert one.digest not in busy
                busy[one.digest] = one
                risk[one.digest] = one.cost or Decimal(0)
        assert len(busy) <= places
        assert sum(risk.values()) == schedule.spent <= limit
        held = schedule.held()
        if not busy and not held:
            break
        move = data.draw(_MOVES)
        if move in ("sent", "released", "give up"):
            if held:
                digest = held[0]
                if move == "give up":
                    schedule.give_up(digest)
                else:
                    schedule.resume(digest, is_sent=move == "sent")
                    if move == "released":
                        risk.pop(digest)
            continue
        if not busy:
            continue
        digest = data.draw(st.sampled_from(sorted(busy)))
        sent = busy.pop(digest).is_sent
        match move:
            case "done":
                schedule.done(digest)
                done.add(digest)
            case "lost":
                schedule.lost(digest)
                if not sent:
                    risk.pop(digest)
            case "risk":
                schedule.lost(digest, at_risk=True)
            case "again" if not sent:
                schedule.again(digest)
                risk.pop(digest)
            case "hold" if not sent:
                schedule.hold(digest)
            case _:
                busy[digest] = ScheduledClip(digest=digest, is_sent=sent)
    else:
        return
    assert schedule.is_over
    assert Phase.WAITING not in schedule.phases.values()
