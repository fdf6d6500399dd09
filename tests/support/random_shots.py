"""Random shots for the tests of fitting."""

from __future__ import annotations

from typing import Any

from fitting_films import (
    FIVE_OR_TEN,
    GALLERY,
    LANTERN,
    MARA,
    O1,
    O3,
    PICTURE,
    QUAY,
    SMALL,
    TARGETS,
    TOM,
    WREN,
    a_beat,
    a_framing,
    a_shot,
    says,
)
from hypothesis import strategies as st

from storyboard.compiler.film import Beat, Shot, Speech

_SPACED = ["a", "lamp", "keeper", "goes", "out", "3.14", "don't", "naïve", "e\u0301t"]
WORDS = st.sampled_from([*_SPACED, "走了", "塔", "ไป", MARA, TOM, GALLERY, LANTERN])
DESCRIBED = WORDS | st.sampled_from([WREN, QUAY])
ENDS = st.sampled_from([". ", "! ", ", ", "; ", " — ", " ", " ", " ", "。", "，", "? ", ".\n\n"])
QUOTED = st.builds(
    lambda marks, words: marks[0] + " ".join(words) + marks[1],
    st.sampled_from(['""', "“”", "«»", "「」"]),
    st.lists(st.sampled_from(["Go.", "now", "No!", "it's,", "I"]), min_size=1, max_size=3),
)


def texts(words: st.SearchStrategy[str] = WORDS, most: int = 30) -> st.SearchStrategy[str]:
    """Prose of words, quotations and punctuation."""
    tokens = st.lists(st.tuples(words | words | words | QUOTED, ENDS), min_size=1, max_size=most)
    return tokens.map(lambda found: "".join(word + end for word, end in found).strip())


SAID = st.lists(
    st.sampled_from(["Go on.", "Is it out?", "I will not go, not now.", "走吧。", "Yes"]),
    min_size=1,
    max_size=6,
).map(" ".join)
SPEAKERS = st.sampled_from([MARA, TOM, WREN])
LINES = st.builds(
    lambda speaker, text, tone, is_off: says(speaker, text, tone=tone, is_off=is_off),
    SPEAKERS,
    SAID,
    st.sampled_from(["", "low"]),
    st.sampled_from([False, False, True]),
)


@st.composite
def framings(draw: st.DrawFn) -> Any:
    """Framings of a few words, or none."""
    found = {
        name: text
        for name, text in (
            ("size", "wide"),
            ("camera", "slow push,"),
            ("light", "dusk"),
            ("sound", f"rain on {LANTERN}"),
            ("style", "grain."),
        )
        if draw(st.sampled_from([True, False, False]))
    }
    return a_framing(draw(st.sampled_from(["", "", GALLERY, QUAY])), **found)


CASTS = st.sampled_from([None, None, None, (), (MARA,), (WREN, TOM)])


@st.composite
def beats(draw: st.DrawFn, count: int, *, seconds: bool = True) -> list[Beat]:
    """Beats with prose, lines or both, and with some seconds of their own."""
    found = []
    for number in range(count):
        lines = draw(st.lists(LINES, max_size=2)) if draw(st.booleans()) else []
        lasts = draw(st.none() | st.integers(1, 20)) if seconds else None
        prose = draw(texts(DESCRIBED, 15))
        more: dict[str, Any] = {"cast": draw(CASTS)}
        if draw(st.sampled_from([True, False, False])):
            more["camera"] = a_framing(camera="he leans in").camera
        if draw(st.sampled_from([True, False, False])):
            more["sound"] = a_framing(sound=f"{MARA} coughs").sound
        is_silent = bool(number) and bool(lines) and draw(st.sampled_from([False, False, True]))
        found.append(a_beat(None if is_silent else prose, lasts, *lines, **more))
    return found


@st.composite
def shots(draw: st.DrawFn, **given: Any) -> Shot:
    """Shots with short and long texts, lines, framing, cast, beats and frames."""
    seconds = draw(st.integers(1, 45))
    more: dict[str, Any] = {"seam": draw(st.sampled_from(["cut", "cut", "continue"]))}
    more["start_frame"] = draw(st.sampled_from([None, None, PICTURE]))
    more["audio"] = draw(st.booleans())
    if draw(st.booleans()):
        more["framing"] = draw(framings())
        more["cast"] = draw(CASTS)
    if draw(st.sampled_from([True, False, False])):
        more["lines"] = tuple(draw(st.lists(LINES, max_size=2)))
        more["narration"] = draw(st.none() | SAID.map(lambda text: says("", text)))
    more |= given
    count = draw(st.integers(1, 4))
    if count == 1:
        return a_shot(draw(texts(DESCRIBED)), seconds, **more)
    row = draw(beats(count))
    if all(beat.seconds for beat in row):
        seconds = sum(beat.seconds or 0 for beat in row)
    return a_shot(None, seconds, *row, **more)


def prose_shots() -> st.SearchStrategy[Shot]:
    """Shots of one text alone."""
    return st.builds(a_shot, texts(), st.integers(1, 45))


def all_lines(shot: Shot) -> list[Speech]:
    """The lines of a shot in the order they are said, without the narration."""
    return [speech for speech in shot.speeches() if speech is not shot.narration]


ANY_TARGET = st.sampled_from(sorted(TARGETS)).map(TARGETS.__getitem__)
ROOMY = st.sampled_from([SMALL, SMALL, SMALL, O3, O1, FIVE_OR_TEN])
"""Targets with room for framing and descriptions, those of less room more often."""
ANY_SHOT = st.tuples(ROOMY, shots()) | st.tuples(ANY_TARGET, prose_shots())
"""A target and a shot for it."""
