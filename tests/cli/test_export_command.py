"""``export``: standard output or a file, and what is never replaced."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from commands import run_command

FILM = "storyboard: 1\nscenes: [{shots: [{prompt: A boat., narration: It was late.}]}]\n"


def export(*arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    return run_command("export", *arguments, cwd=cwd)


@pytest.fixture
def film(tmp_path: Path) -> Path:
    (tmp_path / "storyboard.yaml").write_text(FILM, encoding="utf-8")
    return tmp_path


def test_each_form_goes_to_standard_output(film: Path) -> None:
    for form, beginning in (("csv", "number,"), ("srt", "1\n"), ("vtt", "WEBVTT\n")):
        done = export(form, cwd=film)
        assert (done.returncode, done.stderr) == (0, "")
        assert done.stdout.startswith(beginning)


def test_a_form_that_does_not_exist_is_wrong_usage(film: Path) -> None:
    assert export("pdf", cwd=film).returncode == 2


@pytest.mark.parametrize("form", ["csv", "srt", "vtt"])
def test_what_it_has_written_is_replaced_and_nothing_else(film: Path, form: str) -> None:
    assert export(form, "--out", "film.out", cwd=film).returncode == 0
    assert export(form, "--out", "film.out", cwd=film).returncode == 0
    (film / "film.out").write_text("mine", encoding="utf-8")
    assert export(form, "--out", "film.out", cwd=film).returncode == 1
    assert (film / "film.out").read_text(encoding="utf-8") == "mine"
    assert export(form, "--out", "film.out", "--force", cwd=film).returncode == 0


def test_a_shot_list_is_the_same_on_standard_output_and_in_a_file(film: Path) -> None:
    export("csv", "--out", "film.csv", cwd=film)
    assert export("csv", cwd=film).stdout == (film / "film.csv").read_text(encoding="utf-8")
