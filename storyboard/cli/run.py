"""``run``: a plan is shown, agreed to, watched and reported."""

from __future__ import annotations

import contextlib
import json
import os
import shlex
import sys
import time
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import click
from msgspec import Struct, structs

from storyboard.cli.compile_options import command_of, compile_options, takes_options
from storyboard.cli.errors import in_words, shown
from storyboard.cli.exit_codes import FINE, INCOMPLETE, INTERRUPTED, REFUSED
from storyboard.cli.options import color_option, file_argument, read_money
from storyboard.cli.output import ask, draw, has_color, say, terminal_width, write, write_json
from storyboard.cli.plan_source import ready_plan
from storyboard.cli.run_options import (
    address_options,
    check_host_options,
    order_options,
    out_dir_option,
    simulate_option,
)
from storyboard.cli.uncertain import ask_about_uncertain

if TYPE_CHECKING:
    from storyboard.api import CompileOptions, Project, ReadyPlan, RunSettings
    from storyboard.ledger.store import Store
    from storyboard.plan import Plan
    from storyboard.render.report import NextSteps
    from storyboard.run.report import Report
    from storyboard.values.units import Money


@click.command("run", epilog="Example: storyboard run film.yaml --simulate --yes")
@file_argument
@simulate_option
@click.option("--yes", is_flag=True, help="Do not ask before paying.")
@click.option(
    "--jobs",
    type=click.IntRange(1, 10_000),
    default=4,
    show_default=True,
    help="Clips of a target under way at once.",
)
@click.option(
    "--max-cost",
    metavar="AMOUNT",
    callback=read_money,
    help="Spend no more than this, as '25 USD'; what is at risk counts. The budget holds too.",
)
@out_dir_option
@click.option("--json", "as_json", is_flag=True, help="Print what happens as JSON, line by line.")
@address_options
@order_options
@click.option(
    "--fault",
    "faults",
    multiple=True,
    metavar="FAULT",
    help="A fault for the simulator; `storyboard simulate --help` lists them. May be repeated.",
)
@color_option
@compile_options
@takes_options
def run_command(
    file: str,
    options: CompileOptions,
    takes: int,
    chain_takes: bool,
    simulate: bool,
    yes: bool,
    jobs: int,
    max_cost: Money | None,
    out_dir: Path | None,
    as_json: bool,
    key_file: Path | None,
    base_url: str | None,
    host_options: Mapping[str, str],
    faults: tuple[str, ...],
    color: str,
) -> int:
    """Render the clips of a storyboard, or exactly those of a plan.

    FILE is a storyboard, a folder that holds storyboard.yaml, or a plan that `storyboard plan
    --out` has written. A storyboard is planned and its price shown first. What is paid already
    is not paid again; running again goes on where the last run ended. Exit code 4 where clips
    are missing at the end.
    """
    with in_words() as ending:
        _check_waits()
        _check_faults(faults, is_simulator_ours=simulate and base_url is None)
        from storyboard.api import Project, RunSettings

        options = structs.replace(
            options,
            max_cost=max_cost,
            takes=takes,
            chain_takes=chain_takes,
            is_simulated=simulate,
            out_dir=out_dir,
        )
        project = Project(file, options)
        ready = ready_plan(project)
        if ready is None:
            return REFUSED
        store = ready.store
        check_host_options(host_options, ready.hosts, is_simulated=simulate)
        _say_uploads(project, ready)
        plan = _with_ages(project, ready, as_json=as_json)
        if not _is_agreed(plan, store, as_json=as_json, yes=yes, color=color):
            say("nothing was sent")
            return REFUSED
        from storyboard.render.report import NextSteps

        settings = RunSettings(
            jobs=jobs,
            max_cost=max_cost,
            key_file=key_file,
            base_url=base_url,
            host_options=host_options,
            faults=faults,
        )
        watched = _Watched(project, ready, settings)
        film = f" --file {shlex.quote(file)}" if file != "." else ""
        ways = NextSteps(
            again=_again(sys.argv[1:]),
            film=film + (" --simulate" if simulate else ""),
            out=shown(store.out),
            simulated=simulate,
            stitch=command_of("stitch", file, options),
        )
        asks = not (as_json or yes or simulate) and sys.stdin is not None and sys.stdin.isatty()
        while True:
            report = _watch(watched, as_json=as_json, color=color)
            # Whoever read this may have gone away; the run has ended in order all the same.
            with contextlib.suppress(BrokenPipeError):
                _show_report(report, ways, as_json=as_json, color=color)
            if not asks or report.interrupted or not ask_about_uncertain(report, project.resolve):
                break
        ending.code = _code_of(report)
    return ending.code


def _check_waits() -> None:
    """Refuse a wrong ``STORYBOARD_WAITS`` before anything is planned or agreed to."""
    from storyboard.run.patience import waits_of_environment

    waits_of_environment()


def _check_faults(faults: tuple[str, ...], *, is_simulator_ours: bool) -> None:
    if not faults:
        return
    if not is_simulator_ours:
        raise click.UsageError(
            "--fault is for the simulator that --simulate starts: give it to `storyboard simulate`"
        )
    from storyboard.run.local_simulator import check_faults

    check_faults(faults)


