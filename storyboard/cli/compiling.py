"""``check``, ``compile`` and ``plan``: the commands that compile a storyboard."""

from __future__ import annotations

import dataclasses
import json
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from storyboard.cli.main import FINE, REFUSED, keep
from storyboard.cli.options import (
    compile_options,
    finding_options,
    has_color,
    read_money,
    show_findings,
    takes_option,
    terminal_width,
    write,
)
from storyboard.cli.saying import refusal_code

if TYPE_CHECKING:
    from storyboard.api import Compilation, Options
    from storyboard.diagnostics import Diagnostic
    from storyboard.units import Money

PENDING = 5
"""``plan --detailed-exitcode``: there are clips to render."""

_FILES = click.argument("files", nargs=-1, metavar="FILE...")
_FILE = click.argument("file", default=".", metavar="[FILE]")


@click.command("check", epilog="Example: storyboard check film.storyboard.yaml --format github")
@_FILES
@compile_options
@finding_options
def check_command(
    files: tuple[str, ...],
    options: Options,
    form: str,
    color: str,
) -> int:
    """Find everything that is wrong with storyboards, without the network.

    FILE is a storyboard, a folder that holds storyboard.yaml, or - for standard input; without
    one it is the current folder. Exit code 1 where there are errors.
    """
    from storyboard.api import check
    from storyboard.render.snippets import summary

    compiled = [check(file, options) for file in files or (".",)]
    keep(compiled)
    found = [diagnostic for one in compiled for diagnostic in one.diagnostics]
    show_findings(found, form, color, sys.stdout, compiled[0].name)
    if form == "text":
        for one in compiled:
            said = summary(one.diagnostics) if len(one.diagnostics) else f"{one.name}: fine"
            shots = sum(len(scene.shots) for scene in one.film.scenes) if one.film else 0
            if one.film and not one.diagnostics.has_errors:
                said += f" ({shots} shots, {one.film.target.target})"
            click.echo(("\n" if found else "") + said, err=True)
    return REFUSED if any(one.diagnostics.has_errors for one in compiled) else FINE


@click.command("compile", epilog="Example: storyboard compile film.yaml | jq '.requests[].payload'")
@_FILE
@compile_options
@takes_option
@finding_options
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), help="Write to this file.")
def compile_command(
    file: str,
    options: Options,
    takes: int,
    form: str,
    color: str,
    out: Path | None,
) -> int:
    """Print the requests of a storyboard, as JSON: id, endpoint and payload of each.

    Local pictures stand in a payload as asset:sha256:…, frames of earlier clips as
    output:sha256:…#last_frame. Nothing is priced and nothing is sent.
    """
    from storyboard.api import plan

    made, compiled = plan(file, dataclasses.replace(options, takes=takes))
    keep(made, compiled)
    _show_on_stderr(compiled, form, color)
    if compiled.diagnostics.has_errors and not made["requests"]:
        return refusal_code(compiled.diagnostics)
    keys = ("id", "endpoint", "payload")
    listed = [{key: request[key] for key in keys} for request in made["requests"]]
    text = json.dumps({"requests": listed}, ensure_ascii=False, indent=2) + "\n"
    if out is not None:
        try:
            out.write_text(text, encoding="utf-8")
        except OSError as error:
            raise click.UsageError(f'"{out}" cannot be written: {error.strerror}') from None
    else:
        write(text)
    return FINE


