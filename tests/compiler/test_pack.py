"""Pack: the choice of ways and the partition are the best of all, by the ordered key."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from itertools import product
from typing import Any

import pytest
from fitting_films import (
    BOY,
    FIVE_OR_TEN,
    GALLERY,
    GULL,
    LANTERN,
    MARA,
    MARKS,
    O1,
    O3,
    PICTURE,
    SMALL,
    TINY,
    TOM,
    a_composer,
    a_prompt,
    a_shot,
    a_target,
    codes,
    divide,
    fit,
    gather,
    may_share,
)
from hypothesis import given, settings
from hypothesis import strategies as st

from storyboard.compiler.clip import Clip, Part
from storyboard.compiler.film import Asset
from storyboard.compiler.split import Ways
from storyboard.targets.model import Feature, Target
from storyboard.values.units import Money

fast = settings(deadline=None, max_examples=150)
LISTED_CHOICES = a_target(
    seconds={"min": 2, "max": 6, "choices": [2, 4, 6]},
    characters=40,
    shots={"max": 4, "min_seconds": 1, "max_seconds": 6, "characters": 24},
    references={"max": 3, "with_video": 2, "frames": True},
)
FEWER_BESIDE_A_FRAME = a_target(
    seconds={"min": 3, "max": 15},
    characters=400,
    shots={"max": 6, "min_seconds": 1, "max_seconds": 12, "characters": 200},
    beside_frame=2,
)
PICTURED = MARKS[:6]


@st.composite
def ways_of(draw: st.DrawFn, number: int, target: Target) -> Ways:
    """One shot in one to three ways, of one to three parts each."""
    rarely = st.sampled_from([False, False, False, False, True])
    seconds = draw(st.integers(1, target.seconds.max))
    shot = a_shot(
        "go",
        seconds,
        address=f"scene/{number + 1}",
        number=number + 1,
        seam="continue" if number and draw(rarely) else "cut",
        start_frame=PICTURE if draw(rarely) else None,
        end_frame=PICTURE if draw(rarely) else None,
        audio=draw(rarely),
        negative=draw(st.sampled_from(["", "", "", "rain"])),
    )
    ways = []
    for _ in range(draw(st.sampled_from([1, 1, 1, 2, 3]))):
        count = min(draw(st.sampled_from([1, 1, 2, 3])), seconds)
        is_joined = draw(st.booleans())
        parts = []
        for index in range(count):
            text = " ".join(["go", *draw(st.lists(st.sampled_from(PICTURED), max_size=2))])
            opens = not index or not is_joined
            parts.append(
                Part(
                    shot=shot,
                    prompt=a_prompt(text),
                    seconds=seconds // count + (index < seconds % count),
                    number=index + 1,
                    count=count,
                    continues=opens and (index > 0 or shot.seam == "continue"),
                    joined=not opens,
                    alone=count == 1 and draw(rarely),
                    is_at_beat=draw(st.booleans()),
                )
            )
        ways.append(tuple(parts))
    return tuple(ways)


@st.composite
def films(draw: st.DrawFn) -> tuple[Target, list[Ways]]:
    """A few shots on a target with a shot list, with first frames or without."""
    target = draw(st.sampled_from([TINY, LISTED_CHOICES, FEWER_BESIDE_A_FRAME, O3, SMALL]))
    return target, [draw(ways_of(number, target)) for number in range(draw(st.integers(1, 4)))]


def partitions(parts: tuple[Part, ...]) -> Iterator[list[tuple[Part, ...]]]:
    """All partitions into neighbours."""
    if not parts:
        yield []
        return
    for size in range(len(parts), 0, -1):
        for rest in partitions(parts[size:]):
            yield [parts[:size], *rest]


def price_of(parts: tuple[Part, ...], seconds: int) -> Decimal | None:
    """An odd price list: some clips are paid already, some have no price."""
    if parts[0].shot.audio:
        return None
    return Decimal(0) if len(parts) == 2 else Decimal("0.1") * seconds


def worth(groups: list[tuple[Part, ...]], target: Target, *, priced: bool) -> tuple[Any, ...]:
    """The ordered key: unknown seconds, money, cuts nobody wrote, seams, requests, evenness."""
    unknown, money, cuts, seams, squares = 0, Decimal(0), 0, 0, 0
    joins = target.features[Feature.FIRST_FRAME].how != "none"
    for group in groups:
        asked = sum(part.seconds for part in group)
        seconds = target.seconds.billed(asked) or asked
        cost = price_of(group, seconds) if priced else Decimal(seconds)
        unknown += seconds if cost is None else 0
        money += cost or 0
        squares += seconds**2
        for position, part in enumerate(group):
            if part.number > 1:
                seams += not position
                cuts += not part.is_at_beat and (position > 0 or not joins)
    return unknown, money, cuts, seams, len(groups), squares


def groups_of(clips: tuple[Clip, ...]) -> list[tuple[Part, ...]]:
    return [clip.parts for clip in clips]


@fast
@given(film=films(), priced=st.booleans(), packs=st.booleans())
def test_the_choice_is_the_best_of_all(
    film: tuple[Target, list[Ways]], priced: bool, packs: bool
) -> None:
    target, ways = film
    clips, _ = gather(target, ways, packs=packs, cost=price_of if priced else None)
    best = min(
        worth(groups, target, priced=priced)
        for choice in product(*ways)
        for groups in partitions(tuple(part for way in choice for part in way))
        if all(may_share(group, target, packs=packs) for group in groups)
    )
    assert worth(groups_of(clips), target, priced=priced) == best


@fast
@given(film=films())
def test_the_takes_render_each_shot_in_one_of_its_ways(film: tuple[Target, list[Ways]]) -> None:
    target, ways = film
    clips, _ = gather(target, ways)
    rendered = [part for clip in clips for part in clip.parts]
    for number, options in enumerate(ways, 1):
        own = [part.prompt for part in rendered if part.shot.number == number]
        assert own in [[part.prompt for part in way] for way in options]
    for clip in clips:
        assert clip.seconds == sum(part.seconds for part in clip.parts) + clip.padding
        assert not clip.parts[0].joined


@pytest.mark.parametrize(
    ("seconds", "wanted"),
    [([5, 5, 5], [15]), ([5, 5, 5, 5], [10, 10]), ([14, 2], [14, 3]), ([1, 1], [3])],
)
def test_shots_share_requests(seconds: list[int], wanted: list[int]) -> None:
    shots = [
        a_shot("Go.", lasts, address=f"scene/{n}", number=n) for n, lasts in enumerate(seconds)
    ]
    clips, _ = fit(O3, *shots)
    assert sum(clip.seconds for clip in clips) == sum(wanted)
    assert len(clips) == len(wanted)


def test_a_shot_stays_whole_where_that_costs_no_more_and_is_cut_where_it_saves() -> None:
    long_text = "The wind turns and the lamp swings in it. " * 20
    clips, _ = fit(O3, a_shot(long_text, 9))
    assert [len(clip.parts) for clip in clips] == [1]
    short = a_shot("Go.", 1, address="scene/2", number=2)
    clips, _ = fit(O3, a_shot(long_text, 9), short)
    # Alone the second would be padded to 3 s. Divided, its parts continue without a cut.
    assert [(len(clip.parts), clip.padding) for clip in clips] == [(1, 0), (2, 0)]


def test_a_padded_take_is_reported_with_its_price() -> None:
    (ways,), _ = divide(O3, a_shot("Go.", 1))
    _, found = gather(O3, [ways], price=lambda part: Money(Decimal("0.1"), "USD"))
    assert codes(found) == {"SB312"}
    assert "0.20 USD" in found[0].message


def test_the_lengths_that_exist_are_what_is_paid() -> None:
    clips, _ = fit(FIVE_OR_TEN, a_shot("Go.", 6))
    assert [(clip.seconds, clip.padding) for clip in clips] == [(10, 4)]


def test_too_many_names_in_one_part_are_named_with_the_way_out() -> None:
    text = " ".join(MARKS[:5])
    _, found = fit(O3, a_shot(text, 5))
    assert "SB304" in codes(found)
    message = next(one for one in found if one.code.id == "SB304")
    assert "tom, mara, gallery, lantern, boy" in message.message
    assert "--max-references 5" in message.help


def test_a_first_frame_counts_as_a_reference_where_the_target_says_so() -> None:
    shot = a_shot(f"{MARA} and {TOM}", 3, start_frame=PICTURE)
    _, found = fit(TINY, shot)
    assert "SB304" in codes(found)


ONE_BY_ONE = [MARA, TOM, LANTERN, BOY]


def shots_of(start_frame: Asset | None = None) -> list[list[str]]:
    """The shots of each take, of four shots with an element each; the first may open on a frame."""
    shots = [
        a_shot(mark, 3, address=f"scene/{number}", start_frame=None if number > 1 else start_frame)
        for number, mark in enumerate(ONE_BY_ONE, 1)
    ]
    clips, _ = fit(FEWER_BESIDE_A_FRAME, *shots)
    return [[part.address for part in clip.parts] for clip in clips]


def test_a_shot_with_a_first_frame_shares_a_request_up_to_the_elements_beside_it() -> None:
    assert shots_of(PICTURE) == [["scene/1", "scene/2"], ["scene/3", "scene/4"]]


def test_without_a_first_frame_a_request_takes_more_elements() -> None:
    assert shots_of() == [["scene/1", "scene/2", "scene/3", "scene/4"]]


def test_an_element_that_is_mentioned_again_counts_once_beside_a_first_frame() -> None:
    texts = [MARA, TOM, f"{MARA} and {TOM}", f"{TOM} in {GALLERY}"]
    shots = [
        a_shot(text, 3, address=f"scene/{number}", start_frame=None if number else PICTURE)
        for number, text in enumerate(texts)
    ]
    clips, _ = fit(FEWER_BESIDE_A_FRAME, *shots)
    assert [len(clip.parts) for clip in clips] == [4]


def test_too_many_elements_beside_a_first_frame_are_named() -> None:
    shot = a_shot(f"{MARA}, {TOM} and {LANTERN} in {GALLERY}", 3, start_frame=PICTURE)
    _, found = fit(FEWER_BESIDE_A_FRAME, shot)
    assert codes(found) == {"SB304"}
    assert "carries 2 beside a first frame: tom, mara, lantern" in found[0].message


def test_as_many_elements_as_may_stand_beside_a_first_frame_are_fine() -> None:
    shot = a_shot(f"{MARA} and {TOM} in {GALLERY}", 3, start_frame=PICTURE)
    assert fit(FEWER_BESIDE_A_FRAME, shot)[1] == []


def test_too_many_videos_in_one_part_are_refused() -> None:
    _, found = fit(O3, a_shot(f"{BOY} and {GULL}", 3))
    assert "SB405" in codes(found)


def test_a_long_scene_is_packed_in_linear_work() -> None:
    asked = {}
    for size in (100, 200):
        calls = 0

        def cost(parts: tuple[Part, ...], seconds: int) -> Decimal:
            nonlocal calls
            calls += 1
            return Decimal(seconds)

        shots = [a_shot("Go.", 3, address=f"scene/{n}", number=n) for n in range(size)]
        ways, _ = divide(O3, *shots)
        gather(O3, ways, cost=cost)
        asked[size] = calls
    assert asked[200] < 2.2 * asked[100]


def test_nothing_makes_nothing() -> None:
    assert gather(O3, []) == ((), [])


def test_each_part_of_a_target_without_lists_is_a_request() -> None:
    clips, _ = fit(O1, a_shot("He waits. He goes.", 18))
    assert [len(clip.parts) for clip in clips] == [1, 1]
    assert a_composer(O1).ruler.lead
