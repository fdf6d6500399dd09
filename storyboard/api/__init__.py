"""What the package offers to programs: a ``Project``, its settings and its results.

``storyboard`` itself exports all of it; nothing else of the package is promised to stay as it is.
Each method of ``Project`` has a private module of its own here.
"""

from storyboard.api._cancel import CancelledClip, CancelOutcome
from storyboard.api._compare import Comparison, Offer
from storyboard.api._compile import Compilation
from storyboard.api._load import CompileOptions
from storyboard.api._plan import PlanResult
from storyboard.api._project import Project, RunSettings, StitchedFilm
from storyboard.api._ready import ReadyPlan
from storyboard.api._resolve import DecidedClip, Decision, DecisionError
from storyboard.api._run_events import RunEvents
from storyboard.api._sent_clips import FilmStatus, SentClips
from storyboard.api._stitch import MissingClipsError

__all__ = [
    "CancelOutcome",
    "CancelledClip",
    "Comparison",
    "Compilation",
    "CompileOptions",
    "DecidedClip",
    "Decision",
    "DecisionError",
    "FilmStatus",
    "MissingClipsError",
    "Offer",
    "PlanResult",
    "Project",
    "ReadyPlan",
    "RunEvents",
    "RunSettings",
    "SentClips",
    "StitchedFilm",
]
