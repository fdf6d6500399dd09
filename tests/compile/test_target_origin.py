"""Where a target's data come from is said before anything is paid."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from storyboard.api import CompileOptions, Project
from storyboard.cli import run as run_module
from storyboard.plan.file import encode
from storyboard.plan.model import Plan
from storyboard.render.plan import described_by, render_plan
from storyboard.targets.schemas import read_schema

FILM = "storyboard: 1\ntitle: Sea\nscenes:\n  - shots:\n      - {prompt: The sea., duration: 3s}\n"
OWN = "extends: fal/kling-o3-pro\nendpoint: somebody-else/video\n"


def plan_of(folder: Path, options: CompileOptions | None = None) -> Plan:
    (folder / "storyboard.yaml").write_text(FILM, encoding="utf-8")
    return Project(str(folder), options or CompileOptions()).plan().plan


def test_a_file_that_changes_a_built_in_target_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "targets").mkdir()
    (tmp_path / "targets" / "kling.yaml").write_text(OWN, encoding="utf-8")
    (tmp_path / "storyboard.yaml").write_text(FILM, encoding="utf-8")
    made = Project(".").plan().plan
    assert made.target is not None
    assert made.target.id == "fal/kling-o3-pro"
    assert made.target.endpoint == "somebody-else/video"
    assert made.target.origin == "targets/kling.yaml"
    written = json.loads(encode(made))
    assert written["targets"][written["target"]]["origin"] == "targets/kling.yaml"
    assert Plan.from_json(written) == made
    shown = render_plan(made, color=False, width=80).splitlines()
    said = "endpoint, limits and prices of the target are those of targets/kling.yaml"
    assert shown[1] == said
    (tmp_path / "film.plan").write_text(encode(made), encoding="utf-8")
    monkeypatch.setattr(run_module.sys.stdin, "isatty", lambda: True, raising=False)
    asked: list[str] = []
    monkeypatch.setattr(run_module, "ask", asked.append)
    ready = Project("film.plan").read_plan()
    run_module._is_agreed(ready.plan, ready.store, as_json=False, yes=False, color="never")
    assert asked == [f"render 1 clip, 0.34 USD; {said}?"]


def test_a_folder_of_targets_that_was_given_is_named_by_its_file(tmp_path: Path) -> None:
    own = tmp_path / "mine"
    own.mkdir()
    (own / "kling.yaml").write_text(OWN, encoding="utf-8")
    made = plan_of(tmp_path, CompileOptions(target_folders=(own,)))
    assert made.target is not None
    assert made.target.origin == f"{own}/kling.yaml"


def test_a_target_of_storyboard_itself_is_built_in(tmp_path: Path) -> None:
    made = plan_of(tmp_path)
    assert made.target is not None
    assert made.target.origin == "built-in"
    assert described_by(made.target) == ""
    assert list(Draft202012Validator(read_schema("plan.schema.json")).iter_errors(
        json.loads(encode(made))
    )) == []  # fmt: skip
