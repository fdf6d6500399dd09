"""What a target cannot do is said: once, at the line that asks for it, for every way of giving it.

Each case is a feature that a target offers in one way: a file of the user's own changes a built-in
target to it, and a film asks for the feature and for nothing else.
"""

from __future__ import annotations

import json
import textwrap
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from storyboard.api import CompileOptions, Project
from storyboard.diagnostics import Severity
from storyboard.targets.model import WAYS, Feature

ANY = "https://example.com/any.png"
BEFORE = "storyboard: 1\ntarget: firm/changed\n"
MARA = (
    "characters:\n  mara:\n    description: a keeper\n    frontal: https://example.com/mara.png\n"
)
SIDE = "    references: ['https://example.com/side.png']\n"
CLIP = "    video: https://example.com/turn.mp4\n"

O3, O1, OMNI = "fal/kling-o3-pro", "fal/kling-o1-pro", "oxen/kling-o3-omni"
TEXT, V26 = "fal/kling-v3-pro-text-to-video", "fal/kling-v2.6-pro-text-to-video"
FRAME = "fal/kling-v3-pro-image-to-video"
EDITS = "fal/kling-o3-pro-video-edit"


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A feature as a target offers it.

    ``change`` is what the target's file says beside ``extends: base``. ``found`` are the findings
    as ``code line``; ``sent`` is a part of the payload's text that shows the way.
    """

    base: str
    film: str
    found: tuple[str, ...] = ()
    sent: str = ""
    change: str = ""


def features(**how: str) -> str:
    listed = ", ".join(f"{name}: {{how: {way}}}" for name, way in how.items())
    return f"features: {{{listed}}}\n"


NO_ELEMENTS = "elements: absent\n"
"""Of a target whose elements are images or words: there is nothing that they are made of."""
AS_IMAGES = NO_ELEMENTS + features(elements="image", looks="image", lone_frontal="none")

SCENE = "scenes:\n  - shots:\n      - "
MENTION = f'{SCENE}"@mara waits."\n'
LOOK = (
    "    looks:\n      gown: {frontal: 'https://example.com/gown.png', description: a gown,\n"
    "             references: ['https://example.com/gown-side.png']}\n"
)
IN_LOOK = f'{MARA}{SIDE}{LOOK}{SCENE}"@mara.gown waits."\n'
PLACE = f"locations:\n  pier: {{description: a pier, image: '{ANY}'}}\n"
ON_PIER = f'{PLACE}{SCENE}"@pier in fog."\n'
VOICED = f"{MARA}{CLIP}    voice: hers\n"
TWO = f"{SCENE}The sea.\n      - The wind.\n"
LONG = f"{SCENE}{{prompt: The sea., duration: 7s}}\n"
OPENS = f"{SCENE}{{prompt: The sea., start_frame: '{ANY}'}}\n"
ENDS = f"{SCENE}{{prompt: The sea., start_frame: '{ANY}', end_frame: '{ANY}'}}\n"
LOUD = f"{SCENE}{{prompt: The sea., audio: true}}\n"
AVOIDS = f"{SCENE}{{prompt: The sea., negative: fog}}\n"
CLIPPED = "footage:\n  rain: {description: a wet street, video: 'https://example.com/rain.mp4'}\n"
EDITED = f"{CLIPPED}{SCENE}{{prompt: The sea., edit: rain, duration: 5s}}\n"
REFERS = f'{CLIPPED}{SCENE}"As in @rain."\n'
TALL = f"defaults: {{aspect_ratio: '9:16'}}\n{SCENE}{{prompt: The sea., start_frame: '{ANY}'}}\n"

CASES: dict[tuple[Feature, str], Case] = {
    (Feature.ELEMENTS, "native"): Case(
        base=O3, film=MARA + SIDE + MENTION, sent='"elements": [{"frontal_image_url"'
    ),
    (Feature.ELEMENTS, "image"): Case(
        base=OMNI,
        change=AS_IMAGES,
        film=MARA + SIDE + MENTION,
        found=("SB403 4",),
        sent='"input_image": ["https',
    ),
    (Feature.ELEMENTS, "description"): Case(
        # Pictures are taken, and the data says that characters are words all the same.
        base=OMNI,
        change=NO_ELEMENTS
        + features(elements="description", looks="description", lone_frontal="none"),
        film=MARA + SIDE + MENTION,
        found=("SB402 4",),
        sent='"prompt": "Mara: a keeper. Mara waits."',
    ),
    (Feature.ELEMENTS, "none"): Case(
        base=TEXT,
        change=features(elements="none"),
        film=MARA + SIDE + MENTION,
        found=("SB402 4",),
        sent='"prompt": "Mara: a keeper. Mara waits."',
    ),
    (Feature.ELEMENTS, "first_frame"): Case(
        base="fal/kling-v2.6-pro-image-to-video",
        change=features(elements="first_frame"),
        film=f"{MARA}{SIDE}{SCENE}{{prompt: '@mara waits.', start_frame: '{ANY}'}}\n",
        found=("SB403 4",),
        sent='"prompt": "Mara: a keeper. Mara waits."',
    ),
    (Feature.LOOKS, "first_frame"): Case(
        base=FRAME,
        change=features(looks="first_frame"),
        film=f"{MARA}{SIDE}{LOOK}{SCENE}{{prompt: '@mara.gown waits.', start_frame: '{ANY}'}}\n",
        found=("SB403 9",),
        sent='"prompt": "Mara: a gown. Mara waits."',
    ),
    (Feature.IMAGES, "native"): Case(base=O3, film=ON_PIER, sent='"prompt": "@Image1 in fog."'),
    (Feature.IMAGES, "description"): Case(
        base=TEXT, film=ON_PIER, found=("SB402 4",), sent='"prompt": "Place: a pier. Pier in fog."'
    ),
    (Feature.IMAGES, "none"): Case(
        base=TEXT,
        change=features(images="none"),
        film=ON_PIER,
        found=("SB402 4",),
        sent='"prompt": "Place: a pier. Pier in fog."',
    ),
    (Feature.FOOTAGE, "native"): Case(
        base="fal/kling-o3-pro-video-reference", film=REFERS, sent='"prompt": "As in @Video1."'
    ),
    (Feature.FOOTAGE, "none"): Case(
        base=O3, film=REFERS, found=("SB402 4",), sent='"prompt": "Rain: a wet street. As in rain."'
    ),
    (Feature.EDIT, "native"): Case(base=EDITS, film=EDITED, sent="rain.mp4"),
    (Feature.MIDDLE_FRAMES, "native"): Case(
        base="fal/kling-v4-image-to-video",
        film=f"{SCENE}{{prompt: The sea., start_frame: '{ANY}', middle_frames: ['{ANY}']}}\n",
        found=("SB408 5",),
        sent='"middle_image_urls": ["https',
    ),
    (Feature.MOTION, "native"): Case(
        base=EDITS,
        change="requires: [motion]\ntags: {clip: absent}\n"
        + features(edit="none", motion="native"),
        film=EDITED.replace("edit:", "motion:"),
        sent="rain.mp4",
    ),
    (Feature.LOOKS, "native"): Case(base=O3, film=IN_LOOK, sent="gown.png"),
    (Feature.LOOKS, "image"): Case(
        base=O3,
        change=features(looks="image"),
        film=IN_LOOK,
        found=("SB403 9",),
        sent='"image_urls": ["https://example.com/gown.png"]',
    ),
    (Feature.LOOKS, "description"): Case(
        base=O3,
        change=features(looks="description"),
        film=IN_LOOK,
        found=("SB402 9",),
        sent='"prompt": "Mara: a gown. Mara waits."',
    ),
    (Feature.LOOKS, "none"): Case(
        base=O3,
        change=features(looks="none"),
        film=IN_LOOK,
        found=("SB402 9",),
        sent='{"frontal_image_url": "https://example.com/mara.png"',
    ),
    (Feature.LONE_FRONTAL, "native"): Case(
        base=O3,
        change="elements: {min_references: 0}\n" + features(lone_frontal="native"),
        film=MARA + MENTION,
        sent='[{"frontal_image_url": "https://example.com/mara.png"}]',
    ),
    (Feature.LONE_FRONTAL, "repeated"): Case(
        base=O3,
        film=MARA + MENTION,
        found=("SB404 4",),
        sent='"reference_image_urls": ["https://example.com/mara.png"]',
    ),
    (Feature.ELEMENT_VIDEO, "native"): Case(
        base=O3, film=MARA + CLIP + MENTION, sent='"elements": [{"video_url"'
    ),
    (Feature.ELEMENT_VIDEO, "none"): Case(
        base=O1,
        film=MARA + SIDE + CLIP + MENTION,
        found=("SB402 8",),
        sent='"elements": [{"frontal_image_url"',
    ),
    (Feature.VOICE, "native"): Case(base=O3, film=VOICED + MENTION, sent='"voice_id": "hers"'),
    (Feature.VOICE, "none"): Case(
        base=O3,
        change=features(voice="none"),
        film=VOICED + MENTION,
        found=("SB402 8",),
        sent='"elements": [{"video_url"',
    ),
    (Feature.MULTI_SHOT, "native"): Case(base=O3, film=TWO, sent='"multi_prompt": [{'),
    (Feature.MULTI_SHOT, "single_requests"): Case(base=O1, film=TWO, found=("SB403 5",)),
    (Feature.MULTI_SHOT, "none"): Case(
        base=O1, change=features(multi_shot="none"), film=TWO, found=("SB403 5",)
    ),
    (Feature.ANY_LENGTH, "native"): Case(base=O3, film=LONG, sent='"duration": "7"'),
    (Feature.ANY_LENGTH, "rounded_up"): Case(
        base=V26, film=LONG, found=("SB312 5",), sent='"duration": "10"'
    ),
    (Feature.FIRST_FRAME, "native"): Case(base=O3, film=OPENS, sent='"start_image_url": "https'),
    (Feature.FIRST_FRAME, "words"): Case(
        base=O1, film=OPENS, found=("SB403 5",), sent="Take @Image1 as the start frame."
    ),
    (Feature.FIRST_FRAME, "none"): Case(base=TEXT, film=OPENS, found=("SB402 5",)),
    (Feature.LAST_FRAME, "native"): Case(base=O3, film=ENDS, sent='"end_image_url": "https'),
    (Feature.LAST_FRAME, "none"): Case(
        base=O3, change=features(last_frame="none"), film=ENDS, found=("SB402 5",)
    ),
    (Feature.AUDIO, "native"): Case(base=O3, film=LOUD, sent='"generate_audio": true'),
    (Feature.AUDIO, "always"): Case(
        base="fal/kling-v3-turbo-pro-text-to-video",
        film=f"{SCENE}{{prompt: The sea., audio: false}}\n",
        found=("SB402 5",),
    ),
    (Feature.AUDIO, "none"): Case(base=O1, film=LOUD, found=("SB402 5",)),
    (Feature.NEGATIVE_PROMPT, "native"): Case(base=TEXT, film=AVOIDS, sent='prompt": "fog"'),
    (Feature.NEGATIVE_PROMPT, "none"): Case(base=O3, film=AVOIDS, found=("SB402 5",)),
    (Feature.ASPECT_RATIO, "native"): Case(base=O3, film=TALL, sent='"aspect_ratio": "9:16"'),
    (Feature.ASPECT_RATIO, "none"): Case(base=FRAME, film=TALL, found=("SB402 3",)),
}

IMPOSSIBLE = {
    (Feature.LONE_FRONTAL, "none"),
    (Feature.ANY_LENGTH, "none"),
    (Feature.EDIT, "none"),
    (Feature.MOTION, "none"),
    (Feature.MIDDLE_FRAMES, "none"),
}
"""The first two are refused with native elements, and at all: ``test_imaginary_hosts`` has them.

