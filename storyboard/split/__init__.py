"""Split: divide shots that are longer than a request may be, in seconds or in text.

A text is divided at its beats, else between sentences; only what does not fit is divided
further, between clauses, then words, and inside a quotation last. Among the divisions into the
fewest parts the one with the least bad boundaries is taken, then the most even one. Seconds
are whole and follow the text, or the beats' own seconds where whole beats make good parts.

The parts of a shot stand in one of three arrangements: *joined*, neighbours in one request,
where the shot fits a request and only its text does not; *apart*, a request each; *grouped*,
several requests of several parts, where the seconds are too few for a request each.
"""

from __future__ import annotations

from storyboard.diagnostics import Diagnostics
from storyboard.film import Part, Ruler, Scene
from storyboard.targets.types import Target


def split(scene: Scene, target: Target, ruler: Ruler, diagnostics: Diagnostics) -> tuple[Part, ...]:
    """The parts of a scene's shots, in order; each fits one prompt of one request.

    Every part lasts at most the target's seconds and weighs at most the characters of one
    prompt, the sentence that a first frame in words needs included. The texts of a shot's
    parts, joined, are its text: only white space at boundaries is dropped, and a carried part
    repeats the one before. What cannot be made to fit is reported and kept.
    """
    longest, limit = target.seconds.max, target.shot_characters
    lead = ruler.weigh(ruler.lead) if ruler.lead else 0
    alone_above = target.shots.max_seconds if target.shots else longest
    splitter = None
    parts: list[Part] = []
    for shot in scene.shots:
        text, seconds, continues = shot.text, shot.seconds, shot.seam == "continue"
        opening = lead if lead and (continues or shot.start_frame is not None) else 0
        # A shot without a text is one that could not be read: no more about it.
        if not text or (
            seconds <= longest and (limit is None or ruler.weigh(text) + opening <= limit)
        ):
            alone = seconds > alone_above
            parts.append(
                Part(shot=shot, text=text, seconds=seconds, continues=continues, alone=alone)
            )
            continue
        if splitter is None:
            # Most films need no division, and so none of what finds sentences in any language.
            from storyboard.split.splitter import Splitter

            splitter = Splitter(scene, target, ruler, diagnostics)
        parts += splitter.divide(shot)
    return tuple(parts)
