"""A shot that edits a clip is as long as the clip, is one request, and is paid by the clip."""

from __future__ import annotations

from pathlib import Path

import pytest
from drawn_clips import turned_clip
from films_here import invoke, planned, said
from still_movies import movie

from storyboard.api import CompileOptions, Project
from storyboard.media.mp4 import read_clip
from storyboard.run.events import Event, Happening

EDIT = "fal/kling-o3-pro-video-edit"
FILM = f"""\
storyboard: 1
defaults: {{duration: 4s, seam: continue}}
footage:
  street: {{video: clips/street.mp4}}
scenes:
  - id: rain
    shots:
      - {{id: sea, prompt: "The sea."}}
      - id: snow
        target: {EDIT}
        edit: street
        prompt: "The street lies in deep snow."
      - {{id: end, prompt: "The sea again.", seam: continue}}
"""


@pytest.fixture
def film(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "clips").mkdir()
    (tmp_path / "clips" / "street.mp4").write_bytes(movie(6))
    return tmp_path


def test_a_shot_is_as_long_as_the_clip_that_it_edits(film: Path) -> None:
    made = planned(FILM)
    assert made.plan.is_applyable, said(made)
    _, snow, end = made.plan.requests
    assert snow.payload == {
        "prompt": "The street lies in deep snow.",
        "video_url": snow.payload["video_url"],
        "keep_audio": False,
        "shot_type": "customize",
    }
    assert [(one.path, one.pointers) for one in snow.assets] == [
        ("clips/street.mp4", ("/video_url",))
    ]
    assert (snow.seconds, snow.depends_on) == (6, ())
    assert snow.cost is not None
    assert f"{snow.cost.money.amount:f}" == "1.008"
    assert [needed.shot for needed in end.depends_on] == ["rain/snow"]
    assert made.plan.totals.seconds == 14


@pytest.mark.parametrize(
    ("way", "other"),
    [("edit", "fal/kling-o3-pro-video-edit"), ("motion", "fal/kling-v3-pro-motion-control")],
)
def test_a_target_that_can_make_the_shot_is_named(film: Path, way: str, other: str) -> None:
    text = FILM.replace(f"        target: {EDIT}\n", "").replace("edit:", f"{way}:")
    found = planned(text).compilation.diagnostics
    (help_,) = [one.help for one in found if one.code.id == "SB405"]
    assert help_ == f"give the shot target: {other} (`storyboard targets` lists more)"


def test_a_clip_may_be_named_in_the_words_that_change_it(film: Path) -> None:
    made = planned(FILM.replace("The street lies", "The road of @street lies"))
    snow = made.plan.requests[1]
    assert snow.payload["prompt"] == "The road of @Video1 lies in deep snow."
    assert snow.tokens == {"@Video1": "street"}


@pytest.mark.parametrize(
    ("written", "wrong", "expected"),
    [
        (
            "edit: street",
            "edit: street\n        duration: 4s",
            'SB314 "street" lasts 6.00 s, the shot says 4 s: a shot with edit lasts as long',
        ),
        ("edit: street", "edit: stret", "SB203 no character, prop, location, style or footage is"),
        ("video: clips/street.mp4", "description: a street", "SB219 the footage"),
        ("edit: street", "edit: street\n        motion: street", "SB112 a shot with both edit and"),
        (
            "edit: street",
            "edit: street\n        end_frame: https://example.com/a.png",
            "SB112 a shot with both edit and end_frame",
        ),
        (
            "edit: street",
            "edit: street\n        seam: continue",
            "SB112 a shot with both edit and seam",
        ),
        ("footage:", "characters:", 'SB214 "street" is a character, edit takes one of footage'),
        (
            f"target: {EDIT}",
            "notes: nothing",
            "SB405 fal/kling-o3-pro edits no clip: it cannot make 1 shot with edit",
        ),
        ("deep snow", "deep snow" * 300, "SB305 the prompt of"),
        (
            '"The sea."',
            f'"The sea.", target: {EDIT}',
            f"SB405 {EDIT} makes each clip by editing footage, and 1 of 2 clips has no edit:",
        ),
        ("clips/street.mp4", "https://example.com/a.mp4", 'SB314 "street" is at a URL, where its'),
    ],
    ids=lambda value: value[:24] if value.startswith("SB") else "",
)
def test_what_cannot_be_edited_is_said_at_its_place(
    film: Path, written: str, wrong: str, expected: str
) -> None:
    made = planned(FILM.replace(written, wrong, 1))
    assert not made.plan.is_applyable
    found = [one for one in said(made) if one.startswith(expected)]
    assert len(found) == 1, said(made)
    errors = [one for one in made.compilation.diagnostics if one.severity.value == "error"]
    assert len(errors) == 1, said(made)
    assert errors[0].span is not None


