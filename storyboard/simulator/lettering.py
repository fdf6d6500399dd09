"""Text on simulated clips: fonts that have its letters, and lines that fit.

DejaVu Sans is in the package, under its own free licence beside it; it has the letters of Latin,
Greek, Cyrillic, Hebrew, Arabic and more. For others a font of the system is taken, if there is one.
"""

from __future__ import annotations

from functools import lru_cache
from importlib.resources import files
from io import BytesIO
from pathlib import Path

from PIL import ImageDraw, ImageFont

Font = ImageFont.FreeTypeFont

_WIDE_FONTS = (
    "/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc",
    "/usr/share/fonts/noto-cjk/NotoSansCJK-Regular.ttc",
    "/usr/share/fonts/truetype/wqy/wqy-zenhei.ttc",
    "/System/Library/Fonts/Supplemental/Arial Unicode.ttf",
    "C:/Windows/Fonts/msgothic.ttc",
    "C:/Windows/Fonts/malgun.ttf",
)
_NO_LETTER = "\uffff"
"""A code point that is no character: a font draws its box for missing letters."""


def font_for(text: str, size: float) -> Font:
    """The font for a text, of a size in pixels: one that has its letters, as far as there is."""
    height = max(6, round(size))
    if not all(char.isspace() or has_letter(char) for char in set(text)):
        for path in _WIDE_FONTS:
            if Path(path).exists():
                return _open_system_font(path, height)
    return _open_font(height)


@lru_cache(maxsize=4096)
def has_letter(char: str) -> bool:
    """Whether the package's own font has a letter."""
    font = _open_font(16)
    return bytes(font.getmask(char)) != bytes(font.getmask(_NO_LETTER))


@lru_cache(maxsize=1)
def _font_file() -> bytes:
    return (files("storyboard.simulator") / "fonts" / "DejaVuSans.ttf").read_bytes()


@lru_cache(maxsize=64)
def _open_font(height: int) -> Font:
    return ImageFont.truetype(BytesIO(_font_file()), height)


@lru_cache(maxsize=64)
def _open_system_font(path: str, height: int) -> Font:
    return ImageFont.truetype(path, height)


def write(
    draw: ImageDraw.ImageDraw,
    at: tuple[float, float],
    text: str,
    size: float,
    colour: str,
    width: float | None = None,
) -> None:
    """Write a line of text from its upper left corner, cut to a width in pixels."""
    font = font_for(text, size)
    if width is not None:
        text = _cut(text, font, width)
    draw.text((round(at[0]), round(at[1])), text, fill=colour, font=font)


def write_lines(
    draw: ImageDraw.ImageDraw,
    at: tuple[float, float],
    text: str,
    size: float,
    colour: str,
    width: float,
    lines: int,
) -> None:
    """Write the beginning of a text in a column; what does not fit is an ellipsis."""
    font = font_for(text, size)
    for number, line in enumerate(_wrap(text, font, width, lines)):
        place = round(at[0]), round(at[1] + number * size * 1.35)
        draw.text(place, line, fill=colour, font=font)


def _cut(text: str, font: Font, width: float) -> str:
    if font.getlength(text) <= width:
        return text
    while text and font.getlength(text + "…") > width:
        text = text[:-1]
    return text + "…"


def _wrap(text: str, font: Font, width: float, lines: int) -> list[str]:
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
