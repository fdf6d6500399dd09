"""Footage that is a shot of the film: what is planned, in which order, and what makes it unpaid."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from films_here import invoke, planned
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from storyboard import CompileOptions, Project
from storyboard.diagnostics import Diagnostics
from storyboard.plan import Plan
from storyboard.plan.planned_request import PlannedRequest
from storyboard.targets.load import catalogue, load
from storyboard.targets.model import Feature

REFERENCE = "fal/kling-o3-pro-video-reference"
FILM = f"""\
storyboard: 1
target: fal/kling-o3-pro
defaults: {{duration: 4s}}
footage:
  fall: {{shot: arrival/climb, description: a fall down the stairs}}
scenes:
  - id: rush
    shots:
      - id: rain
        target: {REFERENCE}
        prompt: "As in @fall, the rain falls."
        keep_sound: true
  - id: arrival
    shots:
      - {{id: door, prompt: "The door."}}
      - {{id: climb, prompt: "The stairs."}}
      - {{id: sea, prompt: "The sea."}}
      - {{id: sky, prompt: "The sky."}}
"""


@pytest.fixture
def film(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def requests(film: Path, text: str = FILM) -> dict[str, PlannedRequest]:
    made = planned(text)
    assert made.plan.is_applyable, [one.message for one in made.compilation.diagnostics]
    return {one.id: one for one in made.plan.requests}


def test_a_shot_that_is_footage_has_a_request_of_its_own_before_those_that_are_sent_its_clip(
    film: Path,
) -> None:
    made = requests(film)
    assert [*made] == ["arrival/climb", "rush/rain", "arrival/door", "arrival/sea..sky"]
    climb, rain = made["arrival/climb"], made["rush/rain"]
    assert rain.payload["prompt"] == "As in @Video1, the rain falls."
    assert rain.payload["video_url"] == f"output:{climb.shots[0].digest}#clip"
    assert rain.tokens == {"@Video1": "fall"}
    (needed,) = rain.depends_on
    assert (needed.shot, needed.pointer, needed.output) == ("arrival/climb", "/video_url", "clip")
    assert rain.cost is not None
    assert str(rain.cost.unit_price) == "0.168"


def test_the_film_keeps_its_order(film: Path) -> None:
    shots = [one.shot for one in planned(FILM).plan.timeline]
    assert shots == ["rush/rain", "arrival/door", "arrival/climb", "arrival/sea", "arrival/sky"]


def test_a_shot_is_known_by_the_shot_that_it_refers_to(film: Path) -> None:
    def digests(text: str) -> dict[str, str]:
        made = requests(film, text).values()
        return {shot.address: shot.digest for one in made for shot in one.shots}

    before = digests(FILM)
    other_text = digests(FILM.replace("The stairs.", "The steep stairs."))
    other_take = digests(FILM.replace("id: climb, prompt", "id: climb, take: 2, prompt"))
    renamed = digests(FILM.replace("climb", "fall_down"))
    elsewhere = digests(FILM.replace('"The door."', '"The red door."'))
    assert len({one["rush/rain"] for one in (before, other_text, other_take)}) == 3
    assert before["rush/rain"] == renamed["rush/rain"] == elsewhere["rush/rain"]
    assert before["arrival/sea"] == other_text["arrival/sea"]
    plain = digests(FILM.replace("As in @fall, the", "The").replace(f"target: {REFERENCE}", ""))
    assert plain["arrival/climb"] == before["arrival/climb"]  # to be footage costs nothing anew


def test_where_no_clip_is_taken_its_words_stand_and_the_shots_share_requests(film: Path) -> None:
    text = FILM.replace(f"        target: {REFERENCE}\n", "").replace(
        "        keep_sound: true\n", ""
    )
    made = requests(film, text)
    assert [*made] == ["rush/rain", "arrival/door..climb", "arrival/sea..sky"]
    said = "Fall: a fall down the stairs. As in fall, the rain falls."
    assert made["rush/rain"].payload["prompt"] == said


def test_a_scene_is_unpriced_where_that_of_its_footage_is(film: Path) -> None:
    made = planned(FILM.replace('"The sea."', '"@nobody swims."'))
    assert {one.scene: str(one.code) for one in made.plan.unpriced} == {
        "rush": "footage",
        "arrival": "errors",
    }


def test_a_plan_in_a_file_is_the_same_plan(film: Path) -> None:
    plan = planned(FILM).plan
    assert Plan.from_json(json.loads(json.dumps(plan.to_json()))) == plan


def test_clips_that_wait_are_told_of_in_table_and_why(film: Path) -> None:
    planned(FILM)
    table = invoke("plan").stdout
    assert "after arrival/climb" in table
    assert "is sent the clip of arrival/climb" in invoke("why", "rush/rain").stdout


def test_what_more_takes_are_void_with_counts_footage(film: Path) -> None:
    made = planned(FILM, takes=2)
    assert [one.id for one in made.plan.requests].count("arrival/climb.take2") == 0
    assert "rush/rain.take2" in [one.id for one in made.plan.requests]


SHOTS = 6


@st.composite
def films(draw: st.DrawFn) -> str:
    """Films of two scenes in which shots refer to each other, and continue each other."""
    lines = []
    for number in range(SHOTS):
        source = draw(st.sampled_from([None, None, *range(SHOTS)]))
        seam = ", seam: continue" if number and draw(st.integers(0, 3)) == 0 else ""
        if source is None:
            lines.append(f'      - {{id: s{number}, prompt: "Shot {number}."{seam}}}')
        else:
            lines.append(
                f'      - {{id: s{number}, target: {REFERENCE}, prompt: "As @f{source}."}}'
            )
    middle = draw(st.integers(1, SHOTS - 1))
    scenes = ["a" if number < middle else "b" for number in range(SHOTS)]
    footage = [f"  f{number}: {{shot: {scenes[number]}/s{number}}}" for number in range(SHOTS)]
    return "\n".join(
        [
            "storyboard: 1",
            "target: fal/kling-o3-pro",
            "defaults: {duration: 3s}",
            "footage:",
            *footage,
            "scenes:",
            "  - id: a\n    shots:",
            *lines[:middle],
            "  - id: b\n    shots:",
            *lines[middle:],
        ]
    )


@settings(max_examples=60, deadline=None)
@given(text=films())
def test_what_is_needed_stands_before_what_needs_it_and_in_no_request_with_it(
    tmp_path_factory: pytest.TempPathFactory, text: str
) -> None:
    file = tmp_path_factory.mktemp("film") / "storyboard.yaml"
    file.write_text(text, encoding="utf-8")
    made = Project(str(file), CompileOptions(project=file.parent)).plan()
    codes = {one.code.id for one in made.compilation.diagnostics if one.code.id != "SB217"}
    if "SB232" in codes:
        assert not made.plan.is_applyable
        assert _has_circle(text)
        return
    assert made.plan.is_applyable, [one.message for one in made.compilation.diagnostics]
    assert not _has_circle(text)
    seen: set[str] = set()
    sources = {
        one.shot for request in made.plan.requests for one in request.depends_on
        if one.output == "clip"
    }  # fmt: skip
    for request in made.plan.requests:
        assert {one.digest for one in request.depends_on} <= seen
        shots = [shot.address for shot in request.shots]
        assert len(shots) == 1 or sources.isdisjoint(shots)
        seen |= {shot.digest for shot in request.shots}
    assert len(made.plan.timeline) == SHOTS


def _has_circle(text: str) -> bool:
    """Whether some shot waits for itself, counted from the text."""
    needs: dict[int, set[int]] = {}
    for line in text.splitlines():
        if "{id: s" not in line:
            continue
        number = int(line.split("{id: s")[1].split(",")[0])
        needs[number] = {int(line.split("@f")[1].split(".")[0])} if "@f" in line else set()
        needs[number] |= {number - 1} if "seam: continue" in line else set()
    while free := [number for number in needs if not needs[number] & needs.keys()]:
        for number in free:
            del needs[number]
    return bool(needs)


EDIT = "fal/kling-o3-pro-video-edit"
EDITED = f"""\
storyboard: 1
target: fal/kling-o3-pro
defaults: {{duration: 5s}}
footage:
  snow: {{shot: rush/snow}}
  fall: {{shot: arrival/climb}}
