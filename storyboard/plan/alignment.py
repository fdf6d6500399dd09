"""Where the words of an encoded text stand in the scalar that it was made of.

Variables, mentions and line breaks have other lengths in a text than in its file, so the two are
aligned word by word. What has no counterpart came from a template, and stands where that does.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from functools import lru_cache

from storyboard.compiler.film import MENTION

_TEMPLATE = r"\{\{.*?\}\}|\{%.*?%\}|\{#.*?#\}"
_WORD = r"[0-9A-Za-z]+|\S"
_WORDS = re.compile(_WORD)
_WORDS_AND_TEMPLATES = re.compile(f"{_TEMPLATE}|{_WORD}", re.DOTALL)
_HOLE, _MENTION = "", "@"
_MAX_SKIPPED = 48
"""How many words are passed over, on both sides, to find where the two agree again."""
_ENOUGH = 12
"""How many words in a row are agreement enough."""


def offset_in(written: str, text: str, offset: int) -> int:
    """An offset of an encoded text as an offset of the text as it was written."""
    start = written.find(text)
    if start >= 0:
        return start + offset
    starts, places = _aligned(written, text)
    at = bisect_right(starts, offset) - 1
    return places[at] if at >= 0 else 0


@lru_cache(maxsize=64)  # the parts of a shot ask one after the other
def _aligned(written: str, text: str) -> tuple[list[int], list[int]]:
    """The offsets of a text's words, and where each of them was written."""
    found = [*_WORDS_AND_TEMPLATES.finditer(written)]
    said = [*_WORDS.finditer(text)]
    source = [_HOLE if _is_template(one[0]) else one[0] for one in found]
    words = [_MENTION if MENTION.match(one[0]) else one[0] for one in said]
    at = [*(one.start() for one in found), len(written)]
    places: list[int] = []
    i = j = 0
    while j < len(words):
        if i < len(source) and source[i] == words[j]:
            places.append(at[i])
            i, j = i + 1, j + 1
        elif (agreement := _next_agreement(source, words, i, j)) is not None:
            places += [at[i]] * (agreement[1] - j)
            i, j = agreement
        else:
            break
    # What is left has no beginning in common; it may have an end.
    end, stop = len(source), len(words)
    while end > i and stop > j and source[end - 1] == words[stop - 1]:
        end, stop = end - 1, stop - 1
    places += [at[i]] * (stop - j) + at[end : end + len(words) - stop]
    return [one.start() for one in said], places


def _is_template(word: str) -> bool:
    return len(word) > 1 and word[0] == "{"


def _next_agreement(source: list[str], words: list[str], i: int, j: int) -> tuple[int, int] | None:
    """Where the words agree again behind two that do not; the nearest such place."""
    for skipped in range(1, _MAX_SKIPPED):
        for more in range(skipped + 1):
            if _agree(source, words, i + skipped - more, j + more):
                return i + skipped - more, j + more
    # A template may have made any number of words.
    later = range(j + _MAX_SKIPPED, len(words))
    return next(((i + 1, at) for at in later if _agree(source, words, i + 1, at)), None)


def _agree(source: list[str], words: list[str], i: int, j: int) -> bool:
    """Whether the words are the same up to the next mention or template."""
    for step in range(_ENOUGH):
        if i + step >= len(source):
            return j + step >= len(words)
        word = source[i + step]
        if word == _HOLE:
            return step > 0
        if j + step >= len(words) or word != words[j + step]:
            return False
        if word == _MENTION:
            break
    return True
