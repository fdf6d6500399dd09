"""Every refusal that the vendors document, as data: the body that is refused, the film before it.

``test_unreachable_refusals`` sends the bodies and compiles the films.
"""

from __future__ import annotations

import base64
import io
from dataclasses import dataclass
from typing import Any

from PIL import Image

from storyboard.simulator.mp4_writer import RATE, write_movie

O3, O1 = "fal/kling-o3-pro", "fal/kling-o1-standard"
OXEN = "oxen/kling-o3-pro"
V26 = "fal/kling-v2.6-pro-text-to-video"
P = "https://example.com/a.png"
FIFTEEN = ", ".join(f"'{number}'" for number in range(1, 15)) + " or '15'"

ELEMENT = {"frontal_image_url": P, "reference_image_urls": [P]}
MOVIE = {"video_url": "https://example.com/a.mp4"}


def picture(width: int, height: int, form: str = "PNG") -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", (width, height)).save(buffer, form)
    return buffer.getvalue()


def link(data: bytes) -> str:
    return f"data:application/octet-stream;base64,{base64.b64encode(data).decode()}"


def movie(seconds: float, width: int = 1280, height: int = 720, rate: int = RATE) -> bytes:
    """A film of one grey frame; another rate is written into the clock of its index."""
    frame = io.BytesIO()
    Image.new("L", (16, 16)).save(frame, "JPEG")
    data = write_movie([(frame.getvalue(), round(seconds * rate))], width, height)
    clock = data.index(b"mdhd") + 16
    return data[:clock] + rate.to_bytes(4, "big") + data[clock + 4 :]


FILES = {
    "b.png": picture(400, 400),
    "small.png": picture(299, 400),
    "narrow.png": picture(300, 900),
    "broken.png": b"no picture",
    "hollow.png": picture(400, 400)[:100],
    "old.bmp": picture(400, 400, "BMP"),
    "large.png": picture(400, 400) + bytes(10_485_760),
    "fine.mp4": movie(5),
    "short.mp4": movie(2),
    "long.mp4": movie(11),
    "low.mp4": movie(5, 640, 360),
    "slow.mp4": movie(5, rate=12),
    "text.mp4": b"no video",
}
"""Files that the films speak of, within the limits and beyond each."""


