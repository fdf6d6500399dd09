"""The commands around a run: what they do, what they say, and their exit codes."""

from __future__ import annotations

import json
import os
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import av
import pytest
from commands import run_command
from rendering_films import FEW, TARGETS, TEXT, check_paid_once, make_work

from storyboard.media.mp4 import read_clip
from storyboard.simulator import Simulator

KEY = "sk-very-secret-0123456789"
Say = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture(scope="module")
def keyed() -> Iterator[Simulator]:
    with Simulator(scale=0.84, seconds_per_clip=0.05, concurrency=8, key=KEY) as running:
        yield running


@pytest.fixture
def film(tmp_path: Path) -> Path:
    folder = tmp_path / "film"
    make_work(folder, "fal", FEW)
    return folder


@pytest.fixture
def say(film: Path) -> Say:
    """Call the command line in the film's folder."""

    def call(
        *arguments: str, env: dict[str, str] | None = None
    ) -> subprocess.CompletedProcess[str]:
        environment = {
            name: value
            for name, value in os.environ.items()
            if name not in ("FAL_KEY", "OXEN_API_KEY")
        }
        return run_command(*arguments, cwd=film, env={**environment, **(env or {})})

    return call


def test_a_film_is_simulated_stitched_and_then_all_reused(say: Say, film: Path) -> None:
    done = say("run", "--simulate", "--yes")
    assert done.returncode == 0, done.stderr
    assert "2 rendered" in done.stdout
    assert done.stdout.endswith("\nnext: storyboard stitch --simulate\n")
    assert "estimated 0.68 USD · charged 0.68 USD" in done.stdout
    assert not (film / "storyboard.lock").exists()
    stitched = say("stitch", "--simulate")
    assert stitched.returncode == 0, stitched.stderr
    joined = film / "out/simulated/film.mp4"
    assert read_clip(joined).seconds == pytest.approx(6, abs=0.1)
    with av.open(str(joined)) as container:
        assert [one["metadata"]["title"] for one in container.chapters()] == ["shore"]
    again = say("run", "--simulate", "--yes")
    assert "2 clips as they are" in again.stderr
    assert again.stdout.startswith("2 as they are")
    assert "nothing was charged · simulated: nothing was paid" in again.stdout
    # What is simulated was never paid.
    real = say("run")
    assert real.returncode == 2
    assert "2 clips would be sent (0.68 USD)" in real.stderr
    status = json.loads(say("status", "--simulate", "--json").stdout)
    assert [row["state"] for row in status["clips"]] == ["stored", "stored"]
    assert say("status").stdout == "nothing was run here\n"
    assert say("runs", "--simulate").stdout.count("complete") == 2


def test_without_a_key_nothing_is_sent_and_the_variable_is_named(say: Say) -> None:
    done = say("run", "--yes")
    assert done.returncode == 2
    assert "FAL_KEY is not set" in done.stderr


def test_a_plan_is_run_as_it_was_written_and_refused_when_its_source_changed(
    say: Say, film: Path
) -> None:
    assert say("plan", "--out", "film.plan").returncode == 0
    done = say("run", "film.plan", "--simulate", "--yes")
    assert done.returncode == 0, done.stderr
    story = film / "storyboard.yaml"
    story.write_text(story.read_text() + "# a remark\n")
    refused = say("run", "film.plan", "--simulate", "--yes")
    assert refused.returncode == 1
    assert '"storyboard.yaml" has changed' in refused.stderr
    assert "storyboard plan" in refused.stderr


def test_a_plan_that_was_changed_by_hand_is_refused(say: Say, film: Path) -> None:
    assert say("plan", "--out", "film.plan").returncode == 0
    plan = film / "film.plan"
    plan.write_text(plan.read_text().replace("The sea lies flat", "The sea lies deep"))
    refused = say("run", "film.plan", "--simulate", "--yes")
    assert refused.returncode == 1
    assert "changed by hand" in refused.stderr
    plan.write_text(plan.read_text().replace("shore/1", "../../../tmp/1"))
    assert say("run", "film.plan", "--simulate", "--yes").returncode == 1


