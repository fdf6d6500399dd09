"""The pictures of a simulated clip: a coloured test pattern with labels that say what it is."""

from __future__ import annotations

import colorsys
import hashlib
import io
from collections.abc import Iterator, Mapping

from msgspec import Struct
from PIL import Image, ImageDraw, ImageOps, UnidentifiedImageError

from storyboard.simulator.lettering import write, write_lines
from storyboard.simulator.orders import TAG, OrderedShot, SimulatedOrder, tag_of

_SIDES = {"16:9": (640, 360), "9:16": (360, 640), "1:1": (480, 480), "21:9": (840, 360)}
_BARS = ("#c0c0c0", "#c0c000", "#00c0c0", "#00c000", "#c000c0", "#c00000", "#0000c0")
_HUE_STEP = 0.13
"""By how much the hue of a shot differs from that of the shot before it in one clip, of 1."""


class ClipLabel(Struct, frozen=True, kw_only=True):
    """What a clip is called on screen, beside what its order says.

    ``scene`` chooses the colour; without it the prompts do. ``shots`` are names of the shots,
    in order; without them they are numbered. ``names`` are those that the tags of the prompts
    stand for, by tag. ``take`` is counted from 1.
    """

    scene: str = ""
    shots: tuple[str, ...] = ()
    names: tuple[tuple[str, str], ...] = ()
    take: int = 1


def size_of(ratio: str, scale: float) -> tuple[int, int]:
    """The sides of a clip in pixels, even as H.264 wants them."""
    width, height = _SIDES.get(ratio) or _sides_of(ratio)
    return max(2, round(width * scale / 2) * 2), max(2, round(height * scale / 2) * 2)


def _sides_of(ratio: str) -> tuple[float, float]:
    """Sides of the usual area for a ratio like 4:3, which is held between 1:4 and 4:1."""
    width, _, height = ratio.partition(":")
    shape = min(4.0, max(0.25, int(width) / int(height)))
    side = 480 * shape**0.5
    return side, side / shape


