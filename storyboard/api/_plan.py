"""Planning: the requests with their price, held against the target before they are shown."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Set
from datetime import date
from functools import cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from msgspec.structs import replace

from storyboard.api._compile import Compilation, compile_reading, folders, start
from storyboard.api._load import FOLDER_FILE, STANDARD_INPUT, CompileOptions, Reading, read
from storyboard.compiler.film import Film
from storyboard.diagnostics import Diagnostics, Span
from storyboard.diagnostics.codes import BROKEN_LEDGER, BROKEN_TARGET, OLD_CLIP, WRONG_PLAN
from storyboard.diagnostics.machine import as_json
from storyboard.document import Node
from storyboard.plan import Limit, Plan, PlanOrigin, empty_plan
from storyboard.plan import plan as make_plan
from storyboard.plan.limits import check_price_age
from storyboard.plan.reason import Action
from storyboard.plan.verify import TargetRules, verify
from storyboard.targets.load import BUILT_IN, digest, origin
from storyboard.targets.own_schema import schema_problems
from storyboard.targets.schemas import request_schema
from storyboard.version import __version__

if TYPE_CHECKING:
    from storyboard.ledger import Known
    from storyboard.ledger.store import Store

_MAX_PROBLEMS = 20
_MAX_NAMED = 5


class PlanResult(NamedTuple):
    """A plan and the compilation that it was made from, which holds the findings."""

    plan: Plan
    compilation: Compilation

    def price_age(self, today: date) -> Diagnostics:
        """A note where the plan's prices were read long before ``today``; else nothing."""
        found = Diagnostics()
        film = self.compilation.film
        films = film.films() if film is not None else ()
        for one, target in zip(films, self.plan.targets, strict=False):
            check_price_age(date.fromisoformat(target.as_of), today, one.target, found)
        return found


FETCHABLE_DAYS = 25
"""Days after which it is warned that a clip is still to be fetched; vendors keep them for 30."""


def check_fetches(plan: Plan, known: Callable[[], Known | None], today: date) -> Diagnostics:
    """A warning where clips that are to be fetched were ordered long before ``today`` (SB603).

    ``known`` reads what ledger and lock know, where something is to be fetched.

    A plan never holds it, as it depends on the day and a plan only on its inputs.
    """
    found = Diagnostics()
    fetched = [one for one in plan.requests if one.action is Action.FETCH]
    takes = known() if fetched else None
    ordered = {one.id: takes.made(one.digest) for one in fetched} if takes is not None else {}
    ordered |= {one.address: one.made for one in plan.kept if one.action is Action.FETCH}
    days = {name: (today - date.fromisoformat(at[:10])).days for name, at in ordered.items() if at}
    old = sorted(name for name, age in days.items() if age > FETCHABLE_DAYS)
    if old:
        named = ", ".join(old[:_MAX_NAMED])
        named += f" and {len(old) - _MAX_NAMED} more" if len(old) > _MAX_NAMED else ""
        are = "is" if len(old) == 1 else "are"
        oldest = max(days[name] for name in old)
        found.add(
            OLD_CLIP,
            f"{named} {are} to be fetched, ordered {oldest} days ago: vendors keep clips for 30",
            help="run the film soon, which fetches what is paid and charges nothing, or copy the "
            "clips from another machine into .storyboard/takes",
        )
    return found


BestWay = Callable[[Reading, CompileOptions, "Known | None"], str]
"""Finds the best way for a film to keep to its limits, in words; empty for none."""


def plan_storyboard(
    file: str, options: CompileOptions, best_way: BestWay | None = None
) -> PlanResult:
    """Compile a storyboard, price it and verify the result.

    A plan is returned even where there are errors: without the requests of the scenes that they
    concern, and not applyable. ``best_way`` is asked where the film costs more than it may.
    """
    diagnostics = start(options)
    known = known_takes(file, options, diagnostics)
    reading = read(file, options, diagnostics)
    compilation = compile_reading(reading, options, diagnostics, known)
    way_out = way_out_of(compilation, options, known, best_way)
    return PlanResult(plan_compilation(compilation, options, known, way_out=way_out), compilation)


def way_out_of(
    compilation: Compilation, options: CompileOptions, known: Known | None, best_way: BestWay | None
) -> Callable[[], str] | None:
    """What finds the best way out of a film's limits, once; None where there is none to find."""
    # What is not complete has no price to be brought down.
    if best_way is None or not compilation.is_complete:
        return None
    return cache(partial(best_way, compilation.reading, options, known))


def known_takes(file: str, options: CompileOptions, diagnostics: Diagnostics) -> Known | None:
    """What ledger and lock know of the film's clips; None where nothing was ever run."""
    store = store_of(file, options)
    if store is None:
        return None
    from storyboard.ledger import LedgerError, LockError

    try:
        return store.known(Path(FOLDER_FILE if Path(file).is_dir() else file).name)
    except (LedgerError, LockError) as error:
        diagnostics.add(
            BROKEN_LEDGER,
            f"what was paid before cannot be read: {error}",
            help="mend it or put back a copy of it; without it a clip could be paid for twice",
        )
        return None