Shots that are made from a clip, or pass through pictures, are refused where the target takes none:
``test_edited_footage``, ``test_middle_frames``.
"""

Compiled = Callable[..., tuple[list[str], str, list[Severity]]]


@pytest.fixture
def compiled(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Compiled:
    """Compiles the film of a case: its findings, its payloads as text, and how findings weigh."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "targets").mkdir()

    def compile_case(
        base: str, change: str, film: str, *, is_strict: bool = False
    ) -> tuple[list[str], str, list[Severity]]:
        target = f"extends: {base}\ntarget: firm/changed\nendpoint: changed\n{change}"
        target += "request_schema: absent\n"
        (tmp_path / "targets" / "changed.yaml").write_text(target, encoding="utf-8")
        (tmp_path / "film.yaml").write_text(BEFORE + film, encoding="utf-8")
        planned, compilation = Project("film.yaml", CompileOptions(is_strict=is_strict)).plan()
        found = [
            one
            for one in compilation.diagnostics
            # Prices, and the seconds of clips at URLs, are not asked about here.
            if one.code.id not in {"SB317", "SB503", "SB505"}
        ]
        return (
            [f"{one.code.id} {one.span.line if one.span else '-'}" for one in found],
            json.dumps([one["payload"] for one in planned.to_json()["requests"]]),
            [one.severity for one in found],
        )

    return compile_case


