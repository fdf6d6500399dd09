"""Where a text may be divided: between sentences, clauses and words of any language.

Each function returns the stretches of a text in order; joined, they are the text, so that
nothing is lost. The white space after a stretch belongs to it. No stretch begins inside a
word, a mention, or a quotation (unless ``opened`` allows that), and none begins with a
combining mark or with punctuation that belongs to what stands before.

Sentences are found by sentencex, whose model of English also serves other languages that end
sentences with a point; terminators that need no space after them are found here.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from itertools import accumulate
from typing import NamedTuple

_WINDOW = 4_096
"""Code points given to sentencex at once: its work grows faster than the text it is given."""
_MAX_WINDOW = 4 * _WINDOW
_MAX_QUOTATION = 2_500

_BREAK = r"[^\S\u00a0\u2007\u202f]"
_CLOSERS = r"[\"'”’»›」』】）)\]]*"
_OPENERS = "\"'“‘«‹„「『（(【[{"
_BRACKETS = "「『（(【[{"
# Han, kana, Thai, Lao, Myanmar, Khmer: scripts that put no space between words.
_UNSPACED = (
    r"\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3001-\u3011\u3040-\u30ff\u3400-\u4dbf"
    r"\u4e00-\u9fff\uf900-\ufaff\uff01-\uff9f\U00020000-\U0003ffff"
)

_QUOTATION = re.compile(
    r"“[^“”]*”|„[^„“”]*[“”]|«[^«»]*»|‹[^‹›]*›|「[^「」]*」|『[^『』]*』"
    r'|(?<!\w)"[^"]*"'
    rf"|(?<!\w)'(?=\S)(?:[^'\n]|(?<=\w)'(?=\w)){{1,{_MAX_QUOTATION}}}?(?<=[\w.,!?…])'(?!\w)"
    rf"|‘(?=\S)[^‘]{{1,{_MAX_QUOTATION}}}?(?<=[\w.,!?…])’(?!\w)"
)
_FULL_STOP = re.compile(
    rf"(?:[。！？｡؟۔।॥]+|．(?!\d)|[!?]+(?={_CLOSERS}[{_UNSPACED}])){_CLOSERS}\s*"
)
_PAUSE = re.compile(
    rf"[,;:—–…،؛]+{_CLOSERS}{_BREAK}+"
    rf"|(?:[、，；：]+|[…—]+(?={_CLOSERS}[{_UNSPACED}])){_CLOSERS}\s*"
)
_GAP = re.compile(rf"{_BREAK}+|(?<=[{_UNSPACED}])|(?=[{_UNSPACED}])")
_UNQUOTED = dict.fromkeys(map(ord, '"“”„‘«»‹›「」『』'), " ")
_SPACE = re.compile(r"\s*")
_LOW = frozenset(
    "\u200c\u200d"  # joiners
    "。、，．！？：；…‥・ー々ゝゞヽヾ,.!?;:%\"'"
    "ぁぃぅぇぉっゃゅょゎァィゥェォッャュョヮ"
    "\u0e2f\u0e30\u0e32\u0e33\u0e45\u0e46\u0eaf\u0eb0\u0eb2\u0eb3\u0ec6"  # Thai and Lao vowels
)
_REACHING = frozenset(
    "\u200d\\\u17d2\u1039"  # a joiner, a backslash, the signs that stack the next consonant
    "\u0e40\u0e41\u0e42\u0e43\u0e44\u0ec0\u0ec1\u0ec2\u0ec3\u0ec4"  # vowels before a consonant
)


def sentences(text: str, *, opened: bool = False) -> list[str]:
    """The sentences of a text; with ``opened`` also those inside quotations.

    ``"Go!" she cried.`` is one sentence. A blank line ends one.
    """
    spaced = text.translate(_UNQUOTED) if opened else text  # sentencex keeps quotations whole
    ends = [*_spaced_ends(spaced), *(stop.end() for stop in _FULL_STOP.finditer(text))]
    spoken = (end for end in ends if not _goes_on(text, end))
    return _cut(text, spoken, opened)


def clauses(text: str, *, opened: bool = False) -> list[str]:
    """The stretches between commas, colons and dashes; a colon stays with what it announces."""
    ends = (
        pause.end()
        for pause in _PAUSE.finditer(text)
        if not (pause[0].rstrip()[-1] in ":：" and text[pause.end() : pause.end() + 1] in _OPENERS)
    )
    return _cut(text, ends, opened)


def words(text: str, *, opened: bool = False) -> list[str]:
    """The words, a quotation as one; single letters where a script puts no spaces."""
    return _cut(text, (gap.end() for gap in _GAP.finditer(text)), opened)


def quotations(text: str) -> list[str]:
    """The quotations and what is between them, where they stand close together."""
    ends = (edge for found in _QUOTATION.finditer(text) for edge in found.span())
    return _cut(text, ends, opened=False)


SENTENCE, CLAUSE, WORD = 1, 2, 3
_LEVELS: tuple[tuple[int, Callable[[str], list[str]]], ...] = (
    (SENTENCE, sentences),
    (CLAUSE, clauses),
    (WORD, words),
    (4, quotations),
    (5, partial(sentences, opened=True)),
    (6, partial(clauses, opened=True)),
    (7, partial(words, opened=True)),
)
"""From the best places to divide a text to the worst: the last three are inside quotations."""


class TextPiece(NamedTuple):
    """A stretch of a text without the white space around it: it stays in one part.

    ``level`` is how bad a boundary before it is, 0 for a beat's; ``weight`` is what the target
    counts for it.
    """

    start: int
    end: int
    level: int
    weight: int


def refine(
    text: str,
    pieces: Sequence[TextPiece],
    limit: int,
    weigh: Callable[[str], int],
    *,
    down_to: int = 0,
) -> list[TextPiece]:
    """Divide the pieces that weigh more than ``limit``, each only as far as it must be.

    With ``down_to`` all pieces are divided at that level and the better ones. What still
    weighs more than ``limit`` is a single word.
    """
    found = list(pieces)
    for level, divide in _LEVELS:
        if level > down_to and all(piece.weight <= limit for piece in found):
            continue
        found = [
            smaller
            for piece in found
            for smaller in (
                _divided(text, piece, level, divide, weigh)
                if level <= down_to or piece.weight > limit
                else (piece,)
            )
        ]
    return found


def whole(text: str, start: int, end: int, weigh: Callable[[str], int]) -> TextPiece:
    """The stretch of a text as one piece, without the white space around it."""
    core = text[start:end].strip()
    start += len(text[start:end]) - len(text[start:end].lstrip())
    return TextPiece(start, start + len(core), 0, weigh(core))


def _divided(
    text: str,
    piece: TextPiece,
    level: int,
    divide: Callable[[str], list[str]],
    weigh: Callable[[str], int],
) -> Iterator[TextPiece]:
    start, before = piece.start, piece.level
    if start == piece.end:
        yield piece
    for stretch in divide(text[piece.start : piece.end]):
        core = stretch.rstrip()
        yield TextPiece(start, start + len(core), before, weigh(core))
        start, before = start + len(stretch), level


def _spaced_ends(text: str) -> Iterator[int]:
    """Where sentencex ends sentences, window by window."""
    import sentencex

    start, width = 0, _WINDOW
    while start < len(text):
        window = text[start : start + width]
        found = sentencex.segment("en", window)
        if "".join(found) != window:
            found = [window]
        ends = list(accumulate(map(len, found), initial=start))[1:]
        if start + width < len(text):  # what the window's end cuts may be divided wrongly
            ends = [end for end in ends if end - start <= width * 3 // 4]
            if not ends and width < _MAX_WINDOW:
                width *= 2
                continue
        yield from ends
        # Without an end it is longer than any sentence: its end is behind the window.
        start = ends[-1] if ends else start + (len(window.rpartition(" ")[0]) or len(window))
        width = _WINDOW


def _goes_on(text: str, end: int) -> bool:
    """Whether a sentence goes on after a quotation that ends there: ``"Go!" she cried.``"""
    before = text[:end].rstrip()[-1:] if end < 80 else text[end - 80 : end].rstrip()[-1:]
    after = _SPACE.match(text, end)
    first = text[after.end() : after.end() + 1] if after else ""
    return before != "" and before in "\"'”’»›“" and first.islower()


def _cut(text: str, ends: Iterable[int], opened: bool) -> list[str]:
    quoted = [] if opened else [found.span() for found in _QUOTATION.finditer(text)]
    quoted.reverse()
    stretches, start = [], 0
    lead = _space_after(text, 0)
    for end in sorted({_space_after(text, end) for end in ends}):
        while quoted and quoted[-1][1] <= end:
            quoted.pop()
        if not lead < end < len(text) or (quoted and quoted[-1][0] < end):
            continue
        opens = bool(quoted) and quoted[-1][0] == end
        if _clings(text, end, opens=opens):
            continue
        stretches.append(text[start:end])
        start = end
    if start < len(text):
        stretches.append(text[start:])
    return stretches


def _space_after(text: str, offset: int) -> int:
    space = _SPACE.match(text, offset)
    return space.end() if space else offset


def _clings(text: str, offset: int, *, opens: bool) -> bool:
    """Whether the characters on both sides of an offset belong together.

    ``opens`` says that a quotation begins there: its mark belongs to what follows.
    """
    before, after = text[offset - 1], text[offset]
    if before.isspace():
        return unicodedata.category(after)[0] == "M"
    if opens:
        return before in _REACHING or before in _BRACKETS
    return (
        after in _LOW
        or before in _REACHING
        or before in _OPENERS
        or unicodedata.category(after) in {"Mn", "Mc", "Me", "Pe", "Pf", "Sk"}
    )
