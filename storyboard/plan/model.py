"""A plan as a typed value; ``schemas/plan.schema.json`` is the shape of its JSON.

``Plan.to_json`` writes it and ``Plan.from_json`` reads what that wrote. Amounts are exact, and a
price that is not known is None in the value and ``unknown`` in JSON, never 0. A reason is a code
with its facts: ``storyboard.render`` makes the words.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from typing import Any, NamedTuple

from storyboard.compiler.request import AssetUse, Dependency
from storyboard.compiler.resolve.scene_errors import UnpricedReason
from storyboard.errors import RefusedError
from storyboard.values.json_object import JsonObject, ShapeError
from storyboard.values.sums import Total
from storyboard.values.units import Money

FORMAT = "storyboard-plan/1"
TOOL = "storyboard"
UNKNOWN = "unknown"
"""What stands in JSON for a price that is not published."""

Json = dict[str, Any]


class PlanError(RefusedError):
    """A plan that cannot be read or may not be run; the text says why and what to do."""


class Action(StrEnum):
    """All that can be done for a request; the sums of a plan are by these."""

    GENERATE = "generate"
    REUSE = "reuse"
    WAIT = "wait"
    BLOCKED = "blocked"


class ReasonCode(StrEnum):
    """Why an action is the one for its request."""

    NEW = "new"
    """Nothing was ever sent for it."""
    CHANGED = "changed"
    """Another text, picture or setting was sent for it before."""
    AGAIN = "again"
    """The same was sent before, and there is no clip of it."""
    PAID = "paid"
    """Its clip is there, or can be fetched."""
    SAME = "same"
    """An earlier request of the plan has the same content: it is one clip."""
    WAITING = "waiting"
    """It was surely sent, and its clip is not here yet."""
    UNCERTAIN = "uncertain"
    """It may have been sent: the next run asks the vendor."""
    REFUSED = "refused"
    """The vendor refused it before."""
    WAITS = "waits"
    """It opens on the last frame of a clip that was refused, or that waits for one."""


class PlaceInFile(NamedTuple):
    """Where something is written: the file as messages show it, line and column from 1."""

    file: str
    line: int
    column: int

    def to_json(self) -> Json:
        """The place as JSON values."""
        return {"file": self.file, "line": self.line, "column": self.column}

    @classmethod
    def from_json(cls, written: Any, pointer: str) -> PlaceInFile:
        """Read what ``to_json`` wrote. Raises ``ShapeError``."""
        found = JsonObject(written, pointer, _PLACE)
        return cls(found.text("file"), found.number("line", 1), found.number("column", 1))


@dataclass(frozen=True, slots=True, kw_only=True)
class PayloadChange:
    """What differs from the payload that was sent before.

    ``field`` is the storyboard's word for it, ``shot`` for a shot of a list of shots, or the
    vendor's own name where the storyboard has none. ``shot`` is then the shot's address and
    ``span`` where it is written.
    """

    field: str
    shot: str = ""
    span: PlaceInFile | None = None

    def to_json(self) -> Json:
        """The change as JSON values."""
        found: Json = {"field": self.field}
        if self.shot:
            found["shot"] = self.shot
        if self.span is not None:
            found["span"] = self.span.to_json()
        return found

    @classmethod
    def from_json(cls, written: Any, pointer: str) -> PayloadChange:
        """Read what ``to_json`` wrote. Raises ``ShapeError``."""
        found = JsonObject(written, pointer, _CHANGE, _CHANGE_OPTIONAL)
        span = None
        if "span" in found:
            span = PlaceInFile.from_json(found.value("span"), found.at("span"))
        return cls(
            field=found.text("field"),
            shot=found.text("shot") if "shot" in found else "",
            span=span,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """Why a request has its action.

    ``problem`` is the vendor's text where it refused one, ``needs`` the id of the refused request
    that one waits for, ``changes`` what is not as it was sent before; each is empty otherwise.
    """

    code: ReasonCode
    problem: str = ""
    needs: str = ""
    changes: tuple[PayloadChange, ...] = ()

    def to_json(self) -> Json:
        """The reason as JSON values: its code, and the facts that belong to that."""
        found: Json = {"code": str(self.code)}
        match self.code:
            case ReasonCode.REFUSED:
                found["problem"] = self.problem
            case ReasonCode.WAITS:
                found["for"] = self.needs
            case ReasonCode.CHANGED:
                found["changes"] = [change.to_json() for change in self.changes]
        return found

    @classmethod
    def from_json(cls, written: Any, pointer: str) -> Reason:
        """Read what ``to_json`` wrote. Raises ``ShapeError``."""
        if isinstance(written, str):
            raise ShapeError(pointer, "a reason is an object with a code, and this is a text")
        found = JsonObject(written, pointer, _REASON, frozenset(_FACTS.values()))
        code = found.word("code", ReasonCode)
        fact = _FACTS.get(code)
        JsonObject(written, pointer, _REASON if fact is None else _REASON | {fact})
        match code:
            case ReasonCode.REFUSED:
                return cls(code=code, problem=found.text("problem"))
            case ReasonCode.WAITS:
                return cls(code=code, needs=found.text("for"))
            case ReasonCode.CHANGED:
                changes = found.list_of("changes", PayloadChange.from_json)
                return cls(code=code, changes=changes)
        return cls(code=code)


NEW = Reason(code=ReasonCode.NEW)


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedCost:
    """What a request costs: ``seconds`` at ``unit_price`` each."""

    money: Money
    unit_price: Decimal
    seconds: int

    def to_json(self) -> Json:
        """The cost as JSON values."""
        return {
            "amount": plain(self.money.amount),
            "currency": self.money.currency,
            "unit_price": plain(self.unit_price),
            "seconds": self.seconds,
        }

    @classmethod
    def from_json(cls, written: Any, pointer: str) -> PlannedCost | None:
        """Read what ``to_json`` wrote, None for a price not known. Raises ``ShapeError``."""
        if written == UNKNOWN:
            return None
        found = JsonObject(written, pointer, _COST)
        return cls(
            money=Money(found.amount("amount"), found.text("currency")),
            unit_price=found.amount("unit_price"),
            seconds=found.number("seconds", 1),
        )


class MapRow(NamedTuple):
    """A slice of a prompt: offsets in code points from 0, and where its words were written.

    ``kind`` is ``action``, ``line``, ``introduction``, ``framing``, ``carry`` or ``glue``;
    ``field`` the field or member that it is of. ``carried`` says that the words were said in the
    part before. Line and column are from 1; the place is None for what the composition adds.
    """

    start: int
    end: int
    kind: str
    field: str
    carried: bool
    file: str | None
    line: int | None
    column: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedShot:
    """A shot of a request, or a part of one.

    ``number`` is the shot's in its scene, from 1; ``part`` the part's, None for a whole shot, of
    ``parts``. ``seconds`` are as written, ``characters`` the code points as the target counts
    them. ``map`` are the slices that its prompt is made of.
    """

    address: str
    number: int
    part: int | None
    parts: int
    seconds: int
    characters: int
    span: PlaceInFile
    map: tuple[MapRow, ...]

    def to_json(self) -> Json:
        """The shot as JSON values."""
        return {
            "address": self.address,
            "number": self.number,
            "part": self.part,
            "parts": self.parts,
            "seconds": self.seconds,
            "characters": self.characters,
            "span": self.span.to_json(),
            # What writes JSON takes no named tuples.
            "map": [*map(list, self.map)],
        }

    @classmethod
    def from_json(cls, written: Any, pointer: str) -> PlannedShot:
        """Read what ``to_json`` wrote. Raises ``ShapeError``."""
        found = JsonObject(written, pointer, _SHOT)
        return cls(
            address=found.text("address"),
            number=found.number("number", 1),
            part=found.number_or_none("part", 1),
            parts=found.number("parts", 1),
            seconds=found.number("seconds", 1),
            characters=found.number("characters"),
            span=PlaceInFile.from_json(found.value("span"), found.at("span")),
            map=_map(found),
        )


def _map_row(written: Any, pointer: str) -> MapRow:
    if not isinstance(written, list) or tuple(map(type, written)) not in _MAP_ROWS:
        raise ShapeError(pointer, "a row of a map is wanted, with a whole place or none")
    return MapRow._make(written)


def _map(found: JsonObject) -> tuple[MapRow, ...]:
    # There are a dozen rows to a shot: their pointers are only made for one that is wrong.
    written = found.value("map")
    if isinstance(written, list):
        try:
            if all(tuple(map(type, row)) in _MAP_ROWS for row in written):
                return tuple(map(MapRow._make, written))
        except TypeError:
            pass
    return found.list_of("map", _map_row)


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedRequest:
    """One request of a plan, in the film's order.

    ``take`` is 1, or the take numbers of the shots. ``alternate_of`` is the id of the request
    that stands in the film, where this one is a further take of it. ``padding`` are the seconds
    that nobody asked for. ``cost`` is None where the price is not known. ``tokens`` say what each
    tag of the prompts stands for.
    """

    id: str
    digest: str
    endpoint: str
    payload: Json = field(hash=False)
    seconds: int
    padding: int
    take: int | tuple[int, ...]
    alternate_of: str | None
    action: Action
    reason: Reason
    cost: PlannedCost | None
    shots: tuple[PlannedShot, ...]
    tokens: Mapping[str, str] = field(hash=False)
    assets: tuple[AssetUse, ...]
    depends_on: tuple[Dependency, ...]

    @property
    def money(self) -> Money | None:
        """What the request costs, None where that is not known."""
        return None if self.cost is None else self.cost.money

    def to_json(self) -> Json:
        """The request as JSON values; the payload is the request's own, and no copy."""
        take = self.take
        return {
            "id": self.id,
            "digest": self.digest,
            "endpoint": self.endpoint,
            "payload": self.payload,
            "seconds": self.seconds,
            "padding": self.padding,
            "take": take if isinstance(take, int) else list(take),
            "alternate_of": self.alternate_of,
            "action": str(self.action),
            "reason": self.reason.to_json(),
            "cost": UNKNOWN if self.cost is None else self.cost.to_json(),
            "shots": [shot.to_json() for shot in self.shots],
            "tokens": dict(self.tokens),
            "assets": [
                {"path": one.path, "sha256": one.sha256, "pointers": list(one.pointers)}
                for one in self.assets
            ],
            "depends_on": [
                {"request": one.request, "output": one.output, "pointer": one.pointer}
                for one in self.depends_on
            ],
        }

    @classmethod
    def from_json(cls, written: Any, pointer: str, digests: Mapping[str, str]) -> PlannedRequest:
        """Read what ``to_json`` wrote; ``digests`` are those of the requests before it, by id.

        Raises ``ShapeError``. A request that is needed and stands nowhere before has no digest.
        """
        found = JsonObject(written, pointer, _REQUEST)
        return cls(
            id=found.text("id"),
            digest=found.text("digest"),
            endpoint=found.text("endpoint"),
            payload=found.object("payload"),
            seconds=found.number("seconds", 1),
            padding=found.number("padding"),
            take=_take(found),
            alternate_of=found.text_or_none("alternate_of"),
            action=found.word("action", Action),
            reason=Reason.from_json(found.value("reason"), found.at("reason")),
            cost=PlannedCost.from_json(found.value("cost"), found.at("cost")),
            shots=found.list_of("shots", PlannedShot.from_json),
            tokens=found.texts("tokens"),
            assets=found.list_of("assets", _asset),
            depends_on=tuple(_dependency(*one, digests) for one in found.items("depends_on")),
        )