scenes:
  - id: rush
    shots:
      - {{id: night, target: {EDIT}, edit: snow, prompt: "At night."}}
      - {{id: snow, target: {EDIT}, edit: fall, prompt: "In deep snow."}}
  - id: arrival
    shots:
      - {{id: climb, duration: 4s, prompt: "The stairs."}}
"""


def test_a_shot_can_be_made_from_the_clip_of_another_and_lasts_as_long(film: Path) -> None:
    made = requests(film, EDITED)
    assert [*made] == ["arrival/climb", "rush/snow", "rush/night"]
    assert [one.seconds for one in made.values()] == [4, 4, 4]
    for request, source in (("rush/snow", "arrival/climb"), ("rush/night", "rush/snow")):
        digest = made[source].shots[0].digest
        assert made[request].payload["video_url"] == f"output:{digest}#clip"
        assert [one.shot for one in made[request].depends_on] == [source]
    before = made["rush/night"].shots[0].digest
    edited = requests(film, EDITED.replace("The stairs.", "The ladder."))
    assert edited["rush/night"].shots[0].digest != before


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("edit: fall,", "edit: fall, duration: 6s,", 'SB314 "arrival/climb" lasts 4 s, the shot'),
        ("rush/snow}", "rush/snw}", 'SB231 no shot of the film has the address "rush/snw"'),
        (
            "arrival/climb}",
            "rush/night}",
            (
                'SB232 no shot can be rendered first: "rush/night" edits snow, which is '
                '"rush/snow"; that edits fall, which is "rush/night", the first again'
            ),
        ),
        ("duration: 4s", "duration: 2s", 'SB210 the clip of "arrival/climb" cannot be sent to'),
    ],
    ids=["another length", "unknown", "a circle", "too short"],
)
def test_what_is_wrong_with_a_shot_that_is_made_from_another_is_one_kind_of_error(
    old: str, new: str, said: str, film: Path
) -> None:
    made = planned(EDITED.replace(old, new))
    errors = [one for one in made.compilation.diagnostics if str(one.severity) == "error"]
    assert any(f"{one.code.id} {one.message}".startswith(said) for one in errors)
    assert {one.code.id for one in errors} == {said[:5]}


def test_a_shot_that_others_need_is_not_left_out_for_a_budget(film: Path) -> None:
    text = FILM.replace("id: climb, prompt", "id: climb, priority: low, prompt").replace(
        "storyboard: 1", "storyboard: 1\nbudget: 2 USD"
    )
    planned(text)
    said = invoke("fit").output
    assert "arrival/climb" not in said
    assert "write skip: true" in said


USES = {
    Feature.FOOTAGE: 'prompt: "As in @fall, @mara falls."',
    Feature.EDIT: 'edit: fall, prompt: "@mara stands in snow."',
    Feature.MOTION: 'motion: fall, prompt: "@mara dances."',
}
TAKERS = [
    (name, way)
    for name in catalogue()
    if (target := load(name, Diagnostics())) is not None
    for way in USES
    if target.has(way)
]


@pytest.mark.parametrize(("target", "way"), TAKERS, ids=lambda one: str(one))
def test_every_target_that_takes_a_clip_takes_that_of_a_shot(
    target: str, way: Feature, film: Path
) -> None:
    Image.new("RGB", (800, 800), "teal").save(film / "mara.png")
    text = f"""\
