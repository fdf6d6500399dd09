"""Why a request is rendered, awaited, used again or not sent, and a scene has none, in words."""

from __future__ import annotations

from storyboard.compiler.resolve.scene_errors import UnpricedReason
from storyboard.plan.model import LeftOutScene
from storyboard.plan.reason import PayloadChange, Reason, ReasonCode

_WORDS = {
    ReasonCode.NEW: "new",
    ReasonCode.CHANGED: "changed",
    ReasonCode.AGAIN: "to be rendered again",
    ReasonCode.PAID: "paid",
    ReasonCode.LOST: "lost at the vendor, to be rendered again",
    ReasonCode.SAME: "the same clip as before",
    ReasonCode.WAITING: "on its way",
    ReasonCode.UNCERTAIN: "uncertain, the next run asks the vendor",
    ReasonCode.REFUSED: "refused before",
    ReasonCode.WAITS: "waits for",
}
"""What people are told of each reason; facts that belong to it are put in."""

_FIELDS = {"first_frame": "first frame", "last_frame": "last frame", "aspect_ratio": "aspect ratio"}
"""The fields whose names are not what people are told."""


def reason_text(reason: Reason) -> str:
    """A reason in words; it may hold the vendor's own, unchecked."""
    words = _WORDS[reason.code]
    match reason.code:
        case ReasonCode.CHANGED:
            return f"{', '.join(map(_changed, reason.changes))} {words}"
        case ReasonCode.REFUSED if reason.problem:
            return f"{words}: {reason.problem}"
        case ReasonCode.WAITS:
            return f"{words} {reason.needs}, which was {_WORDS[ReasonCode.REFUSED]}"
    return words


def unpriced_text(scene: LeftOutScene) -> str:
    """Why a scene has no requests, in words; it may hold a name of the writer's, unchecked."""
    return {
        UnpricedReason.ERRORS: "it has errors",
        UnpricedReason.MENTIONS: f"it mentions {scene.of}, which has errors",
        UnpricedReason.CONTINUES: f"it continues {scene.of}, which has no price",
        UnpricedReason.FILM: "an error concerns the whole film",
    }[scene.code]


def _changed(change: PayloadChange) -> str:
    name = change.shot or _FIELDS.get(change.field, change.field)
    return name if change.span is None else f"{name} (line {change.span.line})"
