"""A clip that is sent is billed too, where a row of prices counts the input and the output."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner
from msgspec.structs import replace
from rendering_films import make_work, run_once
from still_movies import movie

from storyboard import PlanResult, Project
from storyboard.cli.main import storyboard
from storyboard.plan.planned_request import PlannedRequest
from storyboard.plan.request_check import RequestChecker
from storyboard.plan.sense import SenseChecker
from storyboard.simulator import Simulator

FILM = """\
storyboard: 1
target: fal/kling-v4-reference-to-video
defaults: {duration: 4s, audio: true, resolution: 720p, aspect_ratio: "1:1"}
footage:
  street: {video: clips/street.mp4}
scenes:
  - shots:
      - {id: rain, prompt: "As in @street, the rain falls."}
"""
AT_A_URL = FILM.replace("clips/street.mp4", "https://example.com/street.mp4")
OF_A_SHOT = FILM.replace("{video: clips/street.mp4}", "{shot: sea/waves}") + (
    '  - id: sea\n    shots: [{id: waves, prompt: "The sea.", duration: 6s}]\n'
)


@pytest.fixture(autouse=True)
def _in_a_folder_with_a_clip(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "clips").mkdir()
    (tmp_path / "clips" / "street.mp4").write_bytes(movie(5))


def planned(text: str = FILM) -> PlanResult:
    Path("storyboard.yaml").write_text(text, encoding="utf-8")
    made = Project("storyboard.yaml").plan()
    assert made.plan.is_applyable, [one.message for one in made.compilation.diagnostics]
    return made


def rain(made: PlanResult) -> PlannedRequest:
    return next(one for one in made.plan.requests if one.shots[0].address.endswith("rain"))


def bill(made: PlanResult) -> tuple[str, int] | None:
    cost = rain(made).cost
    return None if cost is None else (f"{cost.money.amount:f}", cost.seconds)


def test_the_clip_stands_in_a_list() -> None:
    request = rain(planned())
    assert request.payload["prompt"] == "As in @Video1, the rain falls."
    (link,) = request.payload["video_urls"]
    assert link.startswith("asset:sha256:")
    assert request.assets[0].pointers == ("/video_urls/0",)


@pytest.mark.parametrize(
    ("clip", "output", "resolution", "expected"),
    [
        (5, 4, "720p", ("0.846", 9)),
        (5, 4, "1080p", ("1.269", 9)),
        (3, 4, "720p", ("0.752", 8)),
        (4, 4, "720p", ("0.752", 8)),
        (10, 3, "720p", ("1.222", 13)),
    ],
    ids=["longer", "finer", "shorter", "as long", "much longer"],
)
def test_input_and_output_are_billed_and_twice_the_output_at_least(
    clip: int, output: int, resolution: str, expected: tuple[str, int]
) -> None:
    Path("clips/street.mp4").write_bytes(movie(clip))
    text = FILM.replace("duration: 4s", f"duration: {output}s").replace("720p", resolution)
    assert bill(planned(text)) == expected


def test_plan_why_and_csv_say_which_seconds_are_billed() -> None:
    planned(FILM + '      - {id: sea, prompt: "The sea.", audio: false, negative: x}\n')
    shown, told, listed = (
        CliRunner().invoke(storyboard, words, standalone_mode=False).output
        for words in (["plan"], ["why", "1/rain"], ["plan", "--csv"])
    )
    assert "9 s billed, 5 s for what it is sent" in shown
    assert "2 clips to render, 8 s (13 s billed), 1.48 USD" in shown
    assert "9 s billed, each 0.094 USD: 4 s are rendered, 5 s are for the clips" in told
    rain, sea = csv.DictReader(io.StringIO(listed))
    assert [rain[name] for name in ("seconds", "input_seconds", "unit_price", "price")] == [
        "4", "5", "0.094", "0.846",
    ]  # fmt: skip
    assert (sea["input_seconds"], sea["unit_price"]) == ("0", "0.157")


def test_without_a_clip_the_output_alone_is_billed() -> None:
    assert bill(planned(FILM.replace("As in @street, the", "The"))) == ("0.628", 4)


def test_the_price_beside_a_clip_at_a_url_is_unknown() -> None:
    made = planned(AT_A_URL)
    assert bill(made) is None
    assert made.plan.cost.to_pay is None
    (found,) = (one for one in made.compilation.diagnostics if one.code.id == "SB503")
    assert "not known, as the seconds of a clip at a URL are billed too" in found.message
    assert found.help == (
        "write its duration: beside its video:, or the path of a copy of the clip"
    )


def test_the_stated_seconds_of_a_clip_at_a_url_are_counted_and_checked() -> None:
    made = planned(AT_A_URL.replace("street.mp4}", "street.mp4, duration: 5s}"))
    assert bill(made) == bill(planned())
    assert bill(made) is not None
    assert problems(made, rain(made)) == []
    (told,) = (one for one in made.compilation.diagnostics if one.code.id == "SB317")
    assert told.severity == "note"
    assert "the plan counts the 5 s that are written, the vendor those of the" in told.message
    wrong = replace(rain(made), cost=rain(planned(AT_A_URL)).cost)
    assert problems(made, wrong) != []
    long = AT_A_URL.replace("street.mp4}", "street.mp4, duration: 31s}")
    Path("storyboard.yaml").write_text(long, encoding="utf-8")
    (found,) = (
        one.message
        for one in Project("storyboard.yaml").plan().compilation.diagnostics
        if one.code.id == "SB210"
    )
    assert found.startswith('"https://example.com/street.mp4" cannot be sent to')
    assert found.endswith("it lasts 31 s, from 3 to 30.05 s is taken")


def test_the_clip_of_a_shot_counts_with_the_seconds_of_that_shot() -> None:
    assert bill(planned(OF_A_SHOT)) == ("0.940", 10)


@pytest.mark.parametrize("text", [FILM, OF_A_SHOT], ids=["a file", "a shot"])
@pytest.mark.parametrize("seconds", [4, 8, 11])
def test_the_checker_counts_the_seconds_itself(text: str, seconds: int) -> None:
    made = planned(text)
    request = rain(made)
    assert request.cost is not None
    money = replace(request.cost.money, amount=request.cost.unit_price * seconds)
    wrong = replace(request, cost=replace(request.cost, money=money, seconds=seconds))
    right = request.cost.seconds
    assert problems(made, wrong) == [f"{money.amount:f} USD is not {right} s at 0.094"]
    assert problems(made, request) == []


def test_the_checker_lets_no_price_pass_where_the_length_is_unknown() -> None:
    made = planned(AT_A_URL)
    known = rain(planned()).cost
    wrong = replace(rain(made), cost=known)
    assert problems(made, wrong) == ["the price is known in the plan or in the data, not in both"]


def test_a_plan_without_its_film_is_held_to_twice_the_output() -> None:
    made = planned()
    request = rain(made)
    assert request.cost is not None
    money = replace(request.cost.money, amount=request.cost.unit_price * 7)
    wrong = replace(request, cost=replace(request.cost, money=money, seconds=7))
    said = problems(made, wrong, has_film=False)
    assert said == [f"{money.amount:f} USD is not 8 s at 0.094"]
    assert problems(made, request, has_film=False) == []


def test_shots_are_packed_by_what_their_clips_cost() -> None:
    shots = """\
      - {id: snow, prompt: "As in @street, the snow falls."}
      - {id: sea, prompt: "The sea."}
