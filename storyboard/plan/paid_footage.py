"""Shots that are footage and stand in clips that are paid: a cut there may be too short to be sent.

Models keep to the seconds of a shot list only roughly. What is found in a paid clip is measured,
so that this is known before the request is paid that wants it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from storyboard.compiler.film import Film
from storyboard.compiler.needs import shot_clips
from storyboard.compiler.request import Output
from storyboard.diagnostics import Diagnostics
from storyboard.diagnostics.codes import PICTURE_UNFIT
from storyboard.plan.planned_request import PlannedRequest
from storyboard.plan.reason import Action
from storyboard.targets.model import Target
from storyboard.values.segments import ShotPart

if TYPE_CHECKING:
    from storyboard.ledger import Known


def check_paid_footage(
    film: Film,
    requests: Iterable[PlannedRequest],
    targets: Mapping[str, Target],
    known: Known,
    diagnostics: Diagnostics,
) -> None:
    """Say which paid shots are of a length that the target of a request to be sent refuses."""
    clips = {clip.shot: clip for _, clip in shot_clips(film)}
    said: set[str] = set()
    for request in requests:
        limits = targets[request.target].footage
        needs = [one for one in request.depends_on if one.output is Output.CLIP]
        if request.action is not Action.GENERATE or limits is None or not needs:
            continue
        for needed in needs:
            clip = clips[needed.shot]
            content = ShotPart(needed.digest, None, 1, clip.seconds)
            lengths = [one.segment.end - one.segment.start for one in known.former(content)]
            fitting = [one for one in lengths if limits.min_seconds <= one <= limits.max_seconds]
            if lengths and not fitting and needed.shot not in said:
                said.add(needed.shot)
                diagnostics.add(
                    PICTURE_UNFIT,
                    f'the clip of "{needed.shot}" cannot be sent to {request.target}: as it is '
                    f"paid, it lasts {lengths[0]:.2f} s, from {limits.min_seconds} to "
                    f"{limits.max_seconds} s is taken",
                    clip.span,
                    help="raise its take:, and it is rendered anew, in a request of its own",
                )
