"""How long a run waits can be said from outside, and never so that it costs money."""

from __future__ import annotations

import pytest

from storyboard.run.patience import (
    FLOORS,
    Patience,
    WaitsError,
    is_loopback,
    read_waits,
    waits_of_environment,
)

ALL = "first=0.03 most=0.12 tries=12 grace=0.6 order=0.8 question=1.5 file=1.5 life=3 looking=4"


def test_every_wait_can_be_said_and_those_that_are_not_said_are_as_usual() -> None:
    found = read_waits(ALL)
    assert (found.first, found.most, found.tries, found.grace) == (0.03, 0.12, 12, 0.6)
    assert (found.order, found.question, found.file) == (0.8, 1.5, 1.5)
    assert (found.life, found.looking) == (3, 4)
    assert found.limits.order == 0.8
    assert found.limits.life == 3
    assert read_waits("") == Patience()
    assert read_waits("  most=60\n") == Patience(most=60)
    assert read_waits("grace=1", Patience(life=7)) == Patience(grace=1, life=7)
    assert waits_of_environment(environment={"STORYBOARD_WAITS": "most=60"}).most == 60
    assert waits_of_environment(environment={}) == Patience()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("grace", 'has "grace", a wait was expected: write NAME=SECONDS'),
        ("=3", "a wait was expected"),
        ("grase=3", 'has no wait "grase": write "grace"'),
        ("jitter=3", 'has no wait "jitter": known are first, most'),
        ("grace=soon", "has grace=soon, seconds, 0 or more were expected: write grace=180"),
        ("grace=-1", "has grace=-1, seconds"),
        ("grace=nan", "has grace=nan, seconds"),
        ("life=inf", "has life=inf, seconds"),
        ("first=0", "has first=0, seconds, 0.001 or more"),
        ("tries=1.5", "has tries=1.5, a whole number of 1 or more were expected: write tries=30"),
        ("tries=0", "has tries=0, a whole number"),
        ("grace=1 grace=2", 'has "grace" twice'),
        ("most=1", "most=1, would come before the first one, first=2: write most=2 or more"),
    ],
)
def test_a_wrong_wait_is_told_with_what_to_write(text: str, said: str) -> None:
    with pytest.raises(WaitsError, match="STORYBOARD_WAITS") as error:
        read_waits(text)
    assert said in str(error.value)


@pytest.mark.parametrize(
    ("url", "is_here"),
    [
        ("http://127.0.0.1:80/fal", True),
        ("http://127.9.0.1", True),
        ("http://[::1]:8080/fal", True),
        ("http://localhost:1/oxen", True),
        ("http://10.0.0.1/fal", False),
        ("https://proxy.example/fal", False),
        ("https://localhost.example", False),
    ],
)
def test_only_this_machine_is_waited_for_as_shortly_as_one_likes(url: str, is_here: bool) -> None:
    assert is_loopback(url) is is_here
    short = read_waits(ALL)
    assert (short.for_vendor(url) == short) is is_here


def test_where_money_is_paid_no_wait_is_too_short() -> None:
    found = read_waits(ALL).for_vendor(None)
    assert {name: getattr(found, name) for name in FLOORS} == dict(FLOORS)
    assert (found.first, found.question) == (0.03, 1.5)
    usual = Patience()
    assert usual.for_vendor(None) == usual
