"""The prompt map: for each stretch of a prompt as sent, where its words were written.

The rows tile the prompt; ``model.MapRow`` says what one holds.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

from storyboard.compiler.clip import Prompt
from storyboard.compiler.film import MENTION, Framing, Passage
from storyboard.document import locate
from storyboard.plan.alignment import offset_in
from storyboard.plan.planned_request import MapRow
from storyboard.plan.reason import PlaceInFile
from storyboard.values.late import Late

_QUOTES = ("'", '"')
_BLOCKS = ("|", ">")
_FIELDS = frozenset({"size", "camera", "light", "sound", "style"})


def prompt_map(prompt: Prompt, framing: Framing, tags: Mapping[str, str]) -> tuple[MapRow, ...]:
    """The rows of a shot's prompt; ``tags`` are what each mark became in its request."""
    rows: list[MapRow] = []
    at = 0
    for one in prompt.slices:
        text, kind, field, passage = one.text, one.kind, one.field, one.passage
        end = at + len(text)
        if not text.isascii():
            for mark in MENTION.findall(text):
                end += len(tags[mark]) - 1
        if passage is None and kind == "framing":
            passage = getattr(framing, field, None) if field in _FIELDS else None
        place = None if passage is None else Late(partial(_place, passage, one.offset))
        rows.append(
            MapRow(start=at, end=end, kind=kind, field=field, carried=one.carried, written=place)
        )
        at = end
    return tuple(rows)


def _place(passage: Passage, offset: int) -> PlaceInFile:
    """Where a passage's words are written, from an offset of its text on."""
    scalar = passage.scalar
    source, start = scalar.origin.source, scalar.start
    if offset:
        into = offset_in(str.__str__(scalar), passage.text, offset)
    else:
        into = len(scalar) - len(scalar.lstrip()) if scalar[:1].isspace() else 0
    if into:
        start = locate(scalar, into, into + 1).start
    elif scalar.style in _QUOTES:
        start += 1
    elif scalar.style in _BLOCKS:
        start = locate(scalar, 0, 1).start
    return PlaceInFile(source.name, *source.position(start))
