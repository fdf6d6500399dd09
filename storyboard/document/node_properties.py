"""A node's tag and anchor: YAML's events give one place for both and for what they mark."""

from __future__ import annotations

import re
from typing import Any

from storyboard.diagnostics import Source, Span

_PROPERTY = re.compile(r"&[^\s,\[\]{}]*|!<[^>\s]*>?|![^\s,\[\]{}]*")
_GAP = re.compile(r"(?:\s|(?<=\s)#[^\n\r]*)*")


def after_properties(
    source: Source, text: str, event: Any, start: int, stop: int
) -> tuple[int, dict[str, Span]]:
    """Where the content begins after a node's tag and anchor, and the places of those.

    The node of the event stands in ``text`` from ``start`` to ``stop`` at most.
    """
    at = dict.fromkeys("&!", Span(source, start, min(start + 1, stop)))
    place = start
    for _ in range((event.anchor is not None) + (event.tag is not None)):
        found = _PROPERTY.match(text, place)
        if found is None:
            break
        at[found[0][0]] = Span(source, place, found.end())
        gap = _GAP.match(text, found.end(), stop)
        place = found.end() if gap is None else gap.end()
    return min(place, stop), at
