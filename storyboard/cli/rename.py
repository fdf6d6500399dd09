"""``rename``: another name for a member of the cast, in every file that has it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from storyboard.cli.compile_options import compile_options
from storyboard.cli.errors import in_words
from storyboard.cli.output import say, write_document

if TYPE_CHECKING:
    from storyboard.api import CompileOptions


_MOST_NAMED = 3


@click.command("rename", epilog="Example: storyboard rename mara marta --file film.yaml")
@click.argument("old", metavar="NAME")
@click.argument("new", metavar="NEW")
@click.option("--file", default=".", show_default=True, help="The storyboard, or a cast library.")
@click.option("--diff", "shows_diff", is_flag=True, help="Show what would be written, only.")
@compile_options
def rename_command(old: str, new: str, file: str, options: CompileOptions, shows_diff: bool) -> int:
    """Give a member of the cast another name: where it is declared, and wherever it is used.

    Of a member of a cast library it is changed in the other storyboards below the library's folder
    too. Nothing that is paid is paid again for a name, but of whoever is called by it in what is
    sent: then it is said.
    """
    from storyboard.api import Project

    with in_words() as ending:
        found = Project(file, options).rename(old, new)
        if shows_diff:
            write_document("".join(change.diff() for change in found.changes))
            return ending.code
        for change in found.changes:
            change.write()
            say(f"{change.count} {'place' if change.count == 1 else 'places'} in {change.name}")
        if found.shots:
            named = ", ".join(shot.address for shot in found.shots[:_MOST_NAMED])
            more = len(found.shots) - _MOST_NAMED
            say(
                f"{named}{f' and {more} more' if more > 0 else ''} would be sent the new name: "
                f"give {new} a label: with the old one, to keep what is paid"
            )
    return ending.code
