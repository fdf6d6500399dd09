"""Planning: what will be asked of the vendor, in order, with its price."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from functools import cache
from typing import TYPE_CHECKING, Any

from msgspec import Struct, field

from storyboard.compiler.clip import KeptPart
from storyboard.compiler.cost import currency, price
from storyboard.compiler.film import Film
from storyboard.compiler.request import Request
from storyboard.compiler.resolve.scene_errors import UnpricedScene
from storyboard.diagnostics import Diagnostic, Diagnostics, Span
from storyboard.diagnostics.codes import (
    CURRENCY_MISMATCH,
    OLD_PRICE,
    OVER_BUDGET,
    OVER_SECONDS,
    UNKNOWN_PRICE,
)
from storyboard.diagnostics.types import Severity
from storyboard.document.nodes import Mapping as MappingNode
from storyboard.plan.actions import FilmSums, film_sums, mark, sum_of, sum_of_due, sums_by_action
from storyboard.plan.assembly import kept_clips, timeline_of
from storyboard.plan.model import (
    FilmCost,
    LeftOutScene,
    Plan,
    PlanBudget,
    PlannedFilm,
    PlanSource,
    PlanTarget,
    PlanTotals,
    SceneTotal,
)
from storyboard.plan.other_words import report_other_words
from storyboard.plan.paid_footage import check_paid_footage
from storyboard.plan.planned_request import PlannedCost, PlannedFootage, PlannedRequest, PlannedShot
from storyboard.plan.prompt_map import prompt_map
from storyboard.plan.reason import NEW, Action, PlaceInFile, ReasonCode
from storyboard.plan.seams import report_new_seams
from storyboard.plan.timeline import KeptClip
from storyboard.targets.model import RenderedSecond, Target
from storyboard.values.sums import Total
from storyboard.values.units import Money

if TYPE_CHECKING:
    from storyboard.ledger import Known

OLD_AFTER_DAYS = 90
_NO_CURRENCY = "USD"
"""The currency of the sums of a plan without a target, which are all nothing."""

Show = Callable[[Diagnostic], dict[str, Any]]
"""What turns a finding into its JSON form."""


class Limit(Struct, frozen=True, kw_only=True):
    """The most a film may cost and last, and where each was said (None: on the command line).

    ``cost`` is of all that the film costs, ``to_pay`` and ``seconds`` of what is still to be paid.
    ``way_out`` finds the best way to keep to the limits, in words; empty for none.
    """

    cost: Money | None = None
    cost_at: Span | None = None
    to_pay: Money | None = None
    seconds: int | None = None
    seconds_at: Span | None = None
    way_out: Callable[[], str] | None = None

    def best_way(self) -> str:
        """The best way to keep to the limits, in words; empty for none."""
        return self.way_out() if self.way_out is not None else ""


class PlanOrigin(Struct, frozen=True, kw_only=True):
    """What a plan was made from: the tool, the storyboard and each file that was read.

    ``targets`` are the digest of each target's data and the file of the user's own that describes
    it, or ``built-in``, by the target's id.
    """

    tool_version: str
    file: str
    sources: tuple[tuple[str, str], ...]
    targets: Mapping[str, tuple[str, str]] = field(default_factory=dict)


def plan(
    film: Film,
    requests: Sequence[Request],
    cut: Sequence[Request | KeptPart],
    *,
    origin: PlanOrigin,
    limit: Limit,
    known: Known | None,
    diagnostics: Diagnostics,
    show: Show,
    unpriced: Sequence[UnpricedScene] = (),
) -> Plan:
    """The plan of a film. ``show`` turns a diagnostic into its JSON form.

    ``requests`` are with further takes; ``cut`` is the film in its order: the requests that stand
    in it, and the parts that are kept from clips that were paid before.
    ``known`` tells what earlier runs have paid, None where there were none. Costs beyond the
    limit are said in ``diagnostics``; a plan with errors is not applyable. ``unpriced`` are the
    scenes that the requests leave out, as errors concern them.
    """

    money = currency(film.target)
    targets = {one.target.target: one.target for one in film.films()}
    kept = kept_clips(film, cut, known)
    report_other_words(cut, kept, diagnostics)
    listed = mark(_requests(requests), targets, known, kept)
    rendered = {one.id for one in listed if one.action is Action.GENERATE}
    report_new_seams(film, cut, kept, rendered, diagnostics)
    sums = sums_by_action((*listed, *kept), money)
    # What is on its way, or in doubt, may have to be paid: it counts against the budget.
    is_begun = bool(kept) or any(one.reason.code is ReasonCode.PAID for one in listed)
    film_cost = film_sums(listed, known, money)
    due = sum_of_due(listed, money)
    has_clips = any(request.second.video for request in requests)
    within = check_limits(
        due, film_cost, limit, diagnostics, is_begun=is_begun, has_clips=has_clips
    )
    if unpriced and within:
        within = None  # what is left out may cost more
    if known is not None:
        check_paid_footage(film, listed, targets, known, diagnostics)
    found = list(diagnostics)
    return Plan(
        tool_version=origin.tool_version,
        film=PlannedFilm(
            title=film.title,
            file=origin.file,
            digest=dict(origin.sources).get(origin.file, ""),
            aspect_ratios=tuple(sorted({scene.aspect_ratio for scene in film.scenes})),
            audio=_audio(requests),
        ),
        sources=_sources(origin),
        targets=tuple(_target(one, requests, origin) for one in targets.values()),
        requests=listed,
        kept=kept,
        timeline=timeline_of(cut),
        totals=PlanTotals(
            requests=len(listed) + len(kept),
            seconds=sum(one.seconds for one in listed) + sum(one.kept_seconds for one in kept),
            actions=sums,
            scenes=_scenes(film, requests, listed, kept, unpriced),
        ),
        unpriced=tuple(
            LeftOutScene(scene=one.address, title=one.title, code=one.reason, of=one.of)
            for one in unpriced
        ),
        cost=film_cost.cost,
        budget=PlanBudget(
            limit=limit.cost, max_cost=limit.to_pay, max_seconds=limit.seconds, within=within
        ),
        diagnostics=tuple(map(show, found)),
        is_applyable=bool(cut) and not _has_errors(found),
    )


def empty_plan(origin: PlanOrigin, diagnostics: Diagnostics, *, show: Show) -> Plan:
    """The plan of a storyboard of which nothing can be rendered, with the reasons."""
    return Plan(
        tool_version=origin.tool_version,
        film=PlannedFilm(
            title="",
            file=origin.file,
            digest=dict(origin.sources).get(origin.file, ""),
            aspect_ratios=(),
            audio="none",
        ),
        sources=_sources(origin),
        targets=(),
        requests=(),
        kept=(),
        timeline=(),
        totals=PlanTotals(
            requests=0, seconds=0, actions=sums_by_action((), _NO_CURRENCY), scenes=()
        ),
        unpriced=(),
        cost=FilmCost(),
        budget=PlanBudget(),
        diagnostics=tuple(map(show, diagnostics)),
        is_applyable=False,
    )


def _sources(origin: PlanOrigin) -> tuple[PlanSource, ...]:
    return tuple(PlanSource(file=file, digest=digest) for file, digest in origin.sources)


def _audio(requests: Sequence[Request]) -> str:
    """Whether all, some or none of the requests have sound."""
    loud = sum(request.second.audio for request in requests)
    return "none" if not loud else "all" if loud == len(requests) else "some"


def _has_errors(found: Iterable[Diagnostic]) -> bool:
    return any(diagnostic.severity is Severity.ERROR for diagnostic in found)


def _target(target: Target, requests: Sequence[Request], origin: PlanOrigin) -> PlanTarget:
    digest, described_in = origin.targets[target.target]
    return PlanTarget(
        id=target.target,
        host=target.host,
        endpoint=target.endpoint,
        as_of=prices_as_of(target, requests),
        status=target.status,
        digest=digest,
        origin=described_in,
    )


def prices_as_of(target: Target, requests: Sequence[Request]) -> str:
    """The date of the oldest price that a target's requests need, ISO 8601; else of its data."""
    own = {request.second for request in requests if request.target.target == target.target}
    rows = map(target.price, own)
    dates = [row.as_of for row in rows if row is not None]
    return min(dates, default=target.as_of).isoformat()


