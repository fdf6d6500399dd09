"""The shot list and the subtitles: whole, within their shots, and harmless to what reads them."""

from __future__ import annotations

import csv
import io
import re
from decimal import Decimal
from pathlib import Path

import pytest

from storyboard.api import Project
from storyboard.board import FilmBoard
from storyboard.board.cues import cues_of
from storyboard.render.board import PagePart
from storyboard.render.shot_list import render_csv
from storyboard.render.subtitles import render_srt, render_vtt

LIGHTHOUSE = Path(__file__).parents[2] / "examples" / "lighthouse"


def board_of(folder: Path, text: str) -> FilmBoard:
    file = folder / "storyboard.yaml"
    file.write_text(f"storyboard: 1\n{text}", encoding="utf-8")
    return Project(str(file)).board(side=0)


def test_the_shot_list_has_a_row_for_each_shot_and_its_prices_add_up() -> None:
    board = Project(str(LIGHTHOUSE)).board(side=0)
    text = render_csv(board)
    rows = list(csv.DictReader(io.StringIO(text)))
    assert [row["shot"] for row in rows] == [card.address for card in board.cards]
    assert sum(Decimal(row["price"]) for row in rows) == Decimal("12.18")
    assert rows[0]["price"] == "0.70"
    assert rows[3]["dialogue"].splitlines()[1] == "Pim (out of breath): The ships can't see us."
    assert rows[3]["cast"] == "mara.nightgown, pim"
    assert rows[5]["clips"] == "tower/climb.1 tower/climb.2"
    assert rows[5]["clip_numbers"] == "3 4"
    assert rows[5]["target"] == "fal/kling-o3-pro"
    front, lantern = rows[1]["pictures"].splitlines()
    assert front.endswith("lighthouse/cast/pim/front.png")
    assert lantern.endswith("lighthouse/props/lantern.png")
    assert "SB301" in rows[5]["findings"]


def test_the_shot_list_names_takes_and_priorities(rendered: Path, tmp_path: Path) -> None:
    board = Project.around(rendered / "storyboard.yaml", is_simulated=True).board(side=0)
    rows = list(csv.DictReader(io.StringIO(render_csv(board))))
    assert [row["takes"] for row in rows] == ["1 2"] * 3
    assert [row["clip_numbers"] for row in rows] == ["1", "1", "2"]
    film = board_of(tmp_path, "scenes: [{shots: [A., {prompt: B., priority: must}]}]\n")
    rows = list(csv.DictReader(io.StringIO(render_csv(film))))
    assert [(row["priority"], row["takes"]) for row in rows] == [("normal", ""), ("must", "")]


def test_a_shot_list_leaves_out_what_it_is_told_to() -> None:
    board = Project(str(LIGHTHOUSE)).board(side=0)
    text = render_csv(board, without=list(PagePart))
    head = text.splitlines()[0].split(",")
    assert {"price", "currency", "state", "sent", "tags", "notes"}.isdisjoint(head)
    assert "USD" not in text
    assert "@Element1" not in text


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@sum", '=HYPERLINK("x")'])
def test_no_text_of_a_storyboard_is_a_formula(tmp_path: Path, text: str) -> None:
    said = text.replace("@", "@@").replace('"', '\\"')
    board = board_of(tmp_path, f'scenes: [{{shots: [{{prompt: "{said}", notes: "{said}"}}]}}]\n')
    (row,) = csv.DictReader(io.StringIO(render_csv(board)))
    assert row["action"].startswith("'")
    assert not any(cell.startswith(("=", "+", "-", "@")) for cell in row.values())


def test_lines_are_said_one_after_the_other_within_their_shots() -> None:
    board = Project(str(LIGHTHOUSE)).board(side=0)
    cues = cues_of(board)
    cards = {card.address: card for card in board.cards}
    at = 0
    for cue in cues:
        card = cards[cue.shot]
        assert at <= cue.start < cue.end <= (card.start + card.seconds) * 1000
        assert cue.start >= card.start * 1000
        at = cue.end
    assert [cue.line.text for cue in cues][:2] == ["Why is it dark?", "You rowed? In this?"]


def test_lines_that_take_longer_than_their_shot_are_faster(tmp_path: Path) -> None:
    words = " ".join(["word"] * 60)
    board = board_of(
        tmp_path,
        "characters: {mara: {description: a keeper}}\n"
        f'scenes: [{{shots: [{{prompt: "@mara.", duration: 5s, narration: "{words}", '
        f'dialogue: [{{mara: "{words}"}}]}}]}}]\n',
    )
    first, last = cues_of(board)
    assert 0 < first.start < first.end < last.start < last.end == 5000


def test_lines_of_a_beat_are_said_in_it(tmp_path: Path) -> None:
    board = board_of(
        tmp_path,
        "characters: {mara: {description: a keeper}}\nscenes:\n  - shots:\n      - beats:\n"
        "          - {prompt: She waits., duration: 4s}\n"
        '          - {prompt: She turns., duration: 4s, dialogue: [{mara: "Now."}]}\n'
        "          - {prompt: She goes., duration: 4s}\n        narration: It was late.\n",
    )
    now, late = cues_of(board)
    assert 4000 <= now.start < now.end <= 8000 <= late.start < late.end <= 12000


def test_a_language_without_a_rate_is_timed_by_its_letters(tmp_path: Path) -> None:
    board = board_of(tmp_path, "language: xx\nscenes: [{shots: [{prompt: A., narration: ꯀꯨꯏ}]}]\n")
    (cue,) = cues_of(board)
    assert 1000 <= cue.end - cue.start <= 5000


def test_subtitles_have_rows_of_42_columns_and_two_of_them(tmp_path: Path) -> None:
    board = board_of(
        tmp_path,
        "scenes: [{shots: [{prompt: A boat., duration: 15s, narration: "
        f'"{"That winter the light went out and nobody came. " * 4}"}}]}}]\n',
    )
    text = render_srt(cues_of(board))
    blocks = [block.splitlines() for block in text.strip().split("\n\n")]
    assert [int(block[0]) for block in blocks] == list(range(1, len(blocks) + 1))
    assert len(blocks) > 1
    for block in blocks:
        assert re.fullmatch(r"\d\d:\d\d:\d\d,\d{3} --> \d\d:\d\d:\d\d,\d{3}", block[1])
        rows = [re.sub("</?i>", "", row) for row in block[2:]]
        assert 1 <= len(rows) <= 2
        assert all(len(row) <= 42 for row in rows)


def test_text_of_a_storyboard_is_no_markup_of_subtitles(tmp_path: Path) -> None:
    board = board_of(
        tmp_path,
        'characters: {mara: {description: a, label: "M>a<b"}}\n'
        'scenes: [{shots: [{prompt: "@mara.", dialogue: [{mara: "<b>1</b> --> & 2\\n\\n3"}]}]}]\n',
    )
    vtt, srt = render_vtt(cues_of(board)), render_srt(cues_of(board))
    assert vtt.startswith("WEBVTT\n\n")
    assert "<v M&gt;a&lt;b>&lt;b&gt;1&lt;/b&gt; --&gt; &amp; 2 3</v>" in vtt
    assert "‹b›1‹/b› --› & 2 3\n" in srt
    assert srt.count("-->") == 1


def test_a_film_without_lines_has_empty_subtitles(tmp_path: Path) -> None:
    board = board_of(tmp_path, "scenes: [{shots: [A boat.]}]\n")
    assert render_srt(cues_of(board)) == ""
    assert render_vtt(cues_of(board)).count("-->") == 0
