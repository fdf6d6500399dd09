"""A cause that shows in several places is one finding with all of them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from storyboard.api import CompileOptions, Project
from storyboard.diagnostics import Diagnostics, Label, Source, Span
from storyboard.diagnostics.codes import FEATURE_LOST, UNKNOWN_NAME

SOURCE = Source("film.yaml", "one two three")


def place(word: str) -> Label:
    at = SOURCE.text.index(word)
    return Label(Span(SOURCE, at, at + len(word)), f"here is {word}")


def say(words: Sequence[str]) -> tuple[str, str]:
    return f"{len(words)} said: {' '.join(words)}", f"not {words[0]}"


def test_places_of_one_cause_are_one_finding() -> None:
    found = Diagnostics()
    for word in ("one", "two", "one", "three"):
        found.add_place(UNKNOWN_NAME, "cause", place(word), word, say)
    found.add_place(UNKNOWN_NAME, "another cause", place("two"), "two", say)
    first, second = found
    assert (first.message, first.help) == ("3 said: one two three", "not one")
    assert first.span == place("one").span
    assert first.label == "here is one"
    assert first.labels == (place("two"), place("three"))
    assert first.places == tuple(place(word).span for word in ("one", "two", "three"))
    assert (second.message, second.label, second.labels) == ("1 said: two", "", ())
    assert found.count(FEATURE_LOST.severity) == 0
    assert found.has_errors


FILM = """\
storyboard: 1
target: fal/kling-o3-pro-text-to-video
characters: {pim: {description: a boy}}
scenes:
  - shots: ["@marra waits.", The sea.]
  - shots: [The rain.]
  - shots: ["@marra sleeps."]
"""


def test_an_error_in_several_scenes_blocks_those_and_no_others(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("film.yaml").write_text(FILM, encoding="utf-8")
    compiled = Project("film.yaml").compile()
    errors = [one for one in compiled.diagnostics if one.code == UNKNOWN_NAME]
    assert [one.message for one in errors] == [
        'no character, prop, location, style or footage is called "marra", in 2 places'
    ]
    assert [scene.number for scene in compiled.unpriced] == [1, 3]
    assert compiled.requests


def test_what_a_target_refuses_blocks_the_scenes_that_ask_for_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    picture = "start_frame: https://example.com/a.png"
    Path("film.yaml").write_text(
        "storyboard: 1\ntarget: fal/kling-o3-pro-image-to-video\n"
        "defaults: {pack: none}\nscenes:\n"
        f"  - shots: [{{prompt: The sea., {picture}}}]\n"
        "  - shots: [The rain.]\n"
        f"  - shots: [{{prompt: The wind., {picture}}}, The hail.]\n",
        encoding="utf-8",
    )
    compiled = Project("film.yaml").compile()
    assert [scene.number for scene in compiled.unpriced] == [2, 3]
    assert len(compiled.requests) == 1


def test_what_is_lost_counts_for_its_scenes_where_it_is_an_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("film.yaml").write_text(
        "storyboard: 1\ntarget: fal/kling-o3-pro\nscenes:\n"
        "  - shots: [{prompt: The sea., negative: rain}]\n"
        "  - shots: [The rain.]\n",
        encoding="utf-8",
    )
    compiled = Project("film.yaml", CompileOptions(is_strict=True)).compile()
    assert [scene.number for scene in compiled.unpriced] == [1]


def test_an_ignored_place_is_left_out_of_its_finding(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("film.yaml").write_text(
        "storyboard: 1\ntarget: fal/kling-o3-pro\nscenes:\n  - shots:\n"
        "      - {prompt: The sea., negative: rain}   # storyboard: ignore[SB402]\n"
        "      - {prompt: The bay., negative: snow}\n"
        "      - {prompt: The rock., negative: hail}\n",
        encoding="utf-8",
    )
    (found,) = Project("film.yaml").compile().diagnostics
    assert found.message.endswith("it is not sent, in 2 shots")
    assert found.span is not None
    assert found.span.line == 6
