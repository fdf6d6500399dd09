"""Comments that say which findings are meant: ``# storyboard: ignore[SB225]``.

Behind a value such a comment counts for its line, or for the block of text that begins there; on a
line of its own for the entry below it, with all that is indented further; before the first key
for the whole file.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from storyboard.diagnostics import Source, Span
from storyboard.diagnostics.ignores import Ignore
from storyboard.document.nodes import Mapping, Node, Scalar

_IGNORE = re.compile(
    r"#(?<![^ \t\n\r]#)[ \t]*storyboard:[ \t]*ignore\b"
    r"(?:[ \t]*\[(?P<codes>[^\]\n\r]*)\]?)?"
)
"""Begins with its ``#``, which is searched for faster than what stands before it."""
_CODE = re.compile(r"[^\s,]+")
_BLOCK = re.compile(r":[ \t]*[|>][-+1-9]*[ \t]*$|-[ \t]+[|>][-+1-9]*[ \t]*$")


def find_ignores(root: Node) -> Iterator[Ignore]:
    """The ignores of a file, given its root node.

    The tree is walked only where the file seems to have one: in a text it is no comment.
    """
    source = root.origin.source
    found = [*_IGNORE.finditer(source.text)]
    if not found:
        return
    texts = [*_scalars(root)]
    for comment in found:
        at = comment.start()
        if any(_content(text) < at < text.end for text in texts):
            continue
        start, end = _region(source, at, root.start)
        codes = tuple(_CODE.findall(comment["codes"] or ""))
        span = Span(source, at, comment.end())
        yield Ignore(span=span, codes=codes, start=start, end=end)


def _content(text: Scalar) -> int:
    """Where a text begins; of a block that is below its header, where a comment may stand."""
    if text.style not in ("|", ">"):
        return text.start
    return text.origin.source.text.find("\n", text.start, text.end)


def _region(source: Source, at: int, root: int) -> tuple[int, int]:
    """From where to where an ignore counts that stands at ``at``."""
    if at < root:
        return 0, len(source.text) + 1
    number = source.position(at)[0]
    before = source.text[source.line_starts[number - 1] : at]
    if before.strip():
        end = number
        if _BLOCK.search(before):
            end = _last_line(source, number, before)
        return source.line_starts[number - 1], _line_end(source, end)
    below = number + 1
    while below <= len(source.line_starts) and source.line(below).lstrip()[:1] in ("", "#"):
        below += 1
    if below > len(source.line_starts):
        return at, at
    end = _last_line(source, below, source.line(below))
    return source.line_starts[below - 1], _line_end(source, end)


def _last_line(source: Source, number: int, first: str) -> int:
    """The last line of the entry that begins on a line: what follows is indented further."""
    indent = len(first) - len(first.lstrip(" "))
    takes_items = not first.lstrip(" ").startswith("-")
    last = number
    for line in range(number + 1, len(source.line_starts) + 1):
        written = source.line(line)
        words = written.lstrip(" ")
        if not words.strip():
            continue
        column = len(written) - len(words)
        is_item = takes_items and column == indent and words.startswith("- ")
        if column <= indent and not is_item:
            break
        last = line
    return last


def _line_end(source: Source, number: int) -> int:
    return source.line_starts[number - 1] + len(source.line(number)) + 1


def _scalars(node: Node) -> Iterator[Scalar]:
    """Every text of a tree, keys included, that was not brought by an alias."""
    if node.origin.used_at is not None:
        return
    if isinstance(node, Scalar):
        yield node
    elif isinstance(node, Mapping):
        for key, value in node.items():
            if isinstance(key, Scalar):
                yield key
            yield from _scalars(value)
    else:
        for item in node:
            yield from _scalars(item)
