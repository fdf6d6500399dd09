"""Texts of a storyboard made ready: templates filled in, mentions turned into marks."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from storyboard.diagnostics import Diagnostics, Span
from storyboard.diagnostics.codes import (
    RESERVED_CHARACTER,
    TOO_LONG,
    UNCLOSED_NAME,
    VENDOR_TAG,
)
from storyboard.film import MENTION
from storyboard.resolve.cast import FIRST_WORDS, Names
from storyboard.resolve.compose import BEAT
from storyboard.resolve.filters import LONGEST_TEXT
from storyboard.resolve.mentions import VENDOR_TAG as TAG
from storyboard.resolve.mentions import mentions, normal, own_tags
from storyboard.resolve.templates import Rendered, render
from storyboard.syntax import Scalar

_BREAK = re.compile(r"[ \t]*[\r\n\x0b\x0c\x1c-\x1e\x85\u2028\u2029]\s*")
_SPECIAL = re.compile(r"[{<\r\n\x0b\x0c\x1c-\x1e\x85\u2028\u2029\U000f0000-\U0010ffff]")
"""What a text without templates, line breaks and marks does not have."""

_NAME = re.compile(r"@(?<![\w@]@)([A-Za-z_][A-Za-z0-9_-]*)(?![\w@-]|\.\w)")
"""The mention that most texts have: an ASCII name between other characters."""

_ENDS_SENTENCE = set(".!?…。！？")
_SKIPPED = {" ", BEAT, *"\"'”’»)"}
"""What may stand between the end of a sentence and the next one."""
_MOST_UNFOLDED = 2_000
"""Mentions of names without pictures in one text, those in their own words included."""
_DEEPEST_WORDS = 4
"""How often descriptions that mention others with pictures are followed, where all is words."""
_MARK = re.compile("[\U000f0000-\U0010ffff]")


@dataclass(slots=True)
class Texts:
    """Encodes texts over the film's variables and names; ``looks`` are the scene's.

    Line breaks become spaces: a prompt is prose, however its file is laid out.
    """

    names: Names
    variables: Mapping[str, Any]
    diagnostics: Diagnostics
    used: set[str] = field(default_factory=set)
    _looks: Mapping[str, str] | None = None
    _known: Callable[[re.Match[str]], str] = str
    _own_tags: re.Pattern[str] | None = None

    def __post_init__(self) -> None:
        tags = self.names.target.tags
        self._own_tags = own_tags(tags.element, tags.image)

    def encode(self, scalar: Scalar, looks: Mapping[str, str]) -> str:
        """The text with its template filled in and a mark for each mention."""
        if _SPECIAL.search(scalar) is None and len(scalar) <= LONGEST_TEXT:
            if "@" not in scalar and self._own_tags is None:
                return scalar
            encoded = self._encode_known(scalar, looks)
            if "@" in encoded:
                encoded = self._encode_all(scalar, looks)
        else:
            encoded = self._encode_all(scalar, looks)
        if self._own_tags is not None and (tag := self._own_tags.search(encoded)) is not None:
            self._say_tag(tag[0], scalar.span)
        return encoded

    def _encode_all(self, scalar: Scalar, looks: Mapping[str, str]) -> str:
        rendered = render(scalar, self.variables, self.diagnostics, self.used)
        text = rendered.text
        if len(text.splitlines()) > 1:
            return _BREAK.sub(" ", self._marked(rendered, text, looks))
        return self._marked(rendered, text, looks)

    def _marked(self, rendered: Rendered, text: str, looks: Mapping[str, str]) -> str:
        if not text.isascii() and not self._is_free_of_marks(rendered):
            return ""
        if "<<<" in text and (tag := TAG.search(text)) is not None and tag[0] == "<<<":
            self._report_tag(rendered, tag.start(), tag.end())
        if "@" not in text:
            return text
        if "@" not in (encoded := self._encode_known(text, looks)):
            return encoded
        return self._encode(rendered, looks)

    def _encode_known(self, text: str, looks: Mapping[str, str]) -> str:
        """The text with a mark for each plain name that was met before.

        Most mentions are such names; where all are, no @ is left.
        """
        if looks is not self._looks:
            self._looks, find = looks, self.names.find
            self._known = lambda said: find(said[1], looks.get(said[1], "")) or said[0]
        return _NAME.sub(self._known, text)

    def _encode(self, rendered: Rendered, looks: Mapping[str, str]) -> str:
        text, names = rendered.text, self.names
        out: list[str] = []
        end = 0
        for mention in mentions(text, names.has, names.has_look):
            out.append(text[end : mention.start])
            end = mention.end
            if mention.kind == "escape":
                out.append("@")
            elif mention.kind == "unclosed":
                span = rendered.span(mention.start, mention.end)
                self.diagnostics.add(
                    UNCLOSED_NAME,
                    "a name in braces has no closing brace",
                    span,
                    help='close it, as in "@{mara}"; a literal @ is written @@',
                )
            elif not names.has(mention.name) and TAG.match(f"@{mention.name}"):
                self._report_tag(rendered, mention.start, mention.end)
            else:
                look = mention.look or looks.get(mention.name, "")
                mark = names.find(mention.name, look)
                if mark is None:
                    span = rendered.span(mention.start, mention.end)
                    mark = names.mark(mention.name, look, span)
                out.append(mark if mark is not None else mention.name)
                if mark is not None and end < len(text) and text[end].isdigit():
                    # @{mara}2 would read as another number of the vendor's tag.
                    out.append(" ")
        out.append(text[end:])
        encoded = "".join(out)
        if (tag := TAG.search(encoded)) is not None:
            self._report_tag(rendered, 0, len(text), tag[0])
        return encoded

    def report_unfolding(self, name: str, words: Scalar | str) -> None:
        """Say that descriptions and labels mention each other without end."""
        self.diagnostics.add(
            TOO_LONG,
            f'the words of "{name}" mention names whose words mention names, and unfold into more '
            f"than {LONGEST_TEXT:,} characters or {_MOST_UNFOLDED:,} mentions",
            words.span if isinstance(words, Scalar) else None,
            help="write a label: or a description: without other names in it",
        )

    def _is_free_of_marks(self, rendered: Rendered) -> bool:
        found = _MARK.search(rendered.text)
        if found is None:
            return True
        at = found.start()
        self.diagnostics.add(
            RESERVED_CHARACTER,
            f"the private-use character U+{ord(rendered.text[at]):04X} means nothing to a model",
            rendered.span(at, at + 1),
            help="remove it; it often comes from an icon font",
        )
        return False

    def _report_tag(self, rendered: Rendered, start: int, end: int, tag: str = "") -> None:
        self._say_tag(tag or rendered.text[start:end], rendered.span(start, end))

    def _say_tag(self, tag: str, span: Span) -> None:
        self.diagnostics.add(
            VENDOR_TAG,
            f'"{tag}" is a vendor\'s tag, which the compiler numbers itself for each request',
            span,
            help="write the name, such as @mara; its number follows from the request",
        )


def put_words(text: str, names: Names, texts: Texts, looks: Mapping[str, str]) -> str:
    """Replace the marks of members without pictures by their words.

    The first mention in the text becomes the description, later ones the label. Both may
    mention names too: a label that comes back to itself says the bare name there, and what
    unfolds into too much is said, so this always ends.
    """
    if not names.has_words or text.isascii() or max(text) < chr(FIRST_WORDS):
        return text
    out: list[str] = []
    said: set[str] = set()
    waiting = [iter(text)]
    unfolding: list[str] = []
    unfolded = 0
    while waiting:
        character = next(waiting[-1], None)
        if character is None:
            waiting.pop()
            if unfolding:
                unfolding.pop()
        elif character < chr(FIRST_WORDS) or character == BEAT:
            out.append(character)
        else:
            words = names.words(character)
            first = character not in said
            said.add(character)
            chosen = words.description if first else words.label
            if character in unfolding:
                chosen = words.name
            unfolded += 1
            if unfolded > _MOST_UNFOLDED or len(out) > LONGEST_TEXT:
                texts.report_unfolding(words.name, chosen)
                return ""
            plain = texts.encode(chosen, looks) if isinstance(chosen, Scalar) else chosen
            unfolding.append(character)
            waiting.append(iter(_in_sentence(plain.strip(), out)))
    return "".join(out)


def say_all(text: str, names: Names, texts: Texts, looks: Mapping[str, str]) -> str:
    """Replace every mark of a text by words, for a field in which no tag means anything."""
    for _ in range(_DEEPEST_WORDS):
        text = put_words(names.in_words(text), names, texts, looks)
        if text.isascii() or MENTION.search(text) is None:
            return text
    return MENTION.sub(lambda mention: names.cast[mention[0]].name, text)


def _in_sentence(words: str, before: list[str]) -> str:
    """The words with a capital where a sentence begins with them."""
    last = next((piece for piece in reversed(before) if piece not in _SKIPPED), ".")
    return words[:1].upper() + words[1:] if last in _ENDS_SENTENCE else words


def scene_looks(names: Names, looks: Mapping[str, Scalar]) -> dict[str, str]:
    """The looks of a scene by name, without those that do not exist, which are said."""
    bound: dict[str, str] = {}
    for key, look in looks.items():
        name = normal(str(key).removeprefix("@"))
        span = key.span if isinstance(key, Scalar) else look.span
        if not names.has(name):
            names.mark(name, "", span)  # which says so
            continue
        names.mentioned.add(name)
        if names.has_look(name, normal(look)):
            bound[name] = normal(look)
        else:
            names.mark(name, normal(look), look.span)
    return bound