def store_of(file: str, options: CompileOptions) -> Store | None:
    """Where the clips of a film are; None where nothing was ever run."""
    if file == STANDARD_INPUT:
        return None
    folder = Path(file) if Path(file).is_dir() else Path(file).parent
    if not (folder / ".storyboard").exists() and not (folder / "storyboard.lock").exists():
        return None
    from storyboard.ledger.store import Store

    store = Store.beside(Path(file), simulated=options.is_simulated)
    return store if store.ledger_file.exists() or store.lock.exists() else None


def plan_compilation(
    compilation: Compilation,
    options: CompileOptions,
    known: Known | None,
    *,
    is_verified: bool = True,
    way_out: Callable[[], str] | None = None,
) -> Plan:
    """The plan of what was compiled; costs beyond the limits are added to what was found.

    ``is_verified`` is False for a plan that nobody is shown. ``way_out`` finds the best way to
    keep to the limits, in words.
    """
    diagnostics, film = compilation.diagnostics, compilation.film
    reading = compilation.reading
    made_from = PlanOrigin(
        tool_version=__version__,
        file=compilation.name,
        sources=reading.sources,
        targets={
            one.target.target: (
                digest(one.target),
                origin(one.target.target, folders(reading, options)),
            )
            for one in (film.films() if film is not None else ())
        },
    )
    if film is None:
        return empty_plan(made_from, diagnostics, show=as_json)
    made = make_plan(
        film,
        compilation.requests,
        compilation.cut,
        origin=made_from,
        limit=replace(limit_of(reading, options), way_out=way_out),
        known=known,
        diagnostics=diagnostics,
        show=as_json,
        unpriced=compilation.unpriced,
    )
    if not is_verified:
        return made
    if _check_own_schemas(made, film, reading, diagnostics):
        return empty_plan(made_from, diagnostics, show=as_json)
    wrong = {scene.number for scene in compilation.unpriced}
    rules = [_rules(one, wrong) for one in film.films()]
    broken = verify(made, rules, rules[0].film)
    own = {name: file for name, (_, file) in made_from.targets.items() if file != BUILT_IN}
    of_own = {one.id: own[one.target] for one in made.requests if one.target in own}
    by_file: dict[str, list[str]] = {}
    for problem in broken:
        by_file.setdefault(of_own.get(problem.partition(": ")[0], ""), []).append(problem)
    for problem in by_file.pop("", [])[:_MAX_PROBLEMS]:
        diagnostics.add(
            WRONG_PLAN,
            f"the plan breaks a rule of its target: {problem}",
            help="a mistake of storyboard, not of your film: please report it with the file",
        )
    for file, problems in by_file.items():
        others = f" (and {len(problems) - 1} more)" if len(problems) > 1 else ""
        diagnostics.add(
            BROKEN_TARGET,
            f"a request breaks a rule of {file}: {problems[0]}{others}",
            _target_span(reading),
            help="the file contradicts itself, what it extends, or that one's schema: look at "
            "request:, tags: and the limits, or write request_schema: absent",
        )
    return empty_plan(made_from, diagnostics, show=as_json) if broken else made


def _target_span(reading: Reading) -> Span | None:
    """Where the film names its target; None where it does not."""
    named = reading.storyboard.node.get("target") if reading.storyboard is not None else None
    return named.span if named is not None else None


def _check_own_schemas(made: Plan, film: Film, reading: Reading, diagnostics: Diagnostics) -> bool:
    """Say where requests are not what a schema of the user's own takes; whether there were any."""
    own = {one.target.target: one.target for one in film.films() if one.target.own_schema}
    said: set[str] = set()
    for request in made.requests if own else ():
        target = own.get(request.target)
        schema = target.own_schema if target is not None else None
        for at, message in schema_problems(schema, request.payload) if target and schema else ():
            where = ".".join("…" if isinstance(part, int) else part for part in at)
            if target is None or where in said or len(said) >= _MAX_PROBLEMS:
                continue
            said.add(where)
            diagnostics.add(
                BROKEN_TARGET,
                f"what {target.target} is sent is not what {target.request_schema} takes: "
                f"{where + ': ' if where else ''}{message}",
                _target_span(reading),
                help="change the target's file (request:, limits), or the schema if that is wrong",
            )
    return bool(said)


def _rules(film: Film, wrong: Set[int]) -> TargetRules:
    """What a film's requests are held against, without the scenes that have none."""
    priced = tuple(scene for scene in film.scenes if scene.number not in wrong)
    return TargetRules(
        target=film.target,
        # One of the user's own is held against the requests before, in the user's words.
        schema=request_schema(film.target) if film.target.own_schema is None else {},
        max_references=film.max_references,
        film=replace(film, scenes=priced) if wrong else film,
    )


def limit_of(reading: Reading, options: CompileOptions) -> Limit:
    """What a film is held to, by its storyboard and by the options."""
    written = reading.storyboard
    node: Mapping[str, Node] = written.node if written is not None else {}
    budget, seconds = node.get("budget"), node.get("max_seconds")
    return Limit(
        cost=options.budget or (written.budget if written is not None else None),
        cost_at=budget.span if budget is not None and options.budget is None else None,
        to_pay=options.max_cost,
        seconds=options.max_seconds or (written.max_seconds if written is not None else None),
        seconds_at=seconds.span if seconds is not None and options.max_seconds is None else None,
    )
