"""Cutting a row of atoms, and sharing whole seconds: against all possible answers."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import accumulate, combinations, pairwise, product

from hypothesis import given, settings
from hypothesis import strategies as st

from storyboard.compiler.split.division import UNLIMITED, Row, apportion, lengths

fast = settings(deadline=None, max_examples=150)
ATOMS = st.tuples(st.integers(1, 10), st.integers(0, 4))
ROWS = st.lists(ATOMS, min_size=1, max_size=9)


class Growth:
    """Parts that count the sum of their atoms, and how often that was asked for."""

    def __init__(self, row: list[tuple[int, int]]) -> None:
        self.row = row
        self.steps = 0

    def __call__(self, a: int) -> Iterator[int]:
        for weight in accumulate(weight for weight, _ in self.row[a:]):
            self.steps += 1
            yield weight


def a_row(
    row: list[tuple[int, int]], first: int, rest: int, proses: list[bool] | None = None
) -> Row:
    """Atoms of these weights, which are their shares too, and levels."""
    levels, weights = [level for _, level in row], [weight for weight, _ in row]
    return Row(levels, weights, Growth(row), first, rest, proses)


def weight_of(row: list[tuple[int, int]], a: int, b: int) -> int:
    return sum(weight for weight, _ in row[a:b])


def every_way(row: list[tuple[int, int]], first: int, rest: int) -> list[list[int]]:
    """The edges of all divisions whose parts fit."""
    divisions = (
        [0, *inner, len(row)]
        for count in range(len(row))
        for inner in combinations(range(1, len(row)), count)
    )
    return [
        edges
        for edges in divisions
        if all(weight_of(row, a, b) <= (rest if a else first) for a, b in pairwise(edges))
    ]


@fast
@given(ROWS, st.integers(1, 20), st.integers(1, 20))
def test_a_part_may_end_wherever_it_still_fits(
    row: list[tuple[int, int]], first: int, rest: int
) -> None:
    found = a_row(row, first, rest)
    for a in range(len(row)):
        limit = rest if a else first
        assert [*found.ends(a)] == [
            b for b in range(a + 1, len(row) + 1) if weight_of(row, a, b) <= limit
        ]


@fast
@given(ROWS)
def test_without_a_limit_a_part_may_end_anywhere_and_nothing_is_measured(
    row: list[tuple[int, int]],
) -> None:
    growth = Growth(row)
    found = Row([0] * len(row), [1] * len(row), growth, UNLIMITED, UNLIMITED - 30)
    assert [*found.ends(0)] == [*range(1, len(row) + 1)]
    assert found.fewest() == 1
    assert growth.steps == 0


def test_a_part_of_lines_that_shrinks_by_its_own_prose_may_end_there() -> None:
    weights = [9, 12, 13, 8, 9]
    row = Row([0] * 5, [1] * 5, lambda a: iter(weights[a:]), 10, 10)
    assert [*row.ends(0)] == [1, 4, 5]


@fast
@given(ROWS, st.integers(1, 20), st.integers(1, 20))
def test_the_need_from_an_atom_on_is_the_fewest_parts_that_hold_the_rest(
    row: list[tuple[int, int]], first: int, rest: int
) -> None:
    found = a_row(row, first, rest)
    assert found.need(len(row)) == 0
    for a in range(len(row)):
        limit = rest if a else first
        ways = every_way(row[a:], limit, rest)
        assert found.need(a) == min((len(edges) - 1 for edges in ways), default=None)
    assert found.fewest() == found.need(0)


@fast
@given(ROWS, st.integers(1, 20), st.integers(1, 20), st.integers(0, 5))
def test_so_many_parts_hold_as_much_of_the_beginning_as_can_be(
    row: list[tuple[int, int]], first: int, rest: int, count: int
) -> None:
    held = a_row(row, first, rest).held(count)
    wanted = 0
    for length in range(1, len(row) + 1):
        ways = every_way(row[:length], first, rest)
        if any(len(edges) - 1 <= count for edges in ways):
            wanted = length
    assert held == wanted


@fast
@given(ROWS, st.integers(10, 20), st.integers(10, 20), st.integers(0, 3), st.data())
def test_the_cuts_are_the_least_bad_and_then_the_most_even(
    row: list[tuple[int, int]], first: int, rest: int, more: int, data: st.DataObject
) -> None:
    proses = data.draw(st.lists(st.booleans(), min_size=len(row), max_size=len(row)))
    found = a_row(row, first, rest, proses)
    fitting = every_way(row, first, rest)
    fewest = min(len(edges) - 1 for edges in fitting)
    assert found.fewest() == fewest
    count = min(fewest + more, len(row))

    def worth(edges: list[int]) -> tuple[list[int], int]:
        levels = [row[edge][1] for edge in edges[1:-1]]
        # A later part without prose repeats a sentence: worse than any cut between words.
        repeats = sum(not any(proses[a:b]) for a, b in pairwise(edges) if a)
        bad = [repeats, *(levels.count(level) for level in (4, 3, 2, 1))]
        return bad, sum(weight_of(row, a, b) ** 2 for a, b in pairwise(edges))

    def total(edges: list[int]) -> tuple[int, int]:
        bad, even = worth(edges)
        base = count + 1
        return (bad[0] * base**4 + sum(n * base ** (3 - i) for i, n in enumerate(bad[1:]))), even

    best = min(total(edges) for edges in fitting if len(edges) - 1 == count)
    cuts = found.cuts(count)
    assert cuts is not None
    assert len(cuts) - 1 == count
    assert cuts in fitting
    assert total(cuts) == best


@fast
@given(ROWS, st.integers(1, 20), st.integers(1, 20), st.integers(1, 10))
def test_there_are_no_cuts_where_so_many_parts_cannot_hold_the_row(
    row: list[tuple[int, int]], first: int, rest: int, count: int
) -> None:
    counts = {len(edges) - 1 for edges in every_way(row, first, rest)}
    assert (a_row(row, first, rest).cuts(count) is not None) is (count in counts)


@settings(deadline=None, max_examples=30)
@given(
    st.lists(ATOMS, min_size=70, max_size=500),
    st.integers(10, 90),
    st.integers(10, 90),
    st.integers(0, 9),
)
def test_a_long_row_is_cut_so_that_every_part_fits(
    row: list[tuple[int, int]], first: int, rest: int, more: int
) -> None:
    found = a_row(row, first, rest)
    fewest = found.fewest()
    assert fewest is not None
    count = min(fewest + more, len(row))
    cuts = found.cuts(count)
    assert cuts is not None
    assert (cuts[0], cuts[-1], len(cuts)) == (0, len(row), count + 1)
    assert all(a < b for a, b in pairwise(cuts))
    assert all(weight_of(row, a, b) <= (rest if a else first) for a, b in pairwise(cuts))


def test_a_row_is_measured_in_linear_work() -> None:
    def steps(size: int) -> int:
        growth = Growth([(5, 1)] * size)
        row = Row([1] * size, [5] * size, growth, 100, 100)
        count = row.fewest()
        assert count is not None
        row.cuts(count)
        return growth.steps

    assert steps(10_000) <= 11 * steps(1_000)


@fast
@given(ROWS, st.integers(10, 25), st.integers(1, 4), st.integers(8, 16))
def test_whole_cuts_are_the_fewest_within_both_limits(
    row: list[tuple[int, int]], limit: int, low: int, high: int
) -> None:
    good = [
        edges
        for edges in every_way(row, limit, limit)
        if all(low <= weight_of(row, a, b) <= high for a, b in pairwise(edges))
    ]
    cuts = a_row(row, limit, limit).whole_cuts(low, high)
    assert (cuts is None) is (not good)
    if cuts is not None:

        def worth(edges: list[int]) -> tuple[int, int, int]:
            levels = sum(row[edge][1] for edge in edges[1:-1])
            squares = sum(weight_of(row, a, b) ** 2 for a, b in pairwise(edges))
            return len(edges), levels, squares

        assert worth(cuts) == min(map(worth, good))


@fast
@given(ROWS)
def test_the_shares_of_the_parts_are_those_of_their_atoms(row: list[tuple[int, int]]) -> None:
    found = a_row(row, 1000, 1000)
    for edges in every_way(row, 1000, 1000)[:20]:
        assert found.shares(edges) == [weight_of(row, a, b) for a, b in pairwise(edges)]


BOUNDED = st.lists(
    st.tuples(st.integers(0, 50), st.integers(0, 4), st.integers(0, 8)), min_size=1, max_size=4
)


@fast
@given(st.integers(1, 24), BOUNDED)
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


@fast
@given(
    st.lists(st.integers(1, 9), min_size=1, max_size=4),
    st.sets(st.integers(2, 12), min_size=1, max_size=3),
    st.integers(0, 30),
    st.integers(1, 6),
)
def test_the_lengths_exist_hold_the_seconds_and_waste_as_little_as_one_step_allows(
    shares: list[int], choices: set[int], less: int, low: int
) -> None:
    longest = max(choices)
    total = max(len(shares) * longest - less, 1)
    found = lengths(total, shares, sorted(choices), low)
    assert len(found) == len(shares)
    assert sum(found) >= total
    for length in found:
        assert length in choices
        assert length >= low or length == longest
        # Not even one of them could be shorter.
        for shorter in choices:
            if low <= shorter < length:
                assert sum(found) - length + shorter < total
