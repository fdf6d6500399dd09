"""Clips of a plan explained: their words and places, what their size is due to, other prices."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from msgspec import Struct, field

from storyboard.diagnostics import Diagnostic
from storyboard.plan.amounts import UNKNOWN, plain
from storyboard.plan.model import Plan
from storyboard.plan.planned_request import PlannedRequest
from storyboard.plan.timeline import KeptClip
from storyboard.values.units import Money


class ExplainedClip(Struct, frozen=True, kw_only=True):
    """A clip of a plan, explained.

    ``texts`` are those of its shots as they would be sent; of a clip that is kept, as they were
    sent, none where that is not known. ``tokens`` say what the tags in them stand for. ``limits``
    say in words what its size is due to. ``alone`` is what its shots would cost in
    requests of their own, or the whole clip anew where only some shots are kept; None where that
    is not known, or no other choice.
    """

    clip: PlannedRequest | KeptClip
    texts: tuple[str, ...] = ()
    tokens: Mapping[str, str] = field(default_factory=dict)
    limits: tuple[str, ...] = ()
    alone: Money | None = None

    def to_json(self) -> dict[str, Any]:
        """The clip as JSON values."""
        is_kept = isinstance(self.clip, KeptClip)
        return {
            "kept" if is_kept else "request": self.clip.to_json(),
            "texts": list(self.texts),
            "tokens": dict(self.tokens),
            "limits": list(self.limits),
            "whole" if is_kept else "alone": _money(self.alone) if self.alone else None,
        }


class Explanation(Struct, frozen=True, kw_only=True):
    """What ``why`` tells of an address; ``findings`` are the errors where there is no plan of it.

    ``to_pay`` is what the whole film still costs with each other choice of ``reuse``, None where
    that is not known; it is empty where nothing was ever rendered.
    """

    address: str
    plan: Plan
    clips: tuple[ExplainedClip, ...]
    to_pay: Mapping[str, Money | None] = field(default_factory=dict)
    findings: tuple[Diagnostic, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """The explanation as JSON values."""
        return {
            "format": "storyboard-why/1",
            "address": self.address,
            "clips": [clip.to_json() for clip in self.clips],
            "reuse": {name: _money(cost) for name, cost in self.to_pay.items()},
        }


def _money(cost: Money | None) -> Any:
    return UNKNOWN if cost is None else {"amount": plain(cost.amount), "currency": cost.currency}
