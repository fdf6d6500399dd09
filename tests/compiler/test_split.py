"""The rules of division, each over generated films."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import pytest
from fitting_films import (
    CAST,
    FIVE_OR_TEN,
    GALLERY,
    MARA,
    MARKS,
    O1,
    O3,
    PICTURE,
    QUAY,
    SMALL,
    TARGETS,
    TINY,
    TINY_WORDS,
    TOM,
    WREN,
    a_beat,
    a_composer,
    a_framing,
    a_node,
    a_ruler,
    a_scalar,
    a_shot,
    codes,
    divide,
    fit,
    parts_of,
    says,
)
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace
from random_shots import ANY_SHOT, ROOMY, SAID, all_lines, beats, prose_shots, shots, texts

from storyboard.compiler.clip import Part
from storyboard.compiler.compose import Atom, PromptPiece, action_of, narration_of
from storyboard.compiler.compose import composer as composing
from storyboard.compiler.compose.piece import present_in
from storyboard.compiler.film import MENTION, Passage, Shot
from storyboard.compiler.ruler import Ruler
from storyboard.compiler.split.measure import Measure, place_of, sentence_before
from storyboard.compiler.split.sentences import WORD, refine, whole
from storyboard.targets.model import Target

fast = settings(deadline=None, max_examples=50)
ERRORS = {"SB305", "SB306", "SB310"}
LOOSE = " \n.,;:–—，、。"
LONG = "The keeper climbs the stair, slowly. "
Case = tuple[Target, Shot]


def ways_of(target: Target, shot: Shot, **more: Any) -> Sequence[tuple[Part, ...]]:
    """The ways of a shot that fits; the example is dropped where it does not."""
    ways, said = divide(target, shot, **more)
    assume(not codes(said))
    return ways[0]


def bare(text: str) -> str:
    """A text without white space and the punctuation that joints may take or add."""
    return "".join(letter for letter in text if letter not in LOOSE)


def pieces_of(parts: Sequence[Part], kind: str = "action") -> list[Any]:
    return [
        one for part in parts for one in part.prompt.slices if one.kind == kind and not one.carried
    ]


def limit_of(part: Part, target: Target) -> int | None:
    return target.prompt.characters if part.alone else target.shot_characters


# What is said


@fast
@given(ANY_SHOT)
def test_the_prose_of_the_parts_joined_is_the_prose_of_the_shot(case: Case) -> None:
    target, shot = case
    composer = a_composer(target)
    wanted = [beat.prose for beat in shot.beats if beat.prose is not None]
    for parts in ways_of(target, shot):
        told: dict[int, str] = {}
        end: dict[int, int] = {}
        for one in pieces_of(parts):
            at = end.get(id(one.passage), 0)
            assert not bare(one.passage.text[at : one.offset]), "something is left out"
            told[id(one.passage)] = told.get(id(one.passage), "") + one.text
            end[id(one.passage)] = one.offset + len(one.text)
            if not any(mark in one.passage.text for mark in (WREN, QUAY)):
                assert one.passage.text.startswith(one.text, one.offset)
            else:
                end[id(one.passage)] = len(one.passage.text)
        assert list(told) == [id(passage) for passage in wanted]
        for passage in wanted:
            assert bare(told[id(passage)]) == bare(composer.expand(passage.text))


@fast
@given(ROOMY, shots())
def test_each_line_is_said_whole_once_by_its_speaker_in_order(target: Target, shot: Shot) -> None:
    composer = a_composer(target)
    is_heard = composer.is_heard(shot)
    wanted = [one for one in all_lines(shot) if is_heard or not one.is_off]
    for parts in ways_of(target, shot):
        if len(parts) == 1:
            continue
        spoken = [one for part in parts for one in part.lines if one.speaker]
        at = 0
        for line in wanted:
            said = ""
            while bare(said) != bare(line.line.text):
                one = spoken[at]
                assert (one.speaker, one.tone, one.is_off) == (
                    line.speaker,
                    line.tone,
                    line.is_off,
                )
                said, at = f"{said} {one.line.text}", at + 1
                assert bare(line.line.text).startswith(bare(said))
        assert at == len(spoken)


@fast
@given(ROOMY, shots())
def test_what_is_spoken_in_a_part_stands_in_its_prompt(target: Target, shot: Shot) -> None:
    for parts in ways_of(target, shot):
        for part in parts:
            if part.count == 1 and not shot.audio:
                continue  # who is only heard is left out
            said = "".join(one.text for one in part.prompt.slices if one.kind == "line")
            at = 0
            for line in part.lines:
                at = bare(said).index(bare(line.line.text), at) + len(bare(line.line.text))


@fast
@given(ROOMY, shots())
def test_a_line_is_divided_only_where_it_must_be(target: Target, shot: Shot) -> None:
    composer = a_composer(target)
    atoms = action_of(shot, is_heard=composer.is_heard(shot))
    measure = Measure(composer, shot, atoms, [()] * len(atoms))
    lead = composer.ruler.weigh(composer.ruler.lead) + 1 if composer.ruler.lead else 0
    for parts in ways_of(target, shot):
        if len(parts) == 1 or len(atoms) < -(-shot.seconds // target.seconds.max):
            continue
        told = [id(one.line.scalar) for part in parts for one in part.lines if one.speaker]
        for index, atom in enumerate(atoms):
            if atom.speech and told.count(id(atom.passage.scalar)) > 1:
                assert measure.part(index, index + 1) + lead > parts[0].way.limit


@fast
@given(ROOMY, shots(audio=True), SAID)
def test_the_narration_is_heard_once_in_order(target: Target, shot: Shot, said: str) -> None:
    for parts in ways_of(target, replace(shot, narration=says("", said))):
        told = [one.line.text for part in parts for one in part.lines if not one.speaker]
        assert bare("".join(told)) == bare(said)


# Limits


@fast
@given(ANY_SHOT)
def test_the_seconds_of_the_parts_are_the_seconds_of_the_shot(case: Case) -> None:
    target, shot = case
    ways, _ = divide(target, shot)
    assert len(ways) == 1
    assert ways[0]
    for parts in ways[0]:
        assert sum(part.seconds for part in parts) == shot.seconds
        assert [part.number for part in parts] == list(range(1, len(parts) + 1))
        assert {part.count for part in parts} == {len(parts)}
        assert all(part.shot is shot for part in parts)


@fast
@given(ANY_SHOT, st.sampled_from(["auto", "always", "never"]))
def test_every_part_is_within_the_characters_and_the_seconds(case: Case, long_prompts: str) -> None:
    target, shot = case
    for parts in ways_of(target, shot, long_prompts=long_prompts):
        for part in parts:
            assert part.seconds <= target.seconds.max
            limit = limit_of(part, target)
            assert part.prompt.weight == a_ruler(target).weigh(part.prompt.text)
            assert limit is None or part.prompt.weight <= limit
            if target.shots and not part.alone:
                assert part.seconds <= target.shots.max_seconds
        if len(parts) == 1:
            continue
        for request in requests_of(parts):
            lasts = sum(part.seconds for part in request)
            assert lasts <= target.seconds.max
            # Two requests of the least seconds may be more than the shot lasts.
            least = min(target.seconds.min, shot.seconds // 2)
            assert lasts >= least or len(request) == len(parts)
            if len(request) > 1:
                assert target.shots is not None
                assert len(request) <= target.shots.max
                assert all(part.seconds >= target.shots.min_seconds for part in request)


def requests_of(parts: Sequence[Part]) -> list[list[Part]]:
    requests: list[list[Part]] = []
    for part in parts:
        if part.joined:
            requests[-1].append(part)
        else:
            requests.append([part])
    return requests


@fast
@given(ANY_SHOT)
def test_a_shot_that_fits_has_one_way_of_one_part_and_nothing_is_said(case: Case) -> None:
    target, shot = case
    prompt = a_composer(target).whole(shot)
    limit = target.shot_characters
    ways, said = divide(target, shot)
    if shot.seconds <= target.seconds.max and (limit is None or prompt.weight <= limit):
        assert said == []
        assert [len(way) for way in ways[0]] == [1]
        assert ways[0][0][0].prompt == prompt
    else:
        assert said or any(len(way) > 1 or way[0].alone for way in ways[0])


@fast
@given(ANY_SHOT)
def test_a_part_continues_or_joins_what_was_before_it_in_the_shot(case: Case) -> None:
    target, shot = case
    for parts in ways_of(target, shot):
        assert parts[0].continues is (shot.seam == "continue")
        assert not parts[0].joined
        assert all(part.continues is not part.joined for part in parts[1:])


@fast
@given(ANY_SHOT)
def test_the_same_shot_is_divided_in_the_same_way(case: Case) -> None:
    target, shot = case
    first, said = divide(target, shot)
    second, again = divide(target, shot)
    assert first == second
    assert [one.message for one in said] == [one.message for one in again]


@fast
@given(ROOMY, shots(), st.randoms(use_true_random=False))
def test_what_fits_by_the_measure_fits_as_it_is_composed(
    target: Target, shot: Shot, random: Any
) -> None:
    composer = a_composer(target)
    is_heard = composer.is_heard(shot)
    plain = action_of(shot, is_heard=is_heard)
    atoms = [small for atom in plain for small in in_words(atom)]
    narration = narration_of(shot, is_heard=is_heard)
    told: list[list[Atom]] = [[] for _ in atoms]
    for one in in_words(narration) if narration else ():
        told[random.randrange(len(atoms))].append(one)
    measure = Measure(composer, shot, atoms, told)
    for _ in range(4):
        a, b = sorted(random.sample(range(len(atoms) + 1), 2))
        carried = sentence_before(atoms, a, b)
        used = tuple(sorted({atom.beat for atom in atoms[a:b]}))
        composed = composer.compose(
            PromptPiece(
                shot=shot,
                atoms=atoms[a:b],
                narration=[
                    replace(one, beat=atoms[b - 1].beat) for each in told[a:b] for one in each
                ],
                carried=atoms[carried] if carried is not None else None,
                location=place_of(composer, shot, atoms[b - 1]),
                present=present_in(shot, used),
                beats=used,
            )
        )
        assert measure.part(a, b) >= composed.weight


def in_words(atom: Atom) -> list[Atom]:
    """An atom cut between all its words."""
    start = whole(atom.passage.text, atom.start, atom.end, len)
    pieces = refine(atom.passage.text, [start], 1 << 20, len, down_to=WORD)
    return [replace(atom, start=piece.start, end=piece.end) for piece in pieces]


# Framing and people


@fast
@given(ROOMY, shots())
def test_all_framing_is_in_every_part(target: Target, shot: Shot) -> None:
    framing = shot.framing
    for parts in ways_of(target, shot):
        for part in parts:
            told = {one.field: one.text for one in part.prompt.slices if one.kind == "framing"}
            for name in ("size", "camera", "light", "sound", "style"):
                passage: Passage | None = getattr(framing, name)
                own = [getattr(beat, name, None) for beat in shot.beats]
                if passage is not None and not any(own):  # a beat's own stands in its place
                    said = bare(told[name]).casefold()
                    assert said == bare(passage.text).casefold()
            if framing.location and not any(mark in text_of(shot) for mark in (GALLERY, QUAY)):
                assert any(one.field == "location" for one in part.prompt.slices)


def text_of(shot: Shot) -> str:
    return "".join(beat.prose.text for beat in shot.beats if beat.prose is not None)


@fast
@given(ROOMY, shots())
def test_what_a_beat_says_of_camera_and_sound_is_in_each_of_its_parts(
    target: Target, shot: Shot
) -> None:
    for parts in ways_of(target, shot):
        for part in parts:
            for beat in shot.beats:
                is_in = beat.prose is not None and any(
                    one.passage is beat.prose and not one.carried for one in part.prompt.slices
                )
                for passage in (beat.camera, beat.sound):
                    assert passage is None or not is_in or passage.text in part.prompt.text
            own = [beat for beat in shot.beats if beat.camera]
            assert part.prompt.text.count("he leans in") <= len(own)


def test_a_part_says_nothing_of_the_camera_of_a_beat_that_is_not_in_it() -> None:
    shot = a_shot(
        None,
        20,
        a_beat("He climbs.", 10),
        a_beat("He waits.", 10, camera=a_framing(camera="he leans in").camera),
        narration=says("", "It was dark. It was cold."),
        audio=True,
    )
    told = [part.prompt.text for part in divide(O3, shot)[0][0][0]]
    assert told[0] == 'He climbs. [Narrator, off screen]: "It was dark."'
    assert told[1] == 'He waits. [Narrator, off screen]: "It was cold." Camera: he leans in.'


@fast
@given(ROOMY, shots())
def test_who_is_described_is_introduced_in_every_part_that_names_him(
    target: Target, shot: Shot
) -> None:
    for parts in ways_of(target, shot):
        for part in parts:
            slices = part.prompt.slices
            told = {one.field for one in slices if one.kind == "introduction" and one.passage}
            named = {
                mark
                for one in slices
                if one.kind in ("action", "framing") and one.passage is not None
                for mark in MENTION.findall(said_of(one))
            }
            for mark in named & {TOM, WREN}:
                assert CAST[mark].name in told


def said_of(one: Any) -> str:
    """The encoded words of a slice, where no label makes them longer."""
    text: str = one.passage.text
    return text[one.offset :][: len(one.text)] if WREN not in text and QUAY not in text else ""


@fast
@given(ROOMY, shots())
def test_a_part_carries_only_who_appeared_before_and_goes_unnamed(
    target: Target, shot: Shot
) -> None:
    for parts in ways_of(target, shot):
        appeared: set[str] = set()
        assert not parts[0].prompt.carried
        for part in parts:
            carried, left_out = set(part.prompt.carried), set(part.prompt.left_out)
            assert carried | left_out <= appeared
            assert not carried & left_out
            marked = {one.field for one in part.prompt.slices if one.kind == "carry"}
            assert {CAST[mark].name for mark in carried} == marked
            if shot.cast == ():
                assert not carried
            appeared |= {*part.prompt.marks, *carried, *left_out}
            # Who is words leaves no mark in a prompt.
            appeared |= {WREN} if "girl" in part.prompt.text else set()


def test_who_appeared_before_is_named_again_and_introduced() -> None:
    shot = a_shot(f"{MARA} and {WREN} climb. The lamp is out.", 20)
    parts = divide(O3, shot)[0][0][0]
    assert [part.prompt.text for part in parts] == [
        f"The girl: a girl in a red scarf. {MARA} and the girl climb.",
        f"The girl: a girl in a red scarf. With the girl and {MARA}. The lamp is out.",
    ]
    said = fit(O3, shot)[1]
    assert codes(said) == {"SB301", "SB309"}
    assert said[1].message == 'in "scene/1" part 2 names wren, mara again'


def test_nobody_is_carried_into_a_frame_that_is_said_to_be_empty() -> None:
    text = f"{MARA} climbs. The lamp is out."
    parts = divide(O3, a_shot(text, 20, cast=()))[0][0][0]
    assert [part.prompt.text for part in parts] == [f"{MARA} climbs.", "The lamp is out."]


def test_who_has_no_room_in_a_request_is_left_out_and_said_to_be() -> None:
    names = " ".join(MARKS[:2] + MARKS[3:5])
    clips, said = fit(O3, a_shot(f"{names} climb. {GALLERY} is dark.", 20))
    second = parts_of(clips)[1].prompt
    assert len(second.carried) == 3
    assert [CAST[mark].name for mark in second.left_out] == ["lantern"]
    assert "part 2 has no room for lantern" in said[1].message


# Sentences that are said again


@fast
@given(ANY_SHOT)
def test_a_sentence_is_carried_only_where_a_part_has_no_prose_and_is_marked(case: Case) -> None:
    target, shot = case
    for parts in ways_of(target, shot):
        before = False
        for part in parts:
            prose = [one for one in part.prompt.slices if one.kind == "action"]
            again = [one for one in prose if one.carried]
            assert len(again) <= 1
            assert bool(part.carried) is bool(again)
            if len(again) < len(prose):
                assert not part.carried
                before = True
            else:
                assert bool(part.carried) is before
            if part.carried:
                last = [
                    one
                    for earlier in parts[: part.number - 1]
                    for one in earlier.prompt.slices
                    if one.kind == "action"
                ][-1]
                assert again[0].passage is last.passage
                assert last.offset <= again[0].offset


@fast
@given(st.integers(16, 120), st.integers(1, 20), st.integers(0, 5))
def test_a_long_shot_has_the_fewest_parts_and_repeats_only_the_last_sentence(
    seconds: int, sentences: int, mention: int
) -> None:
    told = [f"The {MARKS[mention]} goes {n}." for n in range(sentences)]
    parts = ways_of(O3, a_shot(" ".join(told), seconds))[0]
    assert len(parts) == -(-seconds // 15)
    assert all(part.seconds >= 3 for part in parts)
    assert any(part.carried for part in parts) is (sentences < len(parts))
    assert {part.carried for part in parts} <= {"", told[-1]}


# Beats


@fast
@given(st.lists(st.integers(3, 15), min_size=2, max_size=8))
def test_whole_beats_keep_their_seconds(lasts: list[int]) -> None:
    told = [f"Beat {n}: on. And on." for n in range(len(lasts))]
    row = [a_beat(text, seconds) for text, seconds in zip(told, lasts, strict=True)]
    parts = ways_of(O3, a_shot(None, sum(lasts), *row))[0]
    own = dict(zip(told, lasts, strict=True))
    for part in parts:
        inside = [text for text in told if text in part.prompt.text]
        assert part.prompt.text == " ".join(inside)
        assert part.seconds == sum(own[text] for text in inside)
        assert part.number == 1 or part.is_at_beat
    assert len(parts) == greedy(lasts, 15)


def greedy(lasts: list[int], most: int) -> int:
    count, full = 0, most
    for seconds in lasts:
        if full + seconds > most:
            count, full = count + 1, 0
        full += seconds
    return count


@fast
@given(ROOMY, st.integers(2, 5).flatmap(lambda count: beats(count)), st.integers(16, 60))
def test_a_part_is_at_a_beat_if_it_begins_with_all_of_one(
    target: Target, row: list[Any], seconds: int
) -> None:
    shot = a_shot(None, seconds, *row)
    said = [[line.line for line in beat.lines if not line.is_off] for beat in row]
    firsts = [
        beat.prose or lines[0] for beat, lines in zip(row, said, strict=True) if beat.prose or lines
    ]
    for parts in ways_of(target, shot):
        for part in parts[1:]:
            said = [
                one
                for one in part.prompt.slices
                if one.kind in ("action", "line") and not one.carried
            ]
            begins = bool(said) and any(
                said[0].passage is first and said[0].offset == 0 for first in firsts
            )
            assert part.is_at_beat is begins


@fast
@given(st.lists(texts(), min_size=2, max_size=5), st.integers(16, 60))
def test_a_long_shot_is_cut_at_beats_where_there_are_enough(told: list[str], seconds: int) -> None:
    shot = a_shot(None, seconds, *map(a_beat, told))
    for parts in ways_of(FIVE_OR_TEN, shot):
        if len(parts) <= len(told):
            assert all(part.is_at_beat for part in parts[1:])


@fast
@given(st.lists(texts(most=4), min_size=2, max_size=2))
def test_a_long_text_is_cut_at_beats_where_each_has_room(told: list[str]) -> None:
    ruler = a_ruler(TINY_WORDS)
    shot = a_shot(None, 4, *map(a_beat, told), framing=a_framing(size="s"))
    # A stop and a space for framing, action and each joint.
    room = 60 - ruler.weigh(ruler.lead) - 8
    assume(all(ruler.weigh(text) < room for text in told))
    for parts in ways_of(TINY_WORDS, shot):
        assert all(part.is_at_beat for part in parts[1:])


# Boundaries


@fast
@given(ANY_SHOT)
def test_a_boundary_is_never_inside_a_word_a_mention_or_a_quotation_that_fits(case: Case) -> None:
    target, shot = case
    prose = [beat.prose.text for beat in shot.beats if beat.prose is not None]
    assume(not any(mark in text for text in prose for mark in (WREN, QUAY)))
    ruler = a_ruler(target)
    bases = a_composer(target).whole(shot).weight - sum(map(ruler.weigh, prose))
    room = (target.shot_characters or 10**6) - bases - ruler.weigh(ruler.lead) - 80
    for parts in ways_of(target, shot):
        for before, after in pairwise(pieces_of(parts)):
            if after.passage is not before.passage:
                assert after.offset == 0
                continue
            text, at = after.passage.text, after.offset
            for found in re.finditer(r'(?<!\w)"[^"]*"|“[^”]*”|«[^»]*»|「[^」]*」', text):
                start, end = found.span()
                if ruler.weigh(token_around(text, start, end)) <= room:
                    assert not start < at < end, "cut inside a quotation"
            if not text[at - 1].isspace():
                unspaced = [one for one in text[at - 1 : at + 1] if "\u0e00" <= one < "\U000f0000"]
                assert unspaced, "cut inside a word of a script with spaces"
                assert text[at] not in "。，！\u0301\u200d"


def token_around(text: str, start: int, end: int) -> str:
    """A quotation with what clings to it without a space."""
    while start and not text[start - 1].isspace():
        start -= 1
    while end < len(text) and not text[end].isspace():
        end += 1
    return text[start:end]


@fast
@given(prose_shots(), st.integers(16, 45))
def test_prose_is_cut_between_sentences_where_there_are_enough(shot: Shot, seconds: int) -> None:
    from storyboard.compiler.split.sentences import sentences

    text = text_of(shot)
    ends = {0}
    for sentence in sentences(text):
        ends.add(max(ends) + len(sentence))
    parts = ways_of(FIVE_OR_TEN, a_shot(text, seconds))[0]
    assert {one.offset for one in pieces_of(parts)} <= ends


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
    ways, _ = divide(TINY, a_shot(row.replace("|", ""), seconds), long_prompts="never")
    parts = ways[0][0]
    assert [part.prompt.text for part in parts] == [text.strip() for text in row.split("|")]
    signs = ["+" if part.joined else ">" if part.continues else "" for part in parts]
    told = [f"{sign}{part.seconds}" for sign, part in zip(signs, parts, strict=True)]
    assert " ".join(told) == wanted


def test_lines_stay_with_the_prose_before_them() -> None:
    shot = a_shot(
        None,
        14,
        a_beat(f"{MARA} climbs.", 7, says(MARA, "Is it out?")),
        a_beat("The lamp is out.", 7, says(WREN, "It is.")),
        audio=True,
    )
    told = [part.prompt.text for part in divide(SMALL, shot)[0][0][0]]
    assert told[0] == f'{MARA} climbs. [{MARA}]: "Is it out?"'
    assert told[1].endswith('The lamp is out. [girl]: "It is."')


def test_a_line_takes_the_seconds_that_it_takes_to_say() -> None:
    line = says(MARA, "I will not go up there again, not tonight, not for you and not for him.")
    parts = divide(O3, a_shot("The lamp is out. He waits.", 20, lines=(line,)))[0][0][0]
    assert len(parts) == 2
    assert parts[1].lines == (line,)
    assert parts[1].seconds >= 5


def test_the_place_that_the_prose_has_come_to_is_the_place_of_the_parts_after() -> None:
    shot = a_shot(
        f"He leaves {GALLERY}. He walks. She waits.", 40, framing=a_framing(QUAY), cast=()
    )
    told = [part.prompt.text for part in divide(O3, shot)[0][0][0]]
    assert told[0] == f"He leaves {GALLERY}."
    assert told[1] == f"Place: {GALLERY}. He walks."
    assert told[2] == f"Place: {GALLERY}. She waits."


# Ways


def test_auto_offers_the_whole_and_the_divided_shot() -> None:
    ways, said = divide(O3, a_shot(LONG * 20, 9))
    assert said == []
    whole_way, joined = ways[0]
    assert [part.alone for part in whole_way] == [True]
    assert [part.joined for part in joined] == [False, True]


def test_always_keeps_a_text_whole_that_the_single_prompt_takes() -> None:
    ways, said = divide(O3, a_shot(LONG * 20, 9), long_prompts="always")
    assert said == []
    assert [[part.alone for part in way] for way in ways[0]] == [[True]]


def test_never_offers_only_the_divided_shot() -> None:
    ways, said = divide(O3, a_shot(LONG * 20, 9), long_prompts="never")
    assert said == []
    assert [[part.joined for part in way] for way in ways[0]] == [[False, True]]


@fast
@given(prose_shots(), st.sampled_from([TINY, SMALL]))
def test_never_makes_no_part_of_a_long_prompt(shot: Shot, target: Target) -> None:
    for parts in ways_of(target, shot, long_prompts="never"):
        for part in parts:
            assert part.prompt.weight <= (target.shot_characters or 0)


@fast
@given(prose_shots(), st.sampled_from([TINY, SMALL]))
def test_always_has_one_part_wherever_the_single_prompt_takes_the_shot(
    shot: Shot, target: Target
) -> None:
    weight = a_composer(target).whole(shot).weight
    assume(weight <= (target.prompt.characters or 0) and shot.seconds <= target.seconds.max)
    ways, said = divide(target, shot, long_prompts="always")
    assert (said, [len(way) for way in ways[0]]) == ([], [1])


def test_a_shot_divided_for_its_length_takes_long_prompts_where_they_exist() -> None:
    shot = a_shot(LONG * 60, 20)
    ways, _ = divide(O3, shot)
    assert [[part.alone for part in way] for way in ways[0]] == [[True] * 2, [False] * 5]
    assert [len(way) for way in divide(O3, shot, long_prompts="never")[0][0]] == [5]


def test_more_parts_than_a_list_takes_are_spread_over_requests() -> None:
    ways, said = divide(O3, a_shot(LONG * 90, 13), long_prompts="never")
    assert said == []
    assert [len(request) for request in requests_of(ways[0][0])] == [4, 3]


def test_without_a_list_of_shots_parts_continue_each_other() -> None:
    parts = divide(O1, a_shot(LONG * 80, 9))[0][0][0]
    assert [part.continues for part in parts] == [False, True]
    assert all(part.seconds >= 3 for part in parts)


@pytest.mark.parametrize("seconds", [11, 15, 20, 25, 35])
def test_where_only_few_lengths_exist_the_parts_take_them(seconds: int) -> None:
    shot = a_shot("She climbs. The lamp is out. He waits. Rain.", seconds)
    parts = divide(FIVE_OR_TEN, shot)[0][0][0]
    paid = sum(FIVE_OR_TEN.seconds.billed(part.seconds) or 0 for part in parts)
    assert paid == -(-seconds // 5) * 5


def test_a_shot_longer_than_a_list_takes_is_alone() -> None:
    ways, said = divide(TINY, a_shot("He waits.", 6))
    assert said == []
    assert [[part.alone for part in way] for way in ways[0]] == [[True]]


@pytest.mark.parametrize("text", ["He goes. " * 30, "Go on, he says, and on, " * 10])
@pytest.mark.parametrize("seam", ["cut", "continue"])
def test_the_words_for_a_first_frame_stand_in_each_part_that_needs_them(
    text: str, seam: str
) -> None:
    ruler = a_ruler(TINY_WORDS)
    ways, said = divide(TINY_WORDS, a_shot(text.strip(), 30, seam=seam))
    parts = ways[0][0]
    assert said == []
    assert len(parts) > 5
    for part in parts:
        assert part.prompt.text.startswith(ruler.lead) is part.continues
        assert part.prompt.weight <= 60


def test_a_text_that_fits_only_without_the_words_for_a_first_frame_is_divided() -> None:
    text = "He goes up the stair. She goes down the stair. They wait."
    for more, count in (({}, 1), ({"start_frame": PICTURE}, 2), ({"seam": "continue"}, 2)):
        ways, _ = divide(TINY_WORDS, a_shot(text, 5, **more))
        assert [len(way) for way in ways[0]] == [count]


# What cannot be made to fit


@fast
@given(ANY_SHOT)
def test_what_does_not_fit_is_kept_whole_and_reported_once_where_it_is_written(
    case: Case,
) -> None:
    target, shot = case
    ways, said = divide(target, shot)
    assert len(said) <= 1
    assert codes(said) <= ERRORS
    if said:
        assert [len(way) for way in ways[0]] == [1]
        assert said[0].help
        assert said[0].span.end > said[0].span.start


def test_too_much_text_says_the_seconds_and_the_characters_that_pass() -> None:
    text = LONG * 300
    written = a_scalar(text)
    ways, said = divide(O3, a_shot(text, 12, node=a_node(prompt=written)))
    assert codes(said) == {"SB305"}
    assert said[0].span == written.span
    assert [len(way) for way in ways[0]] == [1]
    found = re.findall(r"at least (\d+) s.* to (\d+) characters", said[0].help)
    seconds, characters = map(int, found[0])
    assert divide(O3, a_shot(text, seconds))[1] == []
    assert codes(divide(O3, a_shot(text, seconds - 1))[1]) == {"SB305"}
    assert divide(O3, a_shot(text[:characters], 12))[1] == []


def test_the_help_for_too_much_text_counts_the_framing() -> None:
    text, framing = LONG * 40, a_framing(light="x" * 60)
    shot = a_shot(text, 5, framing=framing)
    said = divide(SMALL, shot)[1]
    assert codes(said) == {"SB305"}
    found = re.findall(r"at least (\d+) s.* to (\d+) characters", said[0].help)
    seconds, characters = map(int, found[0])
    assert divide(SMALL, a_shot(text, seconds, framing=framing))[1] == []
    assert divide(SMALL, a_shot(text[:characters], 5, framing=framing))[1] == []


def test_a_word_longer_than_a_prompt_is_reported_where_it_is_written() -> None:
    text = "Go. " + "x" * 2600 + " on."
    shot = a_shot(text, 8)
    ways, said = divide(O3, shot)
    assert codes(said) == {"SB306"}
    assert "a word of 2600 characters" in said[0].message
    assert shot.beats[0].prose is not None
    assert said[0].span == shot.beats[0].prose.scalar.span
    assert [part.prompt.text for part in ways[0][0]] == [text]


@fast
@given(prose_shots(), st.sampled_from(sorted(TARGETS)))
def test_only_a_long_word_is_called_a_long_word(shot: Shot, name: str) -> None:
    target = TARGETS[name]
    ruler = a_ruler(target)
    room = (target.shot_characters or 10**6) - (ruler.weigh(ruler.lead) if ruler.lead else 0) - 8
    if "SB306" in codes(divide(target, shot)[1]):
        assert any(ruler.weigh(word) > room for word in text_of(shot).split())


def test_framing_that_leaves_no_room_is_named_with_its_lengths_and_place() -> None:
    framing = a_framing(light="dusk " * 120, size="wide")
    shot = a_shot(LONG * 2, 8, framing=framing)
    said = divide(O3, shot, long_prompts="never")[1]
    assert codes(said) == {"SB310"}
    assert "light 600, size 4, of 512" in said[0].message
    assert said[0].help == "shorten light, or describe fewer in one shot"
    assert framing.light is not None
    assert said[0].span == framing.light.scalar.span


def test_a_quotation_that_does_not_fit_is_divided_inside() -> None:
    shot = a_shot("“Go away now. Never come back. Stay out there.”", 6)
    ways, said = divide(TINY, shot, long_prompts="never")
    assert said == []
    assert [part.prompt.text for part in ways[0][0]] == [
        "“Go away now.",
        "Never come back.",
        "Stay out there.”",
    ]


# What is said after the choice


@fast
@given(ANY_SHOT)
def test_each_divided_shot_is_told_of_once_and_of_its_carried_sentences_too(case: Case) -> None:
    target, shot = case
    clips, said = fit(target, shot)
    assume(not codes(said) & ERRORS)
    parts = parts_of(clips)
    told = [one.code.id for one in said]
    assert told.count("SB301") + told.count("SB302") == (len(parts) > 1)
    carried = [part.number for part in parts if part.carried]
    assert told.count("SB303") == bool(carried)
    if carried:
        (message,) = [one.message for one in said if one.code.id == "SB303"]
        assert message.startswith(f"part {carried[0]} " if len(carried) == 1 else "parts ")
    people = any(part.prompt.carried or part.prompt.left_out for part in parts)
    assert told.count("SB309") == people


def test_nothing_is_said_of_a_way_that_was_not_chosen() -> None:
    shot = a_shot(LONG * 20, 9)
    assert codes(fit(O3, shot)[1]) == set()
    assert codes(fit(O3, shot, long_prompts="never")[1]) == {"SB302"}


def test_the_messages_name_the_shot_the_limit_and_the_parts() -> None:
    said = fit(O3, a_shot("She climbs up. He waits below. They go home.", 40))[1]
    assert said[0].message == (
        '"scene/1" lasts 40 s, one request 15 s at most: divided into 3 parts, 13 + 14 + 13 s, '
        "parts 2 and 3 open on the last frame of the part before"
    )
    assert said[0].help == (
        "write beats to say where it divides, or two shots, the second with seam: continue"
    )
    text = f"The keeper {MARA} climbs the stair. " * 16
    said = fit(O3, a_shot(text.strip(), 9), long_prompts="never")[1]
    weight = a_ruler(O3).weigh(text.strip())
    assert said[0].message == (
        f'the prompt of "scene/1" is {weight} characters, 512 at most: divided into 2 parts, '
        "part 2 opens on the last frame of the part before"
    )
    assert said[0].help.endswith("with long_prompts: always")


def test_a_shot_that_divides_at_its_beats_is_a_note() -> None:
    shot = a_shot(None, 20, a_beat("He climbs.", 9), a_beat("He waits.", 11))
    said = fit(O3, shot)[1]
    assert [(one.code.id, one.severity.value) for one in said] == [("SB301", "note")]
    assert said[0].help == "the beats say where it divides"


def test_a_target_without_first_frames_says_that_parts_do_not_join() -> None:
    said = fit(SMALL, a_shot("He climbs. He waits.", 12))[1]
    assert codes(said) == {"SB301", "SB402"}
    assert "the picture cuts before part 2, as no first frame can be sent" in said[0].message


# Work


class CountingRuler(Ruler):
    """A ruler that counts the code points that it is given."""

    measured = 0

    def weigh(self, text: str) -> int:
        self.measured += len(text)
        return super().weigh(text)


PROSES = ["Go. ", f"{WREN} goes. ", f"{GALLERY} waits. ", "Go on, and on, ", "走。"]


@pytest.mark.parametrize("unit", PROSES)
@pytest.mark.parametrize("target", [SMALL, FIVE_OR_TEN])
def test_work_grows_with_the_length_of_the_text(
    target: Target, unit: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    drafts: list[int] = []
    real = composing.Draft.prompt

    def counted(draft: composing.Draft) -> Any:
        drafts.append(len(draft.piece.atoms))
        return real(draft)

    monkeypatch.setattr(composing.Draft, "prompt", counted)
    steps: list[int] = []
    growing = Measure.growing

    def stepped(measure: Measure, a: int) -> Any:
        for weight in growing(measure, a):
            steps.append(a)
            yield weight

    monkeypatch.setattr(Measure, "growing", stepped)

    def work(units: int) -> tuple[int, int, int]:
        drafts.clear()
        steps.clear()
        ruler = CountingRuler(target, CAST, target.references.max)
        divide(target, a_shot((unit * units).strip(), units // 2, cast=()), ruler=ruler)
        return ruler.measured, sum(drafts) + len(drafts), len(steps)

    for short, long in zip(work(200), work(1_000), strict=True):
        assert long < 12 * short + 1_000
