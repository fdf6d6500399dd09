"""Rules of the text form that hold for any text."""

from __future__ import annotations

import re
import subprocess
import sys
import unicodedata
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from wcwidth import wcswidth

from storyboard.diagnostics import Diagnostic, Label, Severity, Source, Span
from storyboard.diagnostics.codes import PADDED_TAKE, UNKNOWN_NAME
from storyboard.render.snippets import render_text, summary
from storyboard.render.width import Strip, columns, terminal_columns, visible

LETTERS = (
    "ab \t\n\r\x00\x1b\x9b\u202e\u200b\u2028\ufeff\ud800e\u0301日本한🇯🇵"
    "👩\u200d👧👍🏽❤\ufe0fश्रि\U000e0041"
)
TEXTS = st.one_of(st.text(max_size=60), st.text(alphabet=LETTERS, max_size=400))
ANSI = re.compile("\x1b\\[[0-9;]*m")


def finding(span: Span | None, message: str = "m", **more: Any) -> Diagnostic:
    severity = Severity.ERROR
    return Diagnostic(code=UNKNOWN_NAME, message=message, span=span, severity=severity, **more)


@st.composite
def findings(draw: st.DrawFn) -> Diagnostic:
    source = Source(draw(TEXTS), draw(TEXTS))
    places = st.integers(0, len(source.text))
    spans = [Span(source, *sorted((draw(places), draw(places)))) for _ in range(4)]
    labels = tuple(Label(span, draw(TEXTS)) for span in spans[1:])
    return finding(spans[0], draw(TEXTS), label=draw(TEXTS), labels=labels, help=draw(TEXTS))


@settings(deadline=None)
@given(findings())
def test_nothing_that_a_terminal_obeys_or_cannot_take_is_sent(found: Diagnostic) -> None:
    text = render_text([found])
    text.encode()
    assert not [c for c in text if c != "\n" and unicodedata.category(c) in {"Cc", "Cs", "Zl"}]
    assert not set(text) & set("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f")


@settings(deadline=None)
@given(findings(), st.integers(20, 120))
def test_colours_change_nothing_else(found: Diagnostic, width: int) -> None:
    coloured = render_text([found], color=True, width=width)
    assert ANSI.sub("", coloured) == render_text([found], width=width)


@settings(deadline=None)
@given(st.text(alphabet="ab日é\u0301👩\u200d🇯🇵\t\x1b", max_size=300), st.data())
def test_source_lines_keep_to_the_width_and_the_carets_to_the_source_line(
    text: str, data: st.DataObject
) -> None:
    at = data.draw(st.integers(0, len(text)))
    source = Source("f", f"{text}@marra{text}")
    span = Span(source, at, len(text) + 6) if data.draw(st.booleans()) else Span(source, at, at + 1)
    rows = render_text([finding(span)], width=60).splitlines()
    line, carets = rows[3], rows[4]
    assert wcswidth(line) <= 60
    assert len(carets) <= max(60, wcswidth(line) + 1)
    assert carets.strip("| ")


@settings(deadline=None)
@given(st.text(alphabet="ab日한 \t\x1b\u202e", max_size=20), st.text(alphabet="xy", max_size=300))
def test_carets_stand_under_their_word_in_a_line_of_any_length(before: str, after: str) -> None:
    source = Source("f", f"{before * 9}@marra {after}")
    start = len(before) * 9
    rows = render_text([finding(Span(source, start, start + 6))], width=60).splitlines()
    at = rows[3].index("@marra")
    assert rows[4].index("^^^^^^") == wcswidth(rows[3][:at])
    assert rows[4].count("^") == 6


@pytest.mark.parametrize(
    ("text", "width"),
    [("日", 2), ("e\u0301", 1), ("👩\u200d👩\u200d👧", 2), ("🇯🇵", 2), ("각", 2), ("❤\ufe0f", 2)],
)
def test_what_is_seen_as_one_character_is_one_cell(text: str, width: int) -> None:
    strip = Strip.of(f"a{text}b")
    assert strip.columns == width + 2
    assert strip.covered(1, 2) == strip.covered(1, 1 + len(text)) == (1, 1 + width)