EACH = pytest.mark.parametrize(
    "case", CASES.values(), ids=[f"{feature.value}-{how}" for feature, how in CASES]
)


def test_every_feature_is_tried_in_every_way_that_it_may_be_offered() -> None:
    ways = {
        (feature, how) for feature in Feature for how in ("native", "none", *WAYS.get(feature, ()))
    }
    assert set(CASES) == ways - IMPOSSIBLE


@EACH
def test_it_is_said_once_at_the_line_that_asks(case: Case, compiled: Compiled) -> None:
    found, payloads, _ = compiled(case.base, case.change, case.film)
    assert found == list(case.found)
    assert payloads != "[]"
    assert case.sent in payloads


@EACH
def test_strictness_makes_errors_of_what_is_dropped_and_of_nothing_else(
    case: Case, compiled: Compiled
) -> None:
    found, payloads, severities = compiled(case.base, case.change, case.film, is_strict=True)
    assert found == list(case.found)
    are_errors = [severity is Severity.ERROR for severity in severities]
    assert are_errors == [one.startswith("SB402") for one in found]
    assert (payloads == "[]") == any(are_errors)


def test_those_who_ask_for_sound_hear_once_that_there_is_none(compiled: Compiled) -> None:
    film = textwrap.dedent("""\
        defaults: {audio: true}
        scenes:
          - shots: [The sea., The wind.]
          - defaults: {audio: true}
            shots: [The rain.]
          - defaults: {audio: false}
            shots:
              - {prompt: The hail., audio: true}
              - The snow.
        """)
    found, _, _ = compiled(O1, "", film)
    assert [one for one in found if "SB402" in one] == ["SB402 3"]


