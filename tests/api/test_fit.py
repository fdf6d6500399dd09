"""Ways out of a budget are true: whoever takes one gets the sum that was shown."""

from __future__ import annotations

import re
from collections.abc import Iterable
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from storyboard.api import Project, WayOut, WaysOut
from storyboard.diagnostics import Diagnostic
from storyboard.errors import UsageError
from storyboard.values.units import Money

FILM = """\
storyboard: 1
target: {target}
budget: {budget}
defaults: {{audio: true}}
scenes:
  - id: a
    shots:
      - {{prompt: One., duration: 5s, priority: high}}
      - {{prompt: Two., duration: 4s, seam: continue}}
      - {{prompt: Three., duration: 3s, priority: low}}
  - id: b
    shots:
      - {{prompt: Four., duration: 6s, priority: must}}
      - {{prompt: Five., duration: 2s, priority: low}}
"""


def usd(amount: str) -> Money:
    return Money(Decimal(amount), "USD")


def film(
    folder: Path, budget: str = "20 USD", target: str = "fal/kling-o3-pro", more: str = ""
) -> Project:
    text = FILM.format(budget=budget, target=target)
    (folder / "storyboard.yaml").write_text(text.replace("scenes:", f"{more}scenes:"), "utf-8")
    return Project(str(folder))


def kinds(found: WaysOut) -> set[tuple[bool, bool, bool]]:
    return {(way.is_own, way.offer.is_silent, bool(way.left_out)) for way in found.ways}


def taken(folder: Path, way: WayOut) -> Project:
    """The film with the way written into it."""
    file = folder / "storyboard.yaml"
    text = re.sub("target: .*", f"target: {way.offer.target}", file.read_text("utf-8"), count=1)
    lines = text.splitlines()
    for shot in way.left_out:
        at = shot.span.line - 1
        lines[at] = lines[at].replace("}", ", skip: true}")
    text = "\n".join(lines)
    if way.offer.is_silent:
        text = text.replace("audio: true", "audio: false")
    file.write_text(text, encoding="utf-8")
    return Project(str(folder))


@given(st.integers(40, 330))
@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_every_way_costs_what_it_says_and_no_more_than_it_may(tmp_path: Path, cents: int) -> None:
    under = Money(Decimal(cents) / 100, "USD")
    found = film(tmp_path).fit(under)
    assert found.is_within is (cents >= 280)
    for way in found.ways:
        film(tmp_path)
        plan = taken(tmp_path, way).plan().plan
        assert plan.cost.total == way.offer.cost.total
        assert plan.cost.total is not None
        assert plan.cost.total.amount <= under.amount
        assert {"b/1"}.isdisjoint(shot.address for shot in way.left_out)


def test_another_target_silence_and_fewer_shots_are_offered_with_what_they_lose(
    tmp_path: Path,
) -> None:
    found = film(tmp_path).fit(usd("2.50"))
    assert kinds(found) == {(False, False, False), (True, True, False), (True, False, True)}
    first, second, third = found.ways
    assert (first.offer.target, first.offer.loses) == ("fal/kling-o3-standard", ())
    # The writer said that these can go, of the sound nobody did.
    assert [shot.address for shot in second.left_out] == ["a/3"]
    assert [one.words for one in third.offer.loses] == ["no sound"]
    assert second.words == "without a/3, 2.38 USD"
    assert third.words == "no sound, 2.24 USD"


def test_what_opens_on_a_shot_is_left_out_before_it(tmp_path: Path) -> None:
    found = film(tmp_path).fit(usd("1.20"))
    (way,) = [one for one in found.ways if one.left_out and not one.offer.is_silent]
    left = [shot.address for shot in way.left_out]
    assert "a/2" in left or "a/1" not in left


