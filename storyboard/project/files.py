"""The project's folder: the only place that storyboards, libraries and pictures are read from.

The folder is the one under version control (the nearest that holds ``.git``), else the
storyboard's own, or what the user says. No path leads out of it, links included.
"""

from __future__ import annotations

import hashlib
import os
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from msgspec import Struct

from storyboard.project.disk import open_plain_file, plain_file_problem
from storyboard.project.file_kinds import kind_of_file
from storyboard.project.video_header import VideoFacts, read_video_header

if TYPE_CHECKING:
    from PIL.ImageFile import ImageFile

MAX_SOURCE = 10_000_000
"""Bytes that are read of a storyboard or library: the tool's own bound."""
_MAX_DECODED = 40_000_000
"""Pixels of a picture that are looked at: of a larger one its header is believed."""


class PictureFacts(Struct, frozen=True, kw_only=True):
    """What a picture is: its format as Pillow names it, and its sides in pixels.

    ``has_pixels`` is False where the header is there and what it promises is not.
    """

    format: str
    width: int
    height: int
    has_pixels: bool = True


def _look_at(picture: Path) -> PictureFacts | None:
    import warnings

    from PIL import Image

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            with Image.open(picture) as image:
                format_, (width, height) = image.format or "", image.size
                return PictureFacts(
                    format=format_,
                    width=width,
                    height=height,
                    has_pixels=width * height > _MAX_DECODED or _has_pixels(image),
                )
    except Exception:  # noqa: BLE001 - a broken picture makes Pillow raise anything
        return None


def _has_pixels(image: ImageFile) -> bool:
    """Whether a picture can be decoded to its end."""
    image.draft(image.mode, (1, 1))  # a JPEG in an eighth of its size: all of it is read
    try:
        image.load()
    except Exception:  # noqa: BLE001 - a broken picture makes Pillow raise anything
        return False
    return True


class Files(Protocol):
    """What the compiler asks of the world: files of one project."""

    def inside(self, folder: str, written: str) -> str | None:
        """A path as written in a file of ``folder``, from the project's folder; None outside it."""

    def read(self, path: str) -> bytes:
        """The bytes of a source, one more than the largest at most; OSError where it fails."""

    def shown(self, path: str) -> str:
        """The path as messages show it."""

    def size(self, path: str) -> int | None:
        """The bytes of a file, None where there is none."""

    def obstacle(self, path: str) -> str:
        """Why what is at a path is no file to be read; empty for a file, and where nothing is."""

    def picture(self, path: str) -> PictureFacts | None:
        """What a picture is, None where it is none that can be read."""

    def video(self, path: str) -> VideoFacts | None:
        """What a video's header says, None where it is no MP4 or MOV, or not whole."""

    def kind(self, path: str) -> str:
        """What a file is by its first bytes, with its article; empty where they say nothing."""

    def sha256(self, path: str) -> str:
        """The hex digest of a file's bytes."""


def checkout_of(folder: Path) -> Path | None:
    """The root of the git checkout that a folder is in; None outside of any."""
    folder = folder.resolve()
    return next((one for one in (folder, *folder.parents) if (one / ".git").exists()), None)


class ProjectFiles:
    """The files of one folder on disk; paths are relative to it and use ``/``."""

    def __init__(self, root: Path) -> None:
        self.root = root.resolve()
        self._digests: dict[str, str] = {}
        self._pictures: dict[str, PictureFacts | None] = {}

    @classmethod
    def around(cls, folder: Path) -> ProjectFiles:
        """The project that a folder belongs to."""
        return cls(checkout_of(folder) or folder.resolve())

    def path_of(self, file: Path) -> str:
        """A file's path in the project; its folder must be inside."""
        return file.resolve().relative_to(self.root).as_posix()

    def inside(self, folder: str, written: str) -> str | None:
        """See :class:`Files`."""
        try:
            path = (self.root / folder / written).resolve()
            return path.relative_to(self.root).as_posix()
        except (ValueError, OSError, RuntimeError):
            return None

    def place(self, path: str) -> Path:
        """The file on this disk that has the bytes of a path."""
        return self.root / path

    def read(self, path: str) -> bytes:
        """See :class:`Files`."""
        with open_plain_file(self.place(path)) as file:
            return file.read(MAX_SOURCE + 1)

    def shown(self, path: str) -> str:
        """See :class:`Files`: relative to the current folder where that is shorter."""
        absolute = self.root / path
        try:
            relative = os.path.relpath(absolute)
        except ValueError:  # another drive
            return str(absolute)
        return min(relative, str(absolute), key=len).replace(os.sep, "/")

    def size(self, path: str) -> int | None:
        """See :class:`Files`."""
        try:
            file = self.place(path)
            return file.stat().st_size if file.is_file() else None
        except (OSError, ValueError):
            return None

    def obstacle(self, path: str) -> str:
        """See :class:`Files`."""
        try:
            return plain_file_problem(self.place(path).stat().st_mode)
        except (FileNotFoundError, NotADirectoryError, ValueError):
            return ""
        except OSError as error:
            return f"it cannot be looked at: {(error.strerror or str(error)).lower()}"

    def picture(self, path: str) -> PictureFacts | None:
        """See :class:`Files`. Each picture is decoded once."""
        if path not in self._pictures:
            self._pictures[path] = _look_at(self.place(path))
        return self._pictures[path]

    def video(self, path: str) -> VideoFacts | None:
        """See :class:`Files`."""
        return read_video_header(self.place(path))

    def kind(self, path: str) -> str:
        """See :class:`Files`."""
        return kind_of_file(self.place(path))

    def sha256(self, path: str) -> str:
        """See :class:`Files`."""
        digest = self._digests.get(path)
        if digest is None:
            with open_plain_file(self.place(path)) as file:
                digest = hashlib.file_digest(file, "sha256").hexdigest()
            self._digests[path] = digest
        return digest
