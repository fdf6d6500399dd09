"""A shot passes through pictures, where frames between the first and the last are taken."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from films_here import invoke, planned, said
from PIL import Image

from storyboard import Plan, PlanResult

FILM = """\
storyboard: 1
target: fal/kling-v4-image-to-video
scenes:
  - shots:
      - id: walk
        duration: 6s
        prompt: "A cat walks through the yard."
        start_frame: gate.png
        middle_frames: [yard.png, https://example.com/well.png]
        end_frame: door.png
      - {id: sit, seam: continue, prompt: "It sits down."}
      - {id: sleep, prompt: "It sleeps."}
"""
MIDDLE = "middle_image_urls"


@pytest.fixture
def film(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    for name, colour in (("gate", "red"), ("yard", "green"), ("door", "blue")):
        Image.new("RGB", (640, 360), colour).save(tmp_path / f"{name}.png")
    return tmp_path


def shot_digests(made: PlanResult) -> dict[str, str]:
    return {shot.address: shot.digest for one in made.plan.requests for shot in one.shots}


def test_the_pictures_are_sent_in_order_and_uploaded(film: Path) -> None:
    walk, *others = planned(FILM).plan.requests
    sent: dict[str, Any] = walk.payload
    assert sent[MIDDLE][0].startswith("asset:sha256:")
    assert sent[MIDDLE][1] == "https://example.com/well.png"
    assert {"start_image_url", "end_image_url"} < sent.keys()
    assert [one.pointers for one in walk.assets if one.path == "yard.png"] == [(f"/{MIDDLE}/0",)]
    assert all(MIDDLE not in one.payload for one in others)


def test_a_target_without_them_is_told_one_that_has_them(film: Path) -> None:
    made = planned(FILM.replace("fal/kling-v4-image", "fal/kling-v3-pro-image"))
    (found,) = (one for one in made.compilation.diagnostics if one.code.id == "SB405")
    assert "takes no frames between the first and the last" in found.message
    assert found.help == "give the shot target: fal/kling-v4-image-to-video"


def test_a_shot_that_passes_through_pictures_shares_no_request(film: Path) -> None:
    text = FILM.replace('prompt: "It sleeps."', 'prompt: "It sleeps.", middle_frames: [door.png]')
    made = planned(text)
    # The last shot has no first frame of its own, and cannot have that of the request before it.
    assert not made.plan.is_applyable
    made = planned(text.replace("id: sleep,", "id: sleep, seam: continue,"))
    assert [one.id for one in made.plan.requests] == ["1/walk", "1/sit", "1/sleep"]


def test_why_says_that_it_needs_a_request_of_its_own(film: Path) -> None:
    planned(FILM)
    said = invoke("why", "1/walk").output
    assert "1/walk has middle frames, and so a request of its own" in said
    assert "passes through yard.png, https://example.com/well.png" in said


def test_plan_and_board_show_what_it_passes_through(film: Path) -> None:
    made = planned(FILM)
    assert made.plan.requests[0].middle_frames == ("yard.png", "https://example.com/well.png")
    assert Plan.from_json(made.plan.to_json()).requests[0] == made.plan.requests[0]
    assert "through 2 pictures" in invoke("plan").output
    answer = invoke("board")
    assert answer.return_value == 0, answer.output
    page = (film / "board.html").read_text(encoding="utf-8")
    assert "Opens on gate.png; Passes yard.png; Ends on door.png" in page
    # The picture at a URL is not fetched for the board, and so is named.
    assert re.search(r"Passes\W.{0,200}https://example.com/well.png", page, re.DOTALL)


def test_a_shot_is_known_by_the_pictures_that_it_passes_through(film: Path) -> None:
    before = shot_digests(planned(FILM))
    turned = FILM.replace(
        "[yard.png, https://example.com/well.png]", "[https://example.com/well.png, yard.png]"
    )
    swapped = shot_digests(planned(turned))
    Image.new("RGB", (640, 360), "black").save(film / "yard.png")
    other = shot_digests(planned(FILM))
    assert len({before["1/walk"], swapped["1/walk"], other["1/walk"]}) == 3
    assert before["1/sleep"] == swapped["1/sleep"] == other["1/sleep"]


def test_the_simulator_takes_them_and_a_later_plan_names_the_change(film: Path) -> None:
    (film / "storyboard.yaml").write_text(FILM, encoding="utf-8")
    answer = invoke("run", "--simulate", "--yes")
    assert answer.return_value == 0, answer.output
    text = FILM.replace("[yard.png, https", "[door.png, https")
    (film / "storyboard.yaml").write_text(text, encoding="utf-8")
    assert "middle_frames changed" in invoke("plan", "--simulate").output


def test_the_vendor_refuses_a_ninth(vendors: Any) -> None:
    link = "https://example.com/a.png"
    body = {"prompt": "A cat.", "start_image_url": link, MIDDLE: [link] * 9}
    (answer,) = vendors.send("fal", "kling/v4/image-to-video", [body])
    assert answer == "List should have at most 8 items after validation, not 9"


def test_a_target_of_the_users_own_takes_them_by_its_data(film: Path) -> None:
    (film / "targets").mkdir()
    (film / "targets" / "own.yaml").write_text(
        "extends: fal/kling-o3-pro-image-to-video\n"
        "target: own/model\n"
        "host: own\n"
        "max_middle_frames: 2\n"
        "features: {middle_frames: {how: native}}\n"
        "request: {middle_frames: keyframes}\n"
        "request_schema: absent\n",
        encoding="utf-8",
    )
    text = FILM.replace("fal/kling-v4-image-to-video", "own/model")
    made = planned(text)
    assert made.plan.is_applyable, said(made)
    assert len(made.plan.requests[0].payload["keyframes"]) == 2
    answer = invoke("run", "--simulate", "--yes")
    assert answer.return_value == 0, answer.output
    more = planned(text.replace("[yard.png,", "[yard.png, yard.png,"))
    assert any('"1/walk" has 3 middle frames, own/model takes 2' in one for one in said(more))


@pytest.mark.parametrize("request_block", ["{middle_frames: end_image_url}", "{}"])
def test_data_about_them_that_contradict_themselves_are_refused(
    film: Path, request_block: str
) -> None:
    (film / "targets").mkdir()
    (film / "targets" / "own.yaml").write_text(
        "extends: fal/kling-o3-pro-image-to-video\n"
        "target: own/model\n"
        "features: {middle_frames: {how: native}}\n"
        f"request: {request_block}\n"
        "request_schema: absent\n",
        encoding="utf-8",
    )
    made = planned(FILM.replace("fal/kling-v4-image-to-video", "own/model"))
    assert [one for one in said(made) if one.startswith("SB409")], said(made)
