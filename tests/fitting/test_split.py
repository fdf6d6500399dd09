"""Split: every way of a shot says all of it once, in prompts that fit."""

from __future__ import annotations

import re

import pytest
from fitting_films import (
    GALLERY,
    MARA,
    O1,
    O3,
    QUAY,
    SMALL,
    TARGETS,
    TOM,
    WREN,
    a_beat,
    a_composer,
    a_framing,
    a_shot,
    codes,
    divide,
    fit,
    parts_of,
    says,
)
from hypothesis import given, settings
from hypothesis import strategies as st

from storyboard.film import MENTION, Part, Shot
from storyboard.targets.types import Target

fast = settings(deadline=None, max_examples=120)
SENTENCES = (
    f"{MARA} walks along the beach.",
    "She looks at the sea, and at the boats, and at nothing.",
    "The wind rises.",
    f"{TOM} calls “Wait! Not yet.” and runs after {MARA}.",
    "灯が消える。",
    f"{WREN} turns round",
)
NOISE = re.compile(r"[\s.,;:。]+")


@st.composite
def shots(draw: st.DrawFn) -> Shot:
    """A shot of a few sentences or beats, with lines and framing."""
    text = st.lists(st.sampled_from(SENTENCES), min_size=1, max_size=9).map(" ".join)
    line = st.builds(
        says,
        st.sampled_from([MARA, TOM, WREN]),
        st.sampled_from(["Who?", "Go. Go now.", "No light again."]),
        tone=st.sampled_from(["", "low"]),
        is_off=st.booleans(),
    )
    lines = st.lists(line, max_size=2)
    more = {
        "lines": tuple(draw(lines)),
        "narration": says("", "Years go by. Nobody asks.") if draw(st.booleans()) else None,
        "audio": draw(st.booleans()),
        "seam": draw(st.sampled_from(["cut", "continue"])),
        "framing": a_framing(
            location=draw(st.sampled_from(["", GALLERY, QUAY])), style="ink", size="wide"
        ),
    }
    if draw(st.booleans()):
        return a_shot(draw(text), draw(st.integers(1, 40)), **more)
    lasts = draw(st.lists(st.integers(1, 9), min_size=1, max_size=5))
    beats = [a_beat(draw(text), seconds, *draw(lines)) for seconds in lasts]
    return a_shot(None, sum(lasts), *beats, **more)


TARGET = st.sampled_from(sorted(TARGETS)).map(TARGETS.__getitem__)


def said(parts: tuple[Part, ...]) -> str:
    """The prose of some parts, what is carried left out, with names for the tags."""
    slices = [one for part in parts for one in part.prompt.slices]
    return " ".join(one.text for one in slices if one.kind == "action" and not one.carried)


@fast
@given(target=TARGET, shot=shots())
def test_every_way_says_the_prose_once_and_in_order(target: Target, shot: Shot) -> None:
    (ways,), _ = divide(target, shot)
    expand = a_composer(target).expand
    whole = " ".join(expand(beat.prose.text) for beat in shot.beats if beat.prose)
    for parts in ways:
        assert NOISE.sub("", said(parts)).lower() == NOISE.sub("", whole).lower()


@fast
@given(target=TARGET, shot=shots())
def test_every_way_speaks_each_line_once_by_its_speaker(target: Target, shot: Shot) -> None:
    (ways,), _ = divide(target, shot)
    names = a_composer(target).cast
    heard = [one for one in shot.speeches() if shot.audio or (one.speaker and not one.is_off)]
    wanted = [names[one.speaker].name if one.speaker else "narrator" for one in heard]
    words = "".join(NOISE.sub("", one.line.text) for one in heard if one.speaker)
    for parts in ways:
        lines = [one for part in parts for one in part.prompt.slices if one.kind == "line"]
        fields = [one.field for one in lines]
        assert set(fields) == set(wanted)
        spoken = [
            one.text[one.text.index('"') + 1 : -1] for one in lines if one.field != "narrator"
        ]
        assert NOISE.sub("", "".join(spoken)) == words


@fast
@given(target=TARGET, shot=shots())
def test_every_part_fits_its_prompt_and_its_seconds(target: Target, shot: Shot) -> None:
    (ways,), found = divide(target, shot)
    if any(one.severity == "error" for one in found):
        return
    for parts in ways:
        assert sum(part.seconds for part in parts) == shot.seconds
        for part in parts:
            limit = target.prompt.characters if part.alone else target.shot_characters
            assert limit is None or part.prompt.weight <= limit
            assert part.prompt.weight == a_composer(target).ruler.weigh(part.prompt.text)
            assert 1 <= part.seconds <= target.seconds.max


@fast
@given(target=TARGET, shot=shots())
def test_every_part_has_all_of_the_framing_and_something_that_happens(
    target: Target, shot: Shot
) -> None:
    (ways,), found = divide(target, shot)
    if any(one.severity == "error" for one in found):
        return
    for parts in ways:
        for part in parts:
            kinds = {one.kind for one in part.prompt.slices}
            fields = {one.field for one in part.prompt.slices if one.kind == "framing"}
            assert {"size", "style"} <= fields
            assert kinds & {"action", "line"}
            if shot.framing.location:
                mark = shot.framing.location
                named = mark in MENTION.findall(part.prompt.text)
                assert "location" in fields or named


@fast
@given(target=TARGET, shot=shots())
def test_a_sentence_is_carried_only_where_no_prose_is_left(target: Target, shot: Shot) -> None:
    (ways,), _ = divide(target, shot)
    for parts in ways:
        for part in parts:
            prose = [one.carried for one in part.prompt.slices if one.kind == "action"]
            assert bool(part.carried) == any(prose)
            assert not (any(prose) and not all(prose))


