"""A request of a plan with its shots, their maps, and its price."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any, Literal

from msgspec import Struct

from storyboard.compiler.request import AssetUse, Dependency, Output
from storyboard.plan.amounts import UNKNOWN, plain
from storyboard.plan.reason import Action, PlaceInFile, Reason
from storyboard.values.json_object import Json, JsonObject, ShapeError, members
from storyboard.values.late import Late, value_of
from storyboard.values.segments import ShotPart
from storyboard.values.units import Money


class PlannedCost(Struct, frozen=True, kw_only=True):
    """What a request costs: ``seconds``, as they are billed, at ``unit_price`` each."""

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


class MapRow(Struct, frozen=True, kw_only=True):
    """A slice of a prompt: offsets in code points from 0, and where its words were written.

    ``kind`` is ``action``, ``line``, ``introduction``, ``framing``, ``carry`` or ``glue``;
    ``field`` the field or member that it is of. ``carried`` says that the words were said in the
    part before. ``written`` is where they stand in a file; None for what the composition adds.
    """

    start: int
    end: int
    kind: str
    field: str
    carried: bool
    written: PlaceInFile | Late[PlaceInFile] | None = None

    @property
    def place(self) -> PlaceInFile | None:
        """Where its words stand in a file."""
        return value_of(self.written)

    def to_json(self) -> list[str | int | None]:
        """The row as a list of JSON values, with file, line and column last."""
        at = self.place
        place = (None, None, None) if at is None else (at.file, at.line, at.column)
        return [self.start, self.end, self.kind, self.field, self.carried, *place]


class PlannedShot(Struct, frozen=True, kw_only=True):
    """A shot of a request, or a part of one.

    ``content`` is the digest of the shot's content, by which it is found again in paid clips; a
    film of which nothing is paid and no plan is written never makes it. ``number``
    is the shot's in its scene, from 1; ``part`` the part's, None for a whole shot, of
    ``parts``. ``seconds`` are as written, ``characters`` the code points as the target counts
    them. ``map`` are the slices that its prompt is made of.
    """

    address: str
    content: str | Late[str]
    number: int
    part: int | None
    parts: int
    seconds: int
    characters: int
    span: PlaceInFile
    map: tuple[MapRow, ...]

    @property
    def digest(self) -> str:
        """The digest of the shot's content."""
        return value_of(self.content)

    @property
    def name(self) -> str:
        """The shot's address, with the part's number."""
        return self.address if self.part is None else f"{self.address}.{self.part}"

    def to_json(self) -> Json:
        """The shot as JSON values."""
        return {
            "address": self.address,
            "digest": self.digest,
            "number": self.number,
            "part": self.part,
            "parts": self.parts,
            "seconds": self.seconds,
            "characters": self.characters,
            "span": self.span.to_json(),
            "map": [row.to_json() for row in self.map],
        }

    @classmethod
    def from_json(cls, written: Any, pointer: str) -> PlannedShot:
        """Read what ``to_json`` wrote. Raises ``ShapeError``."""
        found = JsonObject(written, pointer, _SHOT)
        return cls(
            address=found.text("address"),
            content=found.text("digest"),
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
    return _read_row(written)


def _read_row(written: Sequence[Any]) -> MapRow:
    start, end, kind, field, carried, file, line, column = written
    place = None if file is None else PlaceInFile(file, line, column)
    return MapRow(start=start, end=end, kind=kind, field=field, carried=carried, written=place)


def _map(found: JsonObject) -> tuple[MapRow, ...]:
    # There are a dozen rows to a shot: their pointers are only made for one that is wrong.
    written = found.value("map")
    if isinstance(written, list):
        try:
            if all(tuple(map(type, row)) in _MAP_ROWS for row in written):
                return tuple(map(_read_row, written))
        except TypeError:
            pass
    return found.list_of("map", _map_row)


FootageWay = Literal["edit", "motion"]


def _way(written: Any) -> FootageWay:
    ways: dict[Any, FootageWay] = {"edit": "edit", "motion": "motion"}
    if (way := ways.get(str(written))) is None:
        raise ValueError(written)
    return way


class PlannedFootage(Struct, frozen=True):
    """The footage that a request is made from: its name, and ``edit`` or ``motion``."""

    way: FootageWay
    name: str

    def to_json(self) -> Json:
        """The footage as JSON values."""
        return {"way": self.way, "name": self.name}

    @classmethod
    def from_json(cls, written: Any, pointer: str) -> PlannedFootage:
        """Read what ``to_json`` wrote. Raises ``ShapeError``."""
        found = JsonObject(written, pointer, members("way name"))
        return cls(found.word("way", _way), found.text("name"))


class PlannedRequest(Struct, frozen=True, kw_only=True):
    """One request of a plan, in the film's order, but behind those that it needs.

    ``target`` is the id of its target. ``take`` is 1, or the take numbers of the shots.
    ``alternate_of`` is the id of the request that stands in the film, where this one is a further
    take of it. ``padding`` are the seconds that nobody asked for. ``cost`` is None where the price
    is not known. ``tokens`` say what each tag of the prompts stands for. ``footage`` is what it is
    made from, None where the prompt alone says what is seen. ``middle_frames`` are the paths and
    URLs of the pictures that it passes through, in order.
    """

    id: str
    digest: str
    target: str
    endpoint: str
    payload: Json
    seconds: int
    padding: int
    take: int | tuple[int, ...]
    alternate_of: str | None
    action: Action
    reason: Reason
    cost: PlannedCost | None
    shots: tuple[PlannedShot, ...]
    tokens: Mapping[str, str]
    assets: tuple[AssetUse, ...]
    depends_on: tuple[Dependency, ...]
    footage: PlannedFootage | None = None
    middle_frames: tuple[str, ...] = ()

    def __hash__(self) -> int:
        return hash(self.digest)

    @property
    def input_seconds(self) -> int:
        """The seconds that are billed for the clips that it is sent, beside its own; 0 for none."""
        return 0 if self.cost is None else self.cost.seconds - self.seconds

    @property
    def contents(self) -> tuple[ShotPart, ...]:
        """The contents of its clip, in their order."""
        return tuple(
            ShotPart(shot.digest, shot.part, shot.parts, shot.seconds) for shot in self.shots
        )

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
            "target": self.target,
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
                {
                    "shot": one.shot,
                    "part": one.part,
                    "digest": one.digest,
                    "pointer": one.pointer,
                    "output": str(one.output),
                }
                for one in self.depends_on
            ],
            **({} if self.footage is None else {"footage": self.footage.to_json()}),
            **({"middle_frames": [*self.middle_frames]} if self.middle_frames else {}),
        }

    @classmethod
    def from_json(cls, written: Any, pointer: str) -> PlannedRequest:
        """Read what ``to_json`` wrote. Raises ``ShapeError``."""
        found = JsonObject(written, pointer, _REQUEST, frozenset({"footage", "middle_frames"}))
        footage = None
        if "footage" in found:
            footage = PlannedFootage.from_json(found.value("footage"), found.at("footage"))
        return cls(
            id=found.text("id"),
            digest=found.text("digest"),
            target=found.text("target"),
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
            depends_on=found.list_of("depends_on", _dependency),
            footage=footage,
            middle_frames=found.list_of_texts("middle_frames") if "middle_frames" in found else (),
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


def _dependency(written: Any, pointer: str) -> Dependency:
    found = JsonObject(written, pointer, _DEPENDENCY)
    return Dependency(
        shot=found.text("shot"),
        part=found.number_or_none("part", 1),
        digest=found.text("digest"),
        pointer=found.text("pointer"),
        output=found.word("output", Output),
    )


_REQUEST = members(
    "id digest target endpoint payload seconds padding take alternate_of action reason cost shots "
    "tokens assets depends_on"
)
_SHOT = members("address digest number part parts seconds characters span map")
_ASSET = members("path sha256 pointers")
_DEPENDENCY = members("shot part digest pointer output")
_COST = members("amount currency unit_price seconds")
_NOWHERE = type(None)
_MAP_ROWS: frozenset[tuple[type, ...]] = frozenset(
    (int, int, str, str, bool, *place)
    for place in ((str, int, int), (_NOWHERE, _NOWHERE, _NOWHERE))
)
"""The types of what a row of a map may hold."""
