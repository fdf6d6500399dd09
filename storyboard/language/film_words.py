"""Words that are no keys where they stand: which key says the same, or where they are keys.

The words of film people and their keys are in ``film_words.yaml``.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from functools import cache
from importlib.resources import files

from msgspec import Struct

from storyboard.diagnostics import Diagnostics, Source
from storyboard.diagnostics.spelling import fold
from storyboard.document import Mapping as MappingNode
from storyboard.document import parse
from storyboard.language.cast import Element, Image
from storyboard.language.model import Defaults, Line, Scene, Shot, Storyboard

_SIGNS = {
    "film": {"scenes"},
    "scene": {"shots", "looks"},
    "shot": {"prompt", "camera"},
    "defaults": {"pack", "camera"},
    "line": {"line", "tone"},
    "member": {"frontal"},
    "place": {"image", "label"},
}
"""Keys that tell a block; the keys of no other hold them all."""

_LEVELS = (
    (Storyboard, "at the top of the file, without indentation"),
    (Scene, "in a scene"),
    (Shot, "in a shot"),
    (Defaults, "below defaults:"),
    (Line, "in a line of dialogue"),
    (Element, "below a character"),
    (Image, "below a location"),
)
"""Where the keys of a block are written."""


class FilmWord(Struct, frozen=True, kw_only=True):
    """What a word is written as here: another ``key``, or the ``advice`` what to write instead."""

    key: str = ""
    advice: str = ""


def film_word(word: str, keys: Collection[str], *, is_text: bool = False) -> FilmWord | None:
    """What is written for a word in the block that takes ``keys``; None where nobody knows.

    ``is_text`` says that a text stands behind the word, and neither a list nor a mapping.
    """
    if word.strip() in keys:
        return None  # only a space is odd
    block = next((name for name, signs in _SIGNS.items() if signs <= set(keys)), None)
    if block is None:
        return None
    folded = fold(word.strip()).replace(" ", "_")
    found = film_words()[block].get(folded)
    if found is not None:
        return found if not found.key or found.key in keys else None
    is_other_number = f"{folded}s" in keys or folded.removesuffix("s") in keys
    return _of_another_level(folded) if is_text or not is_other_number else None


def _of_another_level(word: str) -> FilmWord | None:
    """Where a word is written that is a key of other blocks."""
    places = [place for model, place in _LEVELS if word in model.model_fields]
    return FilmWord(advice=f"write it {', or '.join(places)}") if places else None


@cache
def film_words() -> Mapping[str, Mapping[str, FilmWord]]:
    """All words, by the block in which they may stand."""
    text = (files("storyboard.language") / "film_words.yaml").read_text(encoding="utf-8")
    root = parse(Source("film_words.yaml", text), Diagnostics())
    if not isinstance(root, MappingNode):
        raise TypeError("film_words.yaml is no mapping")
    return {
        block: {word: _read(value) for word, value in words.items()}
        for block, words in root.items()
        if isinstance(words, MappingNode)
    }


def _read(value: object) -> FilmWord:
    if not isinstance(value, MappingNode):
        return FilmWord(key=str(value))
    if "later" in value:
        return FilmWord(advice=f"it is kept for a later version: {value['later']}")
    return FilmWord(advice=str(value["write"]))
