"""The texts of a film as its prompts have to say them, and prompts as the film says them.

What is compared is words without their tags, spaces and punctuation, in one case.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from storyboard.compiler.film import MENTION, Cast, Passage, marks_of
from storyboard.compiler.words import WORDS

_NOISE = re.compile(r"[\W_]+")
_THE = re.compile(r"\bthe\b", re.IGNORECASE)


class FilmTexts:
    """The passages of a film as its prompts have to say them."""

    def __init__(self, cast: Cast) -> None:
        self._cast = cast
        in_words = (mark for mark in cast.marks() if cast.reference(mark) is None)
        self._drops_the = any(cast[mark].has_article for mark in in_words)
        self._words: dict[str, str] = {}

    def said(self, passage: Passage) -> str:
        """A passage as prompts say it, with names in place of tags."""
        text = passage.text
        for mark in marks_of(text):
            text = text.replace(mark, self.word(mark))
        return text

    def word(self, mark: str) -> str:
        """What prompts say for a mention."""
        known = self._words.get(mark)
        if known is None:
            known = self._words[mark] = self._word(mark)
        return known

    def _word(self, mark: str) -> str:
        one = self._cast[mark]
        if one.reference is not None:
            return f"@{one.name}"
        if one.kind == "style" and (described := self._cast.introductions.get(mark)):
            return MENTION.sub(self._inner_word, described[0].text)
        return one.label

    def _inner_word(self, found: re.Match[str]) -> str:
        one = self._cast[found[0]]
        return one.label if one.reference is None else f"@{one.name}"

    def squeezed(self, passage: Passage) -> str:
        """The letters of a passage as prompts say it."""
        return self.squeeze(self.said(passage))

    def squeeze(self, text: str) -> str:
        """The letters and digits of a text in one case; articles aside where some are ours."""
        if self._drops_the:
            text = _THE.sub("", text)
        return letters(text).casefold()


def letters(text: str) -> str:
    """The letters and digits of a text."""
    return _NOISE.sub("", text)


def read_back(words: str, tokens: Mapping[str, str]) -> str:
    """Words with the names of the cast in place of the tags."""
    for tag in sorted(tokens, key=len, reverse=True) if len(tokens) > 9 else tokens:
        if tag in words:
            words = words.replace(tag, f"@{tokens[tag]}")
    return words


def joints() -> set[str]:
    """Everything that a composition may put between a writer's words, in any language."""
    found = {" ", "; ", "", *".。।"}
    for words in WORDS.values():
        before, _, after = words.with_people.partition("{}")
        style_before, _, style_after = words.style_of.partition("{}")
        found |= {words.comma, words.last_and, words.stop, words.space, words.link}
        found |= {f"{words.link} ", before, after, style_before, style_after}
        found.add(style_before[:1].upper() + style_before[1:])
        labels = (words.place, words.camera, words.light, words.sound)
        found |= {f"{label}{words.colon}" for label in labels}
    return found
