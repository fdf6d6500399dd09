"""``simulate``: the simulator as a server of its own."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from storyboard.cli.main import FAILED, FINE
from storyboard.cli.saying import say_error


@click.command("simulate", epilog="Example: storyboard simulate --port 8080 --fault lost@0.05")
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    default=0,
    show_default=True,
    help="The port; 0 takes a free one.",
)
@click.option("--key", default="simulated", show_default=True, help="The key that is accepted.")
@click.option(
    "--seconds-per-clip",
    type=click.FloatRange(min=0),
    default=2.0,
    show_default=True,
    help="How long a clip takes.",
)
@click.option(
    "--concurrency",
    type=click.IntRange(min=1),
    default=2,
    show_default=True,
    help="Clips in progress at once.",
)
@click.option(
    "--clips",
    type=click.Choice(("render", "stub")),
    default="render",
    show_default=True,
    help="Labelled test patterns, or one tiny film for each length.",
)
@click.option("--fault", "faults", multiple=True, metavar="FAULT", help="A fault in force; repeat.")
@click.option(
    "--state",
    type=click.Path(dir_okay=False, path_type=Path),
    help="A file that lets a simulator know its jobs again.",
)
def simulate_command(
    port: int,
    key: str,
    seconds_per_clip: float,
    concurrency: int,
    clips: Any,
    faults: tuple[str, ...],
    state: Path | None,
) -> int:
    """Serve the protocols of fal and Oxen on this machine, until Ctrl-C. Nothing is paid.

    Prints its address; for `run --simulate --base-url`, add /fal or /oxen to it.
    """
    import sqlite3

    try:
        from storyboard.run.simulator import serve

        serve(
            lambda url: click.echo(url),
            port=port,
            key=key,
            seconds_per_clip=seconds_per_clip,
            fal_concurrency=concurrency,
            oxen_concurrency=concurrency,
            clips=clips,
            faults=faults,
            state=state,
        )
    except ImportError as error:
        return say_error(f"the simulator needs {error.name}: pip install {error.name}", FAILED)
    except ValueError as error:
        raise click.UsageError(str(error)) from None
    except sqlite3.Error as error:
        return say_error(f'the state file "{state}" cannot be used: {error}', FAILED)
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        return say_error(f"the simulator cannot start: {reason}", FAILED)
    return FINE
