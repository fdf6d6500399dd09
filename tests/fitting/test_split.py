"""The rules of division, each over generated films."""

from __future__ import annotations

import re
from itertools import pairwise
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
    TINY_WORDS,
    a_ruler,
    a_shot,
    divide,
)
from hypothesis import given, settings
from hypothesis import strategies as st

from storyboard.film import Part, Shot
from storyboard.targets.types import Target

fast = settings(deadline=None, max_examples=80)

WORDS = st.sampled_from(
    [
        "a",
        "lamp",
        "keeper",
        "goes",
        "out",
        "3.14",
        "don't",
        "naïve",
        "e\u0301t",
        "走了",
        "塔",
        "ไป",
        *MARKS[:3],
    ]
)
ENDS = st.sampled_from([". ", "! ", ", ", "; ", " — ", " ", " ", " ", "。", "，", "? ", ".\n\n"])
QUOTED = st.builds(
    lambda marks, words: marks[0] + " ".join(words) + marks[1],
    st.sampled_from(['""', "“”", "«»", "「」"]),
    st.lists(st.sampled_from(["Go.", "now", "No!", "it's,", "I"]), min_size=1, max_size=3),
)
TEXTS = st.lists(st.tuples(WORDS | WORDS | WORDS | QUOTED, ENDS), min_size=1, max_size=30).map(
    lambda tokens: "".join(word + end for word, end in tokens).strip()
)


@st.composite
def shots(draw: st.DrawFn) -> Shot:
    """Shots with short and long texts, with and without beats and frames."""
    seconds = draw(st.integers(1, 45))
    texts = draw(st.lists(TEXTS, min_size=1, max_size=4))
    more: dict[str, Any] = {"seam": draw(st.sampled_from(["cut", "cut", "continue"]))}
    if draw(st.booleans()):
        more["start_frame"] = PICTURE
    shot = a_shot(" ".join(texts), seconds, **more)
    if len(texts) == 1:
        return shot
    lasts = draw(st.lists(st.none() | st.integers(1, 20), min_size=len(texts), max_size=len(texts)))
    if all(lasts):
        seconds = sum(lasting or 0 for lasting in lasts)
    return with_beats(texts, lasts, seconds, more)


def with_beats(
    texts: list[str], lasts: list[int | None], seconds: int, more: dict[str, Any]
) -> Shot:
    from storyboard.film import Beat

    shot = a_shot(" ".join(texts), seconds, **more)
    starts = [sum(len(text) + 1 for text in texts[:n]) for n in range(len(texts))]
    beats = tuple(Beat(start=a, seconds=b) for a, b in zip(starts, lasts, strict=True))
    return Shot(
        **{name: getattr(shot, name) for name in Shot.__dataclass_fields__} | {"beats": beats}
    )


ANY_TARGET = st.sampled_from(sorted(TARGETS)).map(TARGETS.__getitem__)


def codes(said: list[Any]) -> set[str]:
    return {one.code.id for one in said}


def fits(said: list[Any]) -> bool:
    return not codes(said) & {"SB305", "SB306"}


def squeezed(text: str) -> str:
    return "".join(text.split())


def opens_on_picture(part: Part) -> bool:
    return part.continues or part.start_frame is not None


@fast
@given(ANY_TARGET, shots())
def test_the_texts_of_the_parts_joined_are_the_text_of_the_shot(target: Target, shot: Shot) -> None:
    parts, _ = divide(target, shot)
    told = [part.text for part in parts if not part.carried]
    at = 0
    for text in told:
        start = shot.text.index(text, at)
        assert not shot.text[at:start].strip()
        at = start + len(text)
    assert not shot.text[at:].strip()


@fast
@given(ANY_TARGET, shots())
def test_the_seconds_of_the_parts_are_the_seconds_of_the_shot(target: Target, shot: Shot) -> None:
    parts, _ = divide(target, shot)
    assert sum(part.seconds for part in parts) == shot.seconds
    assert [part.number for part in parts] == list(range(1, len(parts) + 1))
    assert {part.count for part in parts} == {len(parts)}


