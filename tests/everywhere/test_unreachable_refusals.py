"""Every refusal that the vendors document, and why no storyboard reaches it.

For each: a body by hand that breaks the rule, which the simulated vendor refuses in exactly the
documented words; a storyboard that would have led to such a body; and what happens instead. Either
the compiler avoids it, and says so where it costs something, or it refuses the storyboard at the
line, and the storyboard as it is mended passes. What is compiled is sent to the vendor, who makes
all its clips.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from refusals import ELEMENT, FIFTEEN, FILES, OXEN, REFUSALS, P, Refusal

from storyboard.diagnostics import Diagnostics
from storyboard.targets.load import load

HEAD = "storyboard: 1\n{cast}\nscenes:\n"
FIRST_LINE = HEAD.count("\n")
Written = Callable[..., tuple[dict[str, Any], list[str]]]
EACH = pytest.mark.parametrize("refusal", REFUSALS.values(), ids=REFUSALS)


@pytest.fixture
def written(plans: Any, tmp_path: Path) -> Written:
    """Plans the lines of a film; the findings as ``code line``, without those of the target."""
    for name, data in FILES.items():
        (tmp_path / name).write_bytes(data)

    def make(refusal: Refusal, *, is_mended: bool = False) -> tuple[dict[str, Any], list[str]]:
        mended = (refusal.mended, refusal.mended_cast) if is_mended else ("", "")
        cast = mended[1] or refusal.cast or "title: A film"
        film = HEAD.format(cast=cast) + (mended[0] or refusal.film)
        planned, compilation = plans(film, target=refusal.target)
        found = []
        for one in compilation.diagnostics:
            line = one.span.line - FIRST_LINE if one.span else None
            place = "-" if line is None else "head" if line < 1 else str(line)
            found.append(f"{one.code.id} {place}")
        return planned, [one for one in found if one not in {"SB407 -", "SB217 head"}]

    return make


def endpoint_of(refusal: Refusal) -> tuple[str, str]:
    target = load(refusal.target, Diagnostics())
    assert target is not None
    return target.host, target.endpoint


@EACH
def test_the_vendor_refuses_a_body_by_hand_in_the_documented_words(
    refusal: Refusal, vendors: Any
) -> None:
    host, endpoint = endpoint_of(refusal)
    body = {"model": endpoint, **refusal.body} if host == "oxen" else refusal.body
    assert vendors.send(host, endpoint, [body]) == [refusal.text]


@EACH
def test_a_storyboard_does_not_reach_it(refusal: Refusal, written: Written) -> None:
    planned, found = written(refusal)
    assert sorted(found) == sorted(refusal.found)
    assert bool(planned["requests"]) is not bool(refusal.mended)
    if refusal.seconds:
        assert tuple(one["seconds"] for one in planned["requests"]) == refusal.seconds


@EACH
def test_what_is_compiled_instead_is_accepted_and_made(
    refusal: Refusal, written: Written, vendors: Any
) -> None:
    planned, _ = written(refusal, is_mended=True)
    assert planned["requests"]
    host, endpoint = endpoint_of(refusal)
    bodies = [one["payload"] for one in planned["requests"]]
    assert vendors.send(host, endpoint, bodies) == [""] * len(bodies)


def test_money_that_is_not_there_is_asked_about_before_it_is_spent(
    plans: Any, vendors: Any
) -> None:
    """The one documented refusal that no storyboard causes: an account without credits."""
    model = "kling-video-o3-pro-reference-to-video"
    said = vendors.send("oxen", model, [{"model": model, "prompt": "a"}], simulate="exhausted")
    assert said == ["Insufficient credits"]
    film = f"storyboard: 1\ntarget: {OXEN}\nbudget: 1 USD\nscenes: [{{shots: [The sea.]}}]\n"
    planned, compilation = plans(film)
    errors = [one for one in compilation.diagnostics if one.code.id == "SB501"]
    assert [one.span.line for one in errors if one.span] == [3]
    assert planned["applyable"] is False


def test_an_element_of_one_picture_is_sent_to_oxen_in_the_way_that_every_document_takes(
    plans: Any,
) -> None:
    """Its own document calls the other pictures optional; the host behind it does not."""
    film = f"""\
    storyboard: 1
    target: {OXEN}
    characters: {{mara: {{frontal: '{P}'}}}}
    scenes: [{{shots: ['@mara waits.']}}]
    """
    planned, _ = plans(film)
    assert planned["requests"][0]["payload"]["elements"] == [ELEMENT]


def test_a_last_frame_beside_a_list_of_shots_is_warned_of(plans: Any) -> None:
    """Reported without a receipt: nobody knows in which words it is refused, if it is."""
    film = f"""\
    storyboard: 1
    scenes:
      - shots:
          - The sea.
          - {{prompt: The wind., end_frame: '{P}'}}
    """
    _, compilation = plans(film)
    found = [(one.code.id, one.span.line) for one in compilation.diagnostics if one.span]
    assert found == [("SB408", 5), ("SB408", 5)]
    shared, lone = (one.message for one in compilation.diagnostics)
    assert "shares a request with other shots and has an end_frame" in shared
    assert "has an end_frame, and its request no first frame" in lone


DOCUMENTED = (
    "Cannot provide both 'prompt' and 'multi_prompt'",
    "Either 'prompt' or 'multi_prompt' must be provided",
    "Field required",
    "duration value '2' is invalid",
    "Total shot duration (16s) exceeds maximum allowed (15s)",
    f"Input should be {FIFTEEN}",
    "num_generations must be an integer between 1 and 4",
    "Either frontal_image_url and reference_image_urls or video_url must be provided.",
    "multiPrompt[0].prompt: size must be between 0 and 512",
)
"""The texts of Oxen's walkthrough, and those of recorded refusals by fal, to the letter."""


def test_every_documented_text_is_among_them() -> None:
    assert set(DOCUMENTED) <= {refusal.text for refusal in REFUSALS.values()}
