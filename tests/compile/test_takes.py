"""Several takes of each clip: priced in the plan, one of them chosen by ``take:`` in the text."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from storyboard.api import CompileOptions, Project
from storyboard.cli.main import storyboard as command
from storyboard.ledger import Order, State
from storyboard.ledger.store import Store

FILM = """\
storyboard: 1
title: The Tower
target: {target}
scenes:
  - id: tower
    shots:
      - {{id: gulls, duration: 4s, prompt: Gulls turn in the wind.{gulls}}}
      - {{id: door, duration: 4s, prompt: The iron door stands open.}}
      - id: climb
        duration: 24s
        prompt: Boots climb the first stairs. Boots climb the last stairs.{climb}
      - {{id: hatch, duration: 4s, seam: continue, prompt: The hatch falls shut.}}
"""


def planned(folder: Path, takes: int = 1, target: str = "fal/kling-o3-pro", **raised: str) -> Any:
    words = {"gulls": "", "climb": ""} | raised
    path = folder / "film.storyboard.yaml"
    path.write_text(FILM.format(target=target, **words), encoding="utf-8")
    made, compiled = Project(str(path), CompileOptions(takes=takes, chain_takes=True)).plan()
    assert not compiled.diagnostics.has_errors, list(compiled.diagnostics)
    return made.to_json()


def by_id(made: Any) -> dict[str, Any]:
    return {request["id"]: request for request in made["requests"]}


def test_each_clip_is_followed_by_its_further_takes_which_are_named_and_priced(
    tmp_path: Path,
) -> None:
    one, three = planned(tmp_path), planned(tmp_path, takes=3)
    ids = [request["id"] for request in one["requests"]]
    assert ids == ["tower/gulls..door", "tower/climb.1", "tower/climb.2", "tower/hatch"]
    names = [f"{name}{more}" for name in ids for more in ("", ".take2", ".take3")]
    assert [request["id"] for request in three["requests"]] == names
    cost = [Decimal(made["totals"]["generate"]["cost"]["amount"]) for made in (one, three)]
    assert cost[1] == 3 * cost[0] > 0
    assert len({request["digest"] for request in three["requests"]}) == len(names)


def test_the_clips_of_the_film_are_the_same_whether_there_are_further_takes_or_not(
    tmp_path: Path,
) -> None:
    one, three = by_id(planned(tmp_path)), by_id(planned(tmp_path, takes=3))
    for name, request in one.items():
        assert three[name] == request
        assert request["alternate_of"] is None
    for request in three.values():
        if request["id"] not in one:
            chosen = one[request["alternate_of"]]
            assert request["id"].startswith(f"{chosen['id']}.take")
            assert {**request["payload"], "start_image_url": ""} == {
                **chosen["payload"],
                "start_image_url": "",
            }


@pytest.mark.parametrize(
    ("shot", "raised", "clips"),
    [
        ("gulls", ", take: 2", ["tower/gulls..door"]),
        ("climb", "\n        take: 2", ["tower/climb.1", "tower/climb.2"]),
    ],
)
def test_raising_the_take_of_a_clips_first_shot_chooses_what_was_rendered_as_its_further_take(
    tmp_path: Path, shot: str, raised: str, clips: list[str]
) -> None:
    rendered = by_id(planned(tmp_path, takes=2))
    words: dict[str, Any] = {shot: raised}
    chosen = by_id(planned(tmp_path, **words))
    for name in clips:
        assert chosen[name]["digest"] == rendered[f"{name}.take2"]["digest"]
    others = set(chosen) - set(clips) - ({"tower/hatch"} if shot == "climb" else set())
    for name in others:
        assert chosen[name]["digest"] == rendered[name]["digest"]


def test_a_part_opens_on_the_same_take_of_its_shot_and_another_shot_on_the_first_take(
    tmp_path: Path,
) -> None:
    made = by_id(planned(tmp_path, takes=2))
    (needed,) = made["tower/climb.2.take2"]["depends_on"]
    assert (needed["shot"], needed["part"]) == ("tower/climb", 1)
    assert needed["digest"] == made["tower/climb.1.take2"]["shots"][0]["digest"]
    (needed,) = made["tower/hatch.take2"]["depends_on"]
    assert (needed["shot"], needed["part"]) == ("tower/climb", None)
    assert needed["digest"] == made["tower/climb.2"]["shots"][0]["digest"]


@pytest.mark.parametrize(
    ("refused", "blocked"),
    [("tower/climb.1.take2", ["tower/climb.2.take2"]),
     ("tower/climb.1", ["tower/climb.2", "tower/hatch", "tower/hatch.take2"])],
)  # fmt: skip
def test_a_refused_take_blocks_what_opens_on_that_take_and_no_other(
    tmp_path: Path, refused: str, blocked: list[str]
) -> None:
    request = by_id(planned(tmp_path, takes=2))[refused]
    order = Order(
        digest=request["digest"],
        address=refused,
        host="fal",
        endpoint=request["endpoint"],
        payload=request["payload"],
        seconds=request["seconds"],
        take=str(request["take"]),
    )
    store = Store.beside(tmp_path / "film.storyboard.yaml", simulated=False)
    with store.open_ledger() as ledger:
        ledger.take_lease()
        ledger.intend(order, "r", {})
        ledger.step(order.digest, State.FAILED, failure="content_policy", problem="no")
    made = by_id(planned(tmp_path, takes=2))
    assert made[refused]["reason"] == {"code": "refused", "problem": "no"}
    waiting = {name: one["reason"] for name, one in made.items() if one["action"] == "blocked"}
    del waiting[refused]
    assert waiting == {key: {"code": "waits", "for": refused} for key in blocked}


def test_further_takes_are_the_lowest_that_the_writer_has_not_chosen(tmp_path: Path) -> None:
    made = by_id(planned(tmp_path, takes=3, gulls=", take: 2"))
    assert made["tower/gulls..door"]["take"] == [2, 1]
    assert made["tower/gulls..door.take1"]["take"] == 1
    assert made["tower/gulls..door.take3"]["take"] == [3, 1]


def test_who_chooses_among_takes_pays_for_none_anew(tmp_path: Path) -> None:
    before = {request["digest"] for request in planned(tmp_path, takes=3)["requests"]}
    for number in (1, 2, 3):
        words = {"gulls": f", take: {number}"}
        made = planned(tmp_path, takes=3, **words)["requests"]
        clips = [one for one in made if one["id"].startswith("tower/gulls..door")]
        assert {one["digest"] for one in clips} <= before


def test_a_limit_is_held_against_all_takes(tmp_path: Path) -> None:
    planned(tmp_path)
    options = ["plan", str(tmp_path / "film.storyboard.yaml"), "--max-cost", "8 USD"]
    assert CliRunner().invoke(command, options, standalone_mode=False).return_value == 0
    answer = CliRunner().invoke(
        command, [*options, "--takes", "2", "--chain-takes"], standalone_mode=False
    )
    assert answer.return_value == 1
    assert "the smallest limit that would pass" in answer.stderr
    assert "tower/gulls..door.take2" in answer.stdout


# -- chains ---------------------------------------------------------------------------------------


def chained(folder: Path, text: str, takes: int, *, chains: bool) -> tuple[list[str], list[Any]]:
    """The clips of a film, and what is said of its chains."""
    path = folder / "film.storyboard.yaml"
    path.write_text(text, encoding="utf-8")
    options = CompileOptions(takes=takes, chain_takes=chains)
    made, compiled = Project(str(path), options).plan()
    found = [one for one in compiled.diagnostics if one.code.id == "SB506"]
    return [request.id for request in made.requests], found


def test_only_clips_on_which_none_opens_have_further_takes_by_themselves(tmp_path: Path) -> None:
    text = FILM.format(target="fal/kling-o3-pro", gulls="", climb="")
    ids, found = chained(tmp_path, text, 2, chains=False)
    assert ids == [
        "tower/gulls..door", "tower/gulls..door.take2", "tower/climb.1", "tower/climb.2",
        "tower/hatch", "tower/hatch.take2",
    ]  # fmt: skip
    (said,) = found
    assert said.message.startswith("2 clips are rendered once, not 2 times: ")
    # 24 seconds more; both renderings of the 4 seconds that open on one of two takes.
    assert "--chain-takes: 2.69 USD more, and 0.90 USD would be at stake" in said.help
    assert said.span is not None
    assert said.span.source.position(said.span.start)[0] == 9


def test_what_a_choice_makes_void_is_said_with_its_price(tmp_path: Path) -> None:
    text = FILM.format(target="fal/kling-o3-pro", gulls="", climb="")
    ids, (said,) = chained(tmp_path, text, 3, chains=True)
    assert "tower/climb.1.take3" in ids
    assert said.message.startswith("3 renderings, 1.35 USD, depend on one take of several")


def test_a_whole_chain_is_at_stake_from_its_second_shot_on(tmp_path: Path) -> None:
    text = "storyboard: 1\ndefaults: {pack: none}\nscenes:\n  - id: sea\n    shots:\n" + "".join(
        f"      - {{prompt: Wave {number} comes., duration: 5s{seam}}}\n"
        for number, seam in enumerate(["", ", seam: continue", ", seam: continue", ""], 1)
    )
    ids, (said,) = chained(tmp_path, text, 4, chains=True)
    assert len(ids) == 16
    assert said.message.startswith("8 renderings, 4.48 USD, ")
    ids, (said,) = chained(tmp_path, text, 4, chains=False)
    further = [
        f"sea/{shot}{take}" for shot in (3, 4) for take in ("", ".take2", ".take3", ".take4")
    ]
    assert ids == ["sea/1", "sea/2", *further]
    assert "3.36 USD more" in said.help


@pytest.mark.parametrize("chains", [False, True])
def test_without_a_chain_or_without_further_takes_nothing_is_said(
    chains: bool, tmp_path: Path
) -> None:
    text = FILM.format(target="fal/kling-o3-pro", gulls="", climb="")
    assert chained(tmp_path, text, 1, chains=chains)[1] == []
    lone = "storyboard: 1\nscenes:\n  - shots:\n      - {prompt: The sea., duration: 5s}\n"
    ids, found = chained(tmp_path, lone, 3, chains=chains)
    assert len(ids) == 3
    assert found == []
