"""``check`` of cast libraries, and of what a film may cost."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from storyboard.cli.main import storyboard

LIBRARY = """\
storyboard: 1
characters:
  mara:
    description: a keeper of {{ place }} who knows @pim
    looks: {gown: {description: in her gown}}
  pim: {frontal: https://example.com/pim.png}
locations:
  gallery: {description: the iron gallery}
"""


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def run(*arguments: str) -> Result:
    return CliRunner().invoke(storyboard, arguments, standalone_mode=False, catch_exceptions=False)


def written(text: str, name: str = "cast.yaml") -> None:
    Path(name).write_text(text, encoding="utf-8")


def test_a_good_library_is_fine_and_called_one() -> None:
    written(LIBRARY)
    answer = run("check", "cast.yaml")
    assert answer.return_value == 0
    assert answer.stdout == ""
    assert answer.stderr == "cast.yaml: fine (a cast library, 3 members)\n"


def test_what_is_wrong_in_any_look_of_a_library_is_found() -> None:
    written(
        LIBRARY.replace("{description: in her gown}", "{frontal: gown.png}").replace(
            "{description: the iron gallery}", "{}"
        )
    )
    answer = run("check", "cast.yaml")
    assert answer.return_value == 1
    assert "error[SB209 picture-missing]" in answer.stdout
    assert "cast.yaml:5:29" in answer.stdout
    assert "error[SB219 pictureless]" in answer.stdout
    assert "cast.yaml:8:3" in answer.stdout
    assert answer.stdout.count("error[") == 2
    assert answer.stderr.endswith("2 errors in cast.yaml\n")


def test_a_library_of_libraries_is_looked_at_with_them() -> None:
    written(LIBRARY)
    written("storyboard: 1\nuse: [cast.yaml]\nprops: {lamp: {description: like @mara}}\n", "b.yaml")
    assert run("check", "b.yaml").stderr == "b.yaml: fine (a cast library, 1 member)\n"


@pytest.mark.parametrize("command", ["plan", "compile", "run"])
def test_a_library_is_no_film(command: str) -> None:
    written(LIBRARY)
    answer = run(command, "cast.yaml")
    assert answer.return_value == 1
    assert "this is a cast library: it has no scenes" in answer.stderr
    assert "use: [cast.yaml]" in answer.stderr
    assert answer.stderr.count("error[") == 1


def test_a_film_without_scenes_is_no_library() -> None:
    written(f"{LIBRARY}target: fal/kling-o3-pro\n", "film.yaml")
    answer = run("check", "film.yaml")
    assert answer.return_value == 1
    assert 'the key "scenes" is missing' in answer.stdout


def test_check_looks_at_money_and_seconds() -> None:
    film = "storyboard: 1\nbudget: 1 USD\nmax_seconds: 4\nscenes: [{shots: [The sea., The bay.]}]\n"
    written(film, "film.yaml")
    answer = run("check", "film.yaml")
    assert answer.return_value == 1
    assert "error[SB501 over-budget]" in answer.stdout
    assert "error[SB502 over-seconds]" in answer.stdout
    written(film.replace("1 USD", "2 USD").replace(": 4", ": 10"), "film.yaml")
    answer = run("check", "film.yaml")
    assert answer.return_value == 0
    assert answer.stderr == "film.yaml: fine (2 shots, fal/kling-o3-pro)\n"


@pytest.mark.parametrize(("limit", "loads"), [("", False), ("budget: 90 USD\n", True)])
def test_what_plans_a_film_is_loaded_for_a_limit_alone(limit: str, loads: bool) -> None:
    written(f"storyboard: 1\n{limit}scenes: [{{shots: [The sea.]}}]\n", "film.yaml")
    code = (
        "import sys; from storyboard.api import Project; Project('film.yaml').check(); "
        "print('storyboard.plan' in sys.modules)"
    )
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert said.stdout.strip() == str(loads)
