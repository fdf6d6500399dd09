"""The commands among files and links that others have put into a film's folder."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from commands import run_command
from rendering_films import FEW, make_work

Say = Callable[..., subprocess.CompletedProcess[str]]
FOREIGN = b"the only copy of a novel\n"


@pytest.fixture
def film(tmp_path: Path) -> Path:
    folder = tmp_path / "film"
    make_work(folder, "fal", FEW)
    return folder


@pytest.fixture
def outside(tmp_path: Path) -> Path:
    folder = tmp_path / "outside"
    folder.mkdir()
    (folder / "novel.txt").write_bytes(FOREIGN)
    return folder


@pytest.fixture
def say(film: Path) -> Say:
    """Call the command line in the film's folder."""

    def call(*arguments: str, **env: str) -> subprocess.CompletedProcess[str]:
        return run_command(*arguments, cwd=film, env={**os.environ, **env})

    return call


RUN = ("run", "--simulate", "--yes")


@pytest.mark.parametrize(
    "place", ["out", "out/simulated", "out/simulated/shore", ".storyboard", ".storyboard/simulated"]
)
def test_a_run_writes_nothing_through_a_link_that_leads_out(
    place: str, say: Say, film: Path, outside: Path
) -> None:
    (film / place).parent.mkdir(parents=True, exist_ok=True)
    (film / place).symlink_to(outside)
    done = say(*RUN)
    assert done.returncode == 1, done.stderr
    assert "is a link to" in done.stderr
    assert [path.name for path in outside.iterdir()] == ["novel.txt"]
    assert (outside / "novel.txt").read_bytes() == FOREIGN


@pytest.mark.parametrize("name", ["ledger.db", "takes", "simulator.db", "simulator.url"])
def test_no_file_of_a_run_is_a_link_that_leads_out(
    name: str, say: Say, film: Path, outside: Path
) -> None:
    home = film / ".storyboard/simulated"
    home.mkdir(parents=True)
    (home / name).symlink_to(outside if name == "takes" else outside / "novel.txt")
    done = say(*RUN)
    assert done.returncode in (1, 3), done.stderr
    assert "SB902" not in done.stderr
    assert [path.name for path in outside.iterdir()] == ["novel.txt"]
    assert (outside / "novel.txt").read_bytes() == FOREIGN


def test_clips_go_elsewhere_where_that_is_said(say: Say, film: Path, outside: Path) -> None:
    done = say(*RUN, "--out-dir", str(outside))
    assert done.returncode == 0, done.stderr
    assert (outside / "simulated/shore/1.mp4").is_file()
    assert not (film / "out").exists()
    assert say(*RUN, STORYBOARD_OUT_DIR=str(outside)).returncode == 0
    stitched = say("stitch", "--simulate", STORYBOARD_OUT_DIR=str(outside))
    assert stitched.returncode == 0, stitched.stderr
    assert (outside / "simulated/film.mp4").is_file()
    assert say("stitch", "--simulate", "--out-dir", str(outside)).returncode == 0
    assert say("status", "--simulate", "--out-dir", str(outside)).returncode == 0


@pytest.mark.parametrize("kind", ["file", "link", "pipe"])
def test_a_foreign_file_in_the_place_of_a_clip_is_kept_and_nothing_is_sent(
    kind: str, say: Say, film: Path, outside: Path
) -> None:
    clip = film / "out/simulated/shore/1.mp4"
    clip.parent.mkdir(parents=True)
    match kind:
        case "file":
            clip.write_bytes(FOREIGN)
        case "link":
            clip.symlink_to(film / "mara.png")
        case "pipe":
            os.mkfifo(clip)
    done = say(*RUN)
    assert done.returncode == 3, done.stderr
    assert "is not replaced" in done.stderr
    assert "move it away and run again" in done.stderr
    assert "nothing was run here" in say("status", "--simulate").stdout
    clip.unlink()
    assert say(*RUN).returncode == 0


def test_a_clip_that_is_rendered_anew_takes_the_place_of_the_old_one(say: Say, film: Path) -> None:
    assert say(*RUN).returncode == 0
    clip = film / "out/simulated/shore/1.mp4"
    before = clip.read_bytes()
    story = film / "storyboard.yaml"
    story.write_text(story.read_text().replace("The sea lies flat.", "The sea stands high."))
    assert say(*RUN).returncode == 0
    assert clip.read_bytes() != before
    # A copy of a paid clip, under a name that it had, is no foreign file either.
    clip.unlink()
    clip.write_bytes(before)
    assert say(*RUN).returncode == 0
    assert clip.read_bytes() != before


def test_outputs_replace_themselves_and_nothing_else(say: Say, film: Path) -> None:
    assert say(*RUN).returncode == 0
    for command in (("plan",), ("compile",), ("stitch", "--simulate")):
        out = f"{command[0]}.mp4"
        for _ in range(2):
            done = say(*command, "--out", out)
            assert done.returncode == 0, done.stderr
        (film / out).write_bytes(FOREIGN)
        refused = say(*command, "--out", out)
        assert refused.returncode == 1, refused.stderr
        assert "--force" in refused.stderr
        assert (film / out).read_bytes() == FOREIGN
        assert say(*command, "--out", out, "--force").returncode == 0


def test_a_plan_is_written_over_a_plan_in_a_fresh_checkout(say: Say, film: Path) -> None:
    assert say("plan", "--out", "film.plan").returncode == 0
    (film / ".storyboard/outputs.json").unlink(missing_ok=True)
    story = film / "storyboard.yaml"
    story.write_text(story.read_text() + "# a remark\n")
    assert say("plan", "--out", "film.plan").returncode == 0
    plan = film / "film.plan"
    (film / ".storyboard/outputs.json").unlink(missing_ok=True)
    plan.write_text(plan.read_text() + "\n")
    assert say("plan", "--out", "film.plan", "--set", "a=b").returncode == 1


@pytest.mark.parametrize("command", ["plan", "compile", "stitch"])
def test_no_command_replaces_what_the_film_is_made_of(command: str, say: Say, film: Path) -> None:
    assert say(*RUN).returncode == 0
    story = (film / "storyboard.yaml").read_bytes()
    os.mkfifo(film / "pipe.mp4")
    (film / "linked.mp4").symlink_to("storyboard.yaml")
    os.link(film / "storyboard.yaml", film / "same.mp4")
    flags = ("--simulate",) if command == "stitch" else ()
    for name in ("storyboard.yaml", "storyboard.lock", "pipe.mp4", "linked.mp4", "same.mp4"):
        done = say(command, *flags, "--out", name, "--force")
        assert done.returncode in (1, 2), (name, done.stderr)
        assert "SB902" not in done.stderr
        assert (film / "storyboard.yaml").read_bytes() == story
    assert (film / "pipe.mp4").is_fifo()
    assert not (film / "storyboard.lock").exists()
