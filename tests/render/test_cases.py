"""Each folder of ``cases`` holds storyboards, findings in them, and how they look in each form.

``STORYBOARD_UPDATE=1`` writes the expected files anew; read the difference before keeping it.
A finding's place is ``at``: a text (the ``nth`` of it, from 0) or a pair of offsets.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from storyboard.diagnostics import Diagnostic, Fix, Label, Severity, Source, Span
from storyboard.diagnostics.codes import find
from storyboard.render.findings import render_github, render_json, render_sarif
from storyboard.render.snippets import render_text, summary

CASES = sorted(path.parent for path in Path(__file__).parent.glob("cases/*/findings.json"))
FORMS = ("text", "json", "sarif", "github")


def _span(sources: dict[str, Source], place: dict[str, Any]) -> Span | None:
    if "at" not in place:
        return None
    source = sources[place["file"]] if "file" in place else next(iter(sources.values()))
    at = place["at"]
    if isinstance(at, list):
        return Span(source, *at)
    start = -1
    for _ in range(place.get("nth", 0) + 1):
        start = source.text.index(at, start + 1)
    return Span(source, start, start + len(at))


def read_findings(folder: Path) -> list[Diagnostic]:
    """The findings of a case; its first storyboard by name, film before cast, is the main one."""
    case = json.loads((folder / "findings.json").read_text("utf-8"))
    texts = case.get("sources") or {
        path.name: path.read_bytes().decode()
        for path in sorted(folder.glob("*.yaml"), key=lambda path: (path.stem < "d", path.name))
    }
    sources = {name: Source(name, text) for name, text in texts.items()}
    findings = []
    for found in case["findings"]:
        code = find(found["code"])
        assert code is not None
        span = _span(sources, found)
        labels = []
        for label in found.get("labels", ()):
            place = _span(sources, label)
            assert place is not None
            labels.append(Label(place, label["text"]))
        findings.append(
            Diagnostic(
                code=code,
                message=found["message"],
                span=span,
                label=found.get("label", ""),
                labels=tuple(labels),
                help=found.get("help", ""),
                fix=Fix(span, found["fix"]) if span is not None and "fix" in found else None,
                severity=Severity(found.get("severity", code.severity)),
            )
        )
    return findings


def _rendered(form: str, findings: list[Diagnostic]) -> str:
    match form:
        case "text":
            return f"{render_text(findings, width=80)}\n{summary(findings)}\n"
        case "json":
            return render_json(findings)
        case "sarif":
            return render_sarif(findings, "1.0.0")
        case _:
            return render_github(findings)


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("folder", CASES, ids=lambda folder: folder.name)
def test_findings_look_as_stored(folder: Path, form: str) -> None:
    shown = _rendered(form, read_findings(folder))
    stored = folder / f"expected.{'txt' if form == 'text' else form}"
    if os.environ.get("STORYBOARD_UPDATE") == "1":
        stored.write_bytes(shown.encode())
    assert shown == stored.read_bytes().decode()


def test_the_case_of_the_manual_has_the_shape_of_the_manual() -> None:
    folder = Path(__file__).parent / "cases/unknown_name"
    assert render_text(read_findings(folder)) == (
        "error[SB203 unknown-name]: "
        'no character, prop, location, style or footage is called "marra"\n'
        "  --> lighthouse.storyboard.yaml:11:18\n"
        "   |\n"
        '11 |         prompt: "@marra climbs the last steps"\n'
        "   |                  ^^^^^^\n"
        " 4 |   mara:\n"
        "   |   ---- the nearest name is declared here\n"
        '   = help: write "@mara"\n'
    )
