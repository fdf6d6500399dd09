"""``run``, ``status``, ``runs``, ``cancel``, ``resolve``, ``stitch`` and ``simulate``."""

from __future__ import annotations

import dataclasses
import json
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from storyboard.cli.main import FAILED, FINE, INTERRUPTED, REFUSED, USAGE
from storyboard.cli.options import (
    color_option,
    compile_options,
    has_color,
    read_money,
    show_findings,
    terminal_width,
    write,
)

if TYPE_CHECKING:
    from storyboard.api import Options
    from storyboard.ledger import Intent, SqliteLedger
    from storyboard.plan import Plan
    from storyboard.run.hosts.types import Host
    from storyboard.run.reports import Report
    from storyboard.run.session import Session
    from storyboard.run.store import Store
    from storyboard.targets.types import Target
    from storyboard.units import Money

INCOMPLETE = 4
"""Some clips are not here."""

F = TypeVar("F", bound=Callable[..., Any])
_FILE = click.argument("file", default=".", metavar="[FILE]")
_simulate = click.option(
    "--simulate", is_flag=True, help="Use the simulator: nothing leaves the machine or is paid."
)
_json = click.option("--json", "as_json", is_flag=True, help="Print JSON.")


def _host_options(command: F) -> F:
    for option in reversed(
        (
            click.option(
                "--key-file",
                type=click.Path(exists=True, dir_okay=False, path_type=Path),
                help="Read the key from this file, not from FAL_KEY or OXEN_API_KEY.",
            ),
            click.option(
                "--base-url", metavar="URL", help="Speak to this address, not to the vendor's own."
            ),
            click.option(
                "--repository",
                metavar="NAMESPACE/NAME",
                default="",
                help="Oxen: the public repository that pictures are uploaded to.",
            ),
            click.option(
                "--target-namespace",
                "namespace",
                metavar="NAME",
                default="",
                help="Oxen: the namespace that clips are kept and billed in.",
            ),
        )
    ):
        command = option(command)
    return command


@click.command("run", epilog="Example: storyboard run film.yaml --simulate --yes")
@_FILE
@_simulate
@click.option("--yes", is_flag=True, help="Do not ask before paying.")
@click.option(
    "--jobs",
    type=click.IntRange(1, 10_000),
    default=4,
    show_default=True,
    help="Clips under way at once.",
)
@click.option(
    "--max-cost",
    metavar="AMOUNT",
    callback=read_money,
    help="Spend no more than this, as '25 USD'; what is at risk counts.",
)
@click.option("--json", "as_json", is_flag=True, help="Print what happens as JSON, line by line.")
@_host_options
@click.option(
    "--fault", "faults", multiple=True, metavar="FAULT", help="A fault for the simulator; repeat."
)
@color_option
@compile_options
def run_command(
    file: str,
    options: Options,
    simulate: bool,
    yes: bool,
    jobs: int,
    max_cost: Money | None,
    as_json: bool,
    key_file: Path | None,
    base_url: str | None,
    repository: str,
    namespace: str,
    faults: tuple[str, ...],
    color: str,
) -> int:
    """Render the clips of a storyboard, or exactly those of a plan.

    FILE is a storyboard, a folder that holds storyboard.yaml, or a plan that `storyboard plan
    --out` has written. A storyboard is planned and its price shown first. What is paid already
    is not paid again; running again goes on where the last run ended. Exit code 4 where clips
    are missing at the end.
    """
    with _told() as told:
        prepared = _prepare(file, dataclasses.replace(options, max_cost=max_cost), simulate, told)
        if prepared is None:
            return REFUSED
        plan, target, store, root = prepared
        if not _is_agreed(plan, store, as_json=as_json, yes=yes, color=color):
            return told.code or REFUSED
        from storyboard.run.session import Session

        session = Session(
            plan=plan,
            target=target,
            store=store,
            root=root,
            jobs=jobs,
            limit=max_cost or _limit_of(plan),
            key_file=key_file,
            base=base_url,
            repository=repository,
            namespace=namespace,
            faults=faults,
        )
        report = _watch(session, as_json=as_json, color=color)
        command = " ".join(["storyboard run", file, *(["--simulate"] if simulate else [])])
        _show_report(report, store, command, as_json=as_json, color=color)
        told.code = _code_of(report)
    return told.code