@pytest.mark.parametrize("text", ["{}", "{", '{"format": "storyboard-plan/9"}', "{" + "[" * 9999])
def test_what_is_no_plan_is_refused_in_words(text: str, say: Say, film: Path) -> None:
    (film / "film.plan").write_text(text)
    refused = say("run", "film.plan", "--yes", "--simulate")
    assert refused.returncode == 1
    assert "plan" in refused.stderr
    assert "SB902" not in refused.stderr


def test_events_are_json_lines_with_a_format_and_end_in_a_report(say: Say) -> None:
    lines = say("run", "--simulate", "--yes", "--json").stdout.splitlines()
    events = [json.loads(line) for line in lines]
    assert {event["format"] for event in events} == {"storyboard-run/1"}
    assert events[-1]["event"] == "report"
    assert events[-1]["complete"] is True
    assert [one["end"] for one in events[-1]["clips"]] == ["stored", "stored"]


def test_a_failed_clip_is_told_with_its_line_and_what_to_do(say: Say) -> None:
    done = say("run", "--simulate", "--yes", "--jobs", "1", "--fault", "submit:content-policy*1")
    assert done.returncode == 4
    assert "failed: shore/1  storyboard.yaml:8" in done.stdout
    assert "help: change the text" in done.stdout
    assert "1 rendered" in done.stdout
    again = say("run", "--simulate", "--yes")
    assert again.returncode == 4
    assert "not sent again as it stands" in again.stdout
    assert say("resolve", "shore/1", "--simulate", "--send-again").returncode == 0
    assert say("run", "--simulate", "--yes").returncode == 0


def test_a_person_decides_what_the_history_cannot(
    say: Say, film: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("STORYBOARD_WAITS", "looking=1")
    faults = ("--fault", "submit:lost*1", "--fault", "history:503")
    done = say("run", "--simulate", "--yes", "--jobs", "1", *faults)
    assert done.returncode == 4
    assert "uncertain: shore/1" in done.stdout
    assert "resolve shore/1" in done.stdout
    assert say("resolve", "shore/1", "--simulate").returncode == 2
    assert say("resolve", "shor/1", "--simulate", "--drop").returncode == 2
    assert say("resolve", "shore/2", "--simulate", "--adopt", "x").returncode == 1
    assert say("resolve", "shore/1", "--simulate", "--send-again").returncode == 0
    assert say("run", "--simulate", "--yes").returncode == 0


def test_a_wrong_wait_is_a_wrong_usage_before_anything_is_sent(
    say: Say, film: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("STORYBOARD_WAITS", "grase=1")
    refused = say("run", "--simulate", "--yes")
    assert refused.returncode == 2
    assert 'error: STORYBOARD_WAITS has no wait "grase": write "grace"' in refused.stderr
    assert not (film / ".storyboard" / "simulated").exists()


def test_a_limit_below_the_price_ends_with_a_policy_code(say: Say) -> None:
    assert say("run", "--simulate", "--yes", "--max-cost", "0.40 USD").returncode == 1


def test_ctrl_c_stops_in_order_and_the_next_run_goes_on(say: Say, film: Path) -> None:
    command = [sys.executable, "-m", "storyboard", "run", "--simulate", "--yes", "--jobs", "1"]
    run = subprocess.Popen(
        command, cwd=film, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])},
    )  # fmt: skip
    assert run.stderr is not None
    for line in run.stderr:
        if "rendering" in line or "sent" in line:
            break
    run.send_signal(signal.SIGINT)
    out, _ = run.communicate(timeout=120)
    assert run.returncode == 130, out
    assert "to go on: storyboard run --simulate --jobs 1\n" in out
    assert "still under way" in out
    assert say("run", "--simulate", "--yes").returncode == 0


WAITS = "first=0.03 most=0.12 tries=12 grace=0.6 order=5 question=5 file=5 life=3 looking=1"