@fast
@given(target=TARGET, shot=shots())
def test_the_same_shot_has_the_same_ways(target: Target, shot: Shot) -> None:
    assert divide(target, shot)[0] == divide(target, shot)[0]


@pytest.mark.parametrize("name", TARGETS)
def test_a_shot_that_fits_has_one_way_and_nothing_is_said(name: str) -> None:
    (ways,), found = divide(TARGETS[name], a_shot("Go.", 3))
    assert [[part.prompt.text for part in way] for way in ways] == [["Go."]]
    assert not found


def test_whole_beats_keep_their_seconds() -> None:
    shot = a_shot(None, 27, a_beat("One.", 7), a_beat("Two.", 6), a_beat("Three.", 14))
    (ways,), _ = divide(O3, shot)
    assert [[part.seconds for part in way] for way in ways] == [[13, 14]]
    assert [part.is_at_beat for part in ways[0]] == [True, True]


def test_a_long_shot_is_cut_at_beats_where_there_are_enough() -> None:
    beats = [a_beat("One. And one more."), a_beat("Two. And two more.")]
    takes, _ = fit(O3, a_shot(None, 20, *beats))
    assert [part.prompt.text for part in parts_of(takes)] == [
        "One. And one more.",
        "Two. And two more.",
    ]


def test_a_long_shot_of_one_sentence_carries_it_and_says_so_of_each_part() -> None:
    takes, found = fit(O3, a_shot("She waits in the rain.", 40, framing=a_framing(style="ink")))
    texts = [part.prompt.text for part in parts_of(takes)]
    assert texts == ["She waits in the rain. Ink."] * 3
    assert [one.code.id for one in found].count("SB303") == 2


def test_a_line_stays_with_its_tone_and_names_its_speaker_again_when_divided() -> None:
    line = says(MARA, "First of all. " * 60, tone="low")
    takes, _ = fit(O3, a_shot("She turns.", 45, lines=(line,), audio=True))
    parts = parts_of(takes)
    assert len(parts) >= 3
    for part in parts:
        lines = [one.text for one in part.prompt.slices if one.kind == "line"]
        assert all(text.startswith(f"[{MARA}, low]: ") and text.endswith('"') for text in lines)


def test_people_who_appeared_before_are_carried_into_later_parts() -> None:
    shot = a_shot(None, 20, a_beat(f"{MARA} climbs with {TOM}.", 10), a_beat("It narrows.", 10))
    takes, found = fit(O3, shot)
    assert f"With {TOM} and {MARA}." in parts_of(takes)[1].prompt.text or (
        f"With {MARA} and {TOM}." in parts_of(takes)[1].prompt.text
    )
    assert "SB309" in codes(found)


def test_the_cast_of_a_beat_says_who_is_carried() -> None:
    beats = (a_beat(f"{MARA} climbs with {TOM}.", 10), a_beat("It narrows.", 10, cast=(TOM,)))
    takes, found = fit(O3, a_shot(None, 20, *beats))
    assert parts_of(takes)[1].prompt.text == (f"{TOM}: tall and grey. With {TOM}. It narrows.")
    assert "SB309" not in codes(found)
    nobody = (beats[0], a_beat("It narrows.", 10, cast=()))
    takes, _ = fit(O3, a_shot(None, 20, *nobody))
    assert parts_of(takes)[1].prompt.text == "It narrows."


def test_a_first_frame_in_words_stands_in_each_part_that_opens_on_one() -> None:
    takes, _ = fit(O1, a_shot("He waits. He goes.", 18))
    first, second = (part.prompt.text for part in parts_of(takes))
    assert "start frame" not in first
    assert second.startswith("Take ")


def test_a_shot_too_long_for_an_entry_is_whole_or_divided_as_its_scene_asks() -> None:
    shot = a_shot("The wind turns and the lamp swings in it. " * 20, 9)
    for asked, counts in (("auto", {1, 2}), ("always", {1}), ("never", {2})):
        (ways,), _ = divide(O3, shot, long_prompts=asked)
        assert {len(way) for way in ways} == counts


def test_too_much_text_says_what_the_seconds_hold_and_how_many_would_do() -> None:
    _, found = divide(SMALL, a_shot("The wind turns and turns again. " * 60, 2))
    assert codes(found) == {"SB305"}
    assert "hold" in found[0].message
    assert "at least" in found[0].help


def test_framing_without_room_for_a_sentence_is_an_error_at_the_longest_with_all_lengths() -> None:
    framing = a_framing(style="grey light and more " * 30, light="low sun")
    _, found = divide(SMALL, a_shot("The wind turns over the sea.", 4, framing=framing))
    assert codes(found) == {"SB310"}
    assert "style 600, light 7, of 400" in found[0].message
    assert found[0].span is not None
    assert found[0].span.text.startswith("grey light")


def test_a_word_longer_than_a_prompt_is_named() -> None:
    _, found = divide(SMALL, a_shot(f"A {'w' * 500} day.", 8))
    assert codes(found) == {"SB306"}


def test_a_boundary_is_never_inside_a_quotation_that_fits() -> None:
    text = " ".join(f"She reads “word {n}, and more. And more.” aloud." for n in range(12))
    (ways,), _ = divide(SMALL, a_shot(text, 16))
    for parts in ways:
        for part in parts:
            assert part.prompt.text.count("“") == part.prompt.text.count("”")
