"""A request: what is sent for a clip, and where each piece of it came from."""

from __future__ import annotations

import re
from collections.abc import Sequence
from enum import StrEnum
from typing import Any

from msgspec import Struct

from storyboard.compiler.clip import Clip, Part
from storyboard.compiler.needs import in_order
from storyboard.compiler.shot_digest import ShotDigests
from storyboard.targets.model import RenderedSecond, Target
from storyboard.values.canonical import digest
from storyboard.values.segments import Ending, ShotPart, endings

STAND_IN = re.compile(
    r"asset:(?:missing|sha256:[0-9a-f]{64})|output:sha256:[0-9a-f]{64}#(?:last_frame|clip)"
)
"""What stands in a payload for a local file, or for what an earlier request gives: the clip of a
shot, or the last frame of a shot or a part of one."""


class Output(StrEnum):
    """What of a shot another request is sent."""

    LAST_FRAME = "last_frame"
    CLIP = "clip"


class AssetUse(Struct, frozen=True, kw_only=True):
    """A local file in a payload: the JSON pointers at which its uploaded URL will stand."""

    path: str
    sha256: str
    pointers: tuple[str, ...]


class Dependency(Struct, frozen=True, kw_only=True):
    """The last frame or the clip of another shot in a payload, at a JSON pointer.

    ``shot`` is that shot's address and ``digest`` its digest. ``part`` is the part of it on whose
    last frame the request opens, None for the whole shot's. ``output`` is what is taken of it.
    """

    shot: str
    part: int | None
    digest: str
    pointer: str
    output: Output = Output.LAST_FRAME

    @property
    def name(self) -> str:
        """The shot's address, with the part's number."""
        return self.shot if self.part is None else f"{self.shot}.{self.part}"

    @property
    def stand_in(self) -> str:
        """What stands in the payload: a digest of the shot, and of the part."""
        end = self.digest if self.part is None else digest([self.digest, self.part])
        return f"output:{end}#{self.output}"


class Request(Struct, frozen=True, kw_only=True):
    """One request of a film, for the ``target`` of its shots.

    In ``payload`` a local file stands as ``asset:sha256:<hex>``, the last frame of a shot as
    ``output:sha256:<hex of the shot's digest>#last_frame``, and a shot's clip as the same with
    ``#clip``, so that the payload says by itself
    what is sent. ``digest`` is that of host, endpoint, payload and take numbers; ``digests`` give
    those of the shots.
    ``tokens`` name what each tag stands for; ``characters`` are, for each part of the clip, the
    code points that the target counts. ``tags`` are what
    each mark became. ``second`` says what its price depends on.
    ``alternate_of`` is the id of the request that stands in the film, where this one is a
    further take of it; else None.
    """

    id: str
    scene: str
    target: Target
    endpoint: str
    payload: dict[str, Any]
    digest: str
    clip: Clip
    digests: ShotDigests
    second: RenderedSecond
    tokens: dict[str, str]
    characters: tuple[int, ...]
    tags: dict[str, str]
    assets: tuple[AssetUse, ...] = ()
    depends_on: tuple[Dependency, ...] = ()
    alternate_of: str | None = None

    def __hash__(self) -> int:
        return hash(self.digest)

    @property
    def shots(self) -> tuple[ShotPart, ...]:
        """The contents of the clip, one for each part; nothing is digested before it is asked."""
        return tuple(shot_part(part, self.digests) for part in self.clip.parts)

    @property
    def seconds(self) -> int:
        """Seconds that are rendered and paid."""
        return self.clip.seconds

    @property
    def takes(self) -> tuple[int, ...] | int:
        """The take numbers of its parts; 1 where all are 1."""
        return takes_of(self.clip)


def in_needed_order(requests: Sequence[Request]) -> tuple[Request, ...]:
    """Requests in their order, but each behind those whose clips or last frames it is sent."""
    if all(one.output is Output.LAST_FRAME for request in requests for one in request.depends_on):
        return tuple(requests)  # frames are those of the shot before
    listed = {request.id: request for request in requests}
    makers: dict[Ending, str] = {}
    for request in requests:
        for ending in endings(request.shots):
            makers.setdefault(ending, request.id)

    def needs(name: str) -> list[str]:
        needed = ((one.digest, one.part) for one in listed[name].depends_on)
        return [makers[one] for one in needed if one in makers]

    return tuple(listed[name] for name in in_order([*listed], needs))


def takes_of(clip: Clip) -> tuple[int, ...] | int:
    """The take numbers of a clip's parts, as plans and digests have them; 1 where all are 1."""
    numbers = tuple(part.shot.take for part in clip.parts)
    return 1 if numbers.count(1) == len(numbers) else numbers


def shot_part(part: Part, digests: ShotDigests) -> ShotPart:
    """The content of a part, by which its segment is found again."""
    return ShotPart(
        shot=digests.of(part.shot),
        part=part.number if part.count > 1 else None,
        parts=part.count,
        seconds=part.seconds,
    )
