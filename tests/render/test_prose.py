"""Prose goes on in the next line at a space, in every script, and says the same."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from storyboard.render.prose import wrapped
from storyboard.render.table import TableRow, lay_out
from storyboard.render.width import columns

WORDS = st.text("abcdefgh.,/-", min_size=1, max_size=24)
TEXTS = st.lists(WORDS, min_size=1, max_size=20).map(" ".join)
WIDTHS = st.integers(24, 120)


@given(TEXTS, WIDTHS, st.integers(0, 4))
def test_no_word_is_cut_and_none_is_lost(text: str, width: int, indent: int) -> None:
    lines = wrapped(text, width, indent=indent)
    assert " ".join(" ".join(lines).split()) == text
    assert all(columns(line) <= width for line in lines if " " in line.strip())


@given(st.text("灯塔看守人と海", min_size=1, max_size=80), WIDTHS, st.integers(0, 4))
def test_scripts_without_spaces_are_cut_between_two_characters(
    text: str, width: int, indent: int
) -> None:
    lines = wrapped(text, width, indent=indent)
    assert "".join(line.removeprefix(" " * indent) for line in lines) == text
    assert all(columns(line) <= width for line in lines)


def test_a_number_stays_with_its_unit() -> None:
    text = "the film costs 12.18 USD, for 87 s of 9 clips"
    for width in range(20, 46):
        said = wrapped(text, width)
        assert all(any(one in line for line in said) for one in ("12.18 USD", "87 s", "9 clips")), (
            said
        )


def test_lines_of_any_length_are_left_as_they_are() -> None:
    assert wrapped("a  b " * 50, None) == ["a  b " * 50]


@given(st.lists(st.tuples(WORDS, WORDS, TEXTS), min_size=1, max_size=5), st.integers(40, 120))
def test_a_table_cuts_neither_names_nor_cells(
    found: list[tuple[str, str, str]], width: int
) -> None:
    rows = [TableRow(name=name, cells=(cell,), prose=prose) for name, cell, prose in found]
    lines = lay_out(rows, width)
    assert " ".join(" ".join(lines).split()) == " ".join(" ".join(row) for row in found)
    for line in lines:
        assert columns(line) <= width or len(line.split()) == 1
