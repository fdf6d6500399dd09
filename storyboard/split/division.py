"""Division: where a row of pieces is cut into parts, and how whole seconds are shared.

Pure arithmetic for split: it knows weights, limits and shares, and nothing of films.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from heapq import nsmallest
from itertools import accumulate

from storyboard.split.sentences import Piece

_MANY_PIECES = 64
_CANDIDATES = 24


@dataclass(frozen=True, slots=True, kw_only=True)
class Division:
    """Where a text is divided: the stretch and seconds of each part, and how many carry on."""

    stretches: list[tuple[int, int]]
    seconds: list[int]
    opening: set[int]
    by_text: bool
    carried: int = 0


class Line:
    """The pieces of a text in a row, with running sums of weights and of shares of the time.

    A piece above ``limit`` counts as ``limit``: it stands alone in its part.
    """

    def __init__(self, pieces: Sequence[Piece], limit: int, shares: Sequence[int]) -> None:
        self.pieces = pieces
        self.share = [0, *accumulate(shares)]
        self.starts: list[int] = []
        self.ends: list[int] = [0]
        at, last = 0, pieces[0].start
        for piece in pieces:
            at += piece.start - last
            self.starts.append(at)
            at += min(piece.weight, limit)
            self.ends.append(at)
            last = piece.end

    def weight(self, a: int, b: int) -> int:
        """The code points of the pieces from ``a`` up to ``b``, spaces between them included."""
        return self.ends[b] - self.starts[a]

    def reach(self, a: int, limit: int) -> int:
        """How far a part can reach that begins with piece ``a``."""
        if a >= len(self.pieces):
            return a
        return max(a + 1, bisect_right(self.ends, self.starts[a] + limit) - 1)

    def fewest(self, first: int, rest: int) -> int:
        """The fewest parts that hold the text."""
        at, count = self.reach(0, first), 1
        while at < len(self.pieces):
            at, count = self.reach(at, rest), count + 1
        return count

    def held(self, count: int, first: int, rest: int) -> int:
        """The code points of the text's beginning that so many parts hold."""
        at = self.reach(0, first) if count else 0
        for _ in range(count - 1):
            at = self.reach(at, rest)
        return self.ends[at]

    def cuts(self, count: int, first: int, rest: int) -> list[int]:
        """The edges of ``count`` parts: the least bad boundaries, then the most even parts.

        ``count`` is not below ``fewest`` and not above the number of pieces. Long texts look
        at a bounded number of places for each boundary, among them always a way that fits.
        """
        base, even = count + 1, self.share[-1] ** 2 + 1
        before: dict[int, tuple[int, int]] = {0: (0, 0)}
        steps: list[dict[int, tuple[int, int]]] = []
        limit = first
        for places in [*self._places(count, first, rest), [len(self.pieces)]]:
            here: dict[int, tuple[int, int]] = {}
            for b in places:
                level = self.pieces[b].level if b < len(self.pieces) else 0
                bad = even * base ** (level - 1) if level else 0
                best = None
                for a, (cost, _) in before.items():
                    if a < b and self.ends[b] - self.starts[a] <= limit:
                        total = cost + bad + (self.share[b] - self.share[a]) ** 2
                        if best is None or total < best[0]:
                            best = (total, a)
                if best is not None:
                    here[b] = best
            steps.append(here)
            before, limit = here, rest
        edges = [len(self.pieces)]
        for step in reversed(steps):
            edges.append(step[edges[-1]][1])
        return edges[::-1]

    def _places(self, count: int, first: int, rest: int) -> list[list[int]]:
        """Where each inner boundary may stand, so that the parts can fit."""
        size = len(self.pieces)
        latest, earliest = [0], [size]
        for done in range(1, count):
            reach = self.reach(latest[-1], first if done == 1 else rest)
            latest.append(min(reach, size - count + done))
            floor = bisect_left(self.starts, self.ends[earliest[-1]] - rest)
            earliest.append(max(min(floor, earliest[-1] - 1), count - done))
        earliest.reverse()
        center, found = 0, []
        for done in range(1, count):
            low, high = max(earliest[done - 1], done), latest[done]
            ideal = bisect_left(self.share, self.share[-1] * done // count)
            reach = self.reach(center, first if done == 1 else rest)
            center = max(min(max(min(ideal, high), low), reach), center + 1)
            found.append(self._near(center, low, high, count))
        return found

    def _near(self, center: int, low: int, high: int, count: int) -> list[int]:
        if high - low < _CANDIDATES or len(self.pieces) <= _MANY_PIECES:
            return list(range(low, high + 1))
        if count > 8:
            band = len(self.pieces) // count + _CANDIDATES
            low, high = max(low, center - band), min(high, center + band)
        best = nsmallest(
            _CANDIDATES,
            range(low, high + 1),
            key=lambda place: (
                place != center,
                self.pieces[place].level,
                abs(self.share[place] - self.share[center]),
                place,
            ),
        )
        return sorted(best)

    def whole_cuts(self, first: int, rest: int, low: int, high: int) -> list[int] | None:
        """The edges of the fewest parts whose shares, here seconds, are within ``low`` and
        ``high``; None where there are none."""
        even = self.share[-1] ** 2 + 1
        best: list[tuple[int, int, int] | None] = [(0, 0, 0)]
        for b in range(1, len(self.pieces) + 1):
            level = self.pieces[b].level if b < len(self.pieces) else 0
            found: tuple[int, int, int] | None = None
            for a in range(b - 1, max(-1, b - 1 - _MANY_PIECES), -1):
                seconds = self.share[b] - self.share[a]
                if seconds > high:
                    break
                before, limit = best[a], rest if a else first
                if before is None or seconds < low or self.weight(a, b) > limit:
                    continue
                way = (before[0] + 1, before[1] + level * even + seconds**2, a)
                if found is None or way < found:
                    found = way
            best.append(found)
        edges = [len(self.pieces)]
        while edges[-1]:
            step = best[edges[-1]]
            if step is None:
                return None
            edges.append(step[2])
        return edges[::-1]


def apportion(
    total: int, shares: Sequence[int], lows: Sequence[int], highs: Sequence[int]
) -> list[int] | None:
    """Whole numbers in proportion to ``shares`` that sum to ``total``, each within its bounds.

    Largest remainder, ties to the first. None where the bounds leave no such numbers.
    """
    if not sum(lows) <= total <= sum(highs):
        return None
    shares = [max(share, 1) for share in shares]
    given = [0] * len(shares)
    free = list(range(len(shares)))
    rest = total
    while free:
        whole_share = sum(shares[i] for i in free)
        below = [i for i in free if rest * shares[i] < lows[i] * whole_share]
        above = [i for i in free if rest * shares[i] > highs[i] * whole_share]
        lack = sum(lows[i] * whole_share - rest * shares[i] for i in below)
        excess = sum(rest * shares[i] - highs[i] * whole_share for i in above)
        if not below and not above:
            for i in free:
                given[i] = rest * shares[i] // whole_share
            left = rest - sum(given[i] for i in free)
            for i in sorted(free, key=lambda i: -(rest * shares[i] % whole_share))[:left]:
                given[i] += 1
            break
        bounded, bounds = (below, lows) if lack >= excess else (above, highs)
        for i in bounded:
            given[i] = bounds[i]
            rest -= bounds[i]
        free = [i for i in free if i not in set(bounded)]
    return given


def lengths(total: int, shares: Sequence[int], choices: Sequence[int], low: int) -> list[int]:
    """For each part the length that exists, so that little is paid beyond ``total``."""
    ordered = sorted(choices)
    found = [ordered[-1]] * len(shares)
    spare = sum(found) - total
    for index in sorted(range(len(shares)), key=lambda index: (shares[index], -index)):
        for choice in ordered:
            if choice >= low and found[index] - choice <= spare:
                spare -= found[index] - choice
                found[index] = choice
                break
    return found
