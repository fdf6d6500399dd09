"""A plan as a typed value; ``schemas/plan.schema.json`` is the shape of its JSON.

``Plan.to_json`` writes it and ``Plan.from_json`` reads what that wrote. Amounts are exact, and a
price that is not known is None in the value and ``unknown`` in JSON, never 0. A reason is a code
with its facts: ``storyboard.render`` makes the words.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from msgspec import Struct

from storyboard.compiler.resolve.scene_errors import UnpricedReason
from storyboard.errors import RefusedError
from storyboard.plan.amounts import UNKNOWN, money_json, read_money
from storyboard.plan.planned_request import PlannedRequest
from storyboard.plan.reason import Action
from storyboard.plan.timeline import KeptClip, TimelineSegment
from storyboard.values.json_object import Json, JsonObject, ShapeError, members
from storyboard.values.sums import Total
from storyboard.values.units import Money


class PlanError(RefusedError):
    """A plan that cannot be read or may not be run; the text says why and what to do."""


class PlannedFilm(Struct, frozen=True, kw_only=True):
    """The storyboard that a plan is made from. ``digest`` is empty where nothing could be read.

    ``audio`` says which requests have sound: ``all``, ``some`` or ``none``.
    """

    title: str
    file: str
    digest: str
    aspect_ratios: tuple[str, ...]
    audio: str


class PlanSource(Struct, frozen=True, kw_only=True):
    """A file that was read, and the digest of its bytes."""

    file: str
    digest: str


class PlanTarget(Struct, frozen=True, kw_only=True):
    """A target of a plan's requests, with the digest of its data.

    ``host`` is whose queue its requests go to. ``as_of`` is the date of the oldest price used,
    ISO 8601; ``status`` is ``current`` or ``superseded``. ``origin`` is the file of the user's own
    that describes the target, or ``built-in``.
    """

    id: str
    host: str
    endpoint: str
    as_of: str
    status: str
    digest: str
    origin: str

    def to_json(self) -> Json:
        """The target as JSON values, by whose id it stands."""
        return {name: getattr(self, name) for name in sorted(_TARGET)}


class SceneTotal(Struct, frozen=True, kw_only=True):
    """What one scene costs; ``title`` may be empty."""

    scene: str
    title: str
    total: Total


class LeftOutScene(Struct, frozen=True, kw_only=True):
    """A scene without requests and without a price, as errors concern it.

    ``of`` is the member that it mentions or the scene that it continues; else empty.
    """

    scene: str
    title: str
    code: UnpricedReason
    of: str = ""

    def to_json(self) -> Json:
        """The scene as JSON values."""
        reason = {"code": str(self.code), "of": self.of or None}
        return {"scene": self.scene, "title": self.title, "reason": reason}

    @classmethod
    def from_json(cls, written: Any, pointer: str) -> LeftOutScene:
        """Read what ``to_json`` wrote. Raises ``ShapeError``."""
        found = JsonObject(written, pointer, _LEFT_OUT)
        reason = JsonObject(found.value("reason"), found.at("reason"), _LEFT_OUT_REASON)
        of = "" if reason.value("of") is None else reason.text("of")
        return cls(
            scene=found.text("scene"),
            title=found.text("title"),
            code=reason.word("code", UnpricedReason),
            of=of,
        )


class PlanTotals(Struct, frozen=True, kw_only=True):
    """The sums of a plan. ``actions`` has every action; together they are the whole film."""

    requests: int
    seconds: int
    actions: Mapping[Action, Total]
    scenes: tuple[SceneTotal, ...]


class FilmCost(Struct, frozen=True, kw_only=True):
    """What a film costs in all; None where a part of a sum is not known.

    ``paid`` is what it has ever cost, discarded takes and billed failures too, ``under_way`` what
    was sent and may have to be paid, ``to_pay`` what the plan adds, ``total`` their sum.
    """

    paid: Money | None = None
    under_way: Money | None = None
    to_pay: Money | None = None
    total: Money | None = None


class PlanBudget(Struct, frozen=True, kw_only=True):
    """The limits of a film, None where there are none.

    ``limit`` is of all that the film costs, ``max_cost`` of what is still to be paid. ``within``
    is None where an unknown price leaves it open.
    """

    limit: Money | None = None
    max_cost: Money | None = None
    max_seconds: int | None = None
    within: bool | None = None


class Plan(Struct, frozen=True, kw_only=True):
    """What will be asked of the vendor, in order, with its price.

    ``targets`` are those of its requests, the film's own first. ``requests`` are what is rendered,
    and what was and stands in the film as it is; ``kept`` are clips that were paid before, of which
    the film keeps only some shots. The ``timeline`` is the film. ``diagnostics`` are findings in
    their JSON form. A plan of a storyboard with errors has no targets and no requests.
    """

    tool_version: str
    film: PlannedFilm
    sources: tuple[PlanSource, ...]
    targets: tuple[PlanTarget, ...]
    requests: tuple[PlannedRequest, ...]
    kept: tuple[KeptClip, ...]
    timeline: tuple[TimelineSegment, ...]
    totals: PlanTotals
    unpriced: tuple[LeftOutScene, ...]
    cost: FilmCost
    budget: PlanBudget
    diagnostics: tuple[Json, ...]
    is_applyable: bool

    @property
    def target(self) -> PlanTarget | None:
        """The film's own target, None of a film with errors."""
        return self.targets[0] if self.targets else None

    def target_of(self, request: PlannedRequest) -> PlanTarget:
        """The target of a request. Raises ``PlanError`` where the plan does not list it."""
        for one in self.targets:
            if one.id == request.target:
                return one
        raise PlanError(f'"{request.id}" is for a target that the plan does not list: plan again')

    @property
    def clips(self) -> tuple[PlannedRequest | KeptClip, ...]:
        """The clips that the film is made of, and further takes: requests, then kept ones."""
        return (*self.requests, *self.kept)

    def to_json(self) -> Json:
        """The plan as JSON values, in the shape of ``plan.schema.json``."""
        film, target, budget = self.film, self.target, self.budget
        return {
            "format": FORMAT,
            "tool": {"name": TOOL, "version": self.tool_version},
            "storyboard": {
                "title": film.title,
                "file": film.file,
                "digest": film.digest,
                "aspect_ratios": list(film.aspect_ratios),
                "audio": film.audio,
            },
            "sources": [{"file": one.file, "digest": one.digest} for one in self.sources],
            "target": target and target.id,
            "targets": {one.id: one.to_json() for one in self.targets},
            "requests": [request.to_json() for request in self.requests],
            "takes": [clip.to_json() for clip in self.kept],
            "timeline": [segment.to_json() for segment in self.timeline],
            "totals": {
                "requests": self.totals.requests,
                "seconds": self.totals.seconds,
                **{str(action): _total_json(one) for action, one in self.totals.actions.items()},
                "scenes": [
                    {"scene": one.scene, "title": one.title} | _total_json(one.total)
                    for one in self.totals.scenes
                ],
            },
            "unpriced": [scene.to_json() for scene in self.unpriced],
            "film": {
                name: UNKNOWN if (sum_ := getattr(self.cost, name)) is None else money_json(sum_)
                for name in sorted(_FILM_COST)
            },
            "budget": {
                "limit": budget.limit and money_json(budget.limit),
                "max_cost": budget.max_cost and money_json(budget.max_cost),
                "max_seconds": budget.max_seconds,
                "within": budget.within,
            },
            "diagnostics": list(self.diagnostics),
            "applyable": self.is_applyable,
        }

    @classmethod
    def from_json(cls, written: Any) -> Plan:
        """Read what ``to_json`` wrote.

        Raises ``PlanError`` with the JSON pointer of what is not so. Nothing is counted again:
        ``storyboard.plan.verify`` does that.
        """
        try:
            return _plan(JsonObject(written, "", _PLAN))
        except ShapeError as error:
            raise PlanError(
                f"the plan is not as a plan is at {error}; it was changed by hand or is of "
                "another version: plan again"
            ) from None


