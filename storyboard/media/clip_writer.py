"""Writing a clip from pictures, as the models' clips are: H.264 with B-frames and AAC in MP4.

Groups of pictures are as long as the clip and sound begins with the encoder's priming, as in what
vendors deliver: what works with such clips works with theirs.
"""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct

from storyboard.media.pyav import create_film, load_av, writing
from storyboard.media.sound import SAMPLE_RATE, Sound, sound_frames

if TYPE_CHECKING:
    from av.audio.stream import AudioStream
    from av.container import OutputContainer
    from av.video.frame import VideoFrame
    from PIL.Image import Image

CODE_BITS = 10
"""Squares that show a frame's number: 10 of them tell 1,024 frames apart."""
_X264 = {
    "preset": "ultrafast",
    "crf": "26",
    "x264-params": "bframes=2:b-adapt=0:keyint=infinite:scenecut=0",
}
_AAC = {"aac_coder": "fast"}
_BITS_A_SECOND = 96_000
_DARK, _LIGHT = 16, 235


class EncodedSound(Struct, frozen=True):
    """Sound as AAC packets, each with its time stamp in samples; many clips may share it."""

    packets: tuple[tuple[bytes, int, int], ...]


def encode_sound(sound: Sound) -> EncodedSound:
    """Sound for ``write_clip``, encoded once for many clips. Raises ``MediaError``."""
    context = load_av().CodecContext.create("aac", "w")
    context.sample_rate, context.layout, context.format = SAMPLE_RATE, "stereo", "fltp"
    context.bit_rate, context.options = _BITS_A_SECOND, dict(_AAC)
    context.time_base = Fraction(1, SAMPLE_RATE)
    with writing():
        packets = [one for frame in sound_frames(sound) for one in context.encode(frame)]
        packets += context.encode(None)
    return EncodedSound(tuple((bytes(one), one.pts, one.duration) for one in packets))


def write_clip(
    file: Path,
    pictures: Iterable[tuple[Image, int]],
    *,
    rate: Fraction | int = 24,
    sound: EncodedSound | None = None,
    is_numbered: bool = True,
) -> int:
    """Write a clip that shows each picture for a number of frames; returns how many it has.

    The pictures have one size with even sides. Numbered frames show their number, from 0, as
    ``CODE_BITS`` squares in the upper right corner, white for 1, the highest bit first. Raises
    ``MediaError``; without a picture, ``ValueError``.
    """
    shown = iter(pictures)
    try:
        picture, frames = next(shown)
    except StopIteration:
        raise ValueError("a clip needs a picture") from None
    with create_film(file) as film:
        video = film.add_stream("libx264", rate=rate, options=dict(_X264))
        context = video.codec_context
        context.width, context.height = picture.size
        context.pix_fmt, context.time_base, context.thread_count = "yuv420p", 1 / Fraction(rate), 1
        audio = _add_sound(film) if sound is not None else None
        number = 0
        while True:
            frame = load_av().VideoFrame.from_image(picture).reformat(format="yuv420p")
            frame.time_base = context.time_base
            for _ in range(frames):
                if is_numbered:
                    _draw_number(frame, number)
                frame.pts = number
                number += 1
                film.mux(video.encode(frame))
            try:
                picture, frames = next(shown)
            except StopIteration:
                break
        film.mux(video.encode(None))
        if sound is not None and audio is not None:
            _mux_sound(film, audio, sound)
    return number


def _add_sound(film: OutputContainer) -> AudioStream:
    return film.add_stream(
        "aac", rate=SAMPLE_RATE, layout="stereo", bit_rate=_BITS_A_SECOND, options=dict(_AAC)
    )


def _mux_sound(film: OutputContainer, stream: AudioStream, sound: EncodedSound) -> None:
    for data, at, duration in sound.packets:
        packet = load_av().Packet(data)
        packet.pts = packet.dts = at
        packet.duration = duration
        packet.time_base = Fraction(1, SAMPLE_RATE)
        packet.is_keyframe = True
        packet.stream = stream
        film.mux_one(packet)


def code_side(width: int, height: int) -> int:
    """The side of a square of the number, in pixels, in a picture of these sides."""
    return max(4, min(width, height) // 90 * 2)


def _draw_number(frame: VideoFrame, number: int) -> None:
    side = code_side(frame.width, frame.height)
    left = frame.width - side * CODE_BITS
    if left < 0:
        return
    row = b"".join(
        bytes([_LIGHT if number >> bit & 1 else _DARK]) * side for bit in reversed(range(CODE_BITS))
    )
    plane = frame.planes[0]
    with memoryview(plane) as luma:
        for y in range(side):
            start = y * plane.line_size + left
            luma[start : start + len(row)] = row
