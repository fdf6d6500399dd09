"""``demo``: an example film, simulated and joined in a folder of its own."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Iterator
from importlib import import_module
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path, PurePosixPath

import click

from storyboard.cli.exit_codes import FINE
from storyboard.cli.output import say

_LEFT_OUT = (".plan.json", ".plan.txt")
"""Ends of the names of files that stand beside an example for its tests."""


@click.command("demo", epilog="Example: storyboard demo my-demo")
@click.argument(
    "folder", default="storyboard-demo", type=click.Path(file_okay=False, path_type=Path)
)
def demo_command(folder: Path) -> int:
    """Write an example film into FOLDER (storyboard-demo without it), simulate it and join it.

    Each step is a command that is shown as you would write it. Nothing leaves the machine and
    nothing is paid; no program is needed that pip does not bring.
    """
    from storyboard.project.git_files import complete_git_files

    try:
        if folder.exists() and any(folder.iterdir()):
            raise click.UsageError(f'"{folder}" is not empty; nothing was written')
        for name, content in _example():
            file = folder / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(content)
        # As after ``init``: what is tried out here between two clones needs no more.
        complete_git_files(folder)
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise click.UsageError(f'"{folder}" cannot be written: {reason}') from None
    film = str(folder)
    say(f"wrote an example film into {folder.as_posix()}", sys.stdout)
    for words in (["run", film, "--simulate", "--yes"], ["stitch", film, "--simulate"]):
        say("", sys.stdout)
        say(f"$ storyboard {shlex.join(words)}", sys.stdout)
        sys.stdout.flush()
        code = _call(*words)
        if code != FINE:
            return code
    joined = folder / "out" / "simulated" / "film.mp4"
    named = shlex.quote(film)
    for line in (
        "",
        f"the film, as a test pattern: {joined.as_posix()}",
        "",
        f"next: change a line of {(folder / 'storyboard.yaml').as_posix()}, and see what it costs:",
        f"  storyboard plan {named} --simulate",
        "the film as a page, with pictures and prices:",
        f"  storyboard board {named} --simulate",
        "a film of your own:",
        "  storyboard init my-film",
    ):
        say(line, sys.stdout)
    return FINE


def _example() -> Iterator[tuple[PurePosixPath, bytes]]:
    """The files of the example with their places: in the package, or where it is developed."""
    inside = files("storyboard") / "examples" / "lighthouse"
    beside = Path(__file__).parents[2] / "examples" / "lighthouse"
    yield from _files(inside if inside.is_dir() else beside, PurePosixPath())


def _files(folder: Traversable, place: PurePosixPath) -> Iterator[tuple[PurePosixPath, bytes]]:
    for entry in sorted(folder.iterdir(), key=lambda one: one.name):
        if entry.name.startswith(".") or entry.name == "out":
            continue
        if entry.is_dir():
            yield from _files(entry, place / entry.name)
        elif not entry.name.endswith(_LEFT_OUT):
            yield place / entry.name, entry.read_bytes()


def _call(name: str, *arguments: str) -> int:
    """Call another command as if it had been written; its exit code."""
    command: click.Command = getattr(import_module(f"storyboard.cli.{name}"), f"{name}_command")
    return command.main([*arguments], prog_name=f"storyboard {name}", standalone_mode=False) or FINE
