"""A model that refers to a clip or edits it, as a field of its request says."""

from __future__ import annotations

from pathlib import Path

import pytest
from films_here import invoke, planned, said
from still_movies import movie

from storyboard.media.mp4 import read_clip

FILM = """\
storyboard: 1
target: oxen/kling-o3-omni
defaults: {duration: 4s, resolution: 720p}
footage:
  street: {video: clips/street.mp4}
scenes:
  - id: night
    shots:
      - {id: like, prompt: "As in @street, the rain falls.", keep_sound: true}
      - {id: snow, prompt: "The street lies in deep snow.", edit: street}
      - {id: sea, prompt: "The sea.", audio: true}
"""


@pytest.fixture(autouse=True)
def _in_a_folder_with_a_clip(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "clips").mkdir()
    (tmp_path / "clips" / "street.mp4").write_bytes(movie(6))


def test_a_clip_is_referred_to_or_edited() -> None:
    made = planned(FILM)
    assert made.plan.is_applyable, said(made)
    like, snow, sea = made.plan.requests
    clip = like.payload["input_video"]
    common = {
        "model": "kling-video-o3-omni",
        "input_video": clip,
        "generate_audio": False,
        "aspect_ratio": "16:9",
        "resolution": "720p",
    }
    assert clip.startswith("asset:sha256:")
    assert like.payload == {
        **common,
        "prompt": "As in @Video1, the rain falls.",
        "duration": 4,
        "video_mode": "reference",
        "keep_audio": True,
    }
    assert snow.payload == {
        **common,
        "prompt": "The street lies in deep snow.",
        "video_mode": "edit",
        "keep_audio": False,
    }
    assert (snow.seconds, snow.cost, like.cost) == (6, None, None)
    assert not {"input_video", "video_mode", "keep_audio"} & sea.payload.keys()
    assert sea.payload["generate_audio"] is True


def test_there_is_no_other_sound_beside_a_clip() -> None:
    made = planned(FILM.replace("duration: 4s,", "duration: 4s, audio: true,"))
    assert [one.payload["generate_audio"] for one in made.plan.requests] == [False, False, True]
    lost = [one for one in said(made) if one.startswith("SB402")]
    assert lost == ["SB402 oxen/kling-o3-omni makes no sound beside a clip: the shot is silent"]


def test_fewer_references_go_beside_a_clip() -> None:
    names = "abcde"
    cast = "\n".join(f"  {name}: {{image: 'https://a.test/{name}.png'}}" for name in names)
    text = FILM.replace("footage:", f"locations:\n{cast}\nfootage:")
    said_names = ", ".join(f"@{name}" for name in names)
    alone = planned(text.replace("The sea.", said_names))
    assert alone.plan.is_applyable, said(alone)
    beside = planned(text.replace("The street lies", f"{said_names} and the street lie"))
    (found,) = [one for one in said(beside) if one.startswith("SB304")]
    assert "mentions 5 names, a request carries 4 beside a video" in found


def test_the_simulator_takes_both() -> None:
    planned(FILM)
    answer = invoke("run", "--simulate", "--yes")
    assert answer.return_value == 0, answer.output
    clips = Path("out/simulated/night")
    assert [
        read_clip(clips / f"{name}.mp4").lasts(n) for name, n in (("like", 4), ("snow", 6))
    ] == [
        True,
        True,
    ]
