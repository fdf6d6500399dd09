"""The sandbox of templates: which of Jinja2 they have, and what is refused.

Names, literals, conditions, loops over short lists and a few filters are the whole language;
calls, arithmetic that multiplies, and nested loops are refused, so that every template ends,
quickly and small.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal
from functools import cache
from math import isfinite
from typing import TYPE_CHECKING, Any

from storyboard.compiler.resolve.filters import all_filters, shown, text_filters
from storyboard.compiler.resolve.traced_text import joined

if TYPE_CHECKING:
    from jinja2 import Environment
    from jinja2.nodes import Node, Template

_MAX_LOOPS = 20
_ALLOWED = {
    "Template", "Output", "TemplateData", "Name", "Const", "Filter", "If", "CondExpr", "For",
    "Compare", "Operand", "And", "Or", "Not", "Concat", "Add", "Sub", "Getattr", "Getitem", "Test",
    "List", "Tuple",
}  # fmt: skip
_JOINT = "~"
"""The filter that takes the place of ``~``; no text can name it."""
_TESTS = {"defined", "none", "eq", "ne", "in", "even", "odd", "string", "number", "true", "false"}


@cache
def text_environment() -> Environment:
    """The environment of a film's own templates: what has no value is an error."""
    from jinja2 import StrictUndefined

    return _sandbox(StrictUndefined, all_filters())


def shape_environment(
    defer: Callable[[Mapping[str, Callable[[Any], str]]], Mapping[str, Callable[..., Any]]],
) -> Environment:
    """An environment whose filters from text to text are replaced by what ``defer`` makes."""
    from jinja2 import Undefined

    return _sandbox(Undefined, {**all_filters(), **defer(text_filters())})


def _sandbox(undefined: Any, filters: Mapping[str, Callable[..., Any]]) -> Environment:
    from jinja2.sandbox import ImmutableSandboxedEnvironment

    environment = ImmutableSandboxedEnvironment(
        undefined=undefined, finalize=_finalize, autoescape=False, cache_size=0
    )
    environment.filters.clear()
    environment.filters.update(filters)
    environment.filters[_JOINT] = lambda values: joined(map(str, values))
    environment.globals.clear()
    return environment


def _finalize(value: Any) -> Any:
    if isinstance(value, (str, bool, int, Decimal, list)):
        return shown(value)
    if type(value).__name__ in {"StrictUndefined", "Undefined"}:
        return value
    raise TypeError(f"{type(value).__name__} is not a text")


def node_list(tree: Node) -> list[Node]:
    """Every node of a template's tree, without recursion."""
    found: list[Node] = []
    waiting = [tree]
    while waiting:
        node = waiting.pop()
        found.append(node)
        waiting.extend(node.iter_child_nodes())
    return found


def with_traced_joints(tree: Template) -> Template:
    """The template with its ``~`` as filters, whose results know what they are made of."""
    from jinja2.nodes import Concat, Filter, List
    from jinja2.visitor import NodeTransformer

    class Joints(NodeTransformer):
        def visit_Concat(self, node: Concat) -> Node:  # noqa: N802 - the visitor's name for it
            self.generic_visit(node)
            parts = List(node.nodes)
            return Filter(parts, _JOINT, [], [], None, None, lineno=node.lineno)

    return tree if tree.find(Concat) is None else Joints().visit(tree)


def refused(nodes: list[Node]) -> tuple[Node, str] | None:
    """The first node that templates here do not have, and what it is called; None without one."""
    from jinja2.nodes import Const, Filter, For, Test

    loops = [node for node in nodes if isinstance(node, For)]
    for node in nodes:
        kind = type(node).__name__
        if kind not in _ALLOWED:
            return node, {
                "Call": "calls",
                "Mul": "multiplication",
                "Pow": "powers",
                "Assign": "set",
            }.get(kind, kind.lower())
        if isinstance(node, Const) and isinstance(node.value, float) and not isfinite(node.value):
            return node, "numbers without an end"
        if isinstance(node, Filter) and (node.name not in all_filters() or node.node is None):
            return node, f'the filter "{node.name}"'
        if isinstance(node, Test) and node.name not in _TESTS:
            return node, f'the test "{node.name}"'
        if isinstance(node, For) and (node.recursive or any(True for _ in node.find_all(For))):
            return node, "a loop inside a loop"
    if len(loops) > _MAX_LOOPS:
        return loops[_MAX_LOOPS], f"more than {_MAX_LOOPS} loops in one text"
    return None
