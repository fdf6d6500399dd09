"""Characters that no YAML text may hold, and how messages name them.

YAML 1.1 (5.1, "Character Set") takes tab, line ends, and everything printable; the rest of the
C0 and C1 controls, surrogates, U+FFFE and U+FFFF are refused, even inside quotation marks.
"""

from __future__ import annotations

import re

from storyboard.diagnostics import Source, Span

_FORBIDDEN = re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
FORBIDDEN_HELP = "delete it; most editors do not show it"

_CONTROL_NAMES = {
    0x00: "NUL",
    0x07: "BEL",
    0x08: "BACKSPACE",
    0x0B: "VERTICAL TAB",
    0x0C: "FORM FEED",
    0x1A: "SUBSTITUTE",
    0x1B: "ESCAPE",
    0x7F: "DELETE",
}

# A negated class is slow over megabytes; these three say the same of UTF-8, at memchr's speed.
_KEPT_BYTES = bytes(byte for byte in range(256) if byte in b"\t\n\r" or 32 <= byte != 127)
_C1_BYTES = re.compile(rb"\xc2[\x80-\x84\x86-\x9f]")
_NO_CHARACTER_BYTES = re.compile(rb"\xef\xbf[\xbe\xbf]")


def is_clean(data: bytes) -> bool:
    """Whether valid UTF-8 holds only characters that YAML takes; about 1 ms a megabyte."""
    if data.translate(None, _KEPT_BYTES):
        return False
    return data.isascii() or not (_C1_BYTES.search(data) or _NO_CHARACTER_BYTES.search(data))


def find_forbidden(source: Source) -> tuple[str, Span] | None:
    """What to say of the first character that YAML forbids, and where; None if there is none."""
    found = _FORBIDDEN.finditer(source.text)
    first = next(found, None)
    if first is None:
        return None
    more = sum(1 for _ in found)
    message = f"the character {character_name(first[0])} cannot stand in a storyboard"
    if more:
        message += f", and {more:,} more like it follow"
    return message, Span(source, first.start(), first.end())


def character_name(character: str) -> str:
    """A character as messages name it: its number, and its name where it is a known control."""
    number = ord(character)
    return f"U+{number:04X} {_CONTROL_NAMES.get(number, '')}".rstrip()
