"""The notes for contributors name files that are there."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / ".github" / "CONTRIBUTING.md").read_text(encoding="utf-8")
NAMED = sorted(
    {
        name
        for name in re.findall(r"`([\w./-]+)`", TEXT)
        if "/" in name and not re.search("NAME|HOST|nnn", name)
    }
)


@pytest.mark.parametrize("name", NAMED)
def test_every_file_that_is_named_is_there(name: str) -> None:
    assert (ROOT / name).exists() or (ROOT / "storyboard" / name).exists()


def test_the_notes_name_many_files() -> None:
    assert len(NAMED) >= 20


def test_the_refresh_names_every_folder_with_stored_outputs() -> None:
    (command,) = re.findall(r"STORYBOARD_UPDATE=1 .venv/bin/pytest (.*)", TEXT)
    listed = command.split()
    assert all((ROOT / folder).is_dir() for folder in listed)
    users = {
        "/".join(file.relative_to(ROOT).parts[:2])
        for file in (ROOT / "tests").rglob("*.py")
        if "STORYBOARD_UPDATE" in file.read_text(encoding="utf-8")
    }
    assert users - {"tests/support", "tests/conftest.py"} <= {*listed, "tests/manual"}


def test_the_lowest_versions_are_those_that_the_project_allows() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    wanted = [*project["dependencies"], *project["optional-dependencies"]["dev"]]
    allowed = {
        name: version
        for one in wanted
        for name, version in re.findall(r"^([\w.-]+)>=([\d.]+)", one)
    }
    pins = re.findall(r"(?m)^([\w.-]+)==(\S+)$", (ROOT / ".ci" / "lowest.txt").read_text("utf-8"))
    assert {name: _release(version) for name, version in pins} == {
        name: _release(version) for name, version in allowed.items()
    }


def _release(version: str) -> tuple[int, ...]:
    """A version without the zeros at its end: 8.2 and 8.2.0 are one."""
    numbers = [int(part) for part in version.split(".")]
    while numbers and not numbers[-1]:
        numbers.pop()
    return tuple(numbers)
