"""Asking git for objects of the repository that a folder is in.

Only for objects and their names: nothing is checked out, and no program starts that a checkout's
own configuration names, as ``git status`` may.
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Sequence
from pathlib import Path

_SECONDS = 60
_SETTINGS = {"GIT_OPTIONAL_LOCKS": "0", "GIT_NO_LAZY_FETCH": "1", "LC_ALL": "C"}
"""Nothing is written into the repository or fetched from another one; reasons are in English."""


class GitError(Exception):
    """What git was asked for it does not give; the text is the first line of its reason."""


class NoGitError(GitError):
    """There is no git program."""


def ask_git(
    folder: Path, *arguments: str, lines: Sequence[str] = (), seconds: float = _SECONDS
) -> bytes:
    """What git answers in a folder; ``lines`` are its standard input. Raises ``GitError``."""
    try:
        done = subprocess.run(  # noqa: S603 - fixed words, and names of objects behind them
            ["git", *arguments],  # noqa: S607
            cwd=folder,
            input=os.fsencode("".join(f"{line}\n" for line in lines)),
            capture_output=True,
            timeout=seconds,
            check=False,
            env={**os.environ, **_SETTINGS},
        )
    except FileNotFoundError:
        raise NoGitError("there is no git program") from None
    except (OSError, subprocess.SubprocessError, ValueError) as error:
        raise GitError(f"it does not answer: {error}") from None
    if done.returncode != 0:
        said = done.stderr.decode("utf-8", "replace").strip().partition("\n")[0]
        raise GitError(said or f"it ended with {done.returncode}")
    return done.stdout
