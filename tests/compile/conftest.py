"""The cases in a folder of their own, with the pictures that they speak of."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from PIL import Image

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
    }.items():
        Image.new("RGB", size, "teal").save(folder / f"{name}.png")
    Image.new("RGB", (320, 320), "teal").save(folder / "old.bmp")
    (folder / "text.png").write_text("no picture at all", encoding="utf-8")
    (folder / "empty.png").write_bytes(b"")
    (folder / "cut.png").write_bytes((folder / "front.png").read_bytes()[:20])
    (folder / "clip.mp4").write_bytes(b"\0" * 2000)
    with (folder / "large.png").open("wb") as file:
        file.write((folder / "front.png").read_bytes())
        file.truncate(10 * 1024 * 1024 + 1)
