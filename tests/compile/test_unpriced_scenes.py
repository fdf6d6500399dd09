"""An error blocks its own scene: the others keep their requests and prices."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from storyboard.api import Project
from storyboard.cli.main import storyboard
from storyboard.plan.model import Plan

FILM = """\
storyboard: 1
budget: 100 USD
characters:
  mara: {description: a keeper, looks: {wet: {description: in wet clothes}}}
  pim: {description: "a boy beside @mara"}
  ida: {description: a baker}
locations:
  gallery: {description: iron}
x-shots:
  last: &last {prompt: "The light goes out.", duration: 4s}
scenes:
  - id: arrival
    shots:
      - id: climb
        prompt: "@ida climbs."
  - id: lamp
    location: gallery
    shots:
      - prompt: "@mara lifts the lamp."
      - *last
  - id: storm
    shots:
      - seam: continue
        prompt: "Rain."
      - "@ida waits."
  - id: coda
    looks: {mara: wet}
    shots:
      - dialogue: [pim: "It is out."]
"""


def made_of(folder: Path, *slips: tuple[str, str]) -> dict[str, Any]:
    """The plan of the film with each first text written as the second."""
    text = FILM
    for right, wrong in slips:
        assert right in text
        text = text.replace(right, wrong, 1)
    file = folder / "film.yaml"
    file.write_text(text, "utf-8")
    made, _ = Project(str(file)).plan()
    written: dict[str, Any] = made.to_json()
    assert Plan.from_json(written) == made
    return written


def unpriced(made: dict[str, Any]) -> list[str]:
    """The scenes without a price, each with its reason."""
    return [
        " ".join(filter(None, [one["scene"], one["reason"]["code"], one["reason"]["of"]]))
        for one in made["unpriced"]
    ]


@pytest.mark.parametrize(
    ("right", "wrong", "expected"),
    [
        ("Rain.", "{{ weather }}", ["storm errors"]),
        ('"Rain."', '"Rain.', ["storm errors"]),
        ("id: climb", "id: climb\n        sise: wide", ["arrival errors"]),
        ("@mara lifts", "@marra lifts", ["lamp errors", "storm continues lamp"]),
        ("pim: {", "pim: {colour: red, ", ["coda mentions pim"]),
        # Whoever is described by a broken member is broken too.
        (
            "mara: {",
            "mara: {colour: red, ",
            ["lamp mentions mara", "storm continues lamp", "coda mentions mara"],
        ),
        ("{description: iron}", "{}", ["lamp mentions gallery", "storm continues lamp"]),
        # What an alias brings is wrong in each scene that it brings it to.
        ("duration: 4s", "duration: 4x", ["lamp errors", "storm continues lamp"]),
        (
            "budget: 100 USD",
            "target: nobody/knows",
            ["arrival film", "lamp film", "storm film", "coda film"],
        ),
    ],
)
def test_an_error_leaves_the_requests_of_the_scenes_that_it_does_not_concern(
    right: str, wrong: str, expected: list[str], tmp_path: Path
) -> None:
    whole = made_of(tmp_path)
    made = made_of(tmp_path, (right, wrong))
    assert unpriced(made) == expected
    assert made["applyable"] is False
    left_out = {one.split()[0] for one in expected}
    # The requests of the other scenes are those of the film without the error.
    kept = [one for one in whole["requests"] if one["id"].split("/")[0] not in left_out]
    assert [one["digest"] for one in made["requests"]] == [one["digest"] for one in kept]
    priced = [one["scene"] for one in made["totals"]["scenes"]]
    assert priced == [
        one["scene"] for one in whole["totals"]["scenes"] if one["scene"] not in left_out
    ]


def test_two_scenes_of_one_id_are_both_unpriced(tmp_path: Path) -> None:
    made = made_of(tmp_path, ("id: coda", "id: arrival"))
    assert unpriced(made) == ["arrival errors", "arrival errors"]


def test_a_film_without_errors_has_no_unpriced_scenes(tmp_path: Path) -> None:
    made = made_of(tmp_path)
    assert made["unpriced"] == []
    assert made["budget"]["within"] is True
    assert made["applyable"] is True


def test_whether_a_budget_holds_is_unknown_without_the_price_of_a_scene(tmp_path: Path) -> None:
    assert made_of(tmp_path, ("Rain.", "{{ weather }}"))["budget"]["within"] is None
    too_much = made_of(tmp_path, ("Rain.", "{{ weather }}"), ("100 USD", "1 USD"))
    assert too_much["budget"]["within"] is False


def test_the_plan_names_the_scenes_without_a_price_and_ends_with_code_1(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    made_of(tmp_path, ("@mara lifts", "@marra lifts"))
    answer = CliRunner().invoke(storyboard, ["plan", "film.yaml"], standalone_mode=False)
    assert answer.return_value == 1
    assert "  ! lamp   no price: it has errors\n" in answer.stdout
    assert "  ! storm  no price: it continues lamp, which has no price\n" in answer.stdout
    assert " · 2 scenes without a price\nfilm: 0.00 USD paid + 1.12 to pay = " in answer.stdout
    assert answer.stdout.endswith(" = 1.12 USD without what has no price\n")
    assert "error[SB203 unknown-name]" in answer.stderr


@pytest.mark.parametrize("command", ["compile", "run"])
def test_what_goes_on_with_requests_goes_on_with_all_or_none(
    command: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    made_of(tmp_path, ("Rain.", "{{ weather }}"))
    answer = CliRunner().invoke(storyboard, [command, "film.yaml"], standalone_mode=False)
    assert answer.return_value == 1
    assert answer.stdout == ""
