"""A file as git holds it: in the index, in the commit that is checked out, and in every local ref.

git is asked by ``for-each-ref`` and ``cat-file``.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

from storyboard.errors import RefusedError
from storyboard.project.files import checkout_of
from storyboard.project.git import GitError, NoGitError, ask_git

INDEX = "the index"
"""The name of the place that is the index of git; the others are revisions."""


class UnreadableRefsError(RefusedError):
    """A git repository whose refs cannot be read; the text says why."""


def committed_versions(
    file: Path, revisions: Sequence[str] = (), *, most_bytes: int | None = None
) -> dict[str, bytes]:
    """The versions of a file in git, by the name of a place that has it, each version once.

    ``revisions`` are looked into after what is checked out and before the other refs. With
    ``most_bytes``, those that are longer together with the ones before are left out. Empty without
    the git program, outside a repository, and where no ref has the file. Raises
    ``UnreadableRefsError`` where there is a repository that git does not read.
    """
    folder = file.parent.resolve()
    is_inside = checkout_of(folder) is not None
    try:
        prefix = _git(folder, "rev-parse", "--show-prefix")
    except NoGitError:
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
    places = {"HEAD": "HEAD", INDEX: ""} | {one: one for one in (*revisions, *listed.split())}
    asked = [f"{name}:{path}" for name in places.values()]
    found = _git(folder, "cat-file", "--batch-check", lines=asked).splitlines()
    names: dict[str, str] = {}
    size = 0
    for place, said in zip(places, found, strict=True):
        if said.endswith(b" missing"):
            continue
        name, *_, length = said.decode("ascii", "replace").split(" ")
        size += 0 if name in names else int(length)
        if most_bytes is None or size <= most_bytes:
            names.setdefault(name, place)
    return {place: _git(folder, "cat-file", "blob", name) for name, place in names.items()}


def _git(folder: Path, *arguments: str, lines: Sequence[str] = ()) -> bytes:
    """What git answers. Raises ``UnreadableRefsError``; ``NoGitError`` without git."""
    try:
        return ask_git(folder, *arguments, lines=lines)
    except NoGitError:
        raise
    except GitError as error:
        raise UnreadableRefsError(f'git does not read the refs of "{folder}": {error}') from None
