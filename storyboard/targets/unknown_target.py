"""What is said to an id that no target has: the one that was most likely meant."""

from __future__ import annotations

import re
from collections.abc import Sequence

from storyboard.diagnostics import Diagnostics, Fix, Span
from storyboard.diagnostics.codes import UNKNOWN_TARGET
from storyboard.diagnostics.spelling import fold, nearest

_WORD = re.compile(r"[a-z]+(?![a-z0-9])|[a-z]?[0-9.]+[a-z]?|[a-z]+")
_MOST_LETTERS = 100
"""Code points of an id that are compared: no target has a longer one."""


def report_unknown_target(
    target_id: str, known: Sequence[str], diagnostics: Diagnostics, at: Span | None
) -> None:
    """Say SB401 where the id was written, with the likeliest of the known ones."""
    part = "-".join(fold(target_id).replace("_", " ").strip(" /").split())
    begun = [
        one for one in known if len(part) > 1 and re.match(rf"(?:.*/)?{re.escape(part)}\b", one)
    ]
    holding = begun or [one for one in known if len(part) > 1 and part in one]
    exact = next((one for one in begun if one.endswith(part)), None)
    slip = exact or (nearest(target_id, known) if not begun else None)
    near = slip or _any_of(begun) or (holding[0] if holding else None) or _alike(target_id, known)
    listed = "`storyboard targets` lists them all"
    diagnostics.add(
        UNKNOWN_TARGET,
        f'no target is called "{target_id}"',
        at,
        help=f"write {near}; {listed}" if near else listed,
        fix=Fix(at, slip, is_sure=False) if at is not None and slip else None,
    )


def _any_of(ids: Sequence[str]) -> str | None:
    """The few shortest of several ids, those of a model itself; None where there are none."""
    words = min((one.count("-") for one in ids), default=0)
    few = [one for one in ids if one.count("-") == words][:4]
    return " or ".join((", ".join(few[:-1]), few[-1])).removeprefix(" or ") if few else None


def _alike(target_id: str, known: Sequence[str]) -> str | None:
    """The target that shares most words with an id, and has the fewest besides; None for few."""
    wanted = _words(target_id)

    def likeness(one: str) -> tuple[int, bool, bool, int]:
        words = _words(one)
        shared = len(wanted & words)
        return (shared, "pro" in words, "text" in words, -len(words))

    best = max(known, key=likeness, default=None)
    return best if best is not None and len(wanted & _words(best)) * 2 > len(wanted) else None


def _words(target_id: str) -> set[str]:
    return {word.removeprefix("v") for word in _WORD.findall(target_id.casefold()[:_MOST_LETTERS])}
