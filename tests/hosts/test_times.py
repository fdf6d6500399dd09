"""Times in vendors' answers are read alike on every machine."""

from __future__ import annotations

import time

import pytest

from storyboard.hosts.times import read_time


@pytest.mark.parametrize(
    "given",
    [
        "2026-11-30T12:00:00Z",
        "2026-11-30T12:00:00",
        "2026-11-30 12:00:00",
        "2026-11-30T13:00:00+01:00",
        1796040000,
        1796040000.0,
        1796040000000,
        "1796040000",
    ],
)
def test_a_time_without_a_zone_is_utc_and_numbers_are_unix_times(
    given: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TZ", "America/Los_Angeles")
    time.tzset()
    try:
        assert read_time(given) == 1796040000.0
    finally:
        monkeypatch.undo()
        time.tzset()


@pytest.mark.parametrize("given", [None, "", "yesterday", True, [], -1, float("nan"), "inf"])
def test_what_is_no_time_is_refused(given: object) -> None:
    with pytest.raises(ValueError):
        read_time(given)
