"""Every refusal that the vendors document, and why no storyboard reaches it.

For each: a body by hand that breaks the rule, which the simulated vendor refuses in exactly the
documented words; a storyboard that would have led to such a body; and what happens instead. Either
the compiler avoids it, and says so where it costs something, or it refuses the storyboard at the
line, and the storyboard as it is mended passes. What is compiled is sent to the vendor, who makes
all its clips.
"""

from __future__ import annotations

import base64
import io
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from storyboard.diagnostics import Diagnostics
from storyboard.targets.load import load

O3, O1 = "fal/kling-o3-pro", "fal/kling-o1-standard"
OXEN = "oxen/kling-o3-pro"
V26 = "fal/kling-v2.6-pro-text-to-video"
P = "https://example.com/a.png"
FIFTEEN = ", ".join(f"'{number}'" for number in range(1, 15)) + " or '15'"

ELEMENT = {"frontal_image_url": P, "reference_image_urls": [P]}
MOVIE = {"video_url": "https://example.com/a.mp4"}


def picture(width: int, height: int) -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", (width, height)).save(buffer, "PNG")
    return buffer.getvalue()


def link(data: bytes) -> str:
    return f"data:image/png;base64,{base64.b64encode(data).decode()}"


def shots(*seconds: int, text: str = "a", written: type = str) -> list[dict[str, Any]]:
    return [{"prompt": text, "duration": written(number)} for number in seconds]


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """A documented refusal.

    ``text`` is what the vendor says to ``body``; ``film`` are the lines of a storyboard under
    ``scenes:``, which would have led there. ``found`` are its findings as ``code line``, lines
    counted from the first of ``film``; ``head`` is above it. Where they are errors ``mended`` is
    the film as the finding's help has it.
    """

    target: str
    text: str
    body: dict[str, Any]
    film: str
    found: tuple[str, ...] = ()
    mended: str = ""
    cast: str = ""
    seconds: tuple[int, ...] = ()


