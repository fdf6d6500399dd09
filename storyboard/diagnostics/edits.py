"""Fixes put into a text: each as a whole or not at all, and none over another."""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Iterable
from itertools import pairwise

from storyboard.diagnostics.types import Fix


def apply_fixes(text: str, fixes: Iterable[Fix]) -> tuple[str, int]:
    """The text with the fixes made, and how many were made.

    All fixes are about ``text``. Of fixes whose edits overlap or touch the first one is made; the
    others are refused, and found again in the new text if they are still needed.
    """
    taken: list[tuple[int, int, str]] = []
    made = 0
    for fix in fixes:
        edits = sorted({(one.span.start, one.span.end, one.text) for one in fix.edits})
        inner = pairwise(edits)
        is_apart = all(before[1] < after[0] for before, after in inner)
        if not is_apart or not all(_is_free(taken, start, end) for start, end, _ in edits):
            continue
        made += 1
        for edit in edits:
            insort(taken, edit)
    pieces, last = [], 0
    for start, end, written in taken:
        pieces += [text[last:start], written]
        last = end
    return "".join([*pieces, text[last:]]), made


def _is_free(taken: list[tuple[int, int, str]], start: int, end: int) -> bool:
    """Whether a stretch neither overlaps nor touches what is taken already."""
    index = bisect_left(taken, (start, end, ""))
    before = taken[index - 1] if index else None
    after = taken[index] if index < len(taken) else None
    return (before is None or before[1] < start) and (after is None or end < after[0])
