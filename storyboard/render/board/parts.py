"""What of a board may be left out, and how it stands with a shot."""

from __future__ import annotations

import re
from collections.abc import Sequence
from enum import StrEnum

from storyboard.board.model import Rendering
from storyboard.diagnostics import Diagnostic
from storyboard.plan.planned_request import PlannedRequest
from storyboard.plan.reason import Action, ReasonCode
from storyboard.plan.timeline import KeptClip
from storyboard.render.reasons import why_text


class ShotState(StrEnum):
    """How it stands with a shot or a take, by the word for it; those that matter most first."""

    REFUSED = "refused"
    BLOCKED = "blocked"
    UNCERTAIN = "uncertain"
    RENDERING = "rendering"
    AGAIN = "again"
    CHANGED = "changed"
    NEW = "new"
    FETCHED = "to be fetched"
    KEPT = "kept"
    RENDERED = "rendered"
    NONE = "no price"
    """It is in no clip."""


_GENERATED = {ReasonCode.NEW: ShotState.NEW, ReasonCode.CHANGED: ShotState.CHANGED}
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


def state_of(renderings: Sequence[Rendering]) -> ShotState:
    """The state that matters most among the clips of a shot; further takes do not count."""
    states = {_state(one.request) for one in renderings if one.request.alternate_of is None}
    return next((state for state in ShotState if state in states), ShotState.NONE)


def action_state(action: Action, reason: ReasonCode) -> ShotState:
    """The state of a clip with which that is to be done, for that reason."""
    match action:
        case Action.REUSE:
            return ShotState.RENDERED
        case Action.FETCH:
            return ShotState.FETCHED
        case Action.WAIT:
            is_sure = reason is not ReasonCode.UNCERTAIN
            return ShotState.RENDERING if is_sure else ShotState.UNCERTAIN
        case Action.BLOCKED:
            return ShotState.REFUSED if reason is ReasonCode.REFUSED else ShotState.BLOCKED
    return _GENERATED.get(reason, ShotState.AGAIN)


def reasons_of(renderings: Sequence[Rendering]) -> str:
    """Why the clips of a shot are to be rendered or not, each reason once."""
    return "; ".join(
        dict.fromkeys(map(_reason, (one for one in renderings if not one.request.alternate_of)))
    )


def is_of_money(found: Diagnostic) -> bool:
    """Whether a finding says what anything costs."""
    said = f"{found.message} {found.help}"
    return found.code.id.startswith(_COST_CODE) or _MONEY.search(said) is not None


def _state(request: PlannedRequest | KeptClip) -> ShotState:
    if isinstance(request, KeptClip) and request.action is Action.REUSE:
        return ShotState.KEPT
    return action_state(request.action, request.reason.code)


def _reason(rendering: Rendering) -> str:
    request, span = rendering.request, rendering.span
    if not isinstance(request, KeptClip) or span is None:
        return why_text(request)
    return f"seconds {span[0]:.3g} to {span[1]:.3g} of {request.address}, {why_text(request)}"
