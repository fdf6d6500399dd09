"""Cuts are found to the frame where the picture changes, and never where it only moves."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from itertools import accumulate, pairwise
from pathlib import Path

import pytest
from drawn_clips import draw_clip, frames_of, number_on
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageDraw

from storyboard.media.clip_writer import write_clip
from storyboard.media.cuts import MeasuredCut, measure_cuts
from storyboard.media.frames import save_frame

SIZE = (160, 90)
COLOURS = ("#204080", "#a03020", "#30a050", "#b0a030", "#704090")


def moving(shots: Sequence[int], speed: int) -> Iterator[tuple[Image.Image, int]]:
    """A ball that goes to and fro over a ground whose colour changes with each shot, in frames."""
    at = 0
    for number, frames in enumerate(shots):
        for _ in range(frames):
            picture = Image.new("RGB", SIZE, COLOURS[number % len(COLOURS)])
            x = abs(at * speed % (2 * SIZE[0]) - SIZE[0])
            ImageDraw.Draw(picture).ellipse((x - 20, 25, x + 20, 65), fill="white")
            at += 1
            yield picture, 1


@settings(max_examples=15, deadline=None)
@given(
    st.lists(st.integers(1, 4), min_size=2, max_size=4),
    st.lists(st.integers(-9, 9), min_size=3, max_size=3),
    st.sampled_from([24, 30]),
    st.integers(0, 5),
)
def test_a_cut_is_found_to_the_frame(
    seconds: list[int], slips: list[int], rate: int, speed: int
) -> None:
    places = list(accumulate(seconds))
    cuts = [place * rate + slip for place, slip in zip(places[:-1], slips, strict=False)]
    lengths = [end - start for start, end in pairwise([0, *cuts, places[-1] * rate + 1])]
    with tempfile.TemporaryDirectory() as folder:
        clip = Path(folder) / "clip.mp4"
        write_clip(clip, moving(lengths, speed), rate=rate)
        found = measure_cuts(clip, places[:-1])
    assert found == tuple(MeasuredCut(frame=cut, exact=True) for cut in cuts)


@settings(max_examples=10, deadline=None)
@given(st.integers(0, 6), st.integers(2, 4))
def test_where_nothing_changes_but_what_moves_the_ordered_seconds_count(
    speed: int, place: int
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        clip = Path(folder) / "clip.mp4"
        write_clip(clip, moving([145], speed), is_numbered=False)
        (found,) = measure_cuts(clip, [place])
    assert found == MeasuredCut(frame=place * 24, exact=False)
    assert (found.end, found.start) == (place * 24 - 1, place * 24 + 1)


def test_the_frame_that_was_found_is_the_first_of_its_shot(tmp_path: Path) -> None:
    clip = tmp_path / "clip.mp4"
    write_clip(clip, moving([53, 68], 3))
    (found,) = measure_cuts(clip, [2])
    assert (found.end, found.start) == (53, 53)
    save_frame(clip, tmp_path / "next.png", found.start)
    with Image.open(tmp_path / "next.png") as image:
        assert number_on(image) == 53
        red, _, blue = image.convert("RGB").getpixel((5, 80))
    assert red > blue
    assert len(frames_of(clip)) == 121


def test_a_change_that_is_too_far_away_is_another_one(tmp_path: Path) -> None:
    clip = tmp_path / "clip.mp4"
    write_clip(clip, moving([24 * 2 + 15, 58], 2))
    assert measure_cuts(clip, [2]) == (MeasuredCut(frame=48, exact=False),)


def test_beside_a_shot_of_a_second_two_cuts_are_never_one(tmp_path: Path) -> None:
    """One change between two places belongs to the nearer, whichever shot it makes longer."""
    clip = tmp_path / "clip.mp4"
    write_clip(clip, moving([48 + 9, 96 - 9 + 1], 2))
    first, second = measure_cuts(clip, [2, 3])
    assert (first, second) == (
        MeasuredCut(frame=57, exact=True),
        MeasuredCut(frame=72, exact=False),
    )


def test_a_clip_without_pictures_to_decode_is_cut_where_it_was_ordered(tmp_path: Path) -> None:
    data = draw_clip(tmp_path / "clip.mp4").read_bytes()
    at = data.index(b"mdat") + 4
    broken = tmp_path / "broken.mp4"
    broken.write_bytes(data[:at] + bytes(len(data) - at))
    assert measure_cuts(broken, [2, 4]) == (
        MeasuredCut(frame=48, exact=False),
        MeasuredCut(frame=96, exact=False),
    )


@pytest.mark.parametrize("places", [[], [9]])
def test_a_place_that_the_clip_does_not_have_stays_as_ordered(
    tmp_path: Path, places: list[int]
) -> None:
    clip = draw_clip(tmp_path / "clip.mp4", 3)
    assert measure_cuts(clip, places) == tuple(
        MeasuredCut(frame=place * 24, exact=False) for place in places
    )
