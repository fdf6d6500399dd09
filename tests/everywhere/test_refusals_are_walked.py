"""Every rule by which the simulator refuses a body is among the refusals that are looked at.

A rule that is added to the simulator needs a body that breaks it, a storyboard that would have led
there, and what the compiler says of that storyboard first; they stand in ``refusals``.
"""

from __future__ import annotations

import ast
import asyncio
import inspect
import sys
from types import FrameType, ModuleType
from typing import Any

import pytest
from msgspec.structs import replace
from refusals import FILES, REFUSALS, P, Refusal, link, picture

from storyboard.diagnostics import Diagnostics
from storyboard.simulator import input_files, rules
from storyboard.simulator.body_types import BodyType, MovieLimits
from storyboard.simulator.endpoint import TableEndpoint
from storyboard.simulator.fal.endpoints import ENDPOINTS as FAL
from storyboard.simulator.oxen.endpoints import ENDPOINTS as OXEN
from storyboard.targets.load import load

VIDEO = {"video_url": link(FILES["fine.mp4"]), "character_orientation": "image"}
_REFUSING = {"Breach", "_broken", "_too_many", "_not_one_of", "_not_an_object"}
"""What makes a refusal, where it is yielded."""


def refusing_lines(module: ModuleType) -> set[int]:
    """The lines at which a rule of a module refuses: a yielded breach, a returned finding."""
    lines = set()
    for node in ast.walk(ast.parse(inspect.getsource(module))):
        if isinstance(node, ast.Yield) and isinstance(node.value, ast.Call):
            made = node.value.func
            if isinstance(made, ast.Name) and made.id in _REFUSING:
                lines.add(node.lineno)
        elif isinstance(node, ast.FunctionDef) and node.name in {"_check_picture", "_check_movie"}:
            for inner in ast.walk(node):
                if isinstance(inner, ast.Return) and not _is_none(inner.value):
                    lines.add(inner.lineno)
    return lines


def _is_none(value: ast.expr | None) -> bool:
    return value is None or (isinstance(value, ast.Constant) and value.value is None)


def check(body_type: BodyType, body: dict[str, Any]) -> None:
    if not rules.check_body(body_type, body):
        endpoint = TableEndpoint(id="any", body_type=body_type)
        asyncio.run(
            input_files.check_inputs(endpoint, body, _read_own, takes_data=True, own_side=720)
        )


async def _read_own(_: str) -> bytes | None:
    return None


def body_type_of(refusal: Refusal) -> BodyType:
    target = load(refusal.target, Diagnostics())
    assert target is not None
    return {**FAL, **OXEN}[target.endpoint].body_type


MOTION = FAL["fal-ai/kling-video/v3/pro/motion-control"].body_type
OF_NO_TARGET: tuple[tuple[BodyType, dict[str, Any]], ...] = (
    # The pictures of motion control have a longest side.
    (MOTION, {"prompt": "a", "image_url": link(picture(400, 3851)), **VIDEO}),
    # The case of 200 MB is a sparse file under tests/compile.
    (replace(MOTION, movie=MovieLimits(most_bytes=10)), {"prompt": "a", "image_url": P, **VIDEO}),
)
"""Rules that no storyboard can break, or not with a small file."""


@pytest.fixture
def lines_run(monkeypatch: pytest.MonkeyPatch) -> set[tuple[str, int]]:
    """The lines of the rules that the bodies of all refusals run through."""
    seen: set[tuple[str, int]] = set()
    modules = {module.__file__: module.__name__ for module in (rules, input_files)}

    def follow(frame: FrameType, event: str, _: object) -> Any:
        name = modules.get(frame.f_code.co_filename)
        if name is not None and event == "line":
            seen.add((name, frame.f_lineno))
        return follow if name is not None else None

    async def here(work: Any, *arguments: object) -> Any:
        return work(*arguments)  # a thread would not be followed

    monkeypatch.setattr(asyncio, "to_thread", here)
    input_files._KNOWN.clear()  # what was judged before would not be looked at
    before = sys.gettrace()
    sys.settrace(follow)
    try:
        for refusal in REFUSALS.values():
            check(body_type_of(refusal), refusal.body)
        for body_type, body in OF_NO_TARGET:
            check(body_type, body)
    finally:
        sys.settrace(before)
    return seen


def test_every_rule_of_the_simulator_is_broken_by_a_refusal(
    lines_run: set[tuple[str, int]],
) -> None:
    missing = []
    for module in (rules, input_files):
        source = inspect.getsource(module).splitlines()
        expected = refusing_lines(module)
        assert len(expected) > 5
        run = {line for name, line in lines_run if name == module.__name__}
        missing += [
            f"{module.__name__} {line}: {source[line - 1].strip()}"
            for line in sorted(expected - run)
        ]
    assert not missing, "\n".join(missing)
