"""The timeline of a plan: the film as a row of segments, and the clips that some of them keep.

A segment is a shot, or a part of a divided one. It comes from a request of the plan, or from a
clip that was paid before, of which the film keeps only some shots.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from msgspec import Struct

from storyboard.plan.amounts import UNKNOWN
from storyboard.plan.planned_request import PlannedCost
from storyboard.plan.reason import Action, Reason, ReasonCode
from storyboard.values.json_object import Json, JsonObject, ShapeError, members
from storyboard.values.segments import Segment, ShotPart
from storyboard.values.units import Money


class TimelineSegment(Struct, frozen=True, kw_only=True):
    """A stretch of the film: a shot, or a part of one, and where it comes from.

    ``shot`` is the shot's address, ``part`` the part's number, None for a whole shot. ``request``
    is the id of a request of the plan, or ``take`` the hex sha256 of a clip that was paid before;
    the other is None. ``start`` and ``end`` are seconds of that clip; unless ``is_exact`` they are
    those that were asked for, and the clip itself may differ by some frames.
    """

    shot: str
    part: int | None
    request: str | None = None
    take: str | None = None
    start: float
    end: float
    is_exact: bool

    def to_json(self) -> Json:
        """The segment as JSON values."""
        return {
            "shot": self.shot,
            "part": self.part,
            "source": self.request if self.take is None else {"take": self.take},
            "in": self.start,
            "out": self.end,
            "exact": self.is_exact,
        }

    @classmethod
    def from_json(cls, written: Any, pointer: str) -> TimelineSegment:
        """Read what ``to_json`` wrote. Raises ``ShapeError``."""
        found = JsonObject(written, pointer, _SEGMENT)
        source = found.value("source")
        take = None
        if isinstance(source, dict):
            take = JsonObject(source, found.at("source"), _SOURCE).text("take")
        start, end = _place(found)
        return cls(
            shot=found.text("shot"),
            part=found.number_or_none("part", 1),
            request=found.text("source") if take is None else None,
            take=take,
            start=start,
            end=end,
            is_exact=found.truth("exact"),
        )


class KeptShot(Struct, frozen=True, kw_only=True):
    """A shot of the film, or a part of one, in a clip that was paid before."""

    address: str
    segment: Segment

    @property
    def name(self) -> str:
        """The shot's address, with the part's number."""
        part = self.segment.content.part
        return self.address if part is None else f"{self.address}.{part}"

    def to_json(self) -> Json:
        """The shot as JSON values."""
        segment, content = self.segment, self.segment.content
        return {
            "address": self.address,
            "part": content.part,
            "parts": content.parts,
            "digest": content.shot,
            "seconds": content.seconds,
            "in": segment.start,
            "out": segment.end,
            "exact": segment.is_exact,
        }

    @classmethod
    def from_json(cls, written: Any, pointer: str) -> KeptShot:
        """Read what ``to_json`` wrote. Raises ``ShapeError``."""
        found = JsonObject(written, pointer, _SHOT)
        start, end = _place(found)
        return cls(
            address=found.text("address"),
            segment=Segment(
                content=ShotPart(
                    found.text("digest"),
                    found.number_or_none("part", 1),
                    found.number("parts", 1),
                    found.number("seconds", 1),
                ),
                start=start,
                end=end,
                is_exact=found.truth("exact"),
            ),
        )


class KeptClip(Struct, frozen=True, kw_only=True):
    """A clip that was paid before, of which the film keeps some shots.

    ``take`` is the hex sha256 of its file, ``digest`` that of the request that made it, ``address``
    the name that it had, ``target`` the id of the target of its shots, ``made`` when it was ordered
    (ISO 8601). ``seconds`` are those that were paid. ``cost`` is what the kept seconds would cost
    today, None where that is not known. ``action`` is ``reuse``, or ``fetch`` where the clip must
    be got again from the vendor.
    """

    take: str
    digest: str
    address: str
    target: str
    host: str
    endpoint: str
    seconds: int
    made: str
    action: Action
    cost: PlannedCost | None
    shots: tuple[KeptShot, ...]

    @property
    def id(self) -> str:
        """The name that it had."""
        return self.address

    @property
    def reason(self) -> Reason:
        """Why it has its action: it was paid."""
        return _PAID

    @property
    def tokens(self) -> Mapping[str, str]:
        """What tags stand for: of a clip that was paid before, no prompt is at hand."""
        return {}

    @property
    def alternate_of(self) -> None:
        """It stands in the film, and is no further take of another clip."""
        return

    @property
    def kept_seconds(self) -> int:
        """The seconds of the film that it gives, as written."""
        return sum(shot.segment.content.seconds for shot in self.shots)

    @property
    def money(self) -> Money | None:
        """What the kept seconds would cost, None where that is not known."""
        return None if self.cost is None else self.cost.money

    @property
    def whole_money(self) -> Money | None:
        """What the whole clip would cost today, None where that is not known."""
        cost = self.cost
        if cost is None or cost.seconds != self.kept_seconds:
            return None  # of clips whose input is billed too, a part does not tell the whole
        return Money(cost.unit_price * Decimal(self.seconds), cost.money.currency)

    def to_json(self) -> Json:
        """The clip as JSON values."""
        return {
            "take": self.take,
            "digest": self.digest,
            "address": self.address,
            "target": self.target,
            "host": self.host,
            "endpoint": self.endpoint,
            "seconds": self.seconds,
            "made": self.made,
            "action": str(self.action),
            "cost": UNKNOWN if self.cost is None else self.cost.to_json(),
            "shots": [shot.to_json() for shot in self.shots],
        }

    @classmethod
    def from_json(cls, written: Any, pointer: str) -> KeptClip:
        """Read what ``to_json`` wrote. Raises ``ShapeError``."""
        found = JsonObject(written, pointer, _CLIP)
        return cls(
            take=found.text("take"),
            digest=found.text("digest"),
            address=found.text("address"),
            target=found.text("target"),
            host=found.text("host"),
            endpoint=found.text("endpoint"),
            seconds=found.number("seconds", 1),
            made=found.text("made"),
            action=found.word("action", Action),
            cost=PlannedCost.from_json(found.value("cost"), found.at("cost")),
            shots=found.list_of("shots", KeptShot.from_json),
        )


def _place(found: JsonObject) -> tuple[float, float]:
    start, end = found.value("in"), found.value("out")
    for name, value in (("in", start), ("out", end)):
        if type(value) not in (int, float) or not 0 <= value < _MAX_SECONDS:
            raise ShapeError(found.at(name), "seconds are wanted")
    if not start < end:
        raise ShapeError(found.at("out"), "it ends before it begins")
    return start, end


_PAID = Reason(code=ReasonCode.PAID)
_MAX_SECONDS = 100_000
_SEGMENT = members("shot part source in out exact")
_SOURCE = members("take")
_SHOT = members("address part parts digest seconds in out exact")
_CLIP = members("take digest address target host endpoint seconds made action cost shots")
