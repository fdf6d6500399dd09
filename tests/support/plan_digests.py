"""The digests of plans that a test has changed."""

from __future__ import annotations

from typing import Any

from storyboard.values.canonical import digest


def redigest(changed: Any) -> None:
    """Give every request the digest of what it now sends, so that no digest betrays the change."""
    for request in changed["requests"]:
        host = request["target"].partition("/")[0]
        content = {key: request[key] for key in ("endpoint", "payload", "take")}
        request["digest"] = digest(content | {"host": host})
