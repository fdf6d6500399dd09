"""``diff``: what an edit changes, shot by shot, and what it does to the price."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING

import click
from msgspec import structs

from storyboard.cli.compile_options import compile_options
from storyboard.cli.errors import in_words, refusal_code
from storyboard.cli.exit_codes import PENDING
from storyboard.cli.options import color_option, count_simulated_option
from storyboard.cli.output import has_color, show_findings, terminal_width, write, write_json
from storyboard.cli.run_options import json_option

if TYPE_CHECKING:
    from storyboard.api import CompileOptions


@click.command("diff", epilog="Example: storyboard diff my-film --from main --markdown")
@click.argument("file", default=".")
@click.option(
    "--from",
    "before",
    default="HEAD",
    show_default=True,
    metavar="REV",
    help="The git revision to compare with.",
)
@click.option("--to", "after", metavar="REV", help="The other one. Without: the files as they are.")
@count_simulated_option
@click.option("--markdown", is_flag=True, help="Print Markdown, as a comment on a pull request.")
@json_option
@click.option(
    "--detailed-exitcode", is_flag=True, help="Exit with 0 where nothing differs, with 5 else."
)
@color_option
@compile_options
def diff_command(
    file: str,
    options: CompileOptions,
    before: str,
    after: str | None,
    simulate: bool,
    markdown: bool,
    as_json: bool,
    detailed_exitcode: bool,
    color: str,
) -> int:
    """Show what differs between two versions of a film. Nothing is checked out or written.

    Shots that were added, removed, moved, renamed and changed, with their words before and after,
    and what the whole film costs, and what is still to be paid. Prices, targets and what is paid
    are today's for both versions.
    """
    from storyboard.api import Project
    from storyboard.render.difference import render_difference, render_difference_markdown

    if markdown and as_json:
        raise click.UsageError("--markdown and --json are two forms of one output: choose one")
    with in_words() as ending:
        chosen = structs.replace(options, is_simulated=simulate)
        result = Project(file, chosen).diff(before, after)
        found = result.difference
        errors = [one for one in result.diagnostics if one.severity == "error"]
        if errors:
            show_findings(errors, "text", color, sys.stderr, file)
            ending.code = refusal_code(errors)
        if found is None:
            return ending.code
        if not errors and detailed_exitcode and not found.is_same:
            ending.code = PENDING
        if as_json:
            write_json(json.dumps(found.to_json(), ensure_ascii=False, indent=2) + "\n")
        elif markdown:
            write(render_difference_markdown(found), color=False)
        else:
            colored = has_color(color, sys.stdout)
            width = terminal_width(sys.stdout)
            write(render_difference(found, color=colored, width=width), color=colored)
    return ending.code
