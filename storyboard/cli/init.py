"""``init``: a small film that plans at once."""

from __future__ import annotations

import sys
from importlib.resources import files
from pathlib import Path

import click

from storyboard.cli.exit_codes import FINE
from storyboard.cli.output import say


@click.command("init", epilog="Example: storyboard init my-film && storyboard plan my-film")
@click.argument("folder", default=".", type=click.Path(file_okay=False, path_type=Path))
@click.option("--title", default=None, metavar="TEXT", help="The film's title.")
def init_command(folder: Path, title: str | None) -> int:
    """Write a small film into FOLDER (the current one without it) that plans at once.

    Nothing that is there is overwritten. For git, .gitignore and .gitattributes are completed by
    the lines that they lack: the clips are not committed, and two locks merge by their lines.
    """
    from storyboard.project.git_files import complete_git_files

    film = folder / "storyboard.yaml"
    if film.exists():
        raise click.UsageError(f'"{film}" is there already; nothing was written')
    text = (files("storyboard") / "cli" / "first-film.yaml").read_text(encoding="utf-8")
    if title is not None:
        quoted = title.replace("\\", "\\\\").replace('"', '\\"')
        text = text.replace("title: The Red Kite", f'title: "{quoted}"', 1)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        added = [*complete_git_files(folder)]
        with film.open("x", encoding="utf-8", newline="\n") as file:
            file.write(text)
    except OSError as error:
        place = error.filename or film
        raise click.UsageError(f'"{place}" cannot be written: {error.strerror}') from None
    shown = "storyboard plan" if folder == Path() else f"storyboard plan {folder}"
    told = [f"added to {path.as_posix()}: {', '.join(lines)}" for path, lines in added]
    for line in (f"wrote {film.as_posix()}", *told, "", f"next: {shown}"):
        say(line, sys.stdout)
    return FINE
