"""Oxen's models: fields and limits by its pages of 2026-08, USD a second of 2026-04.

These tables are written from the vendors' documents alone and share nothing with the compiler's
own target data, so that a mistake there is found here. A price that no document states is None.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from msgspec.structs import replace

from storyboard.simulator.body_types import BodyType, Field, MovieLimits, PictureLimits
from storyboard.simulator.endpoint import TableEndpoint
from storyboard.simulator.field_types import (
    ELEMENTS,
    FIRST,
    FLAG,
    MOVIE,
    NEGATIVE,
    PICTURE,
    PICTURES,
    PROMPT,
    RATIO,
    RATIO_OR_WIDE,
    SCALE,
    SHOTS,
    TO_1080P,
    TO_THIRTY,
    seconds_of,
)

_SAFE_PICTURE = PictureLimits(formats=("JPEG", "PNG"))
_O3 = BodyType(
    fields={
        "prompt": Field(kind="text", most=512, nullable=True),
        "multi_prompt": SHOTS,
        "duration": seconds_of(*range(1, 16)),
        "input_image": PICTURES,
        "start_image_url": PICTURE,
        "tail_image_url": PICTURE,
        "elements": ELEMENTS,
        "negative_prompt": NEGATIVE,
        "aspect_ratio": RATIO,
        "generate_audio": FLAG,
    },
    prompt_width=512,
    references=4,
    numbers=True,
    element="images",
    lone_frontal=True,
    last="tail_image_url",
    pictures="input_image",
    control=frozenset(("model", "num_generations", "target_namespace", "response_format")),
    last_needs_first=True,
    picture=_SAFE_PICTURE,
)
_OMNI = replace(
    _O3,
    fields={
        "prompt": PROMPT,
        "duration": seconds_of(*range(1, 16)),
        "input_image": PICTURES,
        "start_image_url": PICTURE,
        "tail_image_url": PICTURE,
        "elements": ELEMENTS,
        "aspect_ratio": RATIO,
        "generate_audio": FLAG,
        "resolution": Field(kind="choice", choices=("720p", "1080p", "4k")),
        "input_video": Field(kind="movie", nullable=True),
        "video_mode": Field(kind="choice", choices=("edit", "reference")),
        "keep_audio": FLAG,
    },
    prompt_width=2500,
    references=7,
)
_O1 = replace(
    _O3,
    fields={
        "prompt": PROMPT,
        "duration": seconds_of(5, 10),
        "input_image": Field(kind="pictures", required=True),
        "elements": ELEMENTS,
        "aspect_ratio": RATIO,
    },
    total=(5, 10),
    prompt_width=2500,
    references=7,
)

_V26_TEXT = replace(
    _O3,
    fields={
        "prompt": PROMPT,
        "negative_prompt": NEGATIVE,
        "duration": seconds_of(5, 10),
        "generate_audio": FLAG,
        "aspect_ratio": RATIO,
        "cfg_scale": SCALE,
    },
    total=(5, 10),
    prompt_width=2500,
)
_V26_IMAGE = replace(
    _V26_TEXT,
    fields={
        "prompt": PROMPT,
        "input_image": FIRST,
        "negative_prompt": NEGATIVE,
        "duration": seconds_of(5, 10),
        "generate_audio": FLAG,
    },
    first="input_image",
    pictures="",
)
_O3_IMAGE = replace(
    _V26_IMAGE,
    fields={
        "prompt": PROMPT,
        "input_image": FIRST,
        "tail_image_url": PICTURE,
        "duration": seconds_of(*range(3, 16)),
        "aspect_ratio": RATIO,
    },
    total=(3, 15),
)
_O1_IMAGE = replace(
    _O3_IMAGE,
    fields={
        "prompt": PROMPT,
        "input_image": FIRST,
        "tail_image_url": PICTURE,
        "duration": seconds_of(5, 10),
    },
    total=(5, 10),
)
_EDIT = replace(
    _O3,
    fields={
        "prompt": PROMPT,
        "input_video": MOVIE,
        "input_image": PICTURES,
        "elements": ELEMENTS,
        "keep_audio": FLAG,
    },
    prompt_width=2500,
)
_MOTION = replace(
    _EDIT,
    fields={
        "prompt": PROMPT,
        "input_image": FIRST,
        "input_video": MOVIE,
        "character_orientation": Field(kind="choice", choices=("image", "video")),
        "keep_original_sound": FLAG,
        "elements": ELEMENTS,
    },
    first="input_image",
    pictures="",
    references=1,
    movie=MovieLimits(
        most_bytes=104_857_600, sides=(340, 3850), seconds=(3.0, 30.05), rate=(1.0, 240.0)
    ),
)
_V4_TEXT = replace(
    _O3,
    fields={
        "prompt": Field(kind="text", required=True),
        "duration": TO_THIRTY,
        "aspect_ratio": RATIO_OR_WIDE,
        "resolution": TO_1080P,
    },
    total=(3, 30),
    prompt_width=26_000,
    always_sounds=True,
)
_V4_REFERENCE = replace(
    _V4_TEXT,
    fields={**_V4_TEXT.fields, "input_image": PICTURES, "elements": ELEMENTS},
    references=15,
)

ENDPOINTS: Mapping[str, TableEndpoint] = {
    endpoint.id: endpoint
    for endpoint in (
        TableEndpoint(
            id="kling-video-o3-pro-reference-to-video",
            body_type=_O3,
            silent=Decimal("0.224"),
            audio=Decimal("0.224"),
        ),
        TableEndpoint(id="kling-video-o3-omni", body_type=_OMNI),
        TableEndpoint(id="kling-video-o1-reference-to-video", body_type=_O1),
        TableEndpoint(
            id="kling-video-v2-6-pro-text-to-video", body_type=_V26_TEXT, silent=Decimal("0.07")
        ),
        TableEndpoint(
            id="kling-video-v2-6-pro-image-to-video", body_type=_V26_IMAGE, silent=Decimal("0.07")
        ),
        TableEndpoint(
            id="kling-video-o3-pro-image-to-video", body_type=_O3_IMAGE, silent=Decimal("0.224")
        ),
        TableEndpoint(id="kling-video-o1-image-to-video", body_type=_O1_IMAGE),
        TableEndpoint(
            id="kling-video-o3-pro-video-to-video-edit", body_type=_EDIT, silent=Decimal("0.336")
        ),
        TableEndpoint(id="kling-video-o1-video-to-video-edit", body_type=_EDIT),
        TableEndpoint(
            id="kling-video-v3-pro-motion-control", body_type=_MOTION, silent=Decimal("0.168")
        ),
        TableEndpoint(id="kling-video-v4-0-text-to-video", body_type=_V4_TEXT),
        TableEndpoint(id="kling-video-v4-0-reference-to-video", body_type=_V4_REFERENCE),
    )
}
