"""Findings as machines read them: JSON, SARIF 2.1.0 and GitHub's workflow commands.

Lines and columns count from 1, columns in code points, ends are exclusive. Sources: the OASIS
standard SARIF 2.1.0; GitHub's "SARIF support for code scanning" for what it demands beyond the
standard (a full description and a help text for each rule, a location for each result); GitHub's
"Workflow commands" and the runner's toolkit for annotations and their escapes.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterable
from pathlib import Path
from urllib.parse import quote_from_bytes

from storyboard.diagnostics import Code, Diagnostic, Fix, Severity, Source, Span
from storyboard.diagnostics.machine import Json, as_json, places
from storyboard.diagnostics.pages import page
from storyboard.render.snippets import advice
from storyboard.render.width import visible

_SARIF_SCHEMA = (
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
)
_SURROGATE = re.compile("[\ud800-\udfff]")


def render_json(diagnostics: Iterable[Diagnostic]) -> str:
    """``{"diagnostics": […]}`` in the order given, indented, with a line end at the end."""
    return _dump({"diagnostics": [as_json(found) for found in diagnostics]})


def _dump(value: Json) -> str:
    """JSON that any encoder takes: a lone surrogate, as in an odd file name, stays escaped."""
    text = json.dumps(value, ensure_ascii=False, indent=2)
    return _SURROGATE.sub(lambda match: f"\\u{ord(match[0]):04x}", text) + "\n"


def render_sarif(
    diagnostics: Iterable[Diagnostic], version: str, *, main_file: str | None = None
) -> str:
    """A SARIF 2.1.0 log with one run of the tool in that ``version``; ends with a line end.

    GitHub refuses a whole log for one result without a location. A finding without a place is
    therefore shown at the head of ``main_file``, the storyboard that was looked at; without a
    main file it becomes a notification of the run, which needs no place.
    """
    rules: dict[str, int] = {}
    codes: list[Code] = []
    results: list[Json] = []
    notifications: list[Json] = []
    head = None if main_file is None else Span(Source(main_file, ""), 0, 0)
    for found in diagnostics:
        index = rules.setdefault(found.code.id, len(rules))
        if index == len(codes):
            codes.append(found.code)
        place = found.span or head
        if place is None:
            notifications.append(_notification(found, index))
        else:
            results.append(_result(found, index, place))
    run: Json = {
        "tool": {
            "driver": {
                "name": "storyboard",
                "version": version,
                "rules": [_rule(code) for code in codes],
            }
        },
        "columnKind": "unicodeCodePoints",
        "results": results,
    }
    if notifications:
        run["invocations"] = [
            {"executionSuccessful": True, "toolExecutionNotifications": notifications}
        ]
    return _dump({"$schema": _SARIF_SCHEMA, "version": "2.1.0", "runs": [run]})


def _rule(code: Code) -> Json:
    try:
        text = page(code.id)
    except LookupError:
        text = code.summary
    return {
        "id": code.id,
        "name": code.name,
        "shortDescription": {"text": code.summary},
        "fullDescription": {"text": _opening(text)},
        "help": {"text": text, "markdown": text},
        "defaultConfiguration": {"level": str(code.severity)},
    }


def _opening(text: str) -> str:
    """A page's prose before its examples, on one line, in the 1,024 characters GitHub takes."""
    prose = [line for line in text.split("\n## ", 1)[0].splitlines() if not line.startswith("# ")]
    return " ".join(" ".join(prose).split())[:1024]


def _said(found: Diagnostic) -> str:
    """The message and, on a line of its own, what to do."""
    todo = advice(found)
    return f"{found.message}\nhelp: {todo}" if todo else found.message


def _notification(found: Diagnostic, index: int) -> Json:
    return {
        "associatedRule": {"id": found.code.id, "index": index},
        "level": str(found.severity),
        "message": {"text": _said(found)},
    }


def _result(found: Diagnostic, index: int, place: Span) -> Json:
    result: Json = {
        "ruleId": found.code.id,
        "ruleIndex": index,
        "level": str(found.severity),
        "message": {"text": _said(found)},
        "locations": [_location(place, found.label)],
    }
    if found.labels:
        result["relatedLocations"] = [
            {"id": number, **_location(label.span, label.text)}
            for number, label in enumerate(found.labels, 1)
        ]
    if found.fix is not None:
        by_file: dict[str, list[Json]] = {}
        for edit in found.fix.edits:
            by_file.setdefault(edit.span.source.name, []).append(_replacement(edit))
        changes = [
            {"artifactLocation": {"uri": _uri(file)}, "replacements": replacements}
            for file, replacements in by_file.items()
        ]
        fix = {"description": {"text": advice(found)}, "artifactChanges": changes}
        result["fixes"] = [fix]
    return result


def _replacement(edit: Fix) -> Json:
    replacement: Json = {"deletedRegion": _region(edit.span)}
    if edit.text:
        replacement["insertedContent"] = {"text": edit.text}
    return replacement


def _location(span: Span, text: str) -> Json:
    location: Json = {
        "physicalLocation": {
            "artifactLocation": {"uri": _uri(span.source.name)},
            "region": _region(span),
        }
    }
    if text:
        location["message"] = {"text": text}
    return location


def _region(span: Span) -> Json:
    line, column, end_line, end_column = places(span)
    return {
        "startLine": line,
        "startColumn": column,
        "endLine": end_line,
        "endColumn": end_column,
    }


def _uri(name: str) -> str:
    """A file's name as a URI reference: relative as it is relative, percent-encoded."""
    path = Path(name)
    if path.is_absolute():
        return path.as_uri()
    try:
        encoded = os.fsencode(path.as_posix())
    except UnicodeEncodeError:  # a lone surrogate that no file name can hold
        encoded = path.as_posix().encode("utf-8", "replace")
    return quote_from_bytes(encoded)


_GITHUB_LEVELS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.NOTE: "notice"}


def render_github(diagnostics: Iterable[Diagnostic]) -> str:
    """A workflow command a finding, a line each, which GitHub shows as annotations.

    GitHub takes columns only where a finding begins and ends on one line.
    """
    return "".join(_command(found) for found in diagnostics)


def _command(found: Diagnostic) -> str:
    properties: dict[str, str] = {}
    if found.span is not None:
        line, column, end_line, end_column = places(found.span)
        properties["file"] = Path(found.span.source.name).as_posix()
        properties["line"] = str(line)
        if line == end_line:
            properties["col"] = str(column)
        properties["endLine"] = str(end_line)
        if line == end_line:
            properties["endColumn"] = str(end_column)
    properties["title"] = f"{found.code.id} {found.code.name}"
    listed = ",".join(f"{key}={_escaped_property(text)}" for key, text in properties.items())
    return f"::{_GITHUB_LEVELS[found.severity]} {listed}::{_escaped(_said(found))}\n"


def _escaped(text: str) -> str:
    """Data of a workflow command; what would control the log's reader is made visible."""
    return visible(text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A"))


def _escaped_property(text: str) -> str:
    return _escaped(text).replace(":", "%3A").replace(",", "%2C")
