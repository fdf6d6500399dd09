"""A cause that shows in several shots or members is one finding, with its count and its places."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from storyboard.diagnostics import Span

Compose = Callable[..., Any]


def text_at(span: Span) -> str:
    """The line that a place begins in, from there on."""
    return span.source.text[span.start :].partition("\n")[0]


def crowded(made: Any) -> list[tuple[str, str, list[str]]]:
    """What is said of framing without room: message, place, and the places of further shots."""
    return [
        (
            found.message.partition(":")[0],
            text_at(found.span)[:8],
            [text_at(label.span) for label in found.labels],
        )
        for found in made.findings
        if found.code.id == "SB310"
    ]


LONG = "grey light, " * 45
NO_ROOM = "no room for what happens"


def test_framing_without_room_is_one_finding_for_all_the_shots_that_have_it(
    compose: Compose,
) -> None:
    made = compose(
        f"""
defaults: {{long_prompts: never}}
style: {LONG}
scenes:
  - shots: [Rain falls.]
  - id: pier
    shots:
      - Wind rises.
      - Night comes.
"""
    )
    message = f'the framing and the descriptions of "1/1" and of 2 more shots leave {NO_ROOM}'
    assert crowded(made) == [(message, "grey lig", ["Wind rises.", "Night comes."])]


def test_the_same_is_said_of_one_shot_as_it_was(compose: Compose) -> None:
    made = compose(
        f"""
defaults: {{long_prompts: never}}
scenes:
  - shots: [{{prompt: Rain falls., light: "{LONG}"}}, Wind rises.]
"""
    )
    message = f'the framing and the descriptions of "1/1" leave {NO_ROOM}'
    assert crowded(made) == [(message, '"grey li', [])]


def test_two_causes_are_two_findings(compose: Compose) -> None:
    made = compose(
        f"""
defaults: {{long_prompts: never}}
scenes:
  - shots:
      - {{prompt: Rain falls., light: "{LONG}"}}
      - {{prompt: Rain falls., sound: "{LONG}"}}
"""
    )
    assert [message for message, *_ in crowded(made)] == [
        f'the framing and the descriptions of "1/1" leave {NO_ROOM}',
        f'the framing and the descriptions of "1/2" leave {NO_ROOM}',
    ]


def test_characters_who_change_are_one_finding_with_a_place_for_each(compose: Compose) -> None:
    made = compose(
        """
characters:
  mara: {description: a keeper}
  pim: {description: a boy of eight}
  sue: {description: a girl of ten}
scenes:
  - shots: ["@pim meets @mara and @sue."]
  - shots: ["@mara climbs the stairs to @pim."]
  - shots: ["@mara waits."]
"""
    )
    (found,) = [one for one in made.findings if one.code.id == "SB223"]
    assert found.message == (
        "2 characters are described in words in several requests, and will look different in each"
    )
    assert (text_at(found.span)[:4], found.label) == ("mara", "in 3 requests")
    assert [(text_at(one.span)[:3], one.text) for one in found.labels] == [("pim", "in 2 requests")]


def test_one_character_who_changes_is_named(compose: Compose) -> None:
    made = compose(
        """
characters:
  mara: {description: a keeper}
scenes:
  - shots: ["@mara waits."]
  - shots: ["@mara climbs the stairs."]
"""
    )
    (found,) = [one for one in made.findings if one.code.id == "SB223"]
    assert found.message == (
        '"mara" is described in words in 2 requests, and will look different in each'
    )
    assert found.labels == ()
