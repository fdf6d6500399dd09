"""The prompt map: for each stretch of a prompt as sent, where its words were written.

A row is ``[start, end, kind, field or member, carried, file, line, column]``, offsets in code
points of the prompt from 0, lines and columns from 1; the place is None for what the composition
adds. The rows tile the prompt.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from storyboard.compiler.film import MENTION, Framing, Passage, Prompt
from storyboard.document import locate
from storyboard.plan.alignment import offset_in

_QUOTES = ("'", '"')
_BLOCKS = ("|", ">")
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
        into = offset_in(str.__str__(scalar), passage.text, offset)
    else:
        into = len(scalar) - len(scalar.lstrip())
    if into:
        start = locate(scalar, into, into + 1).start
    elif scalar.style in _QUOTES:
        start += 1
    elif scalar.style in _BLOCKS:
        start = locate(scalar, 0, 1).start
    return source.name, *source.position(start)
