"""What is left out saves enough and loses the least that any choice loses."""

from __future__ import annotations

from decimal import Decimal
from itertools import product
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from storyboard.api import Project
from storyboard.compiler.film import Priority, Shot
from storyboard.document.nodes import Mapping
from storyboard.plan.cuts import Cut, choose_cuts, cuts_of, lost_seconds

SHOTS = st.builds(
    lambda number, seconds, priority: Shot(
        address=f"a/{number}", number=number, seconds=seconds, beats=(), node=Mapping(),
        priority=priority,
    ),
    st.integers(1, 999),
    st.integers(1, 15),
    st.sampled_from([Priority.HIGH, Priority.NORMAL, Priority.LOW]),
)  # fmt: skip
PRICES = st.decimals(Decimal("0.01"), 3, places=3)


@st.composite
def groups(draw: st.DrawFn) -> list[list[Cut]]:
    """Runs of up to three shots, of which the last ones can go."""
    found = []
    for run in draw(st.lists(st.lists(SHOTS, min_size=1, max_size=3), max_size=5)):
        cuts, saves = [], Decimal(0)
        for start in reversed(range(len(run))):
            saves += draw(PRICES)
            cuts.append(Cut(shots=tuple(run[start:]), saves=saves))
        found.append(cuts)
    return found


def loss(cuts: tuple[Cut, ...]) -> tuple[int, ...]:
    shots = [shot for cut in cuts for shot in cut.shots]
    lost = lost_seconds(shots)
    return (lost[Priority.HIGH], lost[Priority.NORMAL], lost[Priority.LOW], len(shots))


@given(groups(), st.decimals(0, 12, places=2))
def test_no_choice_that_saves_enough_loses_less(listed: list[list[Cut]], need: Decimal) -> None:
    choices = [
        tuple(cut for cut in chosen if cut is not None)
        for chosen in product(*([None, *cuts] for cuts in listed))
    ]
    enough = [cuts for cuts in choices if sum(cut.saves for cut in cuts) >= need]
    found = choose_cuts(listed, need)
    if not enough:
        assert found is None
        return
    assert found is not None
    assert sum(cut.saves for cut in found) >= need
    assert loss(found) == min(map(loss, enough))


FILM = """\
storyboard: 1
target: fal/kling-o3-standard
scenes:
  - id: a
    defaults: {priority: low}
    shots:
      - {prompt: One., duration: 4s}
      - {prompt: Two., duration: 4s, seam: continue, priority: high}
      - {prompt: Three., duration: 5s, seam: continue}
  - id: b
    shots:
      - {prompt: Four., duration: 2s, seam: continue, priority: must}
      - {prompt: Five., duration: 2s}
      - {prompt: Six., duration: 2s}
"""


def test_a_shot_goes_with_what_opens_on_it_and_one_that_must_stay_never(tmp_path: Path) -> None:
    (tmp_path / "storyboard.yaml").write_text(FILM, encoding="utf-8")
    plan, compilation = Project(str(tmp_path)).plan()
    assert compilation.film is not None
    found = [
        [[shot.address for shot in cut.shots] for cut in cuts]
        for cuts in cuts_of(compilation.film, plan.requests)
    ]
    # What b/1 opens on cannot go, as b/1 must stay; the others stand for themselves.
    assert found == [[["b/2"]], [["b/3"]]]
    (tmp_path / "storyboard.yaml").write_text(FILM.replace("must", "low"), encoding="utf-8")
    plan, compilation = Project(str(tmp_path)).plan()
    assert compilation.film is not None
    first = cuts_of(compilation.film, plan.requests)[0]
    assert [[shot.address for shot in cut.shots] for cut in first] == [
        ["b/1"], ["a/3", "b/1"], ["a/2", "a/3", "b/1"], ["a/1", "a/2", "a/3", "b/1"],
    ]  # fmt: skip
    saved = [cut.saves for cut in first]
    assert saved == sorted(saved)
