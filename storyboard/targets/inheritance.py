"""How a target file is merged over the one that it extends, and the words that take facts away."""

from __future__ import annotations

from storyboard.document.nodes import Mapping, Node, Scalar, without_blanks
from storyboard.document.nodes import Sequence as Items


def without_empty(root: Mapping) -> Mapping:
    """The mapping without the entries that were left empty, at any depth."""
    kept = _without_empty_of(root)
    waiting: list[Node] = [kept]
    while waiting:
        node = waiting.pop()
        if isinstance(node, Mapping):
            node.update(
                {k: _without_empty_of(v) for k, v in node.items() if isinstance(v, Mapping)}
            )
            waiting.extend(node.values())
        elif isinstance(node, Items):
            node[:] = [_without_empty_of(v) if isinstance(v, Mapping) else v for v in node]
            waiting.extend(node)
    return kept


def _without_empty_of(mapping: Mapping) -> Mapping:
    """The mapping without entries behind whose colon nothing stands; null is a word there."""
    return without_blanks(mapping, {key for key, one in mapping.items() if not _is_null(one)})


def _is_null(value: Node) -> bool:
    """Whether nothing is meant, in the words of YAML: ``null`` or ``~``."""
    is_plain = isinstance(value, Scalar) and not value and not value.style
    return is_plain and value.span.start < value.span.end


def merged(base: Mapping, over: Mapping) -> Mapping:
    """A new mapping: ``over`` merged into ``base``, without what is unknown or absent."""
    found = Mapping()
    found.origin, found.start, found.end = over.origin, over.start, over.end
    for key, value in base.items():
        if key not in over:
            found[key] = value
    for key, value in over.items():
        inherited = base.get(key)
        if isinstance(value, Mapping):
            deeper = inherited if isinstance(inherited, Mapping) else Mapping()
            found[key] = merged(deeper, value)
        elif isinstance(value, Items):
            found[key] = _without_unknowns(value)
        elif not _is_nothing(value):
            found[key] = value
    return found


def _without_unknowns(items: Items) -> Items:
    kept = Items(merged(Mapping(), item) if isinstance(item, Mapping) else item for item in items)
    kept.origin, kept.start, kept.end = items.origin, items.start, items.end
    return kept


def _is_nothing(value: Node) -> bool:
    is_word = isinstance(value, Scalar) and not value.style and value in {"unknown", "absent"}
    return is_word or _is_null(value)
