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
    the lines that they lack: the clips are not committed, and two locks merge by their lines. Where
    FOLDER has a film, that is all.
    """
    from storyboard.project.git_files import complete_git_files

    film = folder / "storyboard.yaml"
    has_film = film.exists()
    if has_film and title is not None:
        raise click.UsageError(f'"{film}" is there already; nothing was written')
    text = (files("storyboard") / "cli" / "first-film.yaml").read_text(encoding="utf-8")
    if title is not None:
        quoted = title.replace("\\", "\\\\").replace('"', '\\"')
        text = text.replace("title: The Red Kite", f'title: "{quoted}"', 1)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        added = complete_git_files(folder)
        if not has_film:
            with film.open("x", encoding="utf-8", newline="\n") as file:
                file.write(text)
    except OSError as error:
        place = error.filename or film
        raise click.UsageError(f'"{place}" cannot be written: {error.strerror}') from None
    if has_film and not added:
        raise click.UsageError(f'"{film}" is there already; nothing was written')
    shown = "storyboard plan" if folder == Path() else f"storyboard plan {folder}"
    told = [f"added to {path.as_posix()}: {', '.join(lines)}" for path, lines in added]
    wrote = f"{film.as_posix()} is there already, and stays as it is"
    if not has_film:
        wrote = f"wrote {film.as_posix()}"
    for line in (wrote, *told, "", f"next: {shown}"):
        say(line, sys.stdout)
    return FINE
