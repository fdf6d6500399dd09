"""The page of a board: whole, closed to the network, readable by everybody, and nobody's markup."""

from __future__ import annotations

import base64
import hashlib
import json
import re
import sys
from pathlib import Path

import films
import pytest
from msgspec.structs import replace
from pages import Page

from storyboard.api import Project
from storyboard.board import FilmBoard
from storyboard.plan.reason import Action, Reason, ReasonCode
from storyboard.render.board import PagePart, render_board

LIGHTHOUSE = Path(__file__).parents[2] / "examples" / "lighthouse"
HOSTILE = """</style></title>--><script>alert(1)</script><img src=x onerror="f()">"'&amp;"""
ELEMENTS = {
    *("a", "article", "b", "bdi", "body", "dd", "defs", "details", "div", "dl", "dt", "figcaption"),
    *("figure", "footer", "h1", "h2", "h3", "h4", "head", "header", "html", "i", "image", "li"),
    *("main", "meta", "meter", "p", "q", "rect", "section", "small", "span", "style", "summary"),
    *("svg", "symbol", "table", "tbody", "td", "text", "tfoot", "th", "thead", "title", "tr", "ul"),
    "use",
}


@pytest.fixture(scope="module")
def lighthouse() -> FilmBoard:
    return Project(str(LIGHTHOUSE)).board()


def board_of(folder: Path, text: str) -> FilmBoard:
    file = folder / "storyboard.yaml"
    file.write_text(f"storyboard: 1\n{text}", encoding="utf-8")
    return Project(str(file)).board()


def test_a_page_loads_nothing_and_runs_nothing(lighthouse: FilmBoard) -> None:
    text = render_board(lighthouse)
    page = Page(text)
    assert page.tags <= ELEMENTS
    assert all(link.startswith(("#", "data:image/webp;base64,")) for link in page.links)
    assert "default-src 'none'" in text
    assert "url(" not in text
    style = text[text.index("<style>") + 7 : text.index("</style>")]
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    assert f"style-src 'sha256-{digest}'" in text
    assert "style" not in page.attributes


def test_every_link_leads_somewhere_and_no_id_stands_twice(lighthouse: FilmBoard) -> None:
    page = Page(render_board(lighthouse))
    assert len(page.ids) == len(set(page.ids))
    assert {link[1:] for link in page.links if link.startswith("#")} <= set(page.ids)


def test_a_page_says_what_is_known_of_each_shot(lighthouse: FilmBoard) -> None:
    text = Page(render_board(lighthouse)).text
    for said in (
        "Mara pulls the door open against the wind.",
        "You rowed? In this?",
        "lightning through the open door",
        "The only moment with music. Leave room for it.",
        "264 of 512 characters",
        "[@Element1, under his breath]",
        "Clip 1, 12 s, shared with 2 other shots",
        "Clips 3 and 4, in 2 parts",
        "12.18 USD",
        "prices of 2026-09-24",
        "door/stove",
    ):
        assert said in text, said


def test_pictures_have_words(lighthouse: FilmBoard) -> None:
    labels = Page(render_board(lighthouse)).labels
    assert any(label.startswith("Opens on") for label in labels)
    assert "The place: gallery" in labels
    assert "Mara (nightgown); Pim" in labels


def test_a_picture_of_one_person_is_not_cut_at_the_head(lighthouse: FilmBoard) -> None:
    text = render_board(lighthouse)
    hatch = text[text.index('id="s7"') :]
    frame = hatch[: hatch.index("</svg>")]
    # A square in the middle of 16:9.
    assert 'viewBox="0 0 1600 900"' in frame
    assert re.search(r'x="350" width="900" height="900"', frame)


def test_each_picture_stands_once(lighthouse: FilmBoard) -> None:
    assert render_board(lighthouse).count("data:image/") == len(lighthouse.pictures) == 9


def test_the_same_board_gives_the_same_bytes(lighthouse: FilmBoard) -> None:
    assert render_board(lighthouse) == render_board(Project(str(LIGHTHOUSE)).board())


def test_a_page_without_prices_has_none(tmp_path: Path, lighthouse: FilmBoard) -> None:
    page = Page(render_board(lighthouse, without=[PagePart.PRICES]))
    assert not re.search(r"USD|[Pp]rice|Budget|paid", page.text)
    over = board_of(tmp_path, "budget: 0.01 USD\nscenes: [{shots: [A boat.]}]\n")
    assert "SB501" in Page(render_board(over)).text
    without = render_board(over, without=[PagePart.PRICES]).replace(str(tmp_path), "")
    assert not re.search(r"USD|[Pp]rice|SB501", without)


