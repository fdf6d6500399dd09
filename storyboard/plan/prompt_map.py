"""The prompt map: for each stretch of a prompt as sent, where its words were written.

A row is ``[start, end, kind, field or member, carried, file, line, column]``, offsets in code
points of the prompt from 0, lines and columns from 1; the place is None for what the composition
adds. The rows tile the prompt.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from storyboard.film import MENTION, Framing, Passage, Prompt
from storyboard.syntax import locate

_QUOTES = ("'", '"')
_FIELDS = frozenset({"size", "camera", "light", "sound", "style"})


def prompt_map(prompt: Prompt, framing: Framing, tags: Mapping[str, str]) -> list[list[Any]]:
    """The rows of a shot's prompt; ``tags`` are what each mark became in its request."""
    rows: list[list[Any]] = []
    at = 0
    for text, kind, field, carried, passage, offset in prompt.slices:
        end = at + len(text)
        if not text.isascii():
            end += sum(len(tags[mark]) - 1 for mark in MENTION.findall(text))
        if passage is None and kind == "framing":
            passage = getattr(framing, field, None) if field in _FIELDS else None
        if passage is None:
            rows.append([at, end, kind, field, carried, None, None, None])
        else:
            rows.append([at, end, kind, field, carried, *_place(passage, offset)])
        at = end
    return rows


def _place(passage: Passage, offset: int) -> tuple[str, int, int]:
    """File, line and column at which a passage's words stand, from an offset of its text on."""
    scalar = passage.scalar
    source, start = scalar.origin.source, scalar.start
    if offset:
        start = locate(scalar, (into := _offset_in(passage, offset)), into + 1).start
    elif scalar.style in _QUOTES:
        start += 1
    elif scalar.style in ("|", ">") and scalar:
        into = len(scalar) - len(scalar.lstrip())
        start = locate(scalar, into, into + 1).start
    return source.name, *source.position(start)


def _offset_in(passage: Passage, offset: int) -> int:
    """An offset of the encoded text as an offset of the scalar that it was made of.

    Mentions and variables have other lengths there, so the plain words that stand at the offset
    are looked for, as often as they stand before it in the text.
    """
    text, scalar = passage.text, passage.scalar
    words = MENTION.split(text[offset:], maxsplit=1)[0][:24].rstrip()
    shift = 0
    if not words:
        # It begins with a mention: what stands before that, and then the @.
        words = MENTION.split(text[:offset])[-1][-24:].lstrip()
        shift = len(words)
    if not words:
        return 0
    at, start = -1, 0
    for _ in range(text[: offset + len(words)].count(words) or 1):
        found = scalar.find(words, start)
        if found < 0:
            break
        at, start = found, found + 1
    return min(max(at, 0) + shift, max(len(scalar) - 1, 0))
