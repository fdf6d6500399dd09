"""What a page shows of money adds up, to the cent."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from storyboard.api import Project
from storyboard.render.board.shown_money import ShownMoney

FILM = """\
storyboard: 1
target: fal/kling-o3-standard
characters: {mara: {description: a keeper}, pim: {description: a boy}}
props: {lamp: {description: a lamp}}
scenes:
  - shots: [{prompt: "@mara and @pim lift @lamp.", duration: 5s}, {prompt: "@pim.", duration: 3s}]
  - defaults: {pack: none}
    shots: [{prompt: The sea., duration: 2s}, {prompt: "@mara sleeps.", duration: 4s}]
  - shots: [{prompt: "@mara.", duration: 3s}]
"""


def cents(text: str) -> int:
    return int(Decimal(text.removesuffix(" USD")) * 100)


@pytest.mark.parametrize("audio", [None, True])
def test_shots_add_up_to_scenes_and_scenes_and_members_to_the_film(
    tmp_path: Path, audio: bool | None
) -> None:
    (tmp_path / "storyboard.yaml").write_text(FILM, encoding="utf-8")
    board = Project.around(tmp_path, audio=audio).board(side=0)
    assert board.plan.cost.total is not None
    whole = cents(str(board.plan.cost.total))
    shown = ShownMoney(board)
    for scene in board.scenes:
        shots = [cents(shown.of_shot(scene, card)) for card in scene.cards]
        assert sum(shots) == cents(shown.of_scene(scene))
    assert sum(cents(shown.of_scene(scene)) for scene in board.scenes) == whole
    for sheet in board.cast:
        members = [cents(shown.of_member(row)) for row in sheet.rows]
        rest = cents(shown.of_rest(sheet)) if sheet.rest_shots else 0
        assert sum(members) + rest == whole


def test_what_has_no_price_is_said_in_words(tmp_path: Path) -> None:
    text = FILM.replace("@mara sleeps", "@marra sleeps")
    (tmp_path / "storyboard.yaml").write_text(text, encoding="utf-8")
    board = Project.around(tmp_path).board(side=0)
    shown = ShownMoney(board)
    assert [shown.of_scene(scene) for scene in board.scenes][1] == "no price"
    assert shown.of_shot(board.scenes[1], board.scenes[1].cards[0]) == ""
    unknown = Project.around(tmp_path, target="oxen/kling-o3-omni").board(side=0)
    first = unknown.scenes[0]
    assert "unknown" in ShownMoney(unknown).of_shot(first, first.cards[0])
