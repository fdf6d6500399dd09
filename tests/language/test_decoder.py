"""Decoding reads a tree and changes nothing in it; what is wrong costs only itself."""

from __future__ import annotations

from pathlib import Path

import pytest
from syntax_samples import read, shape

from storyboard.diagnostics import Diagnostics
from storyboard.language.decoder import decode
from storyboard.language.model import Library, Storyboard

CASES = Path(__file__).parents[1] / "compile" / "cases"
ALL = sorted(path.relative_to(CASES).as_posix() for path in CASES.rglob("*.yaml"))


@pytest.mark.parametrize("case", ALL)
def test_a_tree_is_the_same_after_it_was_decoded(case: str) -> None:
    node, _ = read((CASES / case).read_bytes())
    before = shape(node)
    first, second = Diagnostics(), Diagnostics()
    model = Library if "cast" in Path(case).parts else Storyboard
    decode(model, node, first)
    assert shape(node) == before
    decode(model, node, second)
    assert list(first) == list(second)


def decoded(text: str) -> tuple[Storyboard, list[str]]:
    """What could be decoded of a film of one scene, and the codes of what was found."""
    node, diagnostics = read(f"storyboard: 1\nscenes:\n  - shots:\n{text}")
    value = decode(Storyboard, node, diagnostics).value
    assert value is not None
    return value, [found.code.id for found in diagnostics]


def test_a_bad_leaf_counts_as_absent_and_the_rest_of_its_block_is_there() -> None:
    film, said = decoded("      - {prompt: the sea, duration: 4x, sise: wide, camera: static}\n")
    shot = film.scenes[0].shots[0]
    assert (shot.prompt, shot.duration, shot.size, shot.camera) == ("the sea", None, None, "static")
    assert said == ["SB105", "SB101"]


def test_a_block_without_what_it_needs_is_a_hole_in_its_place() -> None:
    film, said = decoded(
        "      - {camera: static}\n      - the sea\n      - {beats: [{camera: x}]}\n"
    )
    assert [shot.prompt for shot in film.scenes[0].shots[:2]] == ["", "the sea"]
    assert said == ["SB113", "SB102"]


def test_a_lost_entry_is_not_missed_and_hides_no_other_mistake() -> None:
    film, said = decoded("      - prompt the sea\n        camera: static\n        duration: 4x\n")
    assert film.scenes[0].shots[0].camera == "static"
    assert said == ["SB005", "SB105"]
