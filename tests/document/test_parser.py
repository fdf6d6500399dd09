"""What parsing gives: texts, lists and mappings, with their places."""

from __future__ import annotations

import gc

import pytest
from syntax_samples import PARSERS, codes, good, nodes, only, parse_text, read, shape

from storyboard.diagnostics import Diagnostics, Source
from storyboard.document import Mapping, Scalar, Sequence, parse
from storyboard.document.events import HAS_C_PARSER
from storyboard.document.nodes import without_blanks

pytestmark = pytest.mark.parametrize("c_parser", PARSERS)


def mapping(text: str, *, c_parser: bool) -> Mapping:
    node = good(text, c_parser=c_parser)
    assert isinstance(node, Mapping)
    return node


def test_no_scalar_is_given_a_type(c_parser: bool) -> None:
    words = "1:30 on 16:9 0x1F 2024-01-01 1e3 null ~ .inf '5' ="
    text = f"[{', '.join(words.split())}]"
    node = good(text, c_parser=c_parser)
    assert node == [
        "1:30",
        "on",
        "16:9",
        "0x1F",
        "2024-01-01",
        "1e3",
        "null",
        "~",
        ".inf",
        "5",
        "=",
    ]
    assert all(isinstance(item, Scalar) for item in node)


def test_a_scalar_knows_its_place_with_its_marks(c_parser: bool) -> None:
    text = "a: 'x'\nb: \"𝒳 y\"\r\nc: plain text  # note\nd: |-\n  one\n  two\n\n\n# note\ne: 𝒳\n"
    node = mapping(text, c_parser=c_parser)
    written = {key: value.span.text for key, value in node.items()}
    assert written == {
        "a": "'x'",
        "b": '"𝒳 y"',
        "c": "plain text",
        "d": "|-\n  one\n  two",
        "e": "𝒳",
    }
    assert [value.style for value in node.values() if isinstance(value, Scalar)] == [
        "'",
        '"',
        "",
        "|",
        "",
    ]
    key = node.key("e")
    assert key is not None
    assert (key.span.line, key.span.column) == (10, 1)


def test_a_collection_ends_with_its_last_item(c_parser: bool) -> None:
    text = "cast:\n  - mara: {a: b}\n  - [x,\n     y]\n\n# note\nsize: wide\n\n\n"
    node = mapping(text, c_parser=c_parser)
    assert node.span.text == text.rstrip()
    cast = node["cast"]
    assert isinstance(cast, Sequence)
    assert cast.span.text == "- mara: {a: b}\n  - [x,\n     y]"
    assert [item.span.text for item in cast] == ["mara: {a: b}", "[x,\n     y]"]


def test_places_leave_out_tags_and_anchors(c_parser: bool) -> None:
    text = 'a: &x !!str "q"\nb: !!str &y\n  - c\n'.replace("!!str &y", "!!seq &y")
    node = mapping(text, c_parser=c_parser)
    assert node["a"].span.text == '"q"'
    assert node["b"].span.text == "- c"


def test_a_value_that_is_left_out_is_an_empty_plain_text(c_parser: bool) -> None:
    node = mapping("a:\nb: ~\nc: null\nd: ''\ne: 'null'\nf: NULL\ng: !!str ~\n", c_parser=c_parser)
    assert node == {"a": "", "b": "", "c": "", "d": "", "e": "null", "f": "NULL", "g": "~"}
    assert list(without_blanks(node)) == ["d", "e", "f", "g"]
    assert list(without_blanks(node, {"a"})) == ["b", "c", "d", "e", "f", "g"]


def test_a_word_behind_a_comma_in_braces_is_a_key_of_its_own(c_parser: bool) -> None:
    assert mapping("a: {b: c, d e}\n", c_parser=c_parser)["a"] == {"b": "c", "d e": ""}


def test_an_empty_item_stays_in_its_list(c_parser: bool) -> None:
    node = good("- \n- a\n-\n- ~\n", c_parser=c_parser)
    assert node == ["", "a", "", "~"]


