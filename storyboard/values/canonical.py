"""Canonical JSON and content digests: equal content has equal bytes."""

from __future__ import annotations

import hashlib
import json
from typing import Any

import orjson


def canonical(value: Any) -> str:
    """JSON with sorted keys and no white space."""
    return canonical_bytes(value).decode()


def canonical_bytes(value: Any) -> bytes:
    """Canonical JSON in UTF-8."""
    try:
        return orjson.dumps(value, option=orjson.OPT_SORT_KEYS)
    except orjson.JSONEncodeError:
        # Half a surrogate pair, as the name of a file may hold that is no UTF-8.
        text = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        return text.encode("utf-8", "backslashreplace")


def parsed(text: str) -> Any:
    """The value of JSON, of canonical JSON above all. Raises ``ValueError`` for what is none.

    A whole number that takes more than 64 bits becomes a float.
    """
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError:
        # Half a surrogate pair, see ``canonical_bytes``.
        return json.loads(text)


def digest(value: Any) -> str:
    """The content digest of a JSON value: ``sha256:`` and 64 hex digits."""
    return digest_bytes(canonical_bytes(value))


def digest_bytes(data: bytes) -> str:
    """The content digest of bytes."""
    return f"sha256:{hashlib.sha256(data).hexdigest()}"
