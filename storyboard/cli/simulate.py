"""``simulate``: the simulator as a server of its own."""

from __future__ import annotations

import sys
from functools import partial
from pathlib import Path
from typing import Any

import click

from storyboard.cli.errors import say_error
from storyboard.cli.exit_codes import FAILED, FINE
from storyboard.cli.output import say

_setting = partial(click.option, show_default=True)


class _Simulate(click.Command):
    """A command whose help lists the faults; they are only loaded for it."""

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        super().format_options(ctx, formatter)
        try:
            from storyboard.simulator.faults import FAULTS, POINTS
        except ImportError:
            return
        with formatter.section("Faults, written [POINT:]NAME[=ARGUMENT][*COUNT | @SHARE]"):
            formatter.write_dl([(name, f"{kind.does}.") for name, kind in FAULTS.items()])
            formatter.write_paragraph()
            formatter.write_text(
                "A fault happens every time, *COUNT times, or at random as often as @SHARE says: "
                "lost*2, 429=3, 503@0.1. POINT is where, as in status:503: "
                f"{', '.join(POINTS)}."
            )


@click.command(
    "simulate",
    cls=_Simulate,
    epilog="Example: storyboard simulate --port 8080 --fault lost@0.05",
)
@_setting("--port", type=click.IntRange(0, 65535), default=0, help="The port; 0 takes a free one.")
@_setting("--key", default="simulated", help="The key that is accepted.")
@_setting(
    "--seconds-per-clip", type=click.FloatRange(min=0), default=2.0, help="How long a clip takes."
)
@_setting("--concurrency", type=click.IntRange(min=1), default=2, help="Clips in progress at once.")
@_setting(
    "--clips",
    type=click.Choice(("render", "stub")),
    default="render",
    help="Labelled test patterns, or one tiny film for each length.",
)
@click.option(
    "--fault",
    "faults",
    multiple=True,
    metavar="FAULT",
    help="A fault in force, of those that --help lists. May be repeated.",
)
@click.option(
    "--state",
    metavar="FILE",
    type=click.Path(path_type=Path),
    help="A file that lets a simulator know its jobs again.",
)
def simulate_command(concurrency: int, **values: Any) -> int:
    """Serve the vendors' protocols on this machine, until Ctrl-C. Nothing is paid.

    Prints its address; for `run --simulate --base-url`, add / and the name of the host to it.
    """
    try:
        from storyboard.simulator import StateError, serve
    except ImportError as error:
        return say_error(f"the simulator needs {error.name}: pip install {error.name}", FAILED)
    try:
        serve(lambda text: say(text, sys.stdout), concurrency=concurrency, **values)
    except StateError as error:
        return say_error(str(error), FAILED)
    except ValueError as error:
        raise click.UsageError(str(error)) from None
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        return say_error(f"the simulator cannot start: {reason}", FAILED)
    return FINE
