"""Small storyboards in, prompts out."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from PIL import Image

from storyboard.api import CompileOptions, Project
from storyboard.diagnostics import Diagnostic


class Row(NamedTuple):
    """A row of a prompt's map with the words that it stands for."""

    words: str
    kind: str
    field: str
    carried: bool
    place: tuple[str, int, int] | None
    """File name, line and column."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Composed:
    """What a storyboard was composed to."""

    prompts: list[str]
    maps: list[list[Row]]
    tokens: list[dict[str, str]]
    """What each tag of a prompt's request stands for."""
    findings: list[Diagnostic]
    codes: list[str]
    messages: str


@pytest.fixture(scope="session")
def pictures(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the pictures that the storyboards name."""
    folder = tmp_path_factory.mktemp("pictures")
    for name in ("front", "side", "set"):
        Image.new("RGB", (400, 320), "teal").save(folder / f"{name}.png")
    return folder


@pytest.fixture
def compose(pictures: Path) -> Callable[..., Composed]:
    """A function that plans a storyboard, given without its first line."""

    def composed(text: str, target: str | None = None) -> Composed:
        film = pictures / "film.yaml"
        film.write_text(f"storyboard: 1\n{text}", "utf-8")
        made, compiled = Project(str(film), CompileOptions(target=target, project=pictures)).plan()
        prompts: list[str] = []
        maps: list[list[Row]] = []
        tokens: list[dict[str, str]] = []
        for request in made.to_json()["requests"]:
            for shot, said in zip(request["shots"], _said(request["payload"]), strict=True):
                prompts.append(said)
                tokens.append(request["tokens"])
                maps.append([_row(said, row) for row in shot["map"]])
        return Composed(
            prompts=prompts,
            maps=maps,
            tokens=tokens,
            findings=list(compiled.diagnostics),
            codes=[found.code.id for found in compiled.diagnostics],
            messages="\n".join(found.message for found in compiled.diagnostics),
        )

    return composed


@pytest.fixture
def say(compose: Callable[..., Composed]) -> Callable[..., list[str]]:
    """A function from a storyboard to its prompts; it must have some."""

    def said(text: str, target: str | None = None) -> list[str]:
        made = compose(text, target)
        assert made.prompts, made.messages
        return made.prompts

    return said


def _said(payload: Any) -> list[str]:
    shots = payload.get("multi_prompt", [payload])
    return [shot["prompt"] for shot in (json.loads(shots) if isinstance(shots, str) else shots)]


def _row(text: str, row: list[Any]) -> Row:
    start, end, kind, field, carried, file, line, column = row
    place = (Path(file).name, line, column) if file is not None else None
    return Row(text[start:end], kind, field, carried, place)
