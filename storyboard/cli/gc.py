"""``gc``: takes that nothing needs are removed."""

from __future__ import annotations

import json
import sys

import click

from storyboard.cli.errors import in_words
from storyboard.cli.output import ask, say, terminal_width, write, write_json
from storyboard.cli.run_options import json_option, simulate_option


@click.command("gc", epilog="Example: storyboard gc my-film --simulate --yes")
@click.argument("file", default=".", metavar="[FILE]")
@simulate_option
@click.option("--yes", is_flag=True, help="Remove them without asking.")
@json_option
def gc_command(file: str, simulate: bool, yes: bool, as_json: bool) -> int:
    """Remove the takes that no film of the folder shows and no lock holds.

    They are listed with what they cost, and nothing is removed without a yes. What the lock of
    any branch, tag or other ref of git here holds stays, as does what the lock of the folder
    holds. Exit code 1 where it cannot be known what is needed.
    """
    from storyboard.api import CompileOptions, Project
    from storyboard.render.unused_takes import render_unused, summed, unused_json

    with in_words() as ending:
        project = Project(file, CompileOptions(is_simulated=simulate))
        takes = project.unused_takes()
        if not as_json:
            shown = render_unused(takes, terminal_width(sys.stdout), is_simulated=simulate)
            write(shown)
        if takes and not yes:
            if sys.stdin is None or not sys.stdin.isatty() or as_json:
                if as_json:
                    write_json(json.dumps(unused_json(takes, ()), indent=2) + "\n")
                raise click.UsageError(
                    f"{summed(takes)} would be removed: give --yes to agree; nothing is removed"
                )
            if not ask(f"remove {summed(takes)}, for good?"):
                return ending.code
        removed = project.remove_takes(takes)
        if as_json:
            write_json(json.dumps(unused_json(takes, removed), indent=2) + "\n")
        elif takes:
            say(f"removed {summed(removed)}" if removed else "nothing is removed", sys.stdout)
    return ending.code
