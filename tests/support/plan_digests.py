"""The digests of plans that a test has changed."""

from __future__ import annotations

import json
from typing import Any

from storyboard.values.canonical import digest


def redigest(changed: Any) -> None:
    """Give every request the digest of what it now sends, so that no digest betrays the change."""
    new: dict[str, str] = {}
    for request in changed["requests"]:
        text = json.dumps(request["payload"])
        for before, after in new.items():
            text = text.replace(before, after)
        request["payload"] = json.loads(text)
        content = {key: request[key] for key in ("endpoint", "payload", "take")}
        new[request["digest"]] = request["digest"] = digest(content)
