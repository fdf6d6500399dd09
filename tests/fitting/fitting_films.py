"""Small films and targets for the tests of fitting; each target is one shape of limits."""

from __future__ import annotations

from datetime import date
from typing import Any, Literal

from storyboard.diagnostics import Diagnostic, Diagnostics, Source
from storyboard.film import Asset, Beat, Cast, Part, Reference, Ruler, Scene, Shot, Take
from storyboard.pack import pack
from storyboard.split import split
from storyboard.syntax.nodes import Mapping, Origin
from storyboard.targets.types import Feature, Target

SOURCE = Source("film.storyboard.yaml", "- a shot\n")


def a_node() -> Mapping:
    """A shot as it would stand in a file, without keys."""
    node = Mapping()
    node.origin, node.start, node.end = Origin(SOURCE), 0, 8
    return node


NODE = a_node()
PICTURE = Asset(location="picture.png", span=NODE.span)


def a_target(
    *,
    seconds: dict[str, Any],
    characters: int | None,
    shots: dict[str, int] | None = None,
    references: dict[str, Any] | None = None,
    videos: int = 1,
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
            "elements": {"min_references": 1, "max_references": 3, "max_videos": videos},
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
            "template": "{{ prompt }}",
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

TARGETS = {"o3": O3, "o1": O1, "five or ten": FIVE_OR_TEN, "tiny": TINY, "tiny words": TINY_WORDS}


def a_cast() -> tuple[Cast, list[str]]:
    """Six names and the characters that stand for them; the last two have a video."""
    cast = Cast()
    marks = []
    for name in ("mara", "tom", "gallery", "lantern", "boy", "gull"):
        video = PICTURE if name in {"boy", "gull"} else None
        kind: Literal["element", "image"] = "image" if name == "gallery" else "element"
        reference = Reference(kind=kind, name=name, span=NODE.span, frontal=PICTURE, video=video)
        marks.append(cast.mark(reference) or "")
    return cast, marks


CAST, MARKS = a_cast()


def a_shot(text: str, seconds: int, **more: Any) -> Shot:
    """A shot with this text; ``beats`` are texts, or pairs of a text and seconds."""
    beats = []
    for beat in more.pop("beats", ()):
        spoken, lasts = beat if isinstance(beat, tuple) else (beat, None)
        beats.append(Beat(start=text.index(spoken), seconds=lasts))
    more.setdefault("address", "scene/1")
    return Shot(number=1, seconds=seconds, text=text, node=a_node(), beats=tuple(beats), **more)


def a_scene(*shots: Shot, packs: bool = True, long_prompts: bool = False) -> Scene:
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


def divide(
    target: Target, *shots: Shot, long_prompts: bool = False
) -> tuple[tuple[Part, ...], list[Diagnostic]]:
    """The parts of the shots, and what was said."""
    diagnostics = Diagnostics()
    scene = a_scene(*shots, long_prompts=long_prompts)
    return split(scene, target, a_ruler(target), diagnostics), list(diagnostics)


def gather(
    target: Target, parts: tuple[Part, ...], *, packs: bool = True, **more: Any
) -> tuple[tuple[Take, ...], list[Diagnostic]]:
    """The takes of the parts, and what was said."""
    diagnostics = Diagnostics()
    more.setdefault("max_references", target.references.max)
    takes = pack(parts, a_scene(packs=packs), target, cast=CAST, diagnostics=diagnostics, **more)
    return takes, list(diagnostics)