"""
    made = planned(FILM + shots)
    # Together 12 s are billed as 24 at 0.094, which is more than 16 so and 4 at 0.157.
    assert [one.seconds for one in made.plan.requests] == [8, 4]
    assert str(made.plan.cost.to_pay) == "2.14 USD"


def problems(made: PlanResult, request: PlannedRequest, *, has_film: bool = True) -> list[str]:
    """What the checker says of the price of a request, with the film as its witness or without."""
    film = made.compilation.film
    assert film is not None
    sense = SenseChecker(film) if has_film else None
    checker = RequestChecker(film.target, film.max_references, sense, set(), set())
    return [one for one in checker.check(request, {}) if "price" in one or " s at " in one]


@pytest.fixture(scope="module")
def simulator() -> Iterator[Simulator]:
    """A simulator whose clips are as large as footage must be."""
    with Simulator(scale=1.5, seconds_per_clip=0.05) as running:
        yield running


@pytest.mark.parametrize(
    ("text", "expected"),
    [(FILM, {"0.846"}), (OF_A_SHOT, {"0.940", "0.942"}), (AT_A_URL, {None})],
    ids=["a file", "a shot", "a url"],
)
def test_the_simulator_charges_what_the_plan_says(
    text: str, expected: set[str | None], simulator: Simulator, tmp_path: Path
) -> None:
    simulator.reset()
    text = text.replace("{", "{{").replace("}", "}}")
    work = make_work(tmp_path, "fal", text)
    assert run_once(work, simulator.url).is_complete
    assert {row["amount"] for row in simulator.bill()["rows"]} == expected
    costs = [one.cost for one in work.plan.requests]
    assert {one and f"{one.money.amount:f}" for one in costs} == expected
