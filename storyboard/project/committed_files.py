"""A project as it is at a commit of git: texts, pictures and clips, and nothing is checked out.

A file is copied from the repository into a folder of this process when it is first asked for. Of a
pointer of Git LFS the file itself is taken, from git's own store of them or from the checkout,
where it is still the same one.
"""

from __future__ import annotations

import hashlib
import os
import posixpath
import re
import shutil
import tempfile
import weakref
from pathlib import Path, PurePath

from storyboard.errors import UsageError
from storyboard.project.disk import open_plain_file
from storyboard.project.files import ProjectFiles
from storyboard.project.git import GitError, NoGitError, ask_git

_POINTER = re.compile(rb"version https://git-lfs\S*\n(?:[^\n]*\n)*?oid sha256:([0-9a-f]{64})\n")
_MAX_POINTER = 1024
"""Bytes of a file of Git LFS at most that stands for another one, by its specification."""


class CommittedFiles(ProjectFiles):
    """The files of a folder as a commit has them; paths are those of the folder on disk.

    ``revision`` is any name that git knows for a commit. Raises ``UsageError`` where there is no
    git, no repository or no such commit.
    """

    def __init__(self, root: Path, revision: str) -> None:
        super().__init__(root)
        self.revision = revision
        try:
            asked = ("rev-parse", "--verify", "--end-of-options", f"{revision}^{{commit}}")
            self.commit = ask_git(self.root, *asked).decode("ascii", "replace").strip()
            self._prefix = os.fsdecode(self._answer("--show-prefix"))
            self._objects = (
                self.root / os.fsdecode(self._answer("--git-common-dir")) / "lfs/objects"
            )
        except NoGitError:
            raise UsageError("a film of another commit is read by git, which is not here") from None
        except GitError as error:
            if "not a git repository" in str(error):
                raise UsageError(
                    f'"{self.root}" is in no git repository, so that it has no commits'
                ) from None
            raise UsageError(
                f'"{revision}" is no commit that git knows here; '
                "`git log --oneline` lists those of this branch"
            ) from None
        self._copies = Path(tempfile.mkdtemp(prefix="storyboard-"))
        # With this object, or at the end of the process.
        weakref.finalize(self, shutil.rmtree, self._copies, ignore_errors=True)
        self._places: dict[str, Path] = {}

    def inside(self, folder: str, written: str) -> str | None:
        """See :class:`Files`; the disk is not asked, as a link on it may be a newer one."""
        if PurePath(written).is_absolute():
            written = posixpath.relpath(written, self.root.as_posix())
            folder = ""
        path = posixpath.normpath(posixpath.join(folder, written.replace(os.sep, "/")))
        return None if path == ".." or path.startswith(("../", "/")) else path

    def place(self, path: str) -> Path:
        """A copy of the file as the commit has it; nothing is there where it has none."""
        if path not in self._places:
            self._places[path] = self._copied(path)
        return self._places[path]

    def _answer(self, *asked: str) -> bytes:
        return ask_git(self.root, "rev-parse", *asked).removesuffix(b"\n")

    def _copied(self, path: str) -> Path:
        copy = self._copies / hashlib.sha256(os.fsencode(path)).hexdigest()
        data = self._blob(path)
        if data is None:
            return copy  # of which there is none
        pointer = _POINTER.match(data) if len(data) < _MAX_POINTER else None
        if pointer is not None:
            digest = pointer[1].decode()
            kept = self._objects / digest[:2] / digest[2:4] / digest
            for one in (kept, self.root / path):
                if _sha256(one) == digest:
                    return one
        copy.write_bytes(data)
        return copy

    def _blob(self, path: str) -> bytes | None:
        """The bytes of a file in the commit, also behind links inside it; None without one."""
        if "\n" in path:
            return None
        asked = f"{self.commit}:{self._prefix}{path}"
        try:
            said = ask_git(self.root, "cat-file", "--batch", "--follow-symlinks", lines=[asked])
        except GitError:
            return None
        head, _, data = said.partition(b"\n")
        # "NAME blob SIZE"; of what is missing, dangling, a loop or outside it is other words.
        words = head.split(b" ")
        return data[: int(words[2])] if len(words) == 3 and words[1] == b"blob" else None


def _sha256(file: Path) -> str:
    try:
        with open_plain_file(file) as opened:
            return hashlib.file_digest(opened, "sha256").hexdigest()
    except OSError:
        return ""
