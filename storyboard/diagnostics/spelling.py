"""The nearest name to a misspelt one."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping
from functools import lru_cache

from msgspec import Struct

from storyboard.diagnostics.look_alikes import looks_like

_MAX_LENGTH = 100
_MIN_PART = 3
_MAX_PAIRS = 40_000
_BITS = 61


def fold(name: str) -> str:
    """A name as it is compared: by its looks, case folded, ``-`` and ``_`` alike.

    Compatibility forms and letters of other scripts that look the same are no differences.
    """
    if name.isascii():
        return name.lower().replace("-", "_")
    return looks_like(unicodedata.normalize("NFKC", name).casefold()).replace("-", "_")


def nearest(name: str, known: Iterable[str]) -> str | None:
    """The known name most like ``name``, or None where none is alike.

    Alike is a name with few letters added, left out, changed, or exchanged with their neighbour:
    at most one in three of the longer name's letters; failing that, a name that begins or ends
    with the other as a whole word (``aspect`` and ``aspect_ratio``). Case, compatibility forms
    and ``-`` against ``_`` are no differences. Of names equally near, the first one known.

    Letters are compared pair by pair only up to a fixed amount of work, so that thousands of
    long names that are all somewhat alike stay quick; an equal name is found among any number.
    The known names are folded once for many calls in a row.
    """
    wanted = fold(name)[:_MAX_LENGTH]
    if not wanted:
        return None
    # As plain texts, so that no file is kept because its names are remembered.
    folded = _fold_all(tuple(map(str, known)))
    if wanted in folded.first:
        return folded.first[wanted]
    return _mistaken(wanted, folded) or _related(wanted, folded)


class _Folded(Struct, frozen=True, kw_only=True):
    """Known names as they are compared."""

    names: tuple[tuple[str, str, int], ...]
    """Each name, folded, and the mask of its letters."""
    first: Mapping[str, str]
    """Of the names that are folded alike, the first one."""


@lru_cache(maxsize=4)  # a file with many wrong names asks about the same right ones each time
def _fold_all(known: tuple[str, ...]) -> _Folded:
    names = tuple((name, folded := fold(name), _mask(folded)) for name in known)
    return _Folded(names=names, first={folded: name for name, folded, _ in reversed(names)})


def _mask(folded: str) -> int:
    """A bit for each letter; some share one, so that the mask is short in every script."""
    mask = 0
    for letter in folded:
        mask |= 1 << ord(letter) % _BITS
    return mask


def _mistaken(wanted: str, known: _Folded) -> str | None:
    """The name with the fewest mistakes, where they are few enough; of several the first."""
    size, letters, mask = len(wanted), set(wanted), _mask(wanted)
    best, best_mistakes = None, size
    pairs = 0
    for name, folded, other in known.names:
        length = len(folded)
        allowed = min(max(size, length) // 3, best_mistakes - 1)
        if (
            -allowed <= length - size <= allowed
            # A changed letter makes two sets of letters differ by two at the most.
            and (mask ^ other).bit_count() <= 2 * allowed
            and len(letters.symmetric_difference(folded)) <= 2 * allowed
        ):
            pairs += size * length
            mistakes = _mistakes(wanted, folded, allowed)
            if mistakes <= allowed:
                best, best_mistakes = name, mistakes
            if pairs >= _MAX_PAIRS:
                break
    return best


def _related(wanted: str, known: _Folded) -> str | None:
    """The shortest name that shares a whole word with ``wanted`` at an end of one of them."""
    if len(wanted) < _MIN_PART:
        return None
    breaks = [at for at, letter in enumerate(wanted) if letter == "_"]
    parts = {part for at in breaks for part in (wanted[:at], wanted[at + 1 :])}
    parts = {part for part in parts if len(part) >= _MIN_PART}
    beginning, end = f"{wanted}_", f"_{wanted}"
    related = [
        (len(folded), name)
        for name, folded, _ in known.names
        if folded in parts or folded.startswith(beginning) or folded.endswith(end)
    ]
    return min(related, key=lambda one: one[0])[1] if related else None


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
            cost = before[place - 1]
            if letter != there:
                # Comparisons, as min() is slower and most of the time is spent here.
                if before[place] < cost:
                    cost = before[place]
                if row[-1] < cost:
                    cost = row[-1]
                cost += 1
            exchanged = number > 1 and place > 1
            if exchanged and letter == other[place - 2] and there == one[number - 2]:
                cost = min(cost, earlier[place - 2] + 1)
            row.append(cost)
        if min(row) > limit and min(before) > limit:
            return limit + 1
    return row[-1]
