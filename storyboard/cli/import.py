"""``import``: a storyboard from a screenplay."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from storyboard.cli.errors import in_words
from storyboard.cli.exit_codes import FINE
from storyboard.cli.output import say


@click.command("import", epilog="Example: storyboard import kite.fountain kite")
@click.argument("screenplay", type=click.Path(dir_okay=False, path_type=Path))
@click.argument("folder", default=".", type=click.Path(file_okay=False, path_type=Path))
def import_command(screenplay: Path, folder: Path) -> int:
    """Write a storyboard of a SCREENPLAY into FOLDER (the current one without it).

    It is in Fountain, or a file of Final Draft (.fdx).

    Headings become scenes and locations, paragraphs of action shots, and lines are said in them.
    What a screenplay does not say is a guess with a comment. Nothing is overwritten.
    """
    from storyboard.api import Project

    with in_words() as ending:
        film = Project.around(folder).import_screenplay(screenplay)
        shown = "storyboard check" if folder == Path() else f"storyboard check {folder}"
        for line in (f"wrote {film.as_posix()}", "", f"next: {shown}"):
            say(line, sys.stdout)
        ending.code = FINE
    return ending.code
