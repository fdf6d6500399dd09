"""The nearest name to a misspelt one."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable

_LONGEST = 100
_LEAST_PART = 3
_MOST_PAIRS = 40_000


def fold(name: str) -> str:
    """A name as it is compared: compatibility-normalised, case folded, ``-`` and ``_`` alike."""
    if name.isascii():
        return name.lower().replace("-", "_")
    return unicodedata.normalize("NFKC", name).casefold().replace("-", "_")


def nearest(name: str, known: Iterable[str]) -> str | None:
    """The known name most like ``name``, or None where none is alike.

    Alike is a name with few letters added, left out, changed, or exchanged with their neighbour:
    at most one in three of the longer name's letters; failing that, a name that begins or ends
    with the other as a whole word (``aspect`` and ``aspect_ratio``). Case, compatibility forms
    and ``-`` against ``_`` are no differences. Of names equally near, the first one known.

    Letters are compared pair by pair only up to a fixed amount of work, so that thousands of
    long names that are all somewhat alike stay quick; an equal name is found among any number.
    """
    wanted = fold(name)[:_LONGEST]
    if not wanted:
        return None
    size, letters = len(wanted), set(wanted)
    best, best_mistakes = None, size
    related, related_size = None, 0
    pairs = 0
    for candidate in known:
        folded = fold(candidate)
        if folded == wanted:
            return candidate
        length = len(folded)
        allowed = min(max(size, length) // 3, best_mistakes - 1)
        if (
            pairs < _MOST_PAIRS
            and abs(length - size) <= allowed
            # A changed letter makes two sets of letters differ by two at the most.
            and len(letters.symmetric_difference(folded)) <= 2 * allowed
        ):
            pairs += size * length
            mistakes = _mistakes(wanted, folded, allowed)
            if mistakes <= allowed:
                best, best_mistakes = candidate, mistakes
        if best is None and (related is None or length < related_size) and _holds(wanted, folded):
            related, related_size = candidate, length
    return related if best is None else best


def _holds(one: str, other: str) -> bool:
    """Whether the longer text begins or ends with the shorter one as a whole word."""
    if len(one) > len(other):
        one, other = other, one
    if len(one) < _LEAST_PART:
        return False
    return other.startswith(f"{one}_") or other.endswith(f"_{one}")


def _mistakes(one: str, other: str, limit: int) -> int:
    """The letters to add, leave out, change or exchange; above ``limit`` only that it is more."""
    first, stop, other_stop = 0, len(one), len(other)
    while first < stop and first < other_stop and one[first] == other[first]:
        first += 1
    while stop > first and other_stop > first and one[stop - 1] == other[other_stop - 1]:
        stop, other_stop = stop - 1, other_stop - 1
    one, other = one[first:stop], other[first:other_stop]
    if not one or not other:
        return len(one) or len(other)
    before: list[int] = []
    row = list(range(len(other) + 1))
    for number, letter in enumerate(one, 1):
        earlier, before, row = before, row, [number]
        for place, there in enumerate(other, 1):
            cost = min(before[place - 1] + (letter != there), before[place] + 1, row[-1] + 1)
            exchanged = number > 1 and place > 1
            if exchanged and letter == other[place - 2] and there == one[number - 2]:
                cost = min(cost, earlier[place - 2] + 1)
            row.append(cost)
        if min(row) > limit and min(before) > limit:
            return limit + 1
    return row[-1]
