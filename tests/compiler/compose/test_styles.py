"""A style is said at the end of every prompt: in words, or as a picture."""

from __future__ import annotations

from collections.abc import Callable

import pytest

Say = Callable[..., list[str]]

CAST = """
language: en
styles:
  ink: {description: loose ink, image: set.png}
  beauty: {description: "soft film grain, pale gold"}
  stopped: {description: soft film grain.}
characters: {mara: {frontal: front.png, references: [side.png]}, pim: {description: a boy}}
"""


@pytest.mark.parametrize(
    ("style", "said"),
    [
        ("35mm film", "Rain. 35mm film."),
        ("noir!", "Rain. Noir!"),
        ('"@beauty"', "Rain. Soft film grain, pale gold."),
        ('"@ink"', "Rain. In the style of @Image1."),
        ('"ink like @ink, slow"', "Rain. Ink like @Image1, slow."),
        ('"hand-drawn, @beauty"', "Rain. Hand-drawn, soft film grain, pale gold."),
        ('"@stopped"', "Rain. Soft film grain."),
        ('"the colours of @mara and @pim"', "Pim: a boy. Rain. The colours of @Element1 and Pim."),
    ],
)
def test_a_style_closes_the_prompt(style: str, said: str, say: Say) -> None:
    assert say(f"{CAST}style: {style}\nscenes: [{{shots: [Rain.]}}]\n") == [said]


def test_the_style_of_a_scene_stands_for_that_of_the_film(say: Say) -> None:
    assert say(f'{CAST}style: noir\nscenes: [{{style: "@beauty", shots: [Rain.]}}]\n') == [
        "Rain. Soft film grain, pale gold."
    ]


def test_a_style_of_a_picture_is_words_where_the_target_takes_none(say: Say) -> None:
    film = CAST + 'style: "@ink"\nscenes: [{shots: [Rain.]}]\n'
    assert say(film, "fal/kling-v2.6-pro-text-to-video") == ["Rain. Loose ink."]


def test_a_description_within_a_sentence_leaves_its_stop(say: Say) -> None:
    assert say(f'{CAST}style: "like @stopped, dim"\nscenes: [{{shots: [Rain.]}}]\n') == [
        "Rain. Like soft film grain, dim."
    ]


def test_a_style_within_a_sentence_may_name_others(say: Say) -> None:
    assert say("""
characters: {mara: {frontal: front.png, references: [side.png]}, pim: {description: a boy}}
styles: {beauty: {description: the grain of @mara and @pim}}
style: "with @beauty, soft"
scenes: [{shots: [Rain.]}]
""") == ["Pim: a boy. Rain. With the grain of @Element1 and Pim, soft."]


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("zh", "下雨。采用@Image1的风格。"),
        ("ja", "下雨。@Image1のスタイルで。"),
        ("es", "下雨。 Al estilo de @Image1."),
    ],
)
def test_the_style_of_a_picture_is_a_sentence_in_any_language(
    language: str, said: str, say: Say
) -> None:
    film = f'styles: {{ink: {{image: set.png}}}}\nstyle: "@ink"\nlanguage: {language}\n'
    assert say(f"{film}scenes: [{{shots: [下雨]}}]\n") == [said]
