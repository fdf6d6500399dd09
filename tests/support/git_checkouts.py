"""Checkouts of git for tests: commands in a folder, by an author of their own."""

from __future__ import annotations

import subprocess
from pathlib import Path

_AUTHOR = ("-c", "user.name=A", "-c", "user.email=a@example.com")


def git(folder: Path, *words: str) -> None:
    """Give a git command in a folder; it must not fail."""
    subprocess.run(["git", *_AUTHOR, *words], cwd=folder, check=True, capture_output=True)


def commit(folder: Path) -> None:
    """Commit all files of a folder."""
    git(folder, "add", ".")
    git(folder, "commit", "-qm", "The film")