@fast
@given(ANY_TARGET, shots(), st.booleans())
def test_no_part_is_above_the_limits_or_below_the_minimum(
    target: Target, shot: Shot, long_prompts: bool
) -> None:
    ruler = a_ruler(target)
    parts, said = divide(target, shot, long_prompts=long_prompts)
    for part in parts:
        assert part.seconds <= target.seconds.max
        if not part.alone and target.shots and fits(said):
            assert part.seconds <= target.shots.max_seconds
        limit = target.shot_characters
        if part.alone and long_prompts:
            limit = target.prompt.characters
        if limit is not None and fits(said):
            lead = ruler.weigh(ruler.lead) if opens_on_picture(part) else 0
            assert ruler.weigh(part.text) + lead <= limit
    if len(parts) > 1 and fits(said):
        for request in requests_of(parts):
            assert target.seconds.min <= sum(part.seconds for part in request) or (
                len(request) == len(parts)
            )
            assert sum(part.seconds for part in request) <= target.seconds.max
            if len(request) > 1:
                assert target.shots is not None
                assert len(request) <= target.shots.max
                assert all(part.seconds >= target.shots.min_seconds for part in request)


def requests_of(parts: tuple[Part, ...]) -> list[list[Part]]:
    requests: list[list[Part]] = []
    for part in parts:
        if part.joined:
            requests[-1].append(part)
        else:
            requests.append([part])
    return requests


@fast
@given(ANY_TARGET, shots())
def test_only_a_long_word_is_called_a_long_word(target: Target, shot: Shot) -> None:
    ruler = a_ruler(target)
    room = (target.shot_characters or 10**6) - (ruler.weigh(ruler.lead) if ruler.lead else 0)
    if "SB306" in codes(divide(target, shot)[1]):
        assert any(ruler.weigh(word) > room for word in shot.text.split())


@pytest.mark.parametrize("text", ["He goes. " * 30, "Go on, he says, and on, " * 10])
@pytest.mark.parametrize("seam", ["cut", "continue"])
def test_the_words_for_a_first_frame_have_room_in_each_part_that_needs_them(
    text: str, seam: str
) -> None:
    ruler = a_ruler(TINY_WORDS)
    parts, said = divide(TINY_WORDS, a_shot(text.strip(), 30, seam=seam))
    assert fits(said)
    assert len(parts) > 5
    for part in parts:
        lead = ruler.lead if opens_on_picture(part) else ""
        assert ruler.weigh(lead + part.text) <= 60


def test_a_text_that_fits_only_without_the_words_for_a_first_frame_is_divided() -> None:
    text = "He goes up the stair. She goes down the stair. They wait."
    assert len(text) < 60 < len(text) + a_ruler(TINY_WORDS).weigh(a_ruler(TINY_WORDS).lead)
    assert len(divide(TINY_WORDS, a_shot(text, 5))[0]) == 1
    assert len(divide(TINY_WORDS, a_shot(text, 5, start_frame=PICTURE))[0]) == 2
    assert len(divide(TINY_WORDS, a_shot(text, 5, seam="continue"))[0]) == 2


# What a writer writes for 24 characters a prompt and 6 s a request, and what becomes of it:
# a bar where the text is divided, then the seconds; + shares the request, > continues.
EXAMPLES = [
    ("He waits.", 4, "4"),
    ("He waits. |She goes.", 8, "4 >4"),
    ("He waits. |She goes up. |They meet.", 18, "6 >6 >6"),
    ("He goes up the stair. |She goes down it.", 4, "2 +2"),
    ("He goes up the stair, |and then goes on.", 6, "3 +3"),
    ("He goes up the stair |and goes on and on.", 4, "2 +2"),
    ("“He goes. She does.” |So he said, and left.", 5, "2 +3"),
    ("他走了，塔上的灯也灭了。|她来了，门外的风更大了。他们等着。", 5, "2 +3"),
]


@pytest.mark.parametrize(("row", "seconds", "wanted"), EXAMPLES)
def test_examples_of_division(row: str, seconds: int, wanted: str) -> None:
    parts, _ = divide(TINY, a_shot(row.replace("|", ""), seconds))
    assert [part.text for part in parts] == [text.strip() for text in row.split("|")]
    signs = ["+" if part.joined else ">" if part.continues else "" for part in parts]
    told = [f"{sign}{part.seconds}" for sign, part in zip(signs, parts, strict=True)]
    assert " ".join(told) == wanted


def test_more_parts_than_a_list_takes_are_spread_over_requests() -> None:
    parts, said = divide(O3, a_shot("The keeper climbs the stair, slowly. " * 90, 13))
    assert codes(said) == {"SB302"}
    assert [len(request) for request in requests_of(parts)] == [4, 3]


def test_a_shot_divided_for_its_length_takes_long_prompts_if_asked_for() -> None:
    shot = a_shot("The keeper climbs the stair, slowly. " * 60, 20)
    assert len(divide(O3, shot)[0]) == 5
    parts, said = divide(O3, shot, long_prompts=True)
    assert [part.alone for part in parts] == [True, True]
    assert codes(said) == {"SB301"}