def test_without_a_terminal_a_doubt_ends_with_what_is_known_and_three_commands(
    say: Say, film: Path, keyed: Simulator
) -> None:
    keyed.reset()
    keyed.arm("submit:500", "history:bare*")
    base = ("--base-url", f"{keyed.url}/fal")
    environment = {"FAL_KEY": KEY, "STORYBOARD_WAITS": WAITS}
    done = say("run", "--yes", "--jobs", "1", *base, env=environment)
    assert done.returncode == 4
    assert "for up to 1 s, an uncertain clip is looked for in the vendor's list" in done.stderr
    assert "at risk 0.34 USD · sent " in done.stdout
    assert 'prompt: "The sea lies flat."' in done.stdout
    for way in ("--send-again", "--adopt ID", "--drop"):
        assert f"storyboard resolve shore/1 {way}" in done.stdout
    assert say("resolve", "shore/1", "--send-again").returncode == 0
    keyed.reset()
    assert say("run", "--yes", *base, env=environment).returncode == 0
    assert len(keyed.bill()["rows"]) == 1


@pytest.mark.skipif(sys.platform == "win32", reason="there are no such terminals")
def test_at_a_terminal_a_doubt_is_asked_about_and_what_is_decided_is_done(
    film: Path, keyed: Simulator
) -> None:
    import pty

    keyed.reset()
    keyed.arm("submit:500", "history:bare*")
    ours, theirs = pty.openpty()
    run = subprocess.Popen(
        [sys.executable, "-m", "storyboard", "run", "--jobs", "1", "--base-url",
         f"{keyed.url}/fal"],
        cwd=film, stdin=theirs, stdout=theirs, stderr=theirs,
        env={
            **os.environ, "FAL_KEY": KEY, "STORYBOARD_WAITS": WAITS,
            "PYTHONPATH": str(Path(__file__).parents[2]),
        },
    )  # fmt: skip
    said = ""
    for question, answer in (
        ("render 2 clips", b"y\n"),
        ("shore/1 may be paid (0.34 USD): wait, adopt its id, or send again?", b"send again\n"),
        ("type the sum to send it again", b"0.34 USD\n"),
    ):
        while question not in said:
            said += os.read(ours, 65536).decode()
        os.write(ours, answer)
    while "1 rendered" not in said.partition("type the sum")[2]:
        said += os.read(ours, 65536).decode()
    assert run.wait(120) == 0
    os.close(theirs)
    os.close(ours)
    assert len(keyed.bill()["rows"]) == 2


