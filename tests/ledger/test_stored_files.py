"""One look finds the takes and the clips that are links to them, and follows no other link."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

import pytest

from storyboard.ledger import stored_files
from storyboard.ledger.store import Store, StoreError

_CLIP = b"a clip"
_SUM = hashlib.sha256(_CLIP).hexdigest()


def _store(folder: Path) -> Store:
    store = Store(folder=folder)
    store.prepare()
    store.take(_SUM).write_bytes(_CLIP)
    return store


def test_a_published_clip_is_known_by_its_link(tmp_path: Path) -> None:
    store = _store(tmp_path)
    store.publish("shore/gulls..sea", _SUM)
    files = store.look()
    assert files.has(_SUM)
    assert store.is_published(files, "shore/gulls..sea", _SUM)
    assert not store.is_published(files, "shore/gulls", _SUM)


def test_a_copy_is_no_link_and_a_take_that_is_gone_names_nothing(tmp_path: Path) -> None:
    store = _store(tmp_path)
    clip = store.clip("shore/gulls")
    clip.parent.mkdir(parents=True)
    clip.write_bytes(_CLIP)
    assert not store.is_published(store.look(), "shore/gulls", _SUM)
    store.take(_SUM).unlink()
    assert not store.look().has(_SUM)
    assert not store.look().has(None)
    assert not store.is_published(store.look(), "shore/gulls", _SUM)


def test_a_folder_that_is_a_link_is_not_looked_into(tmp_path: Path) -> None:
    store = _store(tmp_path)
    store.publish("shore/gulls", _SUM)
    (store.out / "stairs").symlink_to(store.out / "shore")
    assert set(store.look().clips) == {"shore/gulls.mp4"}


def test_where_nothing_was_made_nothing_is_found(tmp_path: Path) -> None:
    files = Store(folder=tmp_path).look()
    assert (files.takes, files.clips) == ({}, {})


@pytest.mark.parametrize("name", ["", "/a", "a//b", "../a", "a/../b", "a\\b", ".", "a/."])
def test_a_name_that_is_no_address_has_no_file(name: str, tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="no address"):
        Store(folder=tmp_path).clip(name)
    with pytest.raises(StoreError, match="no address"):
        Store(folder=tmp_path).clip_text(name)


@pytest.mark.parametrize("name", ["shore/gulls", "shore/con", "海/鷗", f"a/{'é' * 120}"])
def test_a_clip_has_one_place_as_a_path_and_as_a_text(name: str, tmp_path: Path) -> None:
    store = Store(folder=tmp_path, name="film")
    assert store.clip_text(name) == str(store.clip(name))


def _spoil(take: Path, how: str) -> None:
    """Change a take; ``rotten`` keeps its size and its time, which no look can see."""
    before = take.stat()
    if how == "gone":
        take.unlink()
    elif how == "folder":
        take.unlink()
        take.mkdir()
    else:
        take.write_bytes({"shorter": b"a cl", "longer": b"a clip!"}.get(how, b"a clop"))
        os.utime(take, ns=(before.st_atime_ns, before.st_mtime_ns + (how != "rotten")))


@pytest.mark.parametrize("how", ["gone", "folder", "shorter", "longer", "edited", "rotten"])
@pytest.mark.parametrize("is_known", [True, False])
def test_a_take_is_here_as_long_as_it_is_as_it_came(
    how: str, is_known: bool, tmp_path: Path
) -> None:
    store = _store(tmp_path)
    files = store.look()
    assert set(files.unknown) == {_SUM}
    if is_known:
        with store.open_ledger() as ledger:
            ledger.take_lease()
            ledger.keep_take_files(files.unknown)
        assert store.look().unknown == {}
    assert store.checked_takes().has(_SUM)
    _spoil(store.take(_SUM), how)
    is_believed = is_known and how == "rotten"
    assert store.checked_takes().has(_SUM) is store.look().has(_SUM) is is_believed


def test_only_a_take_that_the_ledger_does_not_know_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = _store(tmp_path)
    with store.open_ledger() as ledger:
        ledger.take_lease()
        ledger.keep_take_files(store.look().unknown)
    read: list[Path] = []
    monkeypatch.setattr(stored_files, "sha256_of", lambda path: read.append(path) or _SUM)
    assert store.look().has(_SUM)
    assert read == []
    os.utime(store.take(_SUM))
    assert store.look().has(_SUM)
    assert read == [store.take(_SUM)]
