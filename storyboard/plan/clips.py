"""A plan as a run needs it: one value a clip, each held against its own digest."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal, InvalidOperation
from typing import Any

from storyboard.ledger import Order
from storyboard.plan.request_body import PointerError, fill, unfilled
from storyboard.plan.staleness import PlanError
from storyboard.values.addresses import ClipName, Portion, clip_name, is_take_of
from storyboard.values.canonical import digest
from storyboard.values.units import Money


@dataclass(frozen=True, slots=True, kw_only=True)
class Use:
    """A local file in a payload: its path in the project, content, and pointers."""

    path: str
    sha256: str
    pointers: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class FrameSource:
    """Another clip's last frame in a payload; ``digest`` is that clip's request."""

    digest: str
    request: str
    pointer: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedClip:
    """A clip of a plan. ``names`` are all the addresses that this one clip is for.

    ``take`` is its number among those of the same shots. ``padding`` seconds are not in the film.
    ``place`` is where its first shot is written, ``shots`` names and places of all.
    """

    order: Order
    names: tuple[str, ...]
    take: int = 1
    padding: int
    assets: tuple[Use, ...]
    frames: tuple[FrameSource, ...]
    shots: tuple[tuple[str, str], ...]

    @property
    def digest(self) -> str:
        """The digest of its request."""
        return self.order.digest

    @property
    def address(self) -> str:
        """Its first address."""
        return self.names[0]

    @property
    def place(self) -> str:
        """``FILE:LINE`` of its first shot."""
        return self.shots[0][1] if self.shots else ""

    def place_of(self, pointer: str, shots_fields: Iterable[str] = ("multi_prompt",)) -> str:
        """``FILE:LINE`` of the shot that a field of the body belongs to."""
        parts = pointer.strip("/").split("/")
        if len(parts) > 1 and parts[0] in shots_fields and parts[1].isdigit():
            index = int(parts[1])
            if index < len(self.shots):
                return self.shots[index][1]
        return self.place


def planned_clips(plan: Mapping[str, Any], host: str) -> tuple[PlannedClip, ...]:
    """The clips of a plan, in its order; requests with equal digests are one clip.

    Raises ``PlanError`` where a request is not what its digest says.
    """
    found: dict[str, PlannedClip] = {}
    try:
        by_id = {request["id"]: request["digest"] for request in plan["requests"]}
        for request in plan["requests"]:
            wanted = _planned_clip(request, host, by_id)
            before = found.get(wanted.digest)
            if before is not None:
                names = (*before.names, *wanted.names)
                wanted = PlannedClip(
                    order=replace(before.order, names=(*before.order.names, *wanted.order.names)),
                    names=names,
                    take=before.take,
                    padding=before.padding,
                    assets=before.assets,
                    frames=before.frames,
                    shots=before.shots,
                )
            found[wanted.digest] = wanted
    except (KeyError, TypeError, ValueError, AttributeError, InvalidOperation, IndexError):
        raise PlanError("the plan cannot be read: write it again with `storyboard plan`") from None
    return tuple(found.values())


def _planned_clip(request: Mapping[str, Any], host: str, by_id: Mapping[str, str]) -> PlannedClip:
    name, payload = request["id"], request["payload"]
    content = {"endpoint": request["endpoint"], "payload": payload, "take": request["take"]}
    if digest(content) != request["digest"]:
        raise PlanError(f'"{name}" is not what was planned: the plan was changed by hand')
    parts = name.split("/")
    if any(part in ("", ".", "..") for part in parts) or "\\" in name:
        raise PlanError(f'"{name}" is no address of a clip')
    names = _name_of(request)
    chosen = request["alternate_of"]
    if clip_name(names.portions) != (name if chosen is None else chosen) or (
        chosen is not None and not is_take_of(name, chosen)
    ):
        raise PlanError(f'"{name}" is not the name of what it renders: plan again')
    assets = tuple(
        Use(path=one["path"], sha256=one["sha256"], pointers=tuple(one["pointers"]))
        for one in request["assets"]
    )
    frames = tuple(
        FrameSource(digest=by_id[one["request"]], request=one["request"], pointer=one["pointer"])
        for one in request["depends_on"]
    )
    _check_links(name, payload, assets, frames)
    cost = request["cost"]
    return PlannedClip(
        order=Order(
            digest=request["digest"],
            address=name,
            names=(names,),
            host=host,
            endpoint=request["endpoint"],
            payload=payload,
            seconds=int(request["seconds"]),
            take=str(request["take"]),
            estimate=None
            if cost == "unknown"
            else Money(Decimal(cost["amount"]), str(cost["currency"])),
        ),
        names=(name,),
        # The takes of all its shots, of which the first is the one that is chosen by.
        take=int(take[0] if isinstance(take := request["take"], list) else take),
        padding=int(request["padding"]),
        assets=assets,
        frames=frames,
        shots=tuple(
            (shot["address"], f"{shot['span']['file']}:{shot['span']['line']}")
            for shot in request["shots"]
        ),
    )


def _name_of(request: Mapping[str, Any]) -> ClipName:
    """A request's name with what its clip renders."""
    return ClipName(
        text=request["id"],
        portions=tuple(
            Portion(
                address=shot["address"],
                number=shot["number"],
                part=shot["part"],
                parts=shot["parts"],
            )
            for shot in request["shots"]
        ),
    )


def _check_links(
    name: str, payload: Mapping[str, Any], assets: Iterable[Use], frames: Iterable[FrameSource]
) -> None:
    links = {pointer: "https://file" for use in assets for pointer in use.pointers}
    links |= {frame.pointer: "https://frame" for frame in frames}
    try:
        if unfilled(fill(payload, links)):
            raise PlanError(f'"{name}" has a picture that the plan does not name')
    except PointerError as error:
        raise PlanError(f'"{name}" has nothing at {error}') from None
