"""What is said of the clips of a scene, once its ways are chosen: what they will suffer from."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from storyboard.compiler.clip import Clip, Part
from storyboard.compiler.compose import Composer
from storyboard.compiler.film import FRAME, Film, marks_of
from storyboard.compiler.speech import spoken_seconds
from storyboard.compiler.split.divided import check_division
from storyboard.compiler.words import language_of
from storyboard.diagnostics import Label
from storyboard.diagnostics.codes import (
    CHANGING_FACE,
    MOVED_SEAM,
    RUSHED_SPEECH,
    SAME_LABEL,
    TOO_MANY_REFERENCES,
)
from storyboard.diagnostics.types import Severity
from storyboard.targets.model import Feature


def check_clips(clips: Iterable[Clip], composer: Composer) -> None:
    """Say what was done to the shots of a scene, and what their parts will suffer from."""
    parts: list[Part] = []
    for clip in clips:
        for part in clip.parts:
            _check_speech(part, composer)
            if composer.in_words:
                _check_labels(part, composer)
            if part.count > 1 or part.way.weight:
                if part.number == 1:
                    parts = []
                parts.append(part)
                if part.number == part.count:
                    check_division(parts, composer)
        opening = clip.parts[0]
        _check_elements(opening, composer)
        if opening.continues and opening.number == 1:
            _check_place(opening, composer)


# References


def _check_elements(opening: Part, composer: Composer) -> None:
    """Say where a part that opens on a picture mentions more elements than may stand beside one."""
    target = composer.film.target
    most = target.elements.beside_frame if target.elements is not None else None
    if most is None or not opening.opens or not target.has(Feature.FIRST_FRAME):
        return
    marks = [mark for mark in opening.prompt.marks if mark != FRAME]
    sent = [one for one in map(composer.cast.reference, marks) if one is not None]
    names = [one.name for one in sent if one.kind == "element"]
    if most < len(names) <= composer.film.max_references:  # above that it is said without a frame
        composer.diagnostics.add(
            TOO_MANY_REFERENCES,
            f'"{opening.address}" opens on a picture and mentions {len(names)} characters and '
            f"props with pictures, a request carries {most} beside a first frame: "
            f"{', '.join(names)}",
            opening.shot.place("prompt", "beats", "dialogue"),
            help="mention fewer, describe one without a picture, or open on no picture",
        )


# Sense


def _check_speech(part: Part, composer: Composer) -> None:
    """Say where lines take longer than the seconds of their part."""
    if not part.lines or not composer.is_heard(part.shot):
        return
    lines = [(speech.speaker, speech.line.text) for speech in part.lines]
    language = composer.film.language or language_of(" ".join(text for _, text in lines))
    need = spoken_seconds(lines, language)
    if need is None or need.comfortable <= part.seconds:
        return
    is_over = need.least is not None and need.least > part.seconds
    composer.diagnostics.add_place(
        RUSHED_SPEECH,
        "",
        Label(
            part.lines[0].line.scalar.span, f"{need.comfortable:g} s to say, {part.seconds} s there"
        ),
        _Rushed(part.address, need.comfortable, part.seconds, is_over),
        _say_rushed,
        severity=Severity.ERROR if is_over else None,
    )


class _Rushed(NamedTuple):
    """A part whose lines take longer to say than it lasts, if ``is_over`` however fast."""

    address: str
    needed: float
    seconds: int
    is_over: bool


def _say_rushed(parts: Sequence[_Rushed]) -> tuple[str, str]:
    first = parts[0]
    cannot = ": they cannot be said in that time" if first.is_over else ""
    if len(parts) > 1:
        what = f"the lines of {len(parts)} shots take longer to say than their shots last"
        return f"{what}{cannot}", "give each the seconds that its lines take, or shorten the lines"
    needed = -int(-first.needed // 1)
    return (
        f'the lines of "{first.address}" take {first.needed:g} s to say, it lasts '
        f"{first.seconds} s{cannot}"
    ), f"give it {needed} s, or shorten the lines"


def _check_labels(part: Part, composer: Composer) -> None:
    """Say where two members who are words have one label in one prompt."""
    seen: dict[str, str] = {}
    for mark in _members_in(part, composer):
        label = composer.cast[mark].label.casefold()
        other = seen.setdefault(label, mark)
        if (
            composer.cast[other].name.partition(".")[0]
            != composer.cast[mark].name.partition(".")[0]
        ):
            composer.diagnostics.add(
                SAME_LABEL,
                f'"{composer.cast[other].name}" and "{composer.cast[mark].name}" are both called '
                f'"{composer.cast[mark].label}" in one prompt',
                composer.cast[mark].span,
                labels=(Label(composer.cast[other].span, "the other is declared here"),),
                help="give one of them another label:",
            )


def _members_in(part: Part, composer: Composer) -> list[str]:
    """The marks of the members without pictures whom a part shows."""
    found: dict[str, None] = {}
    for one in part.prompt.slices:
        if one.passage is not None:
            found.update(dict.fromkeys(marks_of(one.passage.text)))
    for passage in (part.shot.framing.light, part.shot.framing.camera, part.shot.framing.style):
        if passage is not None:
            found.update(dict.fromkeys(marks_of(passage.text)))
    found.update(
        dict.fromkeys(
            speech.speaker for speech in part.lines if speech.speaker and not speech.is_off
        )
    )
    found.update(dict.fromkeys(part.shot.cast or ()))
    return [
        mark
        for mark in found
        if mark in composer.in_words and composer.cast[mark].kind in ("character", "prop")
    ]


def check_faces(film: Film, clips: Iterable[Clip], composer: Composer) -> None:
    """Say which characters without a picture will look different in each of several requests."""
    if not composer.in_words:
        return
    requests: dict[str, int] = {}
    first: dict[str, str] = {}
    for clip in clips:
        names = {}
        for part in clip.parts:
            for mark in _members_in(part, composer):
                one = film.cast[mark]
                if one.kind == "character" and not one.has_picture:
                    names[one.name.partition(".")[0]] = mark
        for name, mark in names.items():
            first.setdefault(name, mark)
            requests[name] = requests.get(name, 0) + 1
    changing = [(film.cast[first[name]].span, name) for name in requests if requests[name] > 1]
    if not changing:
        return
    changing.sort(key=lambda one: (one[0].source.name, one[0].start))
    (place, name), *others = changing
    who, what = f'"{name}" is', f"in {requests[name]} requests"
    if others:
        who, what = f"{len(changing)} characters are", "in several requests"
    composer.diagnostics.add(
        CHANGING_FACE,
        f"{who} described in words {what}, and will look different in each",
        place,
        label=f"in {requests[name]} requests" if others else "",
        labels=[Label(span, f"in {requests[other]} requests") for span, other in others],
        help="add frontal: with a picture, which targets with elements take",
    )


def _check_place(part: Part, composer: Composer) -> None:
    """A shot that continues from a frame into another place."""
    shot = part.shot
    if "location" not in shot.node or not shot.framing.location:
        return
    composer.diagnostics.add(
        MOVED_SEAM,
        f'"{shot.address}" opens on the last frame of the shot before, and names a place of its '
        f'own, "{composer.cast[shot.framing.location].label}"',
        shot.place("location"),
        labels=(Label(shot.place("seam"), "continues the shot before"),),
        help="write seam: cut, or leave the location out",
    )
