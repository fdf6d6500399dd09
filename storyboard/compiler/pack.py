"""Pack: chooses a way for each shot of a scene, and shares requests among neighbours.

A shot has one way to be rendered or several (see ``split``). The choice and the partition into
clips are optimal together, by dynamic programming over one ordered key:

1. clips that the target would refuse for want of a first frame, then what is paid: first billed
   seconds of unknown price, then money, padding included;
2. cuts that nobody wrote: boundaries inside a shot, away from its beats, that lie in a shot list
   or between requests without a first frame;
3. seams inside a shot: its parts in requests of their own;
4. new seams inside a clip that is paid, where only some of its shots are kept;
5. requests;
6. evenness: the sum of the squares of the billed seconds.

A shot that stands in a clip that is paid may be kept: it costs nothing and needs no request. Of
equal choices the one with the longer clips first is taken. Work grows with the number of parts
times the shots of a request.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from decimal import Decimal
from typing import NamedTuple

from msgspec.structs import replace

from storyboard.compiler.clip import Clip, KeptPart, Part
from storyboard.compiler.demands import opens_as_demanded
from storyboard.compiler.film import Cast, Scene
from storyboard.compiler.neighbours import Neighbours
from storyboard.compiler.padding import report_padding
from storyboard.compiler.reference_limits import ReferenceLimits
from storyboard.diagnostics import Diagnostics
from storyboard.targets.model import Feature, Target
from storyboard.values.segments import FormerShot
from storyboard.values.units import Money

CostFunction = Callable[[tuple[Part, ...], int], Decimal | None]
"""What a clip of these parts and billed seconds still costs; None where no price is known."""

Ordered = Callable[[tuple[Part, ...]], bool]
"""Whether a clip of these parts was ordered before."""

Former = Callable[[Part], Sequence[FormerShot]]
"""The places of a part in clips that are paid; none where it must be rendered."""

_NOTHING: frozenset[str] = frozenset()
_REFUSED = 1 << 40
"""More billed seconds than any film has."""
_REQUEST = 1 << 60
_NEW_SEAM = 1 << 80
_SEAM = 1 << 100
_CUT = 1 << 120
_NEVER = 1 << 50
"""More unknown seconds than any film has: there is another way, as each shot can be rendered."""

SortKey = tuple[int, Decimal | int, int]


def pack(
    ways: Sequence[Sequence[tuple[Part, ...]]],
    scene: Scene,
    target: Target,
    max_references: int,
    *,
    cast: Cast,
    cost: CostFunction | None = None,
    former: Former | None = None,
    is_ordered: Ordered | None = None,
    price: Callable[[Part], Money | None] | None = None,
    keeps_apart: bool = True,
    diagnostics: Diagnostics,
) -> tuple[Clip | KeptPart, ...]:
    """The clips of a scene, in order; together they render each shot in one of its ways.

    ``ways`` are those of each shot. ``cost`` is asked for every clip that is possible; without
    it billed seconds are compared. ``former`` says which parts are paid, and where they stand;
    what is kept is given as it is. ``is_ordered`` says that a clip of these parts is paid or under
    way: only there a shot that is apart shares one, and without ``keeps_apart`` anywhere. ``price``
    is one second's price of a part, for the message about padding. A part that no request can carry
    is reported and becomes a clip of its own. A joined part that opens a clip becomes one that
    continues.
    """
    packer = _Packer(
        ways, scene, target, max_references, cast, cost, former, is_ordered, keeps_apart=keeps_apart
    )
    clips: list[Clip | KeptPart] = []
    for chosen, kept in packer.partition():
        if kept is not None:
            clips.append(KeptPart(part=packer.parts[chosen[0]], former=kept))
            continue
        clip = packer.clip(chosen)
        packer.limits.report(clip, diagnostics)
        if clip.padding:
            report_padding(clip, target, price, diagnostics)
        clips.append(clip)
    return tuple(clips)


class _Packer:
    def __init__(
        self,
        ways: Sequence[Sequence[tuple[Part, ...]]],
        scene: Scene,
        target: Target,
        max_references: int,
        cast: Cast,
        cost: CostFunction | None,
        former: Former | None,
        is_ordered: Ordered | None,
        *,
        keeps_apart: bool,
    ) -> None:
        self.keeps_whole = scene.reuse == "clips"
        self.target = target
        self.cost = cost
        self.neighbours = Neighbours(scene, target, keeps_apart=False)
        self.joins = target.features[Feature.FIRST_FRAME].how != "none"
        # Where only whole clips are used again, even ones are worth more than few.
        self.per_request, self.per_square = (1, 1 << 30) if self.keeps_whole else (_REQUEST, 1)
        self.parts, self.next = _graph(ways)
        self.wants_frames = Feature.FIRST_FRAME in target.requires or (
            target.end_frame_needs_start and any(part.closes for part in self.parts)
        )
        self.is_ordered = is_ordered
        self.has_apart = keeps_apart and any(part.shot.is_apart for part in self.parts)
        self.former: list[Sequence[FormerShot]] = (
            [] if former is None else [former(part) for part in self.parts]
        )
        firsts = ways[0] if ways else ()
        self.starts = [sum(map(len, firsts[:index])) for index in range(len(firsts))]
        self.limits = ReferenceLimits(target, cast, max_references, self.parts)
        self.names = [
            self.limits.sent(part) if part.prompt.marks else _NOTHING for part in self.parts
        ]

    def partition(self) -> list[tuple[tuple[int, ...], FormerShot | None]]:
        """The best clips, each as the indices of its parts; a part that is kept with its place."""
        size = len(self.parts)
        if not size:
            return []
        self.billed = [self._billed(seconds) for seconds in range(self.target.seconds.max + 1)]
        self.rendered = [_END] * size
        self.kept: list[tuple[_Choice, ...]] = [()] * size
        self.best = [_END] * (size + 1)  # where the film stands in no former clip
        self.first_rendered = size
        for start in range(size - 1, -1, -1) if self.former else ():
            self.kept[start] = tuple([self._keep(start, place) for place in self.former[start]])
        clips: list[tuple[tuple[int, ...], FormerShot | None]] = []
        at, before = min(self.starts, key=lambda start: self._after(None, start).key), None
        while at < size:
            choice = self._after(before, at)
            clips.append((choice.indices, choice.kept))
            at, before = choice.then, choice.kept
        return clips

    def _rendered(self, start: int) -> _Choice:
        """The best film from a part on that renders it; nobody asks where all is kept for free."""
        while self.first_rendered > start:
            self.first_rendered = at = self.first_rendered - 1
            self.rendered[at] = self._render(at)
            self.best[at] = self._after(None, at)
        return self.rendered[start]

    def _render(self, start: int) -> _Choice:
        """The same, found by trying every clip that can begin with the part."""
        parts, best = self.parts, self.best
        found: SortKey | None = None
        chosen: tuple[int, ...] = ()
        after = 0
        for indices, paid in self._clips(start):
            if self.has_apart and not self._may_share(indices):
                continue
            follows = self.next[indices[-1]]
            then = follows[0]
            if len(follows) > 1:
                then = min(follows, key=lambda index: best[index].key)
            unknown, money, rest = best[then].key
            if self.cost is None:
                money += paid
            else:
                answer = self.cost(tuple([parts[index] for index in indices]), paid)
                if answer is None:
                    unknown += paid
                else:
                    money += answer
            if self.refuses(indices):
                unknown += _REFUSED
            weight = self._weight(indices) + paid * paid * self.per_square
            key = (unknown, money, rest + weight)
            # Of equal clips the longer one; of equal ways the one that stands first.
            is_longer = len(indices) > len(chosen)
            if found is None or key < found or (key == found and is_longer):
                found, chosen, after = key, indices, then
        return _Choice(found or _END.key, chosen, after)

    def _may_share(self, indices: tuple[int, ...]) -> bool:
        """Whether parts may share a request: one that is apart does only where it is ordered."""
        parts = tuple([self.parts[index] for index in indices])
        is_shared = any(part.shot is not parts[0].shot for part in parts)
        if not is_shared or not any(part.shot.is_apart for part in parts):
            return True
        return self.is_ordered is not None and self.is_ordered(parts)

    def _keep(self, start: int, place: FormerShot) -> _Choice:
        """The best film from a part on that keeps it where it stands in a former clip."""
        options = [(self._after(place, then).key, then) for then in self.next[start]]
        key, then = min(options, key=lambda option: option[0])
        return _Choice(key, (start,), then, place)

    def _after(self, before: FormerShot | None, start: int) -> _Choice:
        """The best film from a part on, where what is before it stands in a former clip or none."""
        is_left = before is not None and not before.is_last
        leaving = _NEW_SEAM if is_left else 0
        if start == len(self.parts):
            return _END.costing(_NEVER if is_left and self.keeps_whole else leaving)
        kept = [
            choice.costing(self._seam(before, choice.kept, start)) for choice in self.kept[start]
        ]
        found = min(kept, key=lambda choice: choice.key) if kept else None
        if found is not None and found.key == _END.key:
            return found  # whatever is rendered weighs more
        best = self._rendered(start)
        if is_left:
            best = best.costing(_NEVER if self.keeps_whole else leaving)
        return found if found is not None and found.key < best.key else best

    def _seam(self, before: FormerShot | None, place: FormerShot | None, start: int) -> int:
        """What the seam before a part weighs that is kept."""
        part = self.parts[start]
        is_written = part.number == 1 or part.is_at_beat
        if before is not None and place is not None and place.follows(before):
            return 0 if is_written else _CUT
        is_new = (before is not None and not before.is_last) or (
            place is not None and place.index > 0
        )
        if is_new and self.keeps_whole:
            return _NEVER
        weight = _NEW_SEAM if is_new else 0
        if part.number > 1:
            weight += _SEAM
            if not self.joins and not is_written:
                weight += _CUT
        return weight

    def _clips(self, start: int) -> Iterator[tuple[tuple[int, ...], int]]:
        """Every clip that can begin with a part, with its billed seconds."""
        parts, names, billed = self.parts, self.names, self.billed
        longest, limits, may_follow = self.target.seconds.max, self.limits, self.neighbours.allows
        most = self.target.shots.max if self.target.shots else 1
        part = parts[start]
        frame = self.target.references.frames and (part.opens or part.joined)
        room = limits.most - frame
        is_moving = bool(limits.videos or limits.clips)
        most_elements = limits.beside_frame if part.opens or part.joined else None
        # A part alone is a clip even if no request can carry it.
        lasts = part.seconds
        yield (start,), billed[lasts] if lasts <= longest else lasts
        waiting: list[tuple[tuple[int, ...], int, frozenset[str]]] = [
            ((start,), lasts, names[start])
        ]
        while waiting:
            indices, lasts, mentions = waiting.pop()
            if len(indices) >= most:
                continue
            last = indices[-1]
            for index in self.next[last]:
                if index == len(parts) or not may_follow(parts[last], parts[index]):
                    continue
                seconds = lasts + parts[index].seconds
                if seconds > longest:
                    continue
                mentioned = mentions | names[index] if names[index] else mentions
                if (limits.count(mentioned) if limits.clips else len(mentioned)) > room:
                    continue
                if is_moving and not limits.allow_videos(mentioned, frame):
                    continue
                if most_elements is not None and len(mentioned & limits.elements) > most_elements:
                    continue
                if limits.are_by_kind and limits.too_many_of_a_kind(mentioned, frame):
                    continue
                taken = (*indices, index)
                yield taken, billed[seconds]
                waiting.append((taken, seconds, mentioned))

    def refuses(self, indices: tuple[int, ...]) -> bool:
        """Whether the target would refuse a clip of these parts, for want of a first frame."""
        first, last = self.parts[indices[0]], self.parts[indices[-1]]
        return self.wants_frames and not opens_as_demanded(self.target, first, last)

    def _weight(self, indices: tuple[int, ...]) -> int:
        """The part of the key that a clip adds: cuts, seams and the request itself."""
        weight = self.per_request
        for position, index in enumerate(indices):
            part = self.parts[index]
            if part.number == 1:
                continue
            if not position:
                weight += _SEAM
                if not self.joins and not part.is_at_beat:
                    weight += _CUT
            elif not part.is_at_beat:
                weight += _CUT
        return weight

    def clip(self, indices: tuple[int, ...]) -> Clip:
        """The parts of a clip as one request."""
        chosen = tuple(self.parts[index] for index in indices)
        asked = sum(part.seconds for part in chosen)
        if chosen[0].joined:
            chosen = (replace(chosen[0], joined=False, continues=True), *chosen[1:])
        seconds = self._billed(asked)
        return Clip(parts=chosen, seconds=seconds, padding=seconds - asked)

    def _billed(self, seconds: int) -> int:
        return self.target.seconds.billed(seconds) or seconds


class _Choice(NamedTuple):
    """What is best from a part on: its key, what it begins with, and where it goes on.

    ``kept`` is the place of a part that is kept; None where a clip is rendered.
    """

    key: SortKey
    indices: tuple[int, ...] = ()
    then: int = 0
    kept: FormerShot | None = None

    def costing(self, weight: int) -> _Choice:
        """The same with so much weight more."""
        if not weight:
            return self
        unknown, money, rest = self.key
        if weight == _NEVER:
            return self._replace(key=(unknown + _NEVER, money, rest))
        return self._replace(key=(unknown, money, rest + weight))


_END = _Choice((0, 0, 0))


def _graph(
    ways: Sequence[Sequence[tuple[Part, ...]]],
) -> tuple[list[Part], list[tuple[int, ...]]]:
    """All parts of all ways in order, and for each the indices of those that may come next.

    The index behind the last part stands for the end.
    """
    parts: list[Part] = []
    following: list[tuple[int, ...]] = []
    opening: list[list[int]] = []
    for shot in ways:
        opening.append([])
        for way in shot:
            opening[-1].append(len(parts))
            for offset, part in enumerate(way):
                parts.append(part)
                following.append((len(parts),) if offset < len(way) - 1 else ())
    at = 0
    for number, shot in enumerate(ways):
        then = tuple(opening[number + 1]) if number + 1 < len(ways) else (len(parts),)
        for way in shot:
            at += len(way)
            following[at - 1] = then
    return parts, following
