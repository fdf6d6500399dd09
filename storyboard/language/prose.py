"""Where a file has texts in its writer's words, as it was parsed, before the model reads it."""

from __future__ import annotations

from collections.abc import Iterator

from storyboard.document import Node, Scalar, Sequence

PROSE_KEYS = frozenset(
    {
        "camera", "description", "label", "light", "line", "narration", "negative", "notes",
        "prompt", "size", "sound", "style", "template", "title", "tone",
    }
)  # fmt: skip
"""Keys whose values are texts in the writer's words, and no names, paths or numbers."""

_LISTS = {"beats": "prompt", "shots": "prompt", "vars": "vars"}
"""Keys whose bare items are texts, and as what they are read."""

_CAST = frozenset({"characters", "props", "locations", "styles", "footage"})


def texts_below(node: Node, key: str) -> Iterator[Scalar]:
    """The texts at and below a node that stands under ``key``."""
    return (text for _key, text in keyed_texts_below(node, key))


def keyed_texts_below(node: Node, key: str) -> Iterator[tuple[str, Scalar]]:
    """The texts at and below a node that stands under ``key``, each with its own key."""
    if isinstance(node, Scalar):
        if key in PROSE_KEYS or key == "vars":
            yield key, node
    elif isinstance(node, Sequence):
        for item in node:
            yield from keyed_texts_below(item, _LISTS.get(key, key))
    else:
        for inner, value in node.items():
            yield from keyed_texts_below(value, _key_below(key, inner))


def _key_below(key: str, inner: str) -> str:
    """As what a value is read that stands under ``inner`` in a mapping under ``key``."""
    if key == "dialogue":
        return "line"
    if key in _CAST or key == "looks":
        # The names are the writer's own: a prop may be called "light".
        return "block"
    return "vars" if key == "vars" else inner
