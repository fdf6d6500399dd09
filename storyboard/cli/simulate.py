"""``simulate``: the simulator as a server of its own."""

from __future__ import annotations

import sys
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from storyboard.cli.errors import say_error
from storyboard.cli.exit_codes import FAILED, FINE, REFUSED
from storyboard.cli.options import target_folders_option
from storyboard.cli.output import say, show_findings

if TYPE_CHECKING:
    from storyboard.targets.model import Target

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
@target_folders_option
def simulate_command(concurrency: int, folders: tuple[Path, ...], **values: Any) -> int:
    """Serve the vendors' protocols on this machine, until Ctrl-C. Nothing is paid.

    Prints its address; for `run --simulate --base-url`, add / and the name of the host to it.
    Models of your own target files, in targets/ here or in the folders of --targets, are served
    by what the files say.
    """
    own = _own_targets(folders)
    if own is None:
        return REFUSED
    try:
        from storyboard.simulator import StateError, serve
    except ImportError as error:
        return say_error(f"the simulator needs {error.name}: pip install {error.name}", FAILED)
    try:
        serve(lambda text: say(text, sys.stdout), concurrency=concurrency, own=own, **values)
    except StateError as error:
        return say_error(str(error), FAILED)
    except ValueError as error:
        raise click.UsageError(str(error)) from None
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        return say_error(f"the simulator cannot start: {reason}", FAILED)
    return FINE


def _own_targets(folders: tuple[Path, ...]) -> tuple[Target, ...] | None:
    """The targets of the user's own files; None where one cannot be used, which is said."""
    from storyboard.diagnostics import Diagnostics
    from storyboard.targets.load import load_own

    beside = Path("targets")
    diagnostics = Diagnostics()
    own = load_own((*folders, *((beside,) if beside.is_dir() else ())), diagnostics)
    if not diagnostics.has_errors:
        return own
    show_findings(list(diagnostics), "text", "auto", sys.stderr, "")
    return None