class _Told:
    """The exit code of a command that ended in words."""

    code = FINE


@contextmanager
def _told() -> Iterator[_Told]:
    """Turn what can go wrong with disk, ledger, plan or key into words and an exit code."""
    from storyboard.ledger import LeaseHeldError, LeaseLostError, LedgerError, LockError
    from storyboard.run.hosts.errors import HostError
    from storyboard.run.hosts.opening import KeyMissingError
    from storyboard.run.plans import PlanError
    from storyboard.run.reports import RunError
    from storyboard.run.simulation import SimulatorMissingError
    from storyboard.run.stitching import StitchError
    from storyboard.run.store import StoreError

    told = _Told()
    try:
        yield told
    except (PlanError, LeaseHeldError) as error:
        told.code = _say_error(error, REFUSED)
    except KeyMissingError as error:
        told.code = _say_error(error, USAGE)
    except (
        LedgerError, LockError, LeaseLostError, RunError, StoreError, SimulatorMissingError,
        StitchError, HostError,
    ) as error:  # fmt: skip
        told.code = _say_error(error, FAILED)


def _say_error(error: Exception, code: int) -> int:
    click.echo(f"error: {error}", err=True)
    return code


def _prepare(
    file: str, options: Options, simulated: bool, told: _Told
) -> tuple[Plan, Target, Store, Path] | None:
    """The plan that a file is or means; None where it may not be run, which is then said."""
    from storyboard.run.plans import is_plan

    if file == "-":
        raise click.UsageError("a run keeps its clips beside the storyboard: give its file")
    if is_plan(Path(file)):
        return _from_plan(Path(file), options, simulated)
    return _from_storyboard(file, options, simulated)


def _from_storyboard(
    file: str, options: Options, simulated: bool
) -> tuple[Plan, Target, Store, Path] | None:
    from storyboard.api import plan as make_plan
    from storyboard.run.store import Store

    made, compiled = make_plan(file, dataclasses.replace(options, is_simulated=simulated))
    errors = [one for one in compiled.diagnostics if one.severity == "error"]
    if errors or not made["applyable"] or compiled.film is None:
        show_findings(list(compiled.diagnostics), "text", "auto", sys.stderr, compiled.name)
        return None
    store = Store.beside(Path(file), simulated=simulated)
    root = compiled.reading.project.root
    return made, compiled.film.target, store, root


def _from_plan(path: Path, options: Options, simulated: bool) -> tuple[Plan, Target, Store, Path]:
    from storyboard.diagnostics import Diagnostics
    from storyboard.plan.marking import remark
    from storyboard.project import Project
    from storyboard.run.plans import PlanError, find_changes, read_plan
    from storyboard.run.store import Store
    from storyboard.targets.load import digest, load

    plan = read_plan(path)
    if not plan.get("applyable") or not plan.get("requests"):
        raise PlanError(f'"{path}" is the plan of a storyboard with errors: plan again')
    name = plan["storyboard"]["file"]
    folder = next(
        (one for one in (Path(), path.parent) if (one / name).exists()),
        None,
    )
    if folder is None:
        raise PlanError(f'"{name}" is not there: run the plan from the folder it was made in')
    location = folder / name
    project = Project(options.project) if options.project else Project.around(location.parent)
    beside = location.parent / "targets"
    folders = (*options.target_folders, *((beside,) if beside.is_dir() else ()))
    target = load(plan["target"]["id"], Diagnostics(), folders=folders)
    changes = find_changes(plan, folder, digest(target) if target is not None else None)
    if changes or target is None:
        raise PlanError(
            "the plan is not run, it is out of date: "
            + "; ".join(changes or ["its target is not known"])
            + f"; write it again with `storyboard plan {name} --out {path}`"
        )
    store = Store.beside(location, simulated=simulated)
    return remark(plan, target, store.known()), target, store, project.root


def _limit_of(plan: Plan) -> Money | None:
    from decimal import Decimal

    from storyboard.units import Money

    limit = plan["budget"]["limit"]
    return Money(Decimal(limit["amount"]), limit["currency"]) if limit else None


