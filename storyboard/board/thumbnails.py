"""Small copies of the pictures of a film, and of a frame of its clips, each made once.

A picture is anybody's file: what is no picture, is too large, or promises more pixels than
anybody needs has no thumbnail. Pictures at addresses in the network are never fetched.
"""

from __future__ import annotations

import hashlib
import io
import warnings
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from storyboard.board.model import BoardPicture, Thumbnail
from storyboard.language.scalars import is_url
from storyboard.media.frames import read_still
from storyboard.media.mp4 import ClipError
from storyboard.media.pyav import MediaError
from storyboard.project.disk import read_plain_file

if TYPE_CHECKING:
    from PIL.Image import Image

_MAX_BYTES = 50_000_000
_MAX_PIXELS = 60_000_000
_QUALITY = 78


class Thumbnails:
    """The thumbnails of one board, ``side`` pixels at most each way; 0 makes none."""

    def __init__(self, root: Path, side: int) -> None:
        self._root = root
        self.side = side
        self._pictures: dict[str, BoardPicture] = {}
        self._keys: dict[str, str] = {}
        self.made: dict[str, Thumbnail] = {}

    def picture(self, location: str) -> BoardPicture:
        """The picture at a path of the project, or at an address."""
        found = self._pictures.get(location)
        if found is None:
            found = BoardPicture(key=self._key(location), location=location)
            self._pictures[location] = found
        return found

    def clip(self, location: str) -> BoardPicture:
        """The first frame of the clip at a path of the project, or at an address."""
        found = self._pictures.get(location)
        if found is None:
            made = None
            if self.side and not is_url(location):
                with suppress(ClipError, MediaError, OSError):
                    made = thumbnail_of(read_still(self._root / location, 0), self.side)
            found = BoardPicture(key=self.keep(made) if made else "", location=location)
            self._pictures[location] = found
        return found

    @property
    def files(self) -> tuple[Path, ...]:
        """The files of all that was asked for, apart from what is at addresses."""
        return tuple(self._root / one for one in self._pictures if not is_url(one))

    def keep(self, made: Thumbnail) -> str:
        """The key of a thumbnail that was made elsewhere; equal ones have one."""
        digest = hashlib.sha256(made.data).hexdigest()
        if digest not in self._keys:
            self._put(digest, made)
        return self._keys[digest]

    def _key(self, location: str) -> str:
        if not self.side or is_url(location):
            return ""
        try:
            data = read_plain_file(self._root / location, _MAX_BYTES)
        except (OSError, ValueError):
            return ""
        digest = hashlib.sha256(data).hexdigest()
        if digest not in self._keys:
            self._put(digest, _shrunk(data, self.side))
        return self._keys[digest]

    def _put(self, digest: str, made: Thumbnail | None) -> None:
        self._keys[digest] = f"p{len(self.made) + 1}" if made else ""
        if made:
            self.made[self._keys[digest]] = made


def thumbnail_of(image: Image, side: int) -> Thumbnail:
    """A picture as a thumbnail, ``side`` pixels at most each way."""
    image.thumbnail((side, side))
    written = io.BytesIO()
    image.save(written, "WEBP", quality=_QUALITY, method=4)
    return Thumbnail(written.getvalue(), image.width, image.height)


def _shrunk(data: bytes, side: int) -> Thumbnail | None:
    from PIL import ImageOps
    from PIL.Image import open as open_picture

    try:
        with warnings.catch_warnings():
            # How many pixels it promises is looked at here, before any is read.
            warnings.simplefilter("ignore")
            with open_picture(io.BytesIO(data)) as opened:
                if opened.width * opened.height > _MAX_PIXELS:
                    return None
                opened.draft("RGB", (side, side))
                turned = ImageOps.exif_transpose(opened)
                has_alpha = turned.has_transparency_data
                image = turned.convert("RGBA" if has_alpha else "RGB")
            return thumbnail_of(image, side)
    except Exception:  # noqa: BLE001 - a broken picture makes Pillow raise anything
        return None
