"""What a run says around its clips: numbers, what to write next, and money that is not certain."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from test_views import H, event, request, result, shown

from storyboard.cli.main import storyboard
from storyboard.ledger import State
from storyboard.render.run import Board
from storyboard.render.width import columns
from storyboard.simulator.faults import FAULTS, POINTS

ONE = "storyboard: 1\ntitle: One\nbudget: 9 USD\nscenes:\n  - shots:\n      - A boat.\n"


@pytest.fixture
def film(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "storyboard.yaml").write_text(ONE)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def call(*arguments: str, **keywords: Any) -> Result:
    return CliRunner().invoke(storyboard, arguments, standalone_mode=False, **keywords)


def words_of(done: Result) -> str:
    return done.stdout + done.stderr + str(done.exception or "")


# -- numbers --------------------------------------------------------------------------------------


def test_one_clip_is_one_clip_everywhere(film: Path) -> None:
    asked = words_of(call("run", "--simulate", input=""))
    assert "1 clip would be sent (simulated, for free)" in asked
    assert "1 of 1 clip is not here: 1/1" in words_of(call("stitch", "--simulate"))
    assert call("run", "--simulate", "--yes").return_value == 0
    assert "5.0 s, 1 clip\n" in call("stitch", "--simulate").stdout
    (film / "storyboard.yaml").rename(film / "one.storyboard.yaml")
    (film / "two.storyboard.yaml").write_text(ONE)
    status = call("status", "two.storyboard.yaml", "--simulate")
    assert "; 1 clip for others beside it\n" in status.stdout


def test_a_price_that_is_not_known_is_not_asked_for_as_a_sum(film: Path) -> None:
    asked = words_of(call("run", "--target", "oxen/kling-o3-omni", input=""))
    assert "1 clip would be sent (price unknown (1 clip of unknown price))" not in asked
    (film / "storyboard.yaml").write_text(ONE.replace("budget: 9 USD\n", ""))
    asked = words_of(call("run", "--target", "oxen/kling-o3-omni", input=""))
    assert "1 clip would be sent (price unknown (1 clip of unknown price))" in asked


# -- what to write next ---------------------------------------------------------------------------


def test_a_run_names_the_command_that_shows_what_it_folds(film: Path) -> None:
    (film / "storyboard.yaml").write_text(
        ONE.replace("scenes:", "props: {lamp: {description: a lamp}}\nscenes:")
    )
    said = words_of(call("run", "--simulate", "--yes"))
    assert "1 note (`storyboard plan --all` shows it)" in said
    assert "1 note (--all shows it)" in call("plan").stdout


def test_what_stops_a_run_is_not_lost_among_what_does_not(film: Path) -> None:
    (film / "storyboard.yaml").write_text(
        ONE.replace("scenes:", "props: {lamp: {description: a lamp}}\nscenes:")
    )
    refused = call("run", "--simulate", "--yes", "--max-cost", "0.10 USD")
    assert refused.return_value == 1
    assert "error[SB501 over-budget]" in refused.stderr
    assert "SB217" not in refused.stderr
    assert refused.stderr.endswith(
        "and 1 finding more that would not stop it: `storyboard check` shows all\n"
    )


@pytest.mark.parametrize("written", ["nonsense", "a/b/c", "/b", "a/", "a /b"])
def test_a_repository_is_a_namespace_and_a_name(written: str, film: Path) -> None:
    done = call("run", "--yes", "--target", "oxen/kling-o3-pro", "--repository", written)
    assert f'"{written}" is no repository; write its namespace and its name' in words_of(done)
    assert not (film / ".storyboard").exists()


def test_the_help_of_the_simulator_says_what_each_fault_does_and_where() -> None:
    said = " ".join(call("simulate", "--help").stdout.split())
    assert "[POINT:]NAME[=ARGUMENT][*COUNT | @SHARE]" in said
    for name, kind in FAULTS.items():
        assert f"{name} {kind.does}." in said
    assert ", ".join(POINTS) in said


# -- money that is not certain --------------------------------------------------------------------


def test_what_was_cancelled_may_be_charged_and_the_sum_says_up_to_what() -> None:
    text = shown(
        result(H.STORED, State.STORED, "a/1", charged="0.50"),
        result(H.CANCELLED, State.CANCELLED, "a/2"),
        result(H.CANCELLED, State.CANCELLED, "a/3"),
    )
    assert "if it had begun, it may be charged all the same; to have it, run again" in text
    assert "charged 0.50 USD · up to 1.00 USD may be charged for what was cancelled\n" in text
    alone = shown(result(H.CANCELLED, State.CANCELLED))
    assert "\nup to 0.50 USD may be charged for what was cancelled\n" in alone


def test_what_the_host_said_of_a_cancelled_clips_price_is_not_guessed_at() -> None:
    free = shown(result(H.CANCELLED, State.CANCELLED, billed=False))
    paid = shown(result(H.CANCELLED, State.CANCELLED, billed=True, charged="0.50"))
    assert "may be charged" not in free + paid
    assert "up to" not in free + paid
    assert "nothing was charged" in free
    assert "estimated 0.50 USD · charged 0.50 USD\n" in paid


# -- the view on a narrow terminal ----------------------------------------------------------------


@pytest.mark.parametrize("width", [30, 39, 60, 79])
def test_state_and_age_are_seen_on_every_terminal_that_has_room_for_them(width: int) -> None:
    view = Board(2, lambda: 100.0, [request("arrival/climb..lamp"), request("storm/rail..wick.2")])
    view.hear(event(H.RUNNING, "arrival/climb..lamp", at=1.0))
    view.hear(event(H.UNCERTAIN, "storm/rail..wick.2", at=1.0))
    first, second, *_ = view.draw(width, color=False)
    assert " rendering " in first
    assert first.endswith(" 99 s")
    assert " uncertain " in second
    assert second.endswith(" 99 s")
    assert columns(first) <= width
    assert ("arrival/climb..lamp" in first) == (width > 30)
