"""What of a board may be left out, and the words for how it stands with a shot."""

from __future__ import annotations

import re
from collections.abc import Sequence
from enum import StrEnum
from typing import Literal

from storyboard.board.model import Rendering
from storyboard.diagnostics import Diagnostic
from storyboard.plan.planned_request import PlannedRequest
from storyboard.plan.reason import Action, ReasonCode
from storyboard.plan.timeline import KeptClip
from storyboard.render.reasons import why_text

State = Literal["new", "changed", "reused", "fetched", "waiting", "blocked", "open"]
"""How it stands with a shot; ``open`` is one without a clip."""

_ORDER: tuple[State, ...] = ("blocked", "waiting", "changed", "new", "fetched", "reused")
_MONEY = re.compile(r"[0-9] ?[A-Z]{3}\b")
_COST_CODE = "SB5"


class PagePart(StrEnum):
    """A part of the board that a reader may not be meant to see."""

    PRICES = "prices"
    """Everything that says what anything costs, and whether it is paid."""
    PROMPTS = "prompts"
    """What is sent to the vendor."""
    NOTES = "notes"
    """Notes of scenes and shots."""


def state_of(renderings: Sequence[Rendering]) -> tuple[State, str]:
    """The state that matters most among the clips of a shot, and the word for it."""
    states = {_state(one.request) for one in renderings}
    for state in _ORDER:
        if state in states:
            return state, state
    return "open", "no price"


def reasons_of(renderings: Sequence[Rendering]) -> str:
    """Why the clips of a shot are to be rendered or not, each reason once."""
    return "; ".join(dict.fromkeys(why_text(one.request) for one in renderings))


def is_of_money(found: Diagnostic) -> bool:
    """Whether a finding says what anything costs."""
    said = f"{found.message} {found.help}"
    return found.code.id.startswith(_COST_CODE) or _MONEY.search(said) is not None


def _state(request: PlannedRequest | KeptClip) -> State:
    match request.action:
        case Action.REUSE:
            return "reused"
        case Action.FETCH:
            return "fetched"
        case Action.WAIT:
            return "waiting"
        case Action.BLOCKED:
            return "blocked"
    return "new" if request.reason.code is ReasonCode.NEW else "changed"
