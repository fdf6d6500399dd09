"""What the simulated hosts offer: endpoints, their fields, limits and prices, as tables.

These tables are written from the vendors' documents alone and share nothing with the compiler's
own target data, so that a mistake there is found here. Field tables are fal's published input
schemas of 2026-06-11 and Oxen's model pages of 2026-07; prices are in USD a second, of 2026-09
for fal and of 2026-04 for Oxen. A price that no document states is None.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal

from storyboard.simulator.body_types import BodyType, Endpoint, Field, MovieLimits, PictureLimits


def _seconds(*values: int) -> Field:
    return Field(kind="seconds", choices=tuple(str(value) for value in values))


RATIOS = ("16:9", "9:16", "1:1")
_PROMPT = Field(kind="text", most=2500, required=True)
_EITHER = Field(kind="text", most=2500, nullable=True)
_NEGATIVE = Field(kind="text", most=2500)
_RATIO = Field(kind="choice", choices=RATIOS)
_RATIO_OR_AUTO = Field(kind="choice", choices=("auto", *RATIOS))
_SHOT_TYPE = Field(kind="choice", choices=("customize", "intelligent"))
_ANY_SHOT_TYPE = Field(kind="text", most=2500)
_FLAG = Field(kind="flag")
_SCALE = Field(kind="number")
_PICTURE = Field(kind="picture", nullable=True)
_FIRST = Field(kind="picture", required=True)
_PICTURES = Field(kind="pictures", nullable=True)
_MOVIE = Field(kind="movie", required=True)
_ELEMENTS = Field(kind="elements", nullable=True)
_SHOTS = Field(kind="shots", nullable=True)
_TO_TEN = _seconds(*range(3, 11))
_TO_FIFTEEN = _seconds(*range(3, 16))

_O3_REFERENCE = BodyType(
    fields={
        "prompt": _EITHER,
        "multi_prompt": _SHOTS,
        "start_image_url": _PICTURE,
        "end_image_url": _PICTURE,
        "image_urls": _PICTURES,
        "elements": _ELEMENTS,
        "generate_audio": _FLAG,
        "duration": _TO_FIFTEEN,
        "shot_type": _SHOT_TYPE,
        "aspect_ratio": _RATIO,
    }
)
_O3_TEXT = BodyType(
    fields={
        "prompt": _EITHER,
        "multi_prompt": _SHOTS,
        "generate_audio": _FLAG,
        "duration": _TO_FIFTEEN,
        "shot_type": _SHOT_TYPE,
        "aspect_ratio": _RATIO,
    }
)
_O3_IMAGE = BodyType(
    fields={
        "prompt": _EITHER,
        "multi_prompt": _SHOTS,
        "image_url": _FIRST,
        "end_image_url": _PICTURE,
        "generate_audio": _FLAG,
        "duration": _TO_FIFTEEN,
        "shot_type": _SHOT_TYPE,
    },
    first="image_url",
)
_O3_EDIT = BodyType(
    fields={
        "prompt": _PROMPT,
        "video_url": _MOVIE,
        "image_urls": _PICTURES,
        "elements": _ELEMENTS,
        "shot_type": _ANY_SHOT_TYPE,
        "keep_audio": _FLAG,
    },
    element="images",
    references=4,
)
_O3_VIDEO = replace(
    _O3_EDIT,
    fields={
        **_O3_EDIT.fields,
        "aspect_ratio": _RATIO_OR_AUTO,
        "duration": replace(_TO_FIFTEEN, nullable=True),
    },
)
_O1_REFERENCE = BodyType(
    fields={
        "prompt": _PROMPT,
        "image_urls": _PICTURES,
        "elements": _ELEMENTS,
        "duration": _TO_TEN,
        "aspect_ratio": _RATIO,
    },
    total=(3, 10),
    element="frontal",
)
_O1_IMAGE = BodyType(
    fields={
        "prompt": _PROMPT,
        "start_image_url": _FIRST,
        "end_image_url": _PICTURE,
        "duration": _TO_TEN,
    },
    total=(3, 10),
)
_O1_EDIT = BodyType(
    fields={
        "prompt": _PROMPT,
        "video_url": _MOVIE,
        "image_urls": _PICTURES,
        "elements": _ELEMENTS,
        "keep_audio": _FLAG,
    },
    total=(3, 10),
    element="frontal",
    references=4,
)
_O1_VIDEO = replace(
    _O1_EDIT,
    fields={**_O1_EDIT.fields, "aspect_ratio": _RATIO_OR_AUTO, "duration": _TO_TEN},
)
_V3_TEXT = BodyType(
    fields={
        **_O3_TEXT.fields,
        "negative_prompt": _NEGATIVE,
        "cfg_scale": _SCALE,
    },
    audio_default=True,
)
_V3_IMAGE = BodyType(
    fields={
        "prompt": _EITHER,
        "multi_prompt": _SHOTS,
        "start_image_url": _FIRST,
        "end_image_url": _PICTURE,
        "elements": _ELEMENTS,
        "generate_audio": _FLAG,
        "duration": _TO_FIFTEEN,
        "shot_type": _SHOT_TYPE,
        "negative_prompt": _NEGATIVE,
        "cfg_scale": _SCALE,
    },
    audio_default=True,
)
_V26_TEXT = BodyType(
    fields={
        "prompt": _PROMPT,
        "generate_audio": _FLAG,
        "cfg_scale": _SCALE,
        "negative_prompt": _NEGATIVE,
        "duration": _seconds(5, 10),
        "aspect_ratio": _RATIO,
    },
    audio_default=True,
)
_V26_IMAGE = BodyType(
    fields={
        "prompt": _PROMPT,
        "start_image_url": _FIRST,
        "end_image_url": _PICTURE,
        "generate_audio": _FLAG,
        "negative_prompt": _NEGATIVE,
        "duration": _seconds(5, 10),
        "voice_ids": Field(kind="words", nullable=True),
    },
    audio_default=True,
)
_MOTION = BodyType(
    fields={
        "prompt": _EITHER,
        "image_url": _FIRST,
        "video_url": _MOVIE,
        "character_orientation": Field(kind="choice", choices=("image", "video"), required=True),
        "keep_original_sound": _FLAG,
    },
    first="image_url",
    picture=PictureLimits(least_side=340, most_side=3850),
    movie=MovieLimits(
        most_bytes=104_857_600, sides=(340, 3850), seconds=(3.0, 30.05), rate=(1.0, 240.0)
    ),
)
_V3_MOTION = replace(_MOTION, fields={**_MOTION.fields, "elements": _ELEMENTS}, element="images")

_FAL_PRICES = {
    "o3/pro/reference-to-video": ("0.112", "0.14"),
    "o3/standard/reference-to-video": ("0.084", "0.112"),
    "o3/4k/reference-to-video": ("0.42", "0.42"),
    "o1/standard/reference-to-video": ("0.084", "0.084"),
    "o1/reference-to-video": ("0.112", "0.112"),
}

_FAL_BODY_TYPES: Mapping[str, BodyType] = {
    **{f"o3/{tier}/reference-to-video": _O3_REFERENCE for tier in ("4k", "pro", "standard")},
    **{f"o3/{tier}/image-to-video": _O3_IMAGE for tier in ("4k", "pro", "standard")},
    **{f"o3/{tier}/text-to-video": _O3_TEXT for tier in ("4k", "pro", "standard")},
    **{f"o3/{tier}/video-to-video/edit": _O3_EDIT for tier in ("pro", "standard")},
    **{f"o3/{tier}/video-to-video/reference": _O3_VIDEO for tier in ("pro", "standard")},
    **{f"o1/{tier}reference-to-video": _O1_REFERENCE for tier in ("", "standard/")},
    **{f"o1/{tier}image-to-video": _O1_IMAGE for tier in ("", "standard/")},
    **{f"o1/{tier}video-to-video/edit": _O1_EDIT for tier in ("", "standard/")},
    **{f"o1/{tier}video-to-video/reference": _O1_VIDEO for tier in ("", "standard/")},
    **{f"v3/{tier}/text-to-video": _V3_TEXT for tier in ("4k", "pro", "standard")},
    **{f"v3/{tier}/image-to-video": _V3_IMAGE for tier in ("4k", "pro", "standard")},
    **{f"v3/{tier}/motion-control": _V3_MOTION for tier in ("pro", "standard")},
    "v2.6/pro/text-to-video": _V26_TEXT,
    "v2.6/pro/image-to-video": _V26_IMAGE,
    **{f"v2.6/{tier}/motion-control": _MOTION for tier in ("pro", "standard")},
}

FAL_APP = "fal-ai/kling-video"


def _fal_endpoint(path: str, body_type: BodyType) -> Endpoint:
    silent, audio = _FAL_PRICES.get(path, (None, None))
    return Endpoint(
        id=f"{FAL_APP}/{path}",
        body_type=body_type,
        silent=None if silent is None else Decimal(silent),
        audio=None if audio is None else Decimal(audio),
    )


FAL: Mapping[str, Endpoint] = {
    f"{FAL_APP}/{path}": _fal_endpoint(path, body_type)
    for path, body_type in _FAL_BODY_TYPES.items()
}

_SAFE_PICTURE = PictureLimits(formats=("JPEG", "PNG"))
_OXEN_O3 = BodyType(
    fields={
        "prompt": Field(kind="text", most=512, nullable=True),
        "multi_prompt": _SHOTS,
        "duration": _seconds(*range(1, 16)),
        "input_image": _PICTURES,
        "start_image_url": _PICTURE,
        "tail_image_url": _PICTURE,
        "elements": _ELEMENTS,
        "negative_prompt": _NEGATIVE,
        "aspect_ratio": _RATIO,
        "generate_audio": _FLAG,
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
_OXEN_OMNI = replace(
    _OXEN_O3,
    fields={
        "prompt": _PROMPT,
        "duration": _seconds(*range(1, 16)),
        "input_image": _PICTURES,
        "start_image_url": _PICTURE,
        "tail_image_url": _PICTURE,
        "elements": _ELEMENTS,
        "negative_prompt": _NEGATIVE,
        "aspect_ratio": _RATIO,
        "generate_audio": _FLAG,
        "resolution": Field(kind="choice", choices=("720p", "1080p", "4k")),
    },
    prompt_width=2500,
    references=7,
    element="combo",
)
_OXEN_O1 = replace(
    _OXEN_O3,
    fields={
        "prompt": _PROMPT,
        "duration": _seconds(5, 10),
        "input_image": Field(kind="pictures", required=True),
        "elements": _ELEMENTS,
        "aspect_ratio": _RATIO,
    },
    total=(5, 10),
    prompt_width=2500,
    references=7,
    element="frontal",
)

OXEN: Mapping[str, Endpoint] = {
    endpoint.id: endpoint
    for endpoint in (
        Endpoint(
            id="kling-video-o3-pro-reference-to-video",
            body_type=_OXEN_O3,
            silent=Decimal("0.224"),
            audio=Decimal("0.224"),
        ),
        Endpoint(id="kling-video-o3-omni", body_type=_OXEN_OMNI),
        Endpoint(id="kling-video-o1-reference-to-video", body_type=_OXEN_O1),
    )
}
