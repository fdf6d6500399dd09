"""Which neighbouring parts of a scene may share a request, and in words why two do not."""

from __future__ import annotations

from collections.abc import Sequence

from storyboard.compiler.clip import Part
from storyboard.compiler.film import Cast, Scene
from storyboard.compiler.reference_limits import ReferenceLimits
from storyboard.targets.model import Feature, Target


class Neighbours:
    """What a target, and a scene, let stand in one request.

    With ``keeps_apart`` shots that are footage, or wait for some, share none.
    """

    def __init__(self, scene: Scene, target: Target, *, keeps_apart: bool = True) -> None:
        self._target = target
        self._keeps_apart = keeps_apart
        self._packs = scene.pack
        # What the target drops anyway is no reason to make two requests of one.
        self._hears = target.features[Feature.AUDIO].how == "native"
        self._avoids = target.has(Feature.NEGATIVE_PROMPT)

    def allows(self, before: Part, part: Part) -> bool:
        """Whether a part may share a request with the part before it."""
        shots = self._target.shots
        return (
            shots is not None
            and (self._packs or part.joined)
            and not (part.opens or part.alone or before.alone or before.closes)
            and not (self._keeps_apart and self._is_apart(before, part))
            and (before.shot.audio == part.shot.audio or not self._hears)
            and (before.shot.negative == part.shot.negative or not self._avoids)
            and shots.min_seconds <= before.seconds <= shots.max_seconds
            and shots.min_seconds <= part.seconds <= shots.max_seconds
        )

    def _is_apart(self, before: Part, part: Part) -> bool:
        either = part.shot.is_apart or before.shot.is_apart
        return either and part.shot is not before.shot

    def obstacle(self, before: Part, part: Part) -> str:
        """Why two neighbours may not share a request, in words; empty where they may."""
        if self.allows(before, part):
            return ""
        shots = self._target.shots
        if shots is None:
            return "the target renders one shot a request"
        for one in (before, part):
            if one.shot.middle_frames:
                return f"{one.address} has middle frames, and so a request of its own"
        if part.continues:
            return f"{part.address} opens on the last frame before it"
        if part.opens:
            return f"{part.address} opens on a picture of its own"
        if before.closes:
            return f"{before.address} ends on a picture of its own"
        for one in (before, part):
            if one.shot.is_footage:
                return f"{one.address} is footage, and has a request of its own"
            if one.shot.is_apart:
                return f"{one.address} waits for footage, and has a request of its own"
            if one.alone:
                return f"{one.address} needs a request of its own"
            if not shots.min_seconds <= one.seconds <= shots.max_seconds:
                lasts = f"{shots.min_seconds} to {shots.max_seconds} s"
                return f"{one.address} lasts {one.seconds} s, a shot in a list {lasts}"
        if not self._packs:
            return "pack: none"
        if before.shot.audio != part.shot.audio and self._hears:
            return "one has sound, the other has none"
        return "their negative texts differ"

    def overflow(self, parts: Sequence[Part], cast: Cast, max_references: int) -> str:
        """Which limit of a request parts would exceed together, in words; empty for none."""
        target, seconds = self._target, sum(part.seconds for part in parts)
        most = target.shots.max if target.shots else 1
        if seconds > target.seconds.max:
            return f"it would be {seconds} s, a request has {target.seconds.max} s at most"
        if len(parts) > most:
            return f"it would be {len(parts)} shots, a request has {most} at most"
        limits = ReferenceLimits(target, cast, max_references, parts)
        mentions = frozenset[str]().union(*map(limits.sent, parts))
        frame = target.references.frames and (parts[0].opens or parts[0].joined)
        count = limits.count(mentions) + frame
        if count > limits.most:
            return f"it would send {count} references, a request carries {limits.most}"
        if not limits.allow_videos(mentions, frame):
            return "a request carries fewer clips, or fewer references beside one"
        if found := limits.too_many_of_a_kind(mentions, frame):
            return f"it would send more than {found[1]} {found[0]}, which is the most"
        beside, elements = limits.beside_frame, len(mentions & limits.elements)
        if (parts[0].opens or parts[0].joined) and beside is not None and elements > beside:
            return f"it would send {elements} elements beside a first frame, {beside} is the most"
        return ""
