"""Pictures of what was rendered: a frame of a take, small, made once and kept beside the takes."""

from __future__ import annotations

import io
from pathlib import Path

from storyboard.board.model import BoardPicture, Thumbnail
from storyboard.board.thumbnails import Thumbnails, thumbnail_of
from storyboard.ledger.store import Store
from storyboard.media.frames import read_still
from storyboard.media.mp4 import ClipError
from storyboard.media.pyav import MediaError
from storyboard.project.disk import read_plain_file
from storyboard.project.outputs import write_whole
from storyboard.project.places import link_out_of

_MAX_BYTES = 4_000_000


class Stills:
    """The stills of one board; they are as large as its thumbnails, or half of that."""

    def __init__(self, store: Store, thumbnails: Thumbnails) -> None:
        self._store = store
        self._thumbnails = thumbnails
        self._found: dict[tuple[str, int, int], str] = {}
        # What is derived may be lost, and is no reason to write where a link leads.
        self._keeps = link_out_of(store.frames, store.project) is None

    def picture(
        self, take: str, name: str, start: float, end: float, *, is_small: bool = False
    ) -> BoardPicture:
        """The picture in the middle of a stretch of a take, in seconds of it.

        ``take`` is the hex sha256 of its file, ``name`` what its clip is called. The picture has
        no thumbnail where the take is not here or cannot be read.
        """
        at = round((start + end) * 500)
        side = self._thumbnails.side // 2 if is_small else self._thumbnails.side
        key = self._found.get((take, at, side))
        if key is None:
            made = self._made(take, at, side) if side else None
            key = self._found[take, at, side] = self._thumbnails.keep(made) if made else ""
        return BoardPicture(key=key, location=name)

    def _made(self, take: str, at: int, side: int) -> Thumbnail | None:
        kept = self._store.frames / f"{take}-{at}-{side}.webp"
        if (found := _read(kept)) is not None:
            return found
        file = self._store.take(take)
        try:
            if not file.is_file():
                return None
            made = thumbnail_of(read_still(file, at / 1000), side)
        except (ClipError, MediaError, OSError):
            return None
        if self._keeps:
            _keep(kept, made.data)
        return made


def _read(kept: Path) -> Thumbnail | None:
    from PIL import Image

    try:
        data = read_plain_file(kept, _MAX_BYTES)
        with Image.open(io.BytesIO(data), formats=("WEBP",)) as opened:
            return Thumbnail(data, opened.width, opened.height)
    except (OSError, ValueError):
        return None


def _keep(place: Path, data: bytes) -> None:
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        write_whole(place, data)
    except OSError:
        # A disk that refuses costs the next board the time to make it again.
        return
