"""A request: what is sent for a clip, and where each piece of it came from."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from storyboard.compiler.film import Clip
from storyboard.targets.model import RenderedSecond, Target

STAND_IN = re.compile(
    r"asset:(?:missing|sha256:[0-9a-f]{64})|output:sha256:[0-9a-f]{64}#last_frame"
)
"""What stands in a payload for a local file, or for a frame of another request's clip."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AssetUse:
    """A local file in a payload: the JSON pointers at which its uploaded URL will stand."""

    path: str
    sha256: str
    pointers: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Dependency:
    """Another request's output in a payload, at a JSON pointer; known once that one has run.

    ``request`` is that request's id, ``digest`` its digest.
    """

    request: str
    digest: str
    output: str
    pointer: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One request of a film, for the ``target`` of its shots.

    In ``payload`` a local file stands as ``asset:sha256:<hex>`` and another request's last
    frame as ``output:sha256:<hex of that request's digest>#last_frame``, so that the payload
    says by itself what is sent. ``digest`` is that of endpoint, payload and take numbers.
    ``tokens`` name what each tag stands for; ``characters`` are, for each part of the clip, the
    code points that the target counts. ``tags`` are what
    each mark became. ``second`` says what its price depends on.
    ``alternate_of`` is the id of the request that stands in the film, where this one is a
    further take of it; else None.
    """

    id: str
    scene: str
    target: Target = field(hash=False)
    endpoint: str
    payload: dict[str, Any] = field(hash=False)
    digest: str
    clip: Clip
    second: RenderedSecond
    tokens: dict[str, str] = field(hash=False)
    characters: tuple[int, ...]
    tags: dict[str, str] = field(hash=False)
    assets: tuple[AssetUse, ...] = ()
    depends_on: tuple[Dependency, ...] = ()
    alternate_of: str | None = None

    @property
    def seconds(self) -> int:
        """Seconds that are rendered and paid."""
        return self.clip.seconds

    @property
    def takes(self) -> tuple[int, ...] | int:
        """The take numbers of its parts; 1 where all are 1."""
        return takes_of(self.clip)


def takes_of(clip: Clip) -> tuple[int, ...] | int:
    """The take numbers of a clip's parts, as plans and digests have them; 1 where all are 1."""
    numbers = tuple(part.shot.take for part in clip.parts)
    return 1 if numbers.count(1) == len(numbers) else numbers
