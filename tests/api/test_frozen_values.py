"""What says frozen can be neither assigned to nor fail to be hashed."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from storyboard import CompileOptions, Project

EXAMPLES = Path(__file__).parents[2] / "examples"


def values(root: Any) -> Iterator[Any]:
    """Every dataclass instance that a value leads to, one of each class."""
    waiting, seen, classes = [root], set(), set()
    while waiting:
        one = waiting.pop()
        if id(one) in seen:
            continue
        seen.add(id(one))
        if dataclasses.is_dataclass(one) and not isinstance(one, type):
            if type(one) not in classes:
                classes.add(type(one))
                yield one
            waiting += [getattr(one, field.name) for field in dataclasses.fields(one)]
        elif isinstance(one, Mapping):
            waiting += [*one.keys(), *one.values()]
        elif isinstance(one, (tuple, list, set, frozenset)):
            waiting += one


@pytest.mark.parametrize("film", ["lighthouse", "one-take", "series/episode-1.storyboard.yaml"])
def test_frozen_values_are_frozen_and_can_be_hashed(film: str) -> None:
    planned = Project(str(EXAMPLES / film), CompileOptions()).plan()
    roots = (planned.plan, planned.compilation.film, planned.compilation.requests)
    checked = 0
    for one in values(roots):
        if not one.__dataclass_params__.frozen:
            continue
        checked += 1
        hash(one)
        name = dataclasses.fields(one)[0].name
        with pytest.raises(dataclasses.FrozenInstanceError):
            setattr(one, name, None)
    assert checked >= 20
