"""Comparing a film with what it was at another commit: its shots, its price, what is to be paid."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from msgspec import Struct
from msgspec.structs import replace

from storyboard.api._compile import compile_reading, start
from storyboard.api._load import STANDARD_INPUT, CompileOptions, Reading, read
from storyboard.api._plan import known_takes, plan_compilation
from storyboard.diagnostics import Diagnostics
from storyboard.errors import UsageError
from storyboard.plan.difference import FilmDifference, FilmVersion, shot_differences
from storyboard.plan.film_shots import FilmShot, film_shots
from storyboard.plan.model import Plan
from storyboard.plan.reason import Action
from storyboard.project.committed_files import CommittedFiles
from storyboard.targets.model import Target
from storyboard.values.sums import total_in
from storyboard.values.units import Money


class ComparedVersion(Struct, frozen=True, kw_only=True):
    """A version of a film: what was read, the plan of it anew, and what of it is still to be paid.

    ``commit`` is git's name for it, empty for the files as they are.
    """

    revision: str
    commit: str
    reading: Reading
    plan: Plan
    to_pay: Plan
    targets: Mapping[str, Target]
    diagnostics: Diagnostics

    @property
    def left_out(self) -> tuple[str, ...]:
        """The scenes that errors concern."""
        return tuple(one.scene for one in self.plan.unpriced)


class DifferenceResult(Struct, frozen=True, kw_only=True):
    """Two versions of a film compared, with what is wrong with the newer one.

    ``difference`` is None where nothing of that one can be read.
    """

    difference: FilmDifference | None
    diagnostics: Diagnostics


def diff_film(
    file: str, before: str, after: str | None, options: CompileOptions
) -> DifferenceResult:
    """Compare a film at the commit ``before`` with that at ``after``, None for the files as they
    are. Targets, prices and what is paid are today's for both.

    Scenes that have errors in either version are left out of both, and of their sums. Raises
    ``UsageError`` where a commit or the storyboard in it is not there.
    """
    if file == STANDARD_INPUT:
        raise UsageError("standard input is in no commit: give the storyboard's file")
    new = _version(file, after, options)
    if new.reading.storyboard is None:
        return DifferenceResult(difference=None, diagnostics=new.diagnostics)
    old = _version(file, before, options)
    left_out = {*old.left_out, *new.left_out}
    shots = {
        version.revision: [
            shot for shot in film_shots(version.plan, version.targets) if shot.scene not in left_out
        ]
        for version in (old, new)
    }
    dates = sorted({one.as_of for one in (*old.plan.targets, *new.plan.targets)})
    difference = FilmDifference(
        file=new.plan.film.file,
        before=_figures(old, shots[old.revision], left_out),
        after=_figures(new, shots[new.revision], left_out),
        prices_of=dates[0] if dates else "",
        shots=shot_differences(
            shots[old.revision], shots[new.revision], {**old.targets, **new.targets}
        ),
    )
    return DifferenceResult(difference=difference, diagnostics=new.diagnostics)


def _version(file: str, revision: str | None, options: CompileOptions) -> ComparedVersion:
    """A film at a commit; None for the files as they are."""
    options = replace(options, revision=revision)
    diagnostics = start(options)
    reading = read(file, options, diagnostics)
    files = reading.project
    if isinstance(files, CommittedFiles) and files.size(reading.path) is None:
        raise UsageError(
            f'there is no "{reading.name}" in {revision}; '
            "compare with a commit that has it, under the same name"
        )
    compilation = compile_reading(reading, options, diagnostics)
    plan = to_pay = plan_compilation(compilation, options, None)
    known = known_takes(file, options, diagnostics)
    if known is not None:
        paid = compile_reading(reading, options, Diagnostics(), known)
        to_pay = plan_compilation(paid, options, known, is_verified=False)
    film = compilation.film
    return ComparedVersion(
        revision=revision or "",
        commit=files.commit if isinstance(files, CommittedFiles) else "",
        reading=reading,
        plan=plan,
        to_pay=to_pay,
        targets={one.target.target: one.target for one in film.films()} if film else {},
        diagnostics=diagnostics,
    )


def _figures(
    version: ComparedVersion, shots: Sequence[FilmShot], left_out: Collection[str]
) -> FilmVersion:
    """A version in figures, without the scenes that are left out."""
    requests = {id(one): one for shot in shots for one, _ in shot.places}
    return FilmVersion(
        revision=version.revision,
        commit=version.commit,
        title=version.plan.film.title,
        targets=tuple(one.id for one in version.plan.targets),
        shots=len(shots),
        seconds=sum(shot.seconds for shot in shots),
        clips=len(requests),
        price=_sum(version.plan, left_out),
        to_pay=_sum(version.to_pay, left_out),
        left_out=version.left_out,
    )


def _sum(plan: Plan, left_out: Collection[str]) -> Money | None:
    """What a plan would pay without some scenes; None where that is not known."""
    costs = [
        (request.seconds, request.money)
        for request in plan.requests
        if request.action is Action.GENERATE
        and request.shots[0].address.rpartition("/")[0] not in left_out
    ]
    known = (plan.cost.to_pay, *(cost for _, cost in costs))
    currency = next((cost.currency for cost in known if cost is not None), "")
    return total_in(costs, currency).money
