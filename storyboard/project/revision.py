"""Which text of a file it is: its git revision, or the digest of its bytes.

git is only asked for names of objects; the file is compared here.
"""

from __future__ import annotations

import hashlib
from pathlib import Path

from storyboard.project.disk import read_plain_file
from storyboard.project.files import MAX_SOURCE
from storyboard.project.git import GitError, ask_git

_SECONDS = 5
_DIGITS = 12
_SHA256_DIGITS = 64


def revision_of(file: Path, digest: str) -> str:
    """``git 1a2b3c4``, with ``and changes`` where the file is not as it is committed.

    Without a git checkout or without git it is the beginning of ``digest``, the file's own.
    """
    head = _git(file.parent, "rev-parse", "--verify", "--short", "HEAD")
    if not head:
        short = digest.removeprefix("sha256:")[:_DIGITS]
        return f"text {short}" if short else ""
    committed = _git(file.parent, "rev-parse", "--verify", f"HEAD:./{file.name}")
    is_same = committed is not None and committed == _object_name(file, committed)
    return f"git {head}" if is_same else f"git {head} and changes"


def _object_name(file: Path, like: str) -> str:
    """The name that git gives to a file's bytes, by the hash that another name is made with."""
    try:
        data = read_plain_file(file, MAX_SOURCE)
    except OSError:
        return ""
    blob = b"blob %d\0%b" % (len(data), data)
    if len(like) == _SHA256_DIGITS:
        return hashlib.sha256(blob).hexdigest()
    return hashlib.sha1(blob, usedforsecurity=False).hexdigest()


def _git(folder: Path, *arguments: str) -> str | None:
    """What git says, None where it fails or is not there."""
    try:
        return ask_git(folder, *arguments, seconds=_SECONDS).decode("utf-8", "replace").strip()
    except GitError:
        return None