REFUSALS: dict[str, Refusal] = {
    "prompt and multi_prompt": Refusal(
        target=OXEN,
        text="Cannot provide both 'prompt' and 'multi_prompt'",
        body={"prompt": "a", "multi_prompt": shots(3, written=int)},
        film="- shots:\n  - prompt: The sea.\n    beats: [The wind., The rain.]\n",
        found=("SB112 2",),
        mended="- shots:\n  - beats: [The sea., The wind., The rain.]\n",
    ),
    "neither prompt nor multi_prompt": Refusal(
        target=OXEN,
        text="Either 'prompt' or 'multi_prompt' must be provided",
        body={"duration": 5},
        film='- shots:\n  - prompt: ""\n',
        found=("SB113 2",),
        mended="- shots:\n  - prompt: The sea.\n",
    ),
    "an empty multi_prompt": Refusal(
        target=OXEN,
        text="Either 'prompt' or 'multi_prompt' must be provided",
        body={"multi_prompt": []},
        film="- shots: []\n",
        found=("SB114 head",),
        mended="- shots: [The sea.]\n",
    ),
    "a shot without prompt": Refusal(
        target=OXEN,
        text="Field required",
        body={"multi_prompt": [{"duration": 3}]},
        film="- shots:\n  - The wind.\n  - {duration: 3s}\n",
        found=("SB113 3",),
        mended="- shots:\n  - The wind.\n  - {prompt: The sea., duration: 3s}\n",
    ),
    "one shot below three seconds": Refusal(
        target=OXEN,
        text="duration value '2' is invalid",
        body={"prompt": "a", "duration": 2},
        film="- shots:\n  - {prompt: The sea., duration: 2s}\n",
        found=("SB312 2",),
        seconds=(3,),
    ),
    "shots below three seconds together": Refusal(
        target=OXEN,
        text="duration value '2' is invalid",
        body={"multi_prompt": shots(1, 1, written=int)},
        film="- shots:\n  - {prompt: The sea., duration: 1s}\n  - {prompt: A., duration: 1s}\n",
        found=("SB312 3",),
        seconds=(3,),
    ),
    "shots above fifteen seconds together": Refusal(
        target=OXEN,
        text="Total shot duration (16s) exceeds maximum allowed (15s)",
        body={"multi_prompt": shots(5, 5, 6, written=int)},
        film="- shots:\n"
        "  - {prompt: A., duration: 5s}\n  - {prompt: B., duration: 5s}\n"
        "  - {prompt: C., duration: 6s}\n",
        seconds=(10, 6),
    ),
    "one shot above fifteen seconds": Refusal(
        target=OXEN,
        text=f"Input should be {FIFTEEN}",
        body={"multi_prompt": shots(16, written=int)},
        film="- shots:\n  - {prompt: The sea. The wind., duration: 16s}\n",
        found=("SB301 2",),
        seconds=(8, 8),
    ),
    "too many generations": Refusal(
        target=OXEN,
        text="num_generations must be an integer between 1 and 4",
        body={"prompt": "a", "num_generations": 5},
        film="- shots:\n  - {prompt: The sea., num_generations: 5}\n",
        found=("SB101 2",),
        mended="- shots:\n  - {prompt: The sea., take: 5}\n",
    ),
    "an element of one picture": Refusal(
        target=O3,
        text="Either frontal_image_url and reference_image_urls or video_url must be provided.",
        body={"prompt": "@Element1", "elements": [{"frontal_image_url": P}]},
        cast="characters: {mara: {frontal: https://example.com/a.png}}",
        film="- shots: ['@mara waits.']\n",
        found=("SB404 head",),
    ),
    "the hidden width of tags": Refusal(
        target=O3,
        text="multiPrompt[0].prompt: size must be between 0 and 512",
        body={
            "multi_prompt": shots(5, text="@Element1 " * 5 + "a" * 442),
            "elements": [ELEMENT],
        },
        cast="characters: {mara: {frontal: https://example.com/a.png, references: [b.png]}}",
        film="- defaults: {long_prompts: never}\n"
        "  shots:\n"
        f"  - prompt: '{'@mara waits. ' * 5}{'A gull cries out, far away. ' * 15}'\n"
        "  - The sea.\n",
        found=("SB302 3", "SB309 3"),
    ),
    "a long single prompt": Refusal(
        target=O3,
        text="String should have at most 2500 characters",
        body={"prompt": "a" * 2501},
        film=f"- shots:\n  - {{prompt: '{'The sea rises. ' * 167}', duration: 15s}}\n",
        found=("SB302 2",),
    ),
    "more references than a request carries": Refusal(
        target=OXEN,
        text="Maximum 4 total (elements + reference images) is allowed, got 5",
        body={"prompt": "a", "elements": [ELEMENT] * 3, "input_image": [P] * 2},
        cast="styles: {"
        + ", ".join(f"{name}: {{image: {P}}}" for name in ("one", "two", "three", "four", "five"))
        + "}",
        film="- shots:\n  - '@one, @two, @three, @four and @five.'\n",
        found=("SB304 2",),
        mended="- shots:\n  - '@one, @two, @three.'\n  - '@four and @five.'\n",
    ),
    "too many shots in a request": Refusal(
        target=O3,
        text="List should have at most 6 items after validation, not 7",
        body={"multi_prompt": shots(*[1] * 7)},
        film="- defaults: {duration: 1s}\n  shots: [A., B., C., D., E., F., G.]\n",
        seconds=(4, 3),
    ),
    "a last frame without a first one": Refusal(
        target=OXEN,
        text="tail_image_url requires start_image_url",
        body={"prompt": "a", "tail_image_url": P},
        film=f"- shots:\n  - {{prompt: The sea., end_frame: '{P}'}}\n",
        found=("SB406 2",),
        mended=f"- shots:\n  - {{prompt: The sea., start_frame: '{P}', end_frame: '{P}'}}\n",
    ),
    "more seconds than O1 renders": Refusal(
        target=O1,
        text="Input should be '3', '4', '5', '6', '7', '8', '9' or '10'",
        body={"prompt": "a", "duration": "11"},
        film="- shots:\n  - {prompt: The sea. The wind., duration: 11s}\n",
        found=("SB301 2", "SB403 2"),
        seconds=(5, 6),
    ),
    "a length that does not exist": Refusal(
        target=V26,
        text="Input should be '5' or '10'",
        body={"prompt": "a", "duration": "7"},
        film="- shots:\n  - {prompt: The sea., duration: 7s}\n",
        found=("SB312 2",),
        seconds=(10,),
    ),
    "an integer where a string is wanted": Refusal(
        target=O3,
        text="Input should be '3', '4', '5', '6', '7', '8', '9', '10', '11', '12', '13', '14' "
        "or '15'",
        body={"prompt": "a", "duration": 5},
        film="- shots:\n  - {prompt: The sea., duration: 5}\n",
        seconds=(5,),
    ),
    "a string where an integer is wanted": Refusal(
        target=OXEN,
        text="Input should be a valid integer",
        body={"prompt": "a", "duration": "5"},
        film="- shots:\n  - {prompt: The sea., duration: '5s'}\n",
        seconds=(5,),
    ),
    "an aspect ratio that does not exist": Refusal(
        target=O3,
        text="Input should be '16:9', '9:16' or '1:1'",
        body={"prompt": "a", "aspect_ratio": "4:3"},
        film="- defaults: {aspect_ratio: '4:3'}\n  shots: [The sea.]\n",
        found=("SB405 1",),
        mended="- defaults: {aspect_ratio: '1:1'}\n  shots: [The sea.]\n",
    ),
    "a voice without a video": Refusal(
        target=O3,
        text="Voice binding is only supported for video elements",
        body={"prompt": "a", "elements": [{**ELEMENT, "voice_id": "v"}]},
        cast="characters: {mara: {frontal: 'https://example.com/a.png', references: [b.png], "
        "voice: v}}",
        film="- shots: ['@mara waits.']\n",
        found=("SB402 head",),
    ),
    "two videos of characters": Refusal(
        target=O3,
        text="A request can only have one element with a video",
        body={"prompt": "a", "elements": [MOVIE, MOVIE]},
        cast="characters: {mara: {video: 'https://example.com/a.mp4'}, "
        "boy: {video: 'https://example.com/b.mp4'}}",
        film="- shots:\n  - '@mara and @boy wait.'\n",
        found=("SB405 2",),
        mended="- shots:\n  - '@mara waits.'\n  - '@boy waits.'\n",
    ),
    "an image to video without its first frame": Refusal(
        target="fal/kling-v3-pro-image-to-video",
        text="Field required",
        body={"prompt": "a"},
        film="- shots:\n  - The sea.\n",
        found=("SB405 2",),
        mended=f"- shots:\n  - {{prompt: The sea., start_frame: '{P}'}}\n",
    ),
    "a request without the images that make it": Refusal(
        target="oxen/kling-o1",
        text="Field required",
        body={"prompt": "a", "duration": 5},
        film="- shots:\n  - The sea.\n",
        found=("SB405 2",),
        mended=f"- shots:\n  - {{prompt: The sea., start_frame: '{P}'}}\n",
    ),
    "a picture that is too small": Refusal(
        target=O3,
        text="Image is 299x400, the minimum is 300x300 pixels.",
        body={"prompt": "a", "image_urls": [link(picture(299, 400))]},
        cast="styles: {small: {image: small.png}, fine: {image: b.png}}",
        film="- shots:\n  - '@small, @fine'\n",
        found=("SB210 head",),
        mended="- shots:\n  - '@fine'\n",
    ),
    "a picture that is none": Refusal(
        target=O3,
        text="Failed to load the image. It may be corrupt.",
        body={"prompt": "a", "image_urls": [link(b"no picture")]},
        cast="styles: {broken: {image: broken.png}, fine: {image: b.png}}",
        film="- shots:\n  - '@broken, @fine'\n",
        found=("SB210 head",),
        mended="- shots:\n  - '@fine'\n",
    ),
    "a picture that is too narrow": Refusal(
        target=O3,
        text="Image has an aspect ratio of 0.33, it must be 0.40 to 2.50.",
        body={"prompt": "a", "image_urls": [link(picture(300, 900))]},
        cast="styles: {narrow: {image: narrow.png}, fine: {image: b.png}}",
        film="- shots:\n  - '@narrow, @fine'\n",
        found=("SB210 head",),
        mended="- shots:\n  - '@fine'\n",
    ),
}

