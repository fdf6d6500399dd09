"""From a file's bytes to its text, or to a message at the byte that is wrong."""

from __future__ import annotations

import codecs

from storyboard.diagnostics import Diagnostics, Source, Span
from storyboard.diagnostics.codes import (
    FILE_TOO_LARGE,
    FORBIDDEN_CHARACTER,
    OTHER_FORMAT,
    WRONG_ENCODING,
)
from storyboard.document.characters import FORBIDDEN_HELP, find_forbidden, is_clean
from storyboard.document.other_formats import binary_format, text_format

MAX_BYTES = 10_000_000

# Longest first: the mark of UTF-32 begins with that of UTF-16.
_OTHER_MARKS = (
    (codecs.BOM_UTF32_LE, "UTF-32", "utf-32-le"),
    (codecs.BOM_UTF32_BE, "UTF-32", "utf-32-be"),
    (codecs.BOM_UTF16_LE, "UTF-16", "utf-16-le"),
    (codecs.BOM_UTF16_BE, "UTF-16", "utf-16-be"),
)
_LOOKED_AT = 1_000


def read_source(name: str, data: bytes, diagnostics: Diagnostics) -> Source | None:
    """The text of a file, under the name that messages show, or None where it is not text.

    Takes UTF-8 of at most 10,000,000 bytes, with or without a byte order mark, which is
    dropped. Everything else is one diagnostic: SB002 too large, SB003 not UTF-8 (at the first
    wrong byte), SB004 a character that YAML forbids, SB022 a file of another kind. Never raises.
    """
    if len(data) > MAX_BYTES:
        diagnostics.add(
            FILE_TOO_LARGE,
            f"the file has {len(data):,} bytes, expected at most {MAX_BYTES:,}",
            Span(Source(name, ""), 0, 0),
            help="divide the film into several files",
        )
        return None
    if (kind := binary_format(data)) is not None:
        _report_format(Source(name, ""), kind, diagnostics)
        return None
    other = _other_encoding(data)
    if other is not None:
        encoding, codec = other
        source = Source(name, data.decode(codec, errors="replace").removeprefix("\ufeff"))
        diagnostics.add(
            WRONG_ENCODING,
            f"the file is {encoding}, expected UTF-8",
            Span(source, 0, min(1, len(source.text))),
            help="save it as UTF-8",
        )
        return None
    data = data.removeprefix(codecs.BOM_UTF8)
    try:
        source = Source(name, data.decode("utf-8"))
    except UnicodeDecodeError as error:
        _report_byte(name, data, error, diagnostics)
        return None
    forbidden = None if is_clean(data) else find_forbidden(source)
    if forbidden is not None:
        diagnostics.add(FORBIDDEN_CHARACTER, *forbidden, help=FORBIDDEN_HELP)
        return None
    if (kind := text_format(source.text)) is not None:
        _report_format(source, kind, diagnostics)
        return None
    return source


def _report_format(source: Source, kind: str, diagnostics: Diagnostics) -> None:
    """Report a file of another kind, at its first character."""
    advice = 'a storyboard begins with "storyboard: 1"; `storyboard init` writes one to begin with'
    if "screenplay" in kind:
        advice = f"`storyboard import {source.name} FOLDER` makes a storyboard of it"
    diagnostics.add(
        OTHER_FORMAT,
        f"the file is {kind}, expected a storyboard in YAML",
        Span(source, 0, min(1, len(source.text))),
        help=advice,
    )


def _other_encoding(data: bytes) -> tuple[str, str] | None:
    """The name and codec of UTF-16 or UTF-32, by its mark or by the look of its zero bytes."""
    for mark, encoding, codec in _OTHER_MARKS:
        if data.startswith(mark):
            return encoding, codec
    head = data[: _LOOKED_AT - _LOOKED_AT % 4]
    if len(head) < 4 or 0 not in head:
        return None
    # Latin letters leave zeros in the high bytes and none in the low ones.
    zeros = [head[place::4].count(0) / len(head[place::4]) for place in range(4)]
    high = [share > 0.6 for share in zeros]
    low = [share < 0.2 for share in zeros]
    if high[1] and high[2] and high[3] and low[0]:
        return "UTF-32", "utf-32-le"
    if high[0] and high[1] and high[2] and low[3]:
        return "UTF-32", "utf-32-be"
    if high[1] and high[3] and low[0] and low[2]:
        return "UTF-16", "utf-16-le"
    if high[0] and high[2] and low[1] and low[3]:
        return "UTF-16", "utf-16-be"
    return None


def _report_byte(
    name: str, data: bytes, error: UnicodeDecodeError, diagnostics: Diagnostics
) -> None:
    """Report the first byte that is not UTF-8, with the character it was probably meant to be."""
    source = Source(name, data.decode("utf-8", errors="replace"))
    offset = len(data[: error.start].decode("utf-8"))
    byte = data[error.start : error.start + 1]
    meant = byte.decode("cp1252", errors="ignore")
    guess = f'; in Windows-1252 it would be "{meant}"' if meant.isprintable() and meant else ""
    diagnostics.add(
        WRONG_ENCODING,
        f"the byte 0x{byte.hex().upper()} is not UTF-8{guess}",
        Span(source, offset, offset + 1),
        help="save the file as UTF-8",
    )
