"""Where the first document of a file ends because a second one begins."""

from __future__ import annotations

import re

from storyboard.document.nodes import Mapping, Node, Sequence

# Possessive, so that megabytes of comments are walked once.
SECOND_DOCUMENT = re.compile(
    r"(?:\.\.\.(?=\s)(?:\s|(?<=\s)#[^\n\r]*|(?<=[\n\r])\.\.\.(?!\S))*+(?=\S)"
    r"|(?:\s|(?<=\s)#[^\n\r]*)*+(?<![^\n\r])(?=---(?!\S)))(\S{1,20})"
)
"""From the end of a document to the first word of the next."""


def mark_broken(document: Node) -> None:
    """Mark what is open at the end of a document that is read no further."""
    last: Node | None = document
    while isinstance(last, Mapping | Sequence) and last:
        if isinstance(last, Mapping):
            last.is_broken = True
            last = next(reversed(last.values()))
        else:
            last = last[-1]
