"""ffmpeg: the one on the PATH, else the one that the package imageio-ffmpeg brings."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Sequence
from functools import cache
from importlib import import_module
from pathlib import Path

from storyboard.errors import StoryboardError

_PATIENCE = 600
NEEDED = "install it, or the package imageio-ffmpeg"
"""What to do where there is no ffmpeg."""


class FfmpegError(StoryboardError):
    """ffmpeg is not here, or could not do its work; the text says what to do."""


@cache
def find_ffmpeg() -> str | None:
    """The path of ffmpeg, None where there is none."""
    found = shutil.which("ffmpeg")
    if found:
        return found
    try:
        package = import_module("imageio_ffmpeg")
    except ImportError:
        return None
    try:
        return str(package.get_ffmpeg_exe())
    except RuntimeError:
        return None


def run_ffmpeg(arguments: Sequence[str], *, patience: float = _PATIENCE) -> None:
    """Run ffmpeg; ``FfmpegError`` with the last line it said where it fails."""
    program = find_ffmpeg()
    if program is None:
        raise FfmpegError(f"ffmpeg is not installed: {NEEDED}")
    try:
        # A session of its own, so that Ctrl-C at the terminal is ours to answer.
        done = subprocess.run(  # noqa: S603 - no shell, and the arguments are ours
            [program, "-hide_banner", "-nostdin", "-v", "error", "-y", *arguments],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=patience,
            start_new_session=True,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise FfmpegError(f"ffmpeg did not end: {type(error).__name__}") from None
    if done.returncode:
        said = done.stderr.decode("utf-8", "replace").strip().splitlines()
        raise FfmpegError(f"ffmpeg failed: {said[-1][:300] if said else done.returncode}")


def last_frame(clip: Path, picture: Path) -> None:
    """Write the last frame of a clip as a PNG, whole or not at all."""
    beside = picture.with_name(f".{picture.stem}.part.png")
    try:
        for back in ("-1", "-10", None):
            seek = ["-sseof", back] if back else []
            beside.unlink(missing_ok=True)
            run_ffmpeg([*seek, "-i", str(clip), "-an", "-update", "1", str(beside)])
            if beside.exists() and beside.stat().st_size:
                beside.replace(picture)
                return
        raise FfmpegError("ffmpeg found no frame in the clip")
    finally:
        beside.unlink(missing_ok=True)
