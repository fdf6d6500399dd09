"""The body that is really sent: a payload with links in place of its assets and frames.

What was sent must be known again in a vendor's history, after a crash too. The links are kept by
their pointers; one that holds a secret is kept as its digest, which is enough to know it again.
"""

from __future__ import annotations

import copy
import hashlib
from collections.abc import Mapping
from typing import Any

from storyboard.compiler.request import STAND_IN
from storyboard.ledger import Intent


class PointerError(Exception):
    """A pointer that leads nowhere in its payload: the plan is not one of this tool."""


def fill(payload: Mapping[str, Any], links: Mapping[str, str]) -> dict[str, Any]:
    """A copy of a payload with each link at its JSON pointer."""
    body: dict[str, Any] = copy.deepcopy(dict(payload))
    for pointer, link in links.items():
        *parents, last = [
            part.replace("~1", "/").replace("~0", "~") for part in pointer[1:].split("/")
        ]
        place: Any = body
        try:
            for part in parents:
                place = place[int(part)] if isinstance(place, list) else place[part]
            key: Any = int(last) if isinstance(place, list) else last
            if not isinstance(place[key], str):
                raise PointerError(pointer)
            place[key] = link
        except (KeyError, IndexError, ValueError, TypeError):
            raise PointerError(pointer) from None
    return body


def unfilled(body: Any) -> bool:
    """Whether anything in a body still stands for something else."""
    if isinstance(body, str):
        return STAND_IN.fullmatch(body) is not None
    if isinstance(body, dict):
        return any(unfilled(value) for value in body.values())
    return isinstance(body, list) and any(unfilled(value) for value in body)


def recorded(links: Mapping[str, str]) -> dict[str, str]:
    """Links as the ledger keeps them: one that may hold a secret by its digest alone."""
    return {
        pointer: _digest(link) if "?" in link or "@" in link or "#" in link else link
        for pointer, link in links.items()
    }


def _digest(link: str) -> str:
    return f"sha256:{hashlib.sha256(link.encode()).hexdigest()}"


def is_same(intent: Intent, body: Mapping[str, Any]) -> bool:
    """Whether a body from a vendor's history is the one that an intent has sent.

    Each value that was sent must be there and equal; the vendor may have added fields with
    their defaults.
    """
    sent = fill(intent.order.payload, intent.links)
    return all(name in body and _is_equal(value, body[name]) for name, value in sent.items())


def _is_equal(sent: Any, found: Any) -> bool:
    if isinstance(sent, str) and isinstance(found, str):
        return sent == found or (sent.startswith("sha256:") and sent == _digest(found))
    if isinstance(sent, dict) and isinstance(found, dict):
        return all(name in found and _is_equal(value, found[name]) for name, value in sent.items())
    if isinstance(sent, list) and isinstance(found, list):
        return len(sent) == len(found) and all(map(_is_equal, sent, found))
    return type(sent) is type(found) and bool(sent == found)


def texts(payload: Mapping[str, Any]) -> tuple[str, ...]:
    """The prompts of a payload in their order: the one, or those of its shots."""
    prompt = payload.get("prompt")
    if isinstance(prompt, str):
        return (prompt,)
    for value in payload.values():
        if isinstance(value, list) and value and all(isinstance(one, dict) for one in value):
            found = [one.get("prompt") for one in value]
            if all(isinstance(text, str) for text in found):
                return tuple(str(text) for text in found)
    return ()
