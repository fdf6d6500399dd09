"""Fixes are made as a whole or not at all, and none over another."""

from __future__ import annotations

from storyboard.diagnostics import Fix, Source, Span
from storyboard.diagnostics.edits import apply_fixes

TEXT = "a bus, a tram"
SOURCE = Source("film", TEXT)


def fix(start: int, end: int, text: str, *others: Fix) -> Fix:
    return Fix(Span(SOURCE, start, end), text, others)


def test_fixes_apart_are_all_made() -> None:
    assert apply_fixes(TEXT, [fix(9, 13, "ship"), fix(2, 5, "car"), fix(0, 0, "not ")]) == (
        "not a car, a ship",
        3,
    )


def test_of_fixes_that_overlap_or_touch_the_first_is_made() -> None:
    assert apply_fixes(TEXT, [fix(2, 5, "car"), fix(4, 6, "x"), fix(5, 6, ";")]) == (
        "a car, a tram",
        1,
    )


def test_a_fix_of_several_places_is_made_as_a_whole_or_not_at_all() -> None:
    both = fix(2, 5, "car", fix(9, 13, "ship"))
    assert apply_fixes(TEXT, [both]) == ("a car, a ship", 1)
    assert apply_fixes(TEXT, [fix(10, 11, "x"), both]) == ("a bus, a txam", 1)
    assert apply_fixes(TEXT, [fix(2, 5, "car", fix(3, 4, "x"))]) == (TEXT, 0)
