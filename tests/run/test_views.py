"""What people see of a run while it goes on and at its end, from events and results alone."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

import pytest
from msgspec.structs import replace
from planned_requests import planned_request

from storyboard.ledger import Intent, Order, Receipt, State
from storyboard.plan.clips import PlannedClip
from storyboard.plan.planned_request import PlannedRequest
from storyboard.plan.reason import Action
from storyboard.render.report import NextSteps, render_report, report_json
from storyboard.render.run import MAX_ROWS, Board, LiveView, Log, has_room
from storyboard.render.width import columns
from storyboard.run.events import Event, Happening
from storyboard.run.report import Report, Result
from storyboard.values.units import Money

H = Happening
PRICE = Money(Decimal("0.50"), "USD")


def event(what: Happening, clip: str = "", at: float = 0.0, **facts: Any) -> Event:
    return Event(what=what, at=at, clip=clip, facts=facts)


def request(name: str, action: str = "generate") -> PlannedRequest:
    return planned_request(name, action=Action(action), money=PRICE)


def board(count: int, now: float = 100.0) -> Board:
    return Board(count, lambda: now, [request(f"a/{number}") for number in range(count)])


# -- the live view --------------------------------------------------------------------------------


@pytest.mark.parametrize("count", [0, 1, 16, 17, 18, 500])
@pytest.mark.parametrize("height", [3, 4, 10, 24, 80])
@pytest.mark.parametrize("width", [20, 40, 79, 200])
def test_the_view_never_leaves_its_rows_or_the_terminal(
    count: int, height: int, width: int
) -> None:
    view = board(count)
    for number in range(count):
        view.hear(event(H.QUEUED, f"a/{number}", position=number))
    view.hear(event(H.STOPPING, text="the account has no money left"))
    drawn = view.draw(width, height, color=False)
    assert len(drawn) <= min(MAX_ROWS, height)
    assert all(columns(line) <= width for line in drawn)
    assert f"0 of {count} clips"[: width - 1] in "\n".join(drawn)


def test_the_state_is_seen_on_a_narrow_terminal_too() -> None:
    view = board(1)
    view.hear(event(H.RUNNING, "a/0"))
    assert "rendering" in view.draw(40, color=False)[0]


def test_ages_go_on_between_events() -> None:
    clock = [10.0]
    view = Board(1, lambda: clock[0], [request("a/0")])
    view.hear(event(H.RUNNING, "a/0", at=10.0))
    assert view.draw(80, color=False)[0].endswith(" 0 s")
    clock[0] = 75.0
    assert view.draw(80, color=False)[0].endswith(" 65 s")
    clock[0] = 1.0  # a clock that was set back
    assert view.draw(80, color=False)[0].endswith(" 0 s")


def test_seconds_and_money_are_summed_by_what_is_spent_at_risk_and_left() -> None:
    view = Board(
        5,
        lambda: 0.0,
        [
            request("a/1"), request("a/2"), request("a/3"), request("a/4", "wait"),
            request("a/5", "reuse"),
        ],
    )  # fmt: skip
    view.hear(event(H.STORED, "a/1", charged={"amount": "0.40", "currency": "USD"}))
    view.hear(event(H.RUNNING, "a/2"))
    view.hear(event(H.REUSED, "a/5"))
    sums = view.draw(120, color=False)[-1]
    assert sums == "10 of 25 s · 0.40 USD spent · 1.00 USD at risk · 0.50 USD left"


def test_what_has_not_changed_is_not_drawn_again() -> None:
    written: list[str] = []
    view = LiveView(board(1), written.append, lambda: (80, 24), color=False)
    view.clear()
    assert written == []
    view.refresh()
    view.refresh()
    assert len(written) == 1
    view.clear()
    assert written[-1] == "\x1b[2F\x1b[J"


def test_a_clip_that_has_come_to_its_end_leaves_a_line_that_stays() -> None:
    written: list[str] = []
    view = LiveView(board(2), written.append, lambda: (80, 24), color=False)
    view.hear(event(H.RUNNING, "a/0"))
    view.refresh()
    view.hear(event(H.STORED, "a/0", file="out/a/0.mp4"))
    view.refresh()
    up, line = written[-1].split("F", 1)
    assert up == "\x1b[3"
    assert line.startswith("a/0  rendered  out/a/0.mp4\x1b[K\n1 of 2 clips")
    view.hear(event(H.FAILED, "a/1", text="no"))
    view.clear()
    assert written[-1] == "\x1b[2Fa/1  failed: no\x1b[K\n\x1b[J"


@pytest.mark.parametrize(
    ("name", "width", "is_so"), [("a/1", 60, True), ("a/1", 59, False), ("a/" + "x" * 50, 80, True),
                                 ("a/" + "x" * 60, 80, False)],
)  # fmt: skip
def test_a_live_view_is_for_windows_in_which_no_name_is_cut(
    name: str, width: int, is_so: bool
) -> None:
    assert has_room([name], width) is is_so
    view = Board(1, lambda: 0.0, [request(name)])
    view.hear(event(H.QUEUED, name, position=7))
    assert (name in view.draw(width - 1, color=False)[0]) or not is_so


def test_a_pause_is_said_until_something_is_sent_again() -> None:
    view = board(2)
    view.hear(event(H.PAUSED, seconds=1.0, text="rate limit exceeded"))
    assert view.draw(80, color=False)[-1] == "waiting: rate limit exceeded"
    view.hear(event(H.SUBMITTED, "a/0"))
    assert "rate limit" not in "\n".join(view.draw(80, color=False))


def test_an_interrupt_says_that_a_second_one_leaves_at_once() -> None:
    view = board(1)
    view.hear(event(H.STOPPING, text="interrupted"))
    assert "Ctrl-C again leaves at once" in view.draw(100, color=False)[-1]
    assert "Ctrl-C again leaves at once" in Log().line(event(H.STOPPING, text="interrupted"))


def test_nothing_that_a_host_says_reaches_the_terminal_as_a_command() -> None:
    view = board(1)
    view.hear(event(H.RUNNING, "a/\x1b[2J"))
    view.hear(event(H.STOPPING, text="\x1b]0;x\x07"))
    for text in (
        *view.draw(80, color=False),
        Log().line(event(H.FAILED, "a/\x1b[2J", text="\x9b31m")),
        Log().line(event(H.STORED, "a/1", file="out/\x1b[2J.mp4")),
    ):
        assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f]", text)


# -- a log ----------------------------------------------------------------------------------------


def test_a_pause_that_goes_on_is_one_line_of_a_log() -> None:
    log = Log()
    paused = event(H.PAUSED, seconds=1.0, text="rate limit exceeded")
    waiting = event(H.WAITING, "a/1", text="rate limit exceeded")
    said = [log.line(one) for one in (waiting, paused, waiting, paused, paused)]
    assert "".join(said) == "waiting 1.0 s: rate limit exceeded\n"
    log.line(event(H.SUBMITTED, "a/1", id="x"))
    assert log.line(paused)


# -- the end --------------------------------------------------------------------------------------


def result(
    what: Happening, state: State | None, name: str = "a/1", run: str = "now", **facts: Any
) -> Result:
    order = Order(
        digest=f"sha256:{name}", address=name, host="fal", endpoint="e", payload={}, seconds=5,
        estimate=Money(Decimal("0.50"), "USD"),
    )  # fmt: skip
    clip = PlannedClip(
        order=order, names=(name,), padding=0,
                assets=(), needs=(),
        shots=((name, "film.yaml:7"),),
    )  # fmt: skip
    charged = facts.pop("charged", None)
    intent = state and Intent(
        order=order, state=state, run=run, receipt=Receipt(id="1"),
        charged=charged and Money(Decimal(charged), "USD"), billed=facts.pop("billed", None),
    )  # fmt: skip
    return Result(clip=clip, what=what, intent=intent or None, place=clip.place, **facts)


def report(*results: Result, **facts: Any) -> Report:
    given: dict[str, Any] = {"stopped": "", "interrupted": False, "seconds": 1.0} | facts
    return Report(run="now", results=results, **given)


WAYS = NextSteps(again="storyboard run 'my film.yaml'", film=" --file 'my film.yaml'", out="out")


def shown(*results: Result, ways: NextSteps = WAYS, **facts: Any) -> str:
    return render_report(report(*results, **facts), ways, color=False)


def test_what_an_earlier_run_has_sent_is_counted_and_said() -> None:
    text = shown(
        result(H.STORED, State.STORED, "a/1", charged="0.40"),
        result(H.STORED, State.STORED, "a/2", run="before", charged="0.50"),
        result(H.STRANDED, State.RUNNING, "a/3", run="before"),
    )
    assert (
        "estimated 1.00 USD · charged 0.90 USD, 0.50 USD of it for what an earlier run had sent "
        "· at risk 0.50 USD\n" in text
    )


def test_a_run_that_charged_nothing_says_so() -> None:
    assert shown(result(H.REUSED, State.STORED, charged="0.40")) == (
        "1 as it is · clips in out\nnothing was charged\n"
    )
    assert "2 as they are" in shown(
        result(H.REUSED, State.STORED, "a/1"), result(H.REUSED, State.STORED, "a/2")
    )


def test_a_price_that_nobody_says_is_not_told_as_nothing() -> None:
    one = result(H.STORED, State.STORED)
    assert one.intent is not None
    order = replace(one.intent.order, estimate=None)
    unknown = replace(one, intent=replace(one.intent, order=order))
    assert shown(unknown).splitlines()[-1] == "1 clip without a word on the price"


def test_what_is_simulated_is_never_told_as_paid() -> None:
    ways = NextSteps(again="storyboard run", simulated=True)
    text = shown(result(H.STORED, State.STORED, charged="0.40"), ways=ways)
    assert "charged 0.40 USD · simulated: nothing was paid" in text
    assert report_json(report(), simulated=True)["simulated"] is True


@pytest.mark.parametrize(
    ("one", "words"),
    [
        (result(H.UNCERTAIN, State.UNCERTAIN), "storyboard resolve a/1 --file 'my film.yaml'"),
        (result(H.RELEASED, State.RELEASED), "the vendor does not have it: run again"),
        (result(H.FAILED, State.FAILED, kind="content_policy", text="no"), "change the text"),
        (result(H.FAILED, None, text="the upload broke"), "nothing was sent for it"),
        (result(H.CANCELLED, State.CANCELLED, kind="cancelled"), "run again: it is sent anew"),
        (result(H.UNPAID, None, text="above the limit"), "raise the budget"),
        (result(H.STRANDED, State.SUCCEEDED, text="the link answers 403"), "it is fetched"),
    ],
)
def test_every_clip_that_is_missing_is_told_with_its_line_and_what_to_do(
    one: Result, words: str
) -> None:
    text = shown(one)
    assert "a/1  film.yaml:7" in text
    assert words in text
    assert "to go on: storyboard run 'my film.yaml'\n" in text


def test_a_clip_that_an_interrupt_left_under_way_is_not_offered_to_be_sent_again() -> None:
    one = result(H.STRANDED, State.RUNNING, text="it was left under way")
    assert "--send-again" not in shown(one, interrupted=True)
    assert shown(one, interrupted=True).startswith("still under way: a/1")
    assert shown(result(H.WAITING, None), interrupted=True).startswith("1 not sent\n")


def test_a_refusal_for_content_says_how_to_send_the_same_once_more() -> None:
    text = shown(result(H.FAILED, State.FAILED, kind="content_policy", text="flagged"))
    assert "change the text or the picture and run again" in text
    assert "storyboard resolve a/1 --file 'my film.yaml' --send-again" in text
    assert "--send-again" not in shown(result(H.FAILED, State.FAILED, kind="bad_input"))


def test_what_is_under_way_at_the_end_is_told_with_the_command_that_stops_it() -> None:
    one = result(H.STRANDED, State.RUNNING, text="the host does not answer")
    assert "to have it stopped: storyboard cancel a/1 --file 'my film.yaml'" in shown(one)
    text = shown(one, interrupted=True)
    assert "to stop what is under way: storyboard cancel --file 'my film.yaml'\n" in text
    made = result(H.STRANDED, State.SUCCEEDED, text="the link answers 403")
    assert "storyboard cancel" not in shown(made) + shown(made, interrupted=True)


def test_a_run_ends_with_the_next_command() -> None:
    ways = replace(WAYS, stitch="storyboard stitch 'my film.yaml'")
    text = shown(result(H.STORED, State.STORED), ways=ways)
    assert text.endswith("\nnext: storyboard stitch 'my film.yaml'\n")
    assert "next:" not in shown(result(H.WAITING, None), ways=ways, interrupted=True)


def test_a_warning_stands_on_the_live_view() -> None:
    board = Board(1, lambda: 0.0)
    board.hear(event(H.WARNING, "a/1", text="it takes long"))
    assert any("a/1: it takes long" in line for line in board.draw(80, color=False))


def test_the_last_line_of_json_has_the_sums() -> None:
    found = report_json(
        report(
            result(H.STORED, State.STORED, charged="0.40"),
            result(H.UNCERTAIN, State.UNCERTAIN, "a/2"),
        ),
        simulated=False,
    )
    assert (found["estimated"]["amount"], found["charged"]["amount"]) == ("0.50", "0.40")
    assert found["at_risk"] == {"amount": "0.50", "currency": "USD"}
    assert [one["end"] for one in found["clips"]] == ["stored", "uncertain"]
