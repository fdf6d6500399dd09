"""Each storyboard under ``cases`` is found to be wrong exactly where its comments say so."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from case_expectations import differences, read_expected, read_options
from click.testing import CliRunner

from storyboard.cli.main import storyboard

CASES = Path(__file__).parent / "cases"
ALL = sorted(path.relative_to(CASES).as_posix() for path in CASES.glob("*/*.yaml"))


@pytest.mark.parametrize("case", ALL)
def test_a_case_is_found_to_be_wrong_exactly_where_it_says(
    case: str, cases_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = cases_folder / case
    monkeypatch.chdir(path.parent)
    options = read_options(path.read_text(encoding="utf-8", errors="replace"))
    answer = CliRunner().invoke(
        storyboard,
        ["plan", "--json", *options, path.name],
        catch_exceptions=False,
        standalone_mode=False,
    )
    plan = json.loads(answer.stdout)
    expected = [
        finding
        for source in plan["sources"]
        for finding in read_expected(
            source["file"], Path(source["file"]).read_text(encoding="utf-8", errors="replace")
        )
    ]
    wrong = differences(expected, plan["diagnostics"])
    assert not wrong, "\n".join(wrong)
    has_errors = any(finding.severity == "error" for finding in expected)
    assert plan["applyable"] is not has_errors
    assert answer.return_value == int(has_errors)


def test_every_comment_that_looks_like_an_expectation_is_one() -> None:
    for path in CASES.rglob("*.yaml"):
        text = path.read_text(encoding="utf-8", errors="replace")
        announced = len(read_expected(path.name, text))
        assert announced == sum(line.count(" SB") for line in text.splitlines()), path


def test_the_cases_cover_the_topics_and_both_outcomes() -> None:
    topics = {Path(case).parent.name for case in ALL}
    assert len(topics) >= 14
    texts = [(CASES / case).read_text(encoding="utf-8", errors="replace") for case in ALL]
    assert any("error SB" in text for text in texts)
    assert any(" SB" not in text for text in texts)