storyboard: 1
target: fal/kling-o3-pro
defaults: {{duration: 4s}}
characters: {{mara: {{description: a keeper, frontal: mara.png}}}}
footage: {{fall: {{shot: arrival/climb}}}}
scenes:
  - id: rush
    shots:
      - {{id: user, target: {target}, {USES[way]}}}
  - id: arrival
    shots:
      - {{id: climb, prompt: "The stairs."}}
"""
    climb, user = requests(film, text).values()
    (needed,) = user.depends_on
    assert needed.stand_in == f"output:{climb.shots[0].digest}#clip"
    assert needed.stand_in in json.dumps(user.payload)
    assert user.seconds == 4


def test_a_comparison_says_where_no_footage_is_sent(film: Path) -> None:
    text = FILM.replace(f"        target: {REFERENCE}\n", "").replace(
        "        keep_sound: true\n", ""
    )
    planned(text)
    said = invoke("plan", "--compare").output
    (own,) = [line for line in said.splitlines() if line.startswith("> fal/kling-o3-pro ")]
    assert "no footage of 1" in own


def test_shots_that_share_a_request_do_not_wait_for_themselves_by_way_of_others(
    film: Path,
) -> None:
    # The fall continues the sea, and the door waits for the fall: door and sea must not be one.
    text = (
        FILM.split("scenes:")[0].replace("arrival/climb", "end/fall")
        + f"""\
scenes:
  - id: rush
    shots:
      - {{id: rain, target: {REFERENCE}, prompt: "As in @fall, the rain falls."}}
      - {{id: door, seam: continue, prompt: "The door."}}
      - {{id: sea, prompt: "The sea."}}
  - id: end
    shots:
      - {{id: fall, seam: continue, prompt: "The stairs."}}
"""
    )
    assert [*requests(film, text)] == ["rush/sea", "end/fall", "rush/rain", "rush/door"]
