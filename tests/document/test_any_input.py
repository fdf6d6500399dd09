"""Whatever the bytes, there is a node or a message, in bounded time and memory."""

from __future__ import annotations

import signal
from collections.abc import Iterator

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from syntax_samples import PARSERS, check_places, codes, nodes, only, parse_text, read, shape

from storyboard.diagnostics import Diagnostics, Severity
from storyboard.document import Node, Sequence
from storyboard.document.events import HAS_C_PARSER
from storyboard.document.parser import MAX_ALIASED_NODES, MAX_DEPTH

SEED = """\
storyboard: 1
title: 'It''s "late"'
x-base: &base {frontal: "a\\tb.png", looks: [x, *none]}
characters:
  mara: {<<: *base, description: !!str old}
  ? ben
  : |+
    a boy

scenes:
- id: s1   # note
  shots:
  - prompt: "{{ weather }} @mara
      climbs"
    beats: [a, b: c]
  - prompt: >-
      one
        two
  - - nested
    -
"""
# fmt: off
TOKENS = [
    "\n", "\n  ", "\n- ", ": ", ":", ", ", "[", "]", "{", "}", "{{", "}}", "{%", "'", '"', "\\",
    "\\x", "\\u12", "# ", "#", "@", "`", "%", "%YAML 9.9\n", "%TAG ! x\n", "&a ", "&", "*a",
    "*", "!", "!!int ", "!x!y ", "!<", "> ", "|\n", "|+\n", ">2\n", "<<: ", "? ", "---", "...",
    "\t", "\r", "\x00", "\x85", "\u2028", "\ufeff", "\ud800", "é", "𝒳", "~", "null", " ",
]
# fmt: on


def check(node: Node | None, diagnostics: Diagnostics) -> None:
    check_places(diagnostics)
    assert node is not None or len(diagnostics) > 0
    assert all(found.severity is Severity.ERROR for found in diagnostics)
    if node is not None:
        for one in nodes(node):
            assert 0 <= one.start <= one.end <= len(one.origin.source.text)


@pytest.fixture
def quick() -> Iterator[None]:
    """Fails a test that hangs, rather than the whole run."""

    def stop(*_: object) -> None:
        raise TimeoutError("parsing hangs")

    before = signal.signal(signal.SIGVTALRM, stop)
    signal.setitimer(signal.ITIMER_VIRTUAL, 20)
    yield
    signal.setitimer(signal.ITIMER_VIRTUAL, 0)
    signal.signal(signal.SIGVTALRM, before)


@settings(max_examples=200, deadline=None)
@given(data=st.binary(max_size=200), c_parser=st.sampled_from(PARSERS))
@example(data=b"\xff\xfe", c_parser=True)
@example(data=b"a: \xe9", c_parser=True)
def test_any_bytes_give_a_node_or_a_message(data: bytes, c_parser: bool) -> None:
    check(*read(data, c_parser=c_parser))


@settings(max_examples=200, deadline=None)
@given(
    parts=st.lists(st.sampled_from([*TOKENS, "key", "a text"]), max_size=25),
    c_parser=st.sampled_from(PARSERS),
)
def test_any_pieces_of_yaml_give_a_node_or_a_message(parts: list[str], c_parser: bool) -> None:
    check(*parse_text("".join(parts), c_parser=c_parser))


EDITS = st.lists(
    st.tuples(st.integers(0, len(SEED)), st.integers(0, 4), st.sampled_from([*TOKENS, ""])),
    min_size=1,
    max_size=4,
)


@settings(max_examples=200, deadline=None)
@given(edits=EDITS)
def test_any_edit_of_a_storyboard_gives_the_same_nodes_from_both_parsers(
    edits: list[tuple[int, int, str]],
) -> None:
    text = SEED
    for place, deleted, inserted in edits:
        text = text[:place] + inserted + text[place + deleted :]
    results = [parse_text(text, c_parser=c_parser) for c_parser in PARSERS]
    for node, diagnostics in results:
        check(node, diagnostics)
    # Where only one of the two takes a text as YAML, there is nothing to compare; and they do not
    # agree where a tag ends, which is refused anyway.
    broken = {"SB004", "SB005", "SB006", "SB007", "SB008", "SB009", "SB015", "SB016"}
    if all(node is not None and not broken & {*codes(said)} for node, said in results):
        assert len({repr(shape(node)) for node, _ in results}) == 1
        assert len({repr(codes(diagnostics)) for _, diagnostics in results}) == 1


