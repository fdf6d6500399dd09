"""Findings as an editor underlines them, and their fixes as it offers them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from lsprotocol import types

from storyboard.diagnostics import Diagnostic, Fix, Severity
from storyboard.editor.analysis import FilmAnalysis
from storyboard.editor.positions import first_line, path_of, range_of

_WEIGHTS = {
    Severity.ERROR: types.DiagnosticSeverity.Error,
    Severity.WARNING: types.DiagnosticSeverity.Warning,
    Severity.NOTE: types.DiagnosticSeverity.Information,
}
NAME = "storyboard"


def shown_findings(analysis: FilmAnalysis) -> dict[Path, list[types.Diagnostic]]:
    """The findings of a film by file; a file without any has an empty list.

    What has no place in a file stands at the first line of the storyboard.
    """
    shown: dict[Path, list[types.Diagnostic]] = {path: [] for path in analysis.sources}
    for found in analysis.findings:
        path = analysis.file if found.span is None else path_of(found.span.source)
        shown.setdefault(path, []).append(_shown(found, analysis))
    if analysis.problem:
        shown[analysis.file].append(
            types.Diagnostic(
                range=_top(analysis),
                message=analysis.problem,
                severity=types.DiagnosticSeverity.Error,
                source=NAME,
            )
        )
    return shown


def _shown(found: Diagnostic, analysis: FilmAnalysis) -> types.Diagnostic:
    message = found.message if not found.help else f"{found.message}\nhelp: {found.help}"
    return types.Diagnostic(
        range=_top(analysis) if found.span is None else range_of(found.span),
        message=message,
        severity=_WEIGHTS[found.severity],
        code=found.code.id,
        source=NAME,
        related_information=[
            types.DiagnosticRelatedInformation(
                location=types.Location(
                    uri=path_of(label.span.source).as_uri(), range=range_of(label.span)
                ),
                message=label.text or "here",
            )
            for label in found.labels
        ],
    )


def _top(analysis: FilmAnalysis) -> types.Range:
    source = analysis.sources.get(analysis.file)
    zero = types.Position(line=0, character=0)
    return types.Range(start=zero, end=zero) if source is None else first_line(source, 1)


def fixes_at(analysis: FilmAnalysis, path: Path, place: types.Range) -> Iterator[types.CodeAction]:
    """The fixes of what is found on the lines of a place."""
    for found in analysis.findings:
        if found.fix is None or found.span is None or path_of(found.span.source) != path:
            continue
        shown = range_of(found.span)
        if shown.start.line > place.end.line or shown.end.line < place.start.line:
            continue
        yield types.CodeAction(
            title=found.fix.title,
            kind=types.CodeActionKind.QuickFix,
            diagnostics=[_shown(found, analysis)],
            is_preferred=found.fix.is_sure,
            edit=_edit(found.fix),
        )


def _edit(fix: Fix) -> types.WorkspaceEdit:
    changes: dict[str, list[types.TextEdit]] = {}
    for one in fix.edits:
        uri = path_of(one.span.source).as_uri()
        changes.setdefault(uri, []).append(
            types.TextEdit(range=range_of(one.span), new_text=one.text)
        )
    return types.WorkspaceEdit(changes=changes)
