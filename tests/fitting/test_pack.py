"""The rules of packing: the partition is the best of all that the rules allow."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from time import perf_counter
from typing import Any

import pytest
from fitting_films import (
    FIVE_OR_TEN,
    MARKS,
    O1,
    O3,
    PICTURE,
    TARGETS,
    TINY,
    a_shot,
    a_target,
    divide,
    gather,
)
from hypothesis import given, settings
from hypothesis import strategies as st

from storyboard.film import MENTION, Part, Take
from storyboard.targets.types import Target
from storyboard.units import Money

fast = settings(deadline=None, max_examples=150)
LISTED_CHOICES = a_target(
    seconds={"min": 2, "max": 6, "choices": [2, 4, 6]},
    characters=40,
    shots={"max": 4, "min_seconds": 1, "max_seconds": 6, "characters": 24},
    references={"max": 3, "with_video": 2, "frames": True},
)


@st.composite
def rows(draw: st.DrawFn, target: Target) -> tuple[Part, ...]:
    """A few parts in a row, with frames, mentions, audio and joined ones."""
    parts: list[Part] = []
    for number in range(draw(st.integers(1, 8))):
        rarely = st.sampled_from([False, False, False, False, True])
        marks = draw(st.lists(st.sampled_from(MARKS), max_size=2))
        shot = a_shot(
            " ".join(["go", *marks]),
            draw(st.integers(1, target.seconds.max)),
            address=f"scene/{number + 1}",
            seam="continue" if number and draw(rarely) else "cut",
            start_frame=PICTURE if draw(rarely) else None,
            end_frame=PICTURE if draw(rarely) else None,
            audio=draw(rarely),
            negative=draw(st.sampled_from(["", "", "", "rain"])),
        )
        joined = bool(number) and draw(rarely) and shot.seam == "cut" and not shot.start_frame
        parts.append(
            Part(
                shot=shot,
                text=shot.text,
                seconds=shot.seconds,
                continues=shot.seam == "continue",
                joined=joined,
                alone=not joined and draw(rarely),
            )
        )
    return tuple(parts)


LISTS = st.sampled_from([TINY, LISTED_CHOICES, O3])
FILMS = LISTS.flatmap(lambda target: st.tuples(st.just(target), rows(target)))


def may_share(parts: tuple[Part, ...], target: Target, *, packs: bool) -> bool:
    """Whether a request may render these parts: the rules, one by one."""
    if len(parts) == 1:
        return True
    shots = target.shots
    names = {mark for part in parts for mark in MENTION.findall(part.text)}
    opens = parts[0].opens or parts[0].joined
    videos = names & set(MARKS[4:])
    return (
        shots is not None
        and len(parts) <= shots.max
        and target.seconds.billed(sum(part.seconds for part in parts)) is not None
        and all(shots.min_seconds <= part.seconds <= shots.max_seconds for part in parts)
        and len(names) + (target.references.frames and opens) <= target.references.max
        and (
            not videos
            or target.references.with_video is None
            or len(names) + (target.references.frames and opens) <= target.references.with_video
        )
        and len(videos) <= (target.elements.max_videos if target.elements else 0)
        and len({(part.shot.audio, part.shot.negative) for part in parts}) == 1
        and not any(part.opens for part in parts[1:])
        and not any(part.closes for part in parts[:-1])
        and not any(part.alone for part in parts)
        and (packs or all(part.joined for part in parts[1:]))
    )


def partitions(parts: tuple[Part, ...]) -> Iterator[list[tuple[Part, ...]]]:
    """All partitions into neighbours, those with longer takes first before the others."""
    if not parts:
        yield []
        return
    for size in range(len(parts), 0, -1):
        for rest in partitions(parts[size:]):
            yield [parts[:size], *rest]


def price_of(parts: tuple[Part, ...], seconds: int) -> Decimal | None:
    """An odd price list: some takes are paid already, some have no price."""
    first = parts[0].shot
    if first.audio:
        return None
    if len(parts) == 2:
        return Decimal(0)
    return Decimal("0.1") * seconds


def worth(groups: list[tuple[Part, ...]], target: Target, *, priced: bool) -> tuple[Any, ...]:
    unknown, money, squares = 0, Decimal(0), 0
    for group in groups:
        asked = sum(part.seconds for part in group)
        seconds = target.seconds.billed(asked) or asked
        cost = price_of(group, seconds) if priced else Decimal(seconds)
        unknown += seconds if cost is None else 0
        money += cost or 0
        squares += seconds**2
    return unknown, money, sum(group[0].joined for group in groups), len(groups), squares


def shape(takes: tuple[Take, ...]) -> list[int]:
    return [len(take.parts) for take in takes]


@fast
@given(FILMS, st.booleans(), st.booleans())
def test_the_partition_is_the_best_of_all_and_longer_first_among_equals(
    film: tuple[Target, tuple[Part, ...]], packs: bool, priced: bool
) -> None:
    target, parts = film
    takes, _ = gather(target, parts, packs=packs, cost=price_of if priced else None)
    allowed = [
        groups
        for groups in partitions(parts)
        if all(may_share(group, target, packs=packs) for group in groups)
    ]
    best = min(allowed, key=lambda groups: worth(groups, target, priced=priced))
    assert shape(takes) == [len(group) for group in best]


@fast
@given(FILMS)
def test_the_takes_hold_all_parts_in_order_and_add_up(
    film: tuple[Target, tuple[Part, ...]],
) -> None:
    target, parts = film
    takes, said = gather(target, parts)
    assert [part.shot for take in takes for part in take.parts] == [part.shot for part in parts]
    for take in takes:
        asked = sum(part.seconds for part in take.parts)
        assert take.seconds == target.seconds.billed(asked)
        assert take.padding == take.seconds - asked
        assert not take.parts[0].joined
    padded = [one for one in said if one.code.id == "SB312"]
    assert len(padded) == sum(take.padding > 0 for take in takes)


@fast
@given(FILMS)
def test_a_joined_part_that_opens_a_take_continues(film: tuple[Target, tuple[Part, ...]]) -> None:
    target, parts = film
    takes, _ = gather(target, parts)
    packed = [part for take in takes for part in take.parts]
    for take in takes:
        at = next(n for n, part in enumerate(packed) if part is take.parts[0])
        assert take.parts[0].continues is (parts[at].continues or parts[at].joined)
        for later in take.parts[1:]:
            assert any(later is part for part in parts)


@pytest.mark.parametrize("name", sorted(TARGETS))
def test_a_divided_film_keeps_the_limits_of_every_target(name: str) -> None:
    target = TARGETS[name]
    text = f"The {MARKS[0]} climbs. He waits, and waits. "
    shots = [
        a_shot((text * (n % 4 + 1)).strip(), n * 5 % 43 + 1, address=f"scene/{n}")
        for n in range(40)
    ]
    parts, _ = divide(target, *shots)
    takes, said = gather(target, parts)
    assert not {one.code.id for one in said} - {"SB312"}
    for take in takes:
        assert take.seconds <= target.seconds.max
        assert target.seconds.billed(take.seconds) == take.seconds
        assert len(take.parts) <= (target.shots.max if target.shots else 1)
        names = {mark for part in take.parts for mark in MENTION.findall(part.text)}
        frames = target.references.frames and take.parts[0].opens
        assert len(names) + frames <= target.references.max


def a_row(target: Target, *seconds: int, text: str = "He waits.") -> tuple[Part, ...]:
    shots = [a_shot(text, lasts, address=f"coda/{n}") for n, lasts in enumerate(seconds, 1)]
    return divide(target, *shots)[0]


@pytest.mark.parametrize(
    ("seconds", "wanted"),
    [
        ([5, 5, 5], [3]),
        ([5, 5, 5, 5], [2, 2]),
        ([14, 1, 3], [1, 2]),
        ([14, 2, 14], [1, 1, 1]),
        ([2, 13, 14, 1], [2, 2]),
        ([1] * 7, [4, 3]),
        ([15, 15], [1, 1]),
    ],
)
def test_shots_share_requests(seconds: list[int], wanted: list[int]) -> None:
    takes, _ = gather(O3, a_row(O3, *seconds))
    assert shape(takes) == wanted


def test_a_scene_that_is_not_packed_keeps_only_joined_parts_together() -> None:
    long_text = "The keeper climbs the stair, slowly. " * 20
    parts = divide(O3, a_shot("He waits.", 4), a_shot(long_text, 8), a_shot("He waits.", 3))[0]
    assert shape(gather(O3, parts, packs=False)[0]) == [1, 2, 1]
    assert shape(gather(O3, parts)[0]) == [4]


def test_parts_of_a_divided_text_stay_together_before_requests_are_saved() -> None:
    long_text = "The keeper climbs the stair, slowly. " * 20
    parts = divide(O3, a_shot("He waits.", 8), a_shot(long_text, 12), a_shot("He waits.", 9))[0]
    assert shape(gather(O3, parts)[0]) == [1, 2, 1]


def test_a_padded_take_is_reported_with_its_price() -> None:
    takes, said = gather(O3, a_row(O3, 2), price=lambda part: Money(Decimal("0.14"), "USD"))
    assert (takes[0].seconds, takes[0].padding) == (3, 1)
    assert said[0].message == (
        '"coda/1" lasts 2 s, the target renders 3 s at least: '
        "1 s is paid without being asked for, 0.14 USD"
    )
    assert said[0].help == 'write "duration: 3s", or let it share a request with a neighbour'


def test_the_lengths_that_exist_are_what_is_paid() -> None:
    takes, said = gather(FIVE_OR_TEN, a_row(FIVE_OR_TEN, 6))
    assert (takes[0].seconds, takes[0].padding) == (10, 4)
    assert "4 s are paid" in said[0].message
    assert "renders 5 or 10 s" in said[0].message


def test_too_many_names_in_one_part_are_named_with_the_way_out() -> None:
    parts = a_row(O3, 5, text=" ".join(MARKS[:5]))
    takes, said = gather(O3, parts)
    assert shape(takes) == [1]
    assert said[0].message == (
        '"coda/1" mentions 5 names, a request carries 4: mara, tom, gallery, lantern, boy'
    )
    assert said[0].help.endswith("or raise the limit with --max-references 5")
    assert gather(O3, parts, max_references=5)[1] == []


def test_a_first_frame_counts_as_a_reference_where_the_target_says_so() -> None:
    shot = a_shot(f"{MARKS[0]}{MARKS[2]}", 4, start_frame=PICTURE)
    parts = divide(TINY, shot)[0]
    assert "and opens on a picture" in gather(TINY, parts)[1][0].message
    assert gather(O3, parts)[1] == []


def test_too_many_videos_in_one_part_are_refused() -> None:
    _, said = gather(O3, a_row(O3, 5, text=f"{MARKS[4]} and {MARKS[5]}"))
    assert [one.code.id for one in said] == ["SB405"]
    assert "boy, gull" in said[0].message
    _, said = gather(O1, a_row(O1, 5, text=MARKS[4]))
    assert "carries none" in said[0].message


def test_a_video_lowers_the_number_of_references() -> None:
    _, said = gather(LISTED_CHOICES, a_row(LISTED_CHOICES, 4, text=MARKS[0] + MARKS[1] + MARKS[4]))
    assert "mentions 3 names, a request carries 2 beside a video" in said[0].message
    assert "--max-references" not in said[0].help


def test_a_long_scene_is_packed_in_linear_work() -> None:
    def seconds_for(size: int) -> float:
        parts = a_row(O3, *[2] * size, text=f"{MARKS[0]} and {MARKS[1]}")
        start = perf_counter()
        gather(O3, parts)
        return perf_counter() - start

    assert seconds_for(10_000) < 40 * seconds_for(1_000) + 0.1


def test_nothing_makes_nothing() -> None:
    assert gather(O3, ()) == ((), [])
