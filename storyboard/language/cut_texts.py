"""Texts that are cut off by a ``#``: YAML begins a comment where a blank stands before it.

``prompt: A bus, line #12, stops`` is the text ``A bus, line`` and a comment. YAML cannot know
that more was meant; that no blank stands behind the ``#`` shows it.
"""

from __future__ import annotations

from collections.abc import Iterator

from storyboard.diagnostics import Diagnostics
from storyboard.diagnostics.codes import TEXT_IN_COMMENT
from storyboard.document import Node, Scalar, Sequence
from storyboard.document.findings import shorten
from storyboard.document.plain_scalars import CUT, uncut

PROSE_KEYS = frozenset(
    {
        "camera", "description", "label", "light", "line", "narration", "negative", "notes",
        "prompt", "size", "sound", "style", "template", "title", "tone",
    }
)  # fmt: skip
"""Keys whose values are texts in the writer's words, and no names, paths or numbers."""

_LISTS = {"beats": "prompt", "shots": "prompt", "vars": "vars"}
"""Keys whose bare items are texts, and as what they are read."""

_CAST = frozenset({"characters", "props", "locations", "styles"})


def check_cut_texts(root: Node, diagnostics: Diagnostics) -> None:
    """Report each text of a file from which a comment takes words; SB019.

    Walks the tree only where the file has a ``#`` that touches a word.
    """
    source = root.origin.source
    if CUT.search(source.text) is None:
        return
    for text in _texts(root, ""):
        if (fix := uncut(text)) is None:
            continue
        start = source.text.index("#", text.end)
        lost = source.text[start : fix.span.end]
        shown = " ".join(fix.text.split())
        diagnostics.add(
            TEXT_IN_COMMENT,
            f'"{shorten(lost)}" is no part of the text: a # with a space before it begins a'
            " comment",
            fix.span.narrow(start, fix.span.end),
            help=f"write {shown}; if it is a comment, put a space behind the #",
            fix=fix,
        )


def _texts(node: Node, key: str) -> Iterator[Scalar]:
    """The texts at and below a node that stands under ``key``."""
    if isinstance(node, Scalar):
        if key in PROSE_KEYS or key == "vars":
            yield node
    elif isinstance(node, Sequence):
        for item in node:
            yield from _texts(item, _LISTS.get(key, key))
    else:
        for inner, value in node.items():
            yield from _texts(value, _key_below(key, inner))


def _key_below(key: str, inner: str) -> str:
    """As what a value is read that stands under ``inner`` in a mapping under ``key``."""
    if key == "dialogue":
        return "line"
    if key in _CAST or key == "looks":
        # The names are the writer's own: a prop may be called "light".
        return "block"
    return "vars" if key == "vars" else inner