def check_price_age(as_of: date, today: date, target: Target, diagnostics: Diagnostics) -> None:
    """Prices move monthly: one that was read long ago is a note that says how to refresh it.

    A plan never holds this note, as it depends on the day and a plan only on its inputs.
    """
    age = (today - as_of).days
    if age > OLD_AFTER_DAYS:
        diagnostics.add(
            OLD_PRICE,
            f"the prices of {target.target} were read on {as_of.isoformat()}, {age} days ago",
            help="look them up on the vendor's page, and put them into a file in targets/ beside "
            f"the storyboard that extends {target.target}",
        )


def check_limits(
    due: Total,
    film: FilmSums,
    limit: Limit,
    diagnostics: Diagnostics,
    *,
    is_begun: bool = False,
    has_clips: bool = False,
) -> bool | None:
    """Whether a film stays within its limits; None where an unknown price leaves that open.

    ``due`` is what is still to be paid, ``film`` all that the film costs. ``is_begun`` says that
    something was paid, so that messages do not take the rest for the film, ``has_clips`` that
    clips are sent, of which few prices are published.
    """
    rest = "the rest of the film" if is_begun else "the film"
    within: list[bool | None] = []
    if limit.seconds is not None:
        within.append(due.seconds <= limit.seconds)
        if not within[-1]:
            diagnostics.add(
                OVER_SECONDS,
                f"{rest} renders {due.seconds} s, {limit.seconds} s at most are allowed",
                limit.seconds_at,
                help=f"{limit.best_way() or 'shorten it'}, or allow {due.seconds} s: the smallest "
                "limit that would pass",
            )
    _check_known(due, film, limit, diagnostics, has_clips=has_clips)
    if limit.to_pay is not None:
        within.append(_check_limit(due, rest, limit.to_pay, "limit", None, limit, diagnostics))
    if limit.cost is not None:
        is_paid = bool(film.paid.requests or film.under_way.requests)
        what = "the film, with what was paid before," if is_paid else "the film"
        within.append(
            _check_limit(film.whole, what, limit.cost, "budget", limit.cost_at, limit, diagnostics)
        )
    return False if False in within else None if None in within else True


