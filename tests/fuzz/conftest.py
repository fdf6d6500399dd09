"""The folder in which storyboards are broken: the examples with their pictures, and the cases."""

from __future__ import annotations

from pathlib import Path

import pytest
from attempts import copy_seeds


@pytest.fixture(scope="session")
def seeds(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, ...]:
    """Storyboards to begin with, each beside what it uses."""
    return copy_seeds(tmp_path_factory.mktemp("fuzz") / "seeds")
