"""The cases in a folder of their own, with the pictures that they speak of."""

from __future__ import annotations

import io
import shutil
from pathlib import Path

import pytest
from PIL import Image

from storyboard.simulator.mp4_writer import RATE, write_movie

CASES = Path(__file__).parent / "cases"


@pytest.fixture(scope="session")
def cases_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the cases: each topic is a project with pictures beside its storyboards."""
    folder = tmp_path_factory.mktemp("compile") / "cases"
    shutil.copytree(CASES, folder)
    for topic in folder.iterdir():
        write_pictures(topic)
    return folder


def write_pictures(folder: Path) -> None:
    """Pictures within the vendors' limits, and one beyond each limit."""
    for name, size in {
        "front": (320, 320),
        "left": (320, 400),
        "back": (400, 320),
        "small": (299, 400),
        "wide": (751, 300),
        "tall": (300, 751),
        "widest": (750, 300),
        "still": (640, 360),
        "upright": (360, 640),
    }.items():
        Image.new("RGB", size, "teal").save(folder / f"{name}.png")
    Image.new("RGB", (320, 320), "teal").save(folder / "old.bmp")
    (folder / "text.png").write_text("no picture at all", encoding="utf-8")
    (folder / "empty.png").write_bytes(b"")
    (folder / "cut.png").write_bytes((folder / "front.png").read_bytes()[:20])
    Image.new("RGB", (320, 320), "teal").save(folder / "hollow.jpg")
    whole = (folder / "hollow.jpg").read_bytes()
    (folder / "hollow.jpg").write_bytes(whole[: len(whole) - 200])
    (folder / "phone.png").write_bytes(b"\0\0\0\x18ftypheic\0\0\0\0mif1heic")
    (folder / "page.png").write_text("<!DOCTYPE html><title>404</title>", encoding="utf-8")
    (folder / "stored.png").write_text("version https://git-lfs.github.com/spec/v1\n")
    (folder / "drawing.png").write_text('<?xml version="1.0"?><svg width="320"/>')
    write_videos(folder)
    with (folder / "large.png").open("wb") as file:
        file.write((folder / "front.png").read_bytes())
        file.truncate(10 * 1024 * 1024 + 1)


def write_videos(folder: Path) -> None:
    """A video within the vendors' limits, and one beyond each limit."""
    frame = io.BytesIO()
    Image.new("RGB", (16, 16), "teal").save(frame, "JPEG")
    for name, seconds, sides in (
        ("clip", 5, (1280, 720)),
        ("short", 2, (1280, 720)),
        ("long", 11, (1280, 720)),
        ("low", 5, (640, 360)),
        ("vast", 5, (3840, 2160)),
    ):
        movie = write_movie([(frame.getvalue(), seconds * RATE)], *sides)
        (folder / f"{name}.mp4").write_bytes(movie)
        if name == "clip":
            (folder / "cut.mp4").write_bytes(movie[:600])
            (folder / "apple.mov").write_bytes(movie.replace(b"ftypisom", b"ftypqt  "))
            # One second of its clock is divided by 12 and not by 24: half as many frames in it.
            clock = movie.index(b"mdhd") + 16
            slow = movie[:clock] + (RATE // 2).to_bytes(4, "big") + movie[clock + 4 :]
            (folder / "slow.mp4").write_bytes(slow)
    with (folder / "huge.mp4").open("wb") as file:
        file.truncate(200 * 1024 * 1024 + 1)
    (folder / "page.mp4").write_text("<html>Not found</html>", encoding="utf-8")
    (folder / "film.mp4").write_bytes(b"\x1a\x45\xdf\xa3" + b"\0" * 100)
