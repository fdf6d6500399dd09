"""``status``: what ledger and lock know. Nobody is asked, nothing is written."""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path

import click

from storyboard.cli.errors import in_words
from storyboard.cli.options import file_argument
from storyboard.cli.output import say, terminal_width, write, write_json
from storyboard.cli.run_options import json_option, out_dir_option, simulate_option


@click.command("status", epilog="Example: storyboard status film.yaml")
@file_argument
@simulate_option
@out_dir_option
@json_option
def status_command(file: str, simulate: bool, out_dir: Path | None, as_json: bool) -> int:
    """Show what was sent, where it is and what it cost. Asks nobody, changes nothing.

    FILE is a storyboard or a plan; a folder shows all that was sent in it. Takes that another
    machine has rendered are known from storyboard.lock. The last line says whether a run works
    in the folder just now, and on which machine.
    """
    from storyboard.api import CompileOptions, Project
    from storyboard.render.amounts import counted
    from storyboard.render.ledger import render_lease, render_status, status_json

    with in_words() as ending:
        found = Project(file, CompileOptions(is_simulated=simulate, out_dir=out_dir)).status()
        sent, elsewhere, lease, now = found.sent, found.elsewhere, found.lease, time.time()
        if as_json:
            listed = status_json(sent.intents, elsewhere, lease, now)
            write_json(json.dumps(listed, indent=2) + "\n")
        elif not sent.intents and not elsewhere and sent.others:
            others = counted(len(sent.others), "clip")
            said = f'nothing was sent for "{file}"; {others} for others beside it'
            say(said, sys.stdout)
            write(render_lease(lease, now))
        else:
            width = terminal_width(sys.stdout)
            text = render_status(sent.intents, elsewhere, now, simulated=simulate, width=width)
            write(text)
            write(render_lease(lease, now))
    return ending.code
