"""A price that was read long ago is said, on the day that it is looked at."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest

from storyboard import api
from storyboard.ledger import PaidOrder, merge_lock

FILM = "storyboard: 1\nscenes: [{shots: [A boat rows out.]}]\n"
OWN = """\
extends: fal/kling-o3-pro
target: fal/kling-o3-pro
sources: {ours: {title: our contract, date: 2026-01-01, grade: A}}
prices: [{audio: false, per_second: "0.10", as_of: 2026-01-01, source: ours, grade: A}]
"""


@pytest.mark.parametrize(("days", "said"), [(0, 0), (90, 0), (91, 1), (400, 1)])
def test_prices_older_than_90_days_are_a_note(tmp_path: Path, days: int, said: int) -> None:
    (tmp_path / "targets").mkdir()
    (tmp_path / "targets" / "ours.yaml").write_text(OWN)
    film = tmp_path / "storyboard.yaml"
    film.write_text(FILM)
    planned = api.Project(str(film)).plan()
    found = list(planned.price_age(date(2026, 1, 1) + timedelta(days=days)))
    assert [one.code.id for one in found] == ["SB505"] * said
    assert all(f"{days} days ago" in one.message for one in found)
    assert planned.plan.diagnostics == ()


def test_a_plan_does_not_depend_on_the_day(tmp_path: Path) -> None:
    film = tmp_path / "storyboard.yaml"
    film.write_text(FILM)
    planned = api.Project(str(film)).plan()
    before = planned.plan.to_json()
    list(planned.price_age(date(2099, 1, 1)))
    assert planned.plan.to_json() == before
    assert len(planned.compilation.diagnostics) == 0


@pytest.mark.parametrize(("days", "said"), [(0, 0), (25, 0), (26, 1), (300, 1)])
def test_a_clip_that_is_to_be_fetched_after_25_days_is_a_warning(
    tmp_path: Path, days: int, said: int
) -> None:
    film = tmp_path / "storyboard.yaml"
    film.write_text(FILM)
    project = api.Project(str(film))
    (request,) = project.plan().plan.requests
    order = PaidOrder(
        digest=request.digest, request_id="1", film="storyboard.yaml", address=request.id,
        host="fal", endpoint=request.endpoint, seconds=request.seconds, clip="0" * 64,
        made="2026-09-24T18:30:00Z",
    )  # fmt: skip
    merge_lock(tmp_path / "storyboard.lock", [order], {})
    plan = project.plan().plan
    found = list(project.fetch_age(plan, date(2026, 9, 24) + timedelta(days=days)))
    assert [one.code.id for one in found] == ["SB603"] * said
    assert all(f"ordered {days} days ago" in one.message for one in found)
    assert plan.diagnostics == ()
