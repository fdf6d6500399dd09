"""Pack: neighbouring parts of a scene share requests, at the lowest price that is possible.

The partition into takes is optimal, by dynamic programming over an ordered key:

1. what is paid: first billed seconds of unknown price, then money, padding included;
2. how many parts that belong to the part before them are separated from it, which adds a
   seam that the writer did not ask for;
3. requests;
4. evenness: the sum of the squares of the billed seconds.

Of equal partitions the one with the longer takes first is chosen. Work grows with the number
of parts times the shots of a request.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from decimal import Decimal

from storyboard.diagnostics import Diagnostics
from storyboard.diagnostics.codes import FEATURE_REFUSED, PADDED_TAKE, TOO_MANY_REFERENCES
from storyboard.film import Cast, Part, Scene, Take, marks_of
from storyboard.targets.types import Feature, Target
from storyboard.units import Money

Cost = Callable[[tuple[Part, ...], int], Decimal | None]
"""What a take of these parts and billed seconds still costs; None where no price is known."""

_NOTHING: frozenset[str] = frozenset()
_SQUARES = 1 << 40
_REQUESTS = 1 << 60
_SEPARATED = 1 << 80


def pack(
    parts: Sequence[Part],
    scene: Scene,
    target: Target,
    max_references: int,
    *,
    cast: Cast,
    cost: Cost | None = None,
    price: Callable[[Part], Money | None] | None = None,
    diagnostics: Diagnostics,
) -> tuple[Take, ...]:
    """The takes of a scene, in order; together they render its parts.

    ``cost`` is asked for every take that is possible; without it billed seconds are compared.
    ``price`` is one second's price of a part, for the message about padding. A part that no
    request can carry is reported and becomes a take of its own. A joined part that opens a
    take becomes one that continues.
    """
    packer = _Packer(tuple(parts), scene, target, max_references, cast, cost)
    packer.report(diagnostics)
    takes = []
    for start, end in packer.partition():
        take = packer.take(start, end)
        if take.padding:
            _report_padding(take, target, price, diagnostics)
        takes.append(take)
    return tuple(takes)


class _Packer:
    def __init__(
        self,
        parts: tuple[Part, ...],
        scene: Scene,
        target: Target,
        max_references: int,
        cast: Cast,
        cost: Cost | None,
    ) -> None:
        self.parts = parts
        self.packs = scene.pack
        self.target = target
        self.max_references = max_references
        self.cast = cast
        self.cost = cost
        # What the target drops anyway is no reason to make two requests of one.
        self.hears = target.has(Feature.AUDIO)
        self.avoids = target.has(Feature.NEGATIVE_PROMPT)
        self.names = [
            _NOTHING if part.text.isascii() else frozenset(marks_of(part.text)) for part in parts
        ]
        marks: set[str] = set().union(*self.names) if self.names else set()
        self.videos = frozenset(mark for mark in marks if cast[mark].video is not None)
        fewer = target.references.with_video
        self.with_video = max_references if fewer is None else min(fewer, max_references)
        self.max_videos = target.elements.max_videos if target.elements else 0

    def partition(self) -> list[tuple[int, int]]:
        """The best partition, as stretches of the parts."""
        size, cost, parts, names = len(self.parts), self.cost, self.parts, self.names
        most = self.target.shots.max if self.target.shots else 1
        longest, videos, frames = (
            self.target.seconds.max,
            self.videos,
            self.target.references.frames,
        )
        billed = [self._billed(seconds) for seconds in range(longest + 1)]
        best: list[tuple[int, Decimal | int, int]] = [(0, 0, 0)] * (size + 1)
        ends = [0] * size
        stop = size  # where the takes that begin here end at the latest
        for start in range(size - 1, -1, -1):
            part = parts[start]
            lasts, mentions = part.seconds, names[start]
            frame = frames and (part.opens or part.joined)
            room = self.max_references - frame
            opening = _REQUESTS + _SEPARATED if part.joined else _REQUESTS
            chosen: tuple[int, Decimal | int, int] | None = None
            for end in range(start + 1, min(start + most, stop) + 1):
                if end > start + 1:  # a part alone is a take even if no request can carry it
                    lasts += parts[end - 1].seconds
                    mentions = mentions | names[end - 1]
                    if lasts > longest or len(mentions) > room:
                        break
                    if videos and not self._carries(mentions, frame):
                        break
                paid = billed[lasts] if lasts <= longest else lasts
                unknown, money, rest = best[end]
                if cost is None:
                    money += paid
                elif (answer := cost(parts[start:end], paid)) is None:
                    unknown += paid
                else:
                    money += answer
                key = (unknown, money, rest + opening + paid * paid)
                if chosen is None or key <= chosen:
                    chosen, ends[start] = key, end
            if chosen is not None:
                best[start] = chosen
            if start and not self._follows(parts[start - 1], part):
                stop = start
        found, start = [], 0
        while start < size:
            found.append((start, ends[start]))
            start = ends[start]
        return found

    def take(self, start: int, end: int) -> Take:
        """The parts of a stretch as one request."""
        chosen, asked = self.parts[start:end], sum(part.seconds for part in self.parts[start:end])
        if chosen[0].joined:
            chosen = (replace(chosen[0], joined=False, continues=True), *chosen[1:])
        seconds = self._billed(asked)
        return Take(parts=chosen, seconds=seconds, padding=seconds - asked)

    def _carries(self, mentions: frozenset[str], frame: bool) -> bool:
        """Whether a request can carry so many videos, and so many references beside a video."""
        shown = len(mentions & self.videos)
        return shown <= self.max_videos and (not shown or len(mentions) + frame <= self.with_video)

    def _follows(self, before: Part, part: Part) -> bool:
        """Whether a part may share a request with the part before it."""
        shots = self.target.shots
        return (
            shots is not None
            and (self.packs or part.joined)
            and not (part.opens or part.alone or before.alone or before.closes)
            and (before.shot.audio == part.shot.audio or not self.hears)
            and (before.shot.negative == part.shot.negative or not self.avoids)
            and shots.min_seconds <= before.seconds <= shots.max_seconds
            and shots.min_seconds <= part.seconds <= shots.max_seconds
        )

    def _billed(self, seconds: int) -> int:
        return self.target.seconds.billed(seconds) or seconds

    def report(self, diagnostics: Diagnostics) -> None:
        """Report the parts that no request can carry."""
        for part, names in zip(self.parts, self.names, strict=True):
            opens = self.target.references.frames and part.opens
            limit = self.with_video if names & self.videos else self.max_references
            if len(names) + opens > limit:
                self._report_references(part, limit, opens, diagnostics)
            if self.videos and len(names & self.videos) > self.max_videos:
                self._report_videos(part, diagnostics)

    def _report_references(
        self, part: Part, limit: int, opens: bool, diagnostics: Diagnostics
    ) -> None:
        names = self._named(part)
        frame = " and opens on a picture" if opens else ""
        advice = "mention fewer, describe one without a picture, or divide the shot"
        needed, ceiling = len(names) + opens, self.target.references.ceiling
        beside = " beside a video" if limit < self.max_references else ""
        if not beside and ceiling is not None and limit < needed <= ceiling:
            advice += f", or raise the limit with --max-references {needed}"
        diagnostics.add(
            TOO_MANY_REFERENCES,
            f'"{part.address}" mentions {_counted(len(names), "name")}{frame}, '
            f"a request carries {limit}{beside}: {', '.join(names)}",
            part.shot.place("prompt", "beats"),
            help=advice,
        )

    def _report_videos(self, part: Part, diagnostics: Diagnostics) -> None:
        names = self._named(part, self.videos)
        diagnostics.add(
            FEATURE_REFUSED,
            f'"{part.address}" mentions {_counted(len(names), "name")} with a video, '
            f"a request carries {self.max_videos or 'none'}: {', '.join(names)}",
            part.shot.place("prompt", "beats"),
            help="give one of them pictures in place of its video, or divide the shot",
        )

    def _named(self, part: Part, among: frozenset[str] | None = None) -> list[str]:
        marks = dict.fromkeys(marks_of(part.text))
        return [self.cast[mark].name for mark in marks if among is None or mark in among]


def _report_padding(
    take: Take,
    target: Target,
    price: Callable[[Part], Money | None] | None,
    diagnostics: Diagnostics,
) -> None:
    first, last = take.parts[0], take.parts[-1]
    asked = take.seconds - take.padding
    who = f'"{first.address}" lasts {asked} s'
    if first is not last:
        who = f'"{first.address}" to "{last.address}" last {asked} s together'
    bill = ""
    if price is not None and (second := price(first)) is not None:
        bill = f", {Money(second.amount * take.padding, second.currency)}"
    choices = target.seconds.choices
    lengths = f"{' or '.join(map(str, choices))} s" if choices else f"{take.seconds} s at least"
    if any(beat.seconds for beat in last.shot.beats):
        # Its seconds are the beats' own: the shot's duration would contradict them.
        place = last.shot.place("beats")
        advice = f"give the beats of this part {take.padding} s more"
    else:
        place = last.shot.place("duration")
        longer = last.shot.seconds + take.padding
        advice = f'write "duration: {longer}s", or let it share a request with a neighbour'
    diagnostics.add(
        PADDED_TAKE,
        f"{who}, the target renders {lengths}: {take.padding} s "
        f"{'is' if take.padding == 1 else 'are'} paid without being asked for{bill}",
        place,
        help=advice,
    )


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
