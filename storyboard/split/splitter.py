"""The splitter: in which arrangement a shot's parts stand, where it is cut, how long they last."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

from storyboard.diagnostics import Diagnostics
from storyboard.film import Part, Ruler, Scene, Shot
from storyboard.language.leaves import LONGEST_SHOT
from storyboard.split.division import Division, Line, apportion, lengths
from storyboard.split.reports import UNLIMITED, Reports, opens_on_picture
from storyboard.split.sentences import CLAUSE, SENTENCE, WORD, Piece, refine, whole
from storyboard.targets.types import Target

_SHARE = 1_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class _Room:
    """An arrangement of a shot's parts and what it holds.

    ``first`` and ``rest`` are the code points of the first part and of the others, ``low`` and
    ``high`` the seconds of a part, ``most`` the parts that the shot's seconds can hold.
    """

    way: Literal["joined", "apart", "grouped"]
    first: int
    rest: int
    low: int
    high: int
    most: int


class Splitter:
    """Divides the shots of a scene that do not fit a request as they are."""

    def __init__(
        self, scene: Scene, target: Target, ruler: Ruler, diagnostics: Diagnostics
    ) -> None:
        self.target = target
        self.ruler = ruler
        self.limit = target.shot_characters or UNLIMITED
        self.lead = ruler.weigh(ruler.lead) if ruler.lead else 0
        single = target.prompt.characters
        self.single = single if single is not None and single > self.limit else None
        self.long_prompts = scene.long_prompts and self.single is not None
        # Where a shot may be kept whole if its writer asks for that: up to so many characters.
        offered = None if self.long_prompts or self.single is None else self.single - self.lead
        self.reports = Reports(target, ruler, diagnostics, self.lead, offered)

    def divide(self, shot: Shot) -> Iterator[Part]:
        """The parts of a shot that does not fit as it is."""
        weight = self.ruler.weigh(shot.text)
        limit, within = self.limit, shot.seconds <= self.target.seconds.max
        if self.long_prompts and self.single is not None:
            opening = self.lead if opens_on_picture(shot) else 0
            if within and weight <= self.single - opening:
                yield self._part(shot, shot.text, shot.seconds)
                return
            limit = limit if within else self.single
        pieces = self._beats(shot)
        division = self._fit(shot, pieces, limit)
        if division is None:
            self.reports.crowded(shot, limit, weight, *self._capacity(shot, pieces, limit))
            if within:
                yield self._part(shot, shot.text, shot.seconds)
                return
            limit = UNLIMITED  # the text is reported; no more about it
            division = self._fit(shot, pieces, limit)
        if division is None:
            raise ValueError(f"{shot.seconds} s of a shot without a limit cannot be divided")
        self.reports.division(shot, division, limit, weight)
        yield from self._parts(shot, division)

    # What a shot's seconds hold

    def _rooms(self, shot: Shot, seconds: int, limit: int) -> Iterator[_Room]:
        """The arrangements for a shot of so many seconds, the best first."""
        own, shots = self.target.seconds, self.target.shots
        by_time = -(-seconds // own.max)
        first = limit - self.lead if opens_on_picture(shot) else limit
        low = min(own.min, seconds // by_time) if by_time > 1 else own.min
        if shots and by_time == 1:
            most = min(shots.max, seconds // shots.min_seconds)
            if seconds <= most * shots.max_seconds:
                yield _Room(
                    way="joined",
                    first=first,
                    rest=limit,
                    low=shots.min_seconds,
                    high=shots.max_seconds,
                    most=most,
                )
        rest = limit - self.lead
        most = max(by_time, seconds // low)
        yield _Room(way="apart", first=first, rest=rest, low=low, high=own.max, most=most)
        if shots and limit <= self.limit:
            most = min(seconds // own.min * shots.max, seconds // shots.min_seconds)
            low, high = shots.min_seconds, shots.max_seconds
            yield _Room(way="grouped", first=first, rest=rest, low=low, high=high, most=most)

    def _fit(self, shot: Shot, beats: list[Piece], limit: int) -> Division | None:
        """The best division whose parts fit, or None where the seconds are too few."""
        least = self.ruler.weigh("".join(shot.text.split()))
        rooms = [
            room
            for room in self._rooms(shot, shot.seconds, limit)
            if room.most > 1 and least <= room.first + (room.most - 1) * room.rest
        ]
        owned = _seconds_of_beats(shot, beats)
        if owned:
            for room in rooms:
                if division := self._whole_beats(shot, beats, owned, room):
                    return division
        for down_to in (0, CLAUSE, WORD):
            for room in rooms:
                if division := self._by_weight(shot, beats, owned, room, down_to):
                    return division
        return None

    def _by_weight(
        self,
        shot: Shot,
        beats: list[Piece],
        owned: list[int] | None,
        room: _Room,
        down_to: int,
    ) -> Division | None:
        """The parts with shares of the time in proportion to their text."""
        by_time = -(-shot.seconds // self.target.seconds.max)
        limit = min(room.first, room.rest)
        pieces = self._refine(shot, beats, limit, down_to)
        if len(pieces) < by_time:
            pieces = self._refine(shot, beats, limit, max(down_to, SENTENCE))
        line = Line(pieces, limit, _shares(pieces, beats, owned))
        by_text = line.fewest(room.first, room.rest)
        count = max(by_time, by_text)
        if count > room.most:
            return None
        edges = line.cuts(min(count, len(pieces)), room.first, room.rest)
        stretches = [(pieces[a].start, pieces[b - 1].end) for a, b in pairwise(edges)]
        shares = [line.share[b] - line.share[a] for a, b in pairwise(edges)]
        carried = count - len(stretches)
        stretches += stretches[-1:] * carried
        shares += shares[-1:] * carried
        timed = self._time(shot.seconds, shares, room)
        if timed is None:
            return None
        seconds, opening = timed
        return Division(
            stretches=stretches,
            seconds=seconds,
            opening=opening,
            by_text=by_text > by_time,
            carried=carried,
        )

    def _time(
        self, total: int, shares: list[int], room: _Room
    ) -> tuple[list[int], set[int]] | None:
        """The seconds of each part, and the parts that open a request."""
        count, own, shots = len(shares), self.target.seconds, self.target.shots
        if room.way != "grouped" or shots is None:
            highs = [room.high] * count
            if room.way == "apart" and own.choices:
                highs = lengths(total, shares, own.choices, room.low)
            seconds = apportion(total, shares, [room.low] * count, highs)
            opening = {0} if room.way == "joined" else set(range(count))
            return (seconds, opening) if seconds else None
        requests = max(-(-total // own.max), -(-count // shots.max))
        groups = list(pairwise([-(-count * n // requests) for n in range(requests + 1)]))
        of_groups = apportion(
            total,
            [sum(shares[a:b]) for a, b in groups],
            [max(own.min, (b - a) * room.low) for a, b in groups],
            [min(own.max, (b - a) * room.high) for a, b in groups],
        )
        seconds = []
        for (a, b), whole_seconds in zip(groups, of_groups or (), strict=False):
            within = [room.low] * (b - a), [room.high] * (b - a)
            seconds += apportion(whole_seconds, shares[a:b], *within) or ()
        return (seconds, {a for a, _ in groups}) if len(seconds) == count else None

    def _whole_beats(
        self, shot: Shot, beats: list[Piece], owned: list[int], room: _Room
    ) -> Division | None:
        """The fewest parts of whole beats that keep the beats' own seconds; else None."""
        if room.way == "grouped":
            return None
        limit = min(room.first, room.rest)
        pieces: list[Piece] = []
        seconds: list[int] = []
        for beat, lasts in zip(beats, owned, strict=True):
            if lasts <= room.high and beat.weight <= limit:
                pieces.append(beat)
                seconds.append(lasts)
                continue
            divided = self._divided_beat(shot, beat, lasts, limit, room.high)
            if divided is None:
                return None
            pieces += divided[0]
            seconds += divided[1]
        line = Line(pieces, limit, seconds)
        edges = line.whole_cuts(room.first, room.rest, room.low, room.high)
        if edges is None or not 1 < len(edges) - 1 <= room.most:
            return None
        stretches = [(pieces[a].start, pieces[b - 1].end) for a, b in pairwise(edges)]
        return Division(
            stretches=stretches,
            seconds=[line.share[b] - line.share[a] for a, b in pairwise(edges)],
            opening={0} if room.way == "joined" else set(range(len(stretches))),
            by_text=shot.seconds <= self.target.seconds.max,
        )

    def _divided_beat(
        self, shot: Shot, beat: Piece, lasts: int, limit: int, high: int
    ) -> tuple[list[Piece], list[int]] | None:
        """A beat that does not fit a part, divided between its sentences."""
        by_time = -(-lasts // high)
        pieces = self._refine(shot, [beat], limit, 0)
        if len(pieces) < by_time:
            pieces = self._refine(shot, [beat], limit, SENTENCE)
        line = Line(pieces, limit, [piece.weight for piece in pieces])
        count = max(by_time, line.fewest(limit, limit))
        if count > len(pieces):
            return None
        edges = list(pairwise(line.cuts(count, limit, limit)))
        low = min(self.target.seconds.min, lasts // count)
        shares = [line.share[b] - line.share[a] for a, b in edges]
        seconds = apportion(lasts, shares, [low] * count, [high] * count)
        if not low or seconds is None:
            return None
        merged = [
            Piece(pieces[a].start, pieces[b - 1].end, pieces[a].level, line.weight(a, b))
            for a, b in edges
        ]
        return merged, seconds

    def _beats(self, shot: Shot) -> list[Piece]:
        starts = [0, *(beat.start for beat in shot.beats[1:]), len(shot.text)]
        found = [whole(shot.text, a, b, self.ruler.weigh) for a, b in pairwise(starts)]
        return [piece for piece in found if piece.start < piece.end] or found[:1]

    def _refine(self, shot: Shot, pieces: list[Piece], limit: int, down_to: int) -> list[Piece]:
        return refine(shot.text, pieces, limit, self.ruler.weigh, down_to=down_to)

    # Parts

    def _part(self, shot: Shot, text: str, seconds: int) -> Part:
        """A shot kept whole, alone in its request as it is too long for a list of shots."""
        return Part(
            shot=shot,
            text=text,
            seconds=seconds,
            continues=shot.seam == "continue",
            alone=self._is_alone(text, seconds),
        )

    def _is_alone(self, text: str, seconds: int) -> bool:
        shots = self.target.shots
        return shots is not None and (
            seconds > shots.max_seconds
            or (self.long_prompts and self.ruler.weigh(text) > self.limit)
        )

    def _parts(self, shot: Shot, division: Division) -> Iterator[Part]:
        count = len(division.stretches)
        for index, (start, end) in enumerate(division.stretches):
            text, seconds = shot.text[start:end], division.seconds[index]
            opening = index in division.opening
            yield Part(
                shot=shot,
                text=text,
                seconds=seconds,
                number=index + 1,
                count=count,
                continues=opening and (index > 0 or shot.seam == "continue"),
                joined=not opening,
                carried=index >= count - division.carried,
                alone=self._is_alone(text, seconds),
            )

    # What a crowded shot needs

    def _capacity(self, shot: Shot, beats: list[Piece], limit: int) -> tuple[int, int | None]:
        """How much text the seconds hold, and how many seconds hold the text, if any do."""
        pieces = self._refine(shot, beats, limit - self.lead, WORD)
        line = Line(pieces, limit - self.lead, [0] * len(pieces))
        holds = max(
            line.held(room.most, room.first, room.rest)
            for room in self._rooms(shot, shot.seconds, limit)
        )
        return holds, self._enough(shot, line, limit)

    def _enough(self, shot: Shot, line: Line, limit: int) -> int | None:
        """The seconds that hold the text; None where no shot may be so long."""
        needs: dict[tuple[int, int], int] = {}
        for seconds in range(shot.seconds + 1, LONGEST_SHOT + 1):
            for room in self._rooms(shot, seconds, limit):
                way = room.first, room.rest
                if way not in needs:
                    needs[way] = line.fewest(*way)
                if needs[way] <= room.most:
                    return seconds
        return None


def _seconds_of_beats(shot: Shot, beats: Sequence[Piece]) -> list[int] | None:
    """The seconds of each beat where any has its own; those without share what is left."""
    own = [beat.seconds for beat in shot.beats]
    if len(own) != len(beats) or not any(own):
        return None
    missing = [index for index, seconds in enumerate(own) if seconds is None]
    rest = shot.seconds - sum(seconds or 0 for seconds in own)
    if not missing:
        return None if rest else [seconds or 0 for seconds in own]
    weights = [beats[index].weight for index in missing]
    shared = apportion(rest, weights, [1] * len(missing), [max(rest, 1)] * len(missing))
    if shared is None:
        return None
    by_beat = dict(zip(missing, shared, strict=True))
    return [seconds or by_beat[index] for index, seconds in enumerate(own)]


def _shares(
    pieces: Sequence[Piece], beats: Sequence[Piece], owned: Sequence[int] | None
) -> list[int]:
    """Each piece's share of the time: of its beat's seconds if those are known."""
    if owned is None:
        return [piece.weight for piece in pieces]
    shares, at = [], 0
    for piece in pieces:
        while piece.start >= beats[at].end:
            at += 1
        shares.append(owned[at] * _SHARE * piece.weight // max(beats[at].weight, 1))
    return shares