def _plan(found: JsonObject) -> Plan:
    if found.text("format") != FORMAT:
        raise ShapeError("/format", f'"{FORMAT}" is wanted')
    tool = JsonObject(found.value("tool"), "/tool", _TOOL)
    if tool.text("name") != TOOL:
        raise ShapeError("/tool/name", f'"{TOOL}" is wanted')
    return Plan(
        tool_version=tool.text("version"),
        film=_film(found),
        sources=found.list_of("sources", _source),
        targets=_targets(found),
        requests=found.list_of("requests", PlannedRequest.from_json),
        kept=found.list_of("takes", KeptClip.from_json),
        timeline=found.list_of("timeline", TimelineSegment.from_json),
        totals=_totals(found),
        unpriced=found.list_of("unpriced", LeftOutScene.from_json),
        cost=_film_cost(found),
        budget=_budget(found),
        diagnostics=found.list_of("diagnostics", _finding),
        is_applyable=found.truth("applyable"),
    )


def _film(plan: JsonObject) -> PlannedFilm:
    found = JsonObject(plan.value("storyboard"), "/storyboard", _FILM)
    return PlannedFilm(
        title=found.text("title"),
        file=found.text("file"),
        digest=found.text("digest"),
        aspect_ratios=found.list_of_texts("aspect_ratios"),
        audio=found.text("audio"),
    )


