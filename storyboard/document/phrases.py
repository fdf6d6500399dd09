"""What stands in a file, in a writer's words."""

from __future__ import annotations

from storyboard.document.nodes import Mapping, Sequence

_MAX_LENGTH = 40
"""Code points of a text that are shown."""


def described(value: object) -> str:
    """What a node, or the text of one, is: a text in quotation marks, a long one shortened."""
    match value:
        case Mapping():
            return "a mapping"
        case Sequence():
            return "a list"
        case "":
            return "nothing"
        case _:
            text = str(value)
            return f'"{text}"' if len(text) <= _MAX_LENGTH else f'"{text[: _MAX_LENGTH - 1]}…"'
