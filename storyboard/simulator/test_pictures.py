"""The pictures of a simulated clip: a coloured test pattern with labels that say what it is."""

from __future__ import annotations

import colorsys
import hashlib
import io
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont, UnidentifiedImageError

from storyboard.simulator.orders import TAG, SimulatedOrder

_SIDES = {"16:9": (640, 360), "9:16": (360, 640), "1:1": (480, 480)}
_BARS = ("#c0c0c0", "#c0c000", "#00c0c0", "#00c000", "#c000c0", "#c00000", "#0000c0")
_Font = ImageFont.FreeTypeFont | ImageFont.ImageFont

# Pillow's own font has Latin letters only. These have more; the first that is there is taken.
_WIDE_FONTS = (
    "/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc",
    "/usr/share/fonts/truetype/wqy/wqy-zenhei.ttc",
    "/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf",
    "/usr/share/fonts/dejavu-sans-fonts/DejaVuSans.ttf",
    "/System/Library/Fonts/Supplemental/Arial Unicode.ttf",
    "C:/Windows/Fonts/msgothic.ttc",
    "C:/Windows/Fonts/arial.ttf",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ClipLabel:
    """What a clip is called on screen, beside what its order says.

    ``scene`` chooses the colour; without it the prompts do. ``shots`` are names of the shots,
    in order; without them they are numbered. ``take`` is counted from 1.
    """

    scene: str = ""
    shots: tuple[str, ...] = ()
    take: int = 1


def size_of(ratio: str, scale: float) -> tuple[int, int]:
    """The sides of a clip in pixels, even as H.264 wants them."""
    width, height = _SIDES[ratio]
    return max(2, round(width * scale / 2) * 2), max(2, round(height * scale / 2) * 2)


def draw_clip(
    order: SimulatedOrder,
    label: ClipLabel,
    size: tuple[int, int],
    *,
    first: bytes | None,
    last: bytes | None,
    steps: int,
) -> Iterator[Image.Image]:
    """The pictures of a clip, ``steps`` for each second.

    The first step shows the first frame where one was given, the last step the last frame.
    """
    open_on, close_on = _read_picture(first, size), _read_picture(last, size)
    at = 0
    for number, shot in enumerate(order.shots, start=1):
        plate = _draw_plate(order, label, number, size)
        for step in range(shot.seconds * steps):
            elapsed = at + step
            if elapsed == 0 and open_on is not None:
                yield open_on
            elif elapsed == order.seconds * steps - 1 and close_on is not None:
                yield close_on
            else:
                yield _draw_clock(plate, elapsed / steps, order.seconds, step / steps, shot.seconds)
        at += shot.seconds * steps


def _read_picture(data: bytes | None, size: tuple[int, int]) -> Image.Image | None:
    if data is None:
        return None
    try:
        with Image.open(io.BytesIO(data)) as picture:
            return picture.convert("RGB").resize(size)
    except (
        UnidentifiedImageError,
        OSError,
        ValueError,
        Image.DecompressionBombError,
        Image.DecompressionBombWarning,
    ):
        return None


def _colour_of(text: str) -> tuple[int, int, int]:
    digest = hashlib.sha256(text.encode()).digest()
    red, green, blue = colorsys.hls_to_rgb(digest[0] / 256, 0.30, 0.30 + digest[1] / 640)
    return round(red * 255), round(green * 255), round(blue * 255)


def _draw_plate(
    order: SimulatedOrder, label: ClipLabel, number: int, size: tuple[int, int]
) -> Image.Image:
    """Everything of a shot that does not move."""
    width, height = size
    unit = min(size) / 360
    shot = order.shots[number - 1]
    base = _colour_of(label.scene or "\0".join(shot.prompt for shot in order.shots))
    # Shots of one clip differ a little, so that a cut is seen.
    lift = 0.75 + 0.25 * (number % 2)
    plate = Image.new("RGB", size, tuple(round(part * lift) for part in base))
    draw = ImageDraw.Draw(plate)
    bar = width / len(_BARS)
    for index, colour in enumerate(_BARS):
        left = round(index * bar)
        draw.rectangle((left, round(height - 10 * unit), round(left + bar), height), fill=colour)
    margin = 16 * unit
    name = label.shots[number - 1] if number <= len(label.shots) else f"shot {number}"
    if len(order.shots) > 1:
        name += f"  ({number} of {len(order.shots)})"
    if label.take > 1:
        name += f"  take {label.take}"
    _write(draw, (margin, 12 * unit), name, 30 * unit, "white")
    tags = dict.fromkeys(match.group() for match in TAG.finditer(shot.prompt))
    line = "  ".join(tags) or "no reference"
    _write(draw, (margin, 56 * unit), line, 18 * unit, "#ffe080")
    sound = "with sound" if order.audio else "silent"
    facts = f"{shot.seconds} s of {order.seconds} s   {order.ratio}   {sound}   simulated"
    _write(draw, (margin, 84 * unit), facts, 14 * unit, "#d0d0d0")
    top = height * 0.58 if height <= width else height * 0.50
    for index, text in enumerate(_wrap(shot.prompt, 16 * unit, width - 2 * margin, 4)):
        at = margin, top + index * 22 * unit
        _write(draw, at, text, 16 * unit, "white", as_in=shot.prompt)
    return plate


def _draw_clock(
    plate: Image.Image, elapsed: float, total: int, in_shot: float, of_shot: int
) -> Image.Image:
    picture = plate.copy()
    draw = ImageDraw.Draw(picture)
    width, height = picture.size
    unit = min(picture.size) / 360
    _write(draw, (16 * unit, 112 * unit), f"{int(elapsed):02d}", 72 * unit, "white")
    at = (120 * unit, 150 * unit)
    _write(draw, at, f"second {int(in_shot) + 1} of {of_shot} in this shot", 16 * unit, "white")
    edge = round(height - 16 * unit)
    draw.rectangle((0, edge, round(width * elapsed / total), edge + round(5 * unit)), fill="white")
    return picture


def _write(
    draw: ImageDraw.ImageDraw,
    at: tuple[float, float],
    text: str,
    size: float,
    colour: str,
    as_in: str = "",
) -> None:
    # A line of a longer text has that text's font: in this one it was found to fit.
    font = _font_for(as_in or text, round(size))
    draw.text((round(at[0]), round(at[1])), text, fill=colour, font=font)


def _font_for(text: str, size: int) -> _Font:
    return _load_font(max(6, size), wide=any(ord(char) > 0x24F for char in text))


@lru_cache(maxsize=64)
def _load_font(size: int, *, wide: bool) -> _Font:
    for path in _WIDE_FONTS if wide else ():
        if Path(path).exists():
            return ImageFont.truetype(path, size)
    return ImageFont.load_default(size)


def _wrap(text: str, size: float, width: float, lines: int) -> list[str]:
    """The start of a text, broken into lines that fit; the rest is an ellipsis."""
    font = _font_for(text, round(size))
    found: list[str] = []
    line = ""
    for char in " ".join(text.split())[:400]:
        if font.getlength(line + char) <= width:
            line += char
            continue
        if len(found) == lines - 1:
            return [*found, line[:-1] + "…"]
        head, space, tail = line.rpartition(" ")
        found.append(head if space else line)
        line = (tail if space else "") + char
    return [*found, line]