def test_without_an_amount_the_budget_holds_and_without_both_it_is_asked_for(
    tmp_path: Path,
) -> None:
    assert film(tmp_path, "1 USD").fit().ways == film(tmp_path).fit(usd("1")).ways
    text = FILM.format(budget="1 USD", target="fal/kling-o3-pro").replace("budget: 1 USD\n", "")
    (tmp_path / "storyboard.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(UsageError, match="--under"):
        Project(str(tmp_path)).fit()


@pytest.mark.parametrize("under", [None, "1.30"])
def test_a_film_that_is_too_long_loses_whole_shots_until_it_is_not(
    tmp_path: Path, under: str | None
) -> None:
    more, budget = "max_seconds: 12\n", "9 USD"
    found = film(tmp_path, budget, more=more).fit(usd(under) if under else None)
    assert (found.seconds, found.is_within) == (20, False)
    assert found.ways
    for way in found.ways:
        film(tmp_path, budget, more=more)
        plan = taken(tmp_path, way).plan()
        assert not plan.compilation.diagnostics.has_errors
        assert plan.plan.cost.total == way.offer.cost.total
        assert sum(one.seconds for one in plan.plan.requests) <= 12
        assert way.offer.cost.total is not None
        assert under is None or way.offer.cost.total.amount <= Decimal(under)
        assert {"b/1"}.isdisjoint(shot.address for shot in way.left_out)
    first = found.ways[0]
    assert first.is_own
    assert f"{first.offer.total.seconds} s" in first.words  # type: ignore[union-attr]


def test_a_limit_of_seconds_alone_is_enough(tmp_path: Path) -> None:
    project = film(tmp_path, more="max_seconds: 17\n")
    file = tmp_path / "storyboard.yaml"
    file.write_text(file.read_text("utf-8").replace("budget: 20 USD\n", ""), "utf-8")
    (way,) = project.fit().ways
    assert [shot.address for shot in way.left_out] == ["a/3"]


def test_shots_with_a_target_of_their_own_keep_it_and_it_is_said(tmp_path: Path) -> None:
    project = film(tmp_path, "2 USD")
    file = tmp_path / "storyboard.yaml"
    own = "id: b\n    target: fal/kling-v3-pro-text-to-video"
    file.write_text(file.read_text("utf-8").replace("id: b", own), "utf-8")
    others = [way for way in project.fit().ways if not way.is_own]
    said = "2 shots on fal/kling-v3-pro-text-to-video as written"
    assert others
    assert all(way.words.endswith(said) for way in others)
    for way in others:
        assert taken(tmp_path, way).plan().plan.cost.total == way.offer.cost.total
    assert all(one.keeps[0].words == said for one in project.compare().offers)


def test_where_nothing_helps_there_is_no_way(tmp_path: Path) -> None:
    found = film(tmp_path).fit(usd("0.10"))
    assert (found.ways, found.is_within, found.findings) == ((), False, ())


@pytest.mark.parametrize("of", ["plan", "check", "board"])
@pytest.mark.parametrize("code", ["SB501", "SB502"])
def test_above_a_limit_the_message_names_the_best_way(tmp_path: Path, of: str, code: str) -> None:
    project = film(tmp_path, "2.50 USD" if code == "SB501" else "9 USD")
    if code == "SB502":
        project = film(tmp_path, "9 USD", more="max_seconds: 17\n")
    found: Iterable[Diagnostic] = {
        "plan": lambda: project.plan().compilation.diagnostics,
        "check": lambda: project.check().diagnostics,
        "board": lambda: project.board(side=0).all_findings,
    }[of]()
    (said,) = [one.help for one in found if one.code.id == code]
    best = project.fit().ways[0]
    assert f"the best way out is {best.words} (`storyboard fit` shows others)" in said


def test_priority_is_never_sent_and_changes_no_digest(tmp_path: Path) -> None:
    with_it = [one.digest for one in film(tmp_path).plan().plan.requests]
    file = tmp_path / "storyboard.yaml"
    text = re.sub(r", priority: \w+", "", file.read_text("utf-8"))
    file.write_text(text, encoding="utf-8")
    assert [one.digest for one in Project(str(tmp_path)).plan().plan.requests] == with_it
