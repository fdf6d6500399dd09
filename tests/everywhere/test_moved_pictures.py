"""A character moves as a clip does: a picture is sent with the clip, whose length counts."""

from __future__ import annotations

import base64
import io
from pathlib import Path
from typing import Any

import pytest
from films_here import invoke, planned, said
from PIL import Image
from still_movies import movie

from storyboard.media.mp4 import read_clip

V3 = "fal/kling-v3-pro-motion-control"
V26 = "fal/kling-v2.6-pro-motion-control"
FILM = f"""\
storyboard: 1
target: {V3}
defaults: {{duration: 4s}}
characters:
  mara: {{frontal: cast/mara.png, references: [cast/mara.png]}}
  pim: {{frontal: cast/mara.png, references: [cast/mara.png], description: a boy}}
footage:
  dance: {{video: clips/dance.mp4}}
scenes:
  - id: hall
    shots:
      - {{id: turn, motion: dance, prompt: "@mara dances.", keep_sound: true}}
"""


@pytest.fixture
def film(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    for name in ("clips", "cast"):
        (tmp_path / name).mkdir()
    (tmp_path / "clips" / "dance.mp4").write_bytes(movie(12))
    (tmp_path / "cast" / "mara.png").write_bytes(picture(720, 1280))
    return tmp_path


def picture(width: int, height: int) -> bytes:
    drawn = io.BytesIO()
    Image.new("RGB", (width, height), "teal").save(drawn, "PNG")
    return drawn.getvalue()


def test_the_one_character_of_the_shot_is_the_picture_that_moves(film: Path) -> None:
    made = planned(FILM)
    (turn,) = made.plan.requests
    assert turn.payload["prompt"] == "@Element1 dances."
    assert turn.payload["image_url"] == turn.payload["elements"][0]["frontal_image_url"]
    assert turn.payload["keep_original_sound"] is True
    assert {pointer for one in turn.assets for pointer in one.pointers} >= {
        "/image_url",
        "/video_url",
    }
    assert turn.seconds == 12
    assert turn.cost is not None
    assert f"{turn.cost.money.amount:f}" == "2.016"


def test_a_frame_of_the_writers_own_and_the_last_frame_before_come_first(film: Path) -> None:
    own = planned(FILM.replace("keep_sound", "start_frame: 'https://a.test/a.png', keep_sound"))
    assert own.plan.requests[0].payload["image_url"] == "https://a.test/a.png"
    again = FILM + '      - {id: on, motion: dance, prompt: "@mara spins.", seam: continue}\n'
    second = planned(again).plan.requests[1]
    assert [needed.pointer for needed in second.depends_on] == ["/image_url"]


def test_a_model_without_elements_shows_who_moves_by_the_frame(film: Path) -> None:
    made = planned(FILM, target=V26)
    assert made.plan.is_applyable, said(made)
    (turn,) = made.plan.requests
    assert turn.payload["prompt"] == "Mara dances."
    assert turn.payload["image_url"].startswith("asset:sha256:")
    assert any('"mara" is shown by the first frame alone' in one for one in said(made))


def test_the_clip_that_is_named_in_the_text_is_a_word_there(film: Path) -> None:
    made = planned(FILM.replace("@mara dances", "@mara dances as in @dance"))
    assert made.plan.is_applyable, said(made)
    assert made.plan.requests[0].payload["prompt"] == "@Element1 dances as in dance."
    assert f'SB403 {V3} has no tag for its clip: "dance" is a word in the prompt' in said(made)


@pytest.mark.parametrize(
    ("written", "wrong", "expected"),
    [
        (
            "@mara dances",
            "Somebody dances",
            f"SB405 {V3} makes each clip from its first frame, and 1 of 1 clip has none",
        ),
        (
            "@mara dances",
            "@mara dances with @pim",
            'SB304 "hall/turn" mentions 2 names, a request carries 1: mara, pim',
        ),
        (
            "motion: dance",
            "motion: mara",
            'SB214 "mara" is a character, motion takes one of footage',
        ),
        (
            "motion: dance, ",
            "",
            f"SB405 {V3} makes each clip by the motion of footage, and 1 of 1 clip has no motion:",
        ),
        (
            f"target: {V3}",
            "title: Another",
            "SB405 fal/kling-o3-pro takes no motion from a clip: it cannot make 1 shot with motion",
        ),
    ],
    ids=["no picture", "two", "of a character", "none", "elsewhere"],
)
def test_what_cannot_move_is_said(film: Path, written: str, wrong: str, expected: str) -> None:
    made = planned(FILM.replace(written, wrong))
    assert not made.plan.is_applyable
    assert expected in said(made)


def test_picture_and_clip_are_measured(film: Path) -> None:
    (film / "cast" / "mara.png").write_bytes(picture(320, 400))
    (film / "clips" / "dance.mp4").write_bytes(movie(31))
    found = "\n".join(said(planned(FILM)))
    assert "320 x 400 pixels, 340 on each side at least" in found
    assert "it lasts 31.00 s, from 3 to 30.05 s is taken" in found


def test_the_simulator_moves_it(film: Path) -> None:
    planned(FILM)
    answer = invoke("run", "--simulate", "--yes")
    assert answer.return_value == 0, answer.output
    assert read_clip(film / "out" / "simulated" / "hall" / "turn.mp4").lasts(12)


def test_a_character_faces_as_in_the_clip_unless_the_shot_says_the_picture(film: Path) -> None:
    (film / "clips" / "dance.mp4").write_bytes(movie(8))
    as_clip, said_so, as_picture = (
        planned(FILM.replace("keep_sound", f"{facing}keep_sound"))
        for facing in ("", "facing: clip, ", "facing: picture, ")
    )
    assert as_clip.plan.requests[0].payload["character_orientation"] == "video"
    assert as_clip.plan.requests[0].digest == said_so.plan.requests[0].digest
    (turned,) = as_picture.plan.requests
    assert turned.payload["character_orientation"] == "image"
    assert turned.shots[0].digest != as_clip.plan.requests[0].shots[0].digest
    # Where no elements are taken, the facing is all that differs.
    alike = [planned(FILM, V26), planned(FILM.replace("keep", "facing: picture, keep", 1), V26)]
    assert len({one.plan.requests[0].shots[0].digest for one in alike}) == 2


def test_no_elements_are_sent_where_it_faces_as_in_the_picture(film: Path) -> None:
    (film / "clips" / "dance.mp4").write_bytes(movie(8))
    text = (
        FILM
        + """\
      - {id: bow, motion: dance, facing: picture, prompt: "@pim bows."}
      - {id: again, motion: dance, prompt: "@pim spins."}
"""
    )
    made = planned(text)
    assert made.plan.is_applyable, said(made)
    turn, bow, again = made.plan.requests
    assert bow.payload["prompt"] == "Pim: a boy. Pim bows."
    assert bow.payload["image_url"] == turn.payload["image_url"]
    assert "elements" not in bow.payload
    assert again.payload["prompt"] == "@Element1 spins."
    assert any("SB403" in one and '"pim" is called by the label' in one for one in said(made))
    # Where no elements are taken anyway, nothing more is to be said.
    assert not any("faces as in the picture" in one for one in said(planned(text, V26)))


def test_whom_a_description_mentions_is_words_there_too(film: Path) -> None:
    (film / "clips" / "dance.mp4").write_bytes(movie(8))
    text = FILM.replace("description: a boy", 'description: "a boy of @mara, in the @hall_way"')
    text = text.replace("footage:", "locations: {hall_way: {description: a hall}}\nfootage:")
    made = planned(
        text + '      - {id: bow, motion: dance, facing: picture, prompt: "@pim bows."}\n'
    )
    assert made.plan.is_applyable, said(made)
    turn, bow = made.plan.requests
    assert turn.payload["prompt"] == "@Element1 dances."
    assert bow.payload["prompt"].startswith("Pim: a boy of Mara, in the hall way.")
    assert "elements" not in bow.payload


def test_the_clip_may_be_shorter_where_it_faces_as_in_the_picture(film: Path) -> None:
    text = FILM.replace("keep_sound", "facing: picture, keep_sound")
    expected = f'SB314 "dance" lasts 12.00 s, {V3} takes 10.05 s at most where the character faces'
    assert any(one.startswith(expected) for one in said(planned(text)))
    (film / "clips" / "dance.mp4").write_bytes(movie(10))
    assert planned(text).plan.is_applyable


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("motion: dance, ", "facing: picture, ", "SB402 facing is of a shot with motion"),
        ("motion: dance", "edit: dance, facing: clip", "SB112 a shot with both edit and facing"),
        ("motion: dance", "motion: dance, facing: left", "SB108"),
        ("motion: dance", "motion: dance, orientation: picture", "SB101"),
    ],
    ids=["no motion", "an edit", "another way", "another word"],
)
def test_a_facing_that_means_nothing_is_said(film: Path, old: str, new: str, expected: str) -> None:
    found = said(planned(FILM.replace(old, new)))
    assert any(one.startswith(expected) for one in found), found


