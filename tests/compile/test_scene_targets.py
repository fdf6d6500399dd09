"""A scene or a shot may name its own target; everything of its requests follows it."""

from __future__ import annotations

from pathlib import Path

from storyboard import CompileOptions, Plan, PlanResult, Project
from storyboard.plan.verify import TargetRules, verify
from storyboard.targets.schemas import request_schema

OWN, FRAMES, OXEN = "fal/kling-o3-pro", "fal/kling-v3-pro-image-to-video", "oxen/kling-o3-pro"
FILM = """\
storyboard: 1
target: fal/kling-o3-pro
characters:
  mara: {description: a keeper, frontal: https://example.com/mara.png}
  pim: {description: a boy}
scenes:
  - id: arrival
    shots:
      - {id: climb, prompt: "@mara climbs.", duration: 4s}
      - {id: lamp, prompt: "The lamp goes out.", duration: 4s}
      - id: door
        target: fal/kling-v3-pro-image-to-video
        seam: continue
        duration: 4s
        prompt: "@mara opens the door."
      - {id: sea, prompt: "The sea.", duration: 4s}
  - id: coda
    target: oxen/kling-o3-pro
    shots:
      - {id: a, prompt: "@mara sleeps.", duration: 4s}
      - {id: b, prompt: "@pim waits.", duration: 4s, target: fal/kling-o3-pro}
"""


def planned(folder: Path, text: str = FILM, target: str | None = None) -> PlanResult:
    file = folder / "film.storyboard.yaml"
    file.write_text(text, encoding="utf-8")
    return Project(str(file), CompileOptions(target=target)).plan()


def routes(plan: Plan) -> list[tuple[str, str]]:
    return [(one.id, one.target) for one in plan.requests]


def test_each_run_of_shots_of_one_target_is_fitted_for_it(tmp_path: Path) -> None:
    plan, compilation = planned(tmp_path)
    assert plan.is_applyable, [one.message for one in compilation.diagnostics]
    assert routes(plan) == [
        ("arrival/climb..lamp", OWN),
        ("arrival/door", FRAMES),
        ("arrival/sea", OWN),
        ("coda/a", OXEN),
        ("coda/b", OWN),
    ]
    door = plan.requests[1]
    # The frame comes from a clip of another target.
    assert [one.shot for one in door.depends_on] == ["arrival/lamp"]
    assert door.payload["start_image_url"].startswith("output:sha256:")
    assert "aspect_ratio" not in door.payload
    assert plan.requests[3].payload["model"] == "kling-video-o3-pro-reference-to-video"
    assert compilation.film is not None
    endpoints = {one.target.target: one.target.endpoint for one in compilation.film.films()}
    assert [one.endpoint for one in plan.requests] == [
        endpoints[one.target] for one in plan.requests
    ]


def test_each_request_has_the_price_of_its_own_target(tmp_path: Path) -> None:
    plan, compilation = planned(tmp_path)
    prices = [str(one.cost.unit_price) if one.cost else "" for one in plan.requests]
    assert prices == ["0.112", "0.112", "0.112", "0.224", "0.112"]
    alone = [planned(tmp_path, FILM, target)[0] for target in (OWN, OXEN)]
    assert [one.target for one in alone[1].requests] != [one.target for one in alone[0].requests]
    assert compilation.is_complete


def test_the_plan_lists_every_target_with_its_host(tmp_path: Path) -> None:
    written = planned(tmp_path)[0].to_json()
    assert written["target"] == OWN
    assert {name: one["host"] for name, one in written["targets"].items()} == {
        OWN: "fal",
        FRAMES: "fal",
        OXEN: "oxen",
    }


def test_the_option_replaces_only_the_films_own_target(tmp_path: Path) -> None:
    plan, _ = planned(tmp_path, target="fal/kling-o3-standard")
    assert [target for _, target in routes(plan)] == [
        "fal/kling-o3-standard",
        FRAMES,
        "fal/kling-o3-standard",
        OXEN,
        OWN,
    ]


def test_comparing_leaves_the_shots_that_name_a_target_where_they_are(tmp_path: Path) -> None:
    planned(tmp_path)
    film = Project(str(tmp_path / "film.storyboard.yaml"))
    offers = {one.target: one for one in film.compare().offers if not one.is_silent}
    whole = planned(tmp_path, target="fal/kling-o3-standard")[0]
    sums = [one.total.known for one in whole.totals.scenes]
    standard = offers["fal/kling-o3-standard"].total
    assert standard is not None
    assert standard.known == sum(sums)


def test_a_target_that_nobody_knows_leaves_the_other_scenes_their_price(tmp_path: Path) -> None:
    plan, compilation = planned(tmp_path, FILM.replace("target: oxen/kling-o3-pro", "target: oxn"))
    (error,) = [one for one in compilation.diagnostics if one.severity == "error"]
    assert error.code.id == "SB401"
    assert error.span is not None
    assert error.span.text == "oxn"
    assert [one.scene for one in plan.unpriced] == ["coda"]
    assert len(plan.requests) == 3


def test_what_a_target_lacks_is_said_of_its_own_shots_alone(tmp_path: Path) -> None:
    cut = FILM.replace("        seam: continue\n", "")
    (error,) = [one for one in planned(tmp_path, cut)[1].diagnostics if one.severity == "error"]
    assert "1 of 1 clip has none" in error.message
    assert FRAMES in error.message


def test_a_changed_target_of_a_request_is_found(tmp_path: Path) -> None:
    made, compilation = planned(tmp_path)
    assert compilation.film is not None
    rules = [
        TargetRules(
            target=one.target, schema=request_schema(one.target), max_references=7, film=None
        )
        for one in compilation.film.films()
    ]
    assert verify(made, rules) == []
    written = made.to_json()
    written["requests"][3]["target"] = OWN
    assert any("endpoint" in one for one in verify(Plan.from_json(written), rules))


def test_a_template_of_the_writers_own_holds_on_every_target(tmp_path: Path) -> None:
    template = "{{ people }} {{ prompt }}{% for one in dialogue %} {{ one.line }}{% endfor %}"
    plan, _ = planned(tmp_path, FILM.replace("scenes:", f'template: "{template}"\nscenes:'))
    assert plan.is_applyable
    assert len(plan.requests) == 5