def draw_clip(
    order: SimulatedOrder,
    label: ClipLabel,
    size: tuple[int, int],
    files: Mapping[str, bytes],
    *,
    steps: int,
) -> Iterator[Image.Image]:
    """The pictures of a clip, ``steps`` for each second.

    ``files`` are the pictures that were sent, by their links. The first step shows the first frame
    where one was given, the last step the last frame, and those between are spread evenly; each
    shot shows the pictures that its prompt names.
    """
    final, between = order.seconds * steps - 1, len(order.middle) + 1
    links = {final * number // between: link for number, link in enumerate(order.middle, 1)}
    links |= {step: link for step, link in ((final, order.last), (0, order.first)) if link}
    frames = {
        step: picture
        for step, link in links.items()
        if (picture := _read_picture(files.get(link), size, is_whole=False)) is not None
    }
    at = 0
    for number, shot in enumerate(order.shots, start=1):
        plate = _draw_plate(order, label, number, size, files)
        for step in range(shot.seconds * steps):
            elapsed = at + step
            if elapsed in frames:
                yield frames[elapsed]
            else:
                yield _draw_clock(plate, elapsed / steps, order.seconds, step / steps, shot.seconds)
        at += shot.seconds * steps


_SHRUNK: dict[tuple[bytes, tuple[int, int], bool], Image.Image] = {}
"""Pictures by digest and size: clips show the same few again and again."""
_MAX_SHRUNK = 128
_NO_PICTURE = (
    UnidentifiedImageError,
    OSError,
    ValueError,
    Image.DecompressionBombError,
    Image.DecompressionBombWarning,
)


def _read_picture(
    data: bytes | None, size: tuple[int, int], *, is_whole: bool
) -> Image.Image | None:
    """A picture that was sent, whole within a size or stretched to it; None where it is none."""
    if data is None:
        return None
    key = (hashlib.sha256(data).digest(), size, is_whole)
    if key not in _SHRUNK:
        if len(_SHRUNK) >= _MAX_SHRUNK:
            _SHRUNK.clear()
        try:
            with Image.open(io.BytesIO(data)) as picture:
                picture.draft("RGB", size)
                whole = picture.convert("RGB")
            _SHRUNK[key] = ImageOps.contain(whole, size) if is_whole else whole.resize(size)
        except _NO_PICTURE:
            return None
    return _SHRUNK[key]


def _colour_of(text: str, number: int) -> tuple[int, int, int]:
    """The ground of a shot: the hue of its scene, turned for each further shot of the clip."""
    digest = hashlib.sha256(text.encode()).digest()
    hue = (digest[0] / 256 + _HUE_STEP * (number - 1)) % 1
    lightness = 0.20 if number % 2 == 0 else 0.30
    red, green, blue = colorsys.hls_to_rgb(hue, lightness, 0.30 + digest[1] / 640)
    return round(red * 255), round(green * 255), round(blue * 255)


def _draw_plate(
    order: SimulatedOrder,
    label: ClipLabel,
    number: int,
    size: tuple[int, int],
    files: Mapping[str, bytes],
) -> Image.Image:
    """Everything of a shot that does not move."""
    width, height = size
    unit = min(size) / 360
    shot = order.shots[number - 1]
    ground = label.scene or "\0".join(shot.prompt for shot in order.shots)
    plate = Image.new("RGB", size, _colour_of(ground, number))
    draw = ImageDraw.Draw(plate)
    bar = width / len(_BARS)
    for index, colour in enumerate(_BARS):
        left = round(index * bar)
        draw.rectangle((left, round(height - 10 * unit), round(left + bar), height), fill=colour)
    margin = 16 * unit
    inner = width - 2 * margin
    name = label.shots[number - 1] if number <= len(label.shots) else f"shot {number}"
    if label.take > 1:
        name += f"  take {label.take}"
    write(draw, (margin, 12 * unit), name, 25 * unit, "white", inner)
    sound = "with sound" if order.audio else "silent"
    which = f"shot {number} of {len(order.shots)}   " if len(order.shots) > 1 else ""
    facts = f"{which}{shot.seconds} s of {order.seconds} s   {order.ratio}   {sound}   simulated"
    write(draw, (margin, 44 * unit), facts, 13 * unit, "#d0d0d0", inner)
    _draw_sent(plate, order, label, shot, files)
    top = height - 98 * unit if height <= width else height * 0.45
    lines = 4 if height <= width else 14
    write_lines(draw, (margin, top), shot.prompt, 15 * unit, "white", inner, lines)
    return plate


def _draw_sent(
    plate: Image.Image,
    order: SimulatedOrder,
    label: ClipLabel,
    shot: OrderedShot,
    files: Mapping[str, bytes],
) -> None:
    """The pictures that a shot's prompt names, in a row, each with the name that it stands for."""
    tags = _tags_in(shot.prompt, order, label)
    unit = min(plate.size) / 360
    draw = ImageDraw.Draw(plate)
    left, top = 16 * unit, 142 * unit
    if not tags:
        write(draw, (left, top), "no reference", 13 * unit, "#ffe080")
        return
    links, names = dict(order.references), dict(label.names)
    gap = 10 * unit
    cell = min(120 * unit, (plate.width - 2 * left + gap) / len(tags) - gap)
    side = round(min(cell, 80 * unit))
    for index, tag in enumerate(tags):
        x = round(left + index * (cell + gap))
        picture = _read_picture(files.get(links.get(tag, "")), (round(cell), side), is_whole=True)
        if picture is not None:
            plate.paste(picture, (x, round(top)))
        else:
            draw.rectangle((x, top, x + side, top + side), outline="#ffe080")
            write(draw, (x + 4, top + 4), "no picture", 10 * unit, "#ffe080", side - 6)
        below = top + side + 3 * unit
        write(draw, (x, below), names.get(tag, tag), 13 * unit, "#ffe080", cell)
        if tag in names:
            write(draw, (x, below + 16 * unit), tag, 10 * unit, "#d0d0d0", cell)


def _tags_in(prompt: str, order: SimulatedOrder, label: ClipLabel) -> list[str]:
    """The tags of a prompt, in their order: those of the models, and those of what was sent."""
    found = {tag_of(match): match.start() for match in reversed(list(TAG.finditer(prompt)))}
    for tag in (*dict(order.references), *dict(label.names)):
        if tag not in found and (at := prompt.find(tag)) >= 0:
            found[tag] = at
    return sorted(found, key=found.__getitem__)


def _draw_clock(
    plate: Image.Image, elapsed: float, total: int, in_shot: float, of_shot: int
) -> Image.Image:
    picture = plate.copy()
    draw = ImageDraw.Draw(picture)
    width, height = picture.size
    unit = min(picture.size) / 360
    write(draw, (16 * unit, 62 * unit), f"{int(elapsed):02d}", 60 * unit, "white")
    at = (108 * unit, 100 * unit)
    write(draw, at, f"second {int(in_shot) + 1} of {of_shot} in this shot", 15 * unit, "white")
    edge = round(height - 16 * unit)
    draw.rectangle((0, edge, round(width * elapsed / total), edge + round(5 * unit)), fill="white")
    return picture
