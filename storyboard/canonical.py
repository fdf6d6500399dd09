"""Canonical JSON and content digests: equal content has equal bytes."""

from __future__ import annotations

import hashlib
import json
from typing import Any

_encode = json.JSONEncoder(
    sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False
).encode


def canonical(value: Any) -> str:
    """JSON with sorted keys and no white space."""
    return _encode(value)


def digest(value: Any) -> str:
    """The content digest of a JSON value: ``sha256:`` and 64 hex digits."""
    return digest_bytes(_encode(value).encode("utf-8", "surrogatepass"))


def digest_bytes(data: bytes) -> str:
    """The content digest of bytes."""
    return f"sha256:{hashlib.sha256(data).hexdigest()}"
