"""A run and those who look on: a pipe that closes, a key pressed twice, a terminal, options."""

from __future__ import annotations

import json
import os
import pty
import re
import selectors
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from rendering_films import FEW, make_work

from storyboard.cli.main import storyboard

TWICE = """\
storyboard: 1
title: Twice
defaults: {{duration: 3s, pack: none}}
scenes: [{{id: shore, shots: [The sea., The sea.]}}]
"""


@pytest.fixture
def film(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "my film"
    make_work(folder, "fal", FEW)
    monkeypatch.chdir(folder)
    for variable in ("FAL_KEY", "OXEN_API_KEY"):
        monkeypatch.delenv(variable, raising=False)
    return folder


def call(*arguments: str) -> Result:
    return CliRunner().invoke(storyboard, arguments, standalone_mode=False)


def begin(*arguments: str, **keywords: Any) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-m", "storyboard", "run", "--simulate", *arguments],
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2]), "TERM": "xterm"},
        **keywords,
    )


def states() -> list[str]:
    clips = json.loads(call("status", "--simulate", "--json").stdout)["clips"]
    return [clip["state"] for clip in clips]


def until_sent() -> None:
    for _ in range(2400):
        if "submitted" in states() or "running" in states():
            return
        time.sleep(0.05)
    raise AssertionError(states())


# -- ends -----------------------------------------------------------------------------------------


