"""What a target demands of a request: a first frame, reference pictures, no last frame alone.

A request may hold several shots, so this is looked at when it is known which of them share one. A
clip that does not meet a demand is an error at the shot that it opens with.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from storyboard.compiler.clip import Clip, KeptPart, Part
from storyboard.compiler.film import FRAME, Film, Shot, ShotClip
from storyboard.compiler.needs import shot_clips
from storyboard.diagnostics import Diagnostics, Label
from storyboard.diagnostics.codes import DIVIDED_FOOTAGE, FEATURE_REFUSED, FRAME_NEEDS_FRAME
from storyboard.targets.model import Feature, Target

_MOVED = "mention the one character that moves, with a frontal picture, or add start_frame:"
_OPEN = "add start_frame:, or seam: continue where a shot stands before"


def opens_as_demanded(target: Target, first: Part, last: Part) -> bool:
    """Whether a clip has the first frame that the target wants for it, if it wants one.

    ``first`` and ``last`` are its parts.
    """
    if first.opens or first.joined:
        return True
    is_lone = target.end_frame_needs_start and last.closes
    return Feature.FIRST_FRAME not in target.requires and not (
        is_lone and target.has(Feature.LAST_FRAME)
    )


def check_demands(film: Film, clips: Iterable[Clip], diagnostics: Diagnostics) -> None:
    """Say which of the film's clips the target would refuse as a request."""
    target, every = film.target, list(clips)
    if Feature.FIRST_FRAME in target.requires:
        moves = Feature.MOTION in target.requires
        frameless = [
            clip
            for clip in every
            if not opens_as_demanded(target, clip.parts[0], clip.parts[-1])
            # What has no motion either lacks that first.
            and (not moves or _is_made_by(Feature.MOTION, clip))
        ]
        _report(
            f"{target.target} makes each clip from its first frame, and",
            "none",
            _MOVED
            if moves
            else f"{_OPEN}; a shot that shares a request with the one before needs none",
            frameless,
            len(every),
            diagnostics,
        )
    elif target.end_frame_needs_start:
        for clip in every:
            if not opens_as_demanded(target, clip.parts[0], clip.parts[-1]):
                _report_lone_end(target, clip, diagnostics)
    if Feature.IMAGES in target.requires:
        _report(
            f"{target.target} makes each clip of reference pictures, and",
            "none",
            "mention a location, a style or a character that has a picture",
            [clip for clip in every if not _has_images(film, clip)],
            len(every),
            diagnostics,
        )
    if Feature.FOOTAGE in target.requires:
        _report(
            f"{target.target} makes each clip of footage, and",
            "none",
            "declare a clip under footage: and mention it as @name, or give these shots another "
            "target:",
            [clip for clip in every if not _has_footage(film, clip)],
            len(every),
            diagnostics,
        )

    for way in (Feature.EDIT, Feature.MOTION):
        if way in target.requires:
            does = "by editing footage" if way is Feature.EDIT else "by the motion of footage"
            _report(
                f"{target.target} makes each clip {does}, and",
                f"no {way.value}:",
                f"write {way.value}: with a name of footage:, or give these shots another target:",
                [clip for clip in every if not _is_made_by(way, clip)],
                len(every),
                diagnostics,
            )


def _is_made_by(way: Feature, clip: Clip) -> bool:
    # What is written there and names no clip has been said.
    return clip.parts[0].shot.node.get(way.value) is not None


def check_footage(film: Film, fitted: Iterable[Clip | KeptPart], diagnostics: Diagnostics) -> None:
    """Say which shots that are footage are not in one piece, so that there is no clip of them.

    Of one that is too long to be sent that is said already.
    """
    divided: dict[str, Shot] = {}
    for one in fitted:
        for part in one.parts if isinstance(one, Clip) else (one.part,):
            if part.shot.is_footage and part.count > 1:
                divided.setdefault(part.shot.address, part.shot)
    for own, clip in shot_clips(film) if divided else ():
        limits = own.target.footage
        is_sent = limits is None or clip.seconds <= limits.max_seconds
        if is_sent and (shot := divided.pop(clip.shot, None)) is not None:
            _report_divided(clip, shot, film.of(shot).target, diagnostics)


def _report_divided(clip: ShotClip, shot: Shot, target: Target, diagnostics: Diagnostics) -> None:
    is_long = shot.seconds > target.seconds.max
    diagnostics.add(
        DIVIDED_FOOTAGE,
        f'"{shot.address}" is divided into parts, so there is no one clip of it',
        clip.span,
        labels=(
            Label(
                shot.place(*(("duration",) if is_long else ("prompt", "beats"))), "it is divided"
            ),
        ),
        help=f"shorten the shot to {target.seconds.max} s"
        if is_long
        else "shorten its text, or name a clip with video:",
    )


def _has_images(film: Film, clip: Clip) -> bool:
    # A first frame that is asked for in words is one of the pictures, and so may be an element.
    return any(
        mark == FRAME or ((sent := film.cast.reference(mark)) and sent.frontal is not None)
        for part in clip.parts
        for mark in part.prompt.marks
    )


def _has_footage(film: Film, clip: Clip) -> bool:
    marks = (mark for part in clip.parts for mark in part.prompt.marks if mark != FRAME)
    return any((sent := film.cast.reference(mark)) and sent.kind == "clip" for mark in marks)


def _report(
    reason: str,
    lack: str,
    advice: str,
    clips: Sequence[Clip],
    count: int,
    diagnostics: Diagnostics,
) -> None:
    def say(places: Sequence[Label]) -> tuple[str, str]:
        number, of = len(places), f"of {count} clips" if count != 1 else "of 1 clip"
        return f"{reason} {number} {of} {'has' if number == 1 else 'have'} {lack}", advice

    for clip in clips:
        place = Label(clip.parts[0].shot.span, "nor has this one")
        diagnostics.add_place(FEATURE_REFUSED, reason, place, place, say)


def _report_lone_end(target: Target, clip: Clip, diagnostics: Diagnostics) -> None:
    opening, shot = clip.parts[0].shot, clip.parts[-1].shot
    which = "this shot" if opening is shot else "the request opens with this shot, which"
    diagnostics.add(
        FRAME_NEEDS_FRAME,
        f"{target.target} takes a last frame only beside a first one",
        shot.place("end_frame"),
        labels=(Label(opening.span, f"{which} has no start_frame"),),
        help=_OPEN,
    )
