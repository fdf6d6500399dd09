"""A film that was rendered, for the tests of what the board shows of that."""

from __future__ import annotations

from pathlib import Path

import pytest

from storyboard.api import Project

FILM = """\
storyboard: 1
title: A harbour
scenes:
  - id: pier
    shots:
      - A boat comes in.
      - {id: gulls, prompt: Gulls turn back., duration: 4s}
  - id: night
    shots:
      - id: lamp
        prompt: A lamp is lit.
        duration: 3s
"""


@pytest.fixture(scope="session")
def rendered(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A film of which both clips have two takes, simulated."""
    folder = tmp_path_factory.mktemp("rendered") / "film"
    folder.mkdir()
    (folder / "storyboard.yaml").write_text(FILM, encoding="utf-8")
    film = Project.around(folder / "storyboard.yaml", is_simulated=True, takes=2)
    assert film.run(film.plan().plan).is_complete
    return folder
