"""Which text of a file it is: its git revision, or the digest of its bytes."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

_SECONDS = 5
_DIGITS = 12


def revision_of(file: Path, digest: str) -> str:
    """``git 1a2b3c4``, with ``and changes`` where the file is not as committed.

    Without a git checkout or without git it is the beginning of ``digest``, the file's own.
    """
    short = digest.removeprefix("sha256:")[:_DIGITS]
    folder = file.parent
    head = _git(folder, "rev-parse", "--verify", "--short", "HEAD")
    if not head:
        return f"text {short}" if short else ""
    changed = _git(folder, "status", "--porcelain", "--", file.name)
    return f"git {head} and changes" if changed or changed is None else f"git {head}"


def _git(folder: Path, *arguments: str) -> str | None:
    """What git says, None where it fails; no program of the repository's own is started."""
    try:
        done = subprocess.run(  # noqa: S603 - fixed words, and a folder that exists
            ["git", "-c", "core.fsmonitor=false", *arguments],  # noqa: S607
            cwd=folder,
            capture_output=True,
            text=True,
            timeout=_SECONDS,
            check=False,
            env={**os.environ, "GIT_OPTIONAL_LOCKS": "0", "LC_ALL": "C"},
        )
    except (OSError, subprocess.SubprocessError, ValueError):
        return None
    return done.stdout.strip() if done.returncode == 0 else None
