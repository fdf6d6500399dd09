"""Words of film people that are no keys: which key says the same, from ``film_words.yaml``."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from functools import cache
from importlib.resources import files

from msgspec import Struct

from storyboard.diagnostics import Diagnostics, Source
from storyboard.diagnostics.spelling import fold
from storyboard.document import Mapping as MappingNode
from storyboard.document import parse

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


class FilmWord(Struct, frozen=True, kw_only=True):
    """What a word is written as here: another ``key``, or the ``advice`` what to write instead."""

    key: str = ""
    advice: str = ""


def film_word(word: str, keys: Collection[str]) -> FilmWord | None:
    """What is written for a word in the block that takes ``keys``; None where nobody knows."""
    for block, signs in _SIGNS.items():
        if signs <= set(keys):
            found = film_words()[block].get(fold(word.strip()).replace(" ", "_"))
            return found if found is None or not found.key or found.key in keys else None
    return None


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
