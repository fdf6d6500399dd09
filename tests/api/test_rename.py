"""Another name for a member of the cast: every use goes along, and nothing else changes."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest
from commands import run_command

from storyboard.api import Project
from storyboard.errors import RefusedError, UsageError

EXAMPLES = Path(__file__).parents[2] / "examples"

FILM = """\
storyboard: 1
vars: {who: "@mara"}
characters:
  "mara":   # @mara is a comment
    label: Mara
    description: a keeper
    looks: {night: {description: a keeper in a gown}}
  tom: {label: Tom, description: "the son of @mara, not of mara@example.com"}
locations: {hall: {description: a hall}}
scenes:
  - location: hall
    looks: {mara: night}
    cast: [mara, '@tom']
    shots:
      - prompt: "@{mara}s coat: @mara.night, @mara. @@mara and {{ who }}."
        dialogue:
          - mara: "I am @mara."
          - "tom": {line: Mother!, tone: as @mara}
      - prompt: >
          A long text over two lines
          in which @mara comes last
        cast: [mara.night]
"""


@pytest.fixture
def film(tmp_path: Path) -> Path:
    (tmp_path / "storyboard.yaml").write_text(FILM.replace("    cast: [mara, '@tom']\n", ""))
    return tmp_path


def renamed(film: Path, old: str, new: str) -> str:
    found = Project.around(film).rename(old, new)
    for change in found.changes:
        change.write()
    return (film / "storyboard.yaml").read_text()


def test_every_use_goes_along_and_nothing_else(film: Path) -> None:
    before = (film / "storyboard.yaml").read_text()
    payloads = [one.payload for one in Project.around(film).compile().requests]
    after = renamed(film, "mara", "marta")
    expected = before.replace("mara", "marta")
    for kept in ("# @mara is", "mara@example.com", "@@mara"):
        expected = expected.replace(kept.replace("mara", "marta"), kept)
    assert after == expected
    compiled = Project.around(film).compile()
    assert [one.payload for one in compiled.requests] == payloads
    assert not compiled.diagnostics.has_errors


def test_the_name_back_is_the_same_text(film: Path) -> None:
    before = (film / "storyboard.yaml").read_text()
    assert renamed(film, "@mara", "@Ελένη") != before
    assert renamed(film, "Ελένη", "mara") == before


@pytest.mark.parametrize("example", ["lighthouse", "one-take", "every-script"])
def test_every_member_of_the_examples_can_be_renamed(example: str, tmp_path: Path) -> None:
    film = tmp_path / example
    ignored = shutil.ignore_patterns(".storyboard", "out")
    shutil.copytree(EXAMPLES / example, film, ignore=ignored)
    project = Project.around(film)
    compiled = project.compile()
    storyboard = compiled.reading.storyboard
    assert storyboard is not None
    names = [
        str(name)
        for file in (storyboard, *compiled.reading.libraries.values())
        for section in (file.characters, file.props, file.locations, file.styles)
        for name in section or {}
    ]
    assert len(names) >= 1
    for number, name in enumerate(names):
        for change in project.rename(name, f"new{number}").changes:
            change.write()
    after = project.compile()
    assert not after.diagnostics.has_errors
    assert [one.seconds for one in after.requests] == [one.seconds for one in compiled.requests]
    text = "".join(path.read_text() for path in film.glob("*.yaml"))
    said = re.sub(r"#.*", "", text)
    assert not [name for name in names if f"@{name}" in said]


def test_other_films_of_a_library_are_changed_with_it(tmp_path: Path) -> None:
    series = tmp_path / "series"
    shutil.copytree(EXAMPLES / "series", series)
    first = series / "episode-1.storyboard.yaml"
    changes = Project.around(first).rename("bea", "bee").changes
    assert {change.path.name for change in changes} == {
        "cast.yaml",
        "episode-1.storyboard.yaml",
        "episode-2.storyboard.yaml",
    }
    of_library = Project.around(series / "cast.yaml").rename("bea", "bee").changes
    assert {(one.path, one.after) for one in of_library} == {
        (one.path, one.after) for one in changes
    }


def test_whoever_is_called_by_the_name_is_told(film: Path) -> None:
    text = (film / "storyboard.yaml").read_text()
    (film / "storyboard.yaml").write_text(text.replace("    label: Mara\n", ""))
    assert Project.around(film).rename("mara", "marta").shots
    (film / "storyboard.yaml").write_text(text)
    assert Project.around(film).rename("mara", "marta").shots == ()


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("mora", "x", 'nobody and nothing is called "mora": the nearest is "mara"'),
        ("mara", "tom", '"tom" is a character already: '),
        ("mara", "two words", "is no name"),
        ("mara", "Element1", "how vendors number"),
    ],
)
def test_what_cannot_be_a_name_is_told(film: Path, old: str, new: str, words: str) -> None:
    with pytest.raises(UsageError) as refused:
        Project.around(film).rename(old, new)
    assert words in str(refused.value)


def test_a_file_of_which_a_part_of_the_cast_is_lost_is_left_alone(film: Path) -> None:
    text = (film / "storyboard.yaml").read_text()
    (film / "storyboard.yaml").write_text(text.replace("  tom: {label", "  t/o/m: {label"))
    with pytest.raises(RefusedError, match="a use could be left behind"):
        Project.around(film).rename("mara", "marta")


def test_the_command_writes_or_shows(film: Path) -> None:
    before = (film / "storyboard.yaml").read_text()
    shown = run_command("rename", "mara", "marta", "--diff", cwd=film)
    assert '+  "marta":   # @mara is a comment' in shown.stdout
    assert (film / "storyboard.yaml").read_text() == before
    done = run_command("rename", "mara", "marta", cwd=film)
    assert done.stderr == "12 places in storyboard.yaml\n"
    assert run_command("rename", "mara", "marta", cwd=film).returncode == 2
