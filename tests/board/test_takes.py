"""Takes on the board: side by side, each with the line that chooses it, as the plan then does."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from pages import Page

from storyboard.api import Project
from storyboard.board import FilmBoard
from storyboard.board.stills import Stills
from storyboard.board.thumbnails import Thumbnails
from storyboard.ledger.store import Store
from storyboard.plan.reason import Action
from storyboard.render.board import PagePart, render_board


@pytest.fixture
def film(rendered: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(rendered, tmp_path / "film"))


def board_of(folder: Path) -> FilmBoard:
    return Project.around(folder / "storyboard.yaml", is_simulated=True).board()


def edit(folder: Path, before: str, after: str) -> None:
    file = folder / "storyboard.yaml"
    text = file.read_text(encoding="utf-8")
    assert before in text
    file.write_text(text.replace(before, after), encoding="utf-8")


def test_the_takes_of_a_clip_stand_side_by_side(rendered: Path) -> None:
    board = board_of(rendered)
    assert [one.shots for one in board.taken_clips] == [("pier/1", "pier/gulls"), ("night/lamp",)]
    for taken in board.taken_clips:
        assert [(one.number, one.is_chosen) for one in taken.takes] == [(1, True), (2, False)]
        assert {one.action for one in taken.takes} == {Action.REUSE}
        for take in taken.takes:
            assert [one.key in board.pictures for one in take.pictures] == [True] * len(taken.shots)
            assert take.money is not None
            assert take.file is not None
            assert take.made.endswith("Z")
    # What the takes show differs: a still of each is of its own clip.
    first, second = (one.pictures[0].key for one in board.taken_clips[1].takes)
    assert first != second


def test_each_has_the_line_that_chooses_it(rendered: Path) -> None:
    text = Page(render_board(board_of(rendered))).text
    assert "Takes of clip 1: 1 to gulls" in text
    assert "Take 1 in the film" in text
    assert text.count("take: 2") == 2
    assert "take: 1" not in text
    assert "storyboard.yaml line 6: the shot is a text alone, so put prompt: before it" in text
    assert "storyboard.yaml line 10." in text
    assert "fal/kling-o3-pro" in text
    assert Page(render_board(board_of(rendered))).links.count("#t1") == 2


def test_the_line_at_its_place_chooses_the_take_and_costs_nothing(film: Path) -> None:
    wanted = board_of(film).taken_clips[0].takes[1]
    edit(film, "- A boat comes in.", "- prompt: A boat comes in.\n        take: 2")
    board = board_of(film)
    taken = board.taken_clips[0]
    assert [(one.number, one.is_chosen) for one in taken.takes] == [(1, False), (2, True)]
    assert taken.takes[1].file == wanted.file
    assert {one.action for one in board.plan.requests} == {Action.REUSE}
    assert (taken.line, taken.is_written) == (7, True)
    text = Page(render_board(board)).text
    assert "in place of the one at the shot 1" in text
    assert "Take 2 in the film" in text


def test_a_take_that_is_not_rendered_is_the_films_all_the_same(film: Path) -> None:
    edit(film, "id: lamp", "id: lamp\n        take: 5")
    takes = board_of(film).taken_clips[1].takes
    assert [(one.number, one.action) for one in takes] == [
        (1, Action.REUSE), (2, Action.REUSE), (5, Action.GENERATE)
    ]  # fmt: skip
    assert "Take 5 in the film, to be rendered" in Page(render_board(board_of(film))).text


def test_further_takes_of_a_plan_are_among_them(film: Path) -> None:
    board = Project.around(film / "storyboard.yaml", is_simulated=True, takes=3).board()
    assert [one.action for one in board.taken_clips[1].takes] == [
        Action.REUSE, Action.REUSE, Action.GENERATE
    ]  # fmt: skip
    # The film itself is rendered: its further takes are no part of it.
    assert render_board(board).count('class="state rendered"') == len(board.cards)


def test_a_shot_that_is_kept_of_a_clip_says_so_and_keeps_its_takes(film: Path) -> None:
    edit(film, "Gulls turn back.", "Gulls dive.")
    board = board_of(film)
    text = Page(render_board(board)).text
    assert "kept" in text
    assert "of pier/1..gulls, paid" in text
    assert "changed" in text
    assert [len(one.takes) for one in board.taken_clips] == [2, 2]
    boat = board.taken_clips[0]
    assert boat.shots == ("pier/1",)
    assert boat.takes[1].end < 8
    assert board.cards[0].renderings[0].still is not None
    assert board.cards[1].renderings[0].still is None


def test_a_take_that_is_not_here_has_no_picture(film: Path) -> None:
    take = board_of(film).taken_clips[1].takes[1]
    assert take.file is not None
    take.file.unlink()
    gone = board_of(film).taken_clips[1].takes[1]
    assert (gone.action, gone.pictures, gone.file) == (Action.FETCH, (), None)
    assert "Take 2 to be fetched" in Page(render_board(board_of(film), is_live=True)).text


def test_a_take_that_is_no_clip_has_no_picture(film: Path) -> None:
    store = Store.beside(film / "storyboard.yaml", simulated=True)
    store.take("a" * 64).write_bytes(b"no clip")
    thumbnails = Thumbnails(film, 640)
    assert Stills(store, thumbnails).picture("a" * 64, "pier/1", 0, 5).key == ""
    assert thumbnails.made == {}


def test_stills_are_made_once_and_never_through_a_link(film: Path, tmp_path: Path) -> None:
    frames = film / ".storyboard/simulated/frames"
    before = board_of(film).pictures
    kept = {one: one.stat().st_mtime_ns for one in frames.glob("*.webp")}
    assert len(kept) >= 6
    assert board_of(film).pictures == before
    assert {one: one.stat().st_mtime_ns for one in frames.glob("*.webp")} == kept
    shutil.rmtree(frames)
    (tmp_path / "elsewhere").mkdir()
    frames.symlink_to(tmp_path / "elsewhere")
    assert board_of(film).pictures == before
    assert list((tmp_path / "elsewhere").iterdir()) == []


def test_what_needs_the_chosen_take_is_named(tmp_path: Path) -> None:
    file = tmp_path / "storyboard.yaml"
    file.write_text(
        "storyboard: 1\ndefaults: {duration: 3s, pack: none}\nscenes: [{id: a, shots: ["
        "{id: one, prompt: A boat.}, {id: two, prompt: It lands., seam: continue}]}]\n"
    )
    film = Project.around(file, is_simulated=True, takes=2, chain_takes=True)
    assert film.run(film.plan().plan).is_complete
    one, two = film.board().taken_clips
    assert (one.needed_by, two.needed_by) == (("a/two",), ())
    assert "a/two needs it, and is to be rendered anew" in Page(render_board(film.board())).text


def test_a_client_sees_takes_and_no_price(rendered: Path) -> None:
    text = Page(render_board(board_of(rendered), without=[PagePart.PRICES])).text
    assert "Takes of clip 1" in text
    assert "USD" not in text


def test_a_film_without_clips_has_no_takes(rendered: Path, tmp_path: Path) -> None:
    shutil.copy(rendered / "storyboard.yaml", tmp_path)
    assert board_of(tmp_path).taken_clips == ()


def test_a_live_page_plays_what_is_here_and_another_plays_nothing(rendered: Path) -> None:
    board = board_of(rendered)
    live, written = render_board(board, is_live=True), render_board(board)
    assert live.count("<video") == 4
    assert "media-src 'self'" in live
    take = board.taken_clips[0].takes[1]
    assert take.file is not None
    assert f'src="/takes/{take.file.name}#t={take.start:.3f},{take.end:.3f}"' in live
    assert "<video" not in written
    assert "media-src" not in written