def test_collections_may_be_nested_64_deep_and_no_deeper() -> None:
    assert MAX_DEPTH == 64
    node, diagnostics = read("[" * 64 + "]" * 64)
    assert len(diagnostics) == 0
    assert isinstance(node, Sequence)
    node, diagnostics = read("[" * 65 + "]" * 65)
    assert node is None
    found = only(diagnostics)
    assert found.code.id == "SB013"
    assert found.span is not None
    assert found.span.column == 65


@pytest.mark.parametrize("c_parser", PARSERS)
@pytest.mark.parametrize(
    ("before", "around"),
    [("", 0), ("\ufeff", 0), ("# é𝒳\nx-a: [b, c]\nx-d:\n  e: ", 2), ("- x\n- y: ", 2)],
)
@pytest.mark.parametrize("levels", [100, 999, 1_000, 1_001, 5_000])
def test_a_nest_of_any_depth_is_reported_where_it_becomes_too_deep(
    before: str, around: int, levels: int, c_parser: bool
) -> None:
    _, diagnostics = parse_text(before + "[" * levels + "]" * levels, c_parser=c_parser)
    found = only(diagnostics)
    assert found.code.id == "SB013"
    assert found.span is not None
    assert found.span.start == len(before) + MAX_DEPTH - around


def test_a_nest_that_the_parser_alone_refuses_is_reported_somewhere() -> None:
    # Its first bracket has to be a key, which the part before the parser's limit cannot tell.
    node, diagnostics = parse_text("a: 1\n" + "[" * 5_000)
    # What stands before it is kept where the parser itself does not refuse.
    assert node in (None, {"a": "1"})
    check_places(diagnostics)
    assert only(diagnostics).code.id in {"SB005", "SB013"}


def test_aliases_cannot_nest_deeper_than_texts_can() -> None:
    links = "".join(f"- &a{n} [*a{n - 1}]\n" for n in range(1, 70))
    node, diagnostics = read("- &a0 [x]\n" + links)
    assert node is None
    assert codes(diagnostics) == ["SB013"]


def test_a_few_aliases_of_aliases_are_refused_before_they_unfold() -> None:
    laughs = "".join(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]\n" for n in range(1, 10))
    node, diagnostics = read("a0: &a0 [" + ", ".join(["ha"] * 9) + "]\n" + laughs)
    assert node is None
    found = only(diagnostics)
    assert found.code.id == "SB012"
    assert found.labels


def test_aliases_may_bring_100_000_values_and_no_more() -> None:
    assert MAX_ALIASED_NODES == 100_000
    node, diagnostics = read("- &a x\n" + "- *a\n" * 100_000)
    assert isinstance(node, Sequence)
    assert len(node) == 100_001
    assert len(diagnostics) == 0
    node, diagnostics = read("- &a x\n" + "- *a\n" * 100_001)
    assert node is None
    assert codes(diagnostics) == ["SB012"]


def test_a_file_with_too_many_mistakes_is_given_up() -> None:
    node, diagnostics = read("- !x y\n" * 5_000)
    assert node is None
    assert len(diagnostics) == 101
    assert "more than 100 mistakes" in list(diagnostics)[-1].message


BOMBS = {
    "brackets": "[" * 3_000_000,
    "brackets-50k": "[" * 50_000,
    "braces": "{ " * 1_500_000,
    "templates": "{" * 3_000_000,
    "dashes": "- " * 1_500_000,
    "questions": "? " * 1_500_000,
    "empty-keys": "?\n" * 1_500_000,
    "values": "[" + "a," * 1_000_000,
    "tags": "".join(f"%TAG !a{n}! b\n" for n in range(500_000)),
    "equal-keys": "a: 1\n" * 700_000,
    "unknown-aliases": "- *a\n" * 700_000,
    "quotation": "a: '" + "x" * 3_000_000,
    "anchor": "&" + "a" * 3_000_000 + " @",
    "long-text": "a: b: " + "x " * 1_500_000,
    "blanks": "a" + " " * 3_000_000 + "@ b: c: d",
    "lines": "\n" * 700_000 + "@",
    "indented-lines": "  a: b\n" * 1_000 + " c: d",
    "comments": "a: b\n" + "# note\n" * 400_000 + "---\n@",
    "documents": "---\n" * 700_000,
    "escape": 'a: "' + "x" * 3_000_000 + '\\q"',
    "commas": "[a" + "," * 3_000_000,
    "colons": ": " * 1_500_000,
    "at-and-lines": "a: @b\n" + "  c\n" * 700_000,
}


@pytest.mark.usefixtures("quick")
@pytest.mark.parametrize("name", BOMBS)
def test_a_bomb_ends_in_a_message(name: str) -> None:
    node, diagnostics = read(BOMBS[name], c_parser=HAS_C_PARSER)
    assert len(diagnostics) > 0
    check_places(diagnostics)
    del node
