"""A film whose scenes have targets of several hosts is one run."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from PIL import Image
from rendering_films import Heard, Work, make_work
from vendor_in_memory import MemoryVendor, Time, run_on

from storyboard.cli.main import storyboard
from storyboard.hosts.errors import FailureKind, trouble
from storyboard.run.events import Event, Happening

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
    hosts = {one["address"]: one["host"] for one in kept if "address" in one}
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


# -- what one host refuses, the other is not asked to wait for ------------------------------------

TWO_HOSTS = """\
storyboard: 1
title: Two hosts
target: {target}
defaults: {{duration: 3s, pack: none}}
scenes:
  - {{id: shore, shots: ["The sea lies flat.", "Gulls turn back."]}}
  - {{id: dune, target: oxen/kling-o3-pro, shots: ["Grass bends.", "Sand runs.", "Rain comes."]}}
"""


@pytest.fixture
def two_hosts(tmp_path: Path) -> Work:
    return make_work(tmp_path / "film", "fal", TWO_HOSTS)


def vendors(*answers: str) -> tuple[MemoryVendor, MemoryVendor]:
    """fal, which gives these answers, and Oxen, in one time; a clip is made in a minute."""
    time = Time()
    lengths = [60.0]
    fal = MemoryVendor(time=time, answers=list(answers), lengths=lengths)
    return fal, MemoryVendor(time=time, kinds=frozenset({"texts"}), life=None, lengths=lengths)


def told(heard: Heard, what: Happening) -> list[Event]:
    return [event for event in heard.events if event.what is what]


def test_a_host_that_takes_no_orders_for_a_while_pauses_itself_alone(two_hosts: Work) -> None:
    fal, oxen = vendors("busy")
    heard = Heard()
    report = run_on(fal, two_hosts, beside={"oxen": oxen}, jobs=1, listen=heard)
    assert report is not None
    assert report.is_complete
    # Three clips in turn, a minute and a half each, while the other host's pause lasts.
    assert max(one.at for one in oxen.orders) < min(one.at for one in fal.orders)
    (pause,) = told(heard, Happening.PAUSED)
    assert (pause.facts["host"], pause.facts["seconds"]) == ("fal", 600.0)


def test_a_clip_that_was_sent_is_followed_while_its_host_takes_no_orders(two_hosts: Work) -> None:
    fal, oxen = vendors()
    run_on(fal, two_hosts, beside={"oxen": oxen}, jobs=1, death="after running")
    fal.answers = ["busy"]
    heard = Heard()
    report = run_on(fal, two_hosts, beside={"oxen": oxen}, listen=heard)
    assert report is not None
    assert report.is_complete
    (pause,) = told(heard, Happening.PAUSED)
    first = next(event for event in told(heard, Happening.STORED) if "shore" in event.clip)
    assert first.at < pause.at + 600


def test_an_empty_account_stops_the_orders_to_its_own_host(
    two_hosts: Work, monkeypatch: pytest.MonkeyPatch
) -> None:
    fal, oxen = vendors()
    monkeypatch.setattr(
        fal, "order", _refuse(FailureKind.EXHAUSTED, "Exhausted balance"), raising=True
    )
    heard = Heard()
    report = run_on(fal, two_hosts, beside={"oxen": oxen}, jobs=1, listen=heard)
    assert report is not None
    assert report.stopped == "fal: the account has no money left: top it up and run again"
    assert (len(fal.orders), len(oxen.orders)) == (0, 3)
    ends = [one.what for one in report.results]
    assert ends == [Happening.WAITING] * 2 + [Happening.STORED] * 3
    (stop,) = told(heard, Happening.STOPPING)
    assert stop.facts["host"] == "fal"


def _refuse(kind: FailureKind, text: str) -> Any:
    def order(_: Any) -> Any:
        raise trouble(kind, text)

    return order
