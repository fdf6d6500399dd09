"""Comparing reads and resolves a film once, and says of each target what a plan on it says."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from decimal import Decimal
from pathlib import Path
from types import FrameType
from typing import Any

import pytest
from msgspec.structs import replace

from storyboard.api import Comparison, CompileOptions, Offer, Project
from storyboard.compiler.resolve import shots
from storyboard.diagnostics import Diagnostic, Severity
from storyboard.diagnostics.codes import FEATURE_EMULATED, FEATURE_LOST
from storyboard.values.units import Money

FILM = """\
storyboard: 1
defaults: {audio: true}
characters:
  mara:
    description: a keeper beside @lantern
    frontal: https://example.com/mara.png
    looks:
      wet: {description: soaked to the skin, frontal: https://example.com/wet.png}
  tom: {description: a boy}
props:
  lantern: {description: a brass lantern, frontal: https://example.com/lantern.png}
locations:
  gallery: {description: an iron gallery, image: https://example.com/gallery.png}
scenes:
  - location: gallery
    shots:
      - {prompt: "@mara climbs.", duration: 12s}
      - {prompt: "@mara.wet and @tom wait.", dialogue: [{tom: "It is out."}]}
  - looks: {mara: wet}
    shots: ["@mara lifts @lantern.", {prompt: "The sea.", seam: continue}]
"""


@pytest.fixture
def film(tmp_path: Path) -> str:
    file = tmp_path / "film.storyboard.yaml"
    file.write_text(FILM, encoding="utf-8")
    return str(file)


def said(found: Iterable[Diagnostic]) -> list[str]:
    return [f"{one.code.id} {one.message}" for one in found]


def test_an_offer_is_what_a_plan_on_the_target_says(film: str) -> None:
    offers = Project(film).compare().offers
    assert len({one.total is None for one in offers}) == 2  # some can take the film, some cannot
    for offer in offers:
        audio = False if offer.is_silent else None
        asked = CompileOptions(target=offer.target, audio=audio)
        plan, compilation = Project(film, asked).plan()
        found = list(compilation.diagnostics)
        lost = [one for one in found if one.code in {FEATURE_LOST, FEATURE_EMULATED}]
        errors = [one for one in found if one.severity is Severity.ERROR]
        assert said(offer.errors) == said(errors)
        assert set(said(offer.losses)) <= set(said(lost))
        if offer.total is not None:
            assert len(offer.losses) == len(lost)
            scenes = [one.total for one in plan.totals.scenes]
            assert offer.total.requests == plan.totals.requests
            assert offer.total.seconds == plan.totals.seconds
            assert offer.total.known == sum(one.known for one in scenes)


def calls_of(name: str, work: Any) -> int:
    """How often a function of ``shots`` is called during some work."""
    count = 0

    def trace(frame: FrameType, event: str, _: Any) -> None:
        nonlocal count
        code = frame.f_code
        count += event == "call" and code.co_filename == shots.__file__ and code.co_name == name

    before = sys.getprofile()
    sys.setprofile(trace)
    try:
        work()
    finally:
        sys.setprofile(before)
    return count


def test_each_shot_is_resolved_once_however_many_targets_there_are(film: str) -> None:
    project = Project(film)
    assert calls_of("_shot", project.plan) == calls_of("_shot", project.compare) == 4


DROPS_LOOKS = """\
extends: fal/kling-o3-pro
target: imaginary/plain
title: A model without looks
features: {looks: {how: none}}
"""


def test_where_looks_are_dropped_a_member_is_sent_once(film: str) -> None:
    targets = Path(film).with_name("targets")
    targets.mkdir()
    (targets / "plain.yaml").write_text(DROPS_LOOKS, encoding="utf-8")
    options = CompileOptions(target="imaginary/plain")
    plan, compilation = Project(film, options).plan()
    assert plan.is_applyable, [*compilation.diagnostics]
    sent = [one.tokens for one in plan.requests]
    assert {name for tokens in sent for name in tokens.values()} == {"mara", "lantern", "gallery"}
    assert all(len({*tokens.values()}) == len(tokens) for tokens in sent)
    native = Project(film, replace(options, target="fal/kling-o3-pro")).plan().plan
    assert "mara.wet" in {name for one in native.requests for name in one.tokens.values()}


BOAT = """\
storyboard: 1
title: A Boat
defaults: {audio: true, duration: 9s, pack: none}
scenes:
  - id: sea
    shots:
      - {prompt: A boat passes.}
      - {prompt: Another follows., audio: false}
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "storyboard.yaml").write_text(BOAT, encoding="utf-8")
    return tmp_path


def refused(compared: Comparison, code: str) -> set[str]:
    """The targets that a finding of this code refuses."""
    return {one.target for one in compared.offers if code in {e.code.id for e in one.errors}}


def offer(compared: Comparison, target: str, *, silent: bool = False) -> Offer:
    found = [one for one in compared.offers if (one.target, one.is_silent) == (target, silent)]
    assert len(found) == 1
    return found[0]


def test_a_film_above_its_limits_is_refused_on_each_target_by_what_it_is_there(
    folder: Path,
) -> None:
    compared = Project.around(folder, max_seconds=17).compare()
    able = {one.target for one in compared.offers if one.total is not None}
    assert refused(compared, "SB502") == able
    compared = Project.around(folder, max_cost=Money(Decimal(3), "USD")).compare()
    dear = refused(compared, "SB501")
    assert "fal/kling-o3-4k" in dear
    assert "fal/kling-o3-pro" not in dear
    assert all(one.total is not None and one.total.known > 3 for one in compared.offers
               if one.target in dear)  # fmt: skip
    assert "oxen/kling-o3-omni" in refused(compared, "SB503")


def test_the_budget_of_the_storyboard_counts_too(folder: Path) -> None:
    text = BOAT.replace("title", "budget: 1 USD\ntitle")
    (folder / "storyboard.yaml").write_text(text, encoding="utf-8")
    assert "fal/kling-o3-pro" in refused(Project.around(folder).compare(), "SB501")


def test_the_silence_of_the_chosen_target_is_an_offer_with_what_it_loses(folder: Path) -> None:
    compared = Project.around(folder).compare()
    silent = offer(compared, "fal/kling-o3-pro", silent=True)
    loud = offer(compared, "fal/kling-o3-pro")
    assert [one.words for one in silent.loses] == ["no sound"]
    assert loud.loses == ()
    assert silent.total is not None
    assert loud.total is not None
    assert silent.total.known < loud.total.known
    assert (loud.is_chosen, silent.is_chosen) == (True, False)
    assert [one.target for one in compared.offers if one.is_silent] == ["fal/kling-o3-pro"]


@pytest.mark.parametrize(("audio", "loud"), [(None, [True, False]), (True, [True, True]),
                                             (False, [False, False])])  # fmt: skip
def test_sound_is_asked_for_without_an_edit(
    folder: Path, audio: bool | None, loud: list[bool]
) -> None:
    film = Project.around(folder, audio=audio)
    assert [one.payload["generate_audio"] for one in film.plan().plan.requests] == loud
    compared = film.compare()
    assert any(one.is_silent for one in compared.offers) is (audio is None)


def test_what_a_film_ignores_is_among_no_offers_losses_and_still_told_in_words(film: str) -> None:
    before = {(one.target, one.is_silent): one for one in Project(film).compare().offers}
    ignored = f"# storyboard: ignore[{FEATURE_LOST.id}]\n{FILM}"
    Path(film).write_text(ignored, encoding="utf-8")
    dropped = 0
    for offer in Project(film).compare().offers:
        was = before[offer.target, offer.is_silent]
        codes = {FEATURE_LOST.id} & {one.code.id for one in was.losses}
        dropped += bool(codes)
        assert FEATURE_LOST not in {one.code for one in offer.losses}
        assert len(offer.losses) == sum(one.code is not FEATURE_LOST for one in was.losses)
        assert offer.loses == was.loses
    assert dropped
