"""The work of comparing a film with its target grows with the film, no faster."""

from __future__ import annotations

import sys
from pathlib import Path
from types import FrameType
from typing import Any

import pytest

from storyboard.api import Project
from storyboard.compiler.resolve import capabilities

SILENT = "fal/kling-o1-pro"
"""A target without sound."""


def loud_film(scenes: int, *, own_defaults: bool) -> str:
    """A film of two shots a scene that all ask for sound, in the film's or the scenes' defaults."""
    asks = "defaults: {audio: true}"
    scene = (f"  - {asks}\n    " if own_defaults else "  - ") + "shots: [The sea., The wind.]\n"
    head = f"storyboard: 1\ntarget: {SILENT}\n" + ("" if own_defaults else f"{asks}\n")
    return head + "scenes:\n" + scene * scenes


def steps(file: Path) -> int:
    """How many lines and calls of the comparison one planning runs."""
    count = 0

    def trace(frame: FrameType, event: str, _: Any) -> Any:
        nonlocal count
        if frame.f_code.co_filename != capabilities.__file__:
            return None
        count += event in {"call", "line"}
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        Project(str(file)).plan()
    finally:
        sys.settrace(before)
    return count


@pytest.mark.parametrize("own_defaults", [True, False])
def test_a_film_twice_as_long_takes_twice_the_steps(own_defaults: bool, tmp_path: Path) -> None:
    counts = []
    for scenes in (50, 100):
        file = tmp_path / f"{scenes}.yaml"
        file.write_text(loud_film(scenes, own_defaults=own_defaults), encoding="utf-8")
        counts.append(steps(file))
    assert 100 < counts[0] < counts[1] < 2.2 * counts[0]
