"""Where PyAV has no wheel: whatever makes no picture works, the rest says what is missing."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

Say = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def say(tmp_path: Path) -> Say:
    """Call the command line in a process that cannot import PyAV."""
    blocked = tmp_path / "blocked"
    blocked.mkdir()
    (blocked / "sitecustomize.py").write_text("import sys\nsys.modules['av'] = None\n")
    path = os.pathsep.join([str(blocked), str(Path(__file__).parents[2])])

    def call(*arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "storyboard", *arguments],
            cwd=tmp_path,
            env={**os.environ, "PYTHONPATH": path},
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )

    return call


def test_a_film_is_written_planned_run_and_looked_at(say: Say, tmp_path: Path) -> None:
    for words in (
        "init film",
        "check film",
        "plan film --out film.plan.json",
        "compile film",
        "run film --simulate --yes",
        "status film --simulate",
        "board film --simulate",
        "export csv film --out shots.csv",
    ):
        done = say(*words.split())
        assert done.returncode == 0, (words, done.stderr)
    assert len(list((tmp_path / "film/out/simulated").rglob("*.mp4"))) == 1


def test_what_needs_a_picture_names_the_package(say: Say, tmp_path: Path) -> None:
    assert say("init", "film").returncode == 0
    film = tmp_path / "film/storyboard.yaml"
    assert say("run", "film", "--simulate", "--yes").returncode == 0
    joined = say("stitch", "film", "--simulate")
    assert (joined.returncode, joined.stdout) == (3, "")
    assert "pip install av" in joined.stderr
    text = film.read_text(encoding="utf-8")
    film.write_text(text.replace("- id: lift\n", "- id: lift\n        seam: continue\n"), "utf-8")
    done = say("run", "film", "--simulate", "--yes")
    assert done.returncode == 3
    assert "clips that open on another's frame need PyAV: pip install av" in done.stderr