def test_a_clip_at_a_url_lasts_what_the_shot_says(film: Path) -> None:
    text = FILM.replace("clips/street.mp4", "https://example.com/a.mp4")
    made = planned(text.replace("edit: street", "edit: street\n        duration: 5s"))
    assert made.plan.is_applyable, said(made)
    assert made.plan.requests[1].seconds == 5
    long = planned(text.replace("edit: street", "edit: street\n        duration: 17s"))
    assert f'SB314 "street" lasts 17 s, {EDIT} takes clips of 3 to 15 s for edit' in said(long)


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"text", "broken"),
        (movie(16), "it lasts 16.00 s, from 3 to 15.05 s is taken"),
        (movie(5, 640, 360), "640 x 360 pixels, from 720 to 3840 on each side is taken"),
    ],
    ids=["text", "long", "small"],
)
def test_a_clip_is_measured_before_its_edit_is_paid(film: Path, data: bytes, expected: str) -> None:
    (film / "clips" / "street.mp4").write_bytes(data)
    made = planned(FILM)
    assert not made.plan.is_applyable
    (found,) = [one for one in said(made) if one.startswith("SB210")]
    assert expected in found
    assert EDIT in found


def test_an_edited_clip_of_another_shape_keeps_it_which_is_said(film: Path) -> None:
    assert not [one for one in said(planned(FILM)) if one.startswith("SB228")]
    upright = FILM.replace("duration: 4s,", "duration: 4s, aspect_ratio: 9:16,")
    assert (
        "SB228 the clip is 1280 x 720 and the film is 9:16: an edited clip keeps its shape"
    ) in said(planned(upright))
    # A phone held upright writes its pictures lying, and that they are to be turned.
    clip = film / "clips" / "street.mp4"
    turned_clip(clip, clip, 90)
    assert not [one for one in said(planned(upright)) if one.startswith("SB228")]


def test_an_edited_shot_is_known_by_its_clip_and_by_its_words(film: Path) -> None:
    def digest(text: str = FILM) -> str:
        return planned(text).plan.requests[1].shots[0].digest

    first = digest()
    other_words = digest(FILM.replace("deep snow", "a heat wave"))
    renamed = digest(FILM.replace("street:", "road:").replace("edit: street", "edit: road"))
    (film / "clips" / "street.mp4").write_bytes(movie(7))
    other_clip = digest()
    assert renamed == first
    assert len({first, other_words, other_clip}) == 3


def test_the_simulator_makes_it_as_long_as_the_clip_and_bills_that(film: Path) -> None:
    planned(FILM)
    answer = invoke("run", "--simulate", "--yes")
    assert answer.return_value == 0, answer.output
    made = read_clip(film / "out" / "simulated" / "rain" / "snow.mp4")
    assert made.lasts(6)
    status = invoke("status", "--simulate")
    assert "1.01 USD" in status.output or "1.008" in status.output, status.output


def test_a_plan_and_why_say_what_is_edited(film: Path) -> None:
    planned(FILM)
    assert "edits street" in invoke("plan").output
    assert "edits street, and is as long" in invoke("why", "rain/snow").output


AT_A_URL = f"""\
storyboard: 1
title: Rain
target: {EDIT}
footage:
  street: {{video: https://example.com/street.mp4}}
scenes:
  - id: rain
    shots:
      - {{prompt: It rains., edit: street}}
      - {{prompt: It rains more., edit: street}}
"""
STATED = AT_A_URL.replace("street.mp4}", "street.mp4, duration: 7s}")


def test_the_seconds_of_a_clip_at_a_url_are_stated_once(film: Path) -> None:
    made = planned(STATED)
    assert [one.seconds for one in made.plan.requests] == [7, 7]
    notes = [one for one in made.compilation.diagnostics if one.code.id == "SB317"]
    assert [(one.severity, one.span.line if one.span else 0) for one in notes] == [("note", 5)]


def test_stated_seconds_are_held_against_a_file_and_are_not_those_of_a_shot(film: Path) -> None:
    in_file = FILM.replace("street.mp4}", "street.mp4, duration: 4s}")
    assert said(planned(in_file)) == [
        'SB314 "clips/street.mp4" lasts 6.00 s, its duration says 4 s'
    ]
    agreed = planned(FILM.replace("street.mp4}", "street.mp4, duration: 6s}"))
    assert agreed.plan.is_applyable
    of_shot = FILM.replace("{video: clips/street.mp4}", "{shot: rain/sea, duration: 4s}")
    assert said(planned(of_shot)) == [
        "SB112 the clip of a shot lasts as long as the shot, and has a duration of its own"
    ]


def test_a_rehearsed_clip_is_as_long_as_is_written_of_one_at_a_url(film: Path) -> None:
    project = Project("storyboard.yaml", CompileOptions(is_simulated=True))
    Path("storyboard.yaml").write_text(STATED, encoding="utf-8")
    made = project.plan().plan
    warnings: list[str] = []

    def listen(event: Event) -> None:
        if event.what is Happening.WARNING:
            warnings.append(str(event.facts))

    assert project.run(made, listen=listen).is_complete
    assert warnings == []
    clips = sorted(Path("out/simulated/rain").glob("*.mp4"))
    assert [round(read_clip(one).seconds) for one in clips] == [7, 7]
