"""The board as values: every shot has its card, and every cent has its place."""

from __future__ import annotations

from pathlib import Path

import pytest
from drawn_clips import draw_clip
from PIL import Image

from storyboard.api import Project
from storyboard.board.model import plain_text

LIGHTHOUSE = Path(__file__).parents[2] / "examples" / "lighthouse"


def write_film(folder: Path, text: str) -> Project:
    file = folder / "storyboard.yaml"
    file.write_text(f"storyboard: 1\n{text}", encoding="utf-8")
    return Project(str(file))


def test_every_shot_has_a_card_in_the_order_of_the_film() -> None:
    board = Project(str(LIGHTHOUSE)).board(side=0)
    assert [card.start for card in board.cards][:3] == [0, 5, 9]
    assert board.seconds == sum(card.seconds for card in board.cards) == 87
    knock = next(card for card in board.cards if card.address == "door/knock")
    assert plain_text(knock.size) == "wide"
    assert knock.action == "Mara pulls the door open against the wind. Pim stands there, dripping."
    assert [(line.speaker, line.tone) for line in knock.speeches] == [
        ("Mara", ""),
        ("Pim", "out of breath"),
    ]
    assert [(one.name, one.look) for one in knock.members] == [("mara", "nightgown"), ("pim", "")]


def test_a_divided_shot_has_a_rendering_for_each_part() -> None:
    board = Project(str(LIGHTHOUSE)).board(side=0)
    climb = next(card for card in board.cards if card.address == "tower/climb")
    assert [(one.part, one.seconds) for one in climb.renderings] == [(1, 13), (2, 13)]
    assert [one.code.id for one in climb.findings] == ["SB301"]


def test_cards_and_each_sheet_cost_what_the_plan_costs() -> None:
    board = Project(str(LIGHTHOUSE)).board(side=0)
    whole = sum(one.money.amount for one in board.plan.requests if one.money)
    assert sum(card.money.amount for card in board.cards if card.money) == whole
    for sheet in board.cast:
        assert sum(row.money.known for row in sheet.rows) + sheet.rest.known == whole


def test_equal_pictures_have_one_thumbnail_and_what_is_none_has_none(tmp_path: Path) -> None:
    Image.new("RGB", (900, 300), "teal").save(tmp_path / "a.png")
    (tmp_path / "b.png").write_bytes((tmp_path / "a.png").read_bytes())
    (tmp_path / "c.png").write_bytes(b"no picture")
    board = write_film(
        tmp_path,
        "characters: {a: {frontal: a.png}, b: {frontal: b.png}, c: {frontal: c.png},"
        " d: {frontal: 'https://example.com/d.png'}}\n"
        'scenes: [{shots: ["@a, @b, @c and @d wait."]}]\n',
    ).board()
    keys = {one.name: one.picture.key for one in board.cards[0].members if one.picture}
    assert keys == {"a": "p1", "b": "p1", "c": "", "d": ""}
    assert (board.pictures["p1"].width, board.pictures["p1"].height) == (640, 213)


def test_a_picture_that_promises_too_many_pixels_is_not_read(tmp_path: Path) -> None:
    Image.new("1", (20_000, 20_000)).save(tmp_path / "a.png")
    board = write_film(
        tmp_path, 'characters: {a: {frontal: a.png}}\nscenes: [{shots: ["@a waits."]}]\n'
    ).board()
    assert board.pictures == {}


def test_a_scene_with_errors_has_cards_and_no_price(tmp_path: Path) -> None:
    board = write_film(
        tmp_path,
        "scenes:\n  - id: one\n    shots: [A boat.]\n  - id: two\n    shots:\n"
        '      - "@nobody rows."\n      - A gull.\n',
    ).board()
    one, two = board.scenes
    assert one.total is not None
    assert two.total is None
    assert two.unpriced is not None
    assert [card.money for card in two.cards] == [None, None]
    assert [[found.code.id for found in card.findings] for card in two.cards] == [["SB203"], []]


