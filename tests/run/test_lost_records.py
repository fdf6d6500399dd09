"""What was paid and has gone from the lock is known from git and from the takes, and said."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
from commands import run_command

from storyboard import api
from storyboard.ledger import PaidOrder, Receipt, State, merge_lock
from storyboard.ledger.store import Store
from storyboard.plan.clips import planned_clips
from storyboard.plan.reason import Action
from storyboard.values.segments import as_asked
from storyboard.values.units import Money

FILM = """\
storyboard: 1
scenes:
  - id: pier
    shots:
      - {id: gulls, duration: 4s, prompt: Gulls circle over a wooden pier.}
      - {id: boat, duration: 5s, prompt: A red boat ties up at its end.}
"""
CLIP = "c" * 64


def git(folder: Path, *arguments: str) -> str:
    who = ["-c", "user.name=A", "-c", "user.email=a@example.com"]
    done = subprocess.run(
        ["git", *who, *arguments], cwd=folder, check=True, capture_output=True, text=True
    )
    return done.stdout


def pay(folder: Path) -> None:
    """Write into the lock that the film's clip is paid."""
    (request,) = api.Project(str(folder / "storyboard.yaml")).plan().plan.requests
    order = PaidOrder(
        digest=request.digest, request_id="1", film="storyboard.yaml", address=request.id,
        host="fal", endpoint=request.endpoint, seconds=request.seconds, clip=CLIP,
        made="2026-09-24T18:30:00Z", charge=Money.parse("1.26 USD"),
    )  # fmt: skip
    merge_lock(folder / "storyboard.lock", [order], {CLIP: as_asked(request.contents)})


@pytest.fixture
def film(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A film whose only clip is paid, by the lock that is committed."""
    folder = tmp_path / "the films" / "pier"
    folder.mkdir(parents=True)
    monkeypatch.chdir(tmp_path)
    (folder / "storyboard.yaml").write_text(FILM)
    git(tmp_path, "init", "-q", "-b", "main")
    git(folder, "add", ".")
    git(folder, "commit", "-qm", "the film")
    pay(folder)
    git(folder, "add", ".")
    git(folder, "commit", "-qm", "rendered")
    return folder


def lost(folder: Path) -> list[str]:
    project = api.Project(str(folder / "storyboard.yaml"))
    found = list(project.lost_records(project.plan().plan))
    assert {one.code.id for one in found} <= {"SB605"}
    return [one.message for one in found]


def actions(folder: Path) -> list[Action]:
    plan = api.Project(str(folder / "storyboard.yaml")).plan().plan
    return [one.action for one in (*plan.requests, *plan.kept)]


def test_lines_that_git_has_are_brought_back_by_the_command_that_is_told(film: Path) -> None:
    assert lost(film) == []
    (film / "storyboard.lock").write_text("")
    (said,) = lost(film)
    assert said.startswith(
        "pier/gulls..boat is to be paid, though it has been, says the lock in HEAD "
        "(pier/gulls..boat, 1.26 USD): "
    )
    (command,) = re.findall("`(.*)`", said)
    assert actions(film) == [Action.GENERATE]
    subprocess.run(command, shell=True, check=True)
    assert actions(film) == [Action.FETCH]
    assert lost(film) == []


@pytest.mark.parametrize("place", ["a merge that dropped them", "a branch that is not merged"])
def test_lines_of_an_earlier_commit_or_another_branch_are_found(film: Path, place: str) -> None:
    lock = film / "storyboard.lock"
    if place.startswith("a merge"):
        lock.unlink()
        git(film, "commit", "-qam", "merged by hand")
        where = "HEAD~1"
    else:
        git(film, "checkout", "-q", "-b", "terns", "HEAD~1")
        where = "main"
    assert not lock.exists()
    (said,) = lost(film)
    assert f"says the lock in {where} (" in said
    subprocess.run(re.findall("`(.*)`", said)[0], shell=True, check=True)
    assert actions(film) == [Action.FETCH]


def test_a_shot_of_a_clip_counts_and_what_is_new_does_not(film: Path) -> None:
    (film / "storyboard.lock").write_text("")
    story = film / "storyboard.yaml"
    story.write_text(FILM.replace("A red boat", "A blue boat").replace("4s", "4s, size: wide"))
    assert lost(film) == []
    story.write_text(FILM.replace("A red boat", "A blue boat"))
    (said,) = lost(film)
    assert said.startswith("pier/gulls..boat is to be paid, though it has been")


def test_what_is_known_to_be_lost_at_the_vendor_is_no_lost_record(film: Path) -> None:
    project = api.Project(str(film / "storyboard.yaml"))
    (film / "storyboard.lock").write_text("")
    (clip,) = planned_clips(project.plan().plan)
    with Store.beside(film).open_ledger() as ledger:
        ledger.take_lease()
        ledger.adopt(clip.order, "r", Receipt(id="1"), None, CLIP)
        ledger.step(clip.digest, State.LOST)
    assert actions(film) == [Action.GENERATE]
    assert lost(film) == []


def test_a_take_of_which_nobody_knows_is_told_by_the_name_it_has(film: Path) -> None:
    (film / "storyboard.lock").unlink()
    git(film, "commit", "-qam", "no lock")
    git(film, "checkout", "-q", "--orphan", "new")
    for name in git(film, "for-each-ref", "--format=%(refname)").split():
        git(film, "update-ref", "-d", name)
    assert lost(film) == []
    store = Store.beside(film)
    for number, name in enumerate(("pier/gulls..boat", "")):
        take = store.take(f"{number}" * 64)
        take.parent.mkdir(parents=True, exist_ok=True)
        take.write_bytes(b"a clip")
        if name:
            store.clip(name).parent.mkdir(parents=True)
            store.clip(name).hardlink_to(take)
    (said,) = lost(film)
    assert said.startswith("111111111111, pier/gulls..boat are here as takes of which neither")
    pay(film)
    (film / "storyboard.yaml").write_text(FILM.replace("4s", "6s"))
    assert len(lost(film)) == 1


def test_it_is_in_what_plan_and_run_show_and_in_no_plan_that_is_written(film: Path) -> None:
    (film / "storyboard.lock").write_text("")
    arguments = ("plan", str(film), "--json", "--out", "film.plan")
    found = json.loads(run_command(*arguments, cwd=film.parent).stdout)
    assert "SB605" in [one["code"] for one in found["diagnostics"]]
    assert "SB605" not in (film.parent / "film.plan").read_text()
    simulated = run_command("plan", str(film), "--simulate", cwd=film.parent)
    assert "SB605" not in simulated.stdout
    asked = run_command("run", str(film), cwd=film.parent)
    assert "warning[SB605 lost-record]: pier/gulls..boat is to be paid" in asked.stderr


@pytest.mark.parametrize(("inside", "loads"), [(False, False), (True, True)])
def test_git_and_ledger_are_loaded_where_there_may_be_records(
    tmp_path: Path, inside: bool, loads: bool
) -> None:
    (tmp_path / "storyboard.yaml").write_text("storyboard: 1\nscenes: [{shots: [The sea.]}]\n")
    if inside:
        git(tmp_path, "init", "-q")
    code = (
        "import sys; from storyboard.api import Project; project = Project('storyboard.yaml'); "
        "assert not project.lost_records(project.plan().plan); "
        "print({'sqlite3', 'subprocess'} <= {*sys.modules})"
    )
    said = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=tmp_path
    )
    assert said.stdout.strip() == str(loads)
