"""A name that is misspelt where it is defined is found at its use, and leads to the definition."""

from __future__ import annotations

from pathlib import Path

import pytest

from storyboard.api import Project

FILM = """\
storyboard: 1
target: fal/kling-o3-pro
vars:
  wether: a storm
characters:
  mara:
    description: a woman
    looks: {nightgwn: {description: a gown}}
scenes:
  - shots: ["The {{ weather }}.", "@{mara.nightgown} waits."]
"""


def test_an_unknown_variable_or_look_shows_where_the_nearest_is_defined(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("film.yaml").write_text(FILM, encoding="utf-8")
    found = {one.code.id: one for one in Project("film.yaml").check().diagnostics}
    variable, look = found["SB212"], found["SB204"]
    assert variable.help == "write {{ wether }}, or weather: where it is defined"
    assert [(one.span.line, one.span.text) for one in variable.labels] == [(4, "wether")]
    assert (8, "nightgwn") in [(one.span.line, one.span.text) for one in look.labels]
