"""Texts that look alike and are not the same: letters of other scripts, and signs nobody sees."""

from __future__ import annotations

import unicodedata

UNSEEN = frozenset(
    "\u00ad\u034f\u061c\u180e\u200b\u200c\u200d\u200e\u200f\u2060\u2061\u2062\u2063\ufeff"
)
"""A soft hyphen, a space without width, joiners and marks of direction."""

_CYRILLIC = ("абвеикмнорстухѕіјһԛԝ", "a6beukmhopctyxsijhqw")
_CAPITAL_CYRILLIC = ("АВЕКМНОРСТУХЅІЈ", "ABEKMHOPCTYXSIJ")
_GREEK = ("αικνορτυχ", "aiknoptux")
_CAPITAL_GREEK = ("ΑΒΕΖΗΙΚΜΝΟΡΤΥΧ", "ABEZHIKMNOPTYX")
_LATIN = str.maketrans(
    dict.fromkeys(UNSEEN)
    | {
        letter: latin
        for letters, latins in (_CYRILLIC, _CAPITAL_CYRILLIC, _GREEK, _CAPITAL_GREEK)
        for letter, latin in zip(letters, latins, strict=True)
    }
)


def looks_like(text: str) -> str:
    """A text by its looks: look-alikes as Latin letters, without what is not seen."""
    return text if text.isascii() else text.translate(_LATIN)


def as_seen(text: str) -> str:
    """A text without the signs that nobody sees."""
    return text if text.isascii() else "".join(sign for sign in text if sign not in UNSEEN)


def odd_sign(written: str, meant: str) -> str:
    """In words, how a text differs from another that looks the same; empty where it does not.

    >>> odd_sign("m\\N{CYRILLIC SMALL LETTER A}ra", "mara")
    'the "а" in it is a Cyrillic letter (U+0430)'
    """
    if written == meant or looks_like(written).casefold() != looks_like(meant).casefold():
        return ""
    unseen = next((sign for sign in written if sign in UNSEEN), None)
    if unseen is not None:
        return f"a sign that is not seen stands in it (U+{ord(unseen):04X})"
    for letter, right in zip(written, meant, strict=False):
        if letter.casefold() != right.casefold():
            script = unicodedata.name(letter, "other").split(" ")[0].capitalize()
            return f'the "{letter}" in it is a {script} letter (U+{ord(letter):04X})'
    return ""
