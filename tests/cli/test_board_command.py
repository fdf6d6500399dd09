"""``board``: where the page goes, what it never replaces, and how it ends."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest
from commands import run_command

FILM = "storyboard: 1\ntitle: A Boat\nscenes: [{id: sea, shots: [A boat., A gull.]}]\n"


def board(*arguments: str, cwd: Path, stdin: str = "") -> subprocess.CompletedProcess[str]:
    return run_command("board", *arguments, cwd=cwd, input=stdin)


@pytest.fixture
def film(tmp_path: Path) -> Path:
    (tmp_path / "storyboard.yaml").write_text(FILM, encoding="utf-8")
    return tmp_path


def test_the_page_stands_beside_the_storyboard_and_is_replaced_by_the_next(film: Path) -> None:
    for _ in range(2):
        done = board(cwd=film)
        assert (done.returncode, done.stdout) == (0, "")
        assert "written to board.html" in done.stderr
    assert "A gull." in (film / "board.html").read_text(encoding="utf-8")


def test_a_named_storyboard_has_a_page_of_its_name(film: Path) -> None:
    (film / "storyboard.yaml").rename(film / "boat.storyboard.yaml")
    assert board("boat.storyboard.yaml", cwd=film).returncode == 0
    assert (film / "boat.board.html").is_file()


def test_standard_input_gives_a_page_on_standard_output(tmp_path: Path) -> None:
    done = board("-", cwd=tmp_path, stdin=FILM)
    assert done.returncode == 0
    assert done.stdout.startswith("<!doctype html>")
    assert list(tmp_path.iterdir()) == []


def test_what_storyboard_has_not_written_is_replaced_only_by_force(film: Path) -> None:
    page = film / "film.html"
    page.write_text("mine", encoding="utf-8")
    done = board("--out", "film.html", cwd=film)
    assert done.returncode == 1
    assert "--force" in done.stderr
    assert page.read_text(encoding="utf-8") == "mine"
    assert board("--out", "film.html", "--force", cwd=film).returncode == 0
    assert page.read_text(encoding="utf-8").startswith("<!doctype html>")


@pytest.mark.parametrize("name", ["storyboard.yaml", "storyboard.lock", ".storyboard/board.html"])
def test_force_never_covers_storyboard_lock_and_ledger(film: Path, name: str) -> None:
    (film / ".storyboard").mkdir()
    (film / "storyboard.lock").write_text("", encoding="utf-8")
    before = {path: path.read_bytes() for path in film.rglob("*") if path.is_file()}
    done = board("--out", name, "--force", cwd=film)
    assert done.returncode == 1
    assert {path: path.read_bytes() for path in film.rglob("*") if path.is_file()} == before


def test_a_link_is_neither_replaced_nor_followed(
    film: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    outside = tmp_path_factory.mktemp("outside") / "page.html"
    outside.write_text("mine", encoding="utf-8")
    (film / "film.html").symlink_to(outside)
    for more in ((), ("--force",)):
        assert board("--out", "film.html", *more, cwd=film).returncode == 1
    assert (film / "film.html").is_symlink()
    assert outside.read_text(encoding="utf-8") == "mine"


def test_a_pipe_is_refused(film: Path) -> None:
    os.mkfifo(film / "film.html")
    done = board("--out", "film.html", "--force", cwd=film)
    assert done.returncode == 1
    assert "not a plain file" in done.stderr


def test_a_film_with_errors_has_a_page_and_exit_code_1(film: Path) -> None:
    (film / "storyboard.yaml").write_text(FILM.replace("A boat.", '"@mara rows."'))
    done = board(cwd=film)
    assert done.returncode == 1
    assert "1 error: `storyboard check` shows" in done.stderr.replace("has 1", "1")
    assert "A gull." in (film / "board.html").read_text(encoding="utf-8")


def test_a_page_for_a_client_has_no_price(film: Path) -> None:
    done = board("--out", "-", "--without", "prices", "--without", "prompts", cwd=film)
    assert done.returncode == 0
    assert "USD" not in done.stdout
    assert "What is sent" not in done.stdout
