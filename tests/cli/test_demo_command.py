"""``demo`` makes a film that plays, from what pip brings alone, and names commands that work."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import av
import pytest

from storyboard.media.mp4 import read_clip

ROOT = Path(__file__).parents[2]
Say = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def say(tmp_path: Path) -> Say:
    """Call the command line in an empty folder, without any program on the path."""

    def call(*arguments: str) -> subprocess.CompletedProcess[str]:
        environment = {name: value for name, value in os.environ.items() if "_KEY" not in name}
        return subprocess.run(
            [sys.executable, "-m", "storyboard", *arguments],
            cwd=tmp_path,
            env={**environment, "PATH": "", "PYTHONPATH": str(ROOT)},
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )

    return call


def test_a_film_is_made_that_plays(say: Say, tmp_path: Path) -> None:
    done = say("demo")
    assert done.returncode == 0, done.stderr
    (path,) = re.findall(r"the film, as a test pattern: (\S+)", done.stdout)
    found = read_clip(tmp_path / path)
    with av.open(str(tmp_path / path)) as container:
        assert len([one for one in container.demux(video=0) if one.size]) == found.frames
        titles = [one["metadata"]["title"] for one in container.chapters()]
    with av.open(str(tmp_path / path)) as container:
        heard = sum(frame.samples for frame in container.decode(audio=0))
    assert len(titles) == len(set(titles)) > 3
    assert heard / 48_000 == pytest.approx(found.seconds, abs=0.05)
    commands = re.findall(r"(?m)^  storyboard (.*)$", done.stdout)
    assert [one.split()[0] for one in commands] == ["plan", "board", "init"]
    for command in commands:
        assert say(*shlex.split(command)).returncode == 0, command
    assert "nothing to render" in say("plan", "storyboard-demo", "--simulate").stdout
    assert sorted(one.name for one in tmp_path.iterdir()) == ["my-film", "storyboard-demo"]


def test_a_folder_with_something_in_it_is_left_alone(say: Say, tmp_path: Path) -> None:
    (tmp_path / "film").mkdir()
    (tmp_path / "film" / "notes.txt").write_text("mine")
    done = say("demo", "film")
    assert (done.returncode, done.stdout) == (2, "")
    assert '"film" is not empty; nothing was written' in done.stderr
    assert [one.name for one in (tmp_path / "film").iterdir()] == ["notes.txt"]