def shots(*seconds: int, text: str = "a", written: type = str) -> list[dict[str, Any]]:
    return [{"prompt": text, "duration": written(number)} for number in seconds]


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """A documented refusal.

    ``text`` is what the vendor says to ``body``; ``film`` are the lines of a storyboard under
    ``scenes:``, which would have led there. ``found`` are its findings as ``code line``, lines
    counted from the first of ``film``; ``head`` is above it. Where they are errors ``mended`` is
    the film as the finding's help has it, with the cast of ``mended_cast``.
    """

    target: str
    text: str
    body: dict[str, Any]
    film: str
    found: tuple[str, ...] = ()
    mended: str = ""
    cast: str = ""
    mended_cast: str = ""
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
        found=("SB114 1",),
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
    "nine pictures between the first frame and the last": Refusal(
        target="fal/kling-v4-image-to-video",
        text="List should have at most 8 items after validation, not 9",
        body={"prompt": "a", "start_image_url": P, "middle_image_urls": [P] * 9},
        film=f"- shots:\n  - {{prompt: A., start_frame: '{P}', middle_frames: {[P] * 9}}}\n",
        found=("SB405 2",),
        mended=f"- shots:\n  - {{prompt: A., start_frame: '{P}', middle_frames: {[P] * 8}}}\n",
    ),
    "elements beside a character that is turned as in its picture": Refusal(
        target="fal/kling-v3-pro-motion-control",
        text="elements need character_orientation 'video'",
        body={
            "prompt": "a",
            "image_url": P,
            "character_orientation": "image",
            "elements": [ELEMENT],
            **MOVIE,
        },
        cast=f"characters: {{mara: {{frontal: '{P}', references: ['{P}']}}}}\n"
        f"footage: {{dance: {{video: '{MOVIE['video_url']}'}}}}",
        film="- shots:\n  - {motion: dance, duration: 5s, facing: picture, prompt: '@mara.'}\n",
        found=("SB317 3", "SB403 3"),
        seconds=(5,),
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
        body={"prompt": "a", "image_urls": [link(FILES["small.png"])]},
        cast="styles: {small: {image: small.png}, fine: {image: b.png}}",
        film="- shots:\n  - '@small, @fine'\n",
        found=("SB210 head",),
        mended="- shots:\n  - '@fine'\n",
    ),
    "a picture that is none": Refusal(
        target=O3,
        text="Failed to load the image. It may be corrupt.",
        body={"prompt": "a", "image_urls": [link(FILES["broken.png"])]},
        cast="styles: {broken: {image: broken.png}, fine: {image: b.png}}",
        film="- shots:\n  - '@broken, @fine'\n",
        found=("SB210 head",),
        mended="- shots:\n  - '@fine'\n",
    ),
    "a picture that is too narrow": Refusal(
        target=O3,
        text="Image has an aspect ratio of 0.33, it must be 0.40 to 2.50.",
        body={"prompt": "a", "image_urls": [link(FILES["narrow.png"])]},
        cast="styles: {narrow: {image: narrow.png}, fine: {image: b.png}}",
        film="- shots:\n  - '@narrow, @fine'\n",
        found=("SB210 head",),
        mended="- shots:\n  - '@fine'\n",
    ),
    **{
        f"a video that {why}": Refusal(
            target=O3,
            text=text,
            body={"prompt": "a", "elements": [{"video_url": link(FILES[name])}]},
            cast=f"characters: {{mara: {{video: {name}}}, pim: {{video: fine.mp4}}}}",
            film="- shots: ['@mara waits.', '@pim waits.']\n",
            found=("SB210 head",),
            mended="- shots: ['@pim waits.']\n",
        )
        for name, why, text in (
            ("short.mp4", "is too short", "Video lasts 2.00 s, the minimum is 3 s."),
            ("long.mp4", "is too long", "Video lasts 11.00 s, the maximum is 10.05 s."),
            ("low.mp4", "is too small", "Video is 640x360, sides must be 720 to 2160 pixels."),
            ("slow.mp4", "has too few frames", "Video has 12.00 fps, it must have 24 to 60."),
            ("text.mp4", "is none", "Unsupported video format. Use mp4 or mov."),
        )
    },
    "a picture of another format": Refusal(
        target=O3,
        text="Unsupported image format: bmp. Use avif, gif, jpeg, png, webp.",
        body={"prompt": "a", "image_urls": [link(FILES["old.bmp"])]},
        cast="styles: {old: {image: old.bmp}, fine: {image: b.png}}",
        film="- shots:\n  - '@old, @fine'\n",
        found=("SB210 head",),
        mended="- shots:\n  - '@fine'\n",
    ),
    "a picture without its pixels": Refusal(
        target=O3,
        text="Failed to load the image. It may be corrupt.",
        body={"prompt": "a", "image_urls": [link(FILES["hollow.png"])]},
        cast="styles: {hollow: {image: hollow.png}, fine: {image: b.png}}",
        film="- shots:\n  - '@hollow, @fine'\n",
        found=("SB210 head",),
        mended="- shots:\n  - '@fine'\n",
    ),
    "a picture of too many bytes": Refusal(
        target=O3,
        text="File size exceeds the maximum of 10485760 bytes.",
        body={"prompt": "a", "image_urls": [link(FILES["large.png"])]},
        cast="styles: {large: {image: large.png}, fine: {image: b.png}}",
        film="- shots:\n  - '@large, @fine'\n",
        found=("SB210 head",),
        mended="- shots:\n  - '@fine'\n",
    ),
    "a text that is a list": Refusal(
        target=O3,
        text="Input should be a valid string",
        body={"prompt": ["The sea."]},
        film="- shots:\n  - prompt: [The sea.]\n",
        found=("SB103 2",),
        mended="- shots:\n  - prompt: The sea.\n",
    ),
    "sound that is neither on nor off": Refusal(
        target=O3,
        text="Input should be a valid boolean",
        body={"prompt": "a", "generate_audio": "loud"},
        film="- shots:\n  - {prompt: The sea., audio: loud}\n",
        found=("SB108 2",),
        mended="- shots:\n  - {prompt: The sea., audio: true}\n",
    ),
    **{
        f"a field that no storyboard has, {value}": Refusal(
            target="fal/kling-v3-pro-text-to-video",
            text=text,
            body={"prompt": "a", "cfg_scale": value},
            film=f"- shots:\n  - {{prompt: The sea., cfg_scale: {value}}}\n",
            found=("SB101 2",),
            mended="- shots:\n  - {prompt: The sea.}\n",
        )
        for value, text in (
            ("half", "Input should be a valid number"),
            (-1, "Input should be greater than or equal to 0"),
            (2, "Input should be less than or equal to 1"),
        )
    },
    "pictures that are one text": Refusal(
        target=O3,
        text="Input should be a valid list",
        body={"prompt": "a", "image_urls": P},
        cast="characters: {mara: {frontal: b.png, references: b.png}, pim: {frontal: b.png}}",
        film="- shots: ['@mara waits.', '@pim waits.']\n",
        found=("SB103 head",),
        mended="- shots: ['@pim waits.']\n",
    ),
    "a list of shots that is a text": Refusal(
        target=O3,
        text="Input should be a valid list",
        body={"multi_prompt": "The sea."},
        film="- shots: The sea.\n",
        found=("SB103 1",),
        mended="- shots: [The sea.]\n",
    ),
    "a shot that is a text": Refusal(
        target=O3,
        text="Input should be a valid dictionary or object to extract fields from",
        body={"multi_prompt": ["The sea."]},
        film="- shots: [The sea.]\n",
    ),
    "elements that are a mapping": Refusal(
        target=O3,
        text="Input should be a valid list",
        body={"prompt": "a", "elements": {"mara": ELEMENT}},
        cast="characters: {mara: {frontal: b.png, references: [b.png]}}",
        film="- shots: ['@mara waits.']\n",
    ),
    "an element that is a text": Refusal(
        target=O3,
        text="Input should be a valid dictionary or object to extract fields from",
        body={"prompt": "a", "elements": [P]},
        cast="characters: {mara: b.png}",
        film="- shots: ['@mara waits.']\n",
        found=("SB103 head",),
        mended="- shots: ['@mara waits.']\n",
        mended_cast="characters: {mara: {frontal: b.png}}",
    ),
    "an element without its frontal": Refusal(
        target=O1,
        text="Field required",
        body={"prompt": "a", "elements": [{"reference_image_urls": [P]}]},
        cast="characters: {mara: {references: [b.png]}}",
        film="- shots: ['@mara waits.']\n",
        found=("SB102 head",),
        mended="- shots: ['@mara waits.']\n",
        mended_cast="characters: {mara: {frontal: b.png}}",
    ),
    "an element of too many pictures": Refusal(
        target=O3,
        text="List should have at most 3 items after validation, not 4",
        body={"prompt": "a", "elements": [{**ELEMENT, "reference_image_urls": [P] * 4}]},
        cast="characters: {mara: {frontal: b.png, references: [b.png, b.png, b.png, b.png]}, "
        "pim: {frontal: b.png}}",
        film="- shots: ['@mara waits.', '@pim waits.']\n",
        found=("SB110 head",),
        mended="- shots: ['@pim waits.']\n",
    ),
    "the hidden width of tags in a single prompt": Refusal(
        target=OXEN,
        text="prompt: size must be between 0 and 512",
        body={"prompt": "@Element1 " * 5 + "a" * 442, "elements": [ELEMENT]},
        cast="characters: {mara: {frontal: https://example.com/a.png, references: [b.png]}}",
        film="- shots:\n"
        f"  - prompt: '{'@mara waits. ' * 5}{'A gull cries out, far away. ' * 15}'\n",
        found=("SB302 2", "SB309 2"),
    ),
}
