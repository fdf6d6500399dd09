"""Where the shots of a clip stand in it, once it is here."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate, pairwise
from pathlib import Path

from storyboard.media.cuts import measure_cuts
from storyboard.media.mp4 import ClipFacts
from storyboard.values.segments import Segment, ShotPart, as_asked, milliseconds


def find_places(
    clip: Path, facts: ClipFacts, contents: Sequence[ShotPart], paid: int
) -> tuple[Segment, ...]:
    """The segments of a clip that has come, in its order.

    Where one shot ends and the next begins is measured. ``paid`` are the seconds that were
    ordered; where the shots fill them, the last one lasts to the end of the clip. Raises
    ``ClipError`` where the file is no whole clip.
    """
    if not contents or not facts.rate:
        return as_asked(tuple(contents))
    asked = [*accumulate(content.seconds for content in contents)]
    cuts = measure_cuts(clip, asked[:-1]) if len(asked) > 1 else ()
    is_padded = asked[-1] < paid
    end = asked[-1] if is_padded else milliseconds(facts.seconds)
    places = [0.0, *(milliseconds(float(cut.frame / facts.rate)) for cut in cuts), end]
    if any(end <= start for start, end in pairwise(places)):
        return as_asked(tuple(contents))  # it came shorter than ordered: nothing is cut from it
    exact = [True, *(cut.exact for cut in cuts), not is_padded]
    return tuple(
        Segment(content=content, start=start, end=end, is_exact=exact[number] and exact[number + 1])
        for number, (content, (start, end)) in enumerate(
            zip(contents, pairwise(places), strict=True)
        )
    )
