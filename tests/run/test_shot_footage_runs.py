"""Clips that are footage of other shots: cut out, sent, paid once, and waited for."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from contextlib import chdir
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from local_servers import LOCAL
from rendering_films import check_paid_once, make_work, run_and_die, run_once, run_until_complete

from storyboard.api import CompileOptions, Project
from storyboard.cli.main import storyboard
from storyboard.hosts.registry import SIMULATED_KEY
from storyboard.media.mp4 import read_clip_file
from storyboard.plan.reason import Action
from storyboard.run.events import Happening
from storyboard.simulator import Simulator

REFERENCE = "fal/kling-o3-pro-video-reference"
FILM = f"""\
storyboard: 1
target: {REFERENCE}
defaults: {{{{duration: 3s, aspect_ratio: "1:1"}}}}
footage:
  street: {{{{video: https://example.com/street.mp4}}}}
  fall: {{{{shot: stairs/fall}}}}
scenes:
  - id: shore
    shots:
      - {{{{id: rise, prompt: "As in @fall, but upwards."}}}}
      - {{{{id: swim, prompt: "As in @fall, under water."}}}}
  - id: stairs
    shots:
      - {{{{id: fall, prompt: "As in @street, a lantern falls."}}}}
"""


@pytest.fixture(scope="module")
def large() -> Iterator[Simulator]:
    """A simulator whose clips are as large as footage must be."""
    with Simulator(scale=1.5, seconds_per_clip=0.05, concurrency=8) as running:
        yield running


@pytest.fixture
def sim(large: Simulator) -> Iterator[Simulator]:
    large.reset()
    yield large
    large.reset()


def bodies(sim: Simulator) -> dict[str, dict[str, Any]]:
    """What was ordered, by the prompt; of a shot list it is empty."""
    return {row["body"].get("prompt", ""): row["body"] for row in sim.bill()["rows"]}


def test_a_clip_is_sent_as_it_came_and_once_for_all_that_refer_to_it(
    sim: Simulator, tmp_path: Path
) -> None:
    work = make_work(tmp_path / "film", "fal", FILM)
    assert work.ids == ["stairs/fall", "shore/rise", "shore/swim"]
    assert run_once(work, sim.url).is_complete
    check_paid_once(work, sim)
    sent = bodies(sim)
    links = {body["video_url"] for prompt, body in sent.items() if "lantern" not in prompt}
    assert len(links) == 1
    assert LOCAL.get(links.pop()).content == work.store.clip("stairs/fall").read_bytes()


@pytest.mark.parametrize("nth", [1, 2])
@pytest.mark.parametrize("point", ["before submitting", "after submitted", "after stored"])
def test_killed_and_run_again_pays_each_clip_once(
    point: str, nth: int, sim: Simulator, tmp_path: Path
) -> None:
    work = make_work(tmp_path / "film", "fal", FILM)
    assert run_and_die(work, sim.url, point, nth)
    run_until_complete(work, sim.url)
    check_paid_once(work, sim)


def test_what_refers_to_a_clip_that_does_not_come_is_not_sent(
    sim: Simulator, tmp_path: Path
) -> None:
    work = make_work(tmp_path / "film", "fal", FILM)
    sim.arm("failed")
    report = run_once(work, sim.url)
    assert {one.clip.address: one.what for one in report.results} == {
        "stairs/fall": Happening.FAILED,
        "shore/rise": Happening.BLOCKED,
        "shore/swim": Happening.BLOCKED,
    }
    assert len(sim.bill()["rows"]) == 1


SHARED = """\
storyboard: 1
target: fal/kling-o3-pro
defaults: {duration: 4s, aspect_ratio: "1:1"}
scenes:
  - id: stairs
    shots:
      - {id: door, prompt: "The door opens."}
      - {id: fall, prompt: "A lantern falls."}
      - {id: sea, prompt: "The sea is calm."}
"""
USED = (
    SHARED.replace("scenes:", "footage:\n  fall: {shot: stairs/fall}\nscenes:")
    + f"""\
      - {{id: rise, target: {REFERENCE}, prompt: "As in @fall, but upwards."}}
"""
)


def say(folder: Path, *arguments: str) -> Result:
    with chdir(folder):
        return CliRunner(env={"FAL_KEY": SIMULATED_KEY}).invoke(
            storyboard, arguments, standalone_mode=False
        )


def test_a_shot_that_is_paid_in_a_shared_clip_is_cut_out_of_it_also_in_another_clone(
    sim: Simulator, tmp_path: Path
) -> None:
    ours, theirs = tmp_path / "ours", tmp_path / "theirs"
    host = ("--base-url", f"{sim.url}/fal", "--yes")
    for folder in (ours, theirs):
        folder.mkdir()
    (ours / "storyboard.yaml").write_text(SHARED)
    assert say(ours, "run", *host).return_value == 0
    assert len(sim.bill()["rows"]) == 1

    # A colleague has the lock alone: the shared clip is fetched, and only the new shot is paid.
    (theirs / "storyboard.yaml").write_text(USED)
    (theirs / "storyboard.lock").write_bytes((ours / "storyboard.lock").read_bytes())
    made = json.loads(say(theirs, "plan", "--json").stdout)
    assert {one["id"]: one["action"] for one in made["requests"]} == {
        "stairs/door..sea": "fetch",
        "stairs/rise": "generate",
    }
    done = say(theirs, "run", *host)
    assert done.return_value == 0, done.output
    assert len(sim.bill()["rows"]) == 2
    link = bodies(sim)["As in @Video1, but upwards."]["video_url"]
    data = LOCAL.get(link).content
    facts = read_clip_file(io.BytesIO(data), len(data))
    assert 3.7 < facts.seconds < 4.3
    assert facts.has_sound is False
    again = json.loads(say(theirs, "plan", "--json").stdout)
    assert {one["action"] for one in again["requests"]} == {"reuse"}
    assert say(theirs, "stitch").return_value == 0


def test_what_is_under_way_for_several_shots_is_waited_for_and_not_ordered_again(
    sim: Simulator, tmp_path: Path
) -> None:
    text = SHARED.replace("{", "{{").replace("}", "}}")
    work = make_work(tmp_path / "film", "fal", text)
    assert run_and_die(work, sim.url, "after submitted")
    file = work.folder / "storyboard.yaml"
    file.write_text(USED)
    made = Project(str(file), CompileOptions(project=work.folder)).plan().plan
    assert {one.id: one.action for one in made.requests} == {
        "stairs/door..sea": Action.WAIT,
        "stairs/rise": Action.GENERATE,
    }


def test_a_paid_shot_that_came_too_short_is_told_before_anything_is_paid_for_it(
    sim: Simulator, tmp_path: Path
) -> None:
    host = ("--base-url", f"{sim.url}/fal", "--yes")
    film = tmp_path / "storyboard.yaml"
    film.write_text(SHARED.replace("4s", "3s"))
    assert say(tmp_path, "run", *host).return_value == 0
    # By how much the simulator's cuts slip is decided by the prompts: the fall came short.
    film.write_text(USED.replace("4s", "3s"))
    said = say(tmp_path, "plan").output
    short = 'the clip of "stairs/fall" cannot be sent'
    assert short in said
    assert "raise its take:" in said
    assert say(tmp_path, "run", *host).return_value == 1
    assert len(sim.bill()["rows"]) == 1
    film.write_text(USED.replace("4s", "3s").replace("id: fall,", "id: fall, take: 2,"))
    assert short not in say(tmp_path, "plan").output
