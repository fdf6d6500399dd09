"""What is paid and not here: it is fetched, refused to another key, lost, or found again."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from commands import run_command

from storyboard.simulator import Simulator

KEY = "sk-very-secret-0123456789"
FILM = """\
storyboard: 1
title: The pier
scenes:
  - id: pier
    shots:
      - {id: gulls, duration: 4s, prompt: Gulls circle over a wooden pier.}
      - {id: boat, duration: 5s, prompt: A red boat ties up at its end.}
  - id: hut
    shots:
      - {id: door, duration: 5s, prompt: The door of a hut opens.}
"""


@pytest.fixture(scope="module")
def simulator() -> Iterator[Simulator]:
    with Simulator(scale=0.2, seconds_per_clip=0.02, concurrency=8, key=KEY) as running:
        yield running


@pytest.fixture
def sim(simulator: Simulator) -> Simulator:
    simulator.reset()
    return simulator


class Checkout:
    """A checkout of the film, and commands that are given in it."""

    def __init__(self, folder: Path, sim: Simulator, key: str = KEY) -> None:
        self.folder, self.sim, self.key = folder, sim, key
        folder.mkdir(exist_ok=True)
        (folder / "storyboard.yaml").write_text(FILM)

    def clone(self, folder: Path, key: str = KEY) -> Checkout:
        """The same film elsewhere: what is committed is there, clips are not."""
        made = Checkout(folder, self.sim, key)
        shutil.copy(self.folder / "storyboard.lock", folder)
        return made

    def say(self, *words: str) -> subprocess.CompletedProcess[str]:
        environment = {"FAL_KEY": self.key, "STORYBOARD_WAITS": "first=0.02 most=0.1"}
        return run_command(*words, cwd=self.folder, env={**os.environ, **environment})

    def run(self, *words: str) -> subprocess.CompletedProcess[str]:
        return self.say("run", "--base-url", f"{self.sim.url}/fal", "--yes", *words)

    def plan(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.say("plan", "--json").stdout)
        return found

    def change(self, old: str, new: str) -> None:
        story = self.folder / "storyboard.yaml"
        story.write_text(story.read_text().replace(old, new))

    @property
    def takes(self) -> list[Path]:
        return sorted((self.folder / ".storyboard/takes").glob("*.mp4"))


@pytest.fixture
def ours(tmp_path: Path, sim: Simulator) -> Checkout:
    made = Checkout(tmp_path / "ours", sim)
    done = made.run()
    assert done.returncode == 0, done.stderr
    assert "charged 1.18 USD" in done.stdout or "charged" in done.stdout
    return made


def paid(sim: Simulator) -> int:
    return len(sim.bill()["rows"])


def test_a_second_machine_fetches_and_is_told_that_nothing_was_charged(
    ours: Checkout, tmp_path: Path, sim: Simulator
) -> None:
    theirs = ours.clone(tmp_path / "theirs")
    done = theirs.run()
    assert done.returncode == 0, done.stderr
    report = done.stdout.splitlines()
    assert report[:2] == [
        "2 fetched · clips in out", "nothing was charged, as all was paid before",
    ]  # fmt: skip
    assert "pier  fetched" in done.stderr or "  fetched  " in done.stderr
    assert paid(sim) == 2
    again = theirs.run().stdout.splitlines()
    assert again[:2] == ["2 as they are · clips in out", "nothing was charged"]


def test_what_the_vendor_may_soon_have_no_more_is_said_wherever_it_is_to_be_fetched(
    ours: Checkout, tmp_path: Path
) -> None:
    lock = ours.folder / "storyboard.lock"
    lock.write_text(re.sub(r'"made":"[^"]*"', '"made":"2025-01-01T08:00:00Z"', lock.read_text()))
    theirs, others = ours.clone(tmp_path / "theirs"), ours.clone(tmp_path / "others")
    said = "hut/door, pier/gulls..boat are to be fetched, ordered"
    (found,) = [one for one in theirs.plan()["diagnostics"] if one["code"] == "SB603"]
    assert found["message"].startswith(said)
    assert said in " ".join(theirs.run().stderr.split())
    events = [json.loads(line) for line in others.run("--json").stdout.splitlines()]
    assert [one["text"][: len(said)] for one in events if one.get("code") == "SB603"] == [said]
    assert "SB603" not in json.dumps(theirs.plan())


def test_the_report_counts_what_this_run_has_paid_and_no_more(
    ours: Checkout, tmp_path: Path, sim: Simulator
) -> None:
    theirs = ours.clone(tmp_path / "theirs")
    theirs.change("A red boat", "A blue boat")
    cost = next(one["cost"] for one in theirs.plan()["requests"] if one["action"] == "generate")
    lines = theirs.run("--json").stdout.splitlines()
    report = json.loads(lines[-1])
    assert report["charged"] == {key: cost[key] for key in ("amount", "currency")}
    ends = {one["clip"]: one["end"] for one in report["clips"]}
    assert ends["pier/boat"] == "stored"
    assert sorted(ends.values()) == ["fetched", "fetched", "stored"]
    assert paid(sim) == 3
    # The clip that is kept for some shots has no name in the film's folder.
    names = {path.name for path in (theirs.folder / "out").rglob("*.mp4")}
    assert names == {"boat.mp4", "door.mp4"}
    assert theirs.say("stitch").returncode == 0


def test_another_key_is_told_that_it_cannot_fetch_and_nothing_is_sent(
    ours: Checkout, tmp_path: Path, sim: Simulator
) -> None:
    theirs = ours.clone(tmp_path / "theirs", key="sk-of-a-colleague-0123456789")
    done = theirs.run()
    assert done.returncode == 4
    assert done.stdout.count("this key cannot fetch it: No user found") == 2
    assert "it is paid, and nothing was sent in its place: run again with the key" in done.stdout
    assert ours.takes[0].name in done.stdout
    assert "nothing was charged" in done.stdout
    assert paid(sim) == 2
    # A copy of the clips is as good as a key.
    for take in ours.takes:
        shutil.copy(take, theirs.folder / ".storyboard/takes")
    done = theirs.run()
    assert done.returncode == 0, done.stdout
    assert paid(sim) == 2


def test_an_order_that_is_hidden_from_a_key_is_not_taken_for_lost(
    ours: Checkout, tmp_path: Path, sim: Simulator
) -> None:
    theirs = ours.clone(tmp_path / "theirs")
    sim.reset()  # as a vendor answers for the orders of others: 404
    assert theirs.run().returncode == 4
    assert {one["action"] for one in theirs.plan()["requests"]} == {"wait", "fetch"} - {"wait"}
    assert theirs.run().returncode == 4
    assert paid(sim) == 0


def test_what_the_vendor_has_no_more_is_offered_by_the_next_plan_alone(
    ours: Checkout, sim: Simulator
) -> None:
    kept = {take.name: take.read_bytes() for take in ours.takes}
    for take in ours.takes:
        take.unlink()
    sim.reset()
    done = ours.run()
    assert done.returncode == 4
    assert done.stdout.count("lost at the vendor: ") == 2
    assert "nothing was sent in its place: plan again" in done.stdout
    assert paid(sim) == 0
    plan = ours.plan()
    assert {(one["action"], one["reason"]["code"]) for one in plan["requests"]} == {
        ("generate", "lost")
    }
    assert plan["film"]["to_pay"]["amount"] != "0"
    # A copy that somebody has kept makes it paid again.
    for name, data in kept.items():
        (ours.folder / ".storyboard/takes" / name).write_bytes(data)
    assert {one["action"] for one in ours.plan()["requests"]} == {"reuse"}
    assert ours.run().returncode == 0
    assert "lost" not in ours.say("status").stdout
    assert paid(sim) == 0


def test_a_lost_clip_is_rendered_once_it_was_planned_and_agreed_to(
    ours: Checkout, sim: Simulator
) -> None:
    for take in ours.takes:
        take.unlink()
    sim.reset()
    charged = ours.say("status").stdout.splitlines()[-2].partition(" · ")[2]
    assert charged.startswith("charged ")
    assert ours.run().returncode == 4
    # What it has cost is known as before: the clip is lost, and not the money's record.
    assert f"2 lost at the vendor · {charged}\n" in ours.say("status").stdout
    done = ours.run()
    assert done.returncode == 0, done.stderr
    assert paid(sim) == 2
    assert "2 rendered · 2 paid twice · charged " in ours.say("status").stdout
    runs = json.loads(ours.say("runs", "--json").stdout)["runs"]
    assert [one["clips"] for one in runs] == [2, 0, 2]
    assert runs[0]["charged"] == runs[2]["charged"] != []


def test_a_kept_clip_that_is_lost_gives_its_shots_back_to_the_next_plan(
    ours: Checkout, sim: Simulator
) -> None:
    ours.change("A red boat", "A blue boat")
    for take in ours.takes:
        take.unlink()
    sim.reset()
    done = ours.run()
    assert done.returncode == 4
    assert paid(sim) == 1  # the shot that had changed, and nothing in the place of what is lost
    plan = ours.plan()
    assert plan["takes"] == []
    made = [one["id"] for one in plan["requests"] if one["action"] == "generate"]
    assert "pier/gulls" in made


def test_what_was_lost_and_rendered_anew_is_what_a_clone_fetches(
    ours: Checkout, tmp_path: Path, sim: Simulator
) -> None:
    for take in ours.takes:
        take.unlink()
    sim.reset()
    assert ours.run().returncode == 4
    time.sleep(1.1)  # orders are dated by the second, and the latest of a clip is fetched
    assert ours.run().returncode == 0
    theirs = ours.clone(tmp_path / "theirs")
    done = theirs.run()
    assert done.returncode == 0, done.stdout
    assert "2 fetched" in done.stdout
    assert paid(sim) == 2


def test_a_paid_clip_of_which_nothing_is_known_here_is_adopted_and_fetched(
    ours: Checkout, tmp_path: Path, sim: Simulator
) -> None:
    orders = map(json.loads, (ours.folder / "storyboard.lock").read_text().splitlines())
    ids = {one["address"]: one["request_id"] for one in orders if one["kind"] == "order"}
    theirs = Checkout(tmp_path / "theirs", sim)  # neither ledger nor lock
    for address, name in ids.items():
        done = theirs.say("resolve", address, "--adopt", name)
        assert done.returncode == 0, done.stderr
        assert done.stderr == f"{address}  is followed by the next run\n"
    assert theirs.say("resolve", "hut/door", "--adopt", "x").returncode == 1
    assert theirs.plan()["film"]["to_pay"]["amount"] == "0"
    done = theirs.run()
    assert done.returncode == 0, done.stdout
    assert "2 fetched" in done.stdout
    assert "nothing was charged" in done.stdout
    assert paid(sim) == 2


def test_only_a_clip_of_the_film_can_be_adopted_and_one_id_once(
    tmp_path: Path, sim: Simulator
) -> None:
    film = Checkout(tmp_path / "film", sim)
    done = film.say("resolve", "hut/window", "--adopt", "one")
    assert done.returncode == 2
    assert 'the film has no clip "hut/window"' in done.stderr
    assert film.say("resolve", "hut/door", "--adopt", "one").returncode == 0
    done = film.say("resolve", "pier/boat", "--adopt", "one")
    assert done.returncode == 1
    assert '"one" belongs to another clip' in done.stderr


def test_nothing_is_cut_from_a_take_that_is_not_as_it_came(ours: Checkout, sim: Simulator) -> None:
    ours.change("A red boat", "A blue boat")
    assert ours.run().returncode == 0
    (kept,) = ours.plan()["takes"]
    take = ours.folder / ".storyboard/takes" / f"{kept['take']}.mp4"
    whole = take.read_bytes()
    other = next(one for one in ours.takes if one != take)
    for data in (other.read_bytes(), whole[:-500], b""):
        take.unlink()
        take.write_bytes(data)
        done = ours.say("stitch")
        assert done.returncode == 4
        assert (
            "are not here: pier/gulls..boat; `storyboard run .` fetches what is paid" in done.stderr
        )
        assert not (ours.folder / "out/film.mp4").exists()
        (shown,) = ours.plan()["takes"]
        assert shown["action"] == "fetch"
        assert "1 fetched" in ours.run().stdout
        assert take.read_bytes() == whole
    # What has kept its size and its time is believed by all but what cuts it.
    before = take.stat()
    take.chmod(0o644)
    take.write_bytes(whole[:-9] + bytes(9))
    os.utime(take, ns=(before.st_atime_ns, before.st_mtime_ns))
    done = ours.say("stitch")
    assert done.returncode == 3
    assert "is not as it came: move" in done.stderr
    take.unlink()
    assert "1 fetched" in ours.run().stdout
    assert paid(sim) == 3
    assert ours.say("stitch").returncode == 0
