"""What machines are told: JSON by its schema, SARIF by the rules of GitHub, escapes."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator, ValidationError

from storyboard.diagnostics import Diagnostic, Fix, Label, Severity, Source, Span
from storyboard.diagnostics.codes import OVER_BUDGET, UNKNOWN_NAME, YAML_SYNTAX
from storyboard.render.findings import as_json, render_github, render_json, render_sarif

SCHEMA = Path(__file__).parents[2] / "schemas/diagnostics.schema.json"
VALIDATOR = Draft202012Validator(json.loads(SCHEMA.read_text("utf-8")))
STORED = sorted(Path(__file__).parent.glob("cases/*/expected.json"))
SOURCE = Source("films/a b.yaml", "a: é👩\u200d👧 @marra\r\nb: 1\n")
SPAN = Span(SOURCE, 8, 14)


def finding(span: Span | None = SPAN, **more: Any) -> Diagnostic:
    given_ = {"code": UNKNOWN_NAME, "message": "m", "severity": Severity.ERROR, **more}
    return Diagnostic(span=span, **given_)


def sarif(*found: Diagnostic, main_file: str | None = None) -> dict[str, Any]:
    log = json.loads(render_sarif(found, "1.2", main_file=main_file))
    run = log["runs"][0]
    assert isinstance(run, dict)
    return run


def test_the_schema_is_a_schema() -> None:
    Draft202012Validator.check_schema(VALIDATOR.schema)


@pytest.mark.parametrize("stored", STORED, ids=lambda path: path.parent.name)
def test_stored_findings_keep_to_the_schema(stored: Path) -> None:
    VALIDATOR.validate(json.loads(stored.read_text("utf-8")))


@pytest.mark.parametrize("key", ["code", "name", "severity", "message", "span", "labels", "help"])
def test_the_schema_demands_every_key(key: str) -> None:
    value = as_json(finding())
    del value[key]
    with pytest.raises(ValidationError):
        VALIDATOR.validate({"diagnostics": [value]})


def test_a_finding_in_json_has_exactly_the_keys_of_the_contract() -> None:
    found = finding(
        label="here",
        labels=(Label(Span(SOURCE, 16, 17), "there"),),
        help="h",
        fix=Fix(SPAN, "@mara"),
    )
    place = {"file": "films/a b.yaml", "line": 1, "column": 9, "end_line": 1, "end_column": 15}
    other = {"file": "films/a b.yaml", "line": 2, "column": 1, "end_line": 2, "end_column": 2}
    assert as_json(found) == {
        "code": "SB203",
        "name": "unknown-name",
        "severity": "error",
        "message": "m",
        "span": place,
        "labels": [{"span": place, "text": "here"}, {"span": other, "text": "there"}],
        "help": "h",
        "fixes": [{"title": 'write "@mara"', "edits": [{"span": place, "text": "@mara"}]}],
    }
    assert "fixes" not in as_json(finding())


def test_a_finding_without_a_place_says_null() -> None:
    value = as_json(finding(None, label="l"))
    assert value["span"] is None
    assert value["labels"] == [{"span": None, "text": "l"}]
    VALIDATOR.validate({"diagnostics": [value]})


@settings(deadline=None)
@given(st.text(alphabet=st.characters(exclude_categories=())), st.text(max_size=20))
def test_any_text_survives_json_and_can_be_encoded(message: str, name: str) -> None:
    span = Span(Source(name, "x"), 0, 1)
    shown = render_json([finding(span, message=message)])
    assert json.loads(shown.encode())["diagnostics"][0]["message"] == json.loads(
        json.dumps(message)
    )
    render_sarif([finding(span, message=message)], "1").encode()
    render_github([finding(span, message=message)]).encode()


def test_a_rule_is_listed_once_and_results_point_to_it() -> None:
    run = sarif(finding(), finding(code=YAML_SYNTAX), finding(message="n"))
    driver = run["tool"]["driver"]
    assert (driver["name"], driver["version"]) == ("storyboard", "1.2")
    assert [rule["id"] for rule in driver["rules"]] == ["SB203", "SB005"]
    assert [r["ruleIndex"] for r in run["results"]] == [0, 1, 0]
    assert run["columnKind"] == "unicodeCodePoints"


def test_a_rule_has_the_texts_that_github_demands() -> None:
    rules = sarif(finding(), finding(code=YAML_SYNTAX))["tool"]["driver"]["rules"]
    for rule in rules:
        for key in ("shortDescription", "fullDescription", "help"):
            assert rule[key]["text"]
        assert len(rule["fullDescription"]["text"]) <= 1024
    assert rules[0]["help"]["markdown"].startswith("# SB203 unknown-name\n")
    assert "```" not in rules[0]["fullDescription"]["text"]


def test_a_result_has_its_region_related_places_and_fix() -> None:
    label = Label(Span(SOURCE, 16, 17), "there")
    (result,) = sarif(finding(labels=(label,), fix=Fix(SPAN, "@mara")))["results"]
    location = result["locations"][0]["physicalLocation"]
    assert location["artifactLocation"]["uri"] == "films/a%20b.yaml"
    assert location["region"] == {"startLine": 1, "startColumn": 9, "endLine": 1, "endColumn": 15}
    assert result["relatedLocations"][0]["message"]["text"] == "there"
    assert result["relatedLocations"][0]["physicalLocation"]["region"]["startLine"] == 2
    (change,) = result["fixes"][0]["artifactChanges"]
    assert change["replacements"] == [
        {"deletedRegion": location["region"], "insertedContent": {"text": "@mara"}}
    ]
    assert result["message"]["text"] == 'm\nhelp: write "@mara"'


@pytest.mark.parametrize(
    ("name", "uri"),
    [
        ("./a.yaml", "a.yaml"),
        ("../a.yaml", "../a.yaml"),
        ("c:d#e?.yaml", "c%3Ad%23e%3F.yaml"),
        ("灯.yaml", "%E7%81%AF.yaml"),
        ("<stdin>", "%3Cstdin%3E"),
        ("/films/a b.yaml", "file:///films/a%20b.yaml"),
        ("a\udcff", "a%FF"),
        ("a\ud800", "a%3F"),
    ],
)
def test_a_file_is_named_by_a_relative_encoded_uri(name: str, uri: str) -> None:
    (result,) = sarif(finding(Span(Source(name, ""), 0, 0)))["results"]
    assert result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == uri


def test_every_result_has_a_location_because_github_refuses_logs_with_one_that_has_none() -> None:
    placeless = finding(None, code=OVER_BUDGET)
    run = sarif(placeless)
    assert run["results"] == []
    (notification,) = run["invocations"][0]["toolExecutionNotifications"]
    assert notification["associatedRule"] == {"id": "SB501", "index": 0}
    (result,) = sarif(placeless, main_file="f.yaml")["results"]
    place = result["locations"][0]["physicalLocation"]
    assert place["artifactLocation"]["uri"] == "f.yaml"
    assert place["region"]["startLine"] == 1


def test_an_annotation_names_its_place_and_weight() -> None:
    assert render_github([finding(), finding(None, severity=Severity.NOTE)]) == (
        "::error file=films/a b.yaml,line=1,col=9,endLine=1,endColumn=15,"
        "title=SB203 unknown-name::m\n"
        "::notice title=SB203 unknown-name::m\n"
    )


def test_an_annotation_over_several_lines_has_no_columns() -> None:
    shown = render_github([finding(Span(SOURCE, 8, 18))])
    assert "line=1,endLine=2," in shown
    assert "ol" not in shown.split("title")[0].replace("films", "")


@settings(deadline=None)
@given(st.text(alphabet="a%:,\r\n0AD", max_size=30), st.text(alphabet="a%:,\r\n/", max_size=30))
def test_a_command_is_one_line_and_its_escapes_can_be_undone(message: str, name: str) -> None:
    span = Span(Source(f"d/{name}a", ""), 0, 0)
    shown = render_github([finding(span, message=message)])
    match = re.fullmatch(
        r"::error file=([^,:]*),line=1,.*?,title=SB203 unknown-name::(.*)\n", shown
    )
    assert match is not None
    undone = match[2].replace("%0D", "\r").replace("%0A", "\n").replace("%25", "%")
    assert undone == message