def _check_known(
    due: Total, film: FilmSums, limit: Limit, diagnostics: Diagnostics, *, has_clips: bool
) -> None:
    """Say which prices are not known; where there is a limit of money, that is an error."""
    is_limited = limit.cost is not None or limit.to_pay is not None
    if due.unknown:
        diagnostics.add(
            UNKNOWN_PRICE,
            f"the price of {due.unknown} of {due.requests} requests is not published"
            + (", so no budget can be promised" if is_limited else ""),
            limit.cost_at,
            help="choose a target with a price (`storyboard targets` shows them)"
            + (", or give characters pictures in place of a clip" if has_clips else "")
            + (", or leave the budget out" if is_limited else ""),
            severity=Severity.ERROR if is_limited else None,
        )
        return
    before = film.paid.unknown + film.under_way.unknown
    if before and limit.cost is not None:
        clips = "1 clip" if before == 1 else f"{before} clips"
        diagnostics.add(
            UNKNOWN_PRICE,
            f"what {clips} cost before is not known, so no budget can be promised",
            limit.cost_at,
            help="leave the budget out, and limit what is still to be paid with --max-cost",
            severity=Severity.ERROR,
        )


def _check_limit(
    whole: Total,
    what: str,
    limit: Money,
    name: str,
    at: Span | None,
    limits: Limit,
    diagnostics: Diagnostics,
) -> bool | None:
    """Whether a sum stays within a limit; None where an unknown price leaves that open."""
    if limit.currency != whole.currency:
        diagnostics.add(
            CURRENCY_MISMATCH,
            f"the {name} is in {limit.currency}, the target's prices are in {whole.currency}",
            at,
            help=f"write the {name} in {whole.currency}; no exchange rate is assumed",
        )
        return False
    if whole.known > limit.amount:
        over = Money(whole.known - limit.amount, whole.currency)
        diagnostics.add(
            OVER_BUDGET,
            f"{what} costs {whole}, {over} more than the {limit} it may",
            at,
            help=f"{limits.best_way() or 'shorten it, choose another target'}, or allow "
            f"{Money(whole.known, whole.currency)}: the smallest {name} that would pass",
        )
        return False
    return None if whole.unknown else True


