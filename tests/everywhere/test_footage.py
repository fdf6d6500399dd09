"""A clip that is there already is referred to by its name, on the targets that take one."""

from __future__ import annotations

from pathlib import Path

import pytest
from films_here import invoke, planned, said
from still_movies import movie

REFERENCE = "fal/kling-o3-pro-video-reference"
FILM = f"""\
storyboard: 1
target: fal/kling-o3-pro
defaults: {{duration: 4s}}
footage:
  street: {{video: clips/street.mp4, description: a wet street at night}}
scenes:
  - shots:
      - id: rain
        target: {REFERENCE}
        prompt: "As in @street, the rain falls."
        keep_sound: true
      - {{id: sea, prompt: "The sea."}}
"""


@pytest.fixture
def film(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "clips").mkdir()
    (tmp_path / "clips" / "street.mp4").write_bytes(movie(5))
    (tmp_path / "storyboard.yaml").write_text(FILM, encoding="utf-8")
    return tmp_path


def test_a_mention_becomes_the_tag_of_the_clip_that_is_sent(film: Path) -> None:
    made = planned(FILM)
    assert made.plan.is_applyable, said(made)
    rain, sea = made.plan.requests
    assert rain.payload["prompt"] == "As in @Video1, the rain falls."
    assert rain.payload["video_url"].startswith("asset:sha256:")
    assert rain.payload["keep_audio"] is True
    assert rain.tokens == {"@Video1": "street"}
    assert [(one.path, one.pointers) for one in rain.assets] == [
        ("clips/street.mp4", ("/video_url",))
    ]
    assert rain.cost is not None
    assert str(rain.cost.unit_price) == "0.168"
    assert "video_url" not in sea.payload


def test_where_no_clip_is_taken_its_words_stand_for_it(film: Path) -> None:
    text = FILM.replace(f"        target: {REFERENCE}\n", "")
    text = text.replace("        keep_sound: true\n", "")
    made = planned(text)
    (request,) = made.plan.requests
    prompts = [one["prompt"] for one in request.payload["multi_prompt"]]
    assert prompts[0] == "Street: a wet street at night. As in street, the rain falls."
    assert any('takes no footage: "street" becomes its description' in one for one in said(made))


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"<html>Not found</html>", "it is no video, or a broken one"),
        (movie(2), "it lasts 2.00 s, from 3 to 15.05 s is taken"),
        (movie(5, 640, 360), "640 x 360 pixels, from 720 to 3840 on each side is taken"),
    ],
    ids=["a page", "short", "small"],
)
def test_footage_is_measured_before_it_is_paid(film: Path, data: bytes, expected: str) -> None:
    (film / "clips" / "street.mp4").write_bytes(data)
    made = planned(FILM)
    assert not made.plan.is_applyable
    found = [one for one in said(made) if one.startswith("SB210")]
    assert len(found) == 1
    assert expected in found[0] or "web page" in found[0]


def test_a_target_that_is_made_of_footage_wants_some(film: Path) -> None:
    made = planned(FILM.replace("As in @street, the", "The"), REFERENCE)
    assert any("of footage, and 2 of 2 clips have none" in one for one in said(made))


def test_a_request_carries_one_clip(film: Path) -> None:
    text = FILM.replace("scenes:", "  alley: {video: clips/street.mp4}\nscenes:")
    made = planned(text.replace("As in @street,", "From @street to @alley,"))
    assert any("is made of 2 clips of footage, a request carries 1" in one for one in said(made))


def test_the_sound_of_no_clip_cannot_be_kept(film: Path) -> None:
    made = planned(FILM.replace('"The sea."', '"The sea.", keep_sound: true'))
    assert any("no footage whose sound 1 shot with keep_sound" in one for one in said(made))


def test_footage_that_no_shot_mentions_is_noted(film: Path) -> None:
    made = planned(FILM.replace("scenes:", "  alley: {video: clips/street.mp4}\nscenes:"))
    assert 'SB217 no shot mentions the footage "alley"' in said(made)


def test_the_simulator_takes_it(film: Path) -> None:
    answer = invoke("run", "--simulate", "--yes")
    assert answer.return_value == 0, answer.output
    assert len(list((film / "out" / "simulated").rglob("*.mp4"))) == 2


def test_a_shot_is_known_by_the_clip_that_it_refers_to_and_by_its_sound(film: Path) -> None:
    def digests(text: str = FILM) -> list[str]:
        return [shot.digest for one in planned(text).plan.requests for shot in one.shots]

    before = digests()
    silent = digests(FILM.replace("keep_sound: true", "keep_sound: false"))
    (film / "clips" / "street.mp4").write_bytes(movie(6))
    other = digests()
    assert len({before[0], silent[0], other[0]}) == 3
    assert before[1] == silent[1] == other[1]
