"""The table of words that film people use leads to keys that there are."""

from __future__ import annotations

import pytest

from storyboard.language.cast import Element, Image
from storyboard.language.film_words import film_word, film_words
from storyboard.language.model import Line, Scene, Shot, Storyboard

MODELS = {
    "film": Storyboard,
    "scene": Scene,
    "shot": Shot,
    "line": Line,
    "member": Element,
    "place": Image,
}


@pytest.mark.parametrize("block", MODELS)
def test_every_word_is_no_key_and_leads_to_one_or_to_advice(block: str) -> None:
    keys = set(MODELS[block].model_fields)
    for word, meant in film_words()[block].items():
        assert word not in keys, word
        assert film_word(word, keys) == meant
        assert (meant.key in keys) is (not meant.advice), word


def test_the_table_has_these_blocks_and_is_asked_in_any_spelling() -> None:
    assert film_words().keys() == MODELS.keys()
    found = film_word("Voice-Over", set(Shot.model_fields))
    assert found is not None
    assert found.key == "narration"
    assert film_word("marmalade", set(Shot.model_fields)) is None
