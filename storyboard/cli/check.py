"""``check``: everything that is wrong with storyboards."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from storyboard.cli.compile_options import compile_options, keep
from storyboard.cli.errors import in_words
from storyboard.cli.exit_codes import FINE, REFUSED
from storyboard.cli.options import finding_options
from storyboard.cli.output import say, show_findings, write_document

if TYPE_CHECKING:
    from collections.abc import Sequence

    from storyboard.api import Compilation, CompileOptions, FileChange


_FILES = click.argument("files", nargs=-1, metavar="FILE...")


@click.command("check", epilog="Example: storyboard check film.storyboard.yaml --format github")
@_FILES
@click.option("--fix", "fixes", is_flag=True, help="Put the sure fixes into the files.")
@click.option("--diff", "shows_diff", is_flag=True, help="Show what --fix would write, only.")
@compile_options
@finding_options
def check_command(
    files: tuple[str, ...],
    options: CompileOptions,
    fixes: bool,
    shows_diff: bool,
    form: str,
    color: str,
) -> int:
    """Find everything that is wrong with storyboards, without the network.

    FILE is a storyboard, a cast library, a folder that holds storyboard.yaml, or - for standard
    input; without one it is the current folder. Exit code 1 where there are errors, and with
    --diff where there is something to fix.
    """
    from storyboard.api import Project
    from storyboard.render.snippets import summary

    if fixes or shows_diff:
        changes: list[FileChange] = []
        with in_words() as ending:
            for file in files or (".",):
                changes += Project(file, options).fix()
            if shows_diff:
                write_document("".join(dict.fromkeys(change.diff() for change in changes)))
            else:
                _write_changes(changes)
        if shows_diff or ending.code:
            return ending.code or (REFUSED if changes else FINE)
    compiled = [Project(file, options).check() for file in files or (".",)]
    keep(compiled)
    found = [diagnostic for one in compiled for diagnostic in one.diagnostics]
    show_findings(found, form, color, sys.stdout, compiled[0].name)
    if form == "text":
        for one in compiled:
            said = summary(one.diagnostics) if len(one.diagnostics) else f"{one.name}: fine"
            if not one.diagnostics.has_errors:
                said += f" ({_extent(one)})"
            if found:
                say("")
            say(said)
    return REFUSED if any(one.diagnostics.has_errors for one in compiled) else FINE


def _extent(one: Compilation) -> str:
    """What was looked at: how many shots on which target, or whose cast."""
    if one.film is not None:
        shots = sum(len(scene.shots) for scene in one.film.scenes)
        targets = ", ".join(film.target.target for film in one.film.films())
        return f"{shots} shot{'' if shots == 1 else 's'}, {targets}"
    members = one.reading.members
    return f"a cast library, {members} member{'' if members == 1 else 's'}"


def _write_changes(changes: Sequence[FileChange]) -> None:
    """Write changed files, each once, and say how much was fixed."""
    for change in {change.path.resolve(): change for change in changes}.values():
        change.write()
        fixed = "1 fix" if change.count == 1 else f"{change.count} fixes"
        say(f"{fixed} in {change.name}")
