"""A clip that was cut anywhere is known by its boxes; makes are told apart."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from storyboard.media.ffmpeg import find_ffmpeg, last_frame
from storyboard.media.mp4 import ClipError, make_of, read_clip
from storyboard.simulator.mp4_writer import write_movie

FFMPEG = find_ffmpeg()
needs_ffmpeg = pytest.mark.skipif(FFMPEG is None, reason="ffmpeg is not here")


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("clips") / "clip.mp4"
    file.write_bytes(write_movie([(b"\xff\xd8jpeg\xff\xd9", 72)], 640, 360))
    return file


def test_length_frame_and_sides_are_read(clip: Path) -> None:
    found = read_clip(clip)
    assert found.seconds == 3
    assert found.frame == pytest.approx(1 / 24)
    assert (found.width, found.height) == (640, 360)
    assert found.lasts(3)
    assert not found.lasts(4)


def test_a_clip_that_is_cut_anywhere_is_refused(clip: Path, tmp_path: Path) -> None:
    data, cut = clip.read_bytes(), tmp_path / "cut.mp4"
    for length in range(len(data)):
        cut.write_bytes(data[:length])
        with pytest.raises(ClipError):
            read_clip(cut)


@pytest.mark.parametrize("data", [b"", b"<!doctype html><h1>Bad gateway</h1>" * 9, b"\0" * 4096])
def test_what_is_no_clip_is_refused(data: bytes, tmp_path: Path) -> None:
    file = tmp_path / "clip.mp4"
    file.write_bytes(data)
    with pytest.raises(ClipError):
        read_clip(file)


@needs_ffmpeg
def test_clips_of_one_make_are_alike_whatever_they_show(tmp_path: Path) -> None:
    def make(name: str, source: str, *more: str) -> Path:
        file = tmp_path / name
        subprocess.run(
            [str(FFMPEG), "-v", "error", "-f", "lavfi", "-i", source, "-f", "lavfi",
             "-i", "sine", "-pix_fmt", "yuv420p", *more, "-t", "1", str(file)],
            check=True,
        )  # fmt: skip
        return file

    one = make("1.mp4", "testsrc=s=320x180:r=24")
    assert make_of(one) == make_of(make("2.mp4", "color=red:s=320x180:r=24"))
    for other in (
        make("3.mp4", "testsrc=s=320x240:r=24"),
        make("4.mp4", "testsrc=s=320x180:r=30"),
        make("5.mp4", "testsrc=s=320x180:r=24", "-ar", "22050"),
        make("6.mp4", "testsrc=s=320x180:r=24", "-c:v", "mpeg4"),
        make("7.mp4", "testsrc=s=320x180:r=24", "-an"),
    ):
        assert make_of(one) != make_of(other), other.name


@needs_ffmpeg
def test_the_last_frame_is_the_last_one(tmp_path: Path) -> None:
    from PIL import Image

    file, picture = tmp_path / "clip.mp4", tmp_path / "last.png"
    source = "color=red:s=320x180:r=24:d=2,drawbox=color=blue:t=fill:enable='gte(n,47)'"
    subprocess.run(
        [str(FFMPEG), "-v", "error", "-f", "lavfi", "-i", source, "-pix_fmt", "yuv420p", str(file)],
        check=True,
    )
    last_frame(file, picture)
    with Image.open(picture) as image:
        red, _, blue = image.convert("RGB").getpixel((160, 90))
    assert blue > 200 > 60 > red
    assert sorted(path.name for path in tmp_path.iterdir()) == ["clip.mp4", "last.png"]