def _again(arguments: Sequence[str]) -> str:
    """The command that goes on, from this one: without faults, and agreed to anew."""
    kept: list[str] = []
    rest = iter(arguments)
    for argument in rest:
        if argument == "--fault":
            next(rest, None)
        elif argument not in ("--yes", "--json") and not argument.startswith("--fault="):
            kept.append(shlex.quote(argument))
    return " ".join(["storyboard", *kept])


def _say_uploads(project: Project, ready: ReadyPlan) -> None:
    """Say what goes where before a project's first upload, and who can read it."""
    for found in project.first_uploads(ready):
        from storyboard.render.uploads import render_uploads

        write(render_uploads(found) + "\n", sys.stderr)


def _with_ages(project: Project, ready: ReadyPlan, *, as_json: bool) -> Plan:
    """The plan with what this day, git and the disk tell; each is an event for programs."""
    from storyboard.diagnostics.machine import as_json as finding_json
    from storyboard.render.run import json_line
    from storyboard.run.events import Event, Happening

    today = datetime.now(UTC).date()
    found = [*project.fetch_age(ready, today), *project.lost_records(ready)]
    if as_json:
        for one in found:
            facts = {"code": one.code.id, "text": one.message}
            write_json(json_line(Event(what=Happening.WARNING, at=time.time(), facts=facts)))
    shown = (*ready.plan.diagnostics, *map(finding_json, found))
    return structs.replace(ready.plan, diagnostics=shown)


def _is_agreed(plan: Plan, store: Store, *, as_json: bool, yes: bool, color: str) -> bool:
    """Show the plan and ask; without a terminal, only ``--yes`` is an answer."""
    from storyboard.plan.reason import Action
    from storyboard.render.amounts import counted, price
    from storyboard.render.plan import described_by, render_plan

    pending = plan.totals.actions[Action.GENERATE]
    if not as_json:
        stream = sys.stderr
        colored, width = has_color(color, stream), terminal_width(stream)
        told_all = "`storyboard plan --all`"
        shown = render_plan(
            plan,
            color=colored,
            width=width,
            unfolded=told_all,
            is_simulated=store.simulated,
        )
        write(shown + "\n", stream, color=colored)
    if yes or not pending.requests:
        return True
    cost = "simulated, for free" if store.simulated else price(pending)
    clips = counted(pending.requests, "clip")
    for target in plan.targets:
        if own := described_by(target):
            cost += f"; {own}"
    if sys.stdin is None or not sys.stdin.isatty() or as_json:
        raise click.UsageError(f"{clips} would be sent ({cost}): give --yes to agree")
    return ask(f"render {clips}, {cost}?")


class _Watched(Struct, frozen=True):
    """A run that a view looks at."""

    project: Project
    ready: ReadyPlan
    settings: RunSettings


def _watch(watched: _Watched, *, as_json: bool, color: str) -> Report:
    """Run with whatever view fits: JSON lines, a live view, or plain lines."""
    from storyboard.render.run import Board, LiveView, Log, has_room, json_line

    run = partial(watched.project.run, watched.ready, watched.settings)
    if as_json:
        return run(listen=lambda event: write_json(json_line(event)))
    stream = sys.stderr
    plan = watched.ready.plan
    names = [*(one.id for one in plan.requests), *(one.address for one in plan.kept)]
    is_plain = os.environ.get("TERM") == "dumb" or not has_room(names, _terminal()[0])
    if is_plain or not stream.isatty():
        log = Log()
        return run(listen=lambda event: _say(log.line(event)))
    requests = {one.digest: one for one in reversed(plan.requests)}
    count = len({*requests, *(one.digest for one in plan.kept)})
    view = LiveView(
        Board(count, time.time, list(requests.values())),
        lambda text: draw(text, stream),
        _terminal,
        has_color(color, stream),
    )
    try:
        return run(listen=view.hear, on_second_interrupt=view.clear, tick=view.refresh)
    finally:
        with contextlib.suppress(OSError):
            view.clear()


def _say(line: str) -> None:
    if line:
        write(line, sys.stderr)


def _terminal() -> tuple[int, int]:
    try:
        size = os.get_terminal_size(sys.stderr.fileno())
    except (OSError, ValueError):
        return 80, 24
    return size.columns or 80, size.lines or 24


def _show_report(report: Report, ways: NextSteps, *, as_json: bool, color: str) -> None:
    from storyboard.render.report import render_report, report_json

    if as_json:
        found = report_json(report, simulated=ways.simulated)
        write_json(json.dumps(found, ensure_ascii=False) + "\n")
        return
    colored = has_color(color, sys.stdout)
    width = terminal_width(sys.stdout)
    write(render_report(report, ways, color=colored, width=width), color=colored)


def _code_of(report: Report) -> int:
    from storyboard.run.events import HERE, Happening

    if report.interrupted:
        return INTERRUPTED
    if report.is_complete:
        return FINE
    ends = {result.what for result in report.results}
    kept = {*HERE, Happening.UNPAID, Happening.BLOCKED}
    return REFUSED if Happening.UNPAID in ends and ends <= kept else INCOMPLETE
