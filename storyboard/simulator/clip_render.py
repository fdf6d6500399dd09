"""Rendering what was ordered: a labelled clip of the right length, shape, rate and sound.

A clip is made as the models make theirs (``media.clip_writer``): H.264 at 24 frames a second, a
frame more than its seconds have, cuts not quite where they were ordered, and an AAC tone where
sound was ordered. Where PyAV is not
installed, a clip is a film of still pictures (see ``mp4_writer``): its length, shape and rate are
right too, but it has no sound. The same order gives the same bytes on one machine.
"""

from __future__ import annotations

import asyncio
import hashlib
import io
import json
import math
import os
import tempfile
import zlib
from array import array
from collections.abc import Iterator, Mapping
from functools import lru_cache
from itertools import accumulate
from pathlib import Path

from PIL import Image

from storyboard.media.clip_writer import EncodedSound, encode_sound, write_clip
from storyboard.media.pyav import is_av_here
from storyboard.media.sound import SAMPLE_RATE, Sound
from storyboard.simulator.mp4_writer import RATE, mark, write_movie
from storyboard.simulator.options import Clips
from storyboard.simulator.orders import SimulatedOrder
from storyboard.simulator.test_pictures import ClipLabel, draw_clip, size_of

#: Pictures drawn for each second, each shown for several frames.
_STEPS = 2
_TONES = 8
#: Frames by which a shot may end earlier or later than it was ordered to.
_SLIP = 3


def order_key(endpoint: str, body: Mapping[str, object], label: ClipLabel) -> str:
    """What is asked for, as a digest: endpoint, body, label. Its pictures are not looked at."""
    text = json.dumps(
        [endpoint, body, label.scene, label.shots, label.names, label.take],
        sort_keys=True,
        ensure_ascii=False,
    )
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


class ClipRenderer:
    """Makes clips and keeps them, by key, in a folder that goes when it is closed."""

    def __init__(self, clips: Clips, scale: float) -> None:
        self.mode = clips
        self.scale = scale
        self._folder: tempfile.TemporaryDirectory[str] | None = None
        self._workers = asyncio.Semaphore(os.cpu_count() or 1)
        self._being_made: dict[str, asyncio.Lock] = {}

    @property
    def least_side(self) -> int:
        """The shorter side of its clips in pixels, of those of the usual ratios."""
        return min(size_of("16:9", self.scale))

    def close(self) -> None:
        """Throw the clips away."""
        if self._folder is not None:
            self._folder.cleanup()
            self._folder = None

    def has(self, key: str) -> bool:
        """Whether a clip is there and need not be made."""
        return self._folder is not None and self._path(key).exists()

    def stub(self, key: str, order: SimulatedOrder) -> bytes:
        """The tiny film for a length and ratio, marked so that each order has its own bytes."""
        return mark(_stub(order.seconds, order.ratio), key.encode())

    async def render(
        self,
        key: str,
        order: SimulatedOrder,
        label: ClipLabel,
        files: Mapping[str, bytes],
    ) -> bytes:
        """The clip for an order, made now or before; ``files`` are its pictures, by link.

        Raises ``MediaError``.
        """
        if self.mode == "stub":
            return self.stub(key, order)
        path = self._path(key)
        async with self._being_made.setdefault(key, asyncio.Lock()):
            if not path.exists():
                async with self._workers:
                    await asyncio.to_thread(self._make, path, order, label, files)
        return await asyncio.to_thread(path.read_bytes)

    def _path(self, key: str) -> Path:
        if self._folder is None:
            self._folder = tempfile.TemporaryDirectory(
                prefix="storyboard-simulator-", ignore_cleanup_errors=True
            )
        return Path(self._folder.name, f"{key}.mp4")

    def _make(
        self,
        path: Path,
        order: SimulatedOrder,
        label: ClipLabel,
        files: Mapping[str, bytes],
    ) -> None:
        size = size_of(order.ratio, self.scale)
        drawn = draw_clip(order, label, size, files, steps=_STEPS)
        pictures = _timed(drawn, order)
        partial = path.with_suffix(".part.mp4")
        if is_av_here():
            tone = int(path.stem[:4], 16) % _TONES
            sound = _encode_tone(tone, order.seconds) if order.audio else None
            write_clip(partial, pictures, rate=RATE, sound=sound)
        else:
            still = [(_to_jpeg(picture), frames) for picture, frames in pictures]
            partial.write_bytes(mark(write_movie(still, *size), path.stem.encode()))
        partial.replace(path)


def _timed(
    drawn: Iterator[Image.Image], order: SimulatedOrder
) -> Iterator[tuple[Image.Image, int]]:
    """Pictures with the frames that each is shown for; cuts slip a little, as those of models do.

    The last one is shown for a frame more.
    """
    ends = list(accumulate(shot.seconds * _STEPS for shot in order.shots))
    slips = {
        end: zlib.crc32(shot.prompt.encode("utf-8", "surrogatepass")) % (2 * _SLIP + 1) - _SLIP
        for end, shot in zip(ends[:-1], order.shots[1:], strict=True)
    }
    slips |= {0: 0, ends[-1]: 1}
    for number, picture in enumerate(drawn, start=1):
        frames = RATE // _STEPS + slips.get(number, 0) - slips.get(number - 1, 0)
        yield picture, frames


def _to_jpeg(picture: Image.Image) -> bytes:
    buffer = io.BytesIO()
    picture.save(buffer, "JPEG", quality=60)
    return buffer.getvalue()


@lru_cache(maxsize=128)
def _stub(seconds: int, ratio: str) -> bytes:
    size = size_of(ratio, 1)
    picture = _to_jpeg(Image.new("RGB", size, "#305060"))
    return write_movie([(picture, seconds * RATE + 1)], *size)


@lru_cache(maxsize=256)
def _encode_tone(number: int, seconds: int) -> EncodedSound:
    """A quiet tone, one of ``_TONES``."""
    turn = 2 * math.pi * (220 + 55 * number) / SAMPLE_RATE
    # 220 Hz and its steps of a quarter make whole turns in a second: the second is repeated.
    second = array("f", (0.2 * math.sin(turn * at) for at in range(SAMPLE_RATE))).tobytes()
    channel = second * seconds
    return encode_sound(Sound((bytearray(channel), bytearray(channel))))
