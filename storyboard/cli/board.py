"""``board``: the film as one page, with pictures, prices and what is sent."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import click
from msgspec import structs

from storyboard.cli.compile_options import compile_options, keep
from storyboard.cli.errors import in_words, refusal_code, shown
from storyboard.cli.options import count_simulated_option, file_argument, force_option
from storyboard.cli.output import say, write_document

if TYPE_CHECKING:
    from storyboard.api import CompileOptions, Project
    from storyboard.board import FilmBoard

STDOUT = Path("-")
_SMALL, _LARGE = 640, 1200
"""The sides of thumbnails in pixels: beside other shots, and alone across a printed page."""
_FOLDER_FILE = "storyboard"


@click.command("board", epilog="Example: storyboard board film.yaml --out film.html")
@file_argument
@count_simulated_option
@click.option(
    "--out",
    type=click.Path(dir_okay=False, path_type=Path),
    help="The page, or - for standard output. Without: board.html beside the storyboard.",
)
@click.option(
    "--per-page",
    type=click.Choice(("1", "2", "4", "6")),
    default="4",
    show_default=True,
    help="How many shots stand on a printed page.",
)
@click.option(
    "--without",
    multiple=True,
    type=click.Choice(("prices", "prompts", "notes")),
    help="Leave this out, as for a client. May be repeated.",
)
@force_option
@click.option("--serve", is_flag=True, help="Serve the page on this machine, and follow changes.")
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    default=0,
    show_default=True,
    help="The port to serve at; 0 takes a free one.",
)
@compile_options
def board_command(
    file: str,
    options: CompileOptions,
    simulate: bool,
    out: Path | None,
    per_page: str,
    without: tuple[str, ...],
    force: bool,
    serve: bool,
    port: int,
) -> int:
    """Write the film as one page of HTML: shots, pictures, cast, bill and what is sent.

    The page needs no network and no script, and prints to A4 or Letter. A storyboard with errors
    has a page too, which says what is wrong at its shot; the exit code is 1 then.
    """
    from storyboard.api import Project
    from storyboard.render.board import PagePart, render_board

    project = Project(file, structs.replace(options, is_simulated=simulate))
    side = _LARGE if per_page in ("1", "2") else _SMALL

    def page_of(board: FilmBoard) -> str:
        parts = [PagePart(one) for one in without]
        return render_board(board, per_page=int(per_page), without=parts, is_live=serve)

    with in_words() as ending:
        if serve:
            _refuse_beside_serve(file, out)
            _serve(project, side, port, page_of)
            return ending.code
        board = project.board(side=side)
        keep(board)
        place = out or board_file(file)
        if place == STDOUT:
            write_document(page_of(board))
        else:
            project.outputs(board.plan).write(place, page_of(board).encode(), force=force)
            say(f"written to {shown(place)}")
        found = board.all_findings
        errors = sum(one.severity == "error" for one in found)
        if errors:
            said = "1 error" if errors == 1 else f"{errors} errors"
            say(f"the storyboard has {said}: `storyboard check` shows them")
            ending.code = refusal_code(found)
    return ending.code


def _refuse_beside_serve(file: str, out: Path | None) -> None:
    if out is not None:
        raise click.UsageError("--serve writes no file: leave out --out or --serve")
    if file == "-":
        raise click.UsageError("--serve follows a file: standard input is read only once")


def _serve(project: Project, side: int, port: int, page_of: Callable[[FilmBoard], str]) -> None:
    from storyboard.cli.board_server import BoardServer, Written
    from storyboard.ledger.store import record_files

    place = Path(project.file)
    place = place / f"{_FOLDER_FILE}.yaml" if place.is_dir() else place
    records = record_files(place.parent)

    def make() -> Written:
        board = project.board(side=side)
        sources = dict.fromkeys((place, *_sources(board)))
        takes = (take for clip in board.taken_clips for take in clip.takes)
        files = {take.file.name: take.file for take in takes if take.file is not None}
        return Written(page_of(board), tuple(sources), records, files)

    BoardServer(make, lambda text: say(text, sys.stdout)).serve(port)


def _sources(board: FilmBoard) -> tuple[Path, ...]:
    """The files that a board is made from: texts, and pictures, which may be missing."""
    return (*(Path(one.file) for one in board.plan.sources), *board.picture_files)


def board_file(file: str) -> Path:
    """Where the page of a storyboard stands: beside it; standard output for standard input."""
    if file == "-":
        return STDOUT
    place = Path(file)
    if place.is_dir():
        return place / "board.html"
    name = place.name.split(".")[0]
    return place.with_name("board.html" if name == _FOLDER_FILE else f"{name}.board.html")
