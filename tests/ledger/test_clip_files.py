"""The files of clips are called as the clips are, as far as disks allow it."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from storyboard.ledger.store import Store, StoreError, file_name

OUT = Path("film/out")
STORE = Store(folder=Path("film"))


@pytest.mark.parametrize(
    "name",
    ["arrival/climb", "arrival/climb.2..lamp.take3", "1/2", "日本/街..灯", "a/-b", "a/console"],
)
def test_a_clips_file_has_the_clips_name(name: str) -> None:
    assert STORE.clip(name) == OUT / f"{name}.mp4"


@pytest.mark.parametrize("name", ["../x", "a/../../x", "/etc/x", "", "a\\b", "..", "a/.."])
def test_a_name_that_leads_elsewhere_has_no_file(name: str) -> None:
    with pytest.raises(StoreError):
        STORE.clip(name)


@pytest.mark.parametrize(
    ("part", "named"),
    [("con", "con~"), ("Aux..lamp", "Aux~..lamp"), ("com1.2", "com1~.2"), ("con2", "con2")],
)
def test_what_windows_takes_for_a_device_is_told_from_it(part: str, named: str) -> None:
    assert file_name(part) == named


def take_of(store: Store, data: bytes) -> str:
    """Put a take into a store; its sum."""
    sha256 = hashlib.sha256(data).hexdigest()
    store.take(sha256).write_bytes(data)
    return sha256


def test_a_name_that_is_too_long_is_cut_and_stays_its_own(tmp_path: Path) -> None:
    first, last = "海" * 100, "灯" * 100
    names = [f"{first}/{first}..{last}", f"{first}/{first}..{last}.take2", f"{first}/{first}"]
    store = Store(folder=tmp_path)
    files = [store.clip(name) for name in names]
    assert len(set(files)) == len(names)
    store.takes.mkdir(parents=True)
    film = take_of(store, b"film")
    for name, file in zip(names, files, strict=True):
        assert store.publish(name, film) == file
        assert file.read_bytes() == b"film"
        # A second take of that name is put beside it first, under a name that is longer.
        store.publish(name, take_of(store, name.encode()))
        assert file.read_bytes() == name.encode()
