"""Checks pictures, frames and clips, uploads each once, and keeps their links.

A link with a query may hold a permission and is kept in memory only. A link of an earlier run is
used after the host has said that it still leads to its file.
"""

from __future__ import annotations

import asyncio
import hashlib
import io
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import TypeVar

from msgspec import Struct
from msgspec.structs import replace

from storyboard.compiler.resolve.assets import unfit_picture, unfit_video
from storyboard.errors import StoryboardError
from storyboard.hosts.errors import PASSING, HostError
from storyboard.hosts.protocol import Host
from storyboard.ledger import Ledger
from storyboard.ledger.store import Store, refusal
from storyboard.media.frames import save_frame
from storyboard.media.join import JoinPiece, StitchError, join
from storyboard.media.mp4 import ClipError, read_clip
from storyboard.media.pyav import MediaError
from storyboard.project.files import PictureFacts
from storyboard.project.outputs import sha256_of, write_whole
from storyboard.project.video_header import read_video_header
from storyboard.targets.limits import Pictures, Videos

_T = TypeVar("_T")
_TRIES = 5
_MOST_SECONDS = 15.0
"""The longest wait until an upload is tried again; what a host asks for is obeyed four times so."""
_AT_ONCE = 4


class AssetError(StoryboardError):
    """A file that cannot be sent; the text says which and why. Nothing was paid."""


class TakePiece(Struct, frozen=True, kw_only=True):
    """Where a shot stands in a take, which is named by its sha256.

    ``start`` and ``end`` are seconds of it, None for its end. Where a cut was not seen, a frame on
    either side may belong to a neighbour: ``guards`` says for the start and the end whether one
    frame is left out there.
    """

    take: str
    start: float = 0.0
    end: float | None = None
    guards: tuple[bool, bool] = (False, False)


class Uploads:
    """The uploads of one run to one host, for the requests of one target.

    ``footage`` are the target's limits of a clip, None where it takes none.
    ``root`` is the project's folder, from which the paths of a plan begin. ``pause`` waits for a
    number of seconds; ``first`` is the number before an upload is tried again, which doubles up to
    15. ``links`` are shared by all that upload to the host.
    """

    def __init__(
        self,
        host: Host,
        ledger: Ledger,
        store: Store,
        root: Path,
        limits: Pictures,
        footage: Videos | None = None,
        pause: Callable[[float], Awaitable[None]] = asyncio.sleep,
        first: float = 1.0,
        links: dict[str, asyncio.Task[str]] | None = None,
    ) -> None:
        self._host = host
        self._ledger = ledger
        self._store = store
        self._root = root
        self._limits = limits
        self._footage = footage
        self._pause = pause
        self._first = first
        self._links = {} if links is None else links
        self._frames: dict[tuple[str, float | None], asyncio.Task[tuple[Path, str]]] = {}
        self._clips: dict[TakePiece, asyncio.Task[tuple[Path, str]]] = {}
        self._gate = asyncio.Semaphore(_AT_ONCE)

    async def link_of_file(self, path: str, sha256: str) -> str:
        """The link of a project's file. Raises ``AssetError`` where it is not what was planned."""

        def read() -> bytes:
            try:
                data = (self._root / path).read_bytes()
            except OSError as error:
                reason = (error.strerror or str(error)).lower()
                raise AssetError(f'"{path}" cannot be read: {reason}') from None
            if hashlib.sha256(data).hexdigest() != sha256:
                raise AssetError(f'"{path}" has changed since the plan was made: plan again')
            return data

        with _naming(f'"{path}"'):
            return await self._link(sha256, PurePosixPath(path).suffix.lower(), read)

    async def link_of_frame(self, clip: str, end: float | None) -> str:
        """The link of the last frame of a shot.

        ``clip`` is the sha256 of the take, and ``end`` the second of it at which the shot ends,
        None where it ends with the clip.
        """
        key = clip, end
        task = self._frames.get(key)
        if task is None:
            task = self._frames[key] = asyncio.ensure_future(self._take_frame(clip, end))
        picture, sha256 = await asyncio.shield(task)
        with _naming("the last frame of the shot before"):
            return await self._link(sha256, picture.suffix, picture.read_bytes)

    async def _take_frame(self, clip: str, end: float | None) -> tuple[Path, str]:
        name = clip if end is None else f"{clip}-{round(end * 1000)}"
        for suffix in (".png", ".jpg"):
            picture = self._store.frames / f"{name}{suffix}"
            # A link may lead to a picture that is nobody's to send.
            if picture.is_symlink():
                continue
            if picture.is_file() and not _misfit(picture, self._limits):
                return picture, hashlib.sha256(picture.read_bytes()).hexdigest()
        picture = self._store.frames / f"{name}.png"
        take = self._store.take(clip)
        try:
            at = None if end is None else _last_before(take, end)
            await asyncio.to_thread(save_frame, take, picture, at)
            if picture.stat().st_size > self._limits.max_bytes:
                picture = await asyncio.to_thread(_as_jpeg, picture)
        except (ClipError, MediaError) as error:
            raise AssetError(
                f"the last frame of the shot before cannot be taken: {error}"
            ) from None
        except OSError as error:
            raise refusal(error, picture) from None
        if problem := _misfit(picture, self._limits):
            raise AssetError(f"the last frame of the shot before cannot be sent: {problem}")
        return picture, hashlib.sha256(picture.read_bytes()).hexdigest()

    async def link_of_clip(self, piece: TakePiece, shot: str) -> str:
        """The link of the clip of a shot, whose address messages name; see ``TakePiece``.

        Raises ``AssetError`` where it is not what the target takes.
        """
        task = self._clips.get(piece)
        if task is None:
            task = self._clips[piece] = asyncio.ensure_future(self._cut(piece, shot))
        clip, sha256 = await asyncio.shield(task)
        with _naming(f'the clip of "{shot}"'):
            return await self._link(sha256, clip.suffix, clip.read_bytes)

    async def _cut(self, piece: TakePiece, shot: str) -> tuple[Path, str]:
        """The file of a piece of a take, cut out of it where it is not the whole."""
        take = clip = self._store.take(piece.take)
        is_cut = piece.start > 0 or piece.end is not None
        try:
            if is_cut:
                clip = await asyncio.to_thread(cut_out, take, self._store.frames, piece)
            sha256 = await asyncio.to_thread(sha256_of, clip)
            size = clip.stat().st_size
        except (ClipError, MediaError, StitchError) as error:
            raise AssetError(f'the clip of "{shot}" cannot be cut out: {error}') from None
        except OSError as error:
            raise refusal(error, clip) from None
        limits = self._footage
        if limits is not None and self._store.simulated:
            limits = limits.model_copy(update={"min_side": 1})  # simulated clips are small
        if limits is not None and (problem := _misfit_clip(clip, size, limits)):
            advice = "; raise its take:, and it is rendered in a request of its own"
            raise AssetError(
                f'the clip of "{shot}" cannot be sent: {problem}{advice if is_cut else ""}'
            )
        return clip, sha256

    async def _link(self, sha256: str, suffix: str, read: Callable[[], bytes]) -> str:
        task = self._links.get(sha256)
        if task is None or (task.done() and (task.cancelled() or task.exception() is not None)):
            task = asyncio.ensure_future(self._find_or_upload(sha256, suffix, read))
            self._links[sha256] = task
        # One who is interrupted does not take the file away from the others.
        return await asyncio.shield(task)

    async def _find_or_upload(self, sha256: str, suffix: str, read: Callable[[], bytes]) -> str:
        async with self._gate:
            kept = self._ledger.link(self._host.name, sha256)
            if kept is not None:
                if await self._is_there(kept[0]):
                    return kept[0]
                self._ledger.forget_link(self._host.name, sha256)
            data = read()
            link = await self._again(lambda: self._host.upload(data, sha256, suffix))
            self._ledger.keep_link(self._host.name, sha256, link)
            return link

    async def _is_there(self, link: str) -> bool:
        try:
            return await self._host.is_there(link)
        except HostError:
            return False  # an upload costs nothing, a clip with a dead link in it does

    async def _again(self, work: Callable[[], Awaitable[_T]]) -> _T:
        for number in range(_TRIES):
            try:
                return await work()
            except HostError as error:
                if error.kind not in PASSING or number == _TRIES - 1:
                    raise
                usual = min(self._first * 2**number, _MOST_SECONDS)
                await self._pause(min(error.problem.retry_after or usual, _MOST_SECONDS * 4))
        raise AssertionError


