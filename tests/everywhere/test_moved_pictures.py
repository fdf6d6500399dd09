"""A character moves as a clip does: a picture is sent with the clip, whose length counts."""

from __future__ import annotations

import io
from pathlib import Path

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
