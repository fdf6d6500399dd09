"""``status``: what ledger and lock know. Nobody is asked, nothing is written."""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import click
from msgspec import structs

from storyboard.cli.compile_options import compile_options
from storyboard.cli.errors import in_words
from storyboard.cli.options import file_argument
from storyboard.cli.output import say, terminal_width, write, write_json
from storyboard.cli.run_options import json_option, out_dir_option, simulate_option

if TYPE_CHECKING:
    from storyboard.api import CompileOptions


@click.command("status", epilog="Example: storyboard status film.yaml")
@file_argument
@simulate_option
@out_dir_option
@json_option
@compile_options
def status_command(
    file: str, options: CompileOptions, simulate: bool, out_dir: Path | None, as_json: bool
) -> int:
    """Show what was sent, where it is and what it cost. Asks nobody, changes nothing.

    FILE is a storyboard or a plan; a folder shows all that was sent in it. Takes that another
    machine has rendered are known from storyboard.lock. A clip that the film does not use, or not
    all of, is marked. The last line says whether a run works in the folder just now, and on which
    machine.
    """
    from storyboard.api import Project
    from storyboard.render.amounts import counted
    from storyboard.render.status import KnownClips, render_lease, render_status, status_json

    with in_words() as ending:
        chosen = structs.replace(options, is_simulated=simulate, out_dir=out_dir)
        found = Project(file, chosen).status()
        sent, lease, now = found.sent, found.lease, time.time()
        clips = KnownClips(intents=sent.intents, elsewhere=found.elsewhere, told=found.told)
        if as_json:
            write_json(json.dumps(status_json(clips, found.use, lease, now), indent=2) + "\n")
        elif not sent.intents and not found.elsewhere and found.others:
            others = counted(found.others, "clip")
            said = f'nothing was sent for "{file}"; {others} for others beside it'
            say(said, sys.stdout)
            write(render_lease(lease, now))
        else:
            width = terminal_width(sys.stdout)
            text = render_status(
                clips,
                found.use,
                now,
                has_errors=found.has_errors,
                simulated=simulate,
                width=width,
            )
            write(text)
            write(render_lease(lease, now))
    return ending.code
