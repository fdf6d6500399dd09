"""Planning: what will be asked of the vendor, in order, with its price."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache, partial
from typing import TYPE_CHECKING, Any

from msgspec import Struct, field

from storyboard.compiler.clip import KeptPart
from storyboard.compiler.cost import currency, price
from storyboard.compiler.film import Film
from storyboard.compiler.request import Request
from storyboard.compiler.resolve.scene_errors import UnpricedScene
from storyboard.diagnostics import Diagnostic, Diagnostics
from storyboard.diagnostics.types import Severity
from storyboard.document.nodes import Mapping as MappingNode
from storyboard.plan.actions import DUE, film_sums, mark, sum_of, sum_of_due, sums_by_action
from storyboard.plan.assembly import kept_clips, timeline_of
from storyboard.plan.limits import Limit, check_limits
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
from storyboard.values.late import Late

if TYPE_CHECKING:
    from storyboard.ledger import Known

_NO_CURRENCY = "USD"
"""The currency of the sums of a plan without a target, which are all nothing."""

Show = Callable[[Diagnostic], dict[str, Any]]
"""What turns a finding into its JSON form."""


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
    within = check_limits(
        due,
        film_cost,
        limit,
        diagnostics,
        is_begun=is_begun,
        has_clips=any(request.second.video for request in requests),
        unmeasured=sum(
            planned.action in DUE and _is_unmeasured(request)
            for request, planned in zip(requests, listed, strict=True)
        ),
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


def _is_unmeasured(request: Request) -> bool:
    """Whether a price is published, and has no sum as nobody knows how long what is sent lasts."""
    row = request.target.price(request.second)
    is_published = row is not None and row.per_second is not None
    return is_published and price(request.target, request.seconds, request.second).money is None


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
                    content=Late(partial(request.digests.of, part.shot)),
                    number=part.shot.number,
                    part=part.number if part.count > 1 else None,
                    parts=part.count,
                    seconds=part.seconds,
                    characters=characters,
                    span=_place(part.shot.node),
                    map=prompt_map(part.prompt, part.shot.framing, request.tags),
                )
                for part, characters in zip(request.clip.parts, request.characters, strict=True)
            ),
            tokens=request.tokens,
            assets=request.assets,
            depends_on=request.depends_on,
            footage=_footage(request),
            middle_frames=tuple(
                frame.location for frame in request.clip.parts[0].shot.middle_frames
            ),
        )
        for request in requests
    ]


def _place(node: MappingNode) -> PlaceInFile:
    source = node.origin.source
    return PlaceInFile(source.name, *source.position(node.start))
