"""The manual is true: what is made from the program is fresh, and what it shows works."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from commands import run_command
from generated_blocks import MADE, README, ROOT, fences, refreshed

from storyboard import api
from storyboard.cli.main import COMMANDS
from storyboard.compiler.resolve.filters import all_filters
from storyboard.diagnostics.codes import REGISTRY, find

TEXT = README.read_text(encoding="utf-8")
FILM = "storyboard: 1\nscenes: [{shots: [{prompt: A boat., duration: 3s}]}]\n"
if os.environ.get("STORYBOARD_UPDATE"):
    TEXT = refreshed(TEXT)
    README.write_text(TEXT, encoding="utf-8")


def test_what_is_made_from_the_program_is_fresh() -> None:
    made = refreshed(TEXT)
    assert README.read_text(encoding="utf-8") == made, "refresh it with STORYBOARD_UPDATE=1"


def test_every_made_part_has_its_place() -> None:
    for name in MADE:
        assert f"<!-- {name}:begin -->" in TEXT
        assert f"<!-- {name}:end -->" in TEXT


def test_every_code_that_it_names_exists() -> None:
    for code in set(re.findall(r"\bSB[0-9]{3}\b", TEXT)):
        assert find(code) is not None
    assert set(REGISTRY) <= set(re.findall(r"\bSB[0-9]{3}\b", TEXT))


def test_every_command_that_it_names_exists() -> None:
    for command in set(re.findall(r"(?<![/\w-])storyboard ([a-z]+)\b(?! \w+ to)", _code(TEXT))):
        assert command in COMMANDS, command


def _code(text: str) -> str:
    return "\n".join(re.findall(r"`([^`\n]+)`", text))


def test_every_filter_that_templates_have_is_named() -> None:
    for name in all_filters():
        assert f"`{name}`" in TEXT


def test_every_link_into_the_tree_leads_somewhere() -> None:
    titles = re.findall(r"^#+ (.+)$", TEXT, re.MULTILINE)
    anchors = {f"#{title.lower().replace(' ', '-')}" for title in titles}
    for link in re.findall(r"\]\(([^):]+)\)", TEXT):
        assert link in anchors or (ROOT / link).exists(), link


def test_the_two_commands_stand_first_and_name_the_example_and_the_tests() -> None:
    first, second = list(fences(TEXT, "sh"))[:2]
    assert "storyboard plan examples/lighthouse" in first
    assert "pytest" in second


def test_the_second_command_installs_versions_that_are_written_down() -> None:
    second = list(fences(TEXT, "sh"))[1]
    (file,) = re.findall(r"-c (\S+)", second)
    pins = re.findall(r"(?m)^([\w.-]+)==\S+$", (ROOT / file).read_text(encoding="utf-8"))
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    wanted = [*project["dependencies"], *project["optional-dependencies"]["dev"]]
    names = [re.split(r"[^\w.-]", one, maxsplit=1)[0] for one in wanted]
    assert {_normal(name) for name in names} <= {_normal(name) for name in pins}


def _normal(name: str) -> str:
    """A package's name as installers compare it."""
    return re.sub(r"[-_.]+", "-", name).lower()


def test_the_storyboard_that_it_shows_is_right(tmp_path: Path) -> None:
    shown = next(block for block in fences(TEXT, "yaml") if "scenes:" in block)
    example = ROOT / "examples" / "lighthouse"
    text = re.sub(r"frontal: [\w/]+\.png", "frontal: https://example.com/front.png", shown)
    text = re.sub(r"references: \[.*?\]", "references: [https://example.com/left.png]", text)
    text = text.replace("use: [cast.yaml]", "use: [library.yaml]")
    (tmp_path / "library.yaml").write_text(
        "props: {lantern: {description: a brass lantern}}\n"
        "locations: {gallery: {description: the iron gallery around the lamp}}\n"
    )
    film = tmp_path / "storyboard.yaml"
    film.write_text(text, encoding="utf-8")
    plan, compiled = api.Project(str(film)).plan()
    assert [found.message for found in compiled.diagnostics if found.severity == "error"] == []
    assert plan.is_applyable
    assert example.is_dir()


def test_the_target_file_that_it_shows_is_right(tmp_path: Path) -> None:
    shown = next(block for block in fences(TEXT, "yaml") if block.startswith("extends:"))
    (tmp_path / "targets").mkdir()
    (tmp_path / "targets" / "ours.yaml").write_text(shown, encoding="utf-8")
    film = tmp_path / "storyboard.yaml"
    film.write_text("storyboard: 1\nscenes: [{shots: [{prompt: A boat., duration: 10s}]}]\n")
    plan, _ = api.Project(str(film)).plan()
    assert plan.to_json()["requests"][0]["cost"]["unit_price"] == "0.10"


def test_the_library_use_that_it_shows_runs(tmp_path: Path) -> None:
    shown = next(fences(TEXT, "python"))
    # A film that is rendered in an instant in the place of the example.
    film = tmp_path / "examples/lighthouse/storyboard.yaml"
    film.parent.mkdir(parents=True)
    film.write_text(FILM, encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-c", shown], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.endswith("True examples/lighthouse/out/simulated/film.mp4\n")


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_every_command_explains_itself_with_an_example(name: str) -> None:
    done = run_command(name, "--help", cwd=ROOT)
    assert done.returncode == 0
    assert f"Usage: storyboard {name}" in done.stdout
    example = re.search(r"Example: (.*)", done.stdout, re.DOTALL)
    assert example is not None
    words = shlex.split(example[1].replace("\n", " "))
    assert words[:2] == ["storyboard", name]
