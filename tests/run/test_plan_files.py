"""A plan's file is run as it was made, or not at all."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from msgspec.structs import replace
from PIL import Image

from storyboard.cli.main import storyboard
from storyboard.plan.clips import planned_clips
from storyboard.plan.model import PlanError
from storyboard.plan.staleness import read_plan

FILM = """\
storyboard: 1
title: Two shots
budget: 2 USD
defaults: {duration: 3s, pack: none}
characters:
  mara: {description: a keeper, frontal: mara.png, references: [mara.png]}
scenes:
  - id: shore
    shots:
      - "@mara waits."
      - {prompt: "Gulls turn back.", seam: continue}
"""
Plan = dict[str, Any]


@pytest.fixture
def film(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "storyboard.yaml").write_text(FILM)
    Image.new("RGB", (400, 400), "teal").save(tmp_path / "mara.png")
    monkeypatch.chdir(tmp_path)
    assert call("plan", "--out", "film.plan").return_value == 0
    return tmp_path


TARGET = "fal/kling-o3-pro"


def call(*arguments: str) -> Result:
    return CliRunner().invoke(storyboard, arguments, standalone_mode=False)


def run(*arguments: str) -> Result:
    return call("run", "film.plan", "--simulate", "--yes", *arguments)


def _set(*path: str | int, to: Any) -> Callable[[Plan], None]:
    def edit(plan: Plan) -> None:
        place: Any = plan
        for part in path[:-1]:
            place = place[part]
        place[path[-1]] = to

    return edit


def _less(name: str) -> Callable[[Plan], None]:
    def edit(plan: Plan) -> None:
        del plan[name]

    return edit


@pytest.mark.parametrize(
    ("edit", "words"),
    [
        (_set("requests", 0, "cost", "amount", to="0.01"), "0.01 USD is not 3 s"),
        (_set("requests", 0, "seconds", to=1), "the plan says 1 s"),
        (_set("requests", 0, "payload", "duration", to="15"), "the payload lasts 15 s"),
        (_set("requests", 0, "id", to="../../x"), "changed by hand"),
        (_set("requests", 1, "depends_on", to=[]), "changed by hand"),
        (_set("requests", 1, "id", to="shore/1"), "used twice"),
        (_set("requests", 0, "endpoint", to="fal-ai/another"), "changed by hand"),
        (_set("target", to="fal/kling-o3-standard"), "not as a plan is at /targets"),
        (_set("targets", TARGET, "digest", to=f"sha256:{'0' * 64}"), f"of the target {TARGET}"),
        (_set("targets", TARGET, "host", to="oxen"), "for another target"),
        (_set("storyboard", "file", to="/etc/hostname"), '"/etc/hostname" has changed'),
        (_set("requests", 0, "shots", to=[]), "not as a plan is at /requests/0/shots"),
        (_set("requests", 0, "seconds", to=0), "not as a plan is at /requests/0/seconds"),
        (_set("requests", to=7), "not as a plan is at /requests"),
        (_set("requests", 1, "reason", to="new"), "not as a plan is at /requests/1/reason"),
        (_set("requests", to=[]), "changed by hand"),
        (_set("timeline", to=[]), "with errors"),
        (_set("target", to=None), "not as a plan is at /targets"),
        (_set("storyboard", to=None), "not as a plan is at /storyboard"),
        (_set("budget", "limit", to={"amount": "x", "currency": "USD"}), "at /budget/limit"),
        (_set("budget", to=None), "at /budget"),
        (_set("diagnostics", to=[{"code": 7}]), "at /diagnostics"),
        (_less("totals"), "not as a plan is"),
        (_less("sources"), "not as a plan is"),
    ],
)  # fmt: skip
def test_a_plan_that_was_changed_is_refused_with_the_place(
    edit: Callable[[Plan], None], words: str, film: Path
) -> None:
    plan = json.loads((film / "film.plan").read_text())
    edit(plan)
    (film / "film.plan").write_text(json.dumps(plan))
    done = run()
    assert done.return_value == 1, done.stderr
    assert words in done.stderr
    assert "again" in done.stderr
    assert not (film / ".storyboard").exists()


def test_a_picture_that_changed_since_the_plan_is_named_before_anything_is_sent(
    film: Path,
) -> None:
    Image.new("RGB", (400, 400), "red").save(film / "mara.png")
    done = run()
    assert done.return_value == 1
    assert '"mara.png" has changed' in done.stderr
    (film / "mara.png").unlink()
    assert '"mara.png" is not there' in run().stderr
    assert not (film / ".storyboard").exists()


def test_a_plan_without_its_list_of_sources_is_bound_to_its_storyboard_all_the_same(
    film: Path,
) -> None:
    plan = json.loads((film / "film.plan").read_text())
    plan["sources"] = []
    (film / "film.plan").write_text(json.dumps(plan))
    (film / "storyboard.yaml").write_text(FILM + "# a remark\n")
    assert '"storyboard.yaml" has changed' in run().stderr


@pytest.mark.parametrize(
    "option",
    [("--target", "fal/kling-o3-standard"), ("--set", "a=b"), ("--takes", "2"), ("--strict",),
     ("--max-references", "2")],
)  # fmt: skip
def test_what_would_make_another_plan_is_refused_beside_one(
    option: tuple[str, ...], film: Path
) -> None:
    done = run(*option)
    assert done.return_value == 2
    assert f"give {option[0]} to `storyboard plan`" in done.stderr
    assert "as it was written" in done.stderr


def test_a_plan_above_the_limit_is_refused_before_the_first_clip(film: Path) -> None:
    done = run("--max-cost", "0.40 USD")
    assert done.return_value == 1
    assert "the plan costs 0.68 USD, 0.28 USD more than the 0.40 USD it may" in done.stderr
    assert "the limit is in EUR" in run("--max-cost", "9 EUR").stderr
    assert not (film / ".storyboard").exists()


def test_what_opens_on_a_refused_clip_is_planned_as_blocked_and_never_sent(film: Path) -> None:
    assert run("--fault", "422*1", "--jobs", "1").return_value == 4
    plan = json.loads(call("plan", "--simulate", "--json").stdout)
    assert [one["action"] for one in plan["requests"]] == ["blocked", "blocked"]
    assert plan["requests"][1]["reason"] == {"code": "waits", "for": "shore/1"}
    assert plan["totals"]["blocked"]["cost"] == {"amount": "0.672", "currency": "USD"}
    assert plan["totals"]["generate"]["requests"] == 0
    again = call("run", "film.plan", "--simulate")
    assert again.return_value == 4
    assert "nothing to render · 2 blocked" in again.stderr
    assert "shore/2  sent" not in again.stderr


def test_a_plan_is_run_stitched_and_looked_at_by_its_own_name(film: Path) -> None:
    done = run()
    assert done.return_value == 0, done.stderr
    assert "2 rendered" in done.stdout
    assert "2 rendered" in call("status", "film.plan", "--simulate").stdout
    stitched = call("stitch", "film.plan", "--simulate")
    assert stitched.return_value == 0, stitched.stderr
    assert "6.1 s, 2 clips" in stitched.stdout


@pytest.mark.parametrize("name", ["shore/9", "shore/1..2", "shore", "shore/1.take2", "1"])
def test_a_clip_by_another_name_than_that_of_what_it_renders_is_refused(
    name: str, film: Path
) -> None:
    plan = read_plan(film / "film.plan")
    first, *_ = plan.requests
    (wanted,) = planned_clips(replace(plan, requests=(first,)))
    assert wanted.names == (first.id,) == ("shore/1",)
    with pytest.raises(PlanError, match="not the name of what it renders"):
        planned_clips(replace(plan, requests=(replace(first, id=name),)))
