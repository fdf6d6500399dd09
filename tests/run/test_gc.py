"""``storyboard gc``: what no film shows and no ref's lock holds goes, and only after a yes."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from commands import run_command

from storyboard.ledger.lease import Holder
from storyboard.ledger.store import Store
from storyboard.simulator import Simulator

KEY = "sk-very-secret-0123456789"
FILM = """\
storyboard: 1
title: The pier
scenes:
  - shots:
      - {id: gulls, duration: 5s, prompt: Gulls circle over a wooden pier.}
"""
OTHER = FILM.replace("Gulls circle", "Terns dive")


@pytest.fixture(scope="module")
def sim() -> Any:
    with Simulator(scale=0.84, seconds_per_clip=0.05, concurrency=8, key=KEY) as running:
        yield running


def say(folder: Path, *arguments: str, path: str = "") -> subprocess.CompletedProcess[str]:
    environment = {"FAL_KEY": KEY} | ({"PATH": path} if path else {})
    done = run_command(*arguments, cwd=folder, env={**os.environ, **environment})
    assert "Traceback" not in done.stderr
    return done


def git(folder: Path, *arguments: str) -> None:
    who = ["-c", "user.name=A", "-c", "user.email=a@example.com"]
    subprocess.run(["git", *who, *arguments], cwd=folder, check=True, capture_output=True)


def takes(folder: Path) -> set[str]:
    return {path.name for path in (folder / ".storyboard/takes").iterdir()}


@pytest.fixture
def two_branches(tmp_path: Path, sim: Simulator) -> Path:
    """A film of which each of two branches has paid a take; the lock here holds the second."""
    folder = tmp_path / "films" / "the pier"
    folder.mkdir(parents=True)
    git(tmp_path, "init", "-q", "-b", "gulls")
    host = ("--base-url", f"{sim.url}/fal", "--yes")
    film, lock = folder / "storyboard.yaml", folder / "storyboard.lock"
    (folder / ".gitignore").write_text(".storyboard/\nout/\n")
    film.write_text(FILM)
    assert say(folder, "run", *host).returncode == 0
    git(folder, "add", ".")
    git(folder, "commit", "-qm", "gulls")
    before = set(lock.read_text().splitlines(keepends=True))
    git(folder, "checkout", "-q", "--orphan", "terns")
    film.write_text(OTHER)
    assert say(folder, "run", *host).returncode == 0
    lines = lock.read_text().splitlines(keepends=True)
    lock.write_text("".join(line for line in lines if line not in before))
    git(folder, "add", ".")
    git(folder, "commit", "-qm", "terns")
    assert len(takes(folder)) == 2
    return folder


def test_what_any_branch_holds_stays_and_goes_when_the_branch_is_gone(two_branches: Path) -> None:
    done = say(two_branches, "gc", "--yes")
    assert (done.returncode, done.stdout) == (0, "every take is needed: nothing to remove\n")

    git(two_branches, "branch", "-qD", "gulls")
    refused = say(two_branches, "gc")
    assert refused.returncode == 2
    assert "gulls" in refused.stdout
    assert "1 take, " in refused.stdout
    assert "give --yes to agree" in refused.stderr
    assert len(takes(two_branches)) == 2

    listed = json.loads(say(two_branches, "gc", "--json").stdout)
    (take,) = listed["takes"]
    assert take["charged"]["currency"] == "USD"
    assert not take["removed"]
    frames = two_branches / ".storyboard/frames"
    (frames / f"{take['sha256']}-4000.png").write_bytes(b"a frame of it")
    (frames / "mine.png").write_bytes(b"another picture")
    (two_branches / ".storyboard/takes/notes.mp4").write_bytes(b"no take")

    done = say(two_branches, "gc", "--yes")
    assert done.returncode == 0, done.stderr
    assert "removed 1 take, " in done.stdout
    left = takes(two_branches)
    assert f"{take['sha256']}.mp4" not in left
    assert len(left) == 2
    assert [path.name for path in frames.iterdir()] == ["mine.png"]
    assert say(two_branches, "gc", "--yes").stdout.startswith("every take is needed")
    assert json.loads(say(two_branches, "plan", "--json").stdout)["film"]["to_pay"]["amount"] == "0"


def test_another_film_of_the_folder_keeps_its_takes(two_branches: Path) -> None:
    git(two_branches, "branch", "-qD", "gulls")
    other = two_branches / "gulls.storyboard.yaml"
    other.write_text(FILM)
    assert say(two_branches, "gc", "--yes").stdout.startswith("every take is needed")
    other.write_text(FILM + "  - shots: [{prompt: }]\n")
    refused = say(two_branches, "gc", "--yes")
    assert refused.returncode == 1
    assert 'gulls.storyboard.yaml" has errors' in refused.stderr
    assert len(takes(two_branches)) == 2


def test_a_lock_of_a_branch_that_cannot_be_read_keeps_everything(two_branches: Path) -> None:
    git(two_branches, "checkout", "-q", "gulls")
    lock = two_branches / "storyboard.lock"
    lock.write_text(lock.read_text() + '{"kind": "poster"}\n')
    git(two_branches, "commit", "-qam", "newer")
    git(two_branches, "checkout", "-q", "terns")
    refused = say(two_branches, "gc", "--yes")
    assert refused.returncode == 1
    assert 'of "storyboard.lock" in refs/heads/gulls is no record' in refused.stderr
    assert len(takes(two_branches)) == 2


def test_a_repository_that_git_refuses_keeps_everything_and_none_is_the_lock_alone(
    two_branches: Path, tmp_path: Path
) -> None:
    head = tmp_path / ".git/HEAD"
    kept = head.read_text()
    head.write_text("damaged\n")
    refused = say(two_branches, "gc", "--yes")
    assert refused.returncode == 1
    assert "git does not read the refs" in refused.stderr
    head.write_text(kept)
    done = say(two_branches, "gc", "--json", path=str(two_branches / "nothing"))
    assert len(json.loads(done.stdout)["takes"]) == 1
    assert len(takes(two_branches)) == 2


@pytest.mark.parametrize(("answer", "left"), [(b"n\n", 2), (b"y\n", 1)])
def test_at_a_terminal_it_asks_with_what_it_cost(
    answer: bytes, left: int, two_branches: Path
) -> None:
    import pty

    git(two_branches, "branch", "-qD", "gulls")
    ours, theirs = pty.openpty()
    running = subprocess.Popen(
        [sys.executable, "-m", "storyboard", "gc"],
        cwd=two_branches, stdin=theirs, stdout=theirs, stderr=theirs,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])},
    )  # fmt: skip
    said = ""
    while "for good?" not in said:
        said += os.read(ours, 65536).decode()
    assert "USD, for good?" in said
    assert len(takes(two_branches)) == 2
    os.write(ours, answer)
    assert running.wait(60) == 0
    os.close(theirs)
    os.close(ours)
    assert len(takes(two_branches)) == left


def test_nothing_is_removed_while_a_run_works(two_branches: Path) -> None:
    git(two_branches, "branch", "-qD", "gulls")
    with Store.beside(two_branches).open_ledger() as ledger:
        ledger.take_lease(Holder.here())
        refused = say(two_branches, "gc", "--yes")
    assert refused.returncode == 1
    assert "wait until it has ended" in refused.stderr
    assert len(takes(two_branches)) == 2


def test_nothing_is_removed_through_a_link(two_branches: Path, tmp_path: Path) -> None:
    git(two_branches, "branch", "-qD", "gulls")
    folder, elsewhere = two_branches / ".storyboard/takes", tmp_path / "elsewhere"
    folder.rename(elsewhere)
    folder.symlink_to(elsewhere)
    refused = say(two_branches, "gc", "--yes")
    assert refused.returncode == 1
    assert "is a link: nothing is removed through it" in refused.stderr
    assert len(list(elsewhere.iterdir())) == 2


def test_of_simulated_takes_those_of_the_film_stay(tmp_path: Path) -> None:
    film = tmp_path / "storyboard.yaml"
    for text in (FILM, OTHER):
        film.write_text(text)
        assert say(tmp_path, "run", "--simulate", "--yes").returncode == 0
    folder = tmp_path / ".storyboard/simulated/takes"
    assert len(list(folder.iterdir())) == 2
    done = say(tmp_path, "gc", "--simulate", "--yes")
    assert done.returncode == 0, done.stderr
    assert "simulated: nothing was paid" in done.stdout
    assert len(list(folder.iterdir())) == 1
    assert say(tmp_path, "stitch", "--simulate").returncode == 0