def _is_agreed(plan: Plan, store: Store, *, as_json: bool, yes: bool, color: str) -> bool:
    """Show the plan and ask; without a terminal, only ``--yes`` is an answer."""
    from storyboard.render.plan import amount, render_plan

    pending = [one for one in plan["requests"] if one["action"] == "generate"]
    if not as_json:
        stream = sys.stderr
        shown = render_plan(plan, color=has_color(color, stream), width=terminal_width(stream))
        write(shown + "\n", stream)
    if yes or not pending:
        return True
    cost = plan["totals"]["generate"]["cost"]
    price = "simulated, for free" if store.simulated else amount(cost)
    if not sys.stdin.isatty() or as_json:
        raise click.UsageError(f"{len(pending)} clips would be sent ({price}): give --yes to agree")
    return click.confirm(f"render {len(pending)} clips, {price}?", err=True)


def _watch(session: Session, *, as_json: bool, color: str) -> Report:
    """Run with whatever view fits: JSON lines, a live view, or plain lines."""
    from storyboard.render.run import Board, LiveView, json_line, plain_line
    from storyboard.render.width import terminal_columns
    from storyboard.run.events import Event

    def nothing() -> None:
        """Leave the terminal as it is."""

    if as_json:
        return session.run(lambda event: write(json_line(event)), nothing)
    stream = sys.stderr
    if not stream.isatty():
        return session.run(lambda event: write(plain_line(event), stream), nothing)
    view = LiveView(
        Board(
            len({one["digest"] for one in session.plan["requests"]}),
            time.time,
            session.plan["requests"],
        ),
        lambda text: write(text, stream),
        lambda: terminal_columns(stream),
        has_color(color, stream),
    )
    drawn = 0.0

    def hear(event: Event) -> None:
        nonlocal drawn
        view.board.hear(event)
        if time.monotonic() > drawn + 0.1:
            drawn = time.monotonic()
            view.refresh()

    try:
        return session.run(hear, view.clear)
    finally:
        view.clear()


def _show_report(report: Report, store: Store, command: str, *, as_json: bool, color: str) -> None:
    from storyboard.render.run import render_report, report_json

    if as_json:
        write(json.dumps(report_json(report), ensure_ascii=False) + "\n")
        return
    stream = sys.stdout
    out = _shown(store.out)
    write(render_report(report, command=command, out=out, color=has_color(color, stream)))


def _shown(path: Path) -> str:
    try:
        return str(path.resolve().relative_to(Path.cwd()))
    except ValueError:
        return str(path)


def _code_of(report: Report) -> int:
    from storyboard.run.events import Happening

    if report.interrupted:
        return INTERRUPTED
    if report.is_complete:
        return FINE
    ends = {result.what for result in report.results}
    kept = {Happening.STORED, Happening.REUSED, Happening.UNPAID, Happening.BLOCKED}
    return REFUSED if Happening.UNPAID in ends and ends <= kept else INCOMPLETE


# -- looking --------------------------------------------------------------------------------------


@click.command("status", epilog="Example: storyboard status film.yaml")
@_FILE
@_simulate
@_json
def status_command(file: str, simulate: bool, as_json: bool) -> int:
    """Show what was sent, where it is and what it cost. Asks nobody, changes nothing."""
    from storyboard.ledger import read_intents
    from storyboard.render.run import intent_json, render_status
    from storyboard.run.store import Store

    with _told() as told:
        intents = read_intents(Store.beside(Path(file), simulated=simulate).ledger)
        if as_json:
            write(json.dumps({"clips": [intent_json(one) for one in intents]}, indent=2) + "\n")
        else:
            write(render_status([(one.order.address, one) for one in intents], time.time()))
    return told.code


@click.command("runs", epilog="Example: storyboard runs film.yaml --json")
@_FILE
@_simulate
@_json
def runs_command(file: str, simulate: bool, as_json: bool) -> int:
    """List the runs of a film: when, on what, and how they ended."""
    from storyboard.ledger.sqlite import read_runs
    from storyboard.render.run import render_runs, run_json
    from storyboard.run.store import Store

    def written(at: float) -> str:
        return time.strftime("%Y-%m-%d %H:%M", time.localtime(at))

    with _told() as told:
        runs = read_runs(Store.beside(Path(file), simulated=simulate).ledger)
        if as_json:
            write(json.dumps({"runs": [run_json(one) for one in runs]}, indent=2) + "\n")
        else:
            write(render_runs(runs, written))
    return told.code


