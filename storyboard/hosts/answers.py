"""A host's answer within bounds, and the values in it: whatever a host may send is read as hostile.

A value that no host would send is read as one that is not there: an amount of 60,000 digits, an id
with a lone surrogate, a time in the year 1E+99.
"""

from __future__ import annotations

import json
import math
import re
import zlib
from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

import aiohttp
from msgspec import Struct

MAX_ANSWER = 16 << 20
"""Bytes of an answer, unpacked: a page of a history with its bodies has 2 MB."""

MAX_INLINE = 512 << 20
"""Bytes of an answer that may hold a clip."""

_MAX_VALUES = 1_000_000
"""Commas and brackets of an answer above ``MAX_ANSWER``: a clip in it is one text."""
_BLOCK = 1 << 20
_MAX_ID = 200
_MAX_LINK = 4096
_MAX_DIGITS = 40
_LAST_SECOND = 253_402_300_799.0
"""The end of the year 9999, in Unix seconds."""
_PRINTABLE = re.compile(r"[!-~]+")


class Answer(Struct, frozen=True):
    """An answer in full; names in ``headers`` are found in any case, ``content`` is unpacked."""

    status_code: int
    headers: Mapping[str, str]
    content: bytes


class AnswerError(Exception):
    """An answer that is not read to its end; the text says why."""


async def read_answer(answer: aiohttp.ClientResponse, most: int = MAX_ANSWER) -> Answer:
    """An answer with its body unpacked, of ``most`` bytes at most. Raises ``AnswerError``."""
    body = bytearray()
    coding = answer.headers.get("Content-Encoding", "").strip().lower()
    unpack = _Unpacking(coding) if coding not in ("", "identity") else None
    async for block in answer.content.iter_chunked(_BLOCK):
        body += block if unpack is None else unpack.read(block, most + 1 - len(body))
        if len(body) > most:
            raise AnswerError(f"the answer is above {most >> 20} MB")
    if unpack is not None:
        unpack.check_end()
    return Answer(answer.status, answer.headers, bytes(body))


class _Unpacking:
    """The unpacking of one body, a block after the other, never more than is asked for."""

    def __init__(self, coding: str) -> None:
        if coding not in ("gzip", "x-gzip", "deflate"):
            raise AnswerError("the answer is packed in a way that was not asked for")
        self._is_deflate = coding == "deflate"
        self._packed = zlib.decompressobj(zlib.MAX_WBITS | (0 if self._is_deflate else 16))
        self._has_begun = False

    def read(self, block: bytes, most: int) -> bytes:
        if self._packed.eof:
            return b""
        try:
            found = self._packed.decompress(block, most)
        except zlib.error:
            if self._has_begun or not self._is_deflate:
                raise AnswerError("the answer cannot be unpacked") from None
            found = self._read_raw(block, most)
        self._has_begun = True
        return found

    def _read_raw(self, block: bytes, most: int) -> bytes:
        """Some servers send what "deflate" names without its head."""
        self._packed = zlib.decompressobj(-zlib.MAX_WBITS)
        try:
            return self._packed.decompress(block, most)
        except zlib.error:
            raise AnswerError("the answer cannot be unpacked") from None

    def check_end(self) -> None:
        if self._has_begun and not self._packed.eof:
            raise AnswerError("the answer ended too early")


def read_json(answer: Answer) -> Any:
    """The JSON value of an answer; None where it is none, or too large to be one of a host."""
    data = answer.content
    if len(data) > MAX_ANSWER and sum(map(data.count, (b",", b"[", b"{"))) > _MAX_VALUES:
        return None
    return parse_json(data)


def parse_json(data: bytes | str) -> Any:
    """A JSON value; None where it is none, or nested without end."""
    try:
        return json.loads(data)
    except (ValueError, RecursionError):
        return None


def read_amount(given: Any) -> Decimal | None:
    """An amount that is not negative, written as a text or a number; None for anything else."""
    if isinstance(given, bool) or not isinstance(given, str | int | float):
        return None
    try:
        text = str(given).strip()
    except ValueError:  # more digits than are ever written out
        return None
    if len(text) > _MAX_DIGITS or not _PRINTABLE.fullmatch(text) or "_" in text:
        return None
    try:
        found = Decimal(text)
    except InvalidOperation:
        return None
    if not found.is_finite() or found < 0 or (found and not -18 <= found.adjusted() <= 9):
        return None
    return abs(found)


def read_count(given: Any) -> int | None:
    """A number of things or bytes, below 10 to the 15; None for anything else."""
    return given if type(given) is int and 0 <= given < 10**15 else None


def read_id(given: Any) -> str | None:
    """An id that can be written down, sent and shown; None for anything else."""
    if not isinstance(given, str) or not 0 < len(given) <= _MAX_ID:
        return None
    return given if given.isprintable() and not given.isspace() else None


def read_link(given: Any) -> str | None:
    """The address of an https or http resource; None for anything else."""
    if not isinstance(given, str) or len(given) > _MAX_LINK:
        return None
    # A link that was signed stays as it is: blanks and letters of other scripts are let through.
    is_clean = given.isprintable() and given.startswith(("https://", "http://"))
    return given if is_clean else None


def read_token(given: Any) -> str:
    """A text for a header. Raises ``ValueError`` for one that could be more than that."""
    if isinstance(given, str) and len(given) <= _MAX_LINK and _PRINTABLE.fullmatch(given):
        return given
    raise ValueError("it is no token")


def read_seconds(given: Any) -> float:
    """A time in Unix seconds. Raises ``ValueError`` for one that is not within 8,000 years."""
    if isinstance(given, bool) or not isinstance(given, int | float):
        raise ValueError("it is no time")
    try:
        found = float(given)
    except OverflowError:
        raise ValueError("it is no time") from None
    if not math.isfinite(found) or abs(found) > _LAST_SECOND:
        raise ValueError("it is no time")
    return found