def test_a_target_without_the_field_turns_it_as_in_the_clip_and_says_so(film: Path) -> None:
    (film / "clips" / "dance.mp4").write_bytes(movie(8))
    (film / "targets").mkdir()
    (film / "targets" / "own.yaml").write_text(
        f"extends: {V26}\ntarget: fal/own\nrequest: {{facing: absent}}\nrequest_schema: absent\n",
        encoding="utf-8",
    )
    made = planned(FILM.replace("keep_sound", "facing: picture, keep_sound"), "fal/own")
    assert "SB402 fal/own lets a character face as in the clip alone: facing is not sent" in said(
        made
    )
    assert "character_orientation" not in made.plan.requests[0].payload


def test_a_shot_that_faces_as_in_the_picture_is_shown_on_the_board_of_any_film(film: Path) -> None:
    (film / "clips" / "dance.mp4").write_bytes(movie(8))
    text = FILM.replace(f"target: {V3}", "target: fal/kling-o3-pro").replace(
        "motion: dance,", f"motion: dance, facing: picture, target: {V3},"
    )
    planned(text)
    answer = invoke("board")
    assert answer.return_value == 0, answer.output
    page = (film / "board.html").read_text(encoding="utf-8")
    assert "dance, facing as in its picture" in page
    assert ">Priority<" not in page