# -- deciding -------------------------------------------------------------------------------------


def _chosen(intents: Sequence[Intent], addresses: Sequence[str]) -> list[Intent]:
    """The latest intent of each address; an unknown address is a wrong usage."""
    latest = {intent.order.address: intent for intent in intents}
    for address in addresses:
        if address not in latest:
            from storyboard.diagnostics.spelling import nearest

            near = nearest(address, latest)
            hint = f'write "{near}"' if near else "`storyboard status` lists them"
            raise click.UsageError(f'nothing was sent for "{address}": {hint}')
    return [latest[address] for address in addresses]


@click.command("cancel", epilog="Example: storyboard cancel arrival/1-3 --file film.yaml")
@click.argument("addresses", nargs=-1, metavar="[ADDRESS...]")
@click.option("--file", default=".", show_default=True, help="The storyboard.")
@_host_options
def cancel_command(
    addresses: tuple[str, ...],
    file: str,
    key_file: Path | None,
    base_url: str | None,
    repository: str,
    namespace: str,
) -> int:
    """Ask the vendor to stop clips; without ADDRESS, all that are under way.

    What has begun may be charged all the same. A run beside it hears of it by itself; without
    one, the next run does.
    """
    import asyncio

    from storyboard.ledger import read_intents
    from storyboard.ledger.states import UNDER_WAY, State
    from storyboard.run.hosts.opening import find_key, open_host
    from storyboard.run.store import Store

    async def cancel(chosen: Sequence[Intent]) -> int:
        refused = 0
        hosts: dict[str, Host] = {}
        try:
            for intent in chosen:
                name = intent.order.host
                if name not in hosts:
                    key = find_key(name, key_file)
                    hosts[name] = open_host(name, key, base=base_url, repository=repository)
                assert intent.receipt is not None  # noqa: S101 - it is under way
                done = await hosts[name].cancel(intent.receipt)
                refused += not done
                said = "is asked to stop" if done else "was over already"
                click.echo(f"{intent.order.address}  {said}", err=True)
        finally:
            for host in hosts.values():
                await host.close()
        return refused

    with _told() as told:
        intents = read_intents(Store.beside(Path(file)).ledger)
        under_way = [
            one
            for one in (_chosen(intents, addresses) if addresses else intents)
            if one.state in UNDER_WAY - {State.SUCCEEDED}
        ]
        if not under_way:
            click.echo("nothing is under way", err=True)
        elif asyncio.run(cancel(under_way)):
            told.code = INCOMPLETE
    return told.code


@click.command("resolve", epilog="Example: storyboard resolve arrival/1-3 --send-again")
@click.argument("address", metavar="ADDRESS")
@click.option("--file", default=".", show_default=True, help="The storyboard.")
@_simulate
@click.option("--send-again", is_flag=True, help="The vendor does not have it: it may be sent.")
@click.option("--adopt", metavar="ID", help="The vendor has it under this id: follow that.")
@click.option("--drop", is_flag=True, help="Forget it: neither wait for it nor send it by itself.")
def resolve_command(
    address: str, file: str, simulate: bool, send_again: bool, adopt: str | None, drop: bool
) -> int:
    """Decide about a clip of which nobody knows whether the vendor took it.

    Look at the vendor's own list of requests first: what is sent again is paid again if the
    vendor had it. It also lets a clip be sent anew that failed, or that the vendor has lost.
    """
    from storyboard.ledger import SqliteLedger
    from storyboard.run.store import Store

    if send_again + drop + (adopt is not None) != 1:
        raise click.UsageError("say what to do with it: --send-again, --adopt ID or --drop")
    with _told() as told:
        store = Store.beside(Path(file), simulated=simulate)
        if not store.ledger.exists():
            raise click.UsageError("nothing was run here")
        with SqliteLedger(store.ledger) as ledger:
            (intent,) = _chosen(ledger.intents(), [address])
            ledger.take_lease()
            told.code = _decide(ledger, intent, send_again=send_again, adopt=adopt)
    return told.code


