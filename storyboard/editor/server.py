"""The language server: which text has changed, what is said of it, and what is asked at a place.

Each open storyboard is analyzed with all texts as the editor holds them, a moment after the last
key. A cast library that an open film uses is looked at with that film, and else by itself.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Mapping
from datetime import date
from pathlib import Path
from typing import Protocol

from lsprotocol import types
from msgspec import Struct
from msgspec.structs import replace
from pygls.exceptions import JsonRpcInvalidParams
from pygls.lsp.server import LanguageServer
from pygls.uris import to_fs_path

from storyboard.api import CompileOptions, Project
from storyboard.compiler.resolve.symbols import CastSymbol, name_in
from storyboard.diagnostics import Source, Span
from storyboard.document.other_formats import is_storyboard
from storyboard.editor.analysis import FilmAnalysis, analyze
from storyboard.editor.findings import NAME, fixes_at, shown_findings
from storyboard.editor.hovers import name_words, shot_at, shot_words
from storyboard.editor.lenses import lenses_of
from storyboard.editor.names import completions_at, declaration_of, renaming_edit, uses_of
from storyboard.editor.outline import outline_of
from storyboard.editor.positions import offset_of, range_of
from storyboard.errors import StoryboardError
from storyboard.version import __version__

_FILM_NAME = re.compile(r"(?:^|\.)storyboard\.ya?ml\Z")
PAUSE = 0.2
"""Seconds without a key after which a film is analyzed."""


Change = (
    types.DidOpenTextDocumentParams
    | types.DidChangeTextDocumentParams
    | types.DidSaveTextDocumentParams
    | types.DidCloseTextDocumentParams
)


class AskedPlace(Protocol):
    """What editors ask about: a place in a text."""

    text_document: types.TextDocumentIdentifier
    position: types.Position


class EditorPlace(Struct, frozen=True, kw_only=True):
    """A place in a file, with what is known of it; ``offset`` counts code points from 0."""

    path: Path
    analysis: FilmAnalysis
    offset: int

    def symbol(self) -> tuple[CastSymbol, Span] | None:
        """The name at the place."""
        return self.analysis.symbol_at(self.path, self.offset)


class StoryboardServer(LanguageServer):
    """The films that are open in an editor, each with its last analysis."""

    def __init__(self, today: Callable[[], date] = date.today, pause: float = PAUSE) -> None:
        super().__init__(NAME, __version__, types.TextDocumentSyncKind.Full)
        self.today = today
        self.pause = pause
        self.analyses: dict[Path, FilmAnalysis] = {}
        self.shown: dict[Path, set[Path]] = {}
        """The files of which findings are shown, by the film that they were found in."""
        self._changes = 0

    # Which texts there are, and what is known of them.

    def texts(self) -> dict[Path, str]:
        """The texts of all open files, by their paths."""
        found = {}
        for uri, document in self.workspace.text_documents.items():
            if (path := path_at(uri)) is not None:
                found[path] = document.source
        return found

    def _films(self, texts: Mapping[Path, str]) -> list[Path]:
        """The open files that are storyboards or cast libraries, by their names or first keys.

        Editors may open any YAML with this server; of another file nothing is said.
        """
        return [
            path
            for path, text in texts.items()
            if _FILM_NAME.search(path.name) or is_storyboard(text)
        ]

    def analysis_of(self, path: Path) -> FilmAnalysis | None:
        """What is known of a file: as a film, else as a part of one."""
        if path in self.analyses:
            return self.analyses[path]
        return next((one for one in self.analyses.values() if path in one.sources), None)

    def text(self, uri: str) -> str:
        """The text of an open file as it is in the editor."""
        return self.workspace.get_text_document(uri).source

    def place(self, asked: AskedPlace) -> EditorPlace | None:
        """The place that is asked about; None in a file of which nothing is known."""
        path = path_at(asked.text_document.uri)
        analysis = self.analysis_of(path) if path is not None else None
        if path is None or analysis is None or path not in analysis.sources:
            return None
        offset = offset_of(analysis.sources[path], asked.position)
        return EditorPlace(path=path, analysis=analysis, offset=offset)

    async def refresh(self) -> None:
        """Analyze the open films anew, unless another key is pressed meanwhile."""
        self._changes += 1
        change = self._changes
        await asyncio.sleep(self.pause)
        if change == self._changes:
            self.analyze_all()

    def analyze_all(self) -> None:
        """Analyze every open film, and show what is found."""
        texts = self.texts()
        found: dict[Path, FilmAnalysis] = {}
        for path in self._films(texts):
            one = analyze(path, texts, self.today())
            # A film that is broken for the moment keeps its names.
            last = self.analyses.get(path)
            if one.table is None and last is not None and last.table is not None:
                one = replace(one, table=last.table, files=last.files)
            found[path] = one
        used = {
            path
            for one in found.values()
            for path in one.sources
            if one.plan is not None and path != one.file
        }
        self.analyses = {path: one for path, one in found.items() if path not in used}
        self._show()

    def _show(self) -> None:
        """Show the findings of all films, and take back those of files that have none any more."""
        before = {path for paths in self.shown.values() for path in paths}
        findings: dict[Path, list[types.Diagnostic]] = {path: [] for path in before}
        self.shown = {}
        for film, analysis in self.analyses.items():
            said = shown_findings(analysis)
            self.shown[film] = {*said}
            for path, ones in said.items():
                known = findings.setdefault(path, [])
                known += [one for one in ones if one not in known]
        for path, ones in findings.items():
            self.text_document_publish_diagnostics(
                types.PublishDiagnosticsParams(uri=path.as_uri(), diagnostics=ones)
            )
        of_workspace = self.client_capabilities.workspace
        lenses = of_workspace.code_lens if of_workspace is not None else None
        if lenses is not None and lenses.refresh_support:
            self.workspace_code_lens_refresh(None)


def path_at(uri: str) -> Path | None:
    """The file of an address; None for what is in no file yet."""
    path = to_fs_path(uri) if uri.startswith("file:") else None
    return None if path is None else Path(path).resolve()


def make_server(server: StoryboardServer) -> StoryboardServer:
    """Have a server answer what editors ask."""
    feature = server.feature

    async def changed(_: Change) -> None:
        await server.refresh()

    for kind in (
        types.TEXT_DOCUMENT_DID_OPEN,
        types.TEXT_DOCUMENT_DID_CHANGE,
        types.TEXT_DOCUMENT_DID_SAVE,
        types.TEXT_DOCUMENT_DID_CLOSE,
    ):
        feature(kind)(changed)

    @feature(types.TEXT_DOCUMENT_COMPLETION, types.CompletionOptions(["@", ".", "{"]))
    def complete(asked: types.CompletionParams) -> list[types.CompletionItem]:
        place = server.place(asked)
        if place is None:
            return []
        source = Source(str(place.path), server.text(asked.text_document.uri))
        return [*completions_at(place.analysis, source, offset_of(source, asked.position))]

    @feature(types.TEXT_DOCUMENT_HOVER)
    def hover(asked: types.HoverParams) -> types.Hover | None:
        place = server.place(asked)
        if place is None:
            return None
        if (found := place.symbol()) is not None:
            symbol, span = found
            return _hover(name_words(place.analysis, symbol), range_of(span))
        shot = shot_at(place.analysis, place.path, place.offset)
        return None if shot is None else _hover(shot_words(place.analysis, shot), None)

    @feature(types.TEXT_DOCUMENT_DEFINITION)
    def define(asked: types.DefinitionParams) -> types.Location | None:
        place = server.place(asked)
        found = place.symbol() if place is not None else None
        return None if found is None else declaration_of(found[0])

    @feature(types.TEXT_DOCUMENT_REFERENCES)
    def refer(asked: types.ReferenceParams) -> list[types.Location]:
        place = server.place(asked)
        found = place.symbol() if place is not None else None
        is_with = asked.context.include_declaration
        return [] if found is None else uses_of(found[0], with_declaration=is_with)

    @feature(types.TEXT_DOCUMENT_PREPARE_RENAME)
    def prepare(asked: types.PrepareRenameParams) -> types.PrepareRenamePlaceholder | None:
        place = server.place(asked)
        found = place.symbol() if place is not None else None
        if found is None:
            return None
        symbol, span = found
        place_of_name = range_of(name_in(span, symbol.name) or span)
        return types.PrepareRenamePlaceholder(range=place_of_name, placeholder=symbol.name)

    @feature(types.TEXT_DOCUMENT_RENAME, types.RenameOptions(prepare_provider=True))
    def rename(asked: types.RenameParams) -> types.WorkspaceEdit | None:
        place = server.place(asked)
        found = place.symbol() if place is not None else None
        if place is None or found is None:
            return None
        options = CompileOptions(unsaved=server.texts())
        project = Project(str(place.analysis.file), options)
        try:
            return renaming_edit(project.rename(found[0].name, asked.new_name))
        except StoryboardError as error:
            raise JsonRpcInvalidParams(str(error)) from None

    @feature(types.TEXT_DOCUMENT_CODE_ACTION)
    def fix(asked: types.CodeActionParams) -> list[types.CodeAction]:
        path = path_at(asked.text_document.uri)
        analysis = server.analysis_of(path) if path is not None else None
        return [] if path is None or analysis is None else [*fixes_at(analysis, path, asked.range)]

    @feature(types.TEXT_DOCUMENT_CODE_LENS)
    def lenses(asked: types.CodeLensParams) -> list[types.CodeLens]:
        path = path_at(asked.text_document.uri)
        analysis = server.analysis_of(path) if path is not None else None
        return [] if path is None or analysis is None else [*lenses_of(analysis, path)]

    @feature(types.TEXT_DOCUMENT_DOCUMENT_SYMBOL)
    def outline(asked: types.DocumentSymbolParams) -> list[types.DocumentSymbol]:
        path = path_at(asked.text_document.uri)
        analysis = server.analysis_of(path) if path is not None else None
        return [] if path is None or analysis is None else [*outline_of(analysis, path)]

    return server


def _hover(words: str, place: types.Range | None) -> types.Hover:
    return types.Hover(types.MarkupContent(types.MarkupKind.Markdown, words), place)
