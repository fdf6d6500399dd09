"""Why a request is rendered, awaited, used again or not sent, and a scene has none, in words."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from storyboard.compiler.resolve.scene_errors import UnpricedReason
from storyboard.plan.model import LeftOutScene
from storyboard.plan.planned_request import PlannedRequest
from storyboard.plan.reason import PayloadChange, Reason, ReasonCode
from storyboard.plan.timeline import KeptClip

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
_MAX_SHOTS, _MAX_LINES = 3, 3


def reason_text(reason: Reason, shots: Collection[str] = (), file: str = "") -> str:
    """A reason in words; it may hold the vendor's own, unchecked.

    ``shots`` are the addresses of what the request renders: what is said of all of them is said
    without their names. ``file`` is the film's, which is not named with its lines.
    """
    words = _WORDS[reason.code]
    match reason.code:
        case ReasonCode.CHANGED:
            return _changes_text(reason.changes, set(shots), file) or words
        case ReasonCode.REFUSED if reason.problem:
            return f"{words}: {reason.problem}"
        case ReasonCode.WAITS:
            return f"{words} {reason.needs}, which was {_WORDS[ReasonCode.REFUSED]}"
    return words


def why_text(request: PlannedRequest | KeptClip, file: str = "") -> str:
    """The reason of a request, in words; ``file`` is the film's. It may hold a vendor's words."""
    return reason_text(request.reason, [shot.address for shot in request.shots], file)


def unpriced_text(scene: LeftOutScene) -> str:
    """Why a scene has no requests, in words; it may hold a name of the writer's, unchecked."""
    return {
        UnpricedReason.ERRORS: "it has errors",
        UnpricedReason.MENTIONS: f"it mentions {scene.of}, which has errors",
        UnpricedReason.CONTINUES: f"it continues {scene.of}, which has no price",
        UnpricedReason.FOOTAGE: f"it mentions {scene.of}, a shot of a scene without a price",
        UnpricedReason.FILM: "an error concerns the whole film",
    }[scene.code]


def _changes_text(changes: Iterable[PayloadChange], shots: set[str], file: str) -> str:
    """What has changed: ``prompt, seconds changed, line 12``, by shot where they differ."""
    by_shot: dict[str, list[PayloadChange]] = {}
    for change in changes:
        by_shot.setdefault(change.shot, []).append(change)
    alike: dict[str, list[str]] = {}
    for shot, found in by_shot.items():
        alike.setdefault(_changed(found, file), []).append(shot)
    said = []
    for text, named in alike.items():
        if set(named) in (shots, {""}):
            said.append(text)
            continue
        more = f" and {len(named) - _MAX_SHOTS} more" if len(named) > _MAX_SHOTS else ""
        joint = " " if text == _WORDS[ReasonCode.NEW] else ": "
        said.append(f"{', '.join(named[:_MAX_SHOTS])}{more}{joint}{text}")
    return "; ".join(said)


def _changed(changes: Iterable[PayloadChange], file: str) -> str:
    """What has changed of one shot, and in which lines."""
    if any(change.field == "new" for change in changes):
        return _WORDS[ReasonCode.NEW]
    lines: dict[tuple[str, int], None] = {}
    for change in changes:
        if change.span is not None:
            lines[change.span.file, change.span.line] = None
    places = [
        str(line) if where == file or not file else f"{where}:{line}"
        for where, line in sorted(lines, key=lambda place: (place[0] != file, place))
    ]
    more = f" and {len(places) - _MAX_LINES} more" if len(places) > _MAX_LINES else ""
    is_own = not file or any(where == file for where, _ in lines)
    word = "" if not is_own else "line " if len(places) == 1 else "lines "
    where = f", {word}{', '.join(places[:_MAX_LINES])}{more}" if places else ""
    return f"{', '.join(dict.fromkeys(map(field_text, changes)))} changed{where}"


def field_text(change: PayloadChange) -> str:
    """What has changed, in words: ``first frame``, ``mara's pictures``."""
    name = _FIELDS.get(change.field, change.field)
    return f"{change.member}'s {name}" if change.member else name
