"""``fit``: the ways out for a film that costs more, or lasts longer, than it may."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Any

import click
from msgspec import structs

from storyboard.cli.compile_options import command_of, compile_options
from storyboard.cli.errors import in_words, refusal_code
from storyboard.cli.exit_codes import FINE, REFUSED
from storyboard.cli.options import color_option, count_simulated_option, file_argument, read_money
from storyboard.cli.output import has_color, show_findings, terminal_width, write, write_json
from storyboard.cli.run_options import json_option

if TYPE_CHECKING:
    from storyboard.api import CompileOptions
    from storyboard.values.units import Money


@click.command("fit", epilog="Example: storyboard fit film.yaml --under '20 USD'")
@file_argument
@click.option(
    "--under",
    metavar="AMOUNT",
    callback=read_money,
    help="What the film may cost in all, as '20 USD'. Without: its budget, and its max_seconds.",
)
@count_simulated_option
@json_option
@color_option
@compile_options
def fit_command(
    file: str,
    options: CompileOptions,
    under: Money | None,
    simulate: bool,
    as_json: bool,
    color: str,
) -> int:
    """Show up to three ways for the film to cost and last no more than it may. Nothing is changed.

    The ways are another target, silence, and whole shots left out, those of low priority first;
    each is planned, so that its sum is true, and obeys max_seconds too. Those that keep the most
    come first. Exit code 1 where there is no way, or the storyboard has errors.
    """

    from storyboard.api import Project
    from storyboard.render.fit import render_fit

    with in_words() as ending:
        options = structs.replace(options, is_simulated=simulate)

        def look(way: dict[str, Any]) -> str:
            target = options.target if way["own_target"] else way["target"]
            audio = False if way["silent"] else options.audio
            asked = structs.replace(options, target=target, audio=audio)
            return command_of("plan", file, asked)

        found = Project(file, options).fit(under)
        if found.findings:
            show_findings(found.findings, "text", color, sys.stderr, file)
            ending.code = refusal_code(found.findings)
            return ending.code
        if as_json:
            shown = json.dumps(found.to_json(), ensure_ascii=False, indent=2)
            write_json(shown + "\n")
        else:
            colored, width = has_color(color, sys.stdout), terminal_width(sys.stdout)
            text = render_fit(found.to_json(), look=look, color=colored, width=width)
            write(text, color=colored)
        ending.code = FINE if found.is_within or found.ways else REFUSED
    return ending.code