def test_cancelled_clips_end_as_cancelled(say: Say, film: Path, keyed: Simulator) -> None:
    keyed.reset()
    keyed.arm("submit:stuck*2")
    base = ("--base-url", f"{keyed.url}/fal")
    environment = {"FAL_KEY": KEY}
    run = subprocess.Popen(
        [sys.executable, "-m", "storyboard", "run", "--yes", *base], cwd=film,
        env={**os.environ, **environment, "PYTHONPATH": str(Path(__file__).parents[2])},
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    for _ in range(600):
        status = say("status")
        assert status.returncode == 0, status.stderr
        if "2 sent" in status.stdout:
            break
        time.sleep(0.2)
    assert "2 sent · at risk 0.68 USD" in status.stdout
    assert "0.34 USD" in status.stdout
    # A run beside it adopts nothing, and its ledger is not written by a person either.
    assert "another run works here" in say("run", "--yes", *base, env=environment).stderr
    assert say("resolve", "shore/1", "--drop").returncode == 1
    cancelled = say("cancel", "shore/1", "shore/2", *base, env=environment)
    assert cancelled.returncode == 0, cancelled.stderr
    out, error = run.communicate(timeout=120)
    assert run.returncode == 4, error
    assert "cancelled: shore/1" in out
    keyed.reset()


@pytest.mark.parametrize("host", ["fal", "oxen"])
def test_no_key_token_or_signed_link_is_written_anywhere(
    host: str, say: Say, film: Path, keyed: Simulator
) -> None:
    keyed.reset()
    keyed.arm("lost", "429=0", "500=accepted", "truncated", "expired", "status:503", "upload:503")
    (film / "storyboard.yaml").write_text(TEXT.format(target=TARGETS[host]))
    (film / ".env").write_text(f"FAL_KEY={KEY}\nOXEN_API_KEY={KEY}\n")
    said = ""
    for arguments in (("--json",), ()):
        done = say(
            "run", "--yes", "--key-file", ".env", "--base-url", f"{keyed.url}/{host}",
            *(("--repository", "simulated/pictures") if host == "oxen" else ()), *arguments,
        )  # fmt: skip
        said += done.stdout + done.stderr
    assert done.returncode == 0, said
    (film / ".env").unlink()
    for file in [path for path in film.rglob("*") if path.is_file()]:
        said += file.read_bytes().decode("latin-1")
    for secret in (KEY, "X-Signature", "X-Expires", "Bearer ", "cdn-0-", "Authorization"):
        assert secret not in said, secret
    assert len([row for row in keyed.bill()["rows"] if row["charged"]]) == 4


# -- the disk -------------------------------------------------------------------------------------


@pytest.mark.parametrize("most", [500, 20_000, 60_000, 100_000])
def test_a_full_disk_stops_the_run_and_loses_nothing(
    most: int, say: Say, film: Path, sim: Simulator
) -> None:
    base = ("--base-url", f"{sim.url}/fal")
    environment = {"FAL_KEY": "simulated"}

    def fill() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (most, most))

    done = subprocess.run(
        [sys.executable, "-m", "storyboard", "run", "--yes", *base],
        cwd=film, env={**os.environ, **environment}, preexec_fn=fill, stdin=subprocess.DEVNULL,
        capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    assert done.returncode in (0, 3), done.stderr
    if done.returncode:
        assert "error: " in done.stderr
        assert "SB902" not in done.stderr
    assert say("run", "--yes", *base, env=environment).returncode == 0
    work = make_work(film, "fal", FEW)
    check_paid_once(work, sim)


@pytest.mark.parametrize("name", [".storyboard", "out", "storyboard.lock"])
def test_a_place_that_cannot_be_written_is_named_before_anything_is_paid(
    name: str, say: Say, film: Path, sim: Simulator
) -> None:
    if name == "storyboard.lock":
        (film / name).write_text("nonsense\n")
    else:
        (film / name).write_text("a file where a folder should be")
    done = say("run", "--yes", "--base-url", f"{sim.url}/fal", env={"FAL_KEY": "simulated"})
    assert done.returncode == 3
    assert name in done.stderr
    assert "SB902" not in done.stderr
    assert sim.bill()["rows"] == []


def test_a_read_only_folder_is_said_before_anything_is_paid(
    film: Path, sim: Simulator, unprivileged: list[str]
) -> None:
    film.chmod(0o555)
    try:
        done = subprocess.run(
            [*unprivileged, sys.executable, "-m", "storyboard", "run", "--yes",
             "--base-url", f"{sim.url}/fal"],
            cwd=film, capture_output=True, text=True, check=False,
            env={**os.environ, "FAL_KEY": "simulated",
                 "PYTHONPATH": str(Path(__file__).parents[2])},
        )  # fmt: skip
    finally:
        film.chmod(0o755)
    assert done.returncode == 3, done.stderr
    assert ".storyboard" in done.stderr
    assert "writ" in done.stderr.splitlines()[-1]
    assert sim.bill()["rows"] == []


def test_a_damaged_clip_is_named_with_what_to_do(say: Say, film: Path) -> None:
    assert say("run", "--simulate", "--yes").returncode == 0
    clip = film / "out/simulated/shore/2.mp4"
    (take,) = [
        one
        for one in (film / ".storyboard/simulated/takes").iterdir()
        if one.read_bytes() == clip.read_bytes()
    ]
    data = take.read_bytes()
    take.unlink()
    take.write_bytes(data[: len(data) // 2])
    done = say("stitch", "--simulate")
    assert (done.returncode, done.stdout) == (4, "")
    assert "1 of 2 clips are not here: shore/2; `storyboard run" in done.stderr
    assert say("run", "--simulate", "--yes").returncode == 0
    assert say("stitch", "--simulate").returncode == 0
