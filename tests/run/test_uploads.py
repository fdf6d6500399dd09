"""Uploads: a link of an earlier run is used only where it still leads to its file."""

from __future__ import annotations

import asyncio
import hashlib
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from drawn_clips import draw_clip, number_on
from memory_ledger import Memory, MemoryLedger
from PIL import Image

from storyboard.diagnostics import Diagnostics
from storyboard.hosts.errors import FailureKind, HostError, trouble
from storyboard.ledger.store import Store
from storyboard.run.uploads import Uploads
from storyboard.targets.load import load

DATA = b"a picture"
SHA256 = hashlib.sha256(DATA).hexdigest()
OLD = "https://files.example/old.png"


class Shelf:
    """A host that keeps files; ``there`` are the links that lead to one."""

    name = "shelf"

    def __init__(self, *there: str) -> None:
        self.there = set(there)
        self.asked: list[str] = []
        self.uploads = 0
        self.broken: HostError | None = None

    async def is_there(self, link: str) -> bool:
        self.asked.append(link)
        if self.broken is not None:
            raise self.broken
        return link in self.there

    async def upload(self, data: bytes, sha256: str, suffix: str) -> str:
        self.uploads += 1
        link = f"https://files.example/{self.uploads}{suffix}"
        self.there.add(link)
        return link


@pytest.fixture
def ledger() -> MemoryLedger:
    ledger = MemoryLedger(Memory(), clock=lambda: 1000.0)
    ledger.take_lease()
    ledger.keep_link("shelf", SHA256, OLD)
    return ledger


def links(shelf: Shelf, ledger: Any, root: Path, times: int = 1) -> list[str]:
    """The links that one run gets for one file, asked for some times."""
    (root / "a.png").write_bytes(DATA)
    limits: Any = SimpleNamespace(max_bytes=1_000_000)
    host: Any = shelf

    async def work() -> list[str]:
        uploads = Uploads(host, ledger, Store(folder=root), root, limits)
        asked = (uploads.link_of_file("a.png", SHA256) for _ in range(times))
        return list(await asyncio.gather(*asked))

    return asyncio.run(work())


def test_a_link_that_still_leads_to_its_file_is_used_again(
    ledger: MemoryLedger, tmp_path: Path
) -> None:
    shelf = Shelf(OLD)
    assert links(shelf, ledger, tmp_path) == [OLD]
    assert (shelf.uploads, shelf.asked) == (0, [OLD])


def test_a_dead_link_is_never_used_again_and_is_forgotten(
    ledger: MemoryLedger, tmp_path: Path
) -> None:
    shelf = Shelf()
    (link,) = links(shelf, ledger, tmp_path)
    assert (link, shelf.uploads) == ("https://files.example/1.png", 1)
    assert ledger.link("shelf", SHA256) == (link, 1000.0)
    assert links(shelf, ledger, tmp_path) == [link]
    assert shelf.uploads == 1


def test_a_link_of_which_nothing_can_be_learnt_counts_as_dead(
    ledger: MemoryLedger, tmp_path: Path
) -> None:
    shelf = Shelf(OLD)
    shelf.broken = trouble(FailureKind.TRANSIENT, "no answer")
    assert links(shelf, ledger, tmp_path) == ["https://files.example/1.png"]


def test_a_file_that_many_clips_have_is_looked_at_and_uploaded_once(
    ledger: MemoryLedger, tmp_path: Path
) -> None:
    shelf = Shelf()
    assert set(links(shelf, ledger, tmp_path, times=20)) == {"https://files.example/1.png"}
    assert (shelf.uploads, shelf.asked) == (1, [OLD])


def test_a_dead_link_is_forgotten_even_where_the_upload_then_fails(
    ledger: MemoryLedger, tmp_path: Path
) -> None:
    shelf = Shelf()

    async def fail(*_: Any) -> str:
        raise trouble(FailureKind.REFUSED, "no room")

    shelf.upload = fail
    with pytest.raises(HostError, match="no room"):
        links(shelf, ledger, tmp_path)
    assert ledger.link("shelf", SHA256) is None


def test_a_frame_of_a_take_is_the_one_that_is_asked_for(
    ledger: MemoryLedger, tmp_path: Path
) -> None:
    store, shelf = Store(folder=tmp_path), Shelf()
    store.take("c0ffee").parent.mkdir(parents=True)
    store.frames.mkdir(parents=True)
    draw_clip(store.take("c0ffee"), 2, size=(640, 360))
    host: Any = shelf
    target = load("fal/kling-o3-pro", Diagnostics())
    assert target is not None

    async def work() -> list[str]:
        uploads = Uploads(host, ledger, store, tmp_path, target.pictures)
        asked = [uploads.link_of_frame("c0ffee", at) for at in (None, 25 / 24, 25 / 24, 49 / 24)]
        return list(await asyncio.gather(*asked))

    last, first, again, end = asyncio.run(work())
    assert first == again
    assert last == end != first
    numbers = {}
    for picture in store.frames.iterdir():
        with Image.open(picture) as image:
            numbers[picture.name] = number_on(image)
    assert numbers == {"c0ffee.png": 48, "c0ffee-1042.png": 24, "c0ffee-2042.png": 48}
