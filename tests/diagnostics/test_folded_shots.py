"""What a target does to several shots is one finding, with a place and its numbers for each."""

from __future__ import annotations

from pathlib import Path

import pytest

from storyboard.api import Project

HEAD = """\
storyboard: 1
target: fal/kling-o3-pro
language: en
defaults: {audio: true}
characters: {pim: {description: a boy}}
scenes:
  - shots:
"""
LINE = "I have been here for a long time and I do"
LONG = "The wind turns over the bay and a boat goes out. " * 60
CASES = {
    "SB301": (
        "- {prompt: The sea. The bay. The wind., duration: 20s}",
        "2 shots last longer than the 15 s that one request has at most: each is divided",
        "20 s: 13 + 7 s",
    ),
    "SB302": (
        f'- {{prompt: "{LONG}", duration: 15s}}',
        "the prompts of 2 shots are longer than the 512 characters of one: each is divided",
        "2939 characters: 6 parts",
    ),
    "SB303": (
        "- {prompt: The sea., duration: 20s}",
        "2 shots have fewer sentences than parts: one is said again",
        "2 parts, too few sentences",
    ),
    "SB308": (
        f'- {{prompt: "@pim talks.", duration: 4s, dialogue: [pim: "{LINE}"]}}',
        "the lines of 2 shots take longer to say than their shots last",
        "4.9 s to say, 4 s there",
    ),
}


@pytest.mark.parametrize("code", CASES)
def test_several_shots_of_one_cause_are_one_finding(
    code: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shot, message, label = CASES[code]
    monkeypatch.chdir(tmp_path)
    Path("film.yaml").write_text(f"{HEAD}      {shot}\n      {shot}\n", encoding="utf-8")
    (found,) = [one for one in Project("film.yaml").check().diagnostics if one.code.id == code]
    assert found.message == message
    assert [place.line for place in found.places] == [8, 9]
    assert {found.label, *(one.text for one in found.labels)} == {label}
