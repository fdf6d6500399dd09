"""A film whose scenes have targets of several hosts is one run."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from PIL import Image

from storyboard.cli.main import storyboard

FILM = """\
storyboard: 1
target: fal/kling-o3-pro
defaults: {duration: 3s, pack: none}
characters:
  mara: {description: a keeper, frontal: mara.png}
scenes:
  - id: arrival
    shots:
      - {id: climb, prompt: "@mara climbs."}
      - {id: door, prompt: "@mara opens the door.", seam: continue, target: oxen/kling-o3-pro}
      - {id: sea, prompt: "The sea.", seam: continue}
"""


@pytest.fixture
def film(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    for name in ("FAL_KEY", "OXEN_API_KEY"):
        monkeypatch.delenv(name, raising=False)
    Image.new("RGB", (640, 360), "teal").save(tmp_path / "mara.png")
    (tmp_path / "storyboard.yaml").write_text(FILM, encoding="utf-8")
    return tmp_path


def invoke(*arguments: str) -> Result:
    return CliRunner().invoke(storyboard, arguments, standalone_mode=False)


def test_a_last_frame_passes_from_host_to_host(film: Path) -> None:
    answer = invoke("run", "--simulate", "--yes", "--json")
    assert answer.return_value == 0, answer.output
    report = json.loads(answer.stdout.splitlines()[-1])
    assert [one["end"] for one in report["clips"]] == ["stored"] * 3
    kept = [json.loads(line) for line in _lock(film).splitlines() if line.startswith("{")]
    hosts = {one["address"]: one["host"] for one in kept if "host" in one}
    assert hosts == {"arrival/climb": "fal", "arrival/door": "oxen", "arrival/sea": "fal"}
    again = invoke("plan", "--simulate", "--json")
    assert {one["action"] for one in json.loads(again.stdout)["requests"]} == {"reuse"}


def _lock(film: Path) -> str:
    (lock,) = (film / ".storyboard" / "simulated").glob("*.lock")
    return lock.read_text(encoding="utf-8")


def test_the_key_of_each_host_is_asked_for_before_anything_is_sent(
    film: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FAL_KEY", "a-key")
    answer = invoke("run", "--yes", "--repository", "me/pictures")
    assert answer.return_value == 2
    assert "oxen wants a key and OXEN_API_KEY is not set" in answer.output
    assert not list(film.glob(".storyboard/*.db"))


def test_an_option_of_either_host_is_taken_and_given_to_that_alone(film: Path) -> None:
    answer = invoke("run", "--simulate", "--yes", "--repository", "me/pictures")
    assert answer.return_value == 0, answer.output


def test_a_plan_in_a_file_is_run_on_all_its_hosts(film: Path) -> None:
    assert invoke("plan", "--out", "film.plan").return_value == 0
    answer = invoke("run", "film.plan", "--simulate", "--yes")
    assert answer.return_value == 0, answer.output
    assert len(list((film / "out" / "simulated").rglob("*.mp4"))) == 3
