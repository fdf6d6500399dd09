"""What a film asks for and its target does not give, counted, in a producer's words.

Findings say the same place by place; this says it in one line, for choosing among targets.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from msgspec import Struct

from storyboard.compiler.film import Film, Shot
from storyboard.compiler.request import Request
from storyboard.compiler.resolve.members import Member, has_picture, members_of, worn_in
from storyboard.language.cast import Element, Footage
from storyboard.language.model import Library, Storyboard
from storyboard.targets.model import Feature


class Loss(Struct, frozen=True, kw_only=True):
    """Something that a target drops, or gives in another way where it ``is_emulated``."""

    feature: Feature
    words: str
    is_emulated: bool = False


NO_SOUND = Loss(feature=Feature.AUDIO, words="no sound")
"""What a film loses that is asked for without its sound."""


def losses_of(
    film: Film,
    requests: Sequence[Request],
    written: Storyboard,
    libraries: Iterable[Library],
) -> tuple[Loss, ...]:
    """What a film loses on its target, in shots that name no other.

    ``written`` and ``libraries`` are what it is read from.
    """
    members: dict[str, Member] = {}
    files: list[Storyboard | Library] = [written, *libraries]
    for file in files:
        for one in members_of(file, ""):
            members.setdefault(one.name, one)
    shots = [shot for scene in film.scenes for shot in scene.shots if film.of(shot) is film]
    return (
        *_of_sound(film, shots),
        *_of_cast(film, members),
        *_of_shots(film, shots, requests, written),
    )


def _of_sound(film: Film, shots: Sequence[Shot]) -> Iterable[Loss]:
    loud = sum(shot.audio for shot in shots)
    if loud and not film.target.has(Feature.AUDIO):
        yield (
            NO_SOUND
            if loud == len(shots)
            else Loss(feature=Feature.AUDIO, words=f"no sound in {_counted(loud, 'shot')}")
        )


def _of_cast(film: Film, members: Mapping[str, Member]) -> Iterable[Loss]:
    """Faces, places, clips and voices that are not sent, each counted once a member."""
    likeness, one_picture, framed, looks = set[str](), set[str](), set[str](), set[str]()
    by_frame = film.target.features[Feature.ELEMENTS].how == "first_frame"
    pictures: dict[str, set[str]] = {"location": set(), "style": set()}
    clips, voices, footage = set[str](), set[str](), set[str]()
    for mark in film.cast.marks():
        one = film.cast[mark]
        name, _, look = one.name.partition(".")
        member = members.get(name)
        if member is None:
            continue
        if isinstance(member.block, Footage):
            if has_picture(member) and one.reference is None:
                footage.add(name)
            continue
        if not isinstance(member.block, Element):
            if member.block.image is not None and one.reference is None:
                pictures[member.kind].add(name)
            continue
        worn = worn_in(member.block, look)
        if worn.voice is not None and (one.reference is None or one.reference.voice is None):
            voices.add(name)
        if member.block.looks and film.target.features[Feature.LOOKS].how == "none":
            looks.add(name)
        if worn.frontal is None and worn.video is None:
            continue
        if one.reference is None and by_frame:
            framed.add(name)
        elif one.reference is None:
            likeness.add(name)
        elif one.reference.kind == "image":
            one_picture.add(name)
        elif worn.video is not None and one.reference.video is None:
            clips.add(name)
    for feature, words, names, is_emulated in (
        (Feature.ELEMENTS, "no likeness of {}", likeness, False),
        (Feature.LOOKS, "no looks of {}", looks, False),
        (Feature.ELEMENT_VIDEO, "no clip of {}", clips, False),
        (Feature.VOICE, "no own voice of {}", voices, False),
        (Feature.ELEMENTS, "one picture each of {}", one_picture, True),
        (Feature.ELEMENTS, "first frames alone of {}", framed, True),
        (Feature.FOOTAGE, "no footage of {}", footage, False),
    ):
        if names:
            yield Loss(feature=feature, words=words.format(len(names)), is_emulated=is_emulated)
    shown = [
        _counted(len(pictures[kind]), noun)
        for kind, noun in (("location", "place"), ("style", "style"))
        if pictures[kind]
    ]
    if shown:
        yield Loss(feature=Feature.IMAGES, words=f"no picture of {' and '.join(shown)}")


def _of_shots(
    film: Film, shots: Sequence[Shot], requests: Sequence[Request], written: Storyboard
) -> Iterable[Loss]:
    """Frames, ratios, negative prompts, shot lists and lengths that are not as they were asked."""
    target = film.target
    parts: dict[str, set[str]] = {}
    for request in requests:
        for part in request.clip.parts:
            parts.setdefault(part.shot.address, set()).add(request.alternate_of or request.id)
    seams = sum(shot.opens_on_picture or len(parts.get(shot.address, ())) > 1 for shot in shots)
    how = target.features[Feature.FIRST_FRAME].how
    if seams and how == "none":
        words = f"no first frame of {_counted(seams, 'shot')}"
        yield Loss(feature=Feature.FIRST_FRAME, words=words)
    elif seams and how == "words":
        words = f"first frames in words in {_counted(seams, 'shot')}"
        yield Loss(feature=Feature.FIRST_FRAME, words=words, is_emulated=True)
    ends = sum(shot.end_frame is not None for shot in shots)
    if ends and not target.has(Feature.LAST_FRAME):
        words = f"no last frame of {_counted(ends, 'shot')}"
        yield Loss(feature=Feature.LAST_FRAME, words=words)
    if (negative := sum(bool(shot.negative) for shot in shots)) and not target.has(
        Feature.NEGATIVE_PROMPT
    ):
        words = f"no negative prompt in {_counted(negative, 'shot')}"
        yield Loss(feature=Feature.NEGATIVE_PROMPT, words=words)
    layers = (written.defaults, *(scene.defaults for scene in written.scenes))
    is_asked = any(layer is not None and layer.aspect_ratio is not None for layer in layers)
    if is_asked and not target.has(Feature.ASPECT_RATIO):
        yield Loss(feature=Feature.ASPECT_RATIO, words="no aspect ratio")
    if not target.has(Feature.MULTI_SHOT) and any(
        scene.pack and len(scene.shots) > 1 for scene in film.scenes
    ):
        words = "each shot alone"
        yield Loss(feature=Feature.MULTI_SHOT, words=words, is_emulated=True)
    padding = sum(one.clip.padding for one in requests if one.alternate_of is None)
    if padding:
        words = f"{padding} s more than asked for"
        yield Loss(feature=Feature.ANY_LENGTH, words=words, is_emulated=True)


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
