"""A film in the current folder: written and planned, what is found in it, and its commands."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from click.testing import CliRunner, Result

from storyboard import CompileOptions, PlanResult, Project
from storyboard.cli.main import storyboard


def planned(text: str, target: str | None = None, **options: Any) -> PlanResult:
    """The plan of a storyboard of this text, on a target and with options of a compilation."""
    Path("storyboard.yaml").write_text(text, encoding="utf-8")
    return Project("storyboard.yaml", CompileOptions(target=target, **options)).plan()


def said(made: PlanResult) -> list[str]:
    """The findings of a plan, each as its code and its message."""
    return [f"{one.code.id} {one.message}" for one in made.compilation.diagnostics]


def invoke(*arguments: str) -> Result:
    """What a command prints and returns, in this process."""
    return CliRunner().invoke(storyboard, arguments, standalone_mode=False)
