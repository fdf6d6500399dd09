"""A person is asked about an uncertain clip with all that is known, and to wait is the default."""

from __future__ import annotations

import json
from pathlib import Path

import click
import pytest
from click.testing import CliRunner
from rendering_films import FEW, Work, make_work
from vendor_in_memory import MemoryVendor, Time, run_on

from storyboard.api import Project
from storyboard.cli.uncertain import ask_about_uncertain
from storyboard.hosts.protocol import Trace
from storyboard.ledger import State
from storyboard.render.report import NextSteps, render_report, report_json
from storyboard.run.report import Report


@pytest.fixture
def work(tmp_path: Path) -> Work:
    return make_work(tmp_path / "film", "fal", FEW)


def in_doubt(work: Work) -> tuple[MemoryVendor, Report]:
    """A run whose first order may have been taken, beside rows that nobody has claimed."""
    vendor = MemoryVendor(time=Time(), answers=["never"], kinds=frozenset({"restated"}))
    vendor.strangers = [
        Trace(id="like", endpoint="", at=vendor.now + 1, body={"prompt": "The sea lies flat. No."}),
        Trace(id="bare", endpoint="", at=vendor.now + 2),
    ]
    report = run_on(vendor, work, jobs=1)
    assert report is not None
    return vendor, report


def ask(work: Work, report: Report, said: str) -> tuple[bool, str]:
    decided: list[bool] = []

    @click.command()
    def command() -> None:
        decided.append(ask_about_uncertain(report, Project(str(work.folder)).resolve))

    done = CliRunner().invoke(command, input=said)
    assert done.exception is None, done.exception
    return decided[0], done.output


@pytest.mark.parametrize(
    ("said", "decided", "state"),
    [
        ("\n", False, State.UNCERTAIN),
        ("wait\n", False, State.UNCERTAIN),
        ("", False, State.UNCERTAIN),
        ("yes\n\n", False, State.UNCERTAIN),
        ("adopt\nlike\n", True, State.SUBMITTED),
        ("adopt\n", False, State.UNCERTAIN),
        ("adopt\nv0\n", False, State.UNCERTAIN),
        ("send again\n0.42 USD\n", True, State.RELEASED),
        ("send again\nyes\n", False, State.UNCERTAIN),
        ("send again\n0.41 USD\n", False, State.UNCERTAIN),
        ("send again\n", False, State.UNCERTAIN),
    ],
)
def test_to_wait_is_the_default_and_the_sum_is_typed_to_send_again(
    said: str, decided: bool, state: State, work: Work
) -> None:
    _, report = in_doubt(work)
    risk = next(one.intent for one in report.results if one.what == "uncertain")
    assert risk is not None
    was, output = ask(work, report, said.replace("0.42 USD", str(risk.cost)))
    assert was is decided
    assert str(risk.cost) in output
    assert work.states()["shore/1"] is state


def test_what_is_sent_again_by_a_person_is_rendered_by_the_next_run(work: Work) -> None:
    vendor, report = in_doubt(work)
    cost = next(one.intent.cost for one in report.results if one.what == "uncertain" and one.intent)
    assert ask(work, report, f"send again\n{cost}\n")[0]
    again = run_on(vendor, work)
    assert again is not None
    assert again.is_complete
    assert len(vendor.orders) == 2


def test_a_report_tells_all_that_a_person_needs_to_decide(work: Work) -> None:
    _, report = in_doubt(work)
    text = render_report(report, NextSteps(again="storyboard run", film=" --file f"), color=False)
    doubt = next(one for one in report.results if one.what == "uncertain")
    assert doubt.intent is not None
    for said in (
        f"at risk {doubt.intent.cost} · sent 2026-09-2",
        " UTC\n",
        'prompt: "The sea lies flat."',
        "the vendor's own list: https://fal.ai/dashboard/requests",
        "unclaimed there: like · 2026-09-2",
        '100% of the sentences of this prompt: "The sea lies flat. No."',
        "unclaimed there: bare · ",
        "its text is not kept",
        "storyboard resolve shore/1 --file f --send-again  the vendor does not have it",
        "storyboard resolve shore/1 --file f --adopt ID    the vendor has it under this id",
        "storyboard resolve shore/1 --file f --drop        it is not wanted any more",
    ):
        assert said in text, (said, text)
    found = json.loads(json.dumps(report_json(report, simulated=False)))
    (one,) = [clip["uncertain"] for clip in found["clips"] if "uncertain" in clip]
    assert [row["id"] for row in one["rows"]] == ["like", "bare"]
    assert one["rows"][0]["likeness"] == 1.0
    assert one["dashboard"].startswith("https://")
