"""How fast orders go: those that are refused together are one refusal, and one success ends it."""

from __future__ import annotations

import pytest

from storyboard.run.carrying import Patience
from storyboard.run.hosts.errors import Kind, Problem
from storyboard.run.pacing import Pace

LATER = Problem(kind=Kind.RATE_LIMITED, text="too many", retry_after=60)
UNREACHED = Problem(kind=Kind.NOT_SENT, text="no connection")


def test_refusals_that_come_together_are_one() -> None:
    pace = Pace(Patience(tries=3))
    assert pace.may_send
    for _ in range(9):
        assert pace.refused(LATER) == 60
    assert pace.refusals == 1
    assert not pace.may_send
    assert 59 < pace.rest <= 60
    assert not pace.why_stop(LATER)


def test_refusals_in_a_row_end_the_run_and_an_order_that_is_taken_begins_anew() -> None:
    pace = Pace(Patience(first=0.0, most=0.0, tries=3))
    pace.begin()
    for _ in range(3):
        pace.refused(UNREACHED)
    assert "takes no orders (no connection): run again later" in pace.why_stop(UNREACHED)
    with pace.ending():
        assert pace.sending == 1
    assert (pace.sending, pace.refusals) == (0, 0)
    assert not pace.why_stop(UNREACHED)


def test_a_host_that_is_not_reached_is_given_up_sooner_than_one_that_says_to_wait() -> None:
    pace = Pace(Patience(first=0.0, most=0.0))
    for _ in range(6):
        assert not pace.why_stop(UNREACHED)
        pace.refused(UNREACHED)
    assert pace.why_stop(UNREACHED).startswith("the host cannot be reached (no connection)")
    assert not pace.why_stop(LATER)


def test_an_order_that_fails_is_being_sent_no_more_and_is_no_success() -> None:
    pace = Pace(Patience(first=0.0, most=0.0))
    pace.refused(UNREACHED)
    pace.begin()
    with pytest.raises(OSError, match="gone"), pace.ending():
        raise OSError("gone")
    assert (pace.sending, pace.refusals) == (0, 1)


def test_no_more_orders_than_a_kill_may_leave_in_doubt_are_sent_at_once() -> None:
    pace = Pace(Patience())
    while pace.may_send:
        pace.begin()
    assert pace.sending == 32
