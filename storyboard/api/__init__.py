"""What the package offers to programs: a ``Project``, its settings and its results.

``storyboard`` itself exports all of it; nothing else of the package is promised to stay as it is.
Each method of ``Project`` has a private module of its own here, which is loaded when it is used.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from storyboard.lazy_exports import lazy_getattr

if TYPE_CHECKING:
    from storyboard.api._cancel import CancelledClip, CancelOutcome
    from storyboard.api._compare import Comparison
    from storyboard.api._compile import Compilation
    from storyboard.api._diff import DifferenceResult
    from storyboard.api._fix import FileChange
    from storyboard.api._load import CompileOptions
    from storyboard.api._offers import Offer
    from storyboard.api._plan import PlanResult
    from storyboard.api._project import Project, RunSettings, StitchedFilm
    from storyboard.api._ready import ReadyPlan
    from storyboard.api._rename import Renaming
    from storyboard.api._resolve import DecidedClip, Decision, DecisionError
    from storyboard.api._run_events import RunEvents
    from storyboard.api._sent_clips import FilmStatus, SentClips
    from storyboard.api._stitch import MissingClipsError
    from storyboard.api._ways_out import WayOut, WaysOut

__all__ = [
    "CancelOutcome",
    "CancelledClip",
    "Comparison",
    "Compilation",
    "CompileOptions",
    "DecidedClip",
    "Decision",
    "DecisionError",
    "DifferenceResult",
    "FileChange",
    "FilmStatus",
    "MissingClipsError",
    "Offer",
    "PlanResult",
    "Project",
    "ReadyPlan",
    "Renaming",
    "RunEvents",
    "RunSettings",
    "SentClips",
    "StitchedFilm",
    "WayOut",
    "WaysOut",
]

__getattr__ = lazy_getattr(
    __name__,
    {
        "CancelOutcome": "storyboard.api._cancel",
        "CancelledClip": "storyboard.api._cancel",
        "Comparison": "storyboard.api._compare",
        "Compilation": "storyboard.api._compile",
        "CompileOptions": "storyboard.api._load",
        "DecidedClip": "storyboard.api._resolve",
        "Decision": "storyboard.api._resolve",
        "DecisionError": "storyboard.api._resolve",
        "DifferenceResult": "storyboard.api._diff",
        "FileChange": "storyboard.api._fix",
        "FilmStatus": "storyboard.api._sent_clips",
        "MissingClipsError": "storyboard.api._stitch",
        "Offer": "storyboard.api._offers",
        "PlanResult": "storyboard.api._plan",
        "Project": "storyboard.api._project",
        "ReadyPlan": "storyboard.api._ready",
        "Renaming": "storyboard.api._rename",
        "RunEvents": "storyboard.api._run_events",
        "RunSettings": "storyboard.api._project",
        "SentClips": "storyboard.api._sent_clips",
        "StitchedFilm": "storyboard.api._project",
        "WayOut": "storyboard.api._ways_out",
        "WaysOut": "storyboard.api._ways_out",
    },
)
