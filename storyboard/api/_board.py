"""The board of a film: its plan, its cards, and which text they are of."""

from __future__ import annotations

from pathlib import Path

from storyboard.api._load import STANDARD_INPUT, CompileOptions
from storyboard.api._plan import plan_storyboard
from storyboard.board import FilmBoard, make_board
from storyboard.project.revision import revision_of


def board_storyboard(file: str, options: CompileOptions, side: int) -> FilmBoard:
    """Plan a storyboard and lay it out as cards, as far as it could be read."""
    planned = plan_storyboard(file, options)
    reading = planned.compilation.reading
    digest = reading.sources[0][1] if reading.sources else ""
    place = Path.cwd() / STANDARD_INPUT if file == STANDARD_INPUT else Path(reading.name)
    return make_board(
        planned.plan,
        planned.compilation.film,
        written=reading.storyboard,
        libraries=reading.libraries,
        path=reading.path,
        project=reading.project,
        findings=planned.compilation.diagnostics,
        revision=revision_of(place, digest) if digest else "",
        side=side,
    )
