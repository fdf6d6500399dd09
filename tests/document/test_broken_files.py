"""Broken files that a writer can read, each with what is to be said of it.

``# expect SB010 words`` stands on the line that causes the message; ``# expect 3:5 SB010 words``
stands at the head where the line cannot hold a comment. A file with ``# libyaml`` is refused by
that parser alone; the one in Python takes it.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from syntax_samples import PARSERS, check_places, read

from storyboard.diagnostics import Diagnostic

CASES = sorted((Path(__file__).parent / "cases").glob("*.yaml"))
EXPECT = re.compile(r"# expect (?:(\d+):(\d+) )?(SB\d{3}) (.*)$")


def expectations(text: str) -> list[tuple[int, int | None, str, str]]:
    found = []
    for number, line in enumerate(text.splitlines(), 1):
        match = EXPECT.search(line)
        if match:
            row, column, code, words = match.groups()
            found.append((int(row or number), int(column) if column else None, code, words))
    return sorted(found, key=lambda one: (one[0], one[1] or 0))


def matches(found: Diagnostic, wanted: tuple[int, int | None, str, str]) -> bool:
    assert found.span is not None
    line, column, code, words = wanted
    return (
        found.span.line == line
        and column in (None, found.span.column)
        and found.code.id == code
        and words in found.message
    )


@pytest.mark.parametrize("c_parser", PARSERS)
@pytest.mark.parametrize("case", CASES, ids=lambda case: case.stem)
def test_a_broken_file_gets_the_messages_it_expects_and_no_other(
    case: Path, c_parser: bool
) -> None:
    text = case.read_bytes().decode("utf-8")
    wanted = expectations(text)
    assert wanted, "the case expects nothing"
    if "# libyaml" in text and not c_parser:
        pytest.skip("the Python parser takes this text")
    _, diagnostics = read(text, c_parser=c_parser)
    found = list(diagnostics)
    said = [
        (one.span and (one.span.line, one.span.column), one.code.id, one.message) for one in found
    ]
    assert len(found) == len(wanted), said
    assert all(map(matches, found, wanted)), said
    assert all(one.help for one in found)
    check_places(diagnostics)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.stem)
def test_a_fix_mends_what_it_is_offered_for(case: Path) -> None:
    text = case.read_bytes().decode("utf-8")
    _, diagnostics = read(text)
    for found in diagnostics:
        if found.fix is None or found.span is None:
            continue
        span = found.fix.span
        mended = text[: span.start] + found.fix.text + text[span.end :]
        _, after = read(mended)
        said = {(one.code.id, one.span and one.span.start) for one in diagnostics}
        new = [one for one in after if (one.code.id, one.span and one.span.start) not in said]
        again = [one for one in after if (one.code, one.span) == (found.code, found.span)]
        assert again == []
        # What was hidden behind the mistake may come to light, but nothing before it.
        assert all(one.span is not None and one.span.start >= span.start for one in new), mended


def test_the_most_common_mistakes_come_with_a_fix() -> None:
    fixed = {
        case.stem for case in CASES for found in read(case.read_bytes())[1] if found.fix is not None
    }
    assert {case.stem for case in CASES if case.stem.startswith("begins-with-")} <= fixed
    assert {"colon-in-text", "template-alone", "apostrophe-in-single-quotes"} <= fixed