def test_every_alias_gets_nodes_of_its_own_that_tell_where_it_stands(c_parser: bool) -> None:
    text = "x: &a {k: [v]}\ny: *a\nz: [*a]\n"
    node = mapping(text, c_parser=c_parser)
    first, second = node["x"], node["y"]
    assert first == second == node["z"][0]  # type: ignore[index]
    assert first is not second
    assert first.origin.used_at is None
    for copy in nodes(second):
        assert copy.origin.used_at is not None
        assert (copy.origin.used_at.text, copy.origin.used_at.line) == ("*a", 2)
    assert second.span.text == "{k: [v]}"


def test_an_alias_inside_an_alias_is_used_at_the_outer_one(c_parser: bool) -> None:
    node = mapping("a: &a x\nb: &b [*a]\nc: *b\n", c_parser=c_parser)
    copies = list(nodes(node["c"]))
    assert [copy.origin.used_at and copy.origin.used_at.line for copy in copies] == [3, 3]
    inner = node["b"]
    assert isinstance(inner, Sequence)
    assert [copy.origin.used_at and copy.origin.used_at.line for copy in inner] == [2]


def test_an_anchor_that_is_set_again_holds_from_there(c_parser: bool) -> None:
    node = mapping("a: &x 1\nb: *x\nc: &x 2\nd: *x\n", c_parser=c_parser)
    assert node == {"a": "1", "b": "1", "c": "2", "d": "2"}


def test_an_alias_can_be_a_key(c_parser: bool) -> None:
    assert good("- &k key\n- {*k : v}\n", c_parser=c_parser) == ["key", {"key": "v"}]


def test_merged_entries_yield_to_written_and_earlier_ones(c_parser: bool) -> None:
    text = """\
base: &base {p: 1, q: 2}
over: &over {q: 9, r: 3, s: 4}
both:
  z: own
  <<: [*base, *over]
  r: own
  s: ~
"""
    both = mapping(text, c_parser=c_parser)["both"]
    assert isinstance(both, Mapping)
    written = [("p", "1"), ("q", "2"), ("z", "own"), ("r", "own"), ("s", "")]
    assert list(both.items()) == written
    merged = both.key("p")
    assert merged is not None
    assert merged.span.line == 1
    assert merged.origin.used_at is not None
    assert merged.origin.used_at.text == "*base"
    own = both.key("r")
    assert own is not None
    assert own.span.line == 6


def test_a_merge_key_in_quotation_marks_is_a_key(c_parser: bool) -> None:
    assert good("'<<': x", c_parser=c_parser) == {"<<": "x"}


def test_the_first_of_two_equal_keys_wins(c_parser: bool) -> None:
    node, diagnostics = read("a: 1\nb: 2\na: 3\n", c_parser=c_parser)
    assert node == {"a": "1", "b": "2"}
    found = only(diagnostics)
    assert found.span is not None
    assert (found.span.line, found.labels[0].span.line) == (3, 1)


def test_a_tagged_text_keeps_its_text(c_parser: bool) -> None:
    node, diagnostics = read("a: !!int 5\nb: !x 'y'\nc: ! z\n", c_parser=c_parser)
    assert node == {"a": "5", "b": "y", "c": "z"}
    assert codes(diagnostics) == ["SB015", "SB015"]


def test_a_mapping_that_lost_an_entry_says_so(c_parser: bool) -> None:
    for text in ("a: {[b]: c}", "a: {b: *none}", "a: {<<: text}", "a: {<<: [*none]}"):
        node, diagnostics = read(text, c_parser=c_parser)
        assert isinstance(node, Mapping)
        inner = node["a"]
        assert isinstance(inner, Mapping)
        assert inner == {}
        assert inner.is_broken
        assert not node.is_broken
        assert len(diagnostics) == 1
    inner = mapping("a: &a {b: c}\nd: *a\n", c_parser=c_parser)["d"]
    assert isinstance(inner, Mapping)
    assert not inner.is_broken


