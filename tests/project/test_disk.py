"""Files that are none: pipes, folders and sparse gigabytes are refused at once, in words."""

from __future__ import annotations

import os
import shutil
import socket
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner

from storyboard.cli.main import storyboard
from storyboard.project.disk import open_plain_file, read_plain_file

FILM = """storyboard: 1
title: A film
scenes:
  - shots: [A lighthouse.]
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    (tmp_path / ".git").mkdir()
    (tmp_path / "film.yaml").write_text(FILM, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    yield tmp_path
    shutil.rmtree(tmp_path)


def pipe(path: Path) -> None:
    os.mkfifo(path)


def sparse(path: Path) -> None:
    with path.open("wb") as file:
        file.truncate(4 << 30)


def said(*arguments: str) -> tuple[int, str]:
    done = CliRunner().invoke(storyboard, arguments, standalone_mode=False)
    code = done.return_value if done.exception is None else getattr(done.exception, "exit_code", 99)
    message = done.exception.format_message() if hasattr(done.exception, "format_message") else ""
    return code, done.output + message


needs_pipes = pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="the system has no named pipes")


def test_a_plain_file_is_read_whole(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"12345")
    assert read_plain_file(tmp_path / "a", 5) == b"12345"


def test_a_larger_file_is_refused_with_the_limit(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"12345")
    with pytest.raises(OSError, match="larger than 4 bytes"):
        read_plain_file(tmp_path / "a", 4)


def test_a_file_that_says_no_size_is_bounded_all_the_same() -> None:
    status = Path("/proc/self/status")
    if not status.exists():
        pytest.skip("the system has no /proc")
    with pytest.raises(OSError, match="larger than 10 bytes"):
        read_plain_file(status, 10)


def test_a_folder_is_no_plain_file(tmp_path: Path) -> None:
    with pytest.raises(OSError, match=r"[Ff]older|directory"):
        open_plain_file(tmp_path)


@needs_pipes
@pytest.mark.parametrize("make", [pipe, sparse])
@pytest.mark.parametrize("command", ["check", "plan", "run", "status", "stitch"])
def test_what_is_no_storyboard_is_refused_at_once(
    command: str, make: Callable[[Path], None], folder: Path
) -> None:
    make(folder / "odd.yaml")
    code, text = said(command, "odd.yaml")
    if command == "status":  # it asks the ledger beside the file, and never reads it
        assert code == 0
        return
    assert code == 1
    assert "named pipe" in text or "file-too-large" in text


@needs_pipes
@pytest.mark.parametrize("make", [pipe, sparse])
def test_a_lock_that_is_no_file_is_refused(make: Callable[[Path], None], folder: Path) -> None:
    make(folder / "storyboard.lock")
    code, text = said("plan", "film.yaml")
    assert code == 3
    assert "git checkout -- storyboard.lock" in text


@needs_pipes
@pytest.mark.parametrize("make", [pipe, sparse])
def test_a_key_file_that_is_no_file_is_refused(make: Callable[[Path], None], folder: Path) -> None:
    make(folder / "key")
    code, text = said("run", "film.yaml", "--yes", "--key-file", "key")
    assert code == 2
    assert "cannot be read: it is" in text


@needs_pipes
@pytest.mark.parametrize("make", [pipe, sparse])
def test_a_schema_that_is_no_file_is_refused(make: Callable[[Path], None], folder: Path) -> None:
    make(folder / "schema.json")
    code, text = said("targets", "fal/kling-o3-pro", "--check", "schema.json")
    assert code == 2
    assert "cannot be read: it is" in text


@needs_pipes
@pytest.mark.parametrize("make", [pipe, sparse])
def test_a_target_file_that_is_no_file_is_refused(
    make: Callable[[Path], None], folder: Path
) -> None:
    (folder / "targets").mkdir()
    make(folder / "targets" / "mine.yaml")
    code, text = said("check", "film.yaml", "--targets", "targets")
    assert code == (0 if make is pipe else 1)  # what is no file is no target
    assert make is pipe or "larger than" in text


def socket_at(path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as made:
        made.bind(path.name)  # in the current folder, as the names of sockets are short


@needs_pipes
@pytest.mark.parametrize(
    ("make", "what"),
    [(pipe, "a named pipe"), (socket_at, "a socket"), (Path.mkdir, "a folder")],
)
def test_what_is_no_picture_is_told_by_what_it_is(
    make: Callable[[Path], None], what: str, folder: Path
) -> None:
    make(folder / "odd.png")
    film = FILM.replace("scenes:", "locations:\n  hall: {image: odd.png}\nscenes:", 1)
    (folder / "film.yaml").write_text(film.replace("A lighthouse.", '"@hall lies dark."'), "utf-8")
    code, text = said("check", "film.yaml")
    assert code == 1
    assert f'there is no picture at "odd.png": it is {what}, not a plain file' in text
    assert text.count("SB209") == 1
    assert "film.yaml:4:" in text


@needs_pipes
def test_a_clip_that_is_a_pipe_is_told_so(folder: Path) -> None:
    pipe(folder / "fall.mp4")
    film = FILM.replace("scenes:", "footage: {fall: {video: fall.mp4}}\nscenes:", 1)
    film = film.replace("A lighthouse.", '"@fall goes down."')
    (folder / "film.yaml").write_text(film, "utf-8")
    _, text = said("check", "film.yaml", "--target", "fal/kling-o3-pro-video-reference")
    assert 'there is no clip at "fall.mp4": it is a named pipe' in text
