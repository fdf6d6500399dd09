"""The board of a film: its plan, its cards, and which text they are of."""

from __future__ import annotations

from pathlib import Path

from storyboard.api._compile import compile_reading, start
from storyboard.api._load import STANDARD_INPUT, CompileOptions, read
from storyboard.api._plan import BestWay, known_takes, plan_compilation, store_of, way_out_of
from storyboard.board import FilmBoard, make_board
from storyboard.project.revision import revision_of


def board_storyboard(file: str, options: CompileOptions, side: int, best_way: BestWay) -> FilmBoard:
    """Plan a storyboard and lay it out as cards, as far as it could be read."""
    diagnostics = start(options)
    known = known_takes(file, options, diagnostics)
    store = store_of(file, options)
    reading = read(file, options, diagnostics)
    compilation = compile_reading(reading, options, diagnostics, known)
    way_out = way_out_of(compilation, options, known, best_way)
    plan = plan_compilation(compilation, options, known, way_out=way_out)
    digest = reading.sources[0][1] if reading.sources else ""
    place = Path.cwd() / STANDARD_INPUT if file == STANDARD_INPUT else Path(reading.name)
    return make_board(
        plan,
        compilation.film,
        written=reading.storyboard,
        libraries=reading.libraries,
        path=reading.path,
        project=reading.project,
        findings=compilation.diagnostics,
        revision=revision_of(place, digest) if digest else "",
        side=side,
        paid=None if known is None or store is None else (known, store),
    )