def _source(written: Any, pointer: str) -> PlanSource:
    found = JsonObject(written, pointer, _SOURCE)
    return PlanSource(file=found.text("file"), digest=found.text("digest"))


def _targets(plan: JsonObject) -> tuple[PlanTarget, ...]:
    own = plan.text_or_none("target")
    listed = plan.object("targets")
    if listed if own is None else own not in listed:
        raise ShapeError("/targets", "the film's own target is wanted among them")
    names = sorted(listed, key=lambda name: (name != own, name))
    return tuple(_target(name, listed[name]) for name in names)


def _target(name: str, written: Any) -> PlanTarget:
    found = JsonObject(written, f"/targets/{name.replace('~', '~0').replace('/', '~1')}", _TARGET)
    return PlanTarget(id=name, **{key: found.text(key) for key in _TARGET})


def _totals(plan: JsonObject) -> PlanTotals:
    found = JsonObject(plan.value("totals"), "/totals", _TOTALS)
    return PlanTotals(
        requests=found.number("requests"),
        seconds=found.number("seconds"),
        actions={
            action: _total(JsonObject(found.value(action), found.at(action), _SUM, _SUM_OPTIONAL))
            for action in Action
        },
        scenes=found.list_of("scenes", _scene),
    )


def _scene(written: Any, pointer: str) -> SceneTotal:
    found = JsonObject(written, pointer, _SUM | {"scene", "title"}, _SUM_OPTIONAL)
    return SceneTotal(scene=found.text("scene"), title=found.text("title"), total=_total(found))


def _total(found: JsonObject) -> Total:
    is_known = found.value("cost") != UNKNOWN
    if is_known is ("known" in found) or is_known is ("unknown_requests" in found):
        said = "only" if is_known else "both"
        raise ShapeError(found.pointer, f"known and unknown_requests, {said} with an unknown cost")
    known = read_money(found, "cost" if is_known else "known")
    return Total(
        requests=found.number("requests"),
        seconds=found.number("seconds"),
        known=known.amount,
        unknown=0 if is_known else found.number("unknown_requests", 1),
        currency=known.currency,
    )


def _film_cost(plan: JsonObject) -> FilmCost:
    found = JsonObject(plan.value("film"), "/film", _FILM_COST)
    return FilmCost(
        **{
            name: None if found.value(name) == UNKNOWN else read_money(found, name)
            for name in _FILM_COST
        }
    )


def _budget(plan: JsonObject) -> PlanBudget:
    found = JsonObject(plan.value("budget"), "/budget", _BUDGET)
    return PlanBudget(
        limit=None if found.value("limit") is None else read_money(found, "limit"),
        max_cost=None if found.value("max_cost") is None else read_money(found, "max_cost"),
        max_seconds=found.number_or_none("max_seconds", 1),
        within=None if found.value("within") is None else found.truth("within"),
    )


def _finding(written: Any, pointer: str) -> Json:
    if not isinstance(written, dict):
        raise ShapeError(pointer, "an object is wanted")
    return written


def _total_json(whole: Total) -> Json:
    """A sum; where a price is not known, the cost is not, and what is known is said beside it."""
    known = money_json(whole.known_money)
    found: Json = {"requests": whole.requests, "seconds": whole.seconds}
    if whole.unknown:
        return found | {"cost": UNKNOWN, "known": known, "unknown_requests": whole.unknown}
    return found | {"cost": known}


FORMAT = "storyboard-plan/1"
TOOL = "storyboard"
_PLAN = members(
    "format tool storyboard sources target targets requests takes timeline totals unpriced film "
    "budget diagnostics applyable"
)
_TOOL = members("name version")
_FILM = members("title file digest aspect_ratios audio")
_SOURCE = members("file digest")
_LEFT_OUT = members("scene title reason")
_LEFT_OUT_REASON = members("code of")
_TARGET = members("host endpoint as_of status digest origin")
_TOTALS = members("requests seconds scenes") | frozenset(map(str, Action))
_SUM = members("requests seconds cost")
_SUM_OPTIONAL = members("known unknown_requests")
_FILM_COST = members("paid under_way to_pay total")
_BUDGET = members("limit max_cost max_seconds within")