def test_a_card_says_its_priority_and_its_target_where_others_have_another(tmp_path: Path) -> None:
    text = Page(render_board(board_of(tmp_path, "scenes: [{shots: [A., B.]}]\n"))).text
    assert "Priority" not in text
    text = Page(
        render_board(
            board_of(
                tmp_path,
                "target: fal/kling-o3-pro\nscenes: [{shots: [{prompt: A., priority: low}]}, "
                "{target: fal/kling-o3-standard, shots: [B.]}]\n",
            )
        )
    ).text
    assert re.search(r"Priority\s*low\s*Target\s*fal/kling-o3-pro", text)
    assert re.search(r"B\.\s*Target\s*fal/kling-o3-standard", text)


def test_the_cast_sheet_tells_shots_that_follow_each_other_as_one(lighthouse: FilmBoard) -> None:
    text = render_board(lighthouse)
    (mara,) = re.findall(r'Mara</h4>.*?<p class="in">(.*?)</p>', text, re.DOTALL)
    links = re.findall(r'<a href="#s(\d+)" title="(.*?)">(.*?)</a>', mara)
    assert links == [
        ("4", "door/knock to storm/wick", "4–9"),
        ("12", "dawn/asleep", "12"),
        ("13", "dawn/keeper", "13"),
    ]


def test_prompts_and_notes_can_be_left_out(lighthouse: FilmBoard) -> None:
    text = Page(render_board(lighthouse, without=[PagePart.PROMPTS, PagePart.NOTES])).text
    assert "@Element1" not in text
    assert "Leave room for it" not in text
    assert "stops the scene" not in text


