"""Division: where a row of atoms is cut into parts, and how whole seconds are shared.

Pure arithmetic for split: it knows weights, limits and shares, and nothing of films.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from heapq import nsmallest
from itertools import accumulate, pairwise

_REPEATS = 4
"""How bad a part is that has to repeat a sentence, as a level of cuts."""
_MAX_STATES = 48
"""Places that are kept for each boundary of a long text, the best ones."""

UNLIMITED = 1 << 40
"""The limit of a text that has none."""

Growing = Callable[[int], Iterator[int]]
"""What parts that begin with an atom count with one atom, two, and so on, framing included."""


class Row:
    """The atoms of a shot in a row, cut into parts.

    ``levels`` are how bad a cut before each atom is, 0 the best; ``shares`` the parts of the
    time, in any unit; ``growing`` measures parts. ``first`` and ``rest`` are the most that the
    first part and the others may count. ``proses`` tells which atoms are prose: a part without
    any repeats a sentence, which is worse than a cut between words.
    """

    def __init__(
        self,
        levels: Sequence[int],
        shares: Sequence[int],
        growing: Growing,
        first: int,
        rest: int,
        proses: Sequence[bool] | None = None,
    ) -> None:
        self.levels = levels
        self._proses = [0, *accumulate(proses if proses is not None else [True] * len(levels))]
        self.share = [0, *accumulate(shares)]
        self.size = len(levels)
        self.first, self.rest = first, rest
        self._growing = growing
        self._ends: dict[int, Sequence[int]] = {}
        self._needs: dict[int, int | None] = {}

    def ends(self, a: int) -> Sequence[int]:
        """Where a part that begins with atom ``a`` may end."""
        limit = self.rest if a else self.first
        if limit > UNLIMITED // 2:
            return range(a + 1, self.size + 1)
        known = self._ends.get(a)
        if known is None:
            found: list[int] = []
            misses = 0
            for b, weight in enumerate(self._growing(a), a + 1):
                if weight <= limit:
                    found.append(b)
                    misses = 0
                    continue
                # A part of lines alone carries a sentence, and may shrink by its own prose.
                misses += 1
                if misses > 2:
                    break
            known = self._ends[a] = found
        return known

    def need(self, a: int) -> int | None:
        """The fewest parts that hold the text from an atom on; None where an atom fits none."""
        chain: list[int] = []
        while a < self.size and a not in self._needs:
            chain.append(a)
            ends = self.ends(a)
            if not ends:
                self._needs[a] = None
                break
            a = ends[-1]
        needed = 0 if a == self.size else self._needs[a]
        for before in reversed(chain):
            needed = None if needed is None else needed + 1
            self._needs[before] = needed
        return needed if chain or a < self.size else 0

    def fewest(self) -> int | None:
        """The fewest parts that hold the text; None where an atom fits none."""
        return self.need(0)

    def held(self, count: int) -> int:
        """How many atoms of the beginning so many parts hold."""
        at = 0
        for _ in range(count):
            if at >= self.size or not (ends := self.ends(at)):
                break
            at = ends[-1]
        return at

    def cuts(self, count: int) -> list[int] | None:
        """The edges of ``count`` parts: the least bad boundaries, then the most even parts."""
        base, even = count + 1, self.share[-1] ** 2 + 1
        bad = [even * base ** (level - 1) if level else 0 for level in self.levels] + [0]
        before: dict[int, tuple[int, int]] = {0: (0, 0)}
        steps: list[dict[int, tuple[int, int]]] = []
        for done in range(1, count + 1):
            here: dict[int, tuple[int, int]] = {}
            room, left = self.size - (count - done), count - done
            for a, (cost, _) in before.items():
                for b in self.ends(a):
                    if b > room or (not left and b != self.size):
                        continue
                    needed = self.need(b)
                    if needed is None or needed > left:
                        continue
                    total = cost + bad[b] + (self.share[b] - self.share[a]) ** 2
                    if a and self._proses[b] == self._proses[a]:
                        total += even * base**_REPEATS
                    if b not in here or total < here[b][0]:
                        here[b] = total, a
            steps.append(here)
            before = here
            if len(here) > _MAX_STATES:
                ideal = self.share[-1] * done // count
                near = {b: abs(share - ideal) for b, share in enumerate(self.share) if b in here}
                kept = nsmallest(_MAX_STATES, here, key=near.__getitem__)
                before = {b: here[b] for b in kept}
        if self.size not in before:
            return None
        edges = [self.size]
        for step in reversed(steps):
            edges.append(step[edges[-1]][1])
        return edges[::-1]

    def whole_cuts(self, low: int, high: int) -> list[int] | None:
        """The edges of the fewest parts whose shares, here seconds, are within ``low`` and
        ``high``; None where there are none."""
        even = self.share[-1] ** 2 + 1
        best: list[tuple[int, int, int] | None] = [(0, 0, 0)] + [None] * self.size
        for a in range(self.size):
            before = best[a]
            if before is None:
                continue
            for b in self.ends(a):
                seconds = self.share[b] - self.share[a]
                if not low <= seconds <= high:
                    continue
                level = self.levels[b] if b < self.size else 0
                way = (before[0] + 1, before[1] + level * even + seconds**2, a)
                known = best[b]
                if known is None or way < known:
                    best[b] = way
        edges = [self.size]
        while edges[-1]:
            step = best[edges[-1]]
            if step is None:
                return None
            edges.append(step[2])
        return edges[::-1]

    def shares(self, edges: Sequence[int]) -> list[int]:
        """The share of each part."""
        return [self.share[b] - self.share[a] for a, b in pairwise(edges)]


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
