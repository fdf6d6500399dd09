"""``stitch``: the film from its clips."""

from __future__ import annotations

import os
import shlex
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import click
from msgspec import structs

from storyboard.cli.compile_options import compile_options
from storyboard.cli.errors import in_words, say_error, shown
from storyboard.cli.exit_codes import INCOMPLETE, REFUSED
from storyboard.cli.options import file_argument, force_option
from storyboard.cli.output import draw, say
from storyboard.cli.plan_source import ready_plan
from storyboard.cli.run_options import out_dir_option, simulate_option

if TYPE_CHECKING:
    from storyboard.api import CompileOptions


@click.command("stitch", epilog="Example: storyboard stitch film.yaml --out film.mp4")
@file_argument
@simulate_option
@click.option(
    "--out",
    type=click.Path(dir_okay=False, path_type=Path),
    help="The film. Without: film.mp4 beside the clips.",
)
@force_option
@out_dir_option
@compile_options
def stitch_command(
    file: str,
    options: CompileOptions,
    simulate: bool,
    out: Path | None,
    force: bool,
    out_dir: Path | None,
) -> int:
    """Join the clips to the film, in the storyboard's order; padding is cut off.

    Clips of one make are joined as they are; where they differ, all are encoded anew.
    """
    from storyboard.api import MissingClipsError, Project
    from storyboard.media.join import SUFFIXES
    from storyboard.render.amounts import counted
    from storyboard.render.stitch_view import StitchView

    if out is not None and out.suffix.lower() not in SUFFIXES:
        raise click.UsageError(
            f'"{out}" is no name for the film: give one that ends in {", ".join(SUFFIXES)}'
        )
    with in_words() as ending:
        project = Project(file, structs.replace(options, is_simulated=simulate, out_dir=out_dir))
        ready = ready_plan(project)
        if ready is None:
            return REFUSED
        stream = sys.stderr
        is_live = stream.isatty() and os.environ.get("TERM") != "dumb"
        view = StitchView(lambda text: draw(text, stream), time.monotonic, is_live=is_live)

        def told(text: str) -> None:
            view.clear()
            say(text)

        try:
            film, clips = project.stitch(ready, out, say=told, progress=view.show, force=force)
        except MissingClipsError as error:
            again = f"storyboard run {shlex.quote(file)}{' --simulate' if simulate else ''}"
            return say_error(
                f"{error}; `{again}` fetches what is paid and renders the rest", INCOMPLETE
            )
        made = f"{shown(film.file)}  {film.seconds:.1f} s, {counted(clips, 'clip')}"
        say(made, sys.stdout)
    return ending.code
