"""Division: the best edges of a row, and whole seconds in proportion."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations, pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from storyboard.split.division import Row, apportion, lengths

fast = settings(deadline=None, max_examples=200)
ATOMS = st.lists(st.tuples(st.integers(1, 9), st.integers(0, 4)), min_size=1, max_size=8)


def a_row(atoms: list[tuple[int, int]], limit: int, head: int = 0) -> Row:
    """A row of atoms of (weight, level); each part counts ``head`` more, time follows weight."""

    def growing(a: int) -> Iterator[int]:
        total = head
        for weight, _ in atoms[a:]:
            total += weight
            yield total

    weights = [weight for weight, _ in atoms]
    return Row([level for _, level in atoms], weights, growing, limit, limit)


def edges_of(size: int, count: int) -> Iterator[tuple[int, ...]]:
    """All ways to cut so many atoms into so many parts."""
    for inner in combinations(range(1, size), count - 1):
        yield (0, *inner, size)


@fast
@given(atoms=ATOMS, limit=st.integers(3, 30), head=st.integers(0, 3))
def test_the_fewest_parts_are_the_fewest_that_fit(
    atoms: list[tuple[int, int]], limit: int, head: int
) -> None:
    def fits(edges: tuple[int, ...]) -> bool:
        return all(
            head + sum(weight for weight, _ in atoms[a:b]) <= limit for a, b in pairwise(edges)
        )

    size = len(atoms)
    counts = [n for n in range(1, size + 1) if any(map(fits, edges_of(size, n)))]
    assert a_row(atoms, limit, head).fewest() == (min(counts) if counts else None)


@fast
@given(atoms=ATOMS, limit=st.integers(8, 30), more=st.integers(0, 2))
def test_the_cuts_are_the_least_bad_and_then_the_most_even(
    atoms: list[tuple[int, int]], limit: int, more: int
) -> None:
    row = a_row(atoms, limit)
    fewest = row.fewest()
    if fewest is None or fewest + more > len(atoms):
        return
    count = fewest + more

    def badness(edges: tuple[int, ...] | list[int]) -> tuple[list[int], int]:
        levels = sorted((atoms[edge][1] for edge in edges[1:-1]), reverse=True)
        even = sum(sum(w for w, _ in atoms[a:b]) ** 2 for a, b in pairwise(edges))
        return levels, even

    possible = [
        edges
        for edges in edges_of(len(atoms), count)
        if all(b in row.ends(a) for a, b in pairwise(edges))
    ]
    made = row.cuts(count)
    assert made is not None
    assert badness(made) == min(map(badness, possible))


def test_a_part_without_prose_is_worse_than_a_cut_between_clauses() -> None:
    def growing(a: int) -> Iterator[int]:
        return iter([1] * (4 - a))

    row = Row([0, 3, 1, 1], [3, 3, 2, 2], growing, 9, 9, [True, True, False, False])
    assert row.cuts(2) == [0, 1, 4]


@fast
@given(
    seconds=st.lists(st.integers(1, 9), min_size=1, max_size=7),
    low=st.integers(1, 4),
    high=st.integers(4, 12),
)
def test_whole_cuts_are_the_fewest_within_both_limits(
    seconds: list[int], low: int, high: int
) -> None:
    row = a_row([(lasts, 0) for lasts in seconds], 99)
    sizes = [
        n
        for n in range(1, len(seconds) + 1)
        if any(
            all(low <= sum(seconds[a:b]) <= high for a, b in pairwise(edges))
            for edges in edges_of(len(seconds), n)
        )
    ]
    made = row.whole_cuts(low, high)
    assert (len(made) - 1 if made else None) == (min(sizes) if sizes else None)


def test_a_long_row_is_cut_in_linear_work() -> None:
    asked = {}
    for size in (200, 400):
        steps = 0

        def growing(a: int, size: int = size) -> Iterator[int]:
            nonlocal steps
            for weight in range(1, size - a + 1):
                steps += 1
                yield weight

        row = Row([1] * size, [1] * size, growing, 10, 10)
        assert row.cuts(row.fewest() or 0) is not None
        asked[size] = steps
    assert asked[400] < 2.5 * asked[200]


@fast
@given(
    shares=st.lists(st.integers(1, 50), min_size=1, max_size=6),
    total=st.integers(1, 60),
    low=st.integers(0, 4),
    high=st.integers(4, 15),
)
def test_shared_seconds_add_up_within_their_bounds(
    shares: list[int], total: int, low: int, high: int
) -> None:
    count = len(shares)
    made = apportion(total, shares, [low] * count, [high] * count)
    if not low * count <= total <= high * count:
        assert made is None
    else:
        assert made is not None
        assert sum(made) == total
        assert all(low <= one <= high for one in made)


def test_lengths_that_exist_leave_little_to_pay_for() -> None:
    assert sum(lengths(15, [1, 1], [5, 10], 5)) == 15
    assert sum(lengths(11, [1, 2], [5, 10], 5)) == 15