@click.command(
    "plan", epilog="Example: storyboard plan film.yaml --max-cost '10 USD' --out film.plan"
)
@_FILE
@compile_options
@takes_option
@click.option(
    "--max-cost",
    metavar="AMOUNT",
    callback=read_money,
    help="Refuse a film that costs more, as '25 USD'.",
)
@click.option("--max-seconds", type=click.IntRange(min=1), help="Refuse a film that renders more.")
@click.option("--json", "as_json", is_flag=True, help="Print the plan as JSON.")
@click.option(
    "--out", type=click.Path(dir_okay=False, path_type=Path), help="Write the plan to this file."
)
@click.option(
    "--simulate", is_flag=True, help="Count what was simulated as done, and not what was paid."
)
@click.option("--compare", is_flag=True, help="Show the same film on every target.")
@click.option("--all", "everything", is_flag=True, help="Show notes, reused clips and scenes too.")
@click.option(
    "--detailed-exitcode", is_flag=True, help="0 nothing to do, 1 error, 5 clips to render."
)
@finding_options
def plan_command(
    file: str,
    options: Options,
    takes: int,
    max_cost: Money | None,
    max_seconds: int | None,
    as_json: bool,
    out: Path | None,
    simulate: bool,
    compare: bool,
    everything: bool,
    detailed_exitcode: bool,
    form: str,
    color: str,
) -> int:
    """Show what would be rendered and what it would cost. Nothing is sent, nothing is paid.

    FILE is a storyboard, a folder that holds storyboard.yaml, or - for standard input. Exit
    code 1 where the storyboard has errors or exceeds its budget.
    """
    from storyboard.api import plan
    from storyboard.api.planning import price_age
    from storyboard.diagnostics.machine import as_json as finding_json
    from storyboard.plan.file import encode
    from storyboard.plan.file import write as write_plan
    from storyboard.render.plan import render_plan

    options = dataclasses.replace(
        options,
        max_cost=max_cost,
        max_seconds=max_seconds,
        is_simulated=simulate,
        takes=takes,
    )
    if compare:
        return _compare(file, options, as_json, form, color)
    made, compiled = plan(file, options)
    keep(made, compiled)
    if out is not None and made["applyable"] and not write_plan(made, out, compiled.diagnostics):
        made["applyable"] = False
    is_refused = compiled.diagnostics.has_errors or not made["applyable"]
    if as_json:
        write(encode(made))
        _show_on_stderr(compiled, form, color, errors_only=True)
    elif not made["requests"]:
        _show_on_stderr(compiled, form, color)
    else:
        stream = sys.stdout
        aged = price_age(made, compiled, datetime.now(UTC).date())
        shown = {**made, "diagnostics": [*made["diagnostics"], *map(finding_json, aged)]}
        write(
            render_plan(
                shown,
                color=has_color(color, stream),
                width=terminal_width(stream),
                everything=everything,
            )
        )
        if is_refused or form != "text":
            _show_on_stderr(compiled, form, color, errors_only=form == "text")
    if is_refused:
        return refusal_code(compiled.diagnostics)
    if out is not None:
        click.echo(f"written to {out}", err=True)
    return PENDING if detailed_exitcode and _pending(made) else FINE


def _compare(file: str, options: Options, as_json: bool, form: str, color: str) -> int:
    from storyboard.api import compare
    from storyboard.api.comparing import comparison
    from storyboard.render.comparison import render_comparison

    offers, findings = compare(file, options)
    found = list(findings)
    if found:
        show_findings(found, form, color, sys.stderr, file)
    if not offers:
        return REFUSED
    if as_json:
        write(json.dumps(comparison(offers), ensure_ascii=False, indent=2) + "\n")
    else:
        stream = sys.stdout
        write(
            render_comparison(
                comparison(offers), color=has_color(color, stream), width=terminal_width(stream)
            )
        )
    return FINE


def _pending(made: Any) -> bool:
    return any(request["action"] == "generate" for request in made["requests"])


def _show_on_stderr(
    compiled: Compilation, form: str, color: str, *, errors_only: bool = False
) -> None:
    found: list[Diagnostic] = [
        diagnostic
        for diagnostic in compiled.diagnostics
        if not errors_only or diagnostic.severity == "error"
    ]
    if found:
        show_findings(found, form, color, sys.stderr, compiled.name)
    elif form != "text":
        show_findings([], form, color, sys.stderr, compiled.name)
