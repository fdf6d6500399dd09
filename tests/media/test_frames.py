"""Frames by their numbers, in clips whose groups of pictures are as long as they are."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from drawn_clips import draw_clip, number_on, turned_clip
from PIL import Image

from storyboard.media.frames import save_frame
from storyboard.media.mp4 import ClipError


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return draw_clip(tmp_path_factory.mktemp("clips") / "clip.mp4", colours=["navy", "red"])


@pytest.mark.parametrize(("at", "number"), [(0, 0), (1, 1), (60, 60), (120, 120), (None, 120)])
def test_a_frame_is_the_one_of_its_number(
    clip: Path, tmp_path: Path, at: int | None, number: int
) -> None:
    save_frame(clip, tmp_path / "frame.png", at)
    with Image.open(tmp_path / "frame.png") as image:
        assert (image.format, image.size) == ("PNG", (320, 180))
        assert number_on(image) == number
    assert [path.name for path in tmp_path.iterdir()] == ["frame.png"]


@pytest.mark.parametrize("degrees", [90, 180, 270])
def test_a_frame_is_turned_as_it_is_shown(clip: Path, tmp_path: Path, degrees: int) -> None:
    turned = turned_clip(clip, tmp_path / "turned.mp4", degrees)
    save_frame(turned, tmp_path / "frame.png", 7)
    with Image.open(tmp_path / "frame.png") as image:
        assert image.size == ((180, 320) if degrees % 180 else (320, 180))
        assert number_on(image.rotate(-degrees, expand=True)) == 7


def test_several_may_take_the_same_frame_at_once(clip: Path, tmp_path: Path) -> None:
    picture = tmp_path / "frame.png"
    with ThreadPoolExecutor(8) as threads:
        for taken in [threads.submit(save_frame, clip, picture) for _ in range(24)]:
            taken.result()
    with Image.open(picture) as image:
        assert number_on(image) == 120
    assert [path.name for path in tmp_path.iterdir()] == ["frame.png"]


def test_a_frame_that_the_clip_does_not_have_is_refused(clip: Path, tmp_path: Path) -> None:
    with pytest.raises(ClipError, match="no frame 121"):
        save_frame(clip, tmp_path / "frame.png", 121)
    assert not list(tmp_path.iterdir())


def test_a_clip_without_its_pictures_is_refused(clip: Path, tmp_path: Path) -> None:
    data = clip.read_bytes()
    at = data.index(b"mdat") + 4
    broken = tmp_path / "broken.mp4"
    broken.write_bytes(data[:at] + bytes(len(data) - at))
    with pytest.raises(ClipError):
        save_frame(broken, tmp_path / "frame.png")
