"""Cutting a row of pieces, and sharing whole seconds: against all possible answers."""

from __future__ import annotations

from itertools import combinations, pairwise, product

from hypothesis import given, settings
from hypothesis import strategies as st

from storyboard.split.division import Line, apportion
from storyboard.split.sentences import Piece

fast = settings(deadline=None, max_examples=200)
ROWS = st.lists(st.tuples(st.integers(1, 10), st.integers(0, 4)), min_size=2, max_size=9)


def a_line(row: list[tuple[int, int]], limit: int) -> Line:
    """Pieces of these weights and levels with one space between neighbours."""
    pieces, at = [], 0
    for weight, level in row:
        pieces.append(Piece(at, at + weight, level, weight))
        at += weight + 1
    return Line(pieces, limit, [weight for weight, _ in row])


def fits(line: Line, edges: list[int], first: int, rest: int) -> bool:
    return all(line.weight(a, b) <= (rest if a else first) for a, b in pairwise(edges))


@fast
@given(ROWS, st.integers(10, 20), st.integers(10, 20), st.integers(0, 3))
def test_the_cuts_are_the_fewest_the_least_bad_and_the_most_even(
    row: list[tuple[int, int]], first: int, rest: int, more: int
) -> None:
    line = a_line(row, min(first, rest))
    every = [
        [0, *inner, len(row)]
        for count in range(len(row))
        for inner in combinations(range(1, len(row)), count)
    ]
    fitting = [edges for edges in every if fits(line, edges, first, rest)]
    fewest = min(len(edges) - 1 for edges in fitting)
    assert line.fewest(first, rest) == fewest
    count = min(fewest + more, len(row))

    def worth(edges: list[int]) -> tuple[list[int], int]:
        levels = [row[edge][1] for edge in edges[1:-1]]
        bad = [levels.count(level) for level in (4, 3, 2, 1)]
        return bad, sum(sum(w for w, _ in row[a:b]) ** 2 for a, b in pairwise(edges))

    best = min(worth(edges) for edges in fitting if len(edges) - 1 == count)
    cuts = line.cuts(count, first, rest)
    assert len(cuts) - 1 == count
    assert fits(line, cuts, first, rest)
    assert worth(cuts) == best


@settings(deadline=None, max_examples=40)
@given(
    st.lists(st.tuples(st.integers(1, 10), st.integers(0, 4)), min_size=70, max_size=700),
    st.integers(10, 90),
    st.integers(10, 90),
    st.integers(0, 9),
)
def test_a_long_row_is_cut_so_that_every_part_fits(
    row: list[tuple[int, int]], first: int, rest: int, more: int
) -> None:
    line = a_line(row, min(first, rest))
    count = min(line.fewest(first, rest) + more, len(row))
    cuts = line.cuts(count, first, rest)
    assert (cuts[0], cuts[-1], len(cuts)) == (0, len(row), count + 1)
    assert all(a < b for a, b in pairwise(cuts))
    assert fits(line, cuts, first, rest)


@fast
@given(ROWS, st.integers(10, 25), st.integers(1, 4), st.integers(8, 16))
def test_whole_cuts_are_the_fewest_within_both_limits(
    row: list[tuple[int, int]], limit: int, low: int, high: int
) -> None:
    line = a_line(row, limit)
    good = [
        edges
        for count in range(len(row))
        for inner in combinations(range(1, len(row)), count)
        if fits(line, edges := [0, *inner, len(row)], limit, limit)
        and all(low <= sum(w for w, _ in row[a:b]) <= high for a, b in pairwise(edges))
    ]
    cuts = line.whole_cuts(limit, limit, low, high)
    assert (cuts is None) is (not good)
    if cuts is not None:
        assert cuts in good
        assert len(cuts) == min(map(len, good))


@fast
@given(
    st.integers(1, 24),
    st.lists(
        st.tuples(st.integers(0, 50), st.integers(0, 4), st.integers(0, 8)), min_size=1, max_size=4
    ),
)
def test_shared_seconds_add_up_within_their_bounds(
    total: int, rows: list[tuple[int, int, int]]
) -> None:
    shares = [share for share, _, _ in rows]
    lows = [low for _, low, _ in rows]
    highs = [low + more for _, low, more in rows]
    given_out = apportion(total, shares, lows, highs)
    possible = any(
        sum(numbers) == total
        for numbers in product(
            *(range(low, high + 1) for low, high in zip(lows, highs, strict=True))
        )
    )
    assert (given_out is not None) is possible
    if given_out is not None:
        assert sum(given_out) == total
        assert all(low <= n <= high for low, n, high in zip(lows, given_out, highs, strict=True))


@fast
@given(st.integers(1, 600), st.lists(st.integers(1, 500), min_size=1, max_size=8))
def test_without_tight_bounds_every_share_is_rounded_up_or_down(
    total: int, shares: list[int]
) -> None:
    given_out = apportion(total, shares, [0] * len(shares), [total] * len(shares))
    assert given_out is not None
    for share, seconds in zip(shares, given_out, strict=True):
        assert abs(seconds - total * share / sum(shares)) < 1
