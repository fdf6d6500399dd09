"""``runs``: the runs of a folder's films."""

from __future__ import annotations

import json
import sys
import time

import click

from storyboard.cli.errors import in_words
from storyboard.cli.options import file_argument
from storyboard.cli.output import terminal_width, write, write_json
from storyboard.cli.run_options import json_option, simulate_option


@click.command("runs", epilog="Example: storyboard runs film.yaml --json")
@file_argument
@simulate_option
@json_option
def runs_command(file: str, simulate: bool, as_json: bool) -> int:
    """List the runs of a folder's films: when, on what, how they ended, and what they cost.

    What was paid before, here or elsewhere, and a run has only fetched, is counted apart.
    """
    from storyboard.api import CompileOptions, Project
    from storyboard.render.runs import render_runs, runs_json

    def written(at: float) -> str:
        return time.strftime("%Y-%m-%d %H:%M", time.localtime(at))

    with in_words() as ending:
        runs = Project(file, CompileOptions(is_simulated=simulate)).runs()
        if as_json:
            write_json(json.dumps(runs_json(runs), indent=2) + "\n")
        else:
            width = terminal_width(sys.stdout)
            write(render_runs(runs, written, width, simulated=simulate))
    return ending.code
