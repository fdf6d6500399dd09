"""PyAV, the binding to FFmpeg's libraries that all clips are read and written with.

It is imported here and nowhere else, when a picture or a sound is first needed: whatever needs
neither works on machines for which PyAV has no wheel. Reading a stream after its container was
closed crashes the process, so that none of its objects leaves this room.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING

from storyboard.errors import StoryboardError
from storyboard.media.mp4 import ClipError

if TYPE_CHECKING:
    from av.container import InputContainer, OutputContainer

NEEDED = "pip install av"
"""What to do where PyAV is not here."""
_MAX_PIXELS = str(1 << 26)
"""Pixels of a picture that are decoded, twice those of 8K: a damaged header may promise more."""


class MediaError(StoryboardError):
    """A film or clip cannot be written, or PyAV is not here; the text says what it is."""


def is_av_here() -> bool:
    """Whether PyAV is installed; it is not loaded."""
    try:
        return find_spec("av") is not None
    except (ImportError, ValueError):
        return False


def load_av() -> ModuleType:
    """PyAV. Raises ``MediaError`` where it is not installed or does not load."""
    try:
        import av
    except ImportError as error:
        why = "is not installed" if error.name == "av" else f"does not load: {error}"
        raise MediaError(f"the package av (PyAV) {why}: {NEEDED}") from None
    return av


@contextmanager
def reading() -> Iterator[None]:
    """Say what FFmpeg says of a clip, and what its numbers break, as ``ClipError``."""
    av = load_av()
    try:
        yield
    except av.FFmpegError as error:
        raise ClipError(f"it cannot be decoded: {_words(error)}") from None
    except (ValueError, ArithmeticError, LookupError, RuntimeError, MemoryError) as error:
        raise ClipError(f"it cannot be decoded: {error or type(error).__name__}") from None


@contextmanager
def writing() -> Iterator[None]:
    """Say what FFmpeg says of a film that is written as ``MediaError``."""
    av = load_av()
    try:
        yield
    except av.FFmpegError as error:
        raise MediaError(f"it cannot be written: {_words(error)}") from None


def _words(error: Exception) -> str:
    return str(getattr(error, "strerror", None) or type(error).__name__).lower()


@contextmanager
def open_clip(clip: Path) -> Iterator[InputContainer]:
    """A clip to read, an MP4 or MOV file, closed at the block's end. Raises ``ClipError``."""
    with reading():
        av = load_av()
        # Until version 19 a title that is no UTF-8 is an error where nothing else is said.
        is_strict = int(av.__version__.partition(".")[0]) < 19
        lenient = {"metadata_errors": "ignore"} if is_strict else {}
        # By its full name and as MP4 only: neither a name nor a content may lead elsewhere.
        container = av.open(f"file:{clip.absolute()}", "r", format="mov", **lenient)
        with container:
            for stream in (*container.streams.video, *container.streams.audio):
                if getattr(stream, "codec_context", None) is None:
                    raise ClipError("it cannot be decoded: its codec is not known")
            for stream in container.streams.video:
                stream.codec_context.options = {"max_pixels": _MAX_PIXELS}
            yield container


@contextmanager
def create_film(file: Path) -> Iterator[OutputContainer]:
    """A film to write, its index before its data, closed at the block's end: ``MediaError``."""
    kind = "mov" if file.suffix.lower() == ".mov" else "mp4"
    with writing():
        film = load_av().open(
            f"file:{file.absolute()}", "w", format=kind, options={"movflags": "+faststart"}
        )
        with film:
            yield film
