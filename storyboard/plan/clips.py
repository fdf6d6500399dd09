"""A plan as a run needs it: one value a clip, each held against its own digest."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property
from pathlib import PurePath

from msgspec import Struct
from msgspec.structs import replace

from storyboard.compiler.request import AssetUse, Dependency, Output
from storyboard.ledger import Order
from storyboard.plan.model import Plan, PlanError
from storyboard.plan.planned_request import PlannedRequest
from storyboard.plan.request_body import PointerError, fill, unfilled
from storyboard.plan.timeline import KeptClip
from storyboard.values.addresses import ClipName, Portion, clip_name, is_take_of
from storyboard.values.canonical import canonical_bytes, digest_bytes
from storyboard.values.segments import Ending, endings


class ClipNeed(Struct, frozen=True, kw_only=True):
    """What a clip is sent of another one, to stand at a JSON pointer of its body.

    ``output`` is what: the last frame of a shot, or its clip. ``shot`` is the address of that
    shot, ``ending`` which end of it that is, and ``clip`` the digest of the clip that has it.
    """

    pointer: str
    output: Output
    shot: str
    ending: Ending
    clip: str


class PlannedClip(Struct, frozen=True, kw_only=True):
    """A clip of a plan. ``names`` are all the addresses that this one clip is for.

    ``take`` is its number among those of the same shots. ``padding`` seconds are not in the film.
    ``is_kept`` marks a clip that was paid before and of which the film keeps some shots: it is
    fetched where it is not here, and never sent. ``shots`` are the names of its shots, with the
    number of a part, and where they are written; ``place`` is the first of these places.
    """

    order: Order
    names: tuple[str, ...]
    take: int = 1
    padding: int
    assets: tuple[AssetUse, ...]
    needs: tuple[ClipNeed, ...]
    is_kept: bool = False
    shots: tuple[tuple[str, str], ...]

    @property
    def digest(self) -> str:
        """The digest of its request."""
        return self.order.digest

    @property
    def target(self) -> str:
        """The id of its target."""
        return self.order.target

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


def planned_clips(plan: Plan) -> tuple[PlannedClip, ...]:
    """The clips of a plan: those that it keeps, then its requests in their order.


    Requests with equal digests are one clip.

    Raises ``PlanError`` where a request is not what its digest says.
    """
    found: dict[str, PlannedClip] = {}
    makers = _Makers(plan)
    film = PurePath(plan.film.file).name
    for clip in plan.kept:
        found[clip.digest] = _kept_clip(clip, film)
    for request in plan.requests:
        wanted = _planned_clip(request, plan.target_of(request).host, film, makers)
        before = found.get(wanted.digest)
        if before is not None and not before.is_kept:
            order = replace(before.order, names=(*before.order.names, *wanted.order.names))
            wanted = replace(before, order=order, names=(*before.names, *wanted.names))
        found[wanted.digest] = wanted
    return tuple(found.values())


class _Makers:
    """In which clip of a plan a shot ends: as it stands in the film, or a take."""

    def __init__(self, plan: Plan) -> None:
        self._plan = plan

    @cached_property
    def _clips(self) -> dict[Ending, str]:
        found: dict[Ending, str] = {}
        for request in self._plan.requests:
            for ending in endings(request.contents):
                found.setdefault(ending, request.digest)
        for clip in self._plan.kept:
            for ending in endings(shot.segment.content for shot in clip.shots):
                found.setdefault(ending, clip.digest)
        return found

    def need(self, needed: Dependency, request: str) -> ClipNeed:
        """What a request is sent of a shot. Raises ``PlanError`` where no clip has it."""
        ending = needed.digest, needed.part
        clip = self._clips.get(ending)
        if clip is None:
            raise PlanError(f'"{request}" needs "{needed.shot}", which is not there: plan again')
        return ClipNeed(
            pointer=needed.pointer,
            output=needed.output,
            shot=needed.shot,
            ending=ending,
            clip=clip,
        )


def _kept_clip(clip: KeptClip, film: str) -> PlannedClip:
    portions = tuple(
        Portion(
            address=shot.address,
            number=1,
            part=shot.segment.content.part,
            parts=shot.segment.content.parts,
        )
        for shot in clip.shots
    )
    return PlannedClip(
        order=Order(
            digest=clip.digest,
            address=clip.address,
            names=(ClipName(text=clip.address, portions=portions),),
            shots=tuple(shot.segment.content for shot in clip.shots),
            film=film,
            host=clip.host,
            endpoint=clip.endpoint,
            target=clip.target,
            payload={},
            seconds=clip.seconds,
        ),
        names=(clip.address,),
        padding=0,
        assets=(),
        needs=(),
        is_kept=True,
        shots=tuple((shot.name, "") for shot in clip.shots),
    )


def _planned_clip(request: PlannedRequest, host: str, film: str, makers: _Makers) -> PlannedClip:
    name, payload, take = request.id, request.payload, request.take
    content = {"host": host, "endpoint": request.endpoint, "payload": payload, "take": take}
    data = canonical_bytes(content)
    if digest_bytes(data) != request.digest:
        raise PlanError(f'"{name}" is not what was planned: the plan was changed by hand')
    parts = name.split("/")
    if any(part in ("", ".", "..") for part in parts) or "\\" in name:
        raise PlanError(f'"{name}" is no address of a clip')
    names = _name_of(request)
    chosen = request.alternate_of
    if clip_name(names.portions) != (name if chosen is None else chosen) or (
        chosen is not None and not is_take_of(name, chosen)
    ):
        raise PlanError(f'"{name}" is not the name of what it renders: plan again')
    _check_links(request, data)
    return PlannedClip(
        order=Order(
            digest=request.digest,
            address=name,
            names=(names,),
            shots=request.contents,
            film=film,
            host=host,
            endpoint=request.endpoint,
            target=request.target,
            payload=payload,
            tokens=request.tokens,
            seconds=request.seconds,
            take=str(take if isinstance(take, int) else list(take)),
            estimate=request.money,
        ),
        names=(name,),
        # The takes of all its shots, of which the first is the one that is chosen by.
        take=take if isinstance(take, int) else take[0],
        padding=request.padding,
        assets=request.assets,
        needs=tuple(makers.need(needed, name) for needed in request.depends_on),
        shots=tuple((shot.name, f"{shot.span.file}:{shot.span.line}") for shot in request.shots),
    )


def _name_of(request: PlannedRequest) -> ClipName:
    """A request's name with what its clip renders."""
    return ClipName(
        text=request.id,
        portions=tuple(
            Portion(address=shot.address, number=shot.number, part=shot.part, parts=shot.parts)
            for shot in request.shots
        ),
    )


def _check_links(request: PlannedRequest, data: bytes) -> None:
    """Raise ``PlanError`` where a file stands in the body that the plan does not name.

    ``data`` is canonical JSON that holds the body.
    """
    is_text_alone = b'"asset:' not in data and b'"output:' not in data
    if is_text_alone and not request.assets and not request.depends_on:
        return
    links = {pointer: "https://file" for use in request.assets for pointer in use.pointers}
    links |= {needed.pointer: "https://frame" for needed in request.depends_on}
    try:
        if unfilled(fill(request.payload, links) if links else request.payload):
            raise PlanError(f'"{request.id}" has a picture that the plan does not name')
    except PointerError as error:
        raise PlanError(f'"{request.id}" has nothing at {error}') from None
