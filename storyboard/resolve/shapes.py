"""A shot template rendered once for each shape of shot, and filled in for each shot.

Which fields a shot has decides what its text looks like; what they say only fills it in. So a
template that asks of a field no more than whether it is there is rendered with placeholders,
once for each combination of fields, and a shot costs a few joins instead of a rendering. The
result is the same to the character, which the tests hold against plain rendering.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from operator import attrgetter, itemgetter
from typing import TYPE_CHECKING, Any

from storyboard.resolve.filters import text_filters
from storyboard.resolve.sandbox import node_list, shape_environment
from storyboard.resolve.templates import joined

if TYPE_CHECKING:
    from jinja2 import Template
    from jinja2.nodes import Node

_PLACE = re.compile("([\ue000-\uf8ff])")
_STRUCTURE = {
    "Template", "Output", "TemplateData", "Name", "Filter", "If", "CondExpr", "For", "And", "Or",
    "Not", "Concat", "Getattr", "Const",
}  # fmt: skip

Getter = Callable[[Mapping[str, Any]], str]


class Shapes:
    """The shapes of one template, made as shots ask for them."""

    def __init__(self) -> None:
        self._getters: dict[str, Getter] = {}
        self._known: dict[tuple[Any, ...], tuple[str | Getter, ...]] = {}
        self._environment = shape_environment(self._defer)
        self._template: Template

    @classmethod
    def of(cls, source: str, fields: frozenset[str]) -> Shapes | None:
        """The shapes of a template over ``fields`` and dialogue.

        None where texts decide too, or where it cannot be read.
        """
        from jinja2 import TemplateSyntaxError

        if _PLACE.search(source) is not None:
            return None
        made = cls()
        try:
            tree = made._environment.parse(source)
            if not _is_shapely(tree, fields):
                return None
            made._template = made._environment.from_string(tree)
        except (TemplateSyntaxError, RecursionError, MemoryError, ValueError, SyntaxError):
            return None
        return made

    def fill(self, fields: Mapping[str, Any]) -> str:
        """The text of a shot with these fields, its lines joined; none of them is empty."""
        speeches = fields.get("dialogue")
        key = (*fields, *[bool(speech.tone) for speech in speeches]) if speeches else (*fields,)
        shape = self._known.get(key)
        if shape is None:
            shape = self._known[key] = self._render(fields)
        return _filled(shape, fields)

    def _render(self, fields: Mapping[str, Any]) -> tuple[str | Getter, ...]:
        places: dict[str, Any] = {
            name: self._place(itemgetter(name)) for name in fields if name != "dialogue"
        }
        places["dialogue"] = [
            {
                part: self._place(_spoken(at, part)) if getattr(speech, part) else ""
                for part in ("speaker", "tone", "line")
            }
            for at, speech in enumerate(fields.get("dialogue", ()))
        ]
        return self._pieces(joined(self._template.render(places)))

    def _place(self, getter: Getter) -> str:
        place = chr(0xE000 + len(self._getters))
        self._getters[place] = getter
        return place

    def _defer(
        self, filters: Mapping[str, Callable[[Any], str]]
    ) -> dict[str, Callable[[Any], Any]]:
        """Filters that, given a placeholder, put themselves off until the shot is known."""

        def deferred(apply: Callable[[Any], str]) -> Callable[[Any], Any]:
            def later(value: Any) -> str:
                text = str(value)
                if not _PLACE.search(text):
                    return apply(text)
                pieces = self._pieces(text)
                if len(pieces) == 1 and callable(get := pieces[0]):
                    return self._place(lambda values: apply(get(values)))
                return self._place(lambda values: apply(_filled(pieces, values)))

            return later

        return {name: deferred(apply) for name, apply in filters.items()}

    def _pieces(self, text: str) -> tuple[str | Getter, ...]:
        return tuple(self._getters.get(piece, piece) for piece in _PLACE.split(text) if piece)


def _spoken(at: int, part: str) -> Getter:
    get = attrgetter(part)
    return lambda values: get(values["dialogue"][at])


def _filled(pieces: tuple[str | Getter, ...], values: Mapping[str, Any]) -> str:
    return "".join([piece if isinstance(piece, str) else piece(values) for piece in pieces])


def _is_shapely(tree: Node, fields: frozenset[str]) -> bool:
    """Whether the template asks no more of a field than whether it is there."""
    from jinja2.nodes import CondExpr, Filter, For, If, Name

    known = set(fields) | {"dialogue", "loop"}
    nodes = node_list(tree)
    for node in nodes:
        if isinstance(node, For):
            if not (isinstance(node.iter, Name) and node.iter.name == "dialogue"):
                return False
            if not isinstance(node.target, Name) or node.test is not None:
                return False
            known.add(node.target.name)
    for node in nodes:
        if type(node).__name__ not in _STRUCTURE:
            return False
        if isinstance(node, Name) and node.name not in known:
            return False
        if isinstance(node, Filter) and (node.name not in text_filters() or node.args):
            return False
        if isinstance(node, (If, CondExpr)) and any(True for _ in node.test.find_all(Filter)):
            return False
    return True
