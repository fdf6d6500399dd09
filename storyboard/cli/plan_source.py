"""From a file to a plan that may be run: a storyboard is planned, a plan is read and checked."""

from __future__ import annotations

import dataclasses
import shlex
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from storyboard.cli.errors import refusal_code
from storyboard.cli.exit_codes import REFUSED
from storyboard.cli.options import show_findings

if TYPE_CHECKING:
    from storyboard.api import CompileOptions
    from storyboard.ledger.store import Store
    from storyboard.plan import Plan
    from storyboard.targets.model import Target


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Prepared:
    """A plan that may be run, its target, its film's store, and the project's folder."""

    plan: Plan
    target: Target
    store: Store
    root: Path


def prepare(file: str, options: CompileOptions, *, simulated: bool) -> Prepared | None:
    """The plan that a file is or means; None where it may not be run, which is then said.

    Raises ``PlanError``, ``LedgerError``, ``LockError``, click's ``UsageError``, and its ``Exit``
    where what was said is no fault of the storyboard.
    """
    from storyboard.plan.staleness import is_plan

    if file == "-":
        raise click.UsageError("a run keeps its clips beside the storyboard: give its file")
    if is_plan(Path(file)):
        return _from_plan(Path(file), options, simulated)
    return _from_storyboard(file, options, simulated)


def _from_storyboard(file: str, options: CompileOptions, simulated: bool) -> Prepared | None:
    from storyboard.api import plan as make_plan
    from storyboard.ledger.store import Store
    from storyboard.render.plan import counted

    made, compiled = make_plan(file, dataclasses.replace(options, is_simulated=simulated))
    errors = [one for one in compiled.diagnostics if one.severity == "error"]
    if errors or not made.is_applyable or compiled.film is None:
        # What is wrong must not be looked for among what is only worth knowing.
        shown = errors or list(compiled.diagnostics)
        show_findings(shown, "text", "auto", sys.stderr, compiled.name)
        if rest := len(compiled.diagnostics) - len(shown):
            more = f"{counted(rest, 'finding')} more that would not stop it"
            click.echo(f"and {more}: `storyboard check` shows all", err=True)
        if (code := refusal_code(compiled.diagnostics)) != REFUSED:
            raise click.exceptions.Exit(code)
        return None
    return Prepared(
        plan=made,
        target=compiled.film.target,
        store=Store.beside(Path(file), simulated=simulated),
        root=compiled.reading.project.root,
    )


def _from_plan(path: Path, options: CompileOptions, simulated: bool) -> Prepared:
    from storyboard.diagnostics import Diagnostics
    from storyboard.ledger.store import Store
    from storyboard.plan.actions import remark
    from storyboard.plan.model import PlanError
    from storyboard.plan.staleness import (
        check_cost,
        check_plan,
        find_changes,
        folder_of,
        read_plan,
    )
    from storyboard.project.files import Project
    from storyboard.targets.load import digest, load

    _check_options(options)
    plan = read_plan(path)
    name, folder = plan.film.file, folder_of(plan, path)
    location = folder / name
    project = Project(options.project) if options.project else Project.around(location.parent)
    beside = location.parent / "targets"
    folders = (*options.target_folders, *((beside,) if beside.is_dir() else ()))
    wanted = plan.target.id if plan.target is not None else ""
    target = load(wanted, Diagnostics(), folders=folders)
    changes = find_changes(plan, folder, project.root, None if target is None else digest(target))
    if changes or target is None:
        raise PlanError(
            "the plan is not run, it is out of date: "
            + "; ".join(changes)
            + f"; write it again with `storyboard plan {shlex.quote(name)} "
            f"--out {shlex.quote(str(path))}`"
        )
    check_plan(plan, target)
    store = Store.beside(location, simulated=simulated)
    marked = remark(plan, target, store.known())
    check_cost(marked, options.max_cost or marked.budget.limit)
    return Prepared(plan=marked, target=target, store=store, root=project.root)


def _check_options(options: CompileOptions) -> None:
    """A plan is run as it stands: what would make it another one is refused, not overlooked."""
    given = {
        "--target": options.target is not None,
        "--set": bool(options.settings),
        "--max-references": options.max_references is not None,
        "--strict": options.is_strict,
        "--takes": options.takes != 1,
    }
    for name, is_given in given.items():
        if is_given:
            raise click.UsageError(
                f"a plan is run as it was written: give {name} to `storyboard plan`"
            )
