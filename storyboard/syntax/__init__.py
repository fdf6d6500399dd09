"""From bytes to positioned nodes.

- ``nodes``: what parsing gives: texts, lists and mappings that remember where they stand
- ``reading``, ``characters``: from bytes to a ``Source``; size, encoding, forbidden characters
- ``parsing``: from YAML's events to nodes; ``events`` opens the stream, ``aliases`` copies what
  an alias names, ``entries`` looks closer at equal keys and merges, ``findings`` bounds what one
  file may say
- ``breakdowns``: where the text is no YAML, what the writer meant: ``breakdown`` is what is
  known, ``broken_tokens`` and ``broken_lines`` are the kinds of mistake, ``quoting`` mends
- ``recovery``: what is blanked out after a breakdown, so that the rest is parsed; ``outline``
  finds the items and keys of a text that need not be YAML
- ``places``: from a stretch of a scalar's value to its place in the file
- ``wording``: what stands in a file, in a writer's words
"""

from __future__ import annotations

from storyboard.syntax.nodes import Mapping, Node, Origin, Scalar, Sequence
from storyboard.syntax.parsing import parse
from storyboard.syntax.places import locate
from storyboard.syntax.reading import read_source

__all__ = [
    "Mapping",
    "Node",
    "Origin",
    "Scalar",
    "Sequence",
    "locate",
    "parse",
    "read_source",
]
