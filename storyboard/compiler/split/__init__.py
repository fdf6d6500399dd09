"""Split: the ways in which each shot of a scene can be rendered; ``pack`` chooses among them.

A shot that fits one entry of a shot list has one way. Any other may stay *whole*, alone in a
request, where the target takes a longer single prompt; be *joined*, entries of one shot list;
be *apart*, a request each; or *grouped*, several requests of several entries each.

Only the action is divided. Framing, introductions and whom a part carries are composed into
every part, which is measured as it will be sent. Division prefers beats, then lines, sentences,
clauses, words. Among the divisions into the fewest parts the one with the least bad boundaries
is taken, then the most even one. Seconds are whole; they follow the time that lines take to
speak and the length of the prose, or the beats' own seconds.
"""

from __future__ import annotations

from collections.abc import Sequence

from storyboard.compiler.clip import Part, Prompt
from storyboard.compiler.compose import Composer
from storyboard.compiler.film import Scene, Shot
from storyboard.diagnostics.codes import CROWDED_TEXT
from storyboard.targets.model import Target

Ways = tuple[tuple[Part, ...], ...]
"""The ways of one shot, each as its parts in order; at least one."""


def in_one_piece(scene: Scene, ways: Sequence[Ways]) -> list[Ways]:
    """The ways of each shot of a scene; those of a shot that is footage are of one part, if any."""
    return [
        tuple(way for way in found if len(way) == 1 or not shot.is_footage) or found
        for shot, found in zip(scene.shots, ways, strict=True)
    ]


def split(scene: Scene, target: Target, composer: Composer) -> list[Ways]:
    """The ways of each shot of a scene, in order.

    Every part lasts at most the target's seconds and counts at most the characters of the
    prompt that it can be. What cannot be made to fit is reported and kept whole.
    """
    longest, limit = target.seconds.max, target.shot_characters
    alone_above = target.shots.max_seconds if target.shots else longest
    splitter = None
    ways: list[Ways] = []
    for shot in scene.shots:
        whole, seconds = composer.whole(shot), shot.seconds
        is_within = limit is None or whole.weight <= limit
        if shot.is_undivided and not is_within:
            _report_undivided(shot, whole, limit, composer)
        # A shot without a text is one that could not be read: no more about it.
        if not whole.text or shot.is_undivided or (seconds <= longest and is_within):
            part = Part(
                shot=shot,
                prompt=whole,
                seconds=seconds,
                continues=shot.seam == "continue",
                alone=seconds > alone_above or shot.is_undivided,
                lines=shot.speeches() if shot.has_dialogue else (),
            )
            ways.append(((part,),))
            continue
        if splitter is None:
            # Most films need no division, and so none of what finds sentences in any language.
            from storyboard.compiler.split.splitter import Splitter

            splitter = Splitter(scene, target, composer)
        ways.append(splitter.ways(shot, whole))
    return ways


def _report_undivided(shot: Shot, prompt: Prompt, limit: int | None, composer: Composer) -> None:
    """Say that the text of a shot that is one request is too long."""
    made_from, parted = (
        ("is made from a clip", "cut the clip in two and write two shots")
        if shot.footage is not None
        else ("has middle_frames", "share its pictures among two shots")
    )
    composer.diagnostics.add(
        CROWDED_TEXT,
        f'the prompt of "{shot.address}" is {prompt.weight} characters, {limit} at most, and a '
        f"shot that {made_from} is not divided",
        shot.place("prompt", "beats", "dialogue"),
        help=f"write fewer words, or {parted}",
    )
