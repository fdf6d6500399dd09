"""x."""

from __future__ import annotations

from yaml.events import Event

from storyboard.diagnostics import Source, Span
from storyboard.diagnostics.codes import UNQUOTED_TEXT, YAML_SYNTAX
from storyboard.syntax.findings import Findings


def report_breakdown(
    source: Source, error: Exception, before: Event | None, findings: Findings
) -> None:
    mark = getattr(error, "problem_mark", None)
    place = 0 if mark is None else min(mark.index, len(source.text))
    findings.add(YAML_SYNTAX, str(getattr(error, "problem", error)), Span(source, place, place))


def report_template(source: Source, offset: int, findings: Findings) -> None:
    findings.add(UNQUOTED_TEXT, "x", Span(source, offset, offset + 2))
