"""``why``: what a clip is made of, why it is rendered or not, and what else it could cost."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING

import click
from msgspec import structs

from storyboard.cli.compile_options import compile_options
from storyboard.cli.errors import in_words, refusal_code
from storyboard.cli.options import color_option, count_simulated_option
from storyboard.cli.output import has_color, show_findings, terminal_width, write, write_json
from storyboard.cli.run_options import json_option

if TYPE_CHECKING:
    from storyboard.api import CompileOptions


@click.command("why", epilog="Example: storyboard why arrival/climb --file film.yaml")
@click.argument("address", metavar="ADDRESS")
@click.option("--file", default=".", show_default=True, help="The storyboard.")
@count_simulated_option
@json_option
@color_option
@compile_options
def why_command(
    address: str, file: str, options: CompileOptions, simulate: bool, as_json: bool, color: str
) -> int:
    """Explain a clip. Nothing is sent, and nothing is written.

    ADDRESS is a clip, or a scene, a shot (by id or number) or a part of one: then it means every
    clip that renders any of it. Each stretch of a prompt is shown with the line that it is from.
    """
    from storyboard.api import Project
    from storyboard.render.why import render_why

    with in_words() as ending:
        chosen = structs.replace(options, is_simulated=simulate)
        found = Project(file, chosen).why(address)
        if found.findings:
            show_findings(found.findings, "text", color, sys.stderr, file)
            ending.code = refusal_code(found.findings)
        elif as_json:
            write_json(json.dumps(found.to_json(), ensure_ascii=False, indent=2) + "\n")
        else:
            colored = has_color(color, sys.stdout)
            write(render_why(found, color=colored, width=terminal_width(sys.stdout)), color=colored)
    return ending.code
