"""When each line of a film is said: cues for subtitles, inside their shots.

A line is given the seconds that it takes at a clear rate of speech, after the pauses that the
compiler counts with; where the lines of a shot take longer than it lasts, all of them are as much
faster. The lines of a beat whose seconds are known stand in that beat.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal
from itertools import pairwise

from msgspec import Struct

from storyboard.board.model import BoardLine, FilmBoard, ShotCard
from storyboard.compiler.speech import PAUSE_BEFORE, PAUSE_BETWEEN, share, spoken_seconds
from storyboard.compiler.words import language_of

_THOUSAND = 1000
_LEAST = 1000
"""Milliseconds that a line stands at least, where there is room."""


class Cue(Struct, frozen=True, kw_only=True):
    """A line and when it is said, in milliseconds of the film."""

    start: int
    end: int
    shot: str
    line: BoardLine


def cues_of(board: FilmBoard) -> tuple[Cue, ...]:
    """The cues of a film in their order; none overlaps another or leaves its shot."""
    return tuple(cue for card in board.cards for cue in _cues(card, board.language))


def _cues(card: ShotCard, language: str) -> Iterator[Cue]:
    lines = [line for line in card.speeches if line.text.strip()]
    if not lines:
        return
    spoken = language or language_of(" ".join(line.text for line in lines))
    start, end = card.start * _THOUSAND, (card.start + card.seconds) * _THOUSAND
    for group, opens, closes in _windows(card, start, end):
        yield from _placed(card, group, opens, closes, spoken)


def _windows(card: ShotCard, start: int, end: int) -> list[tuple[list[BoardLine], int, int]]:
    """The lines of a shot in groups, each with the time that it has."""
    everything = [line for line in card.speeches if line.text.strip()]
    if len(card.beats) == 1 or any(beat.seconds is None for beat in card.beats):
        return [(everything, start, end)]
    after = len(card.lines) + bool(card.narration)
    found, at = [], start
    for index, beat in enumerate(card.beats):
        until = min(at + (beat.seconds or 0) * _THOUSAND, end)
        said = [line for line in beat.lines if line.text.strip()]
        if index == len(card.beats) - 1 and after:
            # What is said after the beats shares the last one's time.
            said += everything[-after:]
            until = end
        if said:
            found.append((said, at, until))
        at = until
    return found


def _placed(
    card: ShotCard, lines: Sequence[BoardLine], opens: int, closes: int, language: str
) -> Iterator[Cue]:
    pauses = [_milliseconds(PAUSE_BEFORE)]
    for before, after in pairwise(lines):
        pauses.append(_milliseconds(PAUSE_BETWEEN) if before.name != after.name else 0)
    lengths = [max(_length(line.text, language), _LEAST) for line in lines]
    room, wanted = closes - opens, sum(pauses) + sum(lengths)
    at = 0
    for line, pause, length in zip(lines, pauses, lengths, strict=True):
        begins, ends = at + pause, at + pause + length
        at = ends
        if wanted > room:
            begins, ends = begins * room // wanted, ends * room // wanted
        if ends > begins:
            yield Cue(start=opens + begins, end=opens + ends, shot=card.address, line=line)


def _length(text: str, language: str) -> int:
    """Milliseconds that a line takes to say, without the pause before it."""
    need = spoken_seconds([("", text)], language)
    if need is None:
        return share(text)
    return _milliseconds(Decimal(str(need.comfortable)) - PAUSE_BEFORE)


def _milliseconds(seconds: Decimal) -> int:
    return int(seconds * _THOUSAND)
