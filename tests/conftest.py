"""What tests of several folders need of the machine."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator

import pytest
from chromium import CHROMIUM, Browser
from hypothesis import settings

# The suite tries the same random films each time, so that it says the same of the same code;
# STORYBOARD_EXPLORE=1 tries new ones. How long an example takes depends on what else runs on the
# machine, so no example has a deadline.
explores = bool(os.environ.get("STORYBOARD_EXPLORE"))
settings.register_profile("suite", derandomize=not explores, deadline=None)
settings.load_profile("suite")


@pytest.fixture(scope="session", autouse=True)
def _compiled_once(tmp_path_factory: pytest.TempPathFactory) -> None:
    """The processes that tests start compile the package once, wherever bytecode is unwanted."""
    if os.environ.pop("PYTHONDONTWRITEBYTECODE", ""):
        os.environ["PYTHONPYCACHEPREFIX"] = str(tmp_path_factory.getbasetemp() / "bytecode")


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """A Chromium for all tests of this process."""
    if CHROMIUM is None:
        pytest.skip("chromium is not installed")
    opened = Browser()
    yield opened
    opened.close()


@pytest.fixture
def unprivileged() -> list[str]:
    """What a command begins with so that permissions hold for root too."""
    if os.geteuid():
        return []
    if shutil.which("setpriv") is None:
        pytest.skip("this user may read and write anywhere")
    rights = "-dac_override,-dac_read_search"
    return ["setpriv", f"--bounding-set={rights}", f"--inh-caps={rights}"]
