"""A stretch of a scalar's value is found in the file, in every style of YAML."""

from __future__ import annotations

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from syntax_samples import PARSERS, good, nodes, parse_text

from storyboard.document import Mapping, Scalar, locate
from storyboard.document.source_map import _trace


def value(text: str) -> Scalar:
    node = good(text)
    assert isinstance(node, Mapping)
    scalar = node["k"]
    assert isinstance(scalar, Scalar)
    return scalar


def at(scalar: Scalar, words: str) -> tuple[int, int, str]:
    start = scalar.index(words)
    span = locate(scalar, start, start + len(words))
    return span.line, span.column, span.text


@pytest.mark.parametrize(
    ("text", "words", "place"),
    [
        ("k: go @mara now", "@mara", (1, 7, "@mara")),
        ("k: go\n  on\n\n  @mara now", "@mara", (4, 3, "@mara")),
        ("k: 'it''s @mara'", "@mara", (1, 11, "@mara")),
        ("k: 'it''s'", "'", (1, 7, "''")),
        ('k: "\\u00e9\\t @mara"', "@mara", (1, 14, "@mara")),
        ('k: "\\u00e9\\t"', "é", (1, 5, "\\u00e9")),
        ('k: "a \\\n    b @mara"', "@mara", (2, 7, "@mara")),
        ('k: "a\n\n   @mara"', "\n@mara", (2, 1, "\n   @mara")),
        ("k: |\n  one\n  two\n  the @mara\n", "@mara", (4, 7, "@mara")),
        ("k: |1\n   one\n @mara\n", "@mara", (3, 2, "@mara")),
        ("k: >-\n\n  one\n  @mara\n\n    more\n  @ben\n", "@ben", (7, 3, "@ben")),
        ("k: >-\n  one\n  @mara\n", "one @mara", (2, 3, "one\n  @mara")),
        ("k: |+  # note\r\n  𝒳 @mara\r\n\r\n", "@mara", (2, 5, "@mara")),
    ],
)
def test_words_are_found_where_they_are_written(
    text: str, words: str, place: tuple[int, int, str]
) -> None:
    assert at(value(text), words) == place


def test_an_empty_stretch_is_a_place_between_two_characters() -> None:
    scalar = value("k: 'ab'")
    spans = [locate(scalar, offset, offset) for offset in range(3)]
    assert [(span.start, span.end) for span in spans] == [(4, 4), (5, 5), (6, 6)]
    empty = locate(value("k: ''"), 0, 0)
    assert (empty.start, empty.end) == (4, 4)


def test_offsets_outside_the_value_count_as_its_ends() -> None:
    scalar = value("k: 'ab'")
    assert locate(scalar, -5, 99).text == "ab"
    assert locate(scalar, 9, 3).start == 6


def test_a_value_that_cannot_be_traced_is_found_as_a_whole() -> None:
    scalar = value("k: 'ab'")
    other = Scalar("xyz")
    other.origin, other.style = scalar.origin, scalar.style
    other.start, other.end = scalar.start, scalar.end
    assert locate(other, 1, 2) == scalar.span


def test_what_an_alias_brings_is_found_where_it_is_written() -> None:
    node = good('a: &x "go @mara"\nk: *x\n')
    assert isinstance(node, Mapping)
    scalar = node["k"]
    assert isinstance(scalar, Scalar)
    assert at(scalar, "@mara") == (1, 11, "@mara")


def check_every_character(text: str, *, c_parser: bool) -> None:
    """Each scalar of a text, where it is YAML, can be traced; each visible character is there."""
    node, diagnostics = parse_text(text, c_parser=c_parser)
    if node is None or len(diagnostics):
        return
    for scalar in nodes(node):
        if not isinstance(scalar, Scalar):
            continue
        source = scalar.origin.source
        exact = str.__str__(scalar)
        assert _trace(source, scalar.start, scalar.end, scalar.style, exact), scalar.span.text
        for offset, character in enumerate(exact):
            span = locate(scalar, offset, offset + 1)
            assert 0 <= span.start < span.end <= len(text)
            if not character.isspace() and text[span.start] != "\\":
                assert text[span.start] == character


TEXTS = st.text(
    alphabet=st.sampled_from("ab é𝒳 \n\t\r'\"\\:#-@|>&*!%,[]{}?~.\x85\u2028\u2029\xa0\ufeff"),
    max_size=40,
)


@settings(max_examples=200, deadline=None)
@given(
    text=TEXTS,
    style=st.sampled_from([None, "'", '"', "|", ">"]),
    indent=st.integers(2, 9),
    width=st.integers(5, 60),
    unicode=st.booleans(),
    c_parser=st.sampled_from(PARSERS),
)
def test_every_text_that_yaml_writes_can_be_traced(
    text: str, style: str | None, indent: int, width: int, unicode: bool, c_parser: bool
) -> None:
    written = yaml.dump(
        {"k": [text, {"z": text}]},
        default_style=style,
        indent=indent,
        width=width,
        allow_unicode=unicode,
    )
    check_every_character(written, c_parser=c_parser)


LINES = st.lists(
    st.tuples(
        st.integers(0, 5),
        st.sampled_from(
            ["", "a", "b c", "# no", "- x", "\tt", "a  b ", "é", "'q'", "\\ ", "\\n", "it''s"]
        ),
    ),
    max_size=6,
)
HEADERS = ["|", ">", "|-", ">-", "|+", ">+", "|2", ">1-", ">+2", "|2 # c", "'", '"', ""]


@settings(max_examples=400, deadline=None)
@given(
    lines=LINES,
    header=st.sampled_from(HEADERS),
    line_end=st.sampled_from(["\n", "\r\n", "\r"]),
    before=st.sampled_from(["", "k: ", "- ", "- k: ", "--- ", "a:\n  k: "]),
    c_parser=st.sampled_from(PARSERS),
)
def test_every_text_that_people_write_can_be_traced(
    lines: list[tuple[int, str]], header: str, line_end: str, before: str, c_parser: bool
) -> None:
    body = line_end.join(" " * indent + words for indent, words in lines)
    if header[:1] in ("|", ">"):
        text = before + header + line_end + body + line_end
    else:
        text = before + header + body + header
    check_every_character(text, c_parser=c_parser)
