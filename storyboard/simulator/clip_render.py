"""Rendering what was ordered: a labelled clip of the right length, shape, rate and sound.

With ffmpeg, on PATH or from the package imageio-ffmpeg, a clip is H.264 in MP4 at 24 frames a
second, with an AAC tone where sound was ordered. Without it, a clip is a film of still pictures
(see ``mp4_writer``): its length, shape and rate are right too, but it has no sound. The same order
gives the same bytes on one machine.
"""

from __future__ import annotations

import asyncio
import hashlib
import importlib
import importlib.util
import io
import json
import os
import shutil
import subprocess
import tempfile
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path

from PIL import Image

from storyboard.simulator.mp4_writer import RATE, mark, write_movie
from storyboard.simulator.options import Clips
from storyboard.simulator.orders import SimulatedOrder
from storyboard.simulator.test_pictures import ClipLabel, draw_clip, size_of

#: Pictures drawn for each second; ffmpeg repeats them up to the frame rate.
_STEPS = 2
_STUB_SCALE = 0.1


def find_ffmpeg() -> str | None:
    """The ffmpeg to use: the one on PATH, else that of imageio-ffmpeg, else none."""
    found = shutil.which("ffmpeg")
    if found is None and importlib.util.find_spec("imageio_ffmpeg") is not None:
        try:
            found = str(importlib.import_module("imageio_ffmpeg").get_ffmpeg_exe())
        except RuntimeError:
            return None
    return found


def order_key(endpoint: str, body: Mapping[str, object], label: ClipLabel) -> str:
    """What is asked for, as a digest: endpoint, body, label. Its pictures are not looked at."""
    text = json.dumps(
        [endpoint, body, label.scene, label.shots, label.take], sort_keys=True, ensure_ascii=False
    )
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


class ClipRenderer:
    """Makes clips and keeps them, by key, in a folder that goes when it is closed."""

    def __init__(self, clips: Clips, scale: float) -> None:
        self.mode = clips
        self.scale = scale
        self._ffmpeg = find_ffmpeg() if clips == "render" else None
        self._folder: tempfile.TemporaryDirectory[str] | None = None
        self._workers = asyncio.Semaphore(os.cpu_count() or 1)
        self._being_made: dict[str, asyncio.Lock] = {}

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
        first: bytes | None,
        last: bytes | None,
    ) -> bytes:
        """The clip for an order, made now or before; ``RuntimeError`` where ffmpeg fails."""
        if self.mode == "stub":
            return self.stub(key, order)
        path = self._path(key)
        async with self._being_made.setdefault(key, asyncio.Lock()):
            if not path.exists():
                async with self._workers:
                    await asyncio.to_thread(self._make, path, order, label, first, last)
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
        first: bytes | None,
        last: bytes | None,
    ) -> None:
        size = size_of(order.ratio, self.scale)
        pictures = draw_clip(order, label, size, first=first, last=last, steps=_STEPS)
        if self._ffmpeg is not None:
            raw = b"".join(picture.tobytes() for picture in pictures)
            _encode(self._ffmpeg, raw, size, order, path)
            return
        still = [(_to_jpeg(picture), RATE // _STEPS) for picture in pictures]
        partial = path.with_suffix(".part")
        partial.write_bytes(mark(write_movie(still, *size), path.stem.encode()))
        partial.replace(path)


def _to_jpeg(picture: Image.Image) -> bytes:
    buffer = io.BytesIO()
    picture.save(buffer, "JPEG", quality=60)
    return buffer.getvalue()


@lru_cache(maxsize=128)
def _stub(seconds: int, ratio: str) -> bytes:
    size = size_of(ratio, _STUB_SCALE)
    picture = _to_jpeg(Image.new("RGB", size, "#305060"))
    return write_movie([(picture, seconds * RATE)], *size)


def _encode(
    ffmpeg: str, raw: bytes, size: tuple[int, int], order: SimulatedOrder, path: Path
) -> None:
    """Let ffmpeg make the clip; raises ``RuntimeError`` with its words where it fails."""
    seconds = order.seconds
    partial = path.with_suffix(".part.mp4")
    command = [ffmpeg, "-nostdin", "-v", "error", "-y", "-threads", "1"]
    command += ["-f", "rawvideo", "-pix_fmt", "rgb24", "-s", f"{size[0]}x{size[1]}"]
    command += ["-framerate", str(_STEPS), "-i", "pipe:0"]
    if order.audio:
        tone = 220 + int(path.stem[:4], 16) % 440
        command += ["-f", "lavfi", "-i", f"sine=frequency={tone}:sample_rate=48000:d={seconds}"]
        command += ["-c:a", "aac", "-b:a", "64k", "-flags:a", "+bitexact"]
    command += ["-vf", f"fps={RATE}", "-t", str(seconds)]
    command += ["-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p", "-g", "48"]
    command += ["-threads", "1", "-flags:v", "+bitexact", "-fflags", "+bitexact"]
    command += ["-map_metadata", "-1", "-movflags", "+faststart", str(partial)]
    # Fixed arguments and a program that find_ffmpeg chose; no shell reads them.
    done = subprocess.run(command, input=raw, capture_output=True, check=False)  # noqa: S603
    if done.returncode:
        words = done.stderr.decode(errors="replace").strip().splitlines()
        raise RuntimeError(f"ffmpeg could not make a clip: {words[-1] if words else 'no reason'}")
    partial.replace(path)
