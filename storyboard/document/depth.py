"""Where a text is nested too deep for a parser that refuses depth by itself.

libyaml from 0.2.6 on stops at a thousand levels. As it reads ahead, that may come before it has
given any event of the deep place.
"""

from __future__ import annotations

from typing import Any

from yaml import YAMLError
from yaml.events import CollectionEndEvent, CollectionStartEvent

from storyboard.document.events import open_events


def refuses_depth(error: Exception) -> bool:
    """Whether a parser gave up because of the depth alone."""
    return "nesting depth" in str(getattr(error, "problem", None) or "")


def find_depth(text: str, error: Any, bound: int) -> int:
    """The index of the first collection that is nested more than ``bound`` deep.

    What stands before the place of the error is within the parser's own limit, so it is parsed
    once more. Where that tells nothing, the place of the error is the answer.
    """
    end: int = error.problem_mark.index
    get_event = open_events(text[:end])
    depth = 0
    try:
        while depth <= bound:
            event: Any = get_event()
            depth += isinstance(event, CollectionStartEvent)
            depth -= isinstance(event, CollectionEndEvent)
    except YAMLError:
        return end
    place: int = event.start_mark.index
    return place
