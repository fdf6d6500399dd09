"""How tables look at each width: ``screens`` holds what people see, a file for each width.

``STORYBOARD_UPDATE=1`` writes the files anew; look at them before you keep them. What holds for
all of them is tested beside: no address and no price is cut, and no line of words is too long.
"""

from __future__ import annotations

import os
import re
import shutil
import tempfile
import time
from collections.abc import Callable
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from git_checkouts import commit, git
from msgspec import structs

from storyboard.api import Project
from storyboard.board.bill import BillBy, retries_of
from storyboard.ledger import Intent, Order, PaidOrder, RunRecord, State
from storyboard.ledger.folder_run import FolderRun
from storyboard.plan import Plan
from storyboard.plan.clips import PlannedClip
from storyboard.plan.difference import FilmDifference
from storyboard.plan.film_use import FilmUse
from storyboard.render.bill import render_bill
from storyboard.render.comparison import render_comparison
from storyboard.render.difference import render_difference
from storyboard.render.fit import render_fit
from storyboard.render.plan import render_plan
from storyboard.render.report import NextSteps, render_report
from storyboard.render.runs import render_runs
from storyboard.render.status import KnownClips, render_status
from storyboard.render.why import render_why
from storyboard.render.width import columns
from storyboard.run.events import Happening
from storyboard.run.report import Report, Result
from storyboard.values.units import Money

SCREENS = Path(__file__).parent / "screens"
ROOT = Path(__file__).resolve().parents[2]
WIDTHS = (60, 80, 100, 160)
NOW = 1_800_000_000.0


# What is shown at four widths is made once.


@cache
def _project(file: str, **options: Any) -> Project:
    return Project.around(file, project=Path(), **options)


@cache
def _made(file: str) -> Plan:
    return _project(file).plan().plan


def _plan(file: str, monkeypatch: pytest.MonkeyPatch) -> Plan:
    monkeypatch.chdir(ROOT if file.startswith("examples") else SCREENS)
    return _made(file)


def _shown_plan(file: str, *, everything: bool = False) -> Callable[..., str]:
    def shown(width: int, monkeypatch: pytest.MonkeyPatch) -> str:
        plan = _plan(file, monkeypatch)
        return render_plan(plan, color=False, width=width, everything=everything)

    return shown