def _scenes(
    film: Film,
    requests: Sequence[Request],
    listed: Sequence[PlannedRequest],
    kept: Sequence[KeptClip],
    unpriced: Sequence[UnpricedScene],
) -> tuple[SceneTotal, ...]:
    left_out = {scene.number for scene in unpriced}
    by_scene: dict[str, list[PlannedRequest | KeptClip]] = {
        scene.address: [] for scene in film.scenes
    }
    for request, planned in zip(requests, listed, strict=True):
        by_scene[request.scene].append(planned)
    for clip in kept:
        # A clip that gives shots to two scenes is counted with the first.
        by_scene[clip.shots[0].address.partition("/")[0]].append(clip)
    money = currency(film.target)
    return tuple(
        SceneTotal(
            scene=scene.address,
            title=scene.title,
            total=sum_of(by_scene[scene.address], money),
        )
        for scene in film.scenes
        if scene.number not in left_out
    )


def _footage(request: Request) -> PlannedFootage | None:
    """The clip that a request is made from, None where its prompt alone says what is seen."""
    use = request.clip.parts[0].shot.footage
    return None if use is None else PlannedFootage(use.way, use.name)


def _requests(requests: Sequence[Request]) -> list[PlannedRequest]:
    """The requests with their price, as if nothing of them had ever been sent."""
    targets = {request.target.target: request.target for request in requests}

    @cache
    def cost_of(name: str, seconds: int, second: RenderedSecond) -> PlannedCost | None:
        cost = price(targets[name], seconds, second)
        if cost.money is None or cost.unit_price is None:
            return None
        return PlannedCost(money=cost.money, unit_price=cost.unit_price, seconds=cost.seconds)

    return [
        PlannedRequest(
            id=request.id,
            digest=request.digest,
            target=request.target.target,
            endpoint=request.endpoint,
            payload=request.payload,
            seconds=request.seconds,
            padding=request.clip.padding,
            take=request.takes,
            alternate_of=request.alternate_of,
            action=Action.GENERATE,
            reason=NEW,
            cost=cost_of(request.target.target, request.seconds, request.second),
            shots=tuple(
                PlannedShot(
                    address=part.shot.address,
                    digest=content.shot,
                    number=part.shot.number,
                    part=part.number if part.count > 1 else None,
                    parts=part.count,
                    seconds=part.seconds,
                    characters=characters,
                    span=_place(part.shot.node),
                    map=prompt_map(part.prompt, part.shot.framing, request.tags),
                )
                for part, content, characters in zip(
                    request.clip.parts, request.shots, request.characters, strict=True
                )
            ),
            tokens=request.tokens,
            assets=request.assets,
            depends_on=request.depends_on,
            footage=_footage(request),
        )
        for request in requests
    ]


def _place(node: MappingNode) -> PlaceInFile:
    source = node.origin.source
    return PlaceInFile(source.name, *source.position(node.start))
