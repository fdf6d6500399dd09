"""Texts of a film as people read them: mentions become what the member is called."""

from __future__ import annotations

from storyboard.board.model import BoardLine, Text, TextRun
from storyboard.compiler.compose import label_at
from storyboard.compiler.film import MENTION, Cast, Passage, Speech


def text_of(passage: Passage | None, cast: Cast) -> Text:
    """A passage in pieces, each mention one of them."""
    if passage is None:
        return ()
    text = passage.text
    if text.isascii():
        return (TextRun(text),)
    pieces, end = [], 0
    for found in MENTION.finditer(text):
        one = cast[found[0]]
        if found.start() > end:
            pieces.append(TextRun(text[end : found.start()]))
        pieces.append(TextRun(label_at(one, text, found.start()), one.name, one.kind))
        end = found.end()
    if end < len(text):
        pieces.append(TextRun(text[end:]))
    return tuple(pieces)


def line_of(speech: Speech, cast: Cast) -> BoardLine:
    """A spoken line with its speaker's label and name."""
    speaker = cast[speech.speaker] if speech.speaker else None
    return BoardLine(
        speaker=speaker.label if speaker else "",
        name=speaker.name if speaker else "",
        tone=speech.tone,
        text=speech.line.text,
        is_off=speech.is_off,
    )
