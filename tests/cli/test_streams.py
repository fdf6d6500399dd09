"""Standard streams that are closed, full, or whose reader goes away: the exit code is earned."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

FINE, REFUSED, USAGE, FAILED = 0, 1, 2, 3
FILM = "storyboard: 1\nscenes:\n- id: sea\n  shots:\n"
LONG = FILM + "".join(f"  - {{prompt: A boat passes {n}., duration: 5s}}\n" for n in range(100))


@pytest.fixture
def films(tmp_path: Path) -> Path:
    (tmp_path / "long.yaml").write_text(LONG, encoding="utf-8")
    (tmp_path / "bad.yaml").write_text(LONG.replace("boat", "@boat"), encoding="utf-8")
    return tmp_path


def shell(line: str, folder: Path) -> tuple[list[int], str]:
    """The exit codes of the commands of a pipe, and what was said; ``sb`` is the command."""
    line = line.replace("sb ", f'"{sys.executable}" -m storyboard ')
    done = subprocess.run(
        ["bash", "-c", f"{line}; echo ${{PIPESTATUS[*]}} > codes"],
        cwd=folder, capture_output=True, text=True, check=False,
    )  # fmt: skip
    said = done.stdout + done.stderr
    assert "Traceback" not in said
    assert "Exception ignored" not in said
    assert "SB902" not in said
    return [int(code) for code in (folder / "codes").read_text().split()], said


@pytest.mark.parametrize(
    ("command", "code"),
    [
        ("plan long.yaml >&-", FINE),
        ("plan long.yaml 2>&-", FINE),
        ("plan long.yaml <&-", FINE),
        ("check bad.yaml >&-", REFUSED),
        ("status nothing 2>&-", USAGE),
        ("--version >&- 2>&- <&-", FINE),
    ],
)
def test_a_closed_stream_changes_no_exit_code(command: str, code: int, films: Path) -> None:
    assert shell(f"sb {command}", films)[0] == [code]


def test_a_file_that_is_written_never_becomes_a_closed_standard_stream(films: Path) -> None:
    codes, _ = shell("sb plan long.yaml --out film.plan >&- 2>&- <&-", films)
    assert codes == [FINE]
    assert (films / "film.plan").read_text().startswith('{\n"applyable":true')
    begun = "from storyboard.cli.streams import open_streams as o; o(are_readers_heeded=False)"
    written = "file = open('film', 'w'); file.write(str(file.fileno()))"
    shell(f'"{sys.executable}" -c "{begun}; {written}" >&- 2>&- <&-', films)
    assert int((films / "film").read_text()) > 2


@pytest.mark.parametrize(
    ("pipe", "code"),
    [
        ("plan long.yaml --json | true", FINE),
        ("plan long.yaml --json | head -n 1", FINE),
        ("plan bad.yaml --json | true", REFUSED),
        ("check bad.yaml 2>&1 | true", REFUSED),
        ("check bad.yaml | head -n 1", REFUSED),
        ("chekc 2>&1 | true", USAGE),
        ("--help | true", FINE),
    ],
)
def test_a_reader_that_goes_away_changes_no_exit_code(pipe: str, code: int, films: Path) -> None:
    assert shell(f"sb {pipe}", films)[0] == [code, 0]


def test_what_is_read_before_the_reader_goes_is_whole(films: Path) -> None:
    _, said = shell("sb plan long.yaml --json | head -n 1", films)
    assert said == "{\n"


def test_a_run_that_nobody_can_see_sends_nothing(films: Path) -> None:
    codes, said = shell("sb run long.yaml --simulate --yes 2>&1 | true", films)
    assert codes[0] != FINE
    assert said == ""
    assert not (films / ".storyboard").exists()


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no device is always full here")
@pytest.mark.parametrize("command", ["plan long.yaml", "--help"])
def test_a_full_disk_behind_the_output_is_said_in_words(command: str, films: Path) -> None:
    codes, said = shell(f"sb {command} > /dev/full", films)
    assert codes == [FAILED]
    assert said == f'error: "standard output" cannot be used: {os.strerror(28).lower()}\n'


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no device is always full here")
def test_what_cannot_be_said_changes_no_exit_code(films: Path) -> None:
    assert shell("sb chekc 2> /dev/full", films)[0] == [USAGE]