def _intents() -> list[Intent]:
    problem = (
        "the picture mara/front.png is larger than 10 MB, which is the most that the model takes "
        "of a reference"
    )
    stands = (
        ("arrival/dusk..look-up", State.STORED, 1.68, ""),
        ("door/knock..match", State.RUNNING, None, ""),
        ("tower/climb.1", State.FAILED, 0, problem),
        ("tower/the-keeper-climbs-all-the-steps..and-opens-the-hatch", State.UNCERTAIN, None, ""),
    )  # fmt: skip
    return [
        Intent(
            order=Order(
                digest=f"sha256:{name}", address=name, host="fal", endpoint="e", payload={},
                film="storyboard.yaml", target="fal/kling-o3-pro", take=str(number // 3 + 1),
                seconds=12, estimate=Money(Decimal("1.68"), "USD"),
            ),
            state=state, run="now", changed_at=NOW - 90 * number, problem=problem,
            charged=None if charged is None else Money(Decimal(str(charged)), "USD"),
        )
        for number, (name, state, charged, problem) in enumerate(stands)
    ]  # fmt: skip


def _status(width: int, _: pytest.MonkeyPatch) -> str:
    elsewhere = PaidOrder(
        digest="sha256:dawn", request_id="7", address="dawn/calm..keeper", host="fal",
        endpoint="kling-video/o3", seconds=15, charge=Money(Decimal("2.10"), "USD"), clip="f" * 64,
        film="storyboard.yaml", made="2026-09-24T18:30:00Z",
    )  # fmt: skip
    intents = _intents()
    uses = {intents[0].digest: 7, intents[1].digest: 12}
    use = FilmUse(
        film="storyboard.yaml", seconds=46, here=7, clips=uses, whole=frozenset([intents[1].digest])
    )
    return render_status(KnownClips(intents=intents, elsewhere=[elsewhere]), use, NOW, width=width)


def _runs(width: int, monkeypatch: pytest.MonkeyPatch) -> str:
    usd = Money.parse("3.36 USD")
    ends = (
        ("complete", 2, 0, (usd,), ()),
        ("partial", 14, 3, (usd,), (usd,)),
        ("", 0, 0, (), ()),
        ("complete", 0, 12, (), ()),
    )
    runs = [
        FolderRun(
            record=RunRecord(
                id=f"6712a{number}-f00ba7", started_at=NOW + 86400 * number,
                ended_at=NOW + 86400 * number + 200 if outcome else None,
                file="storyboard.yaml", target="fal/kling-o3-pro", outcome=outcome,
            ),
            clips=clips, fetched=fetched, charged=charged, at_risk=at_risk,
            unknown=int(number == 1),
        )
        for number, (outcome, clips, fetched, charged, at_risk) in enumerate(ends)
    ]  # fmt: skip

    def written(at: float) -> str:
        return time.strftime("%Y-%m-%d %H:%M", time.gmtime(at))

    return render_runs(runs, written, width)


_ENDS = {
    State.STORED: Happening.STORED,
    State.RUNNING: Happening.STRANDED,
    State.FAILED: Happening.FAILED,
    State.UNCERTAIN: Happening.UNCERTAIN,
}


def _report(width: int, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setenv("TZ", "UTC")
    time.tzset()
    results = [
        Result(
            clip=PlannedClip(
                order=one.order, names=(one.order.address,), padding=0,
                assets=(), needs=(),
                shots=((one.order.address, "storyboard.yaml:48"),),
            ),
            what=_ENDS[one.state],
            intent=one,
            place="storyboard.yaml:48",
            text=one.problem or "the host did not answer within 20 minutes",
            kind="bad_input" if one.problem else "",
        )
        for one in _intents()
    ]  # fmt: skip
    report = Report(run="now", results=tuple(results), stopped="", interrupted=False, seconds=9.0)
    ways = NextSteps(again="storyboard run film.yaml", film=" --file film.yaml", out="out")
    return render_report(report, ways, color=False, width=width)


def _comparison(**options: Any) -> Callable[..., str]:
    compared = cache(lambda: _project("examples/lighthouse", **options).compare())

    def shown(width: int, monkeypatch: pytest.MonkeyPatch) -> str:
        monkeypatch.chdir(ROOT)
        return render_comparison(compared().to_json(), color=False, width=width)

    return shown


def _bill(file: str, by: BillBy) -> Callable[..., str]:
    bill = cache(lambda: _project(file).bill(by))

    def shown(width: int, monkeypatch: pytest.MonkeyPatch) -> str:
        retries = retries_of(_plan(file, monkeypatch), Decimal("1.3"))
        return render_bill(bill(), retries=retries, color=False, width=width)

    return shown


def _fit(under: str) -> Callable[..., str]:
    file = "examples/lighthouse"
    found = cache(lambda: _project(file).fit(Money.parse(under)))

    def shown(width: int, monkeypatch: pytest.MonkeyPatch) -> str:
        monkeypatch.chdir(ROOT)
        return render_fit(
            found().to_json(),
            look=lambda way: f"storyboard plan {file} --target {way['target']}",
            color=False,
            width=width,
        )

    return shown


_explained = cache(lambda: _project("examples/lighthouse").why("tower"))


def _why(width: int, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.chdir(ROOT)
    return render_why(_explained(), color=False, width=width)


@cache
def _compared() -> FilmDifference:
    """The example as it is, and with edits of each kind."""
    file = ROOT / "examples/lighthouse/storyboard.yaml"
    text = file.read_text(encoding="utf-8")
    for was, now in (
        ("flat shapes", "soft shapes"),
        ("drags his rowing boat", "drags his little red boat"),
        ("duration: 11s", "duration: 12s"),
        ("  - id: dawn\n", "  - id: daybreak\n"),
        ("      - id: beam\n", '      - "@mara waits."\n      - id: beam\n'),
    ):
        assert was in text
        text = text.replace(was, now)
    text = text.replace(text[text.index("      - id: match\n") :].partition("\n\n")[0], "")
    with tempfile.TemporaryDirectory() as folder:
        film = Path(folder) / "film"
        shutil.copytree(file.parent, film, ignore=shutil.ignore_patterns(".storyboard", "out"))
        git(film, "init", "-q")
        commit(film)
        (film / file.name).write_text(text, encoding="utf-8")
        found = Project.around(film).diff().difference
    assert found is not None
    before = structs.replace(found.before, revision="main", commit="1a2b3c4d5e6f")
    return structs.replace(found, before=before)


def _difference(width: int, monkeypatch: pytest.MonkeyPatch) -> str:
    if shutil.which("git") is None:
        pytest.skip("git is not installed")
    return render_difference(_compared(), color=False, width=width)


CASES: dict[str, Callable[[int, pytest.MonkeyPatch], str]] = {
    "plan": _shown_plan("examples/lighthouse"),
    "plan-all": _shown_plan("examples/lighthouse", everything=True),
    "plan-scripts": _shown_plan("examples/every-script"),
    "plan-long-names": _shown_plan("long-names.storyboard.yaml"),
    "compare": _comparison(),
    "compare-refused": _comparison(max_seconds=80),
    "bill-character": _bill("examples/lighthouse", BillBy.CHARACTER),
    "bill-shot": _bill("long-names.storyboard.yaml", BillBy.SHOT),
    "fit": _fit("9 USD"),
    "fit-within": _fit("20 USD"),
    "status": _status,
    "runs": _runs,
    "why": _why,
    "diff": _difference,
    "run-report": _report,
}


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("name", CASES)
def test_a_screen_is_the_stored_one(name: str, width: int, monkeypatch: pytest.MonkeyPatch) -> None:
    shown = CASES[name](width, monkeypatch)
    stored = SCREENS / f"{name}.{width}.txt"
    if os.environ.get("STORYBOARD_UPDATE") == "1":
        stored.write_text(shown, encoding="utf-8")
    assert shown == stored.read_text(encoding="utf-8")


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("name", CASES)
def test_nothing_is_cut_and_no_words_leave_the_screen(
    name: str, width: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown, whole = CASES[name](width, monkeypatch), CASES[name](10_000, monkeypatch)
    for kind in (r"[\w-]+/[\w.-]+", r"[0-9,]+\.[0-9]{2} USD"):
        assert set(re.findall(kind, whole)) == set(re.findall(kind, shown))
    for line in shown.splitlines():
        is_command = line.lstrip().startswith("storyboard ")
        assert columns(line) <= width or len(line.split()) <= 2 or is_command, line


def test_every_stored_screen_belongs_to_a_case() -> None:
    stored = {path.name for path in SCREENS.glob("*.txt")}
    assert stored == {f"{name}.{width}.txt" for name in CASES for width in WIDTHS}
