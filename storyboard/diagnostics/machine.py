"""Findings in their machine form, which every renderer and the plan read."""

from __future__ import annotations

from typing import Any

from storyboard.diagnostics.source import Span
from storyboard.diagnostics.types import Diagnostic

Json = dict[str, Any]


def as_json(found: Diagnostic) -> Json:
    """One finding as ``schemas/diagnostics.schema.json`` has it.

    A word under the primary carets is the first of ``labels``, at the finding's own span.
    """
    span = None if found.span is None else _span(found.span)
    labels: list[Json] = [{"span": span, "text": found.label}] if found.label else []
    labels += ({"span": _span(label.span), "text": label.text} for label in found.labels)
    value: Json = {
        "code": found.code.id,
        "name": found.code.name,
        "severity": str(found.severity),
        "message": found.message,
        "span": span,
        "labels": labels,
        "help": found.help,
    }
    if found.fix is not None:
        edits = [{"span": _span(edit.span), "text": edit.text} for edit in found.fix.edits]
        value["fixes"] = [{"title": found.fix.title, "edits": edits}]
    return value


def _span(span: Span) -> Json:
    line, column, end_line, end_column = places(span)
    return {
        "file": span.source.name,
        "line": line,
        "column": column,
        "end_line": end_line,
        "end_column": end_column,
    }


def places(span: Span) -> tuple[int, int, int, int]:
    """Line and column of a span's start, and of its end, which is exclusive."""
    return *span.source.position(span.start), *span.source.position(span.end)
