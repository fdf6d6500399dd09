"""A film as its files are in the editor: what is found, what it costs, and its names."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path

from msgspec import Struct

from storyboard.api import CompileOptions, PlanResult, Project
from storyboard.compiler.film import Shot
from storyboard.compiler.resolve.symbols import CastSymbol, SymbolTable, symbol_table
from storyboard.diagnostics import Diagnostic, Source, Span
from storyboard.editor.positions import path_of
from storyboard.errors import StoryboardError
from storyboard.language.model import Library, Storyboard
from storyboard.plan import Plan
from storyboard.plan.planned_request import PlannedRequest, PlannedShot


class FilmAnalysis(Struct, frozen=True, kw_only=True):
    """A storyboard, or a cast library by itself, with its findings.

    ``sources`` are the texts that were read, by their paths, and ``files`` what was read of them:
    the storyboard or library itself, then the libraries that it uses. ``plan`` is None for a
    library, and where nothing of a storyboard could be read. ``problem`` says why nothing is known
    of it: a ledger that cannot be read, for example.
    """

    file: Path
    sources: Mapping[Path, Source]
    findings: tuple[Diagnostic, ...] = ()
    plan: Plan | None = None
    result: PlanResult | None = None
    files: tuple[Storyboard | Library, ...] = ()
    table: SymbolTable | None = None
    problem: str = ""

    def symbol_at(self, path: Path, offset: int) -> tuple[CastSymbol, Span] | None:
        """The name at a place, with the stretch that declares or uses it there."""
        for symbol in self.table.symbols.values() if self.table is not None else ():
            for span in (symbol.declared, *(use.span for use in symbol.uses)):
                if span.start <= offset <= span.end and path_of(span.source) == path:
                    return symbol, span
        return None

    def shots(self) -> Iterator[Shot]:
        """The shots of the film, as far as they could be read."""
        film = self.result.compilation.film if self.result is not None else None
        for scene in film.scenes if film is not None else ():
            yield from scene.shots

    def clips_of(self, address: str) -> list[tuple[PlannedRequest, PlannedShot]]:
        """The requests that render a shot, each with the part of it."""
        return [
            (request, shot)
            for request in (self.plan.requests if self.plan is not None else ())
            if request.alternate_of is None
            for shot in request.shots
            if shot.address == address
        ]


def analyze(file: Path, unsaved: Mapping[Path, str], today: date) -> FilmAnalysis:
    """Read and plan a storyboard, or check a cast library, with the texts that an editor holds."""
    project = Project(str(file), CompileOptions(unsaved=unsaved))
    result: PlanResult | None = None
    try:
        result = project.plan()
        compilation = result.compilation
        if compilation.film is None:  # a library, or nothing that can be read
            result, compilation = None, project.check()
    except StoryboardError as error:
        text = unsaved.get(file, "")
        return FilmAnalysis(file=file, sources={file: Source(str(file), text)}, problem=str(error))
    reading = compilation.reading
    findings = [*compilation.diagnostics]
    if result is not None:
        findings += [*result.price_age(today), *project.fetch_age(result.plan, today)]
    named = reading.storyboard or reading.library
    libraries = reading.libraries.values()
    files: list[Storyboard | Library] = [] if named is None else [named, *libraries]
    sources = [one.node.origin.source for one in files]
    sources += [one.span.source for one in findings if one.span is not None]
    return FilmAnalysis(
        file=file,
        sources={path_of(source): source for source in sources},
        findings=tuple(findings),
        plan=None if result is None else result.plan,
        result=result,
        files=tuple(files),
        table=None if named is None else symbol_table(named, libraries),
    )
