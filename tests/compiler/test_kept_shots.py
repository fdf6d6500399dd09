"""What is kept of clips that are paid: the choice is the best of all, by the ordered key."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal
from itertools import pairwise
from typing import Any

import pytest
from fitting_films import CAST, O3, a_prompt, a_scene, a_shot, may_share
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from storyboard.compiler.clip import Clip, KeptPart, Part
from storyboard.compiler.pack import CostFunction, pack
from storyboard.diagnostics import Diagnostics
from storyboard.values.segments import FormerShot, Segment, ShotPart

Places = dict[int, list[FormerShot]]
"""For each shot of a film, by its number from 0, where it stands in clips that are paid."""
Chosen = list[tuple[tuple[int, ...], FormerShot | None]]
"""A film: what each clip renders, or a shot that is kept with its place."""


def a_part(number: int, seconds: int) -> Part:
    shot = a_shot("go", seconds, address=f"scene/{number + 1}", number=number + 1)
    return Part(shot=shot, prompt=a_prompt("go"), seconds=seconds)


def place(take: str, index: int, count: int) -> FormerShot:
    content = ShotPart("sha256:" + "0" * 64, None, 1, 4)
    segment = Segment(content=content, start=4 * index, end=4 * index + 4, is_exact=True)
    return FormerShot(take, index, count, segment)


@st.composite
def films(draw: st.DrawFn) -> tuple[list[int], Places]:
    """Seconds of a few shots, and places of some of them in former clips of one to three shots."""
    seconds = draw(st.lists(st.integers(2, 9), min_size=1, max_size=5))
    lengths = draw(st.lists(st.integers(1, 3), max_size=3))
    places: Places = {}
    for number, count in enumerate(lengths):
        for index in range(count):
            shot = draw(st.integers(0, len(seconds) - 1))
            if draw(st.booleans()):
                places.setdefault(shot, []).append(place(f"clip{number}", index, count))
    return seconds, places


def packed(
    seconds: Sequence[int],
    places: Places,
    reuse: Any = "shots",
    cost: CostFunction | None = None,
) -> Chosen:
    parts = [a_part(number, lasts) for number, lasts in enumerate(seconds)]
    numbers = {id(part): number for number, part in enumerate(parts)}
    scene = a_scene()
    fitted = pack(
        [((part,),) for part in parts],
        replace(scene, reuse=reuse),
        O3,
        O3.references.max,
        cast=CAST,
        cost=cost,
        former=lambda part: tuple(places.get(numbers[id(part)], ())),
        diagnostics=Diagnostics(),
    )
    chosen: Chosen = []
    at = 0
    for one in fitted:
        if isinstance(one, KeptPart):
            chosen.append(((at,), one.former))
            at += 1
        else:
            assert isinstance(one, Clip)
            chosen.append((tuple(range(at, at + len(one.parts))), None))
            at += len(one.parts)
    assert at == len(seconds)
    return chosen


def every(seconds: Sequence[int], places: Places, at: int = 0) -> Iterator[Chosen]:
    """All films that may be: each shot kept at one of its places, or rendered with neighbours."""
    if at == len(seconds):
        yield []
        return
    for kept in places.get(at, ()):
        yield from ([((at,), kept), *rest] for rest in every(seconds, places, at + 1))
    for end in range(at + 1, len(seconds) + 1):
        parts = tuple(a_part(number, seconds[number]) for number in range(at, end))
        if may_share(parts, O3, packs=True):
            yield from (
                [(tuple(range(at, end)), None), *rest] for rest in every(seconds, places, end)
            )


def seams(film: Chosen) -> int:
    """How many seams lie inside a former clip: where it is left early, or entered late."""
    count = 0
    for before, after in pairwise([None, *(kept for _, kept in film), None]):
        if before is not None and after is not None and after.follows(before):
            continue
        is_left_early = before is not None and not before.is_last
        is_entered_late = after is not None and after.index > 0
        count += is_left_early or is_entered_late
    return count


def worth(film: Chosen, seconds: Sequence[int]) -> tuple[int, ...]:
    """The ordered key: seconds to pay, new seams in former clips, requests, evenness."""
    rendered = [
        O3.seconds.billed(sum(seconds[number] for number in numbers)) or 0
        for numbers, kept in film
        if kept is None
    ]
    return sum(rendered), seams(film), len(rendered), sum(one**2 for one in rendered)


@settings(deadline=None, max_examples=200)
@given(film=films())
def test_what_is_kept_is_the_best_of_all(film: tuple[list[int], Places]) -> None:
    seconds, places = film
    best = min(worth(one, seconds) for one in every(seconds, places))
    assert worth(packed(seconds, places), seconds) == best


@settings(deadline=None, max_examples=150)
@given(film=films())
def test_with_reuse_clips_only_whole_clips_are_kept(film: tuple[list[int], Places]) -> None:
    seconds, places = film
    whole = [one for one in every(seconds, places) if not seams(one)]
    chosen = packed(seconds, places, "clips")
    assert not seams(chosen)
    best = min(worth(one, seconds)[0] for one in whole)
    assert worth(chosen, seconds)[0] == best


def test_a_film_that_is_kept_as_a_whole_is_priced_in_no_other_clips() -> None:
    asked: list[int] = []
    places = {number: [place("clip", number, 3)] for number in range(3)}

    def cost(parts: tuple[Part, ...], _: int) -> Decimal:
        asked.append(len(parts))
        return Decimal(1)

    assert [kept for _, kept in packed([4, 4, 4], places, cost=cost)] == [
        place("clip", number, 3) for number in range(3)
    ]
    assert not asked
    packed([4, 4, 4], {1: places[1]}, cost=cost)
    assert asked


def test_of_two_clips_the_one_without_a_new_seam_is_kept() -> None:
    both = [place("one", 0, 1), place("two", 1, 2)]
    ((_, kept),) = packed([4], {0: both})
    assert kept == both[0]


def test_neighbours_are_kept_from_the_clip_that_has_both() -> None:
    places = {
        0: [place("early", 0, 1), place("late", 0, 2)],
        1: [place("late", 1, 2)],
    }
    assert [kept.take for _, kept in packed([4, 4], places) if kept] == ["late", "late"]


@pytest.mark.parametrize(("reuse", "rendered"), [("shots", [(1,)]), ("clips", [(0,), (1,), (2,)])])
def test_a_reworded_shot_of_a_clip(reuse: str, rendered: list[tuple[int, ...]]) -> None:
    places = {0: [place("clip", 0, 3)], 2: [place("clip", 2, 3)]}
    chosen = packed([4, 4, 4], places, reuse)
    assert [numbers for numbers, kept in chosen if kept is None] == rendered