@pytest.mark.parametrize("count", [1, 2, 4, 6])
def test_a_printed_page_has_its_number_of_shots_and_one_scene(
    lighthouse: FilmBoard, count: int
) -> None:
    text = render_board(lighthouse, per_page=count)
    sheets = text.split('<div class="sheet">')[1:]
    shots = [sheet.count("<article") for sheet in sheets]
    assert sum(shots) == 13
    assert max(shots) == min(count, 3)
    assert len(sheets) == sum(-(-len(scene.cards) // count) for scene in lighthouse.scenes)


def test_text_of_a_storyboard_is_never_markup(tmp_path: Path) -> None:
    evil = json.dumps(HOSTILE)
    board = board_of(
        tmp_path,
        f"""\
title: {evil}
description: {evil}
authors: [{evil}]
style: {evil}
defaults: {{negative: {evil}}}
characters: {{mara: {{description: {evil}, label: {evil}}}, tom: {{frontal: {evil}}}}}
locations: {{sea: {{description: {evil}, label: {evil}}}}}
scenes:
  - id: one
    title: {evil}
    notes: {evil}
    location: sea
    shots:
      - prompt: {json.dumps("@mara " + HOSTILE)}
        notes: {evil}
        size: {evil}
        camera: {evil}
        light: {evil}
        sound: {evil}
        narration: {evil}
        dialogue: [{{mara: {{line: {evil}, tone: {evil}}}}}]
      - {{beats: [{{prompt: {evil}, camera: {evil}, sound: {evil}}}, {{prompt: B.}}]}}
      - {{prompt: {evil}, skip: true, notes: {evil}}}
      - {{prompt: "@nobody", {evil}: 1}}
      - {{prompt: "@tom.{"x" * 3} waits", start_frame: {evil}}}
""",
    )
    text = render_board(board)
    page = Page(text)
    assert page.tags <= ELEMENTS
    assert not any(name.startswith("on") or name == "src" for name in page.attributes)
    assert page.comments == [" written by `storyboard board` "]
    assert text.count("<script") == text.count("<img") == 0
    assert page.text.count("<script>alert(1)</script>") > 15


def test_a_hostile_film_without_errors_is_shown_as_written(tmp_path: Path) -> None:
    board = board_of(
        tmp_path, f"title: {json.dumps(HOSTILE)}\nscenes: [{{shots: [{json.dumps(HOSTILE)}]}}]\n"
    )
    page = Page(render_board(board))
    assert page.tags <= ELEMENTS
    assert page.text.count("<script>alert(1)</script>") >= 3


def test_a_film_with_errors_says_what_is_known(tmp_path: Path) -> None:
    text = Page(
        render_board(
            board_of(
                tmp_path,
                "scenes:\n  - {id: one, shots: [A boat.]}\n"
                '  - {id: two, shots: ["@nobody rows.", A gull.]}\n',
            )
        )
    ).text
    assert "A gull." in text
    assert "No price: it has errors." in text
    assert "no character, prop, location, style or footage is called" in text
    assert "no clip" in text


def test_nothing_of_a_film_can_be_read(tmp_path: Path) -> None:
    text = Page(render_board(board_of(tmp_path, "scenes: 1\n"))).text
    assert "Nothing of the storyboard could be read" in text or "no shots" in text


def test_texts_of_other_languages_are_marked(tmp_path: Path) -> None:
    text = render_board(board_of(tmp_path, "language: ar\nscenes: [{shots: [قارب صغير]}]\n"))
    assert 'class="action" lang="ar" dir="auto"' in text


def test_a_long_film_is_small_and_grows_in_proportion(tmp_path: Path) -> None:
    sizes, calls = [], []
    for shots in (100, 200):
        (tmp_path / "storyboard.yaml").write_text(films.film(shots), encoding="utf-8")
        board = Project(str(tmp_path)).board()
        counted = 0

        def count(_frame: object, event: str, _argument: object) -> None:
            nonlocal counted
            counted += event == "call"

        sys.setprofile(count)
        try:
            text = render_board(board)
        finally:
            sys.setprofile(None)
        sizes.append(len(text.encode()))
        calls.append(counted)
    assert sizes[1] - sizes[0] < 100 * 2000
    assert calls[1] < 2.2 * calls[0]


@pytest.mark.parametrize(
    ("action", "reason", "state"),
    [
        (Action.GENERATE, Reason(code=ReasonCode.NEW), "new"),
        (Action.GENERATE, Reason(code=ReasonCode.CHANGED), "changed"),
        (Action.GENERATE, Reason(code=ReasonCode.AGAIN), "again"),
        (Action.REUSE, Reason(code=ReasonCode.PAID), "rendered"),
        (Action.WAIT, Reason(code=ReasonCode.WAITING), "rendering"),
        (Action.WAIT, Reason(code=ReasonCode.UNCERTAIN), "uncertain"),
        (Action.BLOCKED, Reason(code=ReasonCode.WAITS, needs="a/1"), "blocked"),
        (Action.BLOCKED, Reason(code=ReasonCode.REFUSED, problem="<b>no</b>"), "refused"),
    ],
)
def test_a_card_says_how_it_stands_with_its_shot(
    tmp_path: Path, action: Action, reason: Reason, state: str
) -> None:
    board = board_of(tmp_path, "scenes: [{shots: [A boat.]}]\n")
    (card,) = board.cards
    request = replace(card.renderings[0].request, action=action, reason=reason)
    card = replace(card, renderings=(replace(card.renderings[0], request=request),))
    scene = replace(board.scenes[0], cards=(card,))
    text = render_board(replace(board, scenes=(scene,)))
    assert f'<span class="state {state}">{state}</span>' in text
    if reason.problem:
        assert "refused before: &lt;b&gt;no&lt;/b&gt;" in text
    client = render_board(replace(board, scenes=(scene,)), without=[PagePart.PRICES])
    assert "refused" not in Page(client).text


def test_further_takes_belong_to_the_clip_that_they_are_takes_of(tmp_path: Path) -> None:
    file = tmp_path / "storyboard.yaml"
    file.write_text("storyboard: 1\nscenes: [{shots: [A boat., {prompt: A gull., take: 2}]}]\n")
    board = Project.around(file, takes=2).board()
    assert {one.clip for card in board.cards for one in card.renderings} == {1}
    whole = sum(one.money.amount for one in board.plan.requests if one.money)
    assert sum(card.money.amount for card in board.cards if card.money) == whole
    Page(render_board(board))


def test_a_tall_film_has_tall_frames(tmp_path: Path) -> None:
    board = board_of(tmp_path, "defaults: {aspect_ratio: 9:16}\nscenes: [{shots: [A boat.]}]\n")
    assert 'viewBox="0 0 900 1600"' in render_board(board)
