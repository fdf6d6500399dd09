"""A declarative storyboard compiler: from a YAML film to requests for video models, and its run.

The way of a film, a room of the package for each step::

    files → document → storyboard → film → parts → clips → requests → plan ─run→ ledger, takes

    project/      the files of a film's folder, from which alone everything is read
    document/     text to a tree that keeps its places and survives mistakes
    language/     what a storyboard may say: model, scalars, decoder, JSON Schema
    targets/      what each video model takes, costs and says, as data with sources
    compiler/     resolve (names), compose (prompts), split (ways), pack (clips), lower (requests)
    plan/         the typed plan: prices, actions, verification, its file
    ledger/       what was asked, paid and received; the only holder of "have we paid?"
    hosts/        the vendors' queues behind one protocol, a module each
    simulator/    the vendors' protocols on this machine, for free
    media/        what is in a clip, and the film from its clips
    screenplay/   storyboards from screenplays
    board/        the film as its people look at it: cards, cast, shares of the bill
    run/          the engine: schedule, orders, delivery, recovery, events, report
    api/          ``Project``, which can do everything that a command does
    render/       plans, findings and reports as text and machine forms, the board as a page
    editor/       what an editor shows of a storyboard while it is written
    cli/          a module a command

Small rooms below all: ``values`` (money, seconds, digests, addresses), ``diagnostics`` (codes,
spans, messages, pages), ``errors``. Imports go down only, which a contract checks.

What always holds:

- A stage takes values and gives values and findings; it goes on after a mistake. Only ``hosts``,
  ``run``, ``media``, the stores and ``cli`` touch the world.
- Everything is written down before it is paid, a request is sent once, and absence is believed
  only on evidence. Unknown money is never 0.
- What is sent is composed in one place, and two checkers that share no code with it read every
  plan before it is shown.
- One cause gives one finding, at its place, with the fix in words.

Programs use what is exported here; it is loaded when it is asked for.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from storyboard.lazy_exports import lazy_getattr
from storyboard.version import __version__

if TYPE_CHECKING:
    from storyboard.api import (
        CancelledClip,
        CancelOutcome,
        Comparison,
        Compilation,
        CompileOptions,
        DecidedClip,
        Decision,
        DecisionError,
        DifferenceResult,
        FileChange,
        FilmStatus,
        MissingClipsError,
        Offer,
        PlanResult,
        Project,
        ReadyPlan,
        Renaming,
        RunEvents,
        RunSettings,
        SentClips,
        StitchedFilm,
        WayOut,
        WaysOut,
    )
    from storyboard.board import FilmBoard
    from storyboard.board.bill import Bill, BillBy
    from storyboard.diagnostics import Diagnostic, Diagnostics, Severity
    from storyboard.errors import RefusedError, StoryboardError, UsageError
    from storyboard.ledger.unused_take import UnusedTake
    from storyboard.plan import Plan
    from storyboard.plan.difference import FilmDifference, FilmVersion, ShotChange, ShotDifference
    from storyboard.plan.explanation import ExplainedClip, Explanation
    from storyboard.plan.model import PlanError
    from storyboard.run.events import Event, Happening
    from storyboard.run.first_uploads import FirstUploads
    from storyboard.run.report import Report, Result
    from storyboard.values.units import Money


_EXPORTS = {
    "Bill": "storyboard.board.bill",
    "BillBy": "storyboard.board.bill",
    "CancelOutcome": "storyboard.api",
    "CancelledClip": "storyboard.api",
    "Comparison": "storyboard.api",
    "Compilation": "storyboard.api",
    "CompileOptions": "storyboard.api",
    "DecidedClip": "storyboard.api",
    "Decision": "storyboard.api",
    "DecisionError": "storyboard.api",
    "Diagnostic": "storyboard.diagnostics",
    "Diagnostics": "storyboard.diagnostics",
    "DifferenceResult": "storyboard.api",
    "Event": "storyboard.run.events",
    "ExplainedClip": "storyboard.plan.explanation",
    "Explanation": "storyboard.plan.explanation",
    "FileChange": "storyboard.api",
    "FilmBoard": "storyboard.board",
    "FilmDifference": "storyboard.plan.difference",
    "FilmStatus": "storyboard.api",
    "FilmVersion": "storyboard.plan.difference",
    "FirstUploads": "storyboard.run.first_uploads",
    "Happening": "storyboard.run.events",
    "MissingClipsError": "storyboard.api",
    "Money": "storyboard.values.units",
    "Offer": "storyboard.api",
    "Plan": "storyboard.plan",
    "PlanError": "storyboard.plan.model",
    "PlanResult": "storyboard.api",
    "Project": "storyboard.api",
    "ReadyPlan": "storyboard.api",
    "RefusedError": "storyboard.errors",
    "Renaming": "storyboard.api",
    "Report": "storyboard.run.report",
    "Result": "storyboard.run.report",
    "RunEvents": "storyboard.api",
    "RunSettings": "storyboard.api",
    "SentClips": "storyboard.api",
    "Severity": "storyboard.diagnostics",
    "ShotChange": "storyboard.plan.difference",
    "ShotDifference": "storyboard.plan.difference",
    "StitchedFilm": "storyboard.api",
    "StoryboardError": "storyboard.errors",
    "UnusedTake": "storyboard.ledger.unused_take",
    "UsageError": "storyboard.errors",
    "WayOut": "storyboard.api",
    "WaysOut": "storyboard.api",
}
"""The public names, each with the module that it is loaded from."""

__all__ = [
    "Bill",
    "BillBy",
    "CancelOutcome",
    "CancelledClip",
    "Comparison",
    "Compilation",
    "CompileOptions",
    "DecidedClip",
    "Decision",
    "DecisionError",
    "Diagnostic",
    "Diagnostics",
    "DifferenceResult",
    "Event",
    "ExplainedClip",
    "Explanation",
    "FileChange",
    "FilmBoard",
    "FilmDifference",
    "FilmStatus",
    "FilmVersion",
    "FirstUploads",
    "Happening",
    "MissingClipsError",
    "Money",
    "Offer",
    "Plan",
    "PlanError",
    "PlanResult",
    "Project",
    "ReadyPlan",
    "RefusedError",
    "Renaming",
    "Report",
    "Result",
    "RunEvents",
    "RunSettings",
    "SentClips",
    "Severity",
    "ShotChange",
    "ShotDifference",
    "StitchedFilm",
    "StoryboardError",
    "UnusedTake",
    "UsageError",
    "WayOut",
    "WaysOut",
    "__version__",
]

__getattr__ = lazy_getattr(__name__, _EXPORTS)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
