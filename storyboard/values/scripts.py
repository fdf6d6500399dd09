"""The scripts that film text is written in, by the blocks of the Unicode standard."""

from __future__ import annotations

from bisect import bisect_right

BLOCKS: dict[str, tuple[tuple[int, int], ...]] = {
    "latin": (
        (0x0041, 0x02AF),
        (0x1D00, 0x1DBF),
        (0x1E00, 0x1EFF),
        (0x2C60, 0x2C7F),
        (0xA720, 0xA7FF),
        (0xAB30, 0xAB6F),
        (0xFB00, 0xFB06),
        (0xFF21, 0xFF5A),
    ),
    "greek": ((0x0370, 0x03FF), (0x1F00, 0x1FFF)),
    "cyrillic": ((0x0400, 0x052F), (0x1C80, 0x1C8F), (0x2DE0, 0x2DFF), (0xA640, 0xA69F)),
    "arabic": (
        (0x0600, 0x06FF),
        (0x0750, 0x077F),
        (0x0870, 0x08FF),
        (0xFB50, 0xFDFF),
        (0xFE70, 0xFEFE),
    ),
    "devanagari": ((0x0900, 0x097F), (0xA8E0, 0xA8FF)),
    "thai": ((0x0E00, 0x0E7F),),
    "lao": ((0x0E80, 0x0EFF),),
    "myanmar": ((0x1000, 0x109F), (0xA9E0, 0xA9FF), (0xAA60, 0xAA7F)),
    "khmer": ((0x1780, 0x17FF), (0x19E0, 0x19FF)),
    "hangul": (
        (0x1100, 0x11FF),
        (0x3130, 0x318F),
        (0xA960, 0xA97F),
        (0xAC00, 0xD7FF),
        (0xFFA0, 0xFFDC),
    ),
    "kana": ((0x3041, 0x30FF), (0x31F0, 0x31FF), (0xFF66, 0xFF9F), (0x1AFF0, 0x1B16F)),
    "han": (
        (0x2E80, 0x2FDF),
        (0x3005, 0x3007),
        (0x3021, 0x3029),
        (0x3100, 0x312F),
        (0x31A0, 0x31BF),
        (0x3400, 0x4DBF),
        (0x4E00, 0x9FFF),
        (0xF900, 0xFAFF),
        (0x20000, 0x3FFFD),
    ),
}
"""The first and last code point of each block, by script; Bopomofo counts as Han."""

_ORDERED = sorted((first, last, name) for name, spans in BLOCKS.items() for first, last in spans)
_FIRSTS = [first for first, _, _ in _ORDERED]


def script_of(letter: str) -> str:
    """The script of one letter, a key of ``BLOCKS``; empty for any other."""
    point = ord(letter)
    at = bisect_right(_FIRSTS, point) - 1
    if at < 0:
        return ""
    _, last, name = _ORDERED[at]
    return name if point <= last else ""


def primary(language: str) -> str:
    """The primary subtag of a language tag (BCP 47) in lower case: ``en`` of ``en-GB``."""
    return language.strip().replace("_", "-").partition("-")[0].lower()
