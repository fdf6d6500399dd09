"""A film with one slip keeps everything else, at the places where it was."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from slips import SLIPS, Slipped, slipped_films
from syntax_samples import PARSERS, check_places, parse_text, read, shape

from storyboard.diagnostics import Diagnostics
from storyboard.document import Mapping, Node, Scalar, Sequence, recovery
from storyboard.document.outline import outline


def shots_of(node: Node | None) -> list[Any]:
    """The shots of a film, with every place, and the number of its scene."""
    assert isinstance(node, Mapping)
    scenes = node["scenes"]
    assert isinstance(scenes, Sequence)
    found = []
    for number, scene in enumerate(scenes):
        assert isinstance(scene, Mapping)
        assert isinstance(scene["shots"], Sequence)
        found += [(number, shape(shot)) for shot in scene["shots"]]
    return found


@settings(max_examples=300, deadline=None)
@given(film=slipped_films(), c_parser=st.sampled_from(PARSERS))
def test_one_slip_costs_at_most_its_own_shot(film: Slipped, c_parser: bool) -> None:
    right, _ = read(film.right, c_parser=c_parser)
    node, diagnostics = read(film.text, c_parser=c_parser)
    moved = len(film.right) - len(film.text)
    slip = sum(len(line) + 1 for line in film.text.split("\n")[: film.line])
    expected, found = shots_of(right), shots_of(node)
    assert len(found) == len(expected)
    for number, (was, is_) in enumerate(zip(expected, found, strict=True)):
        if number < film.shot:
            assert is_ == was
        elif number > film.shot:
            assert is_ == shifted(was, -moved, slip)
    said = list(diagnostics)
    assert said, film.text
    assert said[0].span is not None
    # A line that is no key is seen in the line below it; nothing else is said at all.
    assert film.line <= said[0].span.line <= film.line + 1
    assert len(said) == 1, [one.message for one in said]
    check_places(diagnostics)


def shifted(value: Any, by: int, after: int) -> Any:
    """A shape with its offsets moved, as the slip made the text shorter."""
    scene, inner = value

    def moved(part: Any) -> Any:
        if isinstance(part, bool) or part is None or isinstance(part, str):
            return part
        if isinstance(part, int):
            return part + by
        if isinstance(part, list):
            return [moved(one) for one in part]
        return tuple(moved(one) for one in part)

    return scene, moved(inner)


@pytest.mark.parametrize("c_parser", PARSERS)
@pytest.mark.parametrize("kind", SLIPS)
def test_a_slip_in_each_of_fourteen_shots_costs_no_other(kind: str, c_parser: bool) -> None:
    lines = ["scenes:", "  - shots:"]
    keys = ['        prompt: "@mara climbs"', "        cast: [mara]"]
    for number in range(14):
        lines += [f"      - id: t{number}", *keys]
    right = shots_of(read("\n".join(lines), c_parser=c_parser)[0])
    index = {"bracket": 2}.get(kind, 1)
    for number in range(14):
        at = 2 + 3 * number + index
        wrong = [*lines[:at], SLIPS[kind](lines[at]), *lines[at + 1 :]]
        node, diagnostics = read("\n".join(wrong), c_parser=c_parser)
        assert len(diagnostics) == 1
        found = shots_of(node)
        assert len(found) == 14
        assert found[:number] == right[:number]


def test_an_unquoted_mention_is_the_text_that_it_is_meant_to_be() -> None:
    node, _ = read("a: @mara climbs\n  and waits  # note\nb: [@pim, x]\nc: {{ weather }} sea\n")
    assert node == {"a": "@mara climbs and waits", "b": ["@pim", "x"], "c": "{{ weather }} sea"}


def test_a_hole_is_told_from_an_empty_text() -> None:
    node, _ = read('a: "\nb:\n  - "x\n  - y\nc z\nd: ""\n')
    assert isinstance(node, Mapping)
    assert node.is_broken
    styles = {
        key: value.style if isinstance(value, Scalar) else [one.style for one in value]  # type: ignore[union-attr]
        for key, value in node.items()
    }
    assert styles == {"a": "?", "b": ["?", ""], "d": '"'}


def test_what_was_blanked_out_takes_its_anchors_along_without_a_word() -> None:
    node, diagnostics = read('a: &a {b: "c}\nd: *a\ne:\n  <<: *a\n  f: *none\n')
    assert [one.code.id for one in diagnostics] == ["SB008", "SB011"]
    assert node is not None


def test_a_file_with_many_slips_is_given_up_after_a_bounded_number() -> None:
    text = "".join(f"k{number}: @mara\n" for number in range(recovery.MAX_BREAKDOWNS))
    node, diagnostics = read(text)
    assert isinstance(node, Mapping)
    assert len(diagnostics) == recovery.MAX_BREAKDOWNS
    node, diagnostics = read(text + "k: @mara\n")
    assert node is None
    assert len(diagnostics) == recovery.MAX_BREAKDOWNS + 1


def test_a_good_file_is_parsed_once_and_no_outline_is_made(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_text: str) -> None:
        raise AssertionError("an outline of a good file")

    monkeypatch.setattr(recovery, "outline", refuse)
    node, _ = read("a: 'b'\nc: [d]\n")
    assert node == {"a": "b", "c": ["d"]}


PIECES = ["- ", "[", '"', "a: ", "  ", "\t", "a: |\n b\n", "- a: 'x\n", "%"]


@pytest.mark.parametrize("piece", PIECES)
def test_an_outline_does_work_in_proportion_to_its_text(piece: str) -> None:
    counts = []
    for times in (200, 2_000):
        found = outline(piece * times)
        counts.append(len(found.entries) + len(found.openings))
    assert counts[1] <= 10 * counts[0] + 10


@settings(max_examples=300, deadline=None)
@given(
    parts=st.lists(
        st.sampled_from(
            ["- ", "a: ", "b:\n", "  ", "    ", "\n", '"', "'", "[", "]", "{", "}", "@mara", "text",
             "\t", "|\n", "# x\n", "&n ", "*n", ", ", ": ", "- - ", "? ", "!", "...\n", "---\n"]
        ),
        max_size=30,
    ),
    c_parser=st.sampled_from(PARSERS),
)  # fmt: skip
@example(parts=["\n- ", "\t", "\n", ": "], c_parser=True)
def test_any_text_gives_a_tree_or_a_located_error(parts: list[str], c_parser: bool) -> None:
    node, diagnostics = parse_text("".join(parts), c_parser=c_parser)
    assert isinstance(diagnostics, Diagnostics)
    check_places(diagnostics)
    assert node is not None or len(diagnostics) > 0