def test_only_the_first_document_is_read(c_parser: bool) -> None:
    node, diagnostics = read("a: 1\n---\n@ is wrong here\n", c_parser=c_parser)
    assert node == {"a": "1"}
    assert codes(diagnostics) == ["SB014"]


def test_a_second_document_may_begin_on_a_line_that_only_yaml_knows(c_parser: bool) -> None:
    for line_end in ("\x85", "\u2028", "\u2029"):
        node, diagnostics = parse_text(f"a{line_end}--- b", c_parser=c_parser)
        assert node == "a"
        found = only(diagnostics)
        assert (found.code.id, found.span and found.span.start) == ("SB014", 2)


def test_marks_of_a_document_are_no_second_one(c_parser: bool) -> None:
    for text in ("---\na: 1\n", "a: 1\n...\n", "%YAML 1.2\n---\na: 1\n...\n# note\n...\n"):
        assert good(text, c_parser=c_parser) == {"a": "1"}


def test_there_is_no_node_in_a_file_that_holds_nothing(c_parser: bool) -> None:
    for text in ("", "\n\n", "# note\n", "---\n", "~\n", "null", "---\n...\n"):
        node, diagnostics = read(text, c_parser=c_parser)
        assert node is None
        assert codes(diagnostics) == ["SB016"]


def test_a_byte_order_mark_in_a_text_moves_no_place(c_parser: bool) -> None:
    node, _ = parse_text("\ufeffa: b", c_parser=c_parser)
    assert isinstance(node, Mapping)
    assert node["a"].span.text == "b"


def test_the_line_ends_of_every_system_are_read(c_parser: bool) -> None:
    shapes = []
    for line_end in ("\n", "\r\n", "\r"):
        node = good(line_end.join(["a: |", "  x", "  y", "b: p", "  q", ""]), c_parser=c_parser)
        assert node == {"a": "x\ny\n", "b": "p q"}
        shapes.append([(one.span.line, one.span.column) for one in nodes(node)])
    assert shapes[0] == shapes[1] == shapes[2]


def test_a_tab_between_words_or_before_a_note_is_no_mistake(c_parser: bool) -> None:
    node = good("a:\tb\tc\t# note\nd: [x,\ty]\t\n", c_parser=c_parser)
    assert node == {"a": "b\tc", "d": ["x", "y"]}


def test_the_garbage_collector_is_left_as_it_was(c_parser: bool) -> None:
    source = Source("film.yaml", "a: @b")
    assert gc.isenabled()
    parse(source, Diagnostics(), c_parser=c_parser)
    assert gc.isenabled()
    gc.disable()
    try:
        parse(source, Diagnostics(), c_parser=c_parser)
        assert not gc.isenabled()
    finally:
        gc.enable()


STORYBOARD = """\
storyboard: 1   # the version
title: 'It''s 𝒯he Last "Lighthouse"'
x-look: &look {style: "35mm\\tfilm,
    muted \\
    palette", "quoted": 'a

    b'}
characters:
  mara: &mara
    frontal: https://example.com/a.png?x=1#top
    looks: {nightgown: {<<: *look, frontal: n.png}}
  ? ben
  : <<: *mara
    description: >+
      a boy
      of nine

        who runs


scenes:
- id: s1
  shots:
  - prompt: |2
        @mara climbs
       and stops
    duration: 4s
  - {prompt: "@ben: \\u00e9", beats: [a, {prompt: b}, c: d, ]}
  -
    prompt: plain text
      over two lines
    notes:
  - !!map
    prompt: !!str &last text
  - prompt: *last
"""


def test_both_parsers_give_the_same_nodes(c_parser: bool) -> None:
    if not HAS_C_PARSER:
        pytest.skip("PyYAML was built without libyaml")
    node = good(STORYBOARD, c_parser=c_parser)
    assert shape(node) == shape(good(STORYBOARD, c_parser=not c_parser))
    # And the text of every plain scalar that stands on one line is where it says.
    for one in nodes(node):
        if isinstance(one, Scalar) and not one.style and "\n" not in one.span.text:
            assert one.span.text == one
