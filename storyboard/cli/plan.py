"""``plan``: what would be rendered and what it would cost, also on every target."""

from __future__ import annotations

import json
import sys
from datetime import UTC, datetime
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING

import click
from msgspec import structs

from storyboard.cli.bill import BY, BillOptions, read_factor, show_bill
from storyboard.cli.compile_options import compile_options, keep, show_on_stderr, takes_options
from storyboard.cli.errors import refusal_code
from storyboard.cli.exit_codes import FINE, PENDING, REFUSED
from storyboard.cli.options import (
    count_simulated_option,
    file_argument,
    finding_options,
    force_option,
    read_money,
)
from storyboard.cli.output import has_color, say, show_findings, terminal_width, write, write_json

if TYPE_CHECKING:
    from decimal import Decimal

    from storyboard.api import CompileOptions, Project
    from storyboard.diagnostics import Diagnostics
    from storyboard.plan import Plan
    from storyboard.values.units import Money


@click.command(
    "plan", epilog="Example: storyboard plan film.yaml --max-cost '10 USD' --out film.plan"
)
@file_argument
@compile_options
@takes_options
@click.option(
    "--max-cost",
    metavar="AMOUNT",
    callback=read_money,
    help="Refuse a plan that has more left to pay, as '25 USD'; the budget holds beside it.",
)
@click.option("--max-seconds", type=click.IntRange(min=1), help="Refuse a film that renders more.")
@click.option("--json", "as_json", is_flag=True, help="Print the plan as JSON.")
@click.option(
    "--out", type=click.Path(dir_okay=False, path_type=Path), help="Write the plan to this file."
)
@force_option
@count_simulated_option
@click.option(
    "--by",
    type=click.Choice(BY),
    help="Show the bill by this: seconds, clips and money. A clip's price is shared by seconds "
    "among its shots, a shot's equally among those in it.",
)
@click.option(
    "--csv",
    "as_csv",
    is_flag=True,
    help="Write it for a spreadsheet: the bill with --by, else the clips.",
)
@click.option(
    "--retries",
    metavar="TAKES",
    callback=read_factor,
    help="Add a line for takes that fail, with how many a clip needs on average, as 1.3.",
)
@click.option("--compare", is_flag=True, help="Show the same film on every target.")
@click.option("--all", "everything", is_flag=True, help="Show notes, reused clips and scenes too.")
@click.option(
    "--detailed-exitcode", is_flag=True, help="0 nothing to do, 1 error, 5 clips to render."
)
@finding_options
def plan_command(
    file: str,
    options: CompileOptions,
    takes: int,
    chain_takes: bool,
    max_cost: Money | None,
    max_seconds: int | None,
    as_json: bool,
    out: Path | None,
    force: bool,
    simulate: bool,
    by: str | None,
    as_csv: bool,
    retries: Decimal | None,
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
    from storyboard.api import Project
    from storyboard.plan.file import encode
    from storyboard.plan.file import write as write_plan
    from storyboard.render.plan import render_plan

    options = structs.replace(
        options,
        max_cost=max_cost,
        max_seconds=max_seconds,
        is_simulated=simulate,
        takes=takes,
        chain_takes=chain_takes,
    )
    if compare:
        return _compare_targets(Project(file, options), as_json, form, color)
    project = Project(file, options)
    asked = BillOptions(by=by, as_csv=as_csv, retries=retries)
    if asked.is_asked:
        if out is not None:
            raise click.UsageError("--out writes a plan: leave out --by and --csv")
        return show_bill(project, asked, as_json=as_json, form=form, color=color)
    planned = project.plan()
    made, compiled = planned
    keep(made, compiled)
    if out is not None and made.is_applyable:
        outputs = project.outputs(made)
        if not write_plan(made, out, outputs, compiled.diagnostics, force=force):
            made = structs.replace(made, is_applyable=False)
    is_refused = compiled.diagnostics.has_errors or not made.is_applyable
    today = datetime.now(UTC).date()
    # What depends on the day or on git is shown, and never written; prices grow old for people
    # alone.
    shown = _with_findings(made, project.fetch_age(made, today), project.lost_records(made))
    if as_json:
        write_json(encode(shown))
        show_on_stderr(compiled, form, color, errors_only=True)
    elif not made.timeline:
        show_on_stderr(compiled, form, color)
    else:
        stream = sys.stdout
        colored = has_color(color, stream)
        text = render_plan(
            _with_findings(shown, planned.price_age(today)),
            color=colored,
            width=terminal_width(stream),
            everything=everything,
            is_simulated=simulate,
        )
        write(text, color=colored)
        if retries is not None:
            _say_retries(made, retries)
        if is_refused or form != "text":
            show_on_stderr(compiled, form, color, errors_only=form == "text")
    if is_refused:
        return refusal_code(compiled.diagnostics)
    if out is not None:
        say(f"written to {out}")
    return PENDING if detailed_exitcode and _has_pending(made) else FINE


def _with_findings(made: Plan, *further: Diagnostics) -> Plan:
    """A plan that shows further findings, behind its own."""
    from storyboard.diagnostics.machine import as_json as finding_json

    return structs.replace(
        made, diagnostics=(*made.diagnostics, *map(finding_json, chain(*further)))
    )


def _say_retries(made: Plan, factor: Decimal) -> None:
    """What takes that fail may add, as the last line."""
    from storyboard.board.bill import retries_of
    from storyboard.render.bill import retries_text
    from storyboard.render.prose import wrapped

    said = retries_text(retries_of(made, factor))
    write("\n".join(wrapped(said, terminal_width(sys.stdout), indent=2)) + "\n")


def _compare_targets(project: Project, as_json: bool, form: str, color: str) -> int:
    from storyboard.render.comparison import render_comparison

    comparison = project.compare()
    if found := list(comparison.findings):
        show_findings(found, form, color, sys.stderr, project.file)
    if not comparison.offers:
        return REFUSED
    if as_json:
        write_json(json.dumps(comparison.to_json(), ensure_ascii=False, indent=2) + "\n")
    else:
        colored = has_color(color, sys.stdout)
        width = terminal_width(sys.stdout)
        text = render_comparison(comparison.to_json(), color=colored, width=width)
        write(text, color=colored)
    return FINE


def _has_pending(made: Plan) -> bool:
    from storyboard.plan.reason import Action

    return made.totals.actions[Action.GENERATE].requests > 0
