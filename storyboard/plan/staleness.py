"""A plan as a file: told from a storyboard, read, and held against what it was made from.

What is sent is what the file says, so whatever in it could cost money is checked once more.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from storyboard.plan.actions import DUE
from storyboard.plan.model import FORMAT, Plan, PlanError
from storyboard.project.disk import open_plain_file, read_plain_file
from storyboard.values.sums import total
from storyboard.values.units import Money

if TYPE_CHECKING:
    from storyboard.targets.model import Target

_MAX_BYTES = 256 << 20


def is_plan(path: Path) -> bool:
    """Whether a file is a plan and not a storyboard, by its first bytes."""
    try:
        with open_plain_file(path) as file:
            return file.read(64).lstrip().startswith(b"{")
    except OSError:
        return False


def read_plan(path: Path) -> Plan:
    """The plan in a file. Raises ``PlanError`` for one that is not as a plan is."""
    try:
        data = read_plain_file(path, _MAX_BYTES)
    except OSError as error:
        raise PlanError(f'"{path}" cannot be read: {(error.strerror or "").lower()}') from None
    try:
        written = json.loads(data)
    except (ValueError, RecursionError):
        written = None
    form = written.get("format") if isinstance(written, dict) else None
    if not isinstance(written, dict) or not isinstance(form, str):
        raise PlanError(f'"{path}" is no plan: `storyboard plan --out {path}` writes one')
    if form != FORMAT:
        raise PlanError(
            f'"{path}" is a plan of the form "{form}", this storyboard runs "{FORMAT}": plan again'
        )
    if place := _misshapen(written):
        raise PlanError(
            f'"{path}" is not as a plan is at {place}: it was changed by hand or is of another '
            "version; plan again"
        )
    plan = Plan.from_json(written)
    if not plan.is_applyable or not plan.timeline or plan.target is None:
        raise PlanError(f'"{path}" is the plan of a storyboard with errors: plan again')
    return plan


def _misshapen(plan: Mapping[str, Any]) -> str:
    """Where a plan is not as its schema says, as a JSON pointer; empty where it is."""
    from storyboard.targets.schemas import read_schema

    findings = {"diagnostics": plan.get("diagnostics")}
    for name, value in (("plan", plan), ("diagnostics", findings)):
        pointer = next(_breaches(read_schema(f"{name}.schema.json"), value), None)
        if pointer is not None:
            return pointer or "its beginning"
    return ""


def _breaches(schema: dict[str, Any], value: Any) -> Iterator[str]:
    found: Iterable[Iterable[Any]]
    try:
        import jsonschema_rs
    except ImportError:
        from jsonschema import Draft202012Validator

        found = (error.absolute_path for error in Draft202012Validator(schema).iter_errors(value))
    else:
        quick = jsonschema_rs.Draft202012Validator(schema)
        found = (error.instance_path for error in quick.iter_errors(value))
    return ("".join(f"/{part}" for part in path) for path in found)


def find_changes(plan: Plan, folder: Path, root: Path, targets: Mapping[str, str]) -> list[str]:
    """What is no longer as it was when the plan was made: sources, pictures, the target.

    ``folder`` is where the paths of the sources begin, ``root`` where those of the pictures do.
    ``targets`` are the digests of its targets as they are known now, by their ids.
    """
    changes = []
    film = plan.film
    sources = {source.file: source.digest for source in plan.sources}
    for name, before in (sources | {film.file: film.digest}).items():
        changes += _change(name, folder / name, before)
    pictures = {use.path: use.sha256 for one in plan.requests for use in one.assets}
    for name, before in pictures.items():
        changes += _change(name, root / name, f"sha256:{before}")
    for one in plan.targets:
        if targets.get(one.id) != one.digest:
            changes.append(f"what is known of the target {one.id} has changed")
    return changes


def _change(name: str, file: Path, before: str) -> list[str]:
    try:
        with open_plain_file(file) as data:
            now = f"sha256:{hashlib.file_digest(data, 'sha256').hexdigest()}"
    except OSError as error:
        is_gone = isinstance(error, FileNotFoundError)
        reason = "is not there" if is_gone else f"cannot be read: {(error.strerror or '').lower()}"
        return [f'"{name}" {reason}']
    return [] if now == before else [f'"{name}" has changed']


def check_plan(plan: Plan, targets: Iterable[Target]) -> None:
    """Hold a plan that was read from a file against its targets, as when it was made.

    A price, a number or a text that somebody has changed in it is found. Raises ``PlanError``.
    """
    from storyboard.plan.verify import TargetRules, verify
    from storyboard.targets.schemas import request_schema

    rules = [
        TargetRules(
            target=target,
            schema=request_schema(target) if target.own_schema is None else {},
            max_references=max(target.references.max, target.references.ceiling or 0),
        )
        for target in targets
    ]
    broken = verify(plan, rules)
    if broken:
        more = f", and {len(broken) - 1} more" if len(broken) > 1 else ""
        raise PlanError(f"the plan was changed by hand: {broken[0]}{more}; plan again")


def check_cost(plan: Plan, max_cost: Money | None) -> None:
    """Refuse a plan that costs more than is allowed now; what is on its way counts.

    ``max_cost`` holds beside the limits that the plan was made with. Raises ``PlanError``.
    """
    due = [one for one in plan.requests if one.action in DUE]
    costs = [(one.seconds, one.money) for one in due]
    for limit in (max_cost, plan.budget.max_cost):
        if limit is not None:
            _check_limit(costs, "the plan", limit)
    if (budget := plan.budget.limit) is not None:
        _check_limit([(0, plan.cost.total)], "the film, with what was paid before,", budget)


def _check_limit(costs: Sequence[tuple[int, Money | None]], what: str, limit: Money) -> None:
    if any(cost is None for _, cost in costs):
        raise PlanError(
            f"a price of the plan is not published, so the limit of {limit} cannot be kept: "
            "run it without one, or on a target with a price"
        )
    if any(cost is not None and cost.currency != limit.currency for _, cost in costs):
        raise PlanError(
            f"the limit is in {limit.currency}, the plan's prices are not: write both "
            "in one currency"
        )
    whole = total(costs, limit.currency).known_money
    if whole.amount > limit.amount:
        over = Money(whole.amount - limit.amount, limit.currency)
        raise PlanError(
            f"{what} costs {whole}, {over} more than the {limit} it may: allow {whole}, or "
            "shorten the film and plan again"
        )


def folder_of(plan: Plan, path: Path) -> Path:
    """The folder where the paths of a plan begin: the current one, or else the plan's own.

    Raises ``PlanError`` where its storyboard is in neither.
    """
    name = plan.film.file
    for folder in (Path(), path.parent):
        if (folder / name).is_file():
            return folder
    raise PlanError(f'"{name}" is not there: run the plan from the folder it was made in')
