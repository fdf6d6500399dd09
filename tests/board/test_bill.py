"""The bill of a film adds up, whatever its rows are."""

from __future__ import annotations

import csv
import io
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from storyboard.api import Project
from storyboard.board.bill import Bill, BillBy, retries_of
from storyboard.render.bill import bill_csv, bill_json, clips_csv, render_bill

ROOT = Path(__file__).resolve().parents[2]
FILM = """\
storyboard: 1
budget: 3 USD
target: fal/kling-o3-standard
characters:
  mara: {description: a keeper}
  pim: {description: a boy}
props: {lantern: {description: a lamp}}
scenes:
  - id: one
    title: The lamp
    shots:
      - {prompt: "@mara and @pim lift @lantern.", duration: 5s}
      - {prompt: "@pim waits.", duration: 3s}
  - id: two
    defaults: {pack: none}
    shots: [{prompt: The sea., duration: 2s}, {prompt: "@mara sleeps.", duration: 4s}]
"""
SHOWN = ("mara", "pim", "lantern")


def film(folder: Path, text: str = FILM) -> Project:
    (folder / "storyboard.yaml").write_text(text, encoding="utf-8")
    return Project(str(folder))


def check_sums(bill: Bill) -> None:
    rows = [*bill.rows, *([bill.rest] if bill.rest is not None else [])]
    assert bill.whole.price is not None
    assert bill.whole.to_pay is not None
    assert sum(one.price.amount for one in rows if one.price) == bill.whole.price.amount
    assert sum(one.to_pay.amount for one in rows if one.to_pay) == bill.whole.to_pay.amount
    shown = [
        Decimal(line.split(" USD")[0].split()[-1])
        for line in render_bill(bill, retries=None, color=False, width=None).splitlines()
        if " USD" in line
    ]
    assert sum(shown[:-1]) == shown[-1]
    if bill.by in (BillBy.SCENE, BillBy.SHOT):
        assert sum(one.seconds for one in rows) == bill.whole.seconds


@pytest.mark.parametrize("by", BillBy)
@pytest.mark.parametrize("name", ["lighthouse", "one-take", "every-script", "first-film"])
def test_the_rows_of_an_example_add_up(name: str, by: BillBy) -> None:
    check_sums(Project(str(ROOT / "examples" / name)).bill(by))


@given(st.lists(st.tuples(st.integers(1, 15), st.sets(st.sampled_from(SHOWN))), min_size=1,
                max_size=6), st.sampled_from(list(BillBy)))  # fmt: skip
@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_the_rows_of_any_film_add_up(
    tmp_path: Path, shots: list[tuple[int, set[str]]], by: BillBy
) -> None:
    head = FILM.partition("scenes:")[0].replace("budget: 3 USD\n", "")
    listed = "".join(
        f'      - {{prompt: "{" and ".join(f"@{one}" for one in sorted(names)) or "Fog"} moves.", '
        f"duration: {seconds}s}}\n"
        for seconds, names in shots
    )
    check_sums(film(tmp_path, f"{head}scenes:\n  - shots:\n{listed}").bill(by))


def test_a_shot_is_shared_equally_and_those_without_anybody_are_a_row(tmp_path: Path) -> None:
    bill = film(tmp_path).bill(BillBy.CHARACTER)
    assert [(one.name, one.seconds, one.clips) for one in bill.rows] == [
        ("mara", 9, 2), ("pim", 8, 1),
    ]  # fmt: skip
    assert bill.rest is not None
    assert (bill.rest.name, bill.rest.seconds, bill.rest.clips) == ("no character", 2, 1)
    assert bill.padding == 1
    text = render_bill(bill, retries=None, color=False, width=None)
    assert "1 s more are rendered than the shots ask for" in text


def test_a_scene_with_an_error_has_no_price_and_the_others_have(tmp_path: Path) -> None:
    bill = film(tmp_path, FILM.replace("@mara sleeps", "@marra sleeps")).bill(BillBy.SCENE)
    assert [one.is_unpriced for one in bill.rows] == [False, True]
    first, second, whole = render_bill(bill, retries=None, color=False, width=None).splitlines()
    assert "no price" in second
    assert first.split("  The lamp")[0].split()[-2:] == whole.split()[-2:]


def test_takes_that_fail_are_a_line_of_their_own(tmp_path: Path) -> None:
    project = film(tmp_path)
    plan = project.plan().plan
    retries = retries_of(plan, Decimal("3.5"))
    assert retries.extra is not None
    assert retries.whole is not None
    assert plan.cost.to_pay is not None
    assert retries.whole.amount == (plan.cost.to_pay.amount * Decimal("3.5")).quantize(
        Decimal("0.01"), "ROUND_CEILING"
    )
    assert plan.cost.to_pay.rounded_up() + retries.extra == retries.whole
    text = render_bill(project.bill(BillBy.SHOT), retries=retries, color=False, width=None)
    last = text.splitlines()[-1]
    assert last.startswith("retries, 3.5 takes a clip on average: ")
    assert f", {retries.over} above the budget" in last
    assert retries_of(plan, Decimal(1)).over is None


def test_a_spreadsheet_gets_numbers_that_add_up_and_no_formula(tmp_path: Path) -> None:
    project = film(tmp_path, FILM.replace("title: The lamp", 'title: "=1+1"'))
    bill = project.bill(BillBy.SCENE)
    rows = list(csv.DictReader(io.StringIO(bill_csv(bill, None))))
    assert bill.whole.price is not None
    assert sum(Decimal(row["price"]) for row in rows) == bill.whole.price.amount
    assert rows[0]["title"] == "'=1+1"
    plan = project.plan().plan
    clips = list(csv.DictReader(io.StringIO(clips_csv(plan, retries_of(plan, Decimal("1.3"))))))
    assert [row["clip"] for row in clips] == ["one/1..2", "two/1", "two/2", "retries"]
    assert clips[0]["shots"] == "one/1 one/2"
    assert clips[1]["padding"] == "1"


def test_programs_get_exact_amounts(tmp_path: Path) -> None:
    found = bill_json(film(tmp_path).bill(BillBy.SHOT), None)
    assert found["format"] == "storyboard-bill/1"
    assert [row["name"] for row in found["rows"]] == ["one/1", "one/2", "two/1", "two/2"]
    assert found["film"]["price"]["currency"] == "USD"
    assert found["retries"] is None
