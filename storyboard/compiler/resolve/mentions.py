"""Mentions: ``@name``, ``@name.look``, ``@{name}``, ``@@`` in a text, bound to the cast.

A name takes the whole word that follows the ``@``. In scripts that write words without spaces
it is the longest declared name that begins there. An ``@`` inside a word is literal.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator
from functools import partial

from msgspec import Struct

from storyboard.targets.tag_forms import is_named, tag_parts

_AT = re.compile(r"@(?:(@)|\{([^{}\n]*)(\})?|([\w-]+))?")
_LOOK = re.compile(r"\.([^\W\d][\w-]*)")
VENDOR_TAG = re.compile(r"@(?:element|image|video|audio|voice)_?[0-9]+|<<<", re.IGNORECASE)
"""What a vendor's rewriting would take for a tag."""


def own_tags(*tags: str) -> re.Pattern[str] | None:
    """A pattern of a target's numbered tags that ``VENDOR_TAG`` does not find.

    None where there are none, so that nothing more has to be searched for.
    """
    written = [tag_parts(tag) for tag in tags if not is_named(tag)]
    odd = [
        f"{re.escape(before)}[0-9]+{re.escape(after)}"
        for before, after in written
        if not VENDOR_TAG.match(f"{before}1{after}")
    ]
    return re.compile("|".join(odd)) if odd else None


_UNSPACED = (
    (0x0E00, 0x0EFF),  # Thai, Lao
    (0x1000, 0x109F),  # Myanmar
    (0x1780, 0x17FF),  # Khmer
    (0x3040, 0x30FF),  # Hiragana, Katakana
    (0x3400, 0x4DBF),  # Han
    (0x4E00, 0x9FFF),
    (0xF900, 0xFAFF),
    (0x20000, 0x323AF),
)
"""Scripts that write words without spaces between them, by code points."""

_MAX_LENGTH = 100
"""Code points of a name, at most; longer beginnings of a run of letters are not looked up."""


def is_unspaced(character: str) -> bool:
    """Whether the character's script writes words without spaces."""
    point = ord(character)
    return point >= 0x0E00 and any(first <= point <= last for first, last in _UNSPACED)


def normal(name: str) -> str:
    """A name as names are compared: composed, so that one letter is written one way."""
    return name if name.isascii() else unicodedata.normalize("NFC", name)


class Mention(Struct, frozen=True):
    """One ``@`` of a text: ``text[start:end]`` is all of it.

    ``kind`` is ``name`` (with ``name`` and perhaps ``look``), ``escape`` for ``@@``,
    ``unclosed`` for braces without an end. ``braced`` names never look past their braces.
    """

    kind: str
    start: int
    end: int
    name: str = ""
    look: str = ""
    braced: bool = False


def mentions(
    text: str, is_declared: Callable[[str], bool], has_look: Callable[[str, str], bool]
) -> Iterator[Mention]:
    """Find the mentions of a text, left to right; a literal ``@`` is not one."""
    resume = 0
    for match in _AT.finditer(text):
        start = match.start()
        if start < resume:
            continue
        if match[1]:
            resume = match.end()
            yield Mention("escape", start, resume)
            continue
        if match.end() == start + 1 or is_inside_word(text, start):
            # A literal @; the text after it may hold a mention of its own.
            continue
        if match[2] is not None:
            if not match[3]:
                yield Mention("unclosed", start, match.end())
                continue
            name, _, look = match[2].partition(".")
            resume = match.end()
            yield Mention(
                "name", start, resume, normal(name.strip()), normal(look.strip()), braced=True
            )
            continue
        end = _word_end(text, match.end())
        name, end = _declared_part(text[start + 1 : end], start + 1, is_declared)
        look = ""
        if (dotted := _LOOK.match(text, end)) is not None:
            stop = _word_end(text, dotted.end())
            is_look = partial(has_look, name)
            look, end = _declared_part(text[end + 1 : stop], end + 1, is_look)
        resume = end
        yield Mention("name", start, end, name, look)


def declared_at(text: str, start: int, is_declared: Callable[[str], bool]) -> str | None:
    """The declared name that begins at ``start``, as it is written there."""
    end = _word_end(text, start)
    name, end = _declared_part(text[start:end], start, is_declared)
    return text[start:end] if is_declared(name) else None


def is_inside_word(text: str, at: int) -> bool:
    """Whether a letter or digit of a spaced script stands right before the ``@``."""
    if at == 0:
        return False
    before = text[at - 1]
    return (before.isalnum() or before == "_") and not is_unspaced(before)


def _word_end(text: str, end: int) -> int:
    """Where the word goes on over combining marks, which \\w leaves out."""
    while end < len(text) and (
        text[end].isalnum() or text[end] in "_-" or unicodedata.category(text[end])[0] == "M"
    ):
        end += 1
    return end


def _declared_part(word: str, start: int, is_declared: Callable[[str], bool]) -> tuple[str, int]:
    """The name that a word begins with, and where it ends in the text."""
    name = normal(word)
    if is_declared(name):
        return name, start + len(word)
    bare = word.rstrip("-_")
    if bare != word and is_declared(normal(bare)):
        return normal(bare), start + len(bare)
    if any(map(is_unspaced, word)):
        for length in range(min(len(word) - 1, _MAX_LENGTH), 0, -1):
            borders = is_unspaced(word[length]) or is_unspaced(word[length - 1])
            if borders and is_declared(normal(word[:length])):
                return normal(word[:length]), start + length
    return name, start + len(word)
