"""The film to scale: each shot as long as it lasts, in rows of at most five minutes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from storyboard.board.model import BoardScene

ROW_SECONDS = 300
_LEAST_LABEL = 4.0
"""The percent of a row that a scene's name needs; what is longer than its scene is cut."""
_GAP = 0.8
"""The percent of a row that stays free after a name."""
_STEPS = (1, 2, 5, 10, 15, 30, 60)
_MOST_TICKS = 10


class TimelineBar(NamedTuple):
    """A shot in a row: the film's number of it, where it begins and how wide it is, in percent."""

    shot: int
    band: str
    x: str
    width: str
    title: str


class TimelineMark(NamedTuple):
    """A text at a place of a row, and the room that it has, in percent."""

    x: str
    width: str
    text: str


class TimelineRow(NamedTuple):
    """A stretch of the film with its bars, the names of its scenes, and its seconds."""

    bars: tuple[TimelineBar, ...]
    scenes: tuple[TimelineMark, ...]
    ticks: tuple[TimelineMark, ...]


def timeline(
    scenes: Sequence[BoardScene], seconds: int, bands: Sequence[str]
) -> tuple[TimelineRow, ...]:
    """The rows of a film that lasts so many seconds; ``bands`` are the colours of its shots."""
    length = min(max(seconds, 1), ROW_SECONDS)
    count = -(-seconds // length)
    bars: list[list[TimelineBar]] = [[] for _ in range(count)]
    names: list[list[TimelineMark]] = [[] for _ in range(count)]
    number = 0
    for scene in scenes:
        for row, start, end in _pieces(scene.start, scene.start + scene.seconds, length):
            room = (end - start) * 100 / length
            name = scene.title or scene.address
            if room >= _LEAST_LABEL:
                names[row].append(
                    TimelineMark(_percent(start % length, length), f"{room - _GAP:.2f}", name)
                )
        for card in scene.cards:
            number += 1
            title = f"{card.address}, {card.seconds} s"
            for row, start, end in _pieces(card.start, card.start + card.seconds, length):
                bars[row].append(
                    TimelineBar(
                        number,
                        bands[number - 1],
                        _percent(start % length, length),
                        _percent(end - start, length),
                        title,
                    )
                )
    return tuple(
        TimelineRow(tuple(bars[row]), tuple(names[row]), _ticks(row * length, length))
        for row in range(count)
    )


def clock(seconds: int) -> str:
    """Seconds as ``1:27``, or ``1:00:05`` from an hour on."""
    minutes, rest = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


def _pieces(start: int, end: int, length: int) -> Iterator[tuple[int, int, int]]:
    """The stretches of rows that a stretch of the film covers."""
    while start < end:
        row = start // length
        stop = min(end, (row + 1) * length)
        yield row, start, stop
        start = stop


def _ticks(start: int, length: int) -> tuple[TimelineMark, ...]:
    step = next((one for one in _STEPS if length <= one * _MOST_TICKS), _STEPS[-1])
    return tuple(
        TimelineMark(_percent(at, length), _percent(step, length), clock(start + at))
        for at in range(0, length - step // 2, step)
    )


def _percent(part: int, whole: int) -> str:
    return f"{part * 100 / whole:.2f}".rstrip("0").rstrip(".")
