"""Nothing is replaced that was not written here, and nothing is written through a link outside."""

from __future__ import annotations

import json
import os
import sqlite3
from pathlib import Path

import pytest

from storyboard.project.outputs import OutputError, Outputs
from storyboard.project.places import OutsideError, check_inside, link_out_of

FOREIGN = b"the only copy of a novel\n"
FILM = "storyboard: 1\ntitle: A film\nscenes: []\n"


@pytest.fixture
def film(tmp_path: Path) -> Path:
    folder = tmp_path / "film"
    folder.mkdir()
    (folder / "storyboard.yaml").write_text(FILM)
    return folder


@pytest.fixture
def outputs(film: Path) -> Outputs:
    return Outputs(folder=film, root=film, sources=(film / "storyboard.yaml",))


def test_what_was_written_is_written_again_without_a_word(outputs: Outputs, film: Path) -> None:
    out = film / "requests.json"
    outputs.write(out, b"one")
    outputs.write(out, b"two")
    assert out.read_bytes() == b"two"
    assert json.loads(outputs.record.read_text())["outputs"].keys() == {"requests.json"}


def test_the_record_is_of_the_folder_and_moves_with_it(outputs: Outputs, film: Path) -> None:
    outputs.write(film / "a.json", b"one")
    moved = film.rename(film.with_name("moved"))
    Outputs(folder=moved, root=moved).write(moved / "a.json", b"two")
    assert (moved / "a.json").read_bytes() == b"two"


def test_a_foreign_file_is_replaced_with_force_alone(outputs: Outputs, film: Path) -> None:
    out = film / "novel.txt"
    out.write_bytes(FOREIGN)
    with pytest.raises(OutputError, match="--force"):
        outputs.write(out, b"one")
    assert out.read_bytes() == FOREIGN
    outputs.write(out, b"one", force=True)
    assert out.read_bytes() == b"one"


def test_an_output_that_was_changed_since_is_foreign(outputs: Outputs, film: Path) -> None:
    out = film / "requests.json"
    outputs.write(out, b"one")
    out.write_bytes(FOREIGN)
    with pytest.raises(OutputError, match="not as storyboard has written it"):
        outputs.write(out, b"two")


def test_the_same_bytes_need_no_permission(outputs: Outputs, film: Path) -> None:
    out = film / "requests.json"
    out.write_bytes(b"one")
    outputs.write(out, b"one")
    outputs.write(out, b"two")
    assert out.read_bytes() == b"two"


@pytest.mark.parametrize("record", [b"", b"[]", b'{"outputs": 1}', b"{" * 9999, b"\xff"])
def test_a_record_that_cannot_be_read_replaces_nothing(
    record: bytes, outputs: Outputs, film: Path
) -> None:
    outputs.write(film / "a.json", b"one")
    outputs.record.write_bytes(record)
    with pytest.raises(OutputError):
        outputs.write(film / "a.json", b"two")
    outputs.write(film / "a.json", b"two", force=True)
    outputs.write(film / "a.json", b"three")


@pytest.mark.parametrize(
    "name",
    [
        "storyboard.yaml",
        "Storyboard.YAML",
        "second.storyboard.yaml",
        "storyboard.lock",
        ".storyboard/ledger.db",
        ".storyboard/takes/a.mp4",
    ],
)
def test_the_names_of_storyboard_are_never_written(name: str, outputs: Outputs, film: Path) -> None:
    with pytest.raises(OutputError, match="give --out"):
        outputs.write(film / name, b"one", force=True)
    assert (film / "storyboard.yaml").read_text() == FILM
    assert not (film / "storyboard.lock").exists()


def test_no_force_replaces_a_storyboard_a_lock_a_ledger_or_a_source(
    outputs: Outputs, film: Path
) -> None:
    (film / "by-another-name.yaml").write_text(FILM)
    (film / "copy.lock").write_text('{"address":"a","clip":"c","digest":"d","request_id":"r"}\n')
    base = sqlite3.connect(film / "copy.db")
    base.execute(f"pragma application_id = {0x53_42_4C_31}")
    base.execute("create table a (b)")
    base.close()
    os.link(film / "storyboard.yaml", film / "linked.json")
    for name in ("by-another-name.yaml", "copy.lock", "copy.db", "linked.json"):
        before = (film / name).read_bytes()
        with pytest.raises(OutputError, match="never replaced"):
            outputs.write(film / name, b"one", force=True)
        assert (film / name).read_bytes() == before


def test_no_force_replaces_a_link_a_pipe_or_a_folder(outputs: Outputs, film: Path) -> None:
    (film / "novel.txt").write_bytes(FOREIGN)
    (film / "link").symlink_to("novel.txt")
    os.mkfifo(film / "pipe")
    (film / "folder").mkdir()
    for name, word in (("link", "is a link"), ("pipe", "named pipe"), ("folder", "a folder")):
        with pytest.raises(OutputError, match=word):
            outputs.write(film / name, b"one", force=True)
    assert (film / "link").is_symlink()
    assert (film / "pipe").is_fifo()
    assert (film / "novel.txt").read_bytes() == FOREIGN


def test_nothing_is_written_through_a_link_out_of_the_project(
    outputs: Outputs, film: Path, tmp_path: Path
) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (film / "out").symlink_to(outside)
    with pytest.raises(OutsideError, match="is a link to"):
        outputs.write(film / "out" / "a.json", b"one", force=True)
    assert not list(outside.iterdir())
    # By its own name it is meant.
    outputs.write(outside / "a.json", b"one")
    outputs.write(outside / "a.json", b"two")


def test_a_record_behind_a_link_is_not_written(
    outputs: Outputs, film: Path, tmp_path: Path
) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (film / ".storyboard").symlink_to(outside)
    outputs.write(film / "a.json", b"one")
    assert not list(outside.iterdir())


def test_links_inside_the_project_and_above_it_are_ways_like_others(tmp_path: Path) -> None:
    root = tmp_path / "real" / "project"
    (root / "there").mkdir(parents=True)
    (root / "here").symlink_to("there")
    (tmp_path / "way").symlink_to("real")
    seen = tmp_path / "way" / "project"
    assert link_out_of(seen / "here" / "a.mp4", seen) is None
    assert link_out_of(seen / "new" / "a.mp4", root) is None
    (root / "chain").symlink_to("out")
    (root / "out").symlink_to(tmp_path)
    assert link_out_of(seen / "chain" / "a.mp4", root) == seen / "chain"
    (root / "broken").symlink_to(tmp_path / "nowhere" / "at all")
    assert link_out_of(root / "broken", root) == root / "broken"
    (root / "round").symlink_to("round")
    with pytest.raises(OutsideError):
        check_inside((root / "round" / "a.mp4",), root, "remove it")