def test_a_reader_that_goes_away_ends_the_run_in_order_and_loses_nothing(film: Path) -> None:
    run = begin("--yes", "--json", "--jobs", "1", stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert run.stdout is not None
    run.stdout.readline()
    run.stdout.close()
    assert run.wait(120) == 130
    assert run.stderr is not None
    with run.stderr:
        assert run.stderr.read() == b""
    (record,) = json.loads(call("runs", "--simulate", "--json").stdout)["runs"]
    assert record["outcome"] == "interrupted"
    assert call("run", "--simulate", "--yes").return_value == 0
    assert states() == ["stored", "stored"]


def test_a_second_interrupt_leaves_at_once_and_the_next_run_pays_nothing_twice(
    film: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("STORYBOARD_WAITS", "looking=1")
    run = begin("--yes", "--fault", "slow=600*1", stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    for _ in range(2400):
        if "submitting" in states():
            break
        time.sleep(0.05)
    run.send_signal(signal.SIGINT)
    time.sleep(0.3)
    assert run.poll() is None  # what may be paid just now is waited for
    run.send_signal(signal.SIGINT)
    assert run.wait(120) == 130  # long before the answer
    run.communicate()
    again = call("run", "--simulate", "--yes").return_value
    if again == 4:  # the order may never have left: nobody but a person can know
        assert "uncertain" in states()
        assert call("resolve", "shore", "--send-again", "--simulate").return_value == 0
        assert call("run", "--simulate", "--yes").return_value == 0
    assert states() == ["stored", "stored"]


def test_a_simulated_run_can_be_cancelled_from_beside_it(film: Path) -> None:
    run = begin("--yes", "--fault", "stuck*2", stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    until_sent()
    done = call("cancel", "shore/1", "--simulate")
    assert done.stderr == "shore/1  is asked to stop\n"
    rest = call("cancel", "--simulate")
    assert rest.return_value in (0, 4)
    assert f"(process {run.pid}): it goes on to send its other clips until Ctrl-C" in rest.stderr
    out, _ = run.communicate(timeout=120)
    assert run.returncode == 4
    assert "2 cancelled" in out.decode()
    assert call("cancel", "--simulate").stderr == "nothing is under way\n"


# -- a terminal -----------------------------------------------------------------------------------


@pytest.fixture
def terminal() -> Iterator[tuple[int, int]]:
    pair = pty.openpty()
    yield pair
    for end in pair:
        try:
            os.close(end)
        except OSError:
            continue


def _read(end: int, until: str, seconds: float = 120) -> str:
    """What is said until a pattern is met."""
    said, late = "", time.monotonic() + seconds
    with selectors.DefaultSelector() as heard:
        heard.register(end, selectors.EVENT_READ)
        while re.search(until, said) is None:
            assert time.monotonic() < late, said
            if heard.select(0.1):
                said += os.read(end, 65536).decode()
    return said


def test_on_a_terminal_the_price_is_asked_for_and_a_no_sends_nothing(
    film: Path, terminal: tuple[int, int]
) -> None:
    ours, theirs = terminal
    run = begin(stdin=theirs, stdout=theirs, stderr=theirs)
    _read(ours, re.escape("render 2 clips, simulated, for free? [y/N]"))
    os.write(ours, b"n\n")
    _read(ours, "nothing was sent")
    assert run.wait(120) == 1
    assert not (film / ".storyboard" / "simulated" / "ledger.db").exists()


def test_without_any_standard_input_only_yes_is_an_answer(film: Path) -> None:
    shell = f'"{sys.executable}" -m storyboard run --simulate <&-'
    path = {"PYTHONPATH": str(Path(__file__).parents[2])}
    done = subprocess.run(
        ["bash", "-c", shell],
        env={**os.environ, **path}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 2
    assert "2 clips would be sent (simulated, for free): give --yes to agree" in done.stderr


def test_the_live_view_goes_on_where_nothing_happens(film: Path, terminal: tuple[int, int]) -> None:
    ours, theirs = terminal
    run = begin("--yes", "--fault", "stuck*", stdin=theirs, stdout=theirs, stderr=theirs)
    # Two clips wait in a queue and no event comes any more: their age is drawn all the same.
    said = _read(ours, r"in queue \(0 before it\) +[2-9][0-9]? s")
    assert "0 of 2 clips" in said
    run.send_signal(signal.SIGINT)
    _read(ours, "to go on: storyboard run --simulate")
    assert run.wait(120) == 130


# -- options --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--simulate", "--fault", "bogus"), 'no fault is called "bogus"'),
        (("--fault", "lost"), "--fault is for the simulator"),
        (("--simulate", "--base-url", "http://127.0.0.1:1/fal", "--fault", "lost"), "--fault is"),
        (("--base-url", "localhost:8080"), "no plain http address"),
        (("--base-url", "https://key@example.com/"), "no plain http address"),
        (("--base-url", "https://example.com/?key=1"), "no plain http address"),
        (("--repository", "a/b"), "--repository is for Oxen, and the film is for fal"),
        (("--target-namespace", "a"), "--target-namespace is for Oxen, and the film is for fal"),
        (("--response-format", "url"), "--response-format is for Oxen, and the film is for fal"),
        (("--takes", "0"), "1<=x<=20"),
    ],
)
def test_an_option_that_cannot_be_is_refused_before_anything_is_shown(
    arguments: tuple[str, ...], words: str, film: Path
) -> None:
    done = call("run", "--yes", *arguments)
    said = done.stderr + str(done.exception)
    assert words in said
    assert (done.return_value or getattr(done.exception, "exit_code", None)) == 2
    assert "clips to render" not in done.stderr
    assert not (film / ".storyboard").exists()


def test_pictures_on_oxen_want_a_repository_before_the_first_clip_is_paid(
    film: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OXEN_API_KEY", "k")
    story = film / "storyboard.yaml"
    story.write_text(
        FEW.format(target="oxen/kling-o3-pro").replace(
            '"Gulls turn back."', '{prompt: "Gulls turn back.", seam: continue}'
        )
    )
    done = call("run", "--yes", "--base-url", "http://127.0.0.1:1/oxen")
    assert done.return_value == 2
    assert "needs --repository NAMESPACE/NAME" in done.stderr
    assert not (film / ".storyboard").exists()


def test_several_takes_are_rendered_and_one_of_each_is_stitched(film: Path) -> None:
    done = call("run", "--simulate", "--yes", "--takes", "2")
    assert done.return_value == 0, done.stderr
    assert "4 rendered" in done.stdout
    assert (film / "out/simulated/shore/1.take2.mp4").exists()
    stitched = call("stitch", "--simulate")
    assert "6.1 s, 2 clips" in stitched.stdout, stitched.stderr


def test_the_command_that_goes_on_is_the_one_that_was_given(
    film: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (film / "storyboard.yaml").rename(film / "my film.yaml")
    arguments = [
        "run", "my film.yaml", "--simulate", "--yes", "--target", "fal/kling-o3-standard",
        "--fault", "submit:lost*1", "--fault=history:503",
    ]  # fmt: skip
    monkeypatch.setattr(sys, "argv", ["storyboard", *arguments])
    monkeypatch.setenv("STORYBOARD_WAITS", "looking=1")
    done = call(*arguments)
    assert done.return_value == 4
    again = "storyboard run 'my film.yaml' --simulate --target fal/kling-o3-standard\n"
    assert f"to go on: {again}" in done.stdout
    assert "storyboard resolve shore/" in done.stdout
    assert "--file 'my film.yaml' --simulate" in done.stdout


def test_one_clip_under_two_names_is_rendered_once_and_stitched_twice(film: Path) -> None:
    (film / "storyboard.yaml").write_text(TWICE.format())
    done = call("run", "--simulate", "--yes")
    assert "1 rendered" in done.stdout, done.stderr
    assert "6.1 s, 1 clip" in call("stitch", "--simulate").stdout


def test_where_clips_are_missing_the_command_that_renders_them_is_given(film: Path) -> None:
    done = call("stitch", "--simulate")
    assert done.return_value == 4
    assert "2 of 2 clips are not here: shore/1, shore/2" in done.stderr
    assert "`storyboard run . --simulate` fetches what is paid" in done.stderr


def test_a_damaged_take_is_fetched_again_and_no_file_of_that_name_is_replaced(film: Path) -> None:
    assert call("run", "--simulate", "--yes").return_value == 0
    (take, *_) = sorted((film / ".storyboard/simulated/takes").glob("*.mp4"))
    [clip] = [one for one in (film / "out").rglob("*.mp4") if one.samefile(take)]
    take.chmod(0o644)
    take.write_bytes(take.read_bytes()[:3000])
    done = call("stitch", "--simulate")
    assert done.return_value == 4
    assert "1 of 2 clips are not here: shore/" in done.stderr
    # Somebody may have worked on it: it is no clip that was made here, as far as anybody can tell.
    done = call("run", "--simulate", "--yes")
    assert f'"{clip.relative_to(film)}" is not replaced' in done.stderr
    assert "move it away and run again" in done.stderr
    clip.unlink()
    assert "1 fetched" in call("run", "--simulate", "--yes").stdout
    assert call("stitch", "--simulate").return_value == 0


def test_a_clip_that_was_padded_has_its_authored_length_in_the_film(film: Path) -> None:
    (film / "storyboard.yaml").write_text(
        "storyboard: 1\ndefaults: {pack: none}\n"
        "scenes: [{id: a, shots: [{prompt: The sea., duration: 2s}, "
        "{prompt: Gulls., duration: 4s}]}]\n"
    )
    assert call("run", "--simulate", "--yes").return_value == 0
    done = call("stitch", "--simulate")
    assert "6.0 s, 2 clips" in done.stdout
    assert done.stderr == "parts of clips are cut off: all are encoded anew\n"


def test_a_film_is_stitched_into_a_container_that_can_hold_it(film: Path) -> None:
    error = call("stitch", "--simulate", "--out", "film.webm").exception
    assert "one that ends in .mp4" in str(error)
