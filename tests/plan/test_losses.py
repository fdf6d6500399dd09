"""What a target would lose of a film, in words, says the same as the findings."""

from __future__ import annotations

from pathlib import Path

import pytest

from storyboard.api import Project
from storyboard.diagnostics.codes import FEATURE_EMULATED, FEATURE_LOST
from storyboard.plan.losses import Loss, losses_of
from storyboard.targets.load import catalogue

ROOT = Path(__file__).resolve().parents[2]
EVERYTHING = Path(__file__).parent / "losing-everything.storyboard.yaml"
FILMS = (EVERYTHING, ROOT / "examples/lighthouse", ROOT / "examples/one-take")


def losses(film: Path, target: str) -> tuple[tuple[Loss, ...], set[bool] | None]:
    """The losses, and whether the findings say that something is dropped, or emulated.

    None where the target cannot take the film, and so nobody knows how it would be divided.
    """
    compiled = Project.around(film, target=target).compile()
    assert compiled.film is not None
    written = compiled.reading.storyboard
    assert written is not None
    libraries = compiled.reading.libraries.values()
    found = losses_of(compiled.film, compiled.requests, written, libraries)
    codes = {one.code for one in compiled.diagnostics}
    said = {code is FEATURE_EMULATED for code in codes & {FEATURE_LOST, FEATURE_EMULATED}}
    return found, said if compiled.is_complete else None


@pytest.mark.parametrize("film", FILMS, ids=lambda film: film.name)
def test_something_is_lost_where_a_finding_says_so_and_nowhere_else(film: Path) -> None:
    for target in catalogue():
        found, said = losses(film, target)
        if said is None:
            continue
        # Padding is a finding of its own, which says what it costs.
        kinds = {one.is_emulated for one in found if "more than asked for" not in one.words}
        assert kinds == said, target


@pytest.mark.parametrize(
    ("target", "words"),
    [
        (
            "fal/kling-v2.6-pro-text-to-video",
            ["no own voice of 1", "no likeness of 3", "no picture of 1 place and 1 style",
             "no first frame of 2 shots", "no last frame of 1 shot", "each shot alone",
             "4 s more than asked for"],
        ),
        (
            "fal/kling-o1-pro",
            ["no sound in 3 shots", "no likeness of 1", "no own voice of 1",
             "no negative prompt in 1 shot", "first frames in words in 2 shots",
             "no last frame of 1 shot", "each shot alone"],
        ),
    ],
)  # fmt: skip
def test_losses_are_counted_in_words(target: str, words: list[str]) -> None:
    found, _ = losses(EVERYTHING, target)
    assert sorted(one.words for one in found) == sorted(words)
