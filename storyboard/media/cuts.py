"""Where the shots of a shot list end inside a clip: models keep to the seconds only roughly.

A cut is the largest change of the picture near the place where it was ordered. Where no change
stands out, the shots run into each other, or the model did not cut; then the ordered seconds count.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING

from msgspec import Struct

from storyboard.media.frames import frames_from
from storyboard.media.mp4 import ClipError, ClipFacts, read_clip
from storyboard.media.pyav import MediaError, open_clip

if TYPE_CHECKING:
    from av.video.frame import VideoFrame
    from PIL.Image import Image

_WINDOW = 0.5
"""Seconds before and after the ordered place in which a cut is looked for."""
_SHARE = 0.4
"""The most of a shot beside the cut that is looked at: of a shot of one second 0.4 s."""
_STANDS_OUT = 2.5
"""How many times the median change of its window a cut is at least."""
_LEAST = 1.0
"""The change of a cut at least, of 255: what an encoder's own pulse makes of a still picture."""
_SIZE = (64, 36)


class MeasuredCut(Struct, frozen=True, kw_only=True):
    """Where a shot ends inside its clip: ``frame`` is the first of the next shot.

    It is ``exact`` where the picture changes there; else it is what was ordered, and a frame on
    each side may belong to either shot.
    """

    frame: int
    exact: bool

    @property
    def end(self) -> int:
        """The frame before which the earlier shot ends, where another clip follows it."""
        return self.frame if self.exact else max(1, self.frame - 1)

    @property
    def start(self) -> int:
        """The frame with which the later shot begins, where another clip stands before it."""
        return self.frame if self.exact else self.frame + 1


def measure_cuts(clip: Path, places: Sequence[int]) -> tuple[MeasuredCut, ...]:
    """Where the shots of a clip end that were ordered to end at ``places``, but for the last shot.

    Places are in seconds from the clip's beginning, rising, none at its ends. Where the pictures
    cannot be decoded, or PyAV is not here, no place is exact. A place after the clip's end stays as
    ordered: whoever cuts there is refused. Raises ``ClipError`` where the file is no whole clip.
    """
    facts = read_clip(clip)
    ordered = [round(place * facts.rate) for place in places]
    windows = [
        _window(place, before, after, facts)
        for before, place, after in zip(
            [0, *places], places, [*places[1:], facts.seconds], strict=False
        )
    ]
    wanted = {frame for window in windows for frame in window}
    try:
        changes = dict(_changes(clip, wanted)) if wanted else {}
    except (ClipError, MediaError):
        changes = {}
    return tuple(
        _judge(frame, window, changes) for frame, window in zip(ordered, windows, strict=True)
    )


def _window(place: int, before: float, after: float, facts: ClipFacts) -> range:
    """The frames that may begin the next shot; none where the frames' times are not known."""
    if not facts.is_even:
        return range(0)
    back = min(_WINDOW, _SHARE * (place - before))
    on = min(_WINDOW, _SHARE * max(0.0, after - place))
    first, last = round((place - back) * facts.rate), round((place + on) * facts.rate)
    return range(max(1, first), min(facts.frames - 1, last) + 1)


def _judge(ordered: int, window: range, changes: Mapping[int, float]) -> MeasuredCut:
    seen = {frame: changes[frame] for frame in window if frame in changes}
    if not seen:
        return MeasuredCut(frame=ordered, exact=False)
    best = max(seen, key=lambda frame: (seen[frame], -abs(frame - ordered)))
    if seen[best] >= max(_LEAST, _STANDS_OUT * median(seen.values())):
        return MeasuredCut(frame=best, exact=True)
    return MeasuredCut(frame=ordered, exact=False)


def _changes(clip: Path, wanted: set[int]) -> Iterator[tuple[int, float]]:
    """How much frames differ from those before them: the mean over all pixels, 0 to 255."""
    from PIL import ImageChops, ImageStat

    first, last = min(wanted) - 1, max(wanted)
    before: Image | None = None
    with open_clip(clip) as container:
        for number, frame in frames_from(container, first):
            if number > last:
                return
            if number not in wanted and number + 1 not in wanted:
                before = None
                continue
            small = _small(frame)
            if before is not None and number in wanted:
                means = ImageStat.Stat(ImageChops.difference(before, small)).mean
                yield number, sum(means) / len(means)
            before = small


def _small(frame: VideoFrame) -> Image:
    image: Image = frame.to_image(  # type: ignore[no-untyped-call]
        width=_SIZE[0], height=_SIZE[1], interpolation="AREA"
    )
    return image
