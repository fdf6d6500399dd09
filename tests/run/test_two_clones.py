"""A film between two clones of its repository: what is paid is fetched, and only edits are paid."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from typing import Any

import av
import pytest
from commands import run_command
from PIL import ImageChops, ImageStat

from storyboard.simulator import Simulator

KEY = "sk-very-secret-0123456789"
FILM = """\
storyboard: 1
title: The pier
defaults: {audio: true, size: wide}
scenes:
  - id: pier
    title: Out there
    shots:
      - {id: gulls, take: 2, duration: 4s, prompt: Gulls circle over a wooden pier.}
      - {id: boat, duration: 5s, prompt: A red boat ties up at its end.}
      - {id: rope, duration: 3s, prompt: A rope is thrown and caught.}
  - id: hut
    shots:
      - {id: door, duration: 5s, prompt: The door of a hut opens.}
"""


@pytest.fixture(scope="module")
def sim() -> Any:
    with Simulator(scale=0.84, seconds_per_clip=0.05, concurrency=8, key=KEY) as running:
        yield running


def say(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return run_command(*arguments, cwd=folder, env={**os.environ, "FAL_KEY": KEY})


def git(folder: Path, *arguments: str) -> None:
    who = ["-c", "user.name=A", "-c", "user.email=a@example.com"]
    subprocess.run(["git", *who, *arguments], cwd=folder, check=True, capture_output=True)


def planned(folder: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(say(folder, "plan", "--json").stdout)
    return found


def frames(film: Path) -> list[Any]:
    with av.open(str(film)) as container:
        return [frame.to_image() for frame in container.decode(video=0)]


def distance(one: Any, other: Any) -> float:
    means = ImageStat.Stat(ImageChops.difference(one, other)).mean
    return sum(means) / len(means)


def test_a_colleague_fetches_edits_one_shot_pays_for_that_and_stitches(
    tmp_path: Path, sim: Simulator
) -> None:
    ours, theirs = tmp_path / "ours", tmp_path / "theirs"
    ours.mkdir()
    (ours / "storyboard.yaml").write_text(FILM)
    (ours / ".gitignore").write_text(".storyboard/\nout/\n")
    git(ours, "init", "-q")
    host = ("--base-url", f"{sim.url}/fal", "--yes")
    done = say(ours, "run", *host)
    assert done.returncode == 0, done.stderr
    assert len(sim.bill()["rows"]) == 2
    assert say(ours, "stitch").returncode == 0
    git(ours, "add", ".")
    git(ours, "commit", "-qm", "rendered")
    git(tmp_path, "clone", "-q", str(ours), str(theirs))

    # Everything is paid, nothing is here: it is to be fetched, and nothing is to be paid.
    plan = planned(theirs)
    assert [request["action"] for request in plan["requests"]] == ["fetch", "fetch"]
    assert plan["totals"]["fetch"]["requests"] == 2
    assert plan["film"]["to_pay"]["amount"] == "0"
    assert "2 clips paid, to be fetched" in say(theirs, "plan").stdout

    # One shot of the packed clip is reworded: that shot is rendered, the others are kept.
    story = theirs / "storyboard.yaml"
    story.write_text(FILM.replace("A red boat ties up", "A blue boat ties up"))
    plan = planned(theirs)
    new = [request for request in plan["requests"] if request["action"] == "generate"]
    assert [(one["id"], one["seconds"]) for one in new] == [("pier/boat", 5)]
    assert plan["film"]["to_pay"]["amount"] == new[0]["cost"]["amount"]
    # The lock tells what was sent, so that the change is shown here too.
    (change,) = new[0]["reason"]["changes"]
    assert (change["field"], change["span"]["line"]) == ("prompt", 9)
    assert ("A red boat" in change["old"], "A blue boat" in change["new"]) == (True, True)
    (kept,) = plan["takes"]
    assert kept["action"] == "fetch"
    assert [shot["address"] for shot in kept["shots"]] == ["pier/gulls", "pier/rope"]
    assert [one["shot"] for one in plan["timeline"]] == [
        "pier/gulls", "pier/boat", "pier/rope", "hut/door",
    ]  # fmt: skip

    status = json.loads(say(theirs, "status", "--json").stdout)
    assert {one["clip"]: one["in_film"] for one in status["clips"]} == {
        "pier/gulls..rope": 7, "hut/door": 5,
    }  # fmt: skip
    assert {one["target"] for one in status["clips"]} == {"fal/kling-o3-pro"}
    takes = {"pier/gulls..rope": [2, 1, 1], "hut/door": 1}
    assert {one["clip"]: one["take"] for one in status["clips"]} == takes
    assert status["film"] == {"seconds": 17, "here": 0}
    shown = say(theirs, "status").stdout
    assert "7 of 12 s in the film" in shown
    assert "the film: 0 of its 17 s are here" in shown

    bill = say(theirs, "plan", "--by", "shot").stdout
    assert "no price" not in bill
    assert "3 clips" in bill.splitlines()[-1]

    # Two shots of one clip are one clip, by the name that it has.
    missing = "3 of 3 clips are not here: pier/gulls..rope, pier/boat, hut/door; "
    assert missing in say(theirs, "stitch").stderr

    done = say(theirs, "run", *host)
    assert done.returncode == 0, done.stderr
    assert len(sim.bill()["rows"]) == 3
    # What was only fetched is none of the clips that the run has sent.
    (run,) = json.loads(say(theirs, "runs", "--json").stdout)["runs"]
    assert (run["clips"], run["fetched"]) == (1, 2)
    assert run["charged"] == [{"amount": "0.70", "currency": "USD"}]
    assert "1 clip  0.70 USD · 2 fetched" in say(theirs, "runs").stdout
    assert "all of its 17 s are here" in say(theirs, "status").stdout
    found = json.loads(say(theirs, "status", "--json").stdout)["clips"]
    assert {one["clip"]: one["take"] for one in found} == takes | {"pier/boat": 1}
    assert say(theirs, "stitch").returncode == 0

    before, after = (frames(folder / "out/film.mp4") for folder in (ours, theirs))
    # A model cuts some frames early or late; where it does is measured.
    assert abs(len(after) - len(before)) < 12
    assert distance(before[10], after[10]) < 3
    assert distance(before[-10], after[-10]) < 3
    assert distance(before[24 * 6], after[24 * 6]) > 3


def test_what_two_clones_have_both_paid_is_shown_and_counted_once_each(
    tmp_path: Path, sim: Simulator
) -> None:
    ours, theirs, third = (tmp_path / name for name in ("ours", "theirs", "third"))
    ours.mkdir()
    (ours / "storyboard.yaml").write_text(FILM.replace("wide", "full"))
    assert say(ours, "init").returncode == 0
    git(ours, "init", "-q", "-b", "main")
    git(ours, "add", ".")
    git(ours, "commit", "-qm", "a film")
    git(tmp_path, "clone", "-q", str(ours), str(theirs))
    paid = len(sim.bill()["rows"])
    for clone in (ours, theirs):
        assert say(clone, "run", "--base-url", f"{sim.url}/fal", "--yes").returncode == 0
        git(clone, "add", ".")
        git(clone, "commit", "-qm", "rendered")
    assert len(sim.bill()["rows"]) == paid + 4
    git(theirs, "pull", "-q", "--no-rebase", "--no-edit", str(ours), "main")
    git(tmp_path, "clone", "-q", str(theirs), str(third))

    sums = {"theirs": (theirs, "2 rendered"), "third": (third, "2 rendered elsewhere")}
    for name, (clone, states) in sums.items():
        assert planned(clone)["film"]["paid"]["amount"] == "4.76", name
        shown = say(clone, "status").stdout
        assert "  pier/gulls..rope  paid twice " in shown, name
        found = json.loads(say(clone, "status", "--json").stdout)["clips"]
        twice = [(one["clip"], one["in_film"]) for one in found if one["paid_twice"]]
        assert sorted(twice) == [("hut/door", 0), ("pier/gulls..rope", 0)], name
        counts = shown.splitlines()[-2]
        assert states in counts, name
        assert counts.endswith("charged 4.76 USD"), name


def test_a_film_of_kept_shots_alone_has_nothing_to_render_and_plays(
    tmp_path: Path, sim: Simulator
) -> None:
    story = tmp_path / "storyboard.yaml"
    story.write_text(FILM.partition("  - id: hut")[0])
    host = ("--base-url", f"{sim.url}/fal", "--yes")
    assert say(tmp_path, "run", *host).returncode == 0
    paid = len(sim.bill()["rows"])
    lines = story.read_text().splitlines(keepends=True)
    story.write_text("".join(line for line in lines if "id: boat" not in line))
    plan = say(tmp_path, "plan")
    assert "= pier/gulls, pier/rope kept from pier/gulls..rope  7 s" in plan.stdout
    assert "nothing to render" in plan.stdout
    done = say(tmp_path, "run", *host)
    assert done.returncode == 0, done.stderr
    assert len(sim.bill()["rows"]) == paid
    assert say(tmp_path, "stitch").returncode == 0
    assert len(frames(tmp_path / "out/film.mp4")) in range(7 * 24 - 12, 7 * 24 + 12)