def _decide(ledger: SqliteLedger, intent: Intent, *, send_again: bool, adopt: str | None) -> int:
    from storyboard.ledger import IllegalStepError, Receipt, State
    from storyboard.ledger.states import STEPS

    before = intent.state
    if before is State.SUBMITTING:
        ledger.step(intent.digest, State.UNCERTAIN)
    try:
        if adopt is not None:
            app = "/".join(intent.order.endpoint.split("/")[:2])
            receipt = Receipt(id=adopt, links={"app": app})
            if adopt in ledger.claimed(intent.order.host):
                return _say_error(Exception(f'"{adopt}" belongs to another clip'), REFUSED)
            ledger.step(intent.digest, State.SUBMITTED, receipt=receipt, problem="")
            said = "is followed by the next run"
        elif send_again:
            ledger.step(intent.digest, State.RELEASED, problem="", failure="")
            said = "may be sent by the next run"
        else:
            ledger.step(intent.digest, State.CANCELLED)
            said = "is dropped"
    except IllegalStepError:
        known = ", ".join(sorted(STEPS[before])) or "nothing"
        return _say_error(
            Exception(f'"{intent.order.address}" is {before}: it can only become {known}'), REFUSED
        )
    click.echo(f"{intent.order.address}  {said}", err=True)
    return FINE


# -- the film -------------------------------------------------------------------------------------


@click.command("stitch", epilog="Example: storyboard stitch film.yaml --out film.mp4")
@_FILE
@_simulate
@click.option(
    "--out",
    type=click.Path(dir_okay=False, path_type=Path),
    help="The film. Without: film.mp4 beside the clips.",
)
@compile_options
def stitch_command(file: str, options: Options, simulate: bool, out: Path | None) -> int:
    """Join the clips to the film, in the storyboard's order; padding is cut off.

    Clips of one make are joined as they are; where they differ, all are encoded anew.
    """
    from storyboard.run.stitching import Piece, stitch

    with _told() as told:
        prepared = _prepare(file, options, simulate, told)
        if prepared is None:
            return REFUSED
        plan, _, store, _ = prepared
        pieces, lost = [], []
        takes = _takes_of(store)
        for request in plan["requests"]:
            take = takes.get(request["digest"])
            if take is None or not store.has(take):
                lost.append(request["id"])
                continue
            padded = request["padding"] and request["seconds"] - request["padding"]
            pieces.append(Piece(file=store.take(take), seconds=padded or None))
        if lost:
            more = f" and {len(lost) - 5} more" if len(lost) > 5 else ""
            return _say_error(
                Exception(
                    f"{len(lost)} of {len(plan['requests'])} clips are not here: "
                    f"{', '.join(lost[:5])}{more}; `storyboard run` renders them"
                ),
                INCOMPLETE,
            )
        film = stitch(
            pieces, out or store.out / "film.mp4", lambda text: click.echo(text, err=True)
        )
        click.echo(f"{_shown(film.file)}  {film.seconds:.1f} s, {len(pieces)} clips")
    return told.code


def _takes_of(store: Store) -> dict[str, str]:
    from storyboard.ledger import read_intents

    takes = {digest: one.clip for digest, one in store.finished().items()}
    takes |= {one.digest: one.clip for one in read_intents(store.ledger) if one.clip is not None}
    return takes


@click.command("simulate", epilog="Example: storyboard simulate --port 8080 --fault lost@0.05")
@click.option("--port", default=0, show_default=True, help="The port; 0 takes a free one.")
@click.option("--key", default="simulated", show_default=True, help="The key that is accepted.")
@click.option("--seconds-per-clip", default=2.0, show_default=True, help="How long a clip takes.")
@click.option("--concurrency", default=2, show_default=True, help="Clips in progress at once.")
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

    Prints its address; for `run --base-url`, add /fal or /oxen to it.
    """
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
        return _say_error(
            Exception(f"the simulator needs {error.name}: pip install starlette uvicorn"), FAILED
        )
    except ValueError as error:
        raise click.UsageError(str(error)) from None
    except OSError as error:
        return _say_error(Exception(f"the simulator cannot start: {error.strerror}"), FAILED)
    return FINE
