"""Plans that may be run: held against the storyboard, the target and the money of today."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct

from storyboard.api._load import STANDARD_INPUT
from storyboard.errors import UsageError

if TYPE_CHECKING:
    from storyboard.api._load import CompileOptions
    from storyboard.ledger.store import Store
    from storyboard.plan import Plan
    from storyboard.targets.model import Target


class ReadyPlan(Struct, frozen=True, kw_only=True):
    """A plan that may be run, its targets by their ids, its film's store, the project's folder.

    What of it is paid and what is to be sent is as of the moment at which it was made ready.
    """

    plan: Plan
    targets: Mapping[str, Target]
    store: Store
    root: Path

    @property
    def hosts(self) -> tuple[str, ...]:
        """The hosts of its requests, each once, in their order."""
        asked = (self.targets[one.target].host for one in self.plan.requests)
        return tuple(dict.fromkeys(asked))


def ready_plan(plan: Plan, file: str, options: CompileOptions) -> ReadyPlan:
    """A plan that was just made of a storyboard. Raises ``UsageError`` and ``PlanError``."""
    if file == STANDARD_INPUT:
        raise UsageError("a run keeps its clips beside the storyboard: give its file")
    return _ready(plan, _storyboard_of(file), options)


def read_ready_plan(path: Path, options: CompileOptions) -> ReadyPlan:
    """The plan in a file, held against what it was made from.

    Raises ``PlanError`` where it may not be run any more, ``UsageError`` for options that would
    make another plan of it, ``LedgerError`` and ``LockError``.
    """
    from storyboard.plan.actions import remark
    from storyboard.plan.model import PlanError
    from storyboard.plan.staleness import check_cost, check_plan, find_changes, folder_of, read_plan
    from storyboard.targets.load import digest

    _check_options(options)
    plan = read_plan(path)
    folder = folder_of(plan, path)
    ready = _ready(plan, folder / plan.film.file, options, or_out_of_date=path)
    digests = {name: digest(target) for name, target in ready.targets.items()}
    changes = find_changes(plan, folder, ready.root, digests)
    if changes:
        raise PlanError(_out_of_date(plan, path, "; ".join(changes)))
    check_plan(plan, ready.targets.values())
    marked = remark(plan, ready.targets, ready.store.known(Path(plan.film.file).name))
    check_cost(marked, options.max_cost)
    return ReadyPlan(plan=marked, targets=ready.targets, store=ready.store, root=ready.root)


def _storyboard_of(file: str) -> Path:
    from storyboard.api._load import FOLDER_FILE

    location = Path(file)
    return location / FOLDER_FILE if location.is_dir() else location


def _ready(
    plan: Plan, storyboard: Path, options: CompileOptions, or_out_of_date: Path | None = None
) -> ReadyPlan:
    from storyboard.diagnostics import Diagnostics
    from storyboard.ledger.store import Store
    from storyboard.plan.model import PlanError
    from storyboard.project.files import ProjectFiles
    from storyboard.targets.load import load

    beside = storyboard.parent / "targets"
    folders = (*options.target_folders, *((beside,) if beside.is_dir() else ()))
    targets: dict[str, Target] = {}
    for one in plan.targets:
        target = load(one.id, Diagnostics(), folders=folders)
        if target is None:
            reason = f"what is known of the target {one.id} has changed"
            raise PlanError(_out_of_date(plan, or_out_of_date, reason))
        targets[one.id] = target
    files = (
        ProjectFiles(options.project) if options.project else ProjectFiles.around(storyboard.parent)
    )
    store = Store.beside(
        storyboard, simulated=options.is_simulated, clips=options.out_dir, root=files.root
    )
    return ReadyPlan(plan=plan, targets=targets, store=store, root=files.root)


def _out_of_date(plan: Plan, path: Path | None, reason: str) -> str:
    out = f" --out {shlex.quote(str(path))}" if path is not None else ""
    return (
        f"the plan is not run, it is out of date: {reason}; write it again with "
        f"`storyboard plan {shlex.quote(plan.film.file)}{out}`"
    )


def _check_options(options: CompileOptions) -> None:
    """A plan is run as it stands: what would make it another one is refused, not overlooked."""
    given = {
        "--target": options.target is not None,
        "--set": bool(options.settings),
        "--max-references": options.max_references is not None,
        "--strict": options.is_strict,
        "--takes": options.takes != 1,
        "--chain-takes": options.chain_takes,
        "--audio": options.audio is not None,
        "--reuse": options.reuse is not None,
    }
    for name, is_given in given.items():
        if is_given:
            raise UsageError(f"a plan is run as it was written: give {name} to `storyboard plan`")
