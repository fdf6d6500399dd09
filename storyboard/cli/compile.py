"""``compile``: the requests of a storyboard, as JSON."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click
from msgspec import structs

from storyboard.cli.compile_options import compile_options, keep, show_on_stderr, takes_options
from storyboard.cli.errors import refusal_code, say_error
from storyboard.cli.exit_codes import FINE, REFUSED
from storyboard.cli.options import file_argument, finding_options, force_option
from storyboard.cli.output import write_json
from storyboard.errors import RefusedError

if TYPE_CHECKING:
    from storyboard.api import CompileOptions


@click.command("compile", epilog="Example: storyboard compile film.yaml | jq '.requests[].payload'")
@file_argument
@compile_options
@takes_options
@finding_options
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), help="Write to this file.")
@force_option
def compile_command(
    file: str,
    options: CompileOptions,
    takes: int,
    chain_takes: bool,
    form: str,
    color: str,
    out: Path | None,
    force: bool,
) -> int:
    """Print the requests of a storyboard, as JSON: id, endpoint and payload of each.

    Local pictures stand in a payload as asset:sha256:…, frames of earlier clips as
    output:sha256:…#last_frame, clips as …#clip. Nothing is priced and nothing is sent.
    """
    from storyboard.api import Project

    options = structs.replace(options, takes=takes, chain_takes=chain_takes)
    project = Project(file, options)
    made, compiled = project.plan()
    keep(made, compiled)
    show_on_stderr(compiled, form, color)
    if not compiled.is_complete or not made.requests:
        return refusal_code(compiled.diagnostics)
    listed = [
        {"id": one.id, "endpoint": one.endpoint, "payload": one.payload} for one in made.requests
    ]
    text = json.dumps({"requests": listed}, ensure_ascii=False, indent=2) + "\n"
    if out is not None:
        try:
            project.outputs(made).write(out, text.encode(), force=force)
        except RefusedError as error:
            return say_error(str(error), REFUSED)
        except OSError as error:
            raise click.UsageError(f'"{out}" cannot be written: {error.strerror}') from None
    else:
        write_json(text)
    return FINE
