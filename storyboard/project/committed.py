"""A file as git holds it: in the index, in the commit that is checked out, and in every local ref.

git is asked for objects only, by ``for-each-ref`` and ``cat-file``; nothing is checked out.
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Sequence
from pathlib import Path

from storyboard.errors import RefusedError

_SECONDS = 60


class UnreadableRefsError(RefusedError):
    """A git repository whose refs cannot be read; the text says why."""


def committed_versions(file: Path) -> dict[str, bytes]:
    """The versions of a file in git, by the name of a place that has it, each version once.

    Empty without the git program, outside a repository, and where no ref has the file. Raises
    ``UnreadableRefsError`` where there is a repository that git does not read.
    """
    folder = file.parent.resolve()
    is_inside = any((one / ".git").exists() for one in (folder, *folder.parents))
    try:
        prefix = _git(folder, "rev-parse", "--show-prefix")
    except FileNotFoundError:
        return {}
    except UnreadableRefsError:
        if is_inside:
            raise
        return {}
    path = os.fsdecode(prefix.removesuffix(b"\n")) + file.name
    if "\n" in path:
        raise UnreadableRefsError(f'git is not asked for "{path}": a name has an end of line')
    listed = _git(folder, "for-each-ref", "--format=%(refname)").decode("utf-8", "surrogateescape")
    # Without a name it is the index; a checkout of no branch is in no ref.
    places = {"the index": "", "HEAD": "HEAD"} | {name: name for name in listed.split()}
    asked = [f"{name}:{path}" for name in places.values()]
    found = _git(folder, "cat-file", "--batch-check", lines=asked).splitlines()
    names: dict[str, str] = {}
    for place, said in zip(places, found, strict=True):
        if not said.endswith(b" missing"):
            names.setdefault(said.split(b" ")[0].decode("ascii", "replace"), place)
    return {place: _git(folder, "cat-file", "blob", name) for name, place in names.items()}


def _git(folder: Path, *arguments: str, lines: Sequence[str] = ()) -> bytes:
    """What git answers. Raises ``UnreadableRefsError``; ``FileNotFoundError`` without git."""
    try:
        done = subprocess.run(  # noqa: S603 - fixed words and names of objects
            ["git", *arguments],  # noqa: S607
            cwd=folder,
            input=os.fsencode("".join(f"{line}\n" for line in lines)),
            capture_output=True,
            timeout=_SECONDS,
            check=False,
            env={**os.environ, "GIT_OPTIONAL_LOCKS": "0", "LC_ALL": "C"},
        )
    except FileNotFoundError:
        raise
    except (OSError, subprocess.SubprocessError) as error:
        raise UnreadableRefsError(f'git does not answer in "{folder}": {error}') from None
    if done.returncode != 0:
        reason = done.stderr.decode("utf-8", "replace").strip().partition("\n")[0]
        raise UnreadableRefsError(f'git does not read the refs of "{folder}": {reason}')
    return done.stdout
