"""Addresses: each clip has one name, and what somebody writes means the clips that it should."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storyboard.values.addresses import (
    ClipName,
    Portion,
    UnknownAddressError,
    clip_name,
    is_take_of,
    select,
    take_name,
)

IDS = ("climb", "lamp", "take2", "s1", "1-3", "2b", "_", "é", "海", "a_b", "take")


def shot(address: str, number: int, part: int | None = None, parts: int = 1) -> Portion:
    return Portion(address=address, number=number, part=part, parts=parts)


def clip(*portions: Portion, take: int | None = None) -> ClipName:
    name = clip_name(portions)
    return ClipName(text=name if take is None else take_name(name, take), portions=portions)


CLIMB = (shot("arrival/climb", 1, 1, 2), shot("arrival/climb", 1, 2, 2))
LAMP, DOOR = shot("arrival/lamp", 2), shot("arrival/3", 3)
FILM = [
    clip(CLIMB[0]),
    clip(CLIMB[1], LAMP, DOOR),
    clip(CLIMB[1], LAMP, DOOR, take=2),
    clip(shot("storm/rail", 1), shot("storm/wick", 2, 1, 2), shot("storm/wick", 2, 2, 2)),
    clip(shot("storm/beam", 3)),
    clip(shot("storm/beam", 3), take=2),
    clip(shot("3/1", 1)),
]


def test_a_clip_is_named_by_its_first_shot_and_its_last() -> None:
    assert [one.text for one in FILM] == [
        "arrival/climb.1",
        "arrival/climb.2..3",
        "arrival/climb.2..3.take2",
        "storm/rail..wick",
        "storm/beam",
        "storm/beam.take2",
        "3/1",
    ]


@pytest.mark.parametrize(
    ("portions", "name"),
    [
        (CLIMB, "arrival/climb"),
        ((*CLIMB, LAMP), "arrival/climb..lamp"),
        (
            (shot("a/b", 1, 1, 3), shot("a/b", 1, 2, 3)),
            "a/b.1..b.2",
        ),
        ((LAMP, shot("arrival/door", 3, 1, 2)), "arrival/lamp..door.1"),
    ],
)
def test_a_divided_shot_is_named_whole_where_all_its_parts_are_in_the_clip(
    portions: tuple[Portion, ...], name: str
) -> None:
    assert clip_name(portions) == name


@pytest.mark.parametrize(
    ("address", "meant"),
    [
        ("arrival", [0, 1, 2]),
        ("arrival/climb", [0, 1, 2]),
        ("arrival/1", [0, 1, 2]),
        ("arrival/climb.1", [0]),
        ("arrival/1.1", [0]),
        ("arrival/1.2", [1, 2]),
        ("arrival/lamp", [1, 2]),
        ("arrival/2", [1, 2]),
        ("arrival/lamp.take2", [2]),
        ("arrival/2.take2", [2]),
        ("arrival.take2", [2]),
        ("arrival/1.2..3", [1]),
        ("arrival/1.2..3.take2", [2]),
        ("storm/wick.2", [3]),
        ("storm/2", [3]),
        ("storm/1..2", [3]),
        ("storm/rail..2", [3]),
        ("storm/beam", [4]),
        ("storm/3", [4]),
        ("storm/3.take2", [5]),
        ("3", [6]),
    ],
)
def test_an_address_means_the_clips_that_render_it(address: str, meant: list[int]) -> None:
    assert select(address, FILM) == [FILM[index] for index in meant]


@pytest.mark.parametrize(
    ("address", "hint"),
    [
        ("arival/lamp", 'write "arrival/lamp"'),
        ("storm/rail.wick", 'write "storm/rail..wick"'),
        ("storn", 'write "storm"'),
        ("arrival/lamp.take3", "the clips are arrival/climb.1, arrival/climb.2..3, "),
        ("arrival/9", "storm/rail..wick, storm/beam and 2 more"),
        ("", "the clips are"),
        ("arrival/", 'write "arrival"'),
    ],
)
def test_an_unknown_address_is_told_with_what_may_be_written(address: str, hint: str) -> None:
    with pytest.raises(UnknownAddressError) as caught:
        select(address, FILM)
    assert hint in caught.value.hint
    assert f'"{address}"' in str(caught.value)


def test_where_there_is_no_clip_or_one_the_hint_says_so() -> None:
    for clips, hint in (([], "there is no clip"), (FILM[:1], "the one clip is arrival/climb.1")):
        with pytest.raises(UnknownAddressError) as caught:
            select("dawn/9", clips)
        assert caught.value.hint == hint


def test_a_clip_of_which_only_the_name_is_known_answers_to_its_name_and_its_scene() -> None:
    clips = [ClipName(text="a/1"), ClipName(text="a/b..c.take2"), ClipName(text="b/1")]
    assert select("a", clips) == clips[:2]
    assert select("a/b..c.take2", clips) == clips[1:2]
    assert select("a.take2", clips) == clips[1:2]


def test_a_letter_that_is_written_in_two_ways_is_one() -> None:
    clips = [clip(shot("café/é", 1))]
    assert select(unicodedata.normalize("NFD", "café/é"), clips) == clips


def test_a_further_take_is_told_from_another_clip() -> None:
    assert is_take_of("a/b.take12", "a/b")
    for name in ("a/b", "a/b.take", "a/b.take2x", "a/b.1.take2", "x/b.take2"):
        assert not is_take_of(name, "a/b")


@st.composite
def films(draw: st.DrawFn) -> list[ClipName]:
    """The clips of a film: shots with and without ids, divided or not, put together at random."""
    clips: list[ClipName] = []
    for scene in draw(st.lists(st.sampled_from(("arrival", "海", "7")), unique=True, min_size=1)):
        ids = draw(st.lists(st.none() | st.sampled_from(IDS), min_size=1, max_size=6))
        for at, name in enumerate(ids):
            if name in ids[:at]:
                ids[at] = None
        portions = [
            shot(f"{scene}/{name or number}", number, part if parts > 1 else None, parts)
            for number, name in enumerate(ids, 1)
            for parts in [draw(st.sampled_from((1, 1, 2, 3)))]
            for part in range(1, parts + 1)
        ]
        takes = draw(st.sampled_from(((), (2,), (2, 3))))
        while portions:
            size = draw(st.integers(1, 4))
            held, portions = portions[:size], portions[size:]
            clips += [clip(*held), *(clip(*held, take=take) for take in takes)]
    return clips


def rendering(clips: Iterable[ClipName], scene: str, number: int, part: int | None) -> list[str]:
    """The names of the clips that render a shot, or a part of it."""
    return [
        one.text
        for one in clips
        if any(
            held.address.startswith(f"{scene}/")
            and held.number == number
            and part in (None, held.part)
            for held in one.portions
        )
    ]


@given(film=films())
def test_each_clips_name_means_that_clip_alone(film: list[ClipName]) -> None:
    assert len({one.text for one in film}) == len(film)
    for one in film:
        assert select(one.text, film) == [one]


@given(film=films())
def test_a_shot_means_the_clips_that_render_it_by_id_as_by_number(film: list[ClipName]) -> None:
    names = {one.text for one in film}
    for held in (portion for one in film for portion in one.portions):
        scene = held.address.rpartition("/")[0]
        ways = [held.address, f"{scene}/{held.number}"]
        parts = [""] if held.part is None else ["", f".{held.part}"]
        for end in parts:
            meant = rendering(film, scene, held.number, held.part if end else None)
            # The name of a clip is that clip's alone, whatever further takes there are of it.
            own = f"{held.address}{end}"
            expected = [own] if own in names else meant
            for way in ways:
                assert [one.text for one in select(f"{way}{end}", film)] == expected


@given(film=films())
def test_a_scene_means_all_its_clips(film: list[ClipName]) -> None:
    for scene in {one.text.partition("/")[0] for one in film}:
        assert select(scene, film) == [one for one in film if one.text.startswith(f"{scene}/")]
