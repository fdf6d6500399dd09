"""Names of the cast as a writer types them: completion, definition, uses, renaming."""

from __future__ import annotations

import re
from collections.abc import Iterator

from lsprotocol import types

from storyboard.api import Renaming
from storyboard.compiler.resolve.mentions import normal
from storyboard.compiler.resolve.symbols import CastSymbol
from storyboard.diagnostics import Source, Span
from storyboard.editor.analysis import FilmAnalysis
from storyboard.editor.hovers import name_words
from storyboard.editor.positions import path_of, range_of

_LOOK = re.compile(r"(?<![\w@])@\{?([\w-]+)\.([\w-]*)$")
_MENTION = re.compile(r"(?<![\w@])@\{?([\w-]*)$")
_VARIABLE = re.compile(r"\{\{\s*([A-Za-z_]?\w*)$")
_VALUE = re.compile(
    r"(?:^|[\s{,-])(location|edit|motion|cast)\s*:\s*(?:\[(?:[^\]#]*,)?\s*)?[\"']?([\w-]*)$"
)
_SPEAKER = re.compile(r"^(\s*)-\s+[\"']?([\w-]*)$")
_KINDS = {
    "location": {"location"},
    "edit": {"footage"},
    "motion": {"footage"},
    "cast": {"character", "prop"},
}
"""The kinds of names that the values of keys can be."""


def completions_at(
    analysis: FilmAnalysis, source: Source, offset: int
) -> Iterator[types.CompletionItem]:
    """The names that can stand at a place; ``source`` is the text as it is in the editor."""
    line, _ = source.position(offset)
    before = source.text[source.line_starts[line - 1] : offset]
    if found := _VARIABLE.search(before):
        yield from _variables(analysis, source, offset, found[1])
    elif found := _LOOK.search(before):
        symbol = _symbols(analysis).get(normal(found[1]))
        for look in symbol.looks if symbol is not None else ():
            yield _item(look, f"a look of {found[1]}", "", source, offset, found[2])
    elif found := _MENTION.search(before):
        yield from _names(analysis, source, offset, found[1], None)
    elif found := _VALUE.search(before):
        yield from _names(analysis, source, offset, found[2], _KINDS[found[1]])
    elif (found := _SPEAKER.search(before)) and _is_in_dialogue(source, line, len(found[1])):
        yield from _names(analysis, source, offset, found[2], {"character", "prop"})


def _symbols(analysis: FilmAnalysis) -> dict[str, CastSymbol]:
    return dict(analysis.table.symbols) if analysis.table is not None else {}


def _names(
    analysis: FilmAnalysis, source: Source, offset: int, typed: str, kinds: set[str] | None
) -> Iterator[types.CompletionItem]:
    for symbol in _symbols(analysis).values():
        if kinds is None or symbol.kind in kinds:
            words = name_words(analysis, symbol)
            yield _item(symbol.name, symbol.kind, words, source, offset, typed)


def _variables(
    analysis: FilmAnalysis, source: Source, offset: int, typed: str
) -> Iterator[types.CompletionItem]:
    film = analysis.result.compilation.film if analysis.result is not None else None
    for name, value in (film.variables if film is not None else {}).items():
        yield _item(name, str(value), "", source, offset, typed)


def _item(
    name: str, detail: str, words: str, source: Source, offset: int, typed: str
) -> types.CompletionItem:
    span = Span(source, offset - len(typed), offset)
    return types.CompletionItem(
        label=name,
        kind=types.CompletionItemKind.Variable,
        detail=detail,
        documentation=types.MarkupContent(kind=types.MarkupKind.Markdown, value=words)
        if words
        else None,
        text_edit=types.TextEdit(range=range_of(span), new_text=name),
    )


def _is_in_dialogue(source: Source, line: int, indent: int) -> bool:
    """Whether an item of a list at a line, indented so far, stands under ``dialogue``."""
    for number in range(line - 1, 0, -1):
        text = source.line(number)
        bare = text.strip()
        if not bare or bare.startswith("#"):
            continue
        stands = len(text) - len(text.lstrip())
        if stands > indent or (stands == indent and bare.startswith("-")):
            continue
        return bare.removeprefix("- ").startswith("dialogue:")
    return False


def declaration_of(symbol: CastSymbol) -> types.Location:
    """Where a name is declared."""
    return _location(symbol.declared)


def uses_of(symbol: CastSymbol, *, with_declaration: bool) -> list[types.Location]:
    """Every use of a name."""
    spans = [symbol.declared] if with_declaration else []
    return [_location(span) for span in (*spans, *(use.span for use in symbol.uses))]


def renaming_edit(found: Renaming) -> types.WorkspaceEdit:
    """What a renaming changes, in every file."""
    changes: dict[str, list[types.TextEdit]] = {}
    for span in found.places:
        edit = types.TextEdit(range=range_of(span), new_text=found.name)
        changes.setdefault(path_of(span.source).as_uri(), []).append(edit)
    return types.WorkspaceEdit(changes=changes)


def _location(span: Span) -> types.Location:
    return types.Location(uri=path_of(span.source).as_uri(), range=range_of(span))
