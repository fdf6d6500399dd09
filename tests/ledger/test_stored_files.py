"""One look finds the takes and the clips that are links to them, and follows no other link."""

from __future__ import annotations

from pathlib import Path

import pytest

from storyboard.ledger.store import Store, StoreError

_SUM = "a" * 64


def _store(folder: Path) -> Store:
    store = Store(folder=folder)
    store.prepare()
    store.take(_SUM).write_bytes(b"a clip")
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
    clip.write_bytes(b"a clip")
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
