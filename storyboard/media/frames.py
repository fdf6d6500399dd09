"""The pictures of a clip by their numbers, from 0."""

from __future__ import annotations

from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

from storyboard.media.mp4 import ClipError, read_clip
from storyboard.media.pyav import open_clip
from storyboard.project.outputs import write_whole

if TYPE_CHECKING:
    from av.container import InputContainer
    from av.video.frame import VideoFrame
    from av.video.stream import VideoStream
    from PIL.Image import Image


def save_frame(clip: Path, picture: Path, at: int | None = None) -> None:
    """Write a frame of a clip as a PNG, whole or not at all: the one of a number, or the last.

    Raises ``ClipError`` where the clip cannot be read or has no such frame, ``MediaError`` without
    PyAV, ``OSError`` where the picture cannot be written.
    """
    found: VideoFrame | None = None
    last = -1
    facts = read_clip(clip)
    with open_clip(clip) as container:
        # From the key frame before, where a frame's time tells its number; else all are counted.
        is_near = facts.is_even and facts.frames > 0
        start = (facts.frames - 1 if at is None else at) if is_near else 0
        for number, frame in frames_from(container, max(0, start)):
            found, last = frame, number
            if number == at:
                break
        if found is None or (at is not None and last != at):
            wanted = "no frame in it can be read" if at is None else f"it has no frame {at}"
            raise ClipError(wanted)
        image = _shown(found)
    data = BytesIO()
    image.save(data, "PNG")
    write_whole(picture, data.getvalue())


def read_still(clip: Path, seconds: float) -> Image:
    """The picture that a clip shows at a second, or its last one before that.

    It is for looking at: of pictures that none is made of, which decode fast, the next is taken.
    Raises ``ClipError`` where the clip cannot be read, ``MediaError`` without PyAV.
    """
    found: VideoFrame | None = None
    facts = read_clip(clip)
    at = facts.frame_at(seconds)
    with open_clip(clip) as container:
        is_near = facts.is_even and at > 0
        if is_near:
            pictures_of(container).codec_context.skip_frame = "NONREF"
        for number, frame in frames_from(container, at if is_near else 0):
            found = frame
            if number >= at:
                break
        if found is None:
            raise ClipError("no frame in it can be read")
        return _shown(found)


def _shown(frame: VideoFrame) -> Image:
    """A frame as it is shown: phones write pictures lying, with a word by how much to turn them."""
    image: Image = frame.to_image()  # type: ignore[no-untyped-call]
    return image.rotate(frame.rotation, expand=True) if frame.rotation % 360 else image


def pictures_of(container: InputContainer) -> VideoStream:
    """The track of an open clip that is looked at. Raises ``ClipError`` where it has none."""
    if not container.streams.video:
        raise ClipError("it has no pictures")
    return container.streams.video[0]


def frames_from(container: InputContainer, start: int = 0) -> Iterator[tuple[int, VideoFrame]]:
    """Frames of an open clip with their numbers, from a key frame at or before ``start``.

    A ``start`` above 0 is for clips whose frames are of one length.
    """
    stream = pictures_of(container)
    rate, scale = stream.average_rate, stream.time_base
    step = round(1 / (rate * scale)) if rate and scale else 0
    if start and step:
        begin = stream.start_time or 0
        container.seek(begin + start * step, stream=stream)
        for frame in container.decode(stream):
            if frame.pts is not None:
                yield round((frame.pts - begin) / step), frame
        return
    yield from enumerate(container.decode(stream))
