"""Sure fixes are put into the files, at their places and nowhere else, until none is left."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from storyboard import Project, RefusedError, UsageError
from storyboard.cli.main import storyboard

FILM = """\
# A film about buses
storyboard: 1
language:   en   # two blanks
characters:
  mara:   {description: a keeper}
  pim: {description: a boy}
defaults: {aspect_ratio: vertical, audio: Yes}
scenes:
  - id: a
    shots:
      - prompt: A bus, line #12, stops   # the new one
      - Mara waits.
      - {prompt: "On the steps ＠pim waits, and MARA.", duration: "0:07"}
      - prompt: “A tram: stops”
        durations: 4s
      - "@marra waits, and a boy."
"""
FIXED = """\
# A film about buses
storyboard: 1
language:   en   # two blanks
characters:
  mara:   {description: a keeper}
  pim: {description: a boy}
defaults: {aspect_ratio: "9:16", audio: true}
scenes:
  - id: a
    shots:
      - prompt: "A bus, line #12, stops"   # the new one
      - "@mara waits."
      - {prompt: "On the steps @pim waits, and @mara.", duration: 7s}
      - prompt: "A tram: stops"
        duration: 4s
      - "@marra waits, and a boy."
"""


@pytest.fixture
def film(tmp_path: Path) -> Path:
    path = tmp_path / "film.storyboard.yaml"
    path.write_bytes(b"\xef\xbb\xbf" + FILM.replace("\n", "\r\n").encode())
    return path


def test_only_the_places_of_sure_fixes_are_changed(film: Path) -> None:
    (change,) = Project(str(film)).fix()
    assert change.after.replace("\r\n", "\n") == FIXED
    assert film.read_bytes().endswith(FILM[-20:].replace("\n", "\r\n").encode())
    change.write()
    assert film.read_bytes() == b"\xef\xbb\xbf" + FIXED.replace("\n", "\r\n").encode()
    assert Project(str(film)).fix() == ()


def test_a_name_in_a_text_without_its_quotation_marks_keeps_the_rest_of_the_text(
    film: Path,
) -> None:
    text = "storyboard: 1\ncharacters: {ana: {description: a girl}}\n"
    text += "scenes:\n  - shots:\n      - prompt: "
    film.write_text(f"{text}Ana: laughs\n", "utf-8")
    (change,) = Project(str(film)).fix()
    assert change.after == f'{text}"@ana: laughs"\n'


def test_a_file_that_was_changed_meanwhile_is_left_alone(film: Path) -> None:
    (change,) = Project(str(film)).fix()
    film.write_text("storyboard: 1")
    with pytest.raises(RefusedError, match="changed meanwhile"):
        change.write()
    assert film.read_text() == "storyboard: 1"


@pytest.mark.parametrize(
    "text",
    [
        "storyboard: 1\ncharacters: {mara # a: {description:====, a keeper}}\n",
        "storyboard: 1\ncharacters:\n  c: {descripti\non:    c1, label: a}\n",
        "storyboard: 1\nscenes:   # a\ned b\n  - shots: [one]\n",
    ],
)
def test_a_fix_that_does_not_mend_its_finding_is_not_made(text: str, film: Path) -> None:
    film.write_text(text)
    for change in Project(str(film)).fix():
        change.write()
    assert Project(str(film)).fix() == ()


def test_standard_input_has_no_file_to_be_fixed() -> None:
    with pytest.raises(UsageError):
        Project("-").fix()
    done = CliRunner().invoke(storyboard, ["check", "--fix", "-"], standalone_mode=False)
    assert done.return_value == 2
    assert "standard input has no file" in done.stderr


def test_the_command_shows_a_diff_or_writes(film: Path) -> None:
    shown = CliRunner().invoke(storyboard, ["check", "--fix", "--diff", str(film)])
    assert "-defaults: {aspect_ratio: vertical, audio: Yes}" in shown.stdout
    assert '+defaults: {aspect_ratio: "9:16", audio: true}' in shown.stdout
    assert b"vertical" in film.read_bytes()
    done = CliRunner().invoke(storyboard, ["check", "--fix", str(film)])
    assert "fixes in" in done.stderr
    assert b"vertical" not in film.read_bytes()
    assert "SB203" in done.stdout