@fast
@given(ANY_TARGET, shots())
def test_a_part_continues_or_joins_what_was_before_it_in_the_shot(
    target: Target, shot: Shot
) -> None:
    parts, _ = divide(target, shot)
    assert parts[0].continues is (shot.seam == "continue")
    assert not parts[0].joined
    assert all(part.continues is not part.joined for part in parts[1:])


@fast
@given(ANY_TARGET, shots())
def test_the_same_shot_is_divided_in_the_same_way(target: Target, shot: Shot) -> None:
    first, said = divide(target, shot)
    second, again = divide(target, shot)
    assert first == second
    assert [one.message for one in said] == [one.message for one in again]


@fast
@given(ANY_TARGET, shots())
def test_a_shot_that_fits_is_one_part_and_nothing_is_said(target: Target, shot: Shot) -> None:
    ruler = a_ruler(target)
    limit = target.shot_characters
    opens = shot.start_frame is not None or shot.seam == "continue"
    weight = ruler.weigh(shot.text) + (ruler.weigh(ruler.lead) if opens else 0)
    fits_whole = shot.seconds <= target.seconds.max and (limit is None or weight <= limit)
    parts, said = divide(target, shot)
    if fits_whole:
        assert (len(parts), said, parts[0].text) == (1, [], shot.text)
    else:
        assert said


@fast
@given(ANY_TARGET, shots())
def test_a_boundary_is_never_inside_a_word_or_a_quotation_that_fits(
    target: Target, shot: Shot
) -> None:
    ruler = a_ruler(target)
    parts, _ = divide(target, shot)
    room = (target.shot_characters or 10**6) - (ruler.weigh(ruler.lead) if ruler.lead else 0)
    quoted = [
        found.span()
        for found in re.finditer(r'(?<!\w)"[^"]*"|“[^”]*”|«[^»]*»|「[^」]*」', shot.text)
        if ruler.weigh(token_around(shot.text, *found.span())) <= room
    ]
    at = 0
    for before, after in pairwise(parts):
        if after.carried:
            continue
        at = shot.text.index(before.text, at) + len(before.text)
        assert not any(start < at < end for start, end in quoted)
        if not shot.text[at].isspace():
            unspaced = [
                one for one in shot.text[at - 1 : at + 1] if one >= "\u0e00" and one < "\U000f0000"
            ]
            assert unspaced, "cut inside a word of a script with spaces"
            assert shot.text[at] not in "。，！\u0301\u200d"


def token_around(text: str, start: int, end: int) -> str:
    """A quotation with what clings to it without a space."""
    while start and not text[start - 1].isspace():
        start -= 1
    while end < len(text) and not text[end].isspace():
        end += 1
    return text[start:end]


