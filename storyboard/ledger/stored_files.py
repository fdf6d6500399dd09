"""Takes that are here as they came, and the clips that name them, as one look finds them."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

from msgspec import Struct

from storyboard.project.outputs import sha256_of


class TakeFile(NamedTuple):
    """A take's file as it was when its bytes were those that came.

    ``size`` is in bytes, ``changed`` the time of its last change in nanoseconds.
    """

    size: int
    changed: int


class CheckedTakes:
    """Which takes of a folder are here, and as they came.

    ``files`` are those of the ledger, by sha256. A file is believed that still has its size and
    its time; the bytes of another are read, once.
    """

    def __init__(self, folder: Path, files: Mapping[str, TakeFile]) -> None:
        self._folder = folder
        self._files = files
        self._found: dict[str, TakeFile | None] = {}

    def has(self, sha256: str | None) -> bool:
        """Whether the take of this sum is here, as it came."""
        if sha256 is None:
            return False
        if sha256 not in self._found:
            self._found[sha256] = self._check(sha256)
        return self._found[sha256] is not None

    @property
    def unknown(self) -> dict[str, TakeFile]:
        """The files that are as they came though the ledger does not say so, by sha256."""
        return {
            sha256: file
            for sha256, file in self._found.items()
            if file is not None and file != self._files.get(sha256)
        }

    def _check(self, sha256: str) -> TakeFile | None:
        path = f"{self._folder}{os.sep}{sha256}.mp4"
        before = self._files.get(sha256)
        try:
            status = os.stat(path)  # noqa: PTH116 - a path for each of 50,000 takes longer
            if not stat.S_ISREG(status.st_mode):
                return None
            now = TakeFile(status.st_size, status.st_mtime_ns)
            if now == before:
                return now
            if before is not None and before.size != now.size:
                return None
            return now if sha256_of(Path(path)) == sha256 else None
        except OSError:
            return None


class StoredFiles(Struct, frozen=True, kw_only=True):
    """What the folders of a store hold.

    ``takes`` are the inodes of the takes that are as they came, by sha256, and ``unknown`` those
    of their files of which the ledger does not say so. ``clips`` are the inodes of the files below
    the folder of clips, by path with slashes; no link is followed, and what is on another disk than
    the takes is left out.
    """

    takes: Mapping[str, int]
    clips: Mapping[str, int]
    unknown: Mapping[str, TakeFile]

    @classmethod
    def of(cls, takes: Path, clips: Path, files: Mapping[str, TakeFile]) -> StoredFiles:
        """Look into a folder of takes and a folder of clips; one that is not there holds nothing.

        ``files`` are the takes' files as the ledger knows them, by sha256. Raises ``OSError`` where
        a folder cannot be read.
        """
        checked = CheckedTakes(takes, files)
        kept: dict[str, int] = {}
        try:
            with os.scandir(takes) as listed:
                for entry in listed:
                    name, dot, kind = entry.name.partition(".")
                    if dot + kind == ".mp4" and checked.has(name):
                        kept[name] = entry.inode()
            disk = takes.stat().st_dev
        except FileNotFoundError:
            return cls(takes={}, clips={}, unknown={})
        found = dict(_files_below(clips, "", disk))
        return cls(takes=kept, clips=found, unknown=checked.unknown)

    def has(self, sha256: str | None) -> bool:
        """Whether the take of this sum is here, as it came."""
        return sha256 in self.takes

    def is_named(self, clip: str, sha256: str) -> bool:
        """Whether the clip of this path is a link to a take."""
        inode = self.takes.get(sha256)
        return inode is not None and self.clips.get(clip) == inode


def _files_below(folder: Path, prefix: str, disk: int) -> Iterator[tuple[str, int]]:
    try:
        if folder.stat().st_dev != disk:
            return
        with os.scandir(folder) as listed:
            entries = list(listed)
    except (FileNotFoundError, NotADirectoryError):
        return
    for entry in entries:
        if entry.is_file(follow_symlinks=False):
            yield f"{prefix}{entry.name}", entry.inode()
        elif entry.is_dir(follow_symlinks=False):
            yield from _files_below(folder / entry.name, f"{prefix}{entry.name}/", disk)