HEAD = "storyboard: 1\n{cast}\nscenes:\n"
FIRST_LINE = HEAD.count("\n")
Written = Callable[..., tuple[dict[str, Any], list[str]]]
EACH = pytest.mark.parametrize("refusal", REFUSALS.values(), ids=REFUSALS)


@pytest.fixture
def written(plans: Any, tmp_path: Path) -> Written:
    """Plans the lines of a film; the findings as ``code line``, without those of the target."""
    for name, size in {"b": (400, 400), "small": (299, 400), "narrow": (300, 900)}.items():
        (tmp_path / f"{name}.png").write_bytes(picture(*size))
    (tmp_path / "broken.png").write_bytes(b"no picture")

    def make(refusal: Refusal, lines: str) -> tuple[dict[str, Any], list[str]]:
        film = HEAD.format(cast=refusal.cast or "title: A film") + lines
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
    planned, found = written(refusal, refusal.film)
    assert sorted(found) == sorted(refusal.found)
    assert bool(planned["requests"]) is not bool(refusal.mended)
    if refusal.seconds:
        assert tuple(one["seconds"] for one in planned["requests"]) == refusal.seconds


@EACH
def test_what_is_compiled_instead_is_accepted_and_made(
    refusal: Refusal, written: Written, vendors: Any
) -> None:
    planned, _ = written(refusal, refusal.mended or refusal.film)
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
    assert found == [("SB408", 5)]


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
