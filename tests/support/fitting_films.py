"""Small films and targets for the tests of fitting; each target is one shape of limits."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any, Literal

from storyboard.compiler.clip import Clip, Part, Prompt, Slice
from storyboard.compiler.compose import Composer
from storyboard.compiler.film import (
    MENTION,
    Appearance,
    Asset,
    Beat,
    Cast,
    Film,
    Framing,
    Passage,
    Reference,
    Scene,
    Shot,
    Speech,
    mark_of,
)
from storyboard.compiler.pack import pack
from storyboard.compiler.ruler import Ruler
from storyboard.compiler.split import Ways, split
from storyboard.compiler.split.findings import check_clips
from storyboard.diagnostics import Diagnostic, Diagnostics, Source
from storyboard.document.nodes import Mapping, Origin, Scalar
from storyboard.targets.model import Feature, Target

SOURCE = Source("film.storyboard.yaml", "- a shot\n")


def a_node(**keys: Scalar) -> Mapping:
    """A shot as it would stand in a file, with these keys."""
    node = Mapping()
    node.update({a_scalar(key): value for key, value in keys.items()})
    node.origin, node.start, node.end = Origin(SOURCE), 0, 8
    return node


def a_scalar(text: str) -> Scalar:
    """A text in a file that holds nothing else."""
    scalar = Scalar(text)
    scalar.origin = Origin(Source("text.yaml", text))
    scalar.start, scalar.end, scalar.style = 0, len(text), ""
    return scalar


PICTURE = Asset(location="picture.png", span=a_node().span)


def a_target(
    *,
    seconds: dict[str, Any],
    characters: int | None,
    shots: dict[str, int] | None = None,
    references: dict[str, Any] | None = None,
    videos: int = 1,
    beside_frame: int | None = None,
    first_frame: dict[str, str] | None = None,
) -> Target:
    """A target with these limits; what fitting does not look at is filled in."""
    features: dict[str, Any] = {feature.value: {"how": "native"} for feature in Feature}
    if shots is None:
        features["multi_shot"] = {"how": "none"}
    if first_frame:
        features["first_frame"] = first_frame
    listed = {"name": "l", "prompt": "p", "seconds": "s", "type": "string", "total": "sum"}
    return Target.model_validate(
        {
            "target": "host/model",
            "title": "a target",
            "host": "fal",
            "endpoint": "model",
            "as_of": date(2026, 9, 1),
            "sources": {},
            "seconds": seconds,
            "prompt": {"characters": characters},
            "shots": shots,
            "tags": {"element": "@Element{n}", "image": "@Image{n}", "overhead": 6},
            "references": references or {"max": 4, "ceiling": 7},
            "elements": {
                "min_references": 1,
                "max_references": 3,
                "max_videos": videos,
                "beside_frame": beside_frame,
            },
            "pictures": {
                "max_bytes": 1,
                "min_side": 1,
                "min_ratio": "0.4",
                "max_ratio": "2.5",
                "formats": ["PNG"],
            },
            "aspect_ratios": ["16:9"],
            "features": features,
            "request": {
                "prompt": "prompt",
                "shots": listed if shots else None,
                "seconds": {"name": "duration"},
                "elements": {"name": "elements", "frontal": "f", "references": "r"},
            },
            "request_schema": "none.schema.json",
            "prices": [],
        }
    )


O3 = a_target(
    seconds={"min": 3, "max": 15},
    characters=2500,
    shots={"max": 6, "min_seconds": 1, "max_seconds": 15, "characters": 512},
)
"""A list of shots, and a longer text for a request with a single prompt."""

O1 = a_target(
    seconds={"min": 3, "max": 10},
    characters=2500,
    references={"max": 7, "frames": True},
    first_frame={"how": "words", "text": "Take {image} as the start frame."},
    videos=0,
)
"""One prompt a request; a first frame is asked for in words and counts as a reference."""

FIVE_OR_TEN = a_target(seconds={"min": 5, "max": 10, "choices": [5, 10]}, characters=None)
"""Only two lengths exist, and no limit of the text is known."""

TINY = a_target(
    seconds={"min": 2, "max": 6},
    characters=40,
    shots={"max": 3, "min_seconds": 1, "max_seconds": 5, "characters": 24},
    references={"max": 2, "frames": True},
)
"""Limits so small that every partition of a film can be looked at."""

TINY_WORDS = a_target(
    seconds={"min": 2, "max": 5},
    characters=60,
    references={"max": 2, "frames": True},
    first_frame={"how": "words", "text": "From {image}."},
)
"""Small limits, no list of shots, and a first frame in words."""

SMALL = a_target(
    seconds={"min": 2, "max": 8},
    characters=400,
    shots={"max": 4, "min_seconds": 1, "max_seconds": 8, "characters": 160},
    first_frame={"how": "none"},
)
"""A list of shots with room for a line or two, and no first frame."""

TARGETS = {
    "o3": O3,
    "o1": O1,
    "five or ten": FIVE_OR_TEN,
    "tiny": TINY,
    "tiny words": TINY_WORDS,
    "small": SMALL,
}


def a_cast() -> tuple[Cast, list[str]]:
    """Names and the characters that stand for them.

    Six have pictures, two of them a video. ``wren`` and ``quay`` are words, ``tom`` and ``wren``
    are described.
    """
    appearances = []
    kinds: dict[str, Literal["character", "prop", "location"]] = {
        "gallery": "location",
        "quay": "location",
        "lantern": "prop",
    }
    for name in ("mara", "tom", "gallery", "lantern", "boy", "gull", "wren", "quay"):
        video = PICTURE if name in {"boy", "gull"} else None
        sent = Reference(
            kind="image" if name == "gallery" else "element",
            name=name,
            span=PICTURE.span,
            frontal=PICTURE,
            video=video,
        )
        appearance = Appearance(
            name=name,
            kind=kinds.get(name, "character"),
            label="girl" if name == "wren" else name,
            reference=sent if name not in {"wren", "quay"} else None,
            span=PICTURE.span,
            has_article=name in {"wren", "quay"},
        )
        appearances.append(appearance)
    described = {"tom": "tall and grey", "wren": "a girl in a red scarf", "quay": "a wet quay"}
    introductions = {
        mark_of(number): (Passage(text, a_scalar(text)),)
        for number, one in enumerate(appearances)
        if (text := described.get(one.name)) is not None
    }
    return Cast(appearances, introductions), [*map(mark_of, range(len(appearances)))]


CAST, MARKS = a_cast()
MARA, TOM, GALLERY, LANTERN, BOY, GULL, WREN, QUAY = MARKS


def a_passage(text: str) -> Passage:
    """A text and where it is written."""
    return Passage(text, a_scalar(text))


def says(speaker: str, text: str, *, tone: str = "", is_off: bool = False) -> Speech:
    """A line of somebody; of the narrator without a speaker."""
    return Speech(speaker=speaker, tone=tone, line=a_passage(text), is_off=is_off or not speaker)


def a_beat(text: str | None, seconds: int | None = None, *lines: Speech, **more: Any) -> Beat:
    """A beat with this prose and these lines."""
    prose = a_passage(text) if text is not None else None
    return Beat(prose=prose, seconds=seconds, lines=lines, **more)


def a_framing(location: str = "", **texts: str) -> Framing:
    """A framing of these texts."""
    passages: dict[str, Any] = {name: a_passage(text) for name, text in texts.items()}
    return Framing(location=location, **passages)


def a_shot(text: str | None, seconds: int, *beats: Beat, **more: Any) -> Shot:
    """A shot of one beat with this text, or of these beats."""
    more.setdefault("address", "scene/1")
    more.setdefault("number", 1)
    more.setdefault("node", a_node())
    return Shot(seconds=seconds, beats=beats or (a_beat(text),), has_beats=bool(beats), **more)


def a_scene(
    *shots: Shot, packs: bool = True, long_prompts: Literal["auto", "always", "never"] = "auto"
) -> Scene:
    """A scene of these shots."""
    return Scene(
        address="scene",
        title="",
        aspect_ratio="16:9",
        pack=packs,
        long_prompts=long_prompts,
        shots=shots,
    )


def a_ruler(target: Target) -> Ruler:
    """The ruler that measures for a target with its own number of references."""
    return Ruler(target, CAST, target.references.max)


def a_composer(
    target: Target, *, ruler: Ruler | None = None, diagnostics: Diagnostics | None = None
) -> Composer:
    """What composes for a target."""
    film = Film(
        title="",
        target=target,
        scenes=(),
        cast=CAST,
        max_references=target.references.max,
    )
    said = diagnostics if diagnostics is not None else Diagnostics()
    return Composer(film, ruler or a_ruler(target), said)


def divide(
    target: Target, *shots: Shot, ruler: Ruler | None = None, **more: Any
) -> tuple[list[Ways], list[Diagnostic]]:
    """The ways of the shots, and what was said."""
    diagnostics = Diagnostics()
    composer = a_composer(target, ruler=ruler, diagnostics=diagnostics)
    return split(a_scene(*shots, **more), target, composer), list(diagnostics)


def gather(
    target: Target, ways: Sequence[Ways], *, packs: bool = True, **more: Any
) -> tuple[tuple[Clip, ...], list[Diagnostic]]:
    """The clips of the ways that are chosen, and what was said."""
    diagnostics = Diagnostics()
    more.setdefault("max_references", target.references.max)
    clips = pack(ways, a_scene(packs=packs), target, cast=CAST, diagnostics=diagnostics, **more)
    return clips, list(diagnostics)


def fit(target: Target, *shots: Shot, **more: Any) -> tuple[tuple[Clip, ...], list[Diagnostic]]:
    """The clips of the shots, and all that was said by split, pack and the findings after it."""
    diagnostics = Diagnostics()
    composer = a_composer(target, diagnostics=diagnostics)
    scene = a_scene(*shots, **more)
    clips = pack(
        split(scene, target, composer),
        scene,
        target,
        target.references.max,
        cast=CAST,
        diagnostics=diagnostics,
    )
    check_clips(clips, composer)
    return clips, list(diagnostics)


def codes(said: Sequence[Diagnostic]) -> set[str]:
    """The codes of what was said."""
    return {one.code.id for one in said}


def parts_of(clips: Sequence[Clip]) -> list[Part]:
    """The parts of the clips in order."""
    return [part for clip in clips for part in clip.parts]


def a_prompt(text: str) -> Prompt:
    """A prompt of an encoded text."""
    return Prompt(
        text=text,
        slices=(Slice(text, "action", "prompt"),),
        marks=tuple(dict.fromkeys(MENTION.findall(text))),
        weight=len(text),
    )


def may_share(parts: tuple[Part, ...], target: Target, *, packs: bool) -> bool:
    """Whether a request may render these parts: the rules, one by one."""
    if len(parts) == 1:
        return True
    shots = target.shots
    names = {mark for part in parts for mark in part.prompt.marks}
    opens = parts[0].opens or parts[0].joined
    videos = names & {BOY, GULL}
    references = len(names) + (target.references.frames and opens)
    fewer = target.references.with_video
    beside = target.elements.beside_frame if target.elements and opens else None
    return (
        shots is not None
        and len(parts) <= shots.max
        and target.seconds.billed(sum(part.seconds for part in parts)) is not None
        and all(shots.min_seconds <= part.seconds <= shots.max_seconds for part in parts)
        and references <= target.references.max
        and (not videos or fewer is None or references <= fewer)
        and (beside is None or len(names - {GALLERY}) <= beside)
        and len(videos) <= (target.elements.max_videos if target.elements else 0)
        and len({(part.shot.audio, part.shot.negative) for part in parts}) == 1
        and not any(part.opens for part in parts[1:])
        and not any(part.closes for part in parts[:-1])
        and not any(part.alone for part in parts)
        and (packs or all(part.joined for part in parts[1:]))
    )