def test_the_simulator_takes_a_shot_that_faces_as_in_the_picture(film: Path) -> None:
    (film / "clips" / "dance.mp4").write_bytes(movie(8))
    planned(FILM.replace("keep_sound", "facing: picture, keep_sound"))
    answer = invoke("run", "--simulate", "--yes")
    assert answer.return_value == 0, answer.output


@pytest.mark.parametrize("facing", ["image", "video"])
def test_the_vendor_takes_elements_beside_the_orientation_of_the_clip_alone(
    facing: str, vendors: Any
) -> None:
    link = "https://example.com/a.png"
    element = {"frontal_image_url": link, "reference_image_urls": [link]}
    body = {"prompt": "She bows.", "image_url": link, "character_orientation": facing}
    body |= {"video_url": "https://example.com/dance.mp4", "elements": [element]}
    (answer,) = vendors.send("fal", "fal-ai/kling-video/v3/pro/motion-control", [body])
    assert bool(answer) == (facing == "image")


def test_the_vendor_measures_the_clip_by_the_orientation(vendors: Any) -> None:
    clip = "data:video/mp4;base64," + base64.b64encode(movie(11)).decode()
    answers = []
    for facing in ("image", "video"):
        body = {"prompt": "She bows.", "image_url": "https://example.com/a.png"}
        body |= {"video_url": clip, "character_orientation": facing}
        answers += vendors.send("fal", "fal-ai/kling-video/v2.6/pro/motion-control", [body])
    assert [bool(answer) for answer in answers] == [True, False], answers