@pytest.mark.parametrize("text", ["scenes: [", "scenes: 1\n", ""])
def test_a_film_that_cannot_be_read_has_a_board_of_its_findings(tmp_path: Path, text: str) -> None:
    board = write_film(tmp_path, text).board()
    assert board.cards == ()
    assert any(found.severity == "error" for found in board.findings)


def test_every_finding_stands_once(tmp_path: Path) -> None:
    project = write_film(
        tmp_path,
        "frobnicate: 1\nscenes:\n  - id: one\n    location: nowhere\n    shots:\n"
        '      - "@nobody rows."\n      - {prompt: A gull., dialogue: [{ghost: Boo}]}\n',
    )
    found = list(project.check().diagnostics)
    assert len(project.board().all_findings) == len(found) > 3


def test_what_is_skipped_is_said_with_its_notes() -> None:
    door = Project(str(LIGHTHOUSE)).board(side=0).scenes[1]
    assert [one.address for one in door.left_out] == ["door/stove"]
    assert "stops the scene" in door.left_out[0].notes


def test_a_description_is_shown_as_it_is_sent_and_one_with_a_mistake_as_it_is_written(
    tmp_path: Path,
) -> None:
    project = write_film(
        tmp_path,
        "vars: {age: sixty}\ncharacters:\n"
        '  mara: {description: "a keeper of {{ age }}"}\n'
        '  pim: {description: "a boy of {{ years }}"}\n'
        'scenes: [{shots: ["@mara and @pim row."]}]\n',
    )
    (sheet,) = project.board(side=0).cast
    assert {row.name: row.description for row in sheet.rows} == {
        "mara": "a keeper of sixty",
        "pim": "a boy of {{ years }}",
    }


def test_a_card_says_whose_clip_is_sent_and_clips_are_counted_in_the_order_of_the_film(
    tmp_path: Path,
) -> None:
    board = write_film(
        tmp_path,
        "footage: {fall: {shot: b/fall}}\n"
        "scenes:\n"
        "  - id: a\n"
        "    shots:\n"
        "      - {id: rise, target: fal/kling-o3-pro-video-reference, prompt: As in @fall.}\n"
        "  - {id: b, shots: [{id: fall, prompt: A fall.}]}\n",
    ).board()
    rise, fall = board.cards
    assert (rise.sent_clips, rise.sent_to) == (("b/fall",), ())
    assert (fall.sent_clips, fall.sent_to) == ((), ("a/rise",))
    assert [card.renderings[0].clip for card in board.cards] == [1, 2]
    assert [one.id for one in board.plan.requests] == ["b/fall", "a/rise"]


def test_footage_has_a_sheet_with_a_frame_of_its_clip(tmp_path: Path) -> None:
    draw_clip(tmp_path / "street.mp4", 3, size=(1280, 720))
    (tmp_path / "dance.mp4").write_bytes(b"no clip")
    board = write_film(
        tmp_path,
        "footage: {street: {video: street.mp4}, far: {video: 'https://example.com/far.mp4'},"
        " dance: {video: dance.mp4, description: a dance}}\n"
        "scenes: [{shots: [{prompt: It snows., edit: street, target: fal/kling-o3-pro-video-edit},"
        " {prompt: It rains., edit: far, duration: 5s, target: fal/kling-o3-pro-video-edit},"
        ' "As in @dance."]}]\n',
    ).board()
    (sheet,) = board.cast
    assert sheet.kind == "footage"
    pictures = {row.name: row.looks[0].pictures[0] for row in sheet.rows}
    assert {name: bool(one.key) for name, one in pictures.items()} == {
        "dance": False,
        "street": True,
        "far": False,
    }
    assert pictures["far"].location == "https://example.com/far.mp4"
    assert {row.name: row.shots for row in sheet.rows}["street"] == ("1/1",)
    edits, *_ = board.cards
    assert edits.made_from is not None
    assert (edits.made_from.way, edits.made_from.name) == ("edit", "street")
    assert edits.made_from.picture == pictures["street"]
