"""Clips for tests: their frames show their numbers, their sound what a test asks for."""

from __future__ import annotations

import math
import struct
from array import array
from collections.abc import Callable, Sequence
from fractions import Fraction
from pathlib import Path

import av
from PIL import Image, ImageChops

from storyboard.media.clip_writer import CODE_BITS, code_side, encode_sound, write_clip
from storyboard.media.sound import SAMPLE_RATE, Sound

SIZE = (320, 180)


def tone(seconds: float, pitch: float = 440, loudness: float = 0.5) -> Sound:
    """A sine in both channels."""
    turn = 2 * math.pi * pitch / SAMPLE_RATE
    return sound(seconds, lambda at: loudness * math.sin(turn * at))


def sound(seconds: float, shape: Callable[[int], float]) -> Sound:
    """A sound given by its value at each sample."""
    channel = array("f", map(shape, range(round(seconds * SAMPLE_RATE)))).tobytes()
    return Sound((bytearray(channel), bytearray(channel)))


def draw_clip(
    file: Path,
    seconds: int = 5,
    *,
    colours: Sequence[str] = ("navy",),
    size: tuple[int, int] = SIZE,
    rate: Fraction | int = 24,
    heard: Sound | None = None,
) -> Path:
    """A clip of plain colours of equal length, with a frame more than its seconds have."""
    frames = int(seconds * rate) + 1
    edges = [round(frames * at / len(colours)) for at in range(len(colours) + 1)]
    pictures = [
        (Image.new("RGB", size, colour), end - start)
        for colour, start, end in zip(colours, edges, edges[1:], strict=False)
    ]
    encoded = None if heard is None else encode_sound(heard)
    write_clip(file, pictures, rate=rate, sound=encoded)
    return file


def turned_clip(clip: Path, file: Path, degrees: int) -> Path:
    """A clip whose pictures are to be shown turned so far to the left, as phones write them."""
    data = bytearray(clip.read_bytes())
    one, minus = 0x10000, -0x10000
    matrix = {90: (0, minus, one, 0), 180: (minus, 0, 0, minus), 270: (0, one, minus, 0)}[degrees]
    at = data.index(b"tkhd") + 4 + 40
    a, b, c, d = matrix
    struct.pack_into(">5i", data, at, a, b, 0, c, d)
    file.write_bytes(data)
    return file


def frames_of(file: Path) -> list[Image.Image]:
    """All frames of a film as they are shown."""
    with av.open(str(file)) as container:
        return [frame.to_image() for frame in container.decode(video=0)]


def number_on(frame: Image.Image) -> int:
    """The number that a drawn frame shows."""
    side = code_side(frame.width, frame.height)
    left, number = frame.width - side * CODE_BITS, 0
    for bit in range(CODE_BITS):
        pixel = frame.convert("L").getpixel((left + bit * side + side // 2, side // 2))
        assert isinstance(pixel, int)
        number = number << 1 | (pixel > 128)
    return number


def samples_of(file: Path) -> array[float]:
    """The left channel of a film, decoded as a player does."""
    found = array("f")
    with av.open(str(file)) as container:
        for frame in container.decode(audio=0):
            found.frombytes(bytes(frame.planes[0])[: frame.samples * 4])
    return found


def signal_to_noise(one: Image.Image, other: Image.Image) -> float:
    """How alike two pictures are in dB (PSNR): 45 cannot be told apart by eye."""
    squares = sum(
        count * (value % 256) ** 2
        for value, count in enumerate(ImageChops.difference(one, other).histogram())
    )
    mean = squares / (one.width * one.height * 3)
    return 10 * math.log10(255**2 / mean) if mean else math.inf
