"""Takes and the clips that name them, as one look at their folders finds them."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredFiles:
    """What the folders of a store hold.

    ``takes`` are the inodes of the files in the folder of takes, by name. ``clips`` are those of
    the files below the folder of clips, by path with slashes; no link is followed, and what is on
    another disk than the takes is left out.
    """

    takes: Mapping[str, int]
    clips: Mapping[str, int]

    @classmethod
    def of(cls, takes: Path, clips: Path) -> StoredFiles:
        """Look into a folder of takes and a folder of clips; one that is not there holds nothing.

        Raises ``OSError`` where one cannot be read.
        """
        try:
            with os.scandir(takes) as listed:
                kept = {entry.name: entry.inode() for entry in listed if entry.is_file()}
            disk = takes.stat().st_dev
        except FileNotFoundError:
            return cls(takes={}, clips={})
        return cls(takes=kept, clips=dict(_files_below(clips, "", disk)))

    def has(self, sha256: str | None) -> bool:
        """Whether the take of this sum is here."""
        return f"{sha256}.mp4" in self.takes

    def is_named(self, clip: str, sha256: str) -> bool:
        """Whether the clip of this path is a link to a take."""
        inode = self.takes.get(f"{sha256}.mp4")
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
