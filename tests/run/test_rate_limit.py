"""How fast orders go: those that are refused together are one refusal, and one success ends it."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from storyboard.hosts.errors import FailureKind, Problem
from storyboard.run.patience import Patience
from storyboard.run.rate_limit import RateLimit

LATER = Problem(kind=FailureKind.RATE_LIMITED, text="too many", retry_after=60)
UNREACHED = Problem(kind=FailureKind.NOT_SENT, text="no connection")


def test_refusals_that_come_together_are_one() -> None:
    rate_limit = RateLimit(Patience(tries=3))
    assert rate_limit.may_send
    for _ in range(9):
        assert rate_limit.refused(LATER) == 60
    assert rate_limit.refusals == 1
    assert not rate_limit.may_send
    assert 59 < rate_limit.rest <= 60
    assert not rate_limit.why_stop(LATER)


def test_a_shorter_pause_ends_no_longer_one() -> None:
    rate_limit = RateLimit(Patience())
    rate_limit.refused(LATER)
    rate_limit.refused(replace(LATER, retry_after=1))
    assert rate_limit.rest > 50


def test_refusals_in_a_row_end_the_run_and_an_order_that_is_taken_begins_anew() -> None:
    rate_limit = RateLimit(Patience(first=0.0, most=0.0, tries=3))
    rate_limit.begin()
    for _ in range(3):
        rate_limit.refused(UNREACHED)
    assert "takes no orders (no connection): run again later" in rate_limit.why_stop(UNREACHED)
    with rate_limit.ending():
        assert rate_limit.sending == 1
    assert (rate_limit.sending, rate_limit.refusals) == (0, 0)
    assert not rate_limit.why_stop(UNREACHED)


def test_a_host_that_is_not_reached_is_given_up_sooner_than_one_that_says_to_wait() -> None:
    rate_limit = RateLimit(Patience(first=0.0, most=0.0))
    for _ in range(6):
        assert not rate_limit.why_stop(UNREACHED)
        rate_limit.refused(UNREACHED)
    assert rate_limit.why_stop(UNREACHED).startswith("the host cannot be reached (no connection)")
    assert not rate_limit.why_stop(LATER)


def test_an_order_that_fails_is_being_sent_no_more_and_is_no_success() -> None:
    rate_limit = RateLimit(Patience(first=0.0, most=0.0))
    rate_limit.refused(UNREACHED)
    rate_limit.begin()
    with pytest.raises(OSError, match="gone"), rate_limit.ending():
        raise OSError("gone")
    assert (rate_limit.sending, rate_limit.refusals) == (0, 1)


def test_no_more_orders_than_a_kill_may_leave_in_doubt_are_sent_at_once() -> None:
    rate_limit = RateLimit(Patience())
    while rate_limit.may_send:
        rate_limit.begin()
    assert rate_limit.sending == 32