def test_half_a_wide_character_is_cut_to_a_blank() -> None:
    assert Strip.of("日本").cut(1, 4) == " 本"
    assert Strip.of("日本").cut(0, 3) == "日 "


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("\x00\x1b\x7f", "␀␛␡"),
        ("\x9b", "\\x9b"),
        ("\u202e", "\\u202e"),
        ("\ud800", "\\ud800"),
        ("\U000e0041", "\\U000e0041"),
        ("न\u200dी", "न\u200dी"),
        ("🏴\U000e0067\U000e0062\U000e007f", "🏴\U000e0067\U000e0062\U000e007f"),
        ("葛\U000e0100", "葛\U000e0100"),
    ],
)
def test_only_what_cannot_be_seen_is_spelt_out(text: str, shown: str) -> None:
    assert visible(text) == shown
    assert columns(visible("\x1b")) == 1


def test_a_span_past_the_end_of_its_file_is_shown_at_the_end() -> None:
    shown = render_text([finding(Span(Source("f", "a\n"), 9, 12))])
    assert " --> f:2:1\n" in shown
    assert shown.endswith("| ^\n")


def test_nothing_found_is_no_text() -> None:
    assert render_text([]) == summary([]) == ""


def test_the_summary_counts_by_weight_and_names_the_file() -> None:
    one, two = Span(Source("a", ""), 0, 0), Span(Source("b", ""), 0, 0)
    warning = Diagnostic(code=PADDED_TAKE, message="m", span=one, severity=Severity.WARNING)
    assert summary([finding(one), warning, finding(one)]) == "2 errors, 1 warning in a"
    assert summary([warning, finding(two)]) == "1 error, 1 warning in 2 files"
    assert summary([finding(None)]) == "1 error"


def test_the_cost_of_a_finding_does_not_grow_with_its_line_or_file() -> None:
    """A quadratic renderer would copy 100 GB here."""
    source = Source("f", "日本 @marra " * 1_000_000)
    spans = [Span(source, at, at + 6) for at in range(3, 10_000_000, 5_000)]
    assert render_text(finding(span) for span in spans).count("\n --> ") == 2_000


def test_ascii_text_is_shown_without_the_tables_of_widths() -> None:
    program = (
        "import sys; from storyboard.render.snippets import render_text;"
        "from storyboard.diagnostics import *; from storyboard.diagnostics.codes import *;"
        "s = Span(Source('f', 'abc'), 1, 2);"
        "render_text([Diagnostic(code=YAML_SYNTAX, message='m', span=s, severity='error')]);"
        "sys.exit('wcwidth' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0


def test_what_is_no_terminal_has_a_hundred_columns() -> None:
    with subprocess.Popen(["true"], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert terminal_columns(process.stdout) == 100


def test_marks_share_a_row_only_with_a_blank_between_them() -> None:
    source = Source("f", "abcdef")
    touching = finding(Span(source, 0, 2), labels=(Label(Span(source, 2, 4), ""),))
    apart = finding(Span(source, 0, 2), labels=(Label(Span(source, 3, 4), ""),))
    assert render_text([touching]).endswith("  | ^^\n  |   --\n")
    assert render_text([apart]).endswith("  | ^^ -\n")


def test_words_go_on_in_the_next_row_of_a_terminal_and_in_a_pipe_they_do_not() -> None:
    span = Span(Source("f", "prompt: @marra\n"), 8, 14)
    long = finding(span, "nobody is here " * 9, help="write a name " * 9)
    for width in (40, 60, 80):
        rows = render_text([long], width=width).splitlines()
        assert max(map(len, rows)) <= width
        assert [one[:2] for one in rows[1:3]] == ["  ", "  "]
        assert rows[-1].startswith(" " * 10)
        plain = " ".join(" ".join(rows).split())
        assert plain.count("nobody is here") == plain.count("write a name") == 9
    assert sum("nobody" in row or "write" in row for row in render_text([long]).splitlines()) == 2
