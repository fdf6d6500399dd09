"""The targets that come with the package: complete, sourced, dated, and at one with themselves."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from datetime import date
from pathlib import Path
from typing import Any

import pytest

import storyboard.targets.load
from storyboard.diagnostics import Diagnostics
from storyboard.targets.load import catalogue, digest, load
from storyboard.targets.model import Feature, RenderedSecond, Target
from storyboard.targets.schemas import request_schema

DATA = Path(storyboard.targets.load.__file__).with_name("data")
IDS = catalogue()

FAMILIES = {
    "fal/kling-o3-{tier}": ("standard", "pro", "4k"),
    "fal/kling-o3-{tier}-text-to-video": ("standard", "pro", "4k"),
    "fal/kling-o3-{tier}-image-to-video": ("standard", "pro", "4k"),
    "fal/kling-v3-{tier}-text-to-video": ("standard", "pro", "4k"),
    "fal/kling-v3-{tier}-image-to-video": ("standard", "pro", "4k"),
    "fal/kling-o3-{tier}-video-reference": ("standard", "pro", "4k"),
    "fal/kling-o1-{tier}-video-reference": ("standard", "pro"),
    "fal/kling-o3-{tier}-video-edit": ("standard", "pro"),
    "fal/kling-o1-{tier}-video-edit": ("standard", "pro"),
    "fal/kling-v3-{tier}-motion-control": ("standard", "pro"),
    "fal/kling-v2.6-{tier}-motion-control": ("standard", "pro"),
    "fal/kling-o1-{tier}": ("standard", "pro"),
    "fal/kling-v2.6-{tier}-text-to-video": ("pro",),
    "fal/kling-v2.6-{tier}-image-to-video": ("pro",),
    "fal/kling-o1-{tier}-image-to-video": ("standard", "pro"),
    "fal/kling-v3-turbo-{tier}-text-to-video": ("standard", "pro"),
    "fal/kling-v3-turbo-{tier}-image-to-video": ("standard", "pro"),
    "fal/kling-v4-{tier}-to-video": ("text", "image", "reference"),
    "oxen/kling-v4-{tier}-to-video": ("text", "reference"),
    "oxen/kling-{tier}": ("o3-pro", "o3-omni", "o1"),
    "oxen/kling-{tier}-video-edit": ("o3-pro", "o1"),
    "oxen/kling-{tier}-motion-control": ("v3-pro",),
    "oxen/kling-{tier}-image-to-video": ("o3-pro", "o1", "v2.6-pro"),
    "oxen/kling-{tier}-text-to-video": ("v2.6-pro",),
}


def built_in(target_id: str) -> Target:
    diagnostics = Diagnostics()
    target = load(target_id, diagnostics)
    assert target is not None, [found.message for found in diagnostics]
    assert len(diagnostics) == 0
    return target


@pytest.fixture(params=IDS)
def target(request: pytest.FixtureRequest) -> Target:
    return built_in(request.param)


def test_the_catalogue_is_the_documented_one() -> None:
    named = {family.format(tier=tier) for family, tiers in FAMILIES.items() for tier in tiers}
    assert set(IDS) == named


def test_ids_are_unique_and_in_order() -> None:
    assert sorted(set(IDS)) == IDS


def test_endpoints_are_unique_on_their_host() -> None:
    endpoints = [(built_in(name).host, built_in(name).endpoint) for name in IDS]
    assert len(set(endpoints)) == len(endpoints)


def test_an_id_is_the_path_of_its_file(target: Target) -> None:
    path = DATA / f"{target.target}.yaml"
    assert f"target: {target.target}\n" in path.read_text(encoding="utf-8")


def test_every_data_file_is_a_target_or_shared_by_one() -> None:
    for path in DATA.rglob("*.yaml"):
        text = path.read_text(encoding="utf-8")
        is_shared = "\nabstract: true\n" in f"\n{text}"
        is_target = re.search(r"^target: ", text, re.MULTILINE) is not None
        assert is_shared != is_target, path


def test_an_abstract_file_is_no_target() -> None:
    diagnostics = Diagnostics()
    assert load("fal/kling-o3", diagnostics) is None
    assert [found.code.id for found in diagnostics] == ["SB401"]


def _limits(target: Target) -> dict[str, object]:
    """Everything that a document must have said, by its path."""
    found: dict[str, object] = {
        "seconds": target.seconds,
        "prompt.characters": target.prompt.characters,
        "tags": target.tags,
        "references.max": target.references.max,
        "references.ceiling": target.references.ceiling,
        "references.with_video": target.references.with_video,
        "references.images": target.references.images,
        "references.elements": target.references.elements,
        "references.clips": target.references.clips if target.references.clips > 1 else None,
        "references.counts_clips": target.references.counts_clips or None,
        "max_middle_frames": target.max_middle_frames,
        "pictures": target.pictures,
        "videos": target.videos,
        "speaks": target.speaks,
        "resolutions": target.resolutions,
        "aspect_ratios": "known",
        "features": target.features,
        "request": target.request,
        "requires": target.requires or None,
        "end_frame_needs_start": target.end_frame_needs_start or None,
    }
    if target.shots:
        found |= {f"shots.{name}": "known" for name in ("max", "min_seconds", "max_seconds")}
        found["shots.characters"] = "known"
    if target.elements:
        found |= {f"elements.{n}": "known" for n in ("min_references", "max_references")}
        found["elements.max_videos"] = "known"
        found["elements.beside_frame"] = target.elements.beside_frame
        found["elements.facing"] = "clip" if target.elements.facing == "clip" else None
        found["elements.voices"] = (
            target.elements.voices if target.elements.voices == "all" else None
        )
    if target.references.max:
        found["tags.overhead"] = target.tags.overhead
    return found


def test_every_fact_has_a_source(target: Target) -> None:
    missing = [
        path
        for path, value in _limits(target).items()
        if value is not None and path not in target.facts
    ]
    assert missing == []


def test_an_inferred_fact_says_from_what(target: Target) -> None:
    for path, fact in target.facts.items():
        assert fact.grade != "D" or fact.note, path


def test_sources_are_dated(target: Target) -> None:
    for source in target.sources.values():
        assert re.fullmatch(r"202\d-(0[1-9]|1[0-2])(-[0-3]\d)?", source.date)


def test_prices_are_dated_and_never_zero(target: Target) -> None:
    assert target.prices
    for price in target.prices:
        assert date(2026, 1, 1) < price.as_of < date(2026, 12, 1)
        assert price.source in target.sources
        assert price.per_second is None or price.per_second > 0
        assert price.per_second is not None or price.note
        assert price.grade in {"A", "B", "C"} or price.note


def test_a_price_stands_for_each_kind_of_second(target: Target) -> None:
    always = target.features[Feature.AUDIO].how == "always"
    is_made_of_clips = Feature.FOOTAGE in target.requires or target.is_made_from_clips
    for resolution in target.resolutions.choices if target.resolutions else (None,):
        silent = RenderedSecond(video=is_made_of_clips, resolution=resolution)
        loud = RenderedSecond(audio=True, resolution=resolution)
        assert (target.price(silent) is None) == always
        assert (target.price(loud) is not None) == target.has(Feature.AUDIO)
    for audio in (False, True) if target.has(Feature.ELEMENT_VIDEO) else ():
        fineness = target.resolution(None)
        beside = RenderedSecond(audio=audio or always, video=True, resolution=fineness)
        assert target.price(beside) is not None


def test_the_ordinary_price_is_no_word_about_requests_with_a_clip() -> None:
    target = built_in("fal/kling-o3-pro")
    with_clip = target.price(RenderedSecond(video=True))
    assert with_clip is not None
    assert with_clip.per_second is None
    rows = tuple(row for row in target.prices if not row.video)
    silent_about_clips = target.model_copy(update={"prices": rows})
    assert silent_about_clips.price(RenderedSecond(video=True)) is None


@pytest.mark.parametrize(
    ("target_id", "silent", "audio"),
    [
        ("fal/kling-o3-pro", "0.112", "0.14"),
        ("fal/kling-o3-standard", "0.084", "0.112"),
        ("fal/kling-o3-4k", "0.42", "0.42"),
        ("fal/kling-o1-standard", "0.084", None),
        ("fal/kling-o1-pro", "0.112", None),
        ("fal/kling-v3-pro-image-to-video", "0.112", "0.168"),
        ("oxen/kling-o3-pro", "0.224", "0.224"),
        ("oxen/kling-o3-omni", "unknown", "unknown"),
        ("oxen/kling-o1", "unknown", None),
    ],
)
def test_prices_are_those_of_the_documents(target_id: str, silent: str, audio: str | None) -> None:
    target = built_in(target_id)
    for has_audio, expected in ((False, silent), (True, audio)):
        price = target.price(RenderedSecond(audio=has_audio))
        if expected is None:
            assert price is None
        else:
            assert price is not None
            assert str(price.per_second or "unknown") == expected


def test_a_voice_of_ones_own_has_its_own_price() -> None:
    target = built_in("fal/kling-v3-pro-image-to-video")
    price = target.price(RenderedSecond(audio=True, voice=True))
    assert price is not None
    assert str(price.per_second) == "0.196"


@pytest.mark.parametrize(
    ("target_id", "seconds", "prompt", "shot", "references"),
    [
        ("fal/kling-o3-pro", (3, 15), 2500, 512, 4),
        ("fal/kling-o3-standard", (3, 15), 2500, 512, 4),
        ("fal/kling-o3-4k", (3, 15), 2500, 512, 7),
        ("fal/kling-o1-standard", (3, 10), 2500, None, 7),
        ("fal/kling-o1-pro", (3, 10), 2500, None, 7),
        ("oxen/kling-o3-pro", (3, 15), 512, 512, 4),
        ("oxen/kling-o3-omni", (3, 15), 2500, None, 7),
        ("oxen/kling-o1", (5, 10), None, None, 7),
    ],
)
def test_limits_are_those_of_the_documents(
    target_id: str,
    seconds: tuple[int, int],
    prompt: int | None,
    shot: int | None,
    references: int,
) -> None:
    target = built_in(target_id)
    assert (target.seconds.min, target.seconds.max) == seconds
    assert target.prompt.characters == prompt
    assert (target.shots and target.shots.characters) == shot
    assert target.references.max == references


def test_a_limit_on_which_documents_disagree_carries_its_ceiling() -> None:
    assert built_in("fal/kling-o3-pro").references.ceiling == 7
    assert built_in("fal/kling-o3-4k").references.ceiling is None


def test_a_target_without_elements_says_what_becomes_of_them(target: Target) -> None:
    how = target.features[Feature.ELEMENTS].how
    assert how in {"native", "image", "description", "first_frame"}
    takes_no_pictures = not target.request.images and not target.request.elements
    assert (how in {"description", "first_frame"}) == takes_no_pictures
    assert how != "first_frame" or Feature.FIRST_FRAME in target.requires


def test_an_image_to_video_endpoint_requires_its_first_frame(target: Target) -> None:
    needs_frame = target.endpoint.endswith(("image-to-video", "motion-control"))
    assert (Feature.FIRST_FRAME in target.requires) == needs_frame


def test_lengths_are_rounded_up_where_few_exist() -> None:
    target = built_in("fal/kling-v2.6-pro-text-to-video")
    assert [target.seconds.billed(n) for n in (1, 5, 6, 10, 11)] == [5, 5, 10, 10, None]


def test_superseded_targets_say_by_what() -> None:
    superseded = [name for name in IDS if built_in(name).status == "superseded"]
    assert superseded == [
        "oxen/kling-o3-pro",
        "oxen/kling-o3-pro-image-to-video",
        "oxen/kling-o3-pro-video-edit",
    ]
    assert "kling-video-o3-omni" in (built_in("oxen/kling-o3-pro").status_note or "")


def test_a_feature_that_a_target_does_not_have_changes_no_digest() -> None:
    target = built_in("fal/kling-o3-pro")
    known = {feature: how for feature, how in target.features.items() if how.how != "none"}
    older = Target.model_validate(
        {
            **target.model_dump(mode="json"),
            "features": {
                **{feature.value: how.model_dump() for feature, how in known.items()},
                "negative_prompt": {"how": "none"},
            },
        }
    )
    assert digest(older) == digest(target)


def test_a_digest_is_of_the_content() -> None:
    digests = {digest(built_in(name)) for name in IDS}
    assert len(digests) == len(IDS)
    assert all(re.fullmatch(r"sha256:[0-9a-f]{64}", found) for found in digests)
    assert digest(built_in("fal/kling-o3-pro")) == digest(built_in("fal/kling-o3-pro"))


def _field(schema: dict[str, Any], name: str) -> dict[str, Any]:
    found: dict[str, Any] = schema["properties"][name]
    inner = [option for option in found.get("anyOf", ()) if option != {"type": "null"}]
    return found | inner[0] if inner else found


def test_data_and_schema_agree(target: Target) -> None:
    """The numbers and names stand twice, in the data and in the schema: as the same."""
    schema, request = request_schema(target), target.request
    names = {
        request.prompt,
        *filter(
            None,
            (
                request.model,
                request.start_frame,
                request.end_frame,
                request.images and request.images.name,
            ),
        ),
        *filter(
            None, (request.audio and request.audio.name, request.negative, request.aspect_ratio)
        ),
        *filter(None, (request.resolution,)),
        *([request.seconds.name] if request.seconds else []),
        *([request.shots.name] if request.shots else []),
        *([request.elements.name] if request.elements else []),
        *request.constants,
    }
    assert names <= set(schema["properties"])
    assert _field(schema, request.prompt).get("maxLength") == target.prompt.characters
    if request.seconds is not None:
        seconds = _field(schema, request.seconds.name)
        assert seconds["type"] == request.seconds.type
        lengths = list(target.seconds.choices or range(target.seconds.min, target.seconds.max + 1))
        if "enum" in seconds:
            assert [int(length) for length in seconds["enum"]] == lengths
        else:
            assert [seconds["minimum"], seconds["maximum"]] == [lengths[0], lengths[-1]]
    if request.aspect_ratio:
        # What an endpoint takes from its clip is no ratio that a film can ask for.
        named = [one for one in _field(schema, request.aspect_ratio)["enum"] if one != "auto"]
        assert named == list(target.aspect_ratios)
    if request.resolution and target.resolutions:
        assert _field(schema, request.resolution)["enum"] == list(target.resolutions.choices)
    if request.model:
        assert _field(schema, request.model)["const"] == target.endpoint
    for name, value in request.constants.items():
        assert value in _field(schema, name)["enum"]
    for frame in (request.start_frame, *((request.images.name,) if request.images else ())):
        needed = Feature.FIRST_FRAME if frame == request.start_frame else Feature.IMAGES
        if frame:
            assert (frame in schema.get("required", ())) == (needed in target.requires)


def test_shots_and_elements_agree_with_the_schema(target: Target) -> None:
    schema, request = request_schema(target), target.request
    if target.shots and request.shots:
        shots = _field(schema, request.shots.name)
        assert (shots["minItems"], shots["maxItems"]) == (1, target.shots.max)
        shot = schema["$defs"]["shot"]
        assert shot["properties"][request.shots.prompt]["maxLength"] == target.shots.characters
        seconds = shot["properties"][request.shots.seconds]
        assert seconds["type"] == request.shots.type
        lengths = seconds.get("enum") or [seconds["minimum"], seconds["maximum"]]
        ends = int(lengths[0]), int(lengths[-1])
        assert ends == (target.shots.min_seconds, target.shots.max_seconds)
    if target.elements and request.elements:
        element = schema["$defs"]["element"]
        fields = request.elements
        named = {fields.frontal, fields.references, fields.video, fields.voice} - {None}
        assert named == set(element["properties"])
        pictures = _field(element, fields.references)
        assert pictures["maxItems"] == target.elements.max_references
    most = target.references.ceiling or target.references.max
    limits = target.references
    lists = {
        request.images.name if request.images else None: limits.images,
        request.elements.name if request.elements else None: limits.elements,
    }
    for name, of_kind in lists.items():
        if name:
            assert _field(schema, name)["maxItems"] >= (most if of_kind is None else of_kind)


def test_a_built_in_target_is_loaded_with_little_work() -> None:
    # Calls, and not seconds: their number is the same on a busy machine. It was 1,672 in 2026.
    load("fal/kling-o3-pro", Diagnostics())
    calls = 0

    def count(_frame: Any, event: str, _argument: Any) -> None:
        nonlocal calls
        calls += event == "call"

    before = sys.getprofile()
    sys.setprofile(count)
    try:
        load("fal/kling-o3-pro", Diagnostics())
    finally:
        sys.setprofile(before)
    assert calls < 3000


def test_loading_imports_nothing_heavy() -> None:
    code = (
        "import sys, json; from storyboard.targets.load import load;"
        "from storyboard.diagnostics import Diagnostics;"
        "load('fal/kling-o3-pro', Diagnostics()); print(json.dumps(sorted(sys.modules)))"
    )
    ran = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=True,
        cwd=DATA.parents[2],
    )
    loaded = {name.partition(".")[0] for name in json.loads(ran.stdout)}
    assert not loaded & {"jinja2", "jsonschema", "httpx", "PIL", "rich", "sentencex"}


def test_every_target_that_takes_a_clip_says_what_it_may_be(target: Target) -> None:
    assert (target.videos is not None) == target.has(Feature.ELEMENT_VIDEO)


def test_a_target_with_sound_says_which_languages_it_speaks(target: Target) -> None:
    assert (target.speaks is not None) == target.has(Feature.AUDIO)
