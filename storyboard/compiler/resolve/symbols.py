"""The symbol table of a film: each name, where it is declared, and every place that uses it.

It is made of what was written and depends on no target. Resolving needs only marks, so the table
is made when it is asked for.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping

from msgspec import Struct

from storyboard.compiler.resolve.members import MemberKind, members_of
from storyboard.compiler.resolve.mentions import mentions, normal
from storyboard.diagnostics import Span
from storyboard.document import Mapping as MappingNode
from storyboard.document import Node, Scalar, Sequence, locate
from storyboard.document.nodes import HOLE
from storyboard.language.cast import Element
from storyboard.language.model import Library, Storyboard

_CAST = ("characters", "props", "locations", "styles", "footage")
_SHARED = ("style", "defaults", "template", "vars", "scenes")
_TEXTS = frozenset(
    {
        "beats", "camera", "description", "dialogue", "label", "light", "line", "narration",
        "negative", "prompt", "shots", "size", "sound", "style", "template", "tone", "vars",
    }
)  # fmt: skip
"""Keys whose texts may mention names; a bare text in ``shots`` is a prompt."""


_BEFORE_NAME = re.compile(r"[\"']?@?\{?\s*")
"""What may stand before a name where it is declared or used."""


class NameUse(Struct, frozen=True, kw_only=True):
    """One place that uses a name: a mention in a text, or a key or value that is the name.

    ``look`` is the look that is asked for, or empty. ``span`` covers the mention with its ``@``,
    where it has one.
    """

    name: str
    look: str
    span: Span


class CastSymbol(Struct, frozen=True, kw_only=True):
    """A declared name with the place of its declaration, those of its looks, and all uses."""

    name: str
    kind: MemberKind
    declared: Span
    looks: Mapping[str, Span]
    uses: tuple[NameUse, ...]


class SymbolTable(Struct, frozen=True, kw_only=True):
    """The declared names of a film, as names are compared, and the uses of undeclared ones."""

    symbols: Mapping[str, CastSymbol]
    unknown: tuple[NameUse, ...]


def symbol_table(named: Storyboard | Library, libraries: Iterable[Library]) -> SymbolTable:
    """The symbol table of a storyboard, or a library by itself, and the libraries that it uses.

    Of a name that is declared twice, the first declaration counts. Uses stand in the order of the
    files, ``named`` first; what an alias brings is a use at the place of its anchor.
    """
    files: list[Storyboard | Library] = [named, *libraries]
    declared = {}
    looks: dict[str, dict[str, Span]] = {}
    for file in files:
        for member in members_of(file, ""):
            name = normal(member.name)
            if name in declared:
                continue
            declared[name] = member
            block = member.block
            worn = (block.looks or {}) if isinstance(block, Element) else {}
            looks[name] = {str(look): look.span for look in worn if isinstance(look, Scalar)}
    reader = _UseReader(looks)
    uses: dict[tuple[str, int, int, str], NameUse] = {}
    for file in files:
        for key in (*_SHARED, *_CAST):
            for use in reader.below(file.node.get(key), key):
                place = (use.span.source.name, use.span.start, use.span.end, use.name)
                uses.setdefault(place, use)
    by_name: dict[str, list[NameUse]] = {name: [] for name in declared}
    unknown: list[NameUse] = []
    for use in uses.values():
        by_name.get(use.name, unknown).append(use)
    return SymbolTable(
        symbols={
            name: CastSymbol(
                name=member.name,
                kind=member.kind,
                declared=member.key.span,
                looks=looks[name],
                uses=tuple(by_name[name]),
            )
            for name, member in declared.items()
        },
        unknown=tuple(unknown),
    )


def name_in(span: Span, name: str) -> Span | None:
    """The stretch of a declaration or use that is the name itself, and neither @ nor look.

    None where the text is written so that it cannot be told.
    """
    text = span.text
    begin = _BEFORE_NAME.match(text)
    at = begin.end() if begin is not None else 0
    # Letters may be written in more code points than names are compared by.
    for end in range(len(text), at, -1):
        if normal(text[at:end]) == normal(name):
            return span.narrow(span.start + at, span.start + end)
    return None


class _UseReader:
    """Finds the uses of names below a node; its key says what its texts are."""

    def __init__(self, looks: Mapping[str, Mapping[str, Span]]) -> None:
        self._looks = looks

    def below(self, node: Node | None, key: str) -> Iterator[NameUse]:
        """The uses at and below a node that stands under ``key``."""
        if node is None:
            return
        if isinstance(node, Scalar):
            if key in {"location", "cast", "edit", "motion"}:
                yield from self._whole(node)
            elif key in _TEXTS:
                yield from self._mentioned(node)
        elif isinstance(node, Sequence):
            for item in node:
                yield from self.below(item, key)
        else:
            yield from self._of_mapping(node, key)

    def _of_mapping(self, node: MappingNode, key: str) -> Iterator[NameUse]:
        for inner, value in node.items():
            if key == "dialogue" and isinstance(inner, Scalar):
                yield from self._whole(inner)
                yield from self.below(value, "line")
            elif key == "looks" and isinstance(value, Scalar):
                # The looks of a scene; those of a member are blocks.
                if isinstance(inner, Scalar):
                    name = normal(inner.removeprefix("@"))
                    yield NameUse(name=name, look=normal(value), span=inner.span)
            else:
                # A member of the cast, or a variable, may be called as a key of the language.
                below = key if key in {"vars", *_CAST} else inner
                yield from self.below(value, "" if below in _CAST else below)

    def _whole(self, written: Scalar) -> Iterator[NameUse]:
        """The use of a scalar that is a name and nothing else."""
        if not written.strip() or written.strip() == "none" or written.style == HOLE:
            return
        name, _, look = written.removeprefix("@").partition(".")
        yield NameUse(name=normal(name), look=normal(look), span=written.span)

    def _mentioned(self, text: Scalar) -> Iterator[NameUse]:
        if "@" not in text:
            return
        for one in mentions(text, self._looks.__contains__, self._has_look):
            if one.kind == "name":
                span = locate(text, one.start, one.end)
                yield NameUse(name=one.name, look=one.look, span=span)

    def _has_look(self, name: str, look: str) -> bool:
        return look in self._looks.get(name, {})
