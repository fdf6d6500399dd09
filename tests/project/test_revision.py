"""Which text it is that a board shows: by git where it is under version control."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from storyboard.project.revision import revision_of

DIGEST = "sha256:0123456789abcdef"


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    if shutil.which("git") is None:
        pytest.skip("git is not installed")
    folder = tmp_path / "film"
    folder.mkdir()
    (folder / "storyboard.yaml").write_text("storyboard: 1\n", encoding="utf-8")
    name = ("-c", "user.name=A", "-c", "user.email=a@example.com")
    for words in (("init", "-q"), ("add", "."), (*name, "commit", "-qm", "A film")):
        subprocess.run(["git", *words], cwd=folder, check=True)
    return folder


def head(folder: Path) -> str:
    words = ["git", "rev-parse", "--short", "HEAD"]
    return subprocess.run(
        words, cwd=folder, check=True, capture_output=True, text=True
    ).stdout.strip()


def test_a_committed_text_has_its_revision(checkout: Path) -> None:
    file = checkout / "storyboard.yaml"
    assert revision_of(file, DIGEST) == f"git {head(checkout)}"


def test_a_changed_text_and_one_that_was_never_committed_say_so(checkout: Path) -> None:
    (checkout / "storyboard.yaml").write_text("storyboard: 1\n#\n", encoding="utf-8")
    (checkout / "other.yaml").write_text("storyboard: 1\n", encoding="utf-8")
    for name in ("storyboard.yaml", "other.yaml"):
        assert revision_of(checkout / name, DIGEST) == f"git {head(checkout)} and changes"


def test_without_a_checkout_it_is_the_digest(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", os.fspath(tmp_path.parent))
    assert revision_of(tmp_path / "storyboard.yaml", DIGEST) == "text 0123456789ab"
    assert revision_of(tmp_path / "storyboard.yaml", "") == ""


def test_no_program_of_a_checkout_is_started(checkout: Path) -> None:
    started = checkout / "started"
    program = f"touch {started}; cat"
    for key in (
        "core.fsmonitor",
        "filter.x.clean",
        "filter.x.process",
        "core.pager",
        "diff.external",
    ):
        subprocess.run(["git", "config", key, program], cwd=checkout, check=True)
    (checkout / ".gitattributes").write_text("* filter=x\n", encoding="utf-8")
    (checkout / "storyboard.yaml").write_text("storyboard: 1\n#\n", encoding="utf-8")
    assert revision_of(checkout / "storyboard.yaml", DIGEST).endswith("and changes")
    assert not started.exists()