def test_a_character_with_everything_loses_each_thing_once(compiled: Compiled) -> None:
    film = f"{MARA}{SIDE}{CLIP}    voice: hers\n{LOOK}{SCENE}'@mara, @mara.gown, @mara again.'\n"
    assert compiled(OMNI, AS_IMAGES, film)[0] == ["SB403 4", "SB402 8", "SB402 9", "SB403 11"]
    assert compiled(TEXT, "", film)[0] == ["SB402 4", "SB402 9", "SB402 11"]


def test_a_look_of_the_scene_asks_for_nothing_without_the_look(compiled: Compiled) -> None:
    scene = "scenes:\n  - looks: {mara: gown}\n    shots: ['@mara waits.']\n"
    assert compiled(OMNI, AS_IMAGES, f"{MARA}{SIDE}{LOOK}{scene}")[0] == ["SB403 9"]


def test_a_divided_shot_says_what_becomes_of_its_seam(compiled: Compiled) -> None:
    film = f"{SCENE}{{prompt: The sea. The wind., duration: 16s}}\n"
    assert compiled(O3, "", film)[0] == ["SB301 5"]
    assert compiled(O1, "", film)[0] == ["SB301 5", "SB403 5"]
    assert compiled(TEXT, "", film)[0] == ["SB301 5", "SB402 5"]


def test_a_frame_in_words_is_one_of_the_pictures_that_a_target_requires(
    compiled: Compiled,
) -> None:
    found, payloads, _ = compiled("oxen/kling-o1", "", OPENS)
    assert found == ["SB403 5"]
    assert f'"input_image": ["{ANY}"]' in payloads


def test_what_is_dropped_does_not_keep_shots_apart(compiled: Compiled) -> None:
    film = f"{SCENE}{{prompt: The sea., negative: fog}}\n      - The wind.\n"
    assert compiled(O3, "", film)[1].count('"multi_prompt"') == 1
    assert compiled(TEXT, "", film)[1].count('"multi_prompt"') == 0


def test_a_negative_prompt_longer_than_the_vendor_takes_is_told_at_its_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    film = f"storyboard: 1\ntarget: {TEXT}\n{AVOIDS.replace('fog', 'fog ' * 700)}"
    (tmp_path / "film.yaml").write_text(film, encoding="utf-8")
    planned, compilation = Project("film.yaml").plan()
    assert [(one.code.id, one.message) for one in compilation.diagnostics] == [
        ("SB110", f"the negative prompt counts 2,799 characters, {TEXT} takes 2,500")
    ]
    assert planned.requests == ()


def test_names_in_a_negative_prompt_are_words_and_so_are_those_in_their_words(
    compiled: Compiled,
) -> None:
    cast = (
        "characters:\n"
        f"  mara: {{description: 'the keeper of @pier', frontal: '{ANY}', references: ['{ANY}']}}\n"
        f"locations:\n  pier: {{image: '{ANY}', label: the long pier}}\n"
    )
    film = f'{cast}{SCENE}{{prompt: The sea., negative: "a crowd of @mara"}}\n'
    found, payloads, _ = compiled("oxen/kling-o3-pro", "status: current\n", film)
    assert found == []
    assert '"negative_prompt": "a crowd of the keeper of the long pier"' in payloads
    assert '"elements"' not in payloads
