"""A film compared with what git has of it, by the command and by programs."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from commands import run_command
from git_checkouts import commit, git
from jsonschema import Draft202012Validator
from PIL import Image

from storyboard.api import Project, RunSettings
from storyboard.errors import UsageError
from storyboard.plan.difference import FilmDifference, ShotChange

SCHEMA = json.loads((Path(__file__).parents[2] / "schemas/diff.schema.json").read_text())
FILM = """\
storyboard: 1
title: The Pier
use: [cast.yaml]
scenes:
  - id: pier
    shots:
      - {id: boat, duration: 4s, prompt: "@mara rows a red boat."}
      - {id: gull, duration: 4s, prompt: A gull looks down.}
  - id: night
    shots:
      - {id: lamp, duration: 5s, prompt: A lamp is lit.}
"""
CAST = "characters: {mara: {frontal: mara.png}}\n"


@pytest.fixture
def film(tmp_path: Path) -> Path:
    if shutil.which("git") is None:
        pytest.skip("git is not installed")
    folder = tmp_path / "film"
    folder.mkdir()
    (folder / "storyboard.yaml").write_text(FILM)
    (folder / "cast.yaml").write_text(CAST)
    Image.new("RGB", (720, 720), "red").save(folder / "mara.png")
    (folder / ".gitignore").write_text(".storyboard/\nout/\n")
    git(folder, "init", "-q")
    commit(folder)
    return folder


def edit(folder: Path, *pairs: tuple[str, str]) -> None:
    text = (folder / "storyboard.yaml").read_text()
    for old, new in pairs:
        assert old in text
        text = text.replace(old, new)
    (folder / "storyboard.yaml").write_text(text)


def differs(folder: Path, before: str = "HEAD", after: str | None = None) -> FilmDifference:
    found = Project.around(folder).diff(before, after).difference
    assert found is not None
    return found


def test_words_are_told_with_what_they_were_and_money_with_what_it_is(film: Path) -> None:
    edit(film, ("a red boat", "a blue boat"), ("5s", "6s"))
    found = differs(film)
    boat, lamp = found.shots
    (change,) = boat.changes
    assert (boat.address, change.field) == ("pier/boat", "prompt")
    assert "@mara rows a red boat" in change.old
    assert "@mara rows a blue boat" in change.new
    assert (lamp.address, lamp.old_seconds, lamp.seconds) == ("night/lamp", 5, 6)
    assert (found.before.seconds, found.after.seconds) == (13, 14)
    assert found.before.price is not None
    assert found.after.price is not None
    assert found.before.price.amount < found.after.price.amount


def test_a_picture_of_then_is_read_from_git(film: Path) -> None:
    Image.new("RGB", (720, 720), "blue").save(film / "mara.png")
    (one,) = differs(film).shots
    assert [(change.field, change.member) for change in one.changes] == [("pictures", "mara")]
    commit(film)
    assert differs(film).is_same
    assert not differs(film, "HEAD~1").is_same
    assert not differs(film, "HEAD~1", "HEAD").is_same


def test_a_library_and_a_picture_that_are_gone_are_those_of_then(film: Path) -> None:
    (film / "cast.yaml").unlink()
    (film / "mara.png").unlink()
    edit(film, ("use: [cast.yaml]\n", ""), ("@mara rows a red boat", "A girl rows a red boat"))
    (one,) = differs(film).shots
    assert one.address == "pier/boat"


def test_what_is_paid_is_paid_for_both(film: Path) -> None:
    project = Project.around(film, is_simulated=True)
    project.run(project.plan().plan, RunSettings())
    edit(film, ("A gull looks down.", "A gull flies off."))
    found = project.diff().difference
    assert found is not None
    assert str(found.before.to_pay) == "0.00 USD"
    assert str(found.after.to_pay) == str(project.plan().plan.cost.to_pay) != "0.00 USD"
    assert found.before.price == found.after.price


def test_a_scene_with_an_error_is_left_out_of_both(film: Path) -> None:
    edit(film, ("A lamp is lit.", '"@nobody lights a lamp."'), ("red", "blue"))
    result = Project.around(film).diff()
    found = result.difference
    assert found is not None
    assert [one.address for one in found.shots] == ["pier/boat"]
    assert (found.before.left_out, found.after.left_out) == ((), ("night",))
    assert (found.before.shots, found.after.shots) == (2, 2)
    assert found.before.price == found.after.price
    assert [one.code.id for one in result.diagnostics if one.severity == "error"] == ["SB203"]


def test_what_differs_keeps_to_its_schema(film: Path) -> None:
    Draft202012Validator.check_schema(SCHEMA)
    text = (film / "storyboard.yaml").read_text()
    _, boat, gull = text.partition("      - {id: boat")[0], *text.splitlines()[6:8]
    edit(
        film,
        (f"{boat}\n{gull}\n", f"{gull}\n{boat}\n      - It snows.\n"),
        ("id: night", "id: late"),
        ("red", "blue"),
    )
    found = differs(film)
    kinds = {one.change for one in found.shots}
    assert kinds == {ShotChange.MOVED, ShotChange.RENAMED, ShotChange.ADDED, ShotChange.CHANGED}
    for one in (found, differs(film, "HEAD", "HEAD")):
        written = json.loads(json.dumps(one.to_json()))
        assert list(Draft202012Validator(SCHEMA).iter_errors(written)) == []
    edit(film, ("      - It snows.\n", ""))
    commit(film)
    back = json.loads(json.dumps(differs(film, "HEAD", "HEAD~1").to_json()))
    assert list(Draft202012Validator(SCHEMA).iter_errors(back)) == []


def test_the_schema_has_a_plans_own_definitions() -> None:
    plan = json.loads((Path(__file__).parents[2] / "schemas/plan.schema.json").read_text())
    for name in ("money", "place"):
        assert SCHEMA["$defs"][name] == plan["$defs"][name], "copy it from plan.schema.json"


@pytest.mark.parametrize(
    ("file", "revision", "words"),
    [
        ("-", "HEAD", "standard input is in no commit"),
        (".", "main~77", "is no commit that git knows here"),
        ("new.yaml", "HEAD", 'there is no "new.yaml" in HEAD'),
    ],
)
def test_what_cannot_be_compared_is_told(
    film: Path, monkeypatch: pytest.MonkeyPatch, file: str, revision: str, words: str
) -> None:
    (film / "new.yaml").write_text(FILM)
    monkeypatch.chdir(film)
    with pytest.raises(UsageError, match=words):
        Project(file).diff(revision)


# -- the command ----------------------------------------------------------------------------------


def test_exit_codes_say_whether_anything_differs(film: Path) -> None:
    for words, code in ((("red", "red"), 0), (("red", "blue"), 5), (("@mara", "@mora"), 1)):
        edit(film, words)
        done = run_command("diff", "--detailed-exitcode", cwd=film)
        assert done.returncode == code, done.stderr
    assert "@mora" in done.stderr
    assert run_command("diff", "--from", "nix", cwd=film).returncode == 2
    assert run_command("diff", "--json", "--markdown", cwd=film).returncode == 2


def test_a_sum_without_scenes_is_not_that_of_the_whole_film(film: Path) -> None:
    edit(film, ("A lamp is lit.", '"@nobody lights a lamp."'))
    said = run_command("diff", cwd=film).stdout
    assert "left out: night, which has errors in the files as they are" in said
    assert "no other shot differs" in said
    assert "rest of the film, rendered anew: 0.90 USD, as before" in said
    edit(film, ("A gull looks down.", '"@nobody looks down."'))
    said = run_command("diff", cwd=film).stdout
    assert "left out: pier, night" in said
    assert "USD" not in said


def test_a_film_that_cannot_be_read_is_told_as_everywhere(film: Path) -> None:
    (film / "storyboard.yaml").write_bytes(b"\xff\xfe\x00")
    done = run_command("diff", cwd=film)
    assert (done.returncode, done.stdout) == (1, "")
    assert "error[SB0" in done.stderr


def test_in_markdown_no_word_of_a_film_is_markup_or_calls_anybody(film: Path) -> None:
    edit(film, ("A gull looks down.", '"@mara says `hi` | <b>@@octocat</b> #1\\a."'))
    said = run_command("diff", "--markdown", cwd=film).stdout
    (row,) = [line for line in said.splitlines() if "pier/gull" in line]
    assert row.replace("\\|", "").count("|") == 5
    now = row.rpartition("now ")[2]
    assert now.startswith("``")
    assert "@mara says `hi` \\| <b>@octocat</b> #1" in now
    assert "\x07" not in said


def test_control_characters_of_a_film_reach_no_terminal(film: Path) -> None:
    edit(film, ("title: The Pier", 'title: "The \\e[8mPier"'), ("down.", "down at \u202eus."))
    said = run_command("diff", cwd=film).stdout
    assert "\x1b" not in said
    assert "\u202e" not in said
