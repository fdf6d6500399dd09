"""Shots that a target cannot make: it takes no clip, or no pictures, of which they are made."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from storyboard.compiler.film import Film
from storyboard.diagnostics import Diagnostics, Label
from storyboard.diagnostics.codes import FEATURE_REFUSED
from storyboard.targets.load import nearest_with
from storyboard.targets.model import Feature, Target


def check_unmade_shots(film: Film, diagnostics: Diagnostics) -> None:
    """Say which shots edit a clip, move as one does, or pass through pictures, and cannot here."""
    _check_footage(film, diagnostics)
    _check_middle_frames(film, diagnostics)


def _check_footage(film: Film, diagnostics: Diagnostics) -> None:
    """A shot that edits a clip, or moves as one does, cannot be made without it."""
    target = film.target
    for scene in film.scenes:
        for shot in scene.shots:
            if shot.footage is not None and not target.has(Feature(shot.footage.way)):
                way = shot.footage.way
                place = Label(shot.place(way), "nor this one")
                diagnostics.add_place(
                    FEATURE_REFUSED, way, place, place, partial(_say_unmade, way, target)
                )


def _say_unmade(way: str, target: Target, places: Sequence[Label]) -> tuple[str, str]:
    does = "edits no clip" if way == "edit" else "takes no motion from a clip"
    whose = "the shot" if len(places) == 1 else "each of these shots"
    other = nearest_with(Feature(way), target.target)
    return (
        f"{target.target} {does}: it cannot make {_shots(len(places))} with {way}",
        f"give {whose} target: {other} (`storyboard targets` lists more)"
        if other
        else f"`storyboard targets` lists the targets with {way}",
    )


def _check_middle_frames(film: Film, diagnostics: Diagnostics) -> None:
    """A shot cannot pass through pictures that are not sent, nor through too many."""
    target = film.target
    shots = [shot for scene in film.scenes for shot in scene.shots if shot.middle_frames]
    for shot in shots:
        place, count = shot.place("middle_frames"), len(shot.middle_frames)
        most, longest = target.max_middle_frames, target.seconds.max
        if not target.has(Feature.MIDDLE_FRAMES):
            diagnostics.add_place(
                FEATURE_REFUSED,
                "middle_frames",
                Label(place, "nor this one"),
                shot.opens_on_picture,
                partial(_say_not_passed, target),
            )
        elif most is not None and count > most:
            diagnostics.add(
                FEATURE_REFUSED,
                f'"{shot.address}" has {count} middle frames, {target.target} takes {most}',
                shot.middle_frames[most].span,
                help=f"take {count - most} out, or share them among two shots",
            )
        elif shot.seconds > longest:
            diagnostics.add(
                FEATURE_REFUSED,
                f'"{shot.address}" lasts {shot.seconds} s, {target.target} renders {longest} s at '
                "most, and a shot with middle_frames is not divided",
                shot.place("duration", "beats"),
                help="shorten it, or share its pictures among two shots",
            )


def _say_not_passed(target: Target, are_opened: Sequence[bool]) -> tuple[str, str]:
    """``are_opened`` says of each shot whether it opens on a picture, which the others demand."""
    whose = "the shot" if len(are_opened) == 1 else "each of these shots"
    opening = "" if all(are_opened) else ", and a start_frame:"
    other = nearest_with(Feature.MIDDLE_FRAMES, target.target)
    shots = _shots(len(are_opened))
    lack = "takes no frames between the first and the last"
    return (
        f"{target.target} {lack}: it cannot make {shots} with middle_frames",
        f"give {whose} target: {other}{opening}",
    )


def _shots(count: int) -> str:
    return "1 shot" if count == 1 else f"{count} shots"
