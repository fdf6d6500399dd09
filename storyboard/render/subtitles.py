"""Subtitles of a film's lines and narration, as SubRip (``.srt``) and WebVTT (``.vtt``).

Who is not seen is set in italics. Text of a storyboard is never markup: WebVTT has escapes for
it, and SubRip has none, so that its angle brackets become others that look like them.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator, Sequence

from storyboard.board.cues import Cue
from storyboard.compiler.speech import share
from storyboard.render.width import columns, visible

_VTT_HEAD = "WEBVTT\n\nNOTE made by storyboard\n"

_ROW = 42
"""Columns of a row, as broadcasters have it."""
_WIDE_ROW = 21
_ROWS = 2


def render_srt(cues: Iterable[Cue]) -> str:
    """The cues as SubRip: numbered, with their times, at most two rows each."""
    blocks = []
    for number, (start, end, rows, cue) in enumerate(_blocks(cues), 1):
        text = "\n".join(row.replace("<", "‹").replace(">", "›") for row in rows)
        if cue.line.is_off:
            text = f"<i>{text}</i>"
        blocks.append(f"{number}\n{_time(start, ',')} --> {_time(end, ',')}\n{text}\n")
    return "\n".join(blocks)


def render_vtt(cues: Iterable[Cue]) -> str:
    """The cues as WebVTT, with their speakers."""
    blocks = [_VTT_HEAD]
    for start, end, rows, cue in _blocks(cues):
        text = "\n".join(map(_escaped, rows))
        if cue.line.is_off:
            text = f"<i>{text}</i>"
        if speaker := " ".join(visible(cue.line.speaker).split()):
            text = f"<v {_escaped(speaker)}>{text}</v>"
        blocks.append(f"{_time(start, '.')} --> {_time(end, '.')}\n{text}\n")
    return "\n".join(blocks)


def _blocks(cues: Iterable[Cue]) -> Iterator[tuple[int, int, Sequence[str], Cue]]:
    """Each cue in pieces of at most two rows, its time shared out by what is said in each."""
    for cue in cues:
        rows = _rows(cue.line.text)
        pieces = [rows[at : at + _ROWS] for at in range(0, len(rows), _ROWS)]
        weights = [max(share(" ".join(piece)), 1) for piece in pieces]
        whole, said, start = sum(weights), 0, cue.start
        for piece, weight in zip(pieces, weights, strict=True):
            said += weight
            end = cue.start + (cue.end - cue.start) * said // whole
            yield start, end, piece, cue
            start = end


def _rows(text: str) -> list[str]:
    words = visible(" ".join(text.split()))
    is_wide = columns(words) > len(words)
    return textwrap.wrap(words, _WIDE_ROW if is_wide else _ROW)


def _time(milliseconds: int, point: str) -> str:
    seconds, rest = divmod(milliseconds, 1000)
    minutes, seconds = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours:02}:{minutes:02}:{seconds:02}{point}{rest:03}"


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