def _take(found: JsonObject) -> int | tuple[int, ...]:
    written = found.value("take")
    if not isinstance(written, list):
        return found.number("take", 1)
    for index, one in enumerate(written):
        if type(one) is not int or one < 1:
            raise ShapeError(f"{found.at('take')}/{index}", "a whole number from 1 is wanted")
    if not written:
        raise ShapeError(found.at("take"), "it is empty")
    return tuple(written)


def _asset(written: Any, pointer: str) -> AssetUse:
    found = JsonObject(written, pointer, _ASSET)
    return AssetUse(
        path=found.text("path"),
        sha256=found.text("sha256"),
        pointers=found.list_of_texts("pointers"),
    )


def _dependency(written: Any, pointer: str, digests: Mapping[str, str]) -> Dependency:
    found = JsonObject(written, pointer, _DEPENDENCY)
    request = found.text("request")
    return Dependency(
        request=request,
        digest=digests.get(request, ""),
        output=found.text("output"),
        pointer=found.text("pointer"),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedFilm:
    """The storyboard that a plan is made from. ``digest`` is empty where nothing could be read.

    ``audio`` says which requests have sound: ``all``, ``some`` or ``none``.
    """

    title: str
    file: str
    digest: str
    aspect_ratios: tuple[str, ...]
    audio: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanSource:
    """A file that was read, and the digest of its bytes."""

    file: str
    digest: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanTarget:
    """The target that a plan is for, with the digest of its data.

    ``as_of`` is the date of the oldest price used, ISO 8601; ``status`` is ``current`` or
    ``superseded``. ``origin`` is the file of the user's own that describes the target, or
    ``built-in``.
    """

    id: str
    endpoint: str
    as_of: str
    status: str
    digest: str
    origin: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SceneTotal:
    """What one scene costs; ``title`` may be empty."""

    scene: str
    title: str
    total: Total


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftOutScene:
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


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanTotals:
    """The sums of a plan. ``actions`` has every action; together they are the whole film."""

    requests: int
    seconds: int
    actions: Mapping[Action, Total] = field(hash=False)
    scenes: tuple[SceneTotal, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanBudget:
    """The limits of a film, None where there are none.

    ``within`` is None where an unknown price leaves it open.
    """

    limit: Money | None = None
    max_seconds: int | None = None
    within: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What will be asked of the vendor, in order, with its price.

    ``diagnostics`` are findings in their JSON form. A plan of a storyboard with errors has no
    target and no requests.
    """

    tool_version: str
    film: PlannedFilm
    sources: tuple[PlanSource, ...]
    target: PlanTarget | None
    requests: tuple[PlannedRequest, ...]
    totals: PlanTotals
    unpriced: tuple[LeftOutScene, ...]
    budget: PlanBudget
    diagnostics: tuple[Json, ...] = field(hash=False)
    is_applyable: bool

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
            "target": target
            and {
                "id": target.id,
                "endpoint": target.endpoint,
                "as_of": target.as_of,
                "status": target.status,
                "digest": target.digest,
                "origin": target.origin,
            },
            "requests": [request.to_json() for request in self.requests],
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
            "budget": {
                "limit": budget.limit and money_json(budget.limit),
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
    requests: list[PlannedRequest] = []
    digests: dict[str, str] = {}
    for item, pointer in found.items("requests"):
        request = PlannedRequest.from_json(item, pointer, digests)
        digests[request.id] = request.digest
        requests.append(request)
    return Plan(
        tool_version=tool.text("version"),
        film=_film(found),
        sources=found.list_of("sources", _source),
        target=None if found.value("target") is None else _target(found),
        requests=tuple(requests),
        totals=_totals(found),
        unpriced=found.list_of("unpriced", LeftOutScene.from_json),
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


def _target(plan: JsonObject) -> PlanTarget:
    found = JsonObject(plan.value("target"), "/target", _TARGET)
    return PlanTarget(**{name: found.text(name) for name in _TARGET})


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
    known = _money(found, "cost" if is_known else "known")
    return Total(
        requests=found.number("requests"),
        seconds=found.number("seconds"),
        known=known.amount,
        unknown=0 if is_known else found.number("unknown_requests", 1),
        currency=known.currency,
    )


def _budget(plan: JsonObject) -> PlanBudget:
    found = JsonObject(plan.value("budget"), "/budget", _BUDGET)
    return PlanBudget(
        limit=None if found.value("limit") is None else _money(found, "limit"),
        max_seconds=found.number_or_none("max_seconds", 1),
        within=None if found.value("within") is None else found.truth("within"),
    )


def _finding(written: Any, pointer: str) -> Json:
    if not isinstance(written, dict):
        raise ShapeError(pointer, "an object is wanted")
    return written


def _money(owner: JsonObject, name: str) -> Money:
    found = JsonObject(owner.value(name), owner.at(name), _MONEY)
    return Money(found.amount("amount"), found.text("currency"))


def _total_json(whole: Total) -> Json:
    """A sum; where a price is not known, the cost is not, and what is known is said beside it."""
    known = money_json(whole.known_money)
    found: Json = {"requests": whole.requests, "seconds": whole.seconds}
    if whole.unknown:
        return found | {"cost": UNKNOWN, "known": known, "unknown_requests": whole.unknown}
    return found | {"cost": known}


def money_json(money: Money) -> Json:
    """Money as JSON values."""
    return {"amount": plain(money.amount), "currency": money.currency}


def plain(amount: Decimal) -> str:
    """An exact amount in digits, without an exponent."""
    return format(amount, "f")


def _members(names: str) -> frozenset[str]:
    return frozenset(names.split())


_PLAN = _members(
    "format tool storyboard sources target requests totals unpriced budget diagnostics applyable"
)
_TOOL = _members("name version")
_FILM = _members("title file digest aspect_ratios audio")
_SOURCE = _members("file digest")
_LEFT_OUT = _members("scene title reason")
_LEFT_OUT_REASON = _members("code of")
_TARGET = _members("id endpoint as_of status digest origin")
_REQUEST = _members(
    "id digest endpoint payload seconds padding take alternate_of action reason cost shots tokens "
    "assets depends_on"
)
_SHOT = _members("address number part parts seconds characters span map")
_PLACE = _members("file line column")
_ASSET = _members("path sha256 pointers")
_DEPENDENCY = _members("request output pointer")
_COST = _members("amount currency unit_price seconds")
_MONEY = _members("amount currency")
_TOTALS = _members("requests seconds scenes") | frozenset(map(str, Action))
_SUM = _members("requests seconds cost")
_SUM_OPTIONAL = _members("known unknown_requests")
_BUDGET = _members("limit max_seconds within")
_REASON = _members("code")
_CHANGE, _CHANGE_OPTIONAL = _members("field"), _members("shot span")
_FACTS = {
    ReasonCode.REFUSED: "problem",
    ReasonCode.WAITS: "for",
    ReasonCode.CHANGED: "changes",
}
"""The member that a reason has beside its code."""

_NOWHERE = type(None)
_MAP_ROWS: frozenset[tuple[type, ...]] = frozenset(
    (int, int, str, str, bool, *place)
    for place in ((str, int, int), (_NOWHERE, _NOWHERE, _NOWHERE))
)
"""The types of what a row of a map may hold."""
