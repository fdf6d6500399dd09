"""Ways to parse that the tests of this folder share."""

from __future__ import annotations

from collections.abc import Iterator

from storyboard.diagnostics import Diagnostic, Diagnostics, Source
from storyboard.document import Mapping, Node, Scalar, Sequence, parse, read_source
from storyboard.document.events import HAS_C_PARSER

PARSERS = [True, False] if HAS_C_PARSER else [False]


def read(text: str | bytes, *, c_parser: bool = HAS_C_PARSER) -> tuple[Node | None, Diagnostics]:
    """The node of a file with that content, and what was said of it."""
    diagnostics = Diagnostics()
    data = text.encode("utf-8") if isinstance(text, str) else text
    source = read_source("film.yaml", data, diagnostics)
    node = None if source is None else parse(source, diagnostics, c_parser=c_parser)
    return node, diagnostics


def parse_text(text: str, *, c_parser: bool = HAS_C_PARSER) -> tuple[Node | None, Diagnostics]:
    """The node of a text that was not read as a file, and what was said of it."""
    diagnostics = Diagnostics()
    return parse(Source("film.yaml", text), diagnostics, c_parser=c_parser), diagnostics


def good(text: str, *, c_parser: bool = HAS_C_PARSER) -> Node:
    """The node of a text of which nothing is to be said."""
    node, diagnostics = read(text, c_parser=c_parser)
    assert [found.message for found in diagnostics] == []
    assert node is not None
    return node


def only(diagnostics: Diagnostics) -> Diagnostic:
    """The one finding."""
    found = list(diagnostics)
    assert len(found) == 1, [one.message for one in found]
    return found[0]


def codes(diagnostics: Diagnostics) -> list[str]:
    """The numbers of all findings, by place."""
    return [found.code.id for found in diagnostics]


def nodes(node: Node) -> Iterator[Node]:
    """A node and all below it, keys too."""
    yield node
    if isinstance(node, Mapping):
        for key, value in node.items():
            assert isinstance(key, Scalar)
            yield key
            yield from nodes(value)
    elif isinstance(node, Sequence):
        for item in node:
            yield from nodes(item)


def shape(node: Node | None) -> object:
    """A node as plain values with every place, to compare two of them."""
    if node is None:
        return None
    used = node.origin.used_at
    place = (node.start, node.end, used and (used.start, used.end))
    if isinstance(node, Scalar):
        return (str(node), node.style, *place)
    if isinstance(node, Mapping):
        entries = [(shape(key), shape(value)) for key, value in node.items()]  # type: ignore[arg-type]
        return ("mapping", node.is_broken, entries, *place)
    return ("sequence", [shape(item) for item in node], *place)


def check_places(diagnostics: Diagnostics) -> None:
    """Every finding has a place, and every place is inside its source."""
    for found in diagnostics:
        assert found.span is not None
        spans = [found.span, *(label.span for label in found.labels)]
        if found.fix is not None:
            spans.append(found.fix.span)
        for span in spans:
            assert 0 <= span.start <= span.end <= len(span.source.text), found
        assert found.message
        assert found.message[-1] != "."
        assert "\n" not in found.message
        assert "\n" not in found.help