@contextmanager
def _naming(what: str) -> Iterator[None]:
    """Put the name of the file before the text of a host's error."""
    try:
        yield
    except HostError as error:
        problem = replace(error.problem, text=f"{what} is not uploaded: {error}")
        raise HostError(problem) from None


def _misfit(picture: Path, limits: Pictures) -> str:
    from PIL import Image

    try:
        with Image.open(picture) as image:
            facts = PictureFacts(format=image.format or "", width=image.width, height=image.height)
    except (OSError, ValueError, SyntaxError):
        return "it is no picture"
    return unfit_picture(picture.stat().st_size, facts, limits).what


def cut_out(take: Path, folder: Path, piece: TakePiece) -> Path:
    """The file of a piece of a take, in a folder; it is there whole, or not at all.

    Raises ``ClipError``, ``MediaError``, ``StitchError``, ``OSError``.
    """
    facts = read_clip(take)
    if not facts.frames:
        raise ClipError("its frames cannot be counted, and only some of them are wanted")
    start = facts.frame_at(piece.start) + piece.guards[0]
    end = facts.frames if piece.end is None else facts.frame_at(piece.end) - piece.guards[1]
    clip = folder / f"{piece.take}-{start}-{end}.mp4"
    if not clip.is_file() or clip.is_symlink():
        clip.unlink(missing_ok=True)
        join([JoinPiece(file=take, start=start, end=end)], clip, said=lambda _: None)
    return clip


def _misfit_clip(clip: Path, size: int, limits: Videos) -> str:
    if size > limits.max_bytes:
        return f"{size:,} bytes, {limits.max_bytes:,} at most"
    facts = read_video_header(clip)
    return "it is no video" if facts is None else unfit_video(facts, limits).what


def _last_before(take: Path, end: float) -> int:
    """The number of the last frame of a clip before a second of it."""
    facts = read_clip(take)
    if not facts.frames:
        raise ClipError("its frames cannot be counted, and it is wanted from within the clip")
    return max(facts.frame_at(end) - 1, 0)


def _as_jpeg(picture: Path) -> Path:
    """The picture as a JPEG beside it, for frames whose PNG is above the host's limit."""
    from PIL import Image

    smaller = picture.with_suffix(".jpg")
    with Image.open(picture) as image:
        buffer = io.BytesIO()
        image.convert("RGB").save(buffer, "JPEG", quality=95, subsampling=0)
    # The other stays: another target, with another limit, may be reading it.
    write_whole(smaller, buffer.getvalue())
    return smaller
