"""Segments: which shot, or part of one, stands where in a clip.

A film is a row of segments. A shot is known by its digest (see ``compiler.shot_digest``), so that
its segment is found again in whatever clip it was paid for.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from msgspec import Struct


class ShotPart(Struct, frozen=True, array_like=True):
    """The content of a segment: a shot, or a part of a divided one.

    ``shot`` is the shot's digest. ``part`` is None for a whole shot, else 1 to ``parts``.
    ``seconds`` are those that were written for it. In JSON it is a list.
    """

    shot: str
    part: int | None
    parts: int
    seconds: int

    @property
    def is_last(self) -> bool:
        """Whether the shot ends with it."""
        return self.part is None or self.part == self.parts


class Segment(Struct, frozen=True, kw_only=True):
    """Where a shot, or a part of one, stands in a clip.

    ``start`` and ``end`` are seconds of the clip, to the millisecond. ``is_exact`` says that both
    lie between the frames at which the picture was seen to change, or at an end of the clip; else
    they are the seconds that were asked for.
    """

    content: ShotPart
    start: float
    end: float
    is_exact: bool


Ending = tuple[str, int | None]
"""The end of a shot, by its digest, or of a part of it: what a later shot may open on."""


def endings(contents: Iterable[ShotPart]) -> Iterator[Ending]:
    """The ends that a clip has: of each part in it, and of each shot that ends in it."""
    for content in contents:
        if content.part is not None:
            yield content.shot, content.part
        if content.is_last:
            yield content.shot, None


class FormerShot(Struct, frozen=True):
    """Where the content of a shot stands in a clip that is paid.

    ``take`` is the hex sha256 of the clip. The segment is the one at ``index``, from 0, of
    ``count``.
    """

    take: str
    index: int
    count: int
    segment: Segment

    @property
    def is_last(self) -> bool:
        """Whether nothing of the clip comes behind it."""
        return self.index == self.count - 1

    def follows(self, before: FormerShot) -> bool:
        """Whether it is the next in the same clip."""
        return self.take == before.take and self.index == before.index + 1


def as_asked(contents: tuple[ShotPart, ...]) -> tuple[Segment, ...]:
    """The segments of a clip as they were asked for, one after the other."""
    found, at = [], 0
    for content in contents:
        found.append(Segment(content=content, start=at, end=at + content.seconds, is_exact=False))
        at += content.seconds
    return tuple(found)


def milliseconds(seconds: float) -> float:
    """Seconds, rounded to the millisecond: finer than any frame."""
    return round(seconds, 3)
