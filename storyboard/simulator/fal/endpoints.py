"""fal's endpoints: fields and limits by its input schemas of 2026-06-11, USD a second of 2026-09.

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
    ANY_SHOT_TYPE,
    EITHER,
    ELEMENTS,
    FIRST,
    FLAG,
    MOVIE,
    NEGATIVE,
    PICTURE,
    PICTURES,
    PROMPT,
    RATIO,
    RATIO_OR_AUTO,
    RATIO_OR_WIDE,
    SCALE,
    SHOT_TYPE,
    SHOTS,
    TO_1080P,
    TO_FIFTEEN,
    TO_TEN,
    TO_THIRTY,
    UP_TO_EIGHT_PICTURES,
    UP_TO_FIVE_MOVIES,
    seconds_of,
)

_O3_REFERENCE = BodyType(
    fields={
        "prompt": EITHER,
        "multi_prompt": SHOTS,
        "start_image_url": PICTURE,
        "end_image_url": PICTURE,
        "image_urls": PICTURES,
        "elements": ELEMENTS,
        "generate_audio": FLAG,
        "duration": TO_FIFTEEN,
        "shot_type": SHOT_TYPE,
        "aspect_ratio": RATIO,
    }
)
_O3_TEXT = BodyType(
    fields={
        "prompt": EITHER,
        "multi_prompt": SHOTS,
        "generate_audio": FLAG,
        "duration": TO_FIFTEEN,
        "shot_type": SHOT_TYPE,
        "aspect_ratio": RATIO,
    }
)
_O3_IMAGE = BodyType(
    fields={
        "prompt": EITHER,
        "multi_prompt": SHOTS,
        "image_url": FIRST,
        "end_image_url": PICTURE,
        "generate_audio": FLAG,
        "duration": TO_FIFTEEN,
        "shot_type": SHOT_TYPE,
    },
    first="image_url",
)
_O3_EDIT = BodyType(
    fields={
        "prompt": PROMPT,
        "video_url": MOVIE,
        "image_urls": PICTURES,
        "elements": ELEMENTS,
        "shot_type": ANY_SHOT_TYPE,
        "keep_audio": FLAG,
    },
    element="images",
    references=4,
    movie=MovieLimits(sides=(720, 3840), seconds=(3.0, 15.05)),
)
_O3_VIDEO = replace(
    _O3_EDIT,
    fields={
        **_O3_EDIT.fields,
        "aspect_ratio": RATIO_OR_AUTO,
        "duration": replace(TO_FIFTEEN, nullable=True),
    },
)
_O1_REFERENCE = BodyType(
    fields={
        "prompt": PROMPT,
        "image_urls": PICTURES,
        "elements": ELEMENTS,
        "duration": TO_TEN,
        "aspect_ratio": RATIO,
    },
    total=(3, 10),
    element="frontal",
)
_O1_IMAGE = BodyType(
    fields={
        "prompt": PROMPT,
        "start_image_url": FIRST,
        "end_image_url": PICTURE,
        "duration": TO_TEN,
    },
    total=(3, 10),
)
_O1_EDIT = BodyType(
    fields={
        "prompt": PROMPT,
        "video_url": MOVIE,
        "image_urls": PICTURES,
        "elements": ELEMENTS,
        "keep_audio": FLAG,
    },
    total=(3, 10),
    element="frontal",
    references=4,
)
_O1_VIDEO = replace(
    _O1_EDIT,
    fields={**_O1_EDIT.fields, "aspect_ratio": RATIO_OR_AUTO, "duration": TO_TEN},
)
_V3_TEXT = BodyType(
    fields={
        **_O3_TEXT.fields,
        "negative_prompt": NEGATIVE,
        "cfg_scale": SCALE,
    },
    audio_default=True,
)
_V3_IMAGE = BodyType(
    fields={
        "prompt": EITHER,
        "multi_prompt": SHOTS,
        "start_image_url": FIRST,
        "end_image_url": PICTURE,
        "elements": ELEMENTS,
        "generate_audio": FLAG,
        "duration": TO_FIFTEEN,
        "shot_type": SHOT_TYPE,
        "negative_prompt": NEGATIVE,
        "cfg_scale": SCALE,
    },
    audio_default=True,
)
_V26_TEXT = BodyType(
    fields={
        "prompt": PROMPT,
        "generate_audio": FLAG,
        "cfg_scale": SCALE,
        "negative_prompt": NEGATIVE,
        "duration": seconds_of(5, 10),
        "aspect_ratio": RATIO,
    },
    audio_default=True,
)
_V26_IMAGE = BodyType(
    fields={
        "prompt": PROMPT,
        "start_image_url": FIRST,
        "end_image_url": PICTURE,
        "generate_audio": FLAG,
        "negative_prompt": NEGATIVE,
        "duration": seconds_of(5, 10),
        "voice_ids": Field(kind="words", nullable=True),
    },
    audio_default=True,
)
_MOTION = BodyType(
    fields={
        "prompt": EITHER,
        "image_url": FIRST,
        "video_url": MOVIE,
        "character_orientation": Field(kind="choice", choices=("image", "video"), required=True),
        "keep_original_sound": FLAG,
    },
    first="image_url",
    picture=PictureLimits(least_side=340, most_side=3850),
    movie=MovieLimits(
        most_bytes=104_857_600, sides=(340, 3850), seconds=(3.0, 30.05), rate=(1.0, 240.0)
    ),
)
_V3_MOTION = replace(_MOTION, fields={**_MOTION.fields, "elements": ELEMENTS}, element="images")

_TURBO_TEXT = BodyType(
    fields={
        "prompt": EITHER,
        "multi_prompt": SHOTS,
        "duration": TO_FIFTEEN,
        "aspect_ratio": RATIO,
    },
    always_sounds=True,
)
_TURBO_IMAGE = BodyType(
    fields={
        "prompt": EITHER,
        "multi_prompt": SHOTS,
        "image_url": FIRST,
        "duration": TO_FIFTEEN,
    },
    first="image_url",
    always_sounds=True,
    picture=PictureLimits(most_bytes=50_000_000),
)

_V4_TEXT = BodyType(
    fields={
        "prompt": EITHER,
        "multi_prompt": SHOTS,
        "duration": TO_THIRTY,
        "aspect_ratio": RATIO_OR_WIDE,
        "resolution": TO_1080P,
    },
    total=(3, 30),
    numbers=True,
    always_sounds=True,
    picture=PictureLimits(most_bytes=30_000_000),
)
_V4_IMAGE = replace(
    _V4_TEXT,
    fields={
        "prompt": EITHER,
        "multi_prompt": SHOTS,
        "start_image_url": FIRST,
        "middle_image_urls": UP_TO_EIGHT_PICTURES,
        "end_image_url": PICTURE,
        "duration": TO_THIRTY,
        "resolution": TO_1080P,
    },
)
_V4_REFERENCE = replace(
    _V4_TEXT,
    fields={
        **_V4_TEXT.fields,
        "start_image_url": PICTURE,
        "image_urls": PICTURES,
        "video_urls": UP_TO_FIVE_MOVIES,
        "elements": ELEMENTS,
    },
    references=15,
    with_movie=15,
    counts_movies=True,
    moving_elements=7,
    movie=MovieLimits(
        most_bytes=300_000_000, sides=(700, 4553), seconds=(3.0, 30.05), rate=(1.0, 240.0)
    ),
)

_PRICES = {
    "o3/pro/reference-to-video": ("0.112", "0.14"),
    "o3/standard/reference-to-video": ("0.084", "0.112"),
    "o3/4k/reference-to-video": ("0.42", "0.42"),
    "o1/standard/reference-to-video": ("0.084", "0.084"),
    "o1/reference-to-video": ("0.112", "0.112"),
    "o1/standard/image-to-video": ("0.084", "0.084"),
    "o1/image-to-video": ("0.112", "0.112"),
    **{f"v3/turbo/standard/{kind}-to-video": ("0.112", "0.112") for kind in ("text", "image")},
    **{f"v3/turbo/pro/{kind}-to-video": ("0.14", "0.14") for kind in ("text", "image")},
    # What is sent has a video in it, which has a row of its own in Kling's price list.
    **{
        f"{model}video-to-video/{way}": (price, price)
        for way in ("reference", "edit")
        for model, price in (
            ("o3/standard/", "0.126"),
            ("o3/pro/", "0.168"),
            ("o1/standard/", "0.126"),
            ("o1/", "0.168"),
        )
    },
    "o3/4k/video-to-video/reference": ("0.42", "0.42"),
    "v3/standard/motion-control": ("0.126", "0.126"),
    "v3/pro/motion-control": ("0.168", "0.168"),
    "v2.6/standard/motion-control": ("0.07", "0.07"),
    "v2.6/pro/motion-control": ("0.112", "0.112"),
}

_BODY_TYPES: Mapping[str, BodyType] = {
    **{f"o3/{tier}/reference-to-video": _O3_REFERENCE for tier in ("4k", "pro", "standard")},
    **{f"o3/{tier}/image-to-video": _O3_IMAGE for tier in ("4k", "pro", "standard")},
    **{f"o3/{tier}/text-to-video": _O3_TEXT for tier in ("4k", "pro", "standard")},
    **{f"o3/{tier}/video-to-video/edit": _O3_EDIT for tier in ("pro", "standard")},
    **{f"o3/{tier}/video-to-video/reference": _O3_VIDEO for tier in ("4k", "pro", "standard")},
    **{f"o1/{tier}reference-to-video": _O1_REFERENCE for tier in ("", "standard/")},
    **{f"o1/{tier}image-to-video": _O1_IMAGE for tier in ("", "standard/")},
    **{f"o1/{tier}video-to-video/edit": _O1_EDIT for tier in ("", "standard/")},
    **{f"o1/{tier}video-to-video/reference": _O1_VIDEO for tier in ("", "standard/")},
    **{f"v3/{tier}/text-to-video": _V3_TEXT for tier in ("4k", "pro", "standard")},
    **{f"v3/{tier}/image-to-video": _V3_IMAGE for tier in ("4k", "pro", "standard")},
    **{f"v3/{tier}/motion-control": _V3_MOTION for tier in ("pro", "standard")},
    **{f"v3/turbo/{tier}/text-to-video": _TURBO_TEXT for tier in ("pro", "standard")},
    **{f"v3/turbo/{tier}/image-to-video": _TURBO_IMAGE for tier in ("pro", "standard")},
    "v2.6/pro/text-to-video": _V26_TEXT,
    "v2.6/pro/image-to-video": _V26_IMAGE,
    **{f"v2.6/{tier}/motion-control": _MOTION for tier in ("pro", "standard")},
}

APP = "fal-ai/kling-video"


def _endpoint(path: str, body_type: BodyType) -> TableEndpoint:
    silent, audio = _PRICES.get(path, (None, None))
    return TableEndpoint(
        id=f"{APP}/{path}",
        body_type=body_type,
        silent=None if silent is None else Decimal(silent),
        audio=None if audio is None else Decimal(audio),
    )


_V4_PRICES = (
    ("1080p", Decimal("0.235"), Decimal("0.141")),
    ("720p", Decimal("0.157"), Decimal("0.094")),
)
_V4 = {"text": _V4_TEXT, "image": _V4_IMAGE, "reference": _V4_REFERENCE}

ENDPOINTS: Mapping[str, TableEndpoint] = {
    **{f"{APP}/{path}": _endpoint(path, body_type) for path, body_type in _BODY_TYPES.items()},
    **{
        f"kling/v4/{kind}-to-video": TableEndpoint(
            id=f"kling/v4/{kind}-to-video", body_type=body_type, by_resolution=_V4_PRICES
        )
        for kind, body_type in _V4.items()
    },
}
