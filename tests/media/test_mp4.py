"""A clip that was cut anywhere is known by its boxes; makes are told apart."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import pytest
from drawn_clips import draw_clip, tone

from storyboard.media.mp4 import ClipError, make_of, read_clip
from storyboard.simulator.mp4_writer import write_movie


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("clips") / "clip.mp4"
    file.write_bytes(write_movie([(b"\xff\xd8jpeg\xff\xd9", 72)], 640, 360))
    return file


def test_length_frame_and_sides_are_read(clip: Path) -> None:
    found = read_clip(clip)
    assert (found.seconds, found.frames, found.rate, found.is_even) == (3, 72, 24, True)
    assert found.frame == pytest.approx(1 / 24)
    assert (found.width, found.height, found.has_sound) == (640, 360, False)
    assert found.lasts(3)
    assert not found.lasts(4)


def test_a_clip_with_reordered_pictures_lasts_as_long_as_it_is_shown(tmp_path: Path) -> None:
    found = read_clip(draw_clip(tmp_path / "clip.mp4", heard=tone(5)))
    assert (found.frames, found.rate, found.has_sound) == (121, 24, True)
    assert found.seconds == pytest.approx(121 / 24)
    assert found.lasts(5)
    assert [found.frame_at(seconds) for seconds in (0, 2, 9)] == [0, 48, 121]


def test_a_clip_that_is_cut_anywhere_is_refused(clip: Path, tmp_path: Path) -> None:
    data, cut = clip.read_bytes(), tmp_path / "cut.mp4"
    for length in range(len(data)):
        cut.write_bytes(data[:length])
        with pytest.raises(ClipError):
            read_clip(cut)


def test_boxes_within_boxes_without_end_are_refused(clip: Path, tmp_path: Path) -> None:
    data = clip.read_bytes()
    deep = b"".join((8 * n).to_bytes(4, "big") + b"trak" for n in range(20_000, 0, -1))
    moov = (len(deep) + 8).to_bytes(4, "big") + b"moov" + deep
    file = tmp_path / "deep.mp4"
    file.write_bytes(data[: data.index(b"moov") - 4] + moov + data[data.index(b"mdat") - 4 :])
    with pytest.raises(ClipError, match="index"):
        read_clip(file)


@pytest.mark.parametrize("data", [b"", b"<!doctype html><h1>Bad gateway</h1>" * 9, b"\0" * 4096])
def test_what_is_no_clip_is_refused(data: bytes, tmp_path: Path) -> None:
    file = tmp_path / "clip.mp4"
    file.write_bytes(data)
    with pytest.raises(ClipError):
        read_clip(file)


def test_clips_of_one_make_are_alike_whatever_they_show(tmp_path: Path) -> None:
    one = make_of(draw_clip(tmp_path / "1.mp4", 1, heard=tone(1)))
    assert one == make_of(draw_clip(tmp_path / "2.mp4", 2, colours=["red"], heard=tone(2, 300)))
    for other in (
        draw_clip(tmp_path / "3.mp4", 1, size=(320, 240), heard=tone(1)),
        draw_clip(tmp_path / "4.mp4", 1, rate=30, heard=tone(1)),
        draw_clip(tmp_path / "5.mp4", 1, rate=Fraction(24000, 1001), heard=tone(1)),
        draw_clip(tmp_path / "6.mp4", 1),
    ):
        assert make_of(other) != one, other.name
