"""``export``: the shot list as a table, and the lines as subtitles."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click
from msgspec import structs

from storyboard.cli.compile_options import compile_options, keep
from storyboard.cli.errors import in_words, refusal_code, shown
from storyboard.cli.options import count_simulated_option, file_argument, force_option
from storyboard.cli.output import say, write_document

if TYPE_CHECKING:
    from storyboard.api import CompileOptions
    from storyboard.board import FilmBoard

FORMS = ("csv", "srt", "vtt")


@click.command("export", epilog="Example: storyboard export csv film.yaml --out shots.csv")
@click.argument("form", type=click.Choice(FORMS), metavar="FORMAT")
@file_argument
@count_simulated_option
@click.option(
    "--out",
    type=click.Path(dir_okay=False, path_type=Path),
    help="The file to write. Without: standard output.",
)
@click.option(
    "--without",
    multiple=True,
    type=click.Choice(("prices", "prompts", "notes")),
    help="Leave this out of the shot list. May be repeated.",
)
@force_option
@compile_options
def export_command(
    form: str,
    file: str,
    options: CompileOptions,
    simulate: bool,
    out: Path | None,
    without: tuple[str, ...],
    force: bool,
) -> int:
    """Write the shot list (csv), or lines and narration as subtitles (srt, vtt).

    A line stands as long as it takes to say, inside its shot. What is known of a storyboard with
    errors is written too; the exit code is 1 then.
    """
    from storyboard.api import Project

    with in_words() as ending:
        project = Project(file, structs.replace(options, is_simulated=simulate))
        board = project.board(side=0)
        keep(board)
        text = _written(board, form, without)
        if out is None:
            write_document(text)
        else:
            project.outputs(board.plan).write(out, text.encode(), force=force)
            say(f"written to {shown(out)}")
        errors = sum(one.severity == "error" for one in board.all_findings)
        if errors:
            said = "1 error" if errors == 1 else f"{errors} errors"
            say(f"the storyboard has {said}: `storyboard check` shows them")
            ending.code = refusal_code(board.all_findings)
    return ending.code


def _written(board: FilmBoard, form: str, without: tuple[str, ...]) -> str:
    from storyboard.board.cues import cues_of
    from storyboard.render.board import PagePart
    from storyboard.render.shot_list import render_csv
    from storyboard.render.subtitles import render_srt, render_vtt

    if form == "csv":
        return render_csv(board, without=[PagePart(one) for one in without])
    cues = cues_of(board)
    return render_srt(cues) if form == "srt" else render_vtt(cues)
