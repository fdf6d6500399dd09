"""What says frozen cannot be assigned to; shots and requests can be keys."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from msgspec import Struct
from msgspec.structs import fields

from storyboard import CompileOptions, Project

EXAMPLES = Path(__file__).parents[2] / "examples"


def values(root: Any) -> Iterator[Any]:
    """Every value that a value leads to, one of each class."""
    waiting, seen, classes = [root], set(), set()
    while waiting:
        one = waiting.pop()
        if id(one) in seen:
            continue
        seen.add(id(one))
        if isinstance(one, Struct):
            if type(one) not in classes:
                classes.add(type(one))
                yield one
            waiting += [getattr(one, field.name) for field in fields(one)]
        elif isinstance(one, Mapping):
            waiting += [*one.keys(), *one.values()]
        elif isinstance(one, (tuple, list, set, frozenset)):
            waiting += one


@pytest.mark.parametrize("film", ["lighthouse", "one-take", "series/episode-1.storyboard.yaml"])
def test_frozen_values_cannot_be_assigned_to(film: str) -> None:
    planned = Project(str(EXAMPLES / film), CompileOptions()).plan()
    roots = (planned.plan, planned.compilation.film, planned.compilation.requests)
    checked = 0
    for one in values(roots):
        if not one.__struct_config__.frozen:
            continue
        checked += 1
        with pytest.raises(AttributeError, match="immutable"):
            setattr(one, fields(one)[0].name, None)
    assert checked >= 20


def test_what_a_film_is_made_of_can_be_a_key() -> None:
    planned = Project(str(EXAMPLES / "lighthouse"), CompileOptions()).plan()
    film, requests = planned.compilation.film, planned.compilation.requests
    assert film is not None
    shots = [shot for scene in film.scenes for shot in scene.shots]
    for ones in (shots, requests, planned.plan.requests):
        assert len(ones) == len(set(ones)) > 1
