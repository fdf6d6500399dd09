"""Frames and edited clips of another shape than the film: something of them will be lost."""

from __future__ import annotations

from collections.abc import Sequence, Set
from decimal import Decimal
from functools import partial

from storyboard.compiler.film import Asset, Film, Shot
from storyboard.diagnostics import Diagnostics, Label
from storyboard.diagnostics.codes import FRAME_SHAPE
from storyboard.targets.model import Feature, Target

_NEAR = Decimal("0.02")
"""How far a picture's shape may be from the film's: models make 1344 x 768 for 16:9."""


def check_frame_shapes(film: Film, unfit: Set[str], diagnostics: Diagnostics) -> None:
    """Report each picture that a shot opens or ends on in another shape (SB228), once.

    ``unfit`` are the locations of those that the target does not take at all, which is said.
    """
    target = film.target
    opens = target.features[Feature.FIRST_FRAME].how != "none"
    ends, passes = target.has(Feature.LAST_FRAME), target.has(Feature.MIDDLE_FRAMES)
    for scene in film.scenes:
        for shot in scene.shots:
            for frame, is_sent in (
                (shot.start_frame, opens),
                *((frame, passes) for frame in shot.middle_frames),
                (shot.end_frame, ends),
            ):
                if frame is None or not is_sent or _fits(frame, scene.aspect_ratio):
                    continue
                if frame.location in unfit:
                    continue
                place = frame.span
                diagnostics.add_place(
                    FRAME_SHAPE,
                    (frame.location, scene.aspect_ratio),
                    Label(place, "the same picture"),
                    frame,
                    partial(_say, scene.aspect_ratio, target),
                )
            _check_edited(shot, scene.aspect_ratio, target, unfit, diagnostics)


def _check_edited(
    shot: Shot, ratio: str, target: Target, unfit: Set[str], diagnostics: Diagnostics
) -> None:
    """Report a clip that is edited and is of another shape, which it keeps."""
    use = shot.footage
    if use is None or use.way != "edit" or not isinstance(use.clip, Asset):
        return
    is_taken = target.has(Feature.EDIT) and use.clip.location not in unfit
    if is_taken and not _fits(use.clip, ratio):
        place = Label(shot.place("edit"), "the same clip")
        said = partial(_say_edited, ratio, target)
        diagnostics.add_place(FRAME_SHAPE, (use.clip.location, ratio), place, use.clip, said)


def _shape(ratio: str) -> Decimal:
    wide, _, high = ratio.partition(":")
    return Decimal(wide) / Decimal(high)


def _fits(frame: Asset, ratio: str) -> bool:
    return frame.sides is None or _is_near(frame.sides, ratio)


def _is_near(sides: tuple[int, int], ratio: str) -> bool:
    return abs(Decimal(sides[0]) / Decimal(sides[1]) / _shape(ratio) - 1) <= _NEAR


def _say(ratio: str, target: Target, frames: Sequence[Asset]) -> tuple[str, str]:
    wide, high = frames[0].sides or (0, 0)
    end = "the model crops or stretches it"
    if not target.has(Feature.ASPECT_RATIO):
        end = f"{target.target} makes the clip in the shape of its first frame"
    message = f"the picture is {wide} x {high} and the film is {ratio}: {end}"
    return message, _advice(frames[0], ratio, target)


def _say_edited(ratio: str, target: Target, clips: Sequence[Asset]) -> tuple[str, str]:
    wide, high = clips[0].sides or (0, 0)
    message = f"the clip is {wide} x {high} and the film is {ratio}: an edited clip keeps its shape"
    return message, _advice(clips[0], ratio, target).replace("picture", "clip", 1)


def _advice(frame: Asset, ratio: str, target: Target) -> str:
    offered = target.aspect_ratios
    near = next((one for one in offered if frame.sides and _is_near(frame.sides, one)), "")
    other = f', or write aspect_ratio: "{near}" in defaults' if near else ""
    return f"cut the picture to {ratio}{other}"