@fast
@given(st.integers(16, 120), st.integers(1, 20), st.integers(0, 3))
def test_a_long_shot_has_the_fewest_parts(seconds: int, sentences: int, mention: int) -> None:
    text = " ".join(f"The {MARKS[mention]} goes {n}." for n in range(sentences))
    parts, said = divide(O3, a_shot(text, seconds))
    assert len(parts) == -(-seconds // 15)
    assert all(part.seconds >= 3 for part in parts)
    assert ("SB303" in codes(said)) is any(part.carried for part in parts)
    assert any(part.carried for part in parts) is (sentences < len(parts))
    for part in parts:
        if part.carried:
            assert part.text == parts[part.number - 2].text


@fast
@given(st.lists(st.integers(3, 15), min_size=2, max_size=8))
def test_whole_beats_keep_their_seconds(lasts: list[int]) -> None:
    texts = [f"Beat {n}: on. And on." for n in range(len(lasts))]
    shot = with_beats(texts, list(lasts), sum(lasts), {})
    parts, _ = divide(O3, shot)
    own = dict(zip(texts, lasts, strict=True))
    for part in parts:
        inside = [text for text in texts if text in part.text]
        if len(parts) > 1:
            assert part.text == " ".join(inside)
            assert part.seconds == sum(own[text] for text in inside)
    assert len(parts) == greedy(lasts, 15)


def greedy(lasts: list[int], most: int) -> int:
    count, full = 0, most
    for seconds in lasts:
        if full + seconds > most:
            count, full = count + 1, 0
        full += seconds
    return count


@fast
@given(st.lists(TEXTS, min_size=2, max_size=5), st.integers(16, 60))
def test_a_long_shot_is_cut_at_beats_where_there_are_enough(texts: list[str], seconds: int) -> None:
    shot = with_beats(texts, [None] * len(texts), seconds, {})
    parts, _ = divide(O3, shot)
    if len(parts) <= len(texts):
        starts = {beat.start for beat in shot.beats}
        at = 0
        for part in parts[1:]:
            at = shot.text.index(part.text, at + 1)
            assert any(shot.text[start:].strip().startswith(part.text) for start in starts)


@pytest.mark.parametrize("seconds", [11, 15, 20, 25, 35])
def test_where_only_few_lengths_exist_the_parts_take_them(seconds: int) -> None:
    parts, _ = divide(FIVE_OR_TEN, a_shot("She climbs. The lamp is out. He waits. Rain.", seconds))
    paid = sum(FIVE_OR_TEN.seconds.billed(part.seconds) or 0 for part in parts)
    assert paid == -(-seconds // 5) * 5


def test_text_alone_makes_parts_that_share_the_request() -> None:
    parts, said = divide(O3, a_shot("The keeper climbs the stair, slowly. " * 20, 9))
    assert [part.joined for part in parts] == [False, True]
    assert codes(said) == {"SB302"}


def test_without_a_list_of_shots_parts_continue_each_other() -> None:
    parts, _ = divide(O1, a_shot("The keeper climbs the stair, slowly. " * 80, 9))
    assert [part.continues for part in parts] == [False, True]
    assert all(part.seconds >= 3 for part in parts)


def test_a_text_that_the_single_prompt_takes_is_kept_whole_if_asked_for() -> None:
    shot = a_shot("The keeper climbs the stair, slowly. " * 20, 9)
    parts, said = divide(O3, shot, long_prompts=True)
    assert (len(parts), parts[0].alone, said) == (1, True, [])


def test_too_much_text_says_the_seconds_and_the_characters_that_pass() -> None:
    text = "The keeper climbs the stair, slowly. " * 200
    parts, said = divide(O3, a_shot(text, 12))
    assert codes(said) == {"SB305"}
    seconds, characters = map(
        int, re.findall(r"at least (\d+) s.* to (\d+) characters", said[0].help)[0]
    )
    assert len(parts) == 1
    assert fits(divide(O3, a_shot(text, seconds))[1])
    assert not fits(divide(O3, a_shot(text, seconds - 1))[1])
    assert fits(divide(O3, a_shot(text[:characters], 12))[1])


def test_a_word_longer_than_a_prompt_is_reported_once_and_kept() -> None:
    parts, said = divide(O3, a_shot("Go. " + "x" * 600 + " on.", 8))
    assert codes(said) == {"SB302", "SB306"}
    assert "x" * 600 in [part.text for part in parts]


def test_a_shot_longer_than_a_list_takes_is_alone() -> None:
    parts, said = divide(TINY, a_shot("He waits.", 6))
    assert (len(parts), parts[0].alone, said) == (1, True, [])


def test_a_quotation_that_does_not_fit_is_divided_inside() -> None:
    parts, said = divide(TINY, a_shot("“Go away now. Never come back. Stay out there.”", 6))
    assert [part.text for part in parts] == [
        "“Go away now.",
        "Never come back.",
        "Stay out there.”",
    ]
    assert fits(said)


def test_the_messages_name_the_shot_the_limit_and_the_parts() -> None:
    _, said = divide(O3, a_shot("She climbs up. He waits below. They go home.", 40))
    assert said[0].message == (
        '"scene/1" lasts 40 s, one request 15 s at most: divided into 3 parts, 13 + 14 + 13 s'
    )
    text = f"The keeper {MARKS[0]} climbs the stair. " * 16
    _, said = divide(O3, a_shot(text.strip(), 9))
    weight = a_ruler(O3).weigh(text.strip())
    assert said[0].message == (
        f'the text of "scene/1" is {weight} characters, a prompt 512 at most '
        "(tags count 15 each): divided into 2 parts"
    )
    assert "beats" in said[0].help
    assert "long_prompts" in said[0].help


def test_a_very_long_text_is_divided_in_linear_work() -> None:
    start = perf_counter()
    parts, _ = divide(O1, a_shot("Go. " * 4_000, 600))
    short = perf_counter() - start
    assert len(parts) == 60
    start = perf_counter()
    divide(O1, a_shot("Go. " * 40_000, 600))
    assert perf_counter() - start < 40 * short + 0.1
