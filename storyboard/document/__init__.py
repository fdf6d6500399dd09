"""From bytes to positioned nodes.

- ``nodes``: what parsing gives: texts, lists and mappings that remember where they stand
- ``encoding``, ``characters``: from bytes to a ``Source``; size, encoding, forbidden characters
- ``other_formats``: what a file is that is no storyboard; ``merge_conflicts``: what git left in
  one; ``odd_spaces``: indentation that only looks like one
- ``parser``: from YAML's events to nodes; ``events`` opens the stream, ``depth`` refuses deep
  nesting, ``aliases`` copies what an alias names, ``entries`` looks closer at equal keys and
  merges, ``node_properties`` places tags and anchors, ``document_end`` finds a second document,
  ``findings`` bounds what one file may say
- ``diagnosis``: where the text is no YAML, what the writer meant: ``breakdown`` is what is known,
  ``token_errors``, ``line_errors`` and ``item_errors`` are the kinds of mistake,
  ``plain_scalars`` mends
- ``recovery``: what is blanked out after a breakdown, so that the rest is parsed; ``outline``
  finds the items and keys of a text that need not be YAML
- ``ignore_comments``: which findings the file's comments ignore, and where
- ``source_map``: from a stretch of a scalar's value to its place in the file
- ``phrases``: what stands in a file, in a writer's words
"""

from __future__ import annotations

from storyboard.document.encoding import read_source
from storyboard.document.nodes import Mapping, Node, Origin, Scalar, Sequence
from storyboard.document.parser import parse
from storyboard.document.source_map import locate

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
