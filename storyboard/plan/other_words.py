"""Clips that are kept whole though another request would be sent for them today."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from storyboard.compiler.film import KeptPart
from storyboard.compiler.request import Request
from storyboard.diagnostics import Diagnostics, Label
from storyboard.diagnostics.codes import OTHER_WORDS
from storyboard.plan.timeline import KeptClip
from storyboard.values.sums import total_by_currency


def report_other_words(
    cut: Sequence[Request | KeptPart], kept: Iterable[KeptClip], diagnostics: Diagnostics
) -> None:
    """Say once which whole clips are kept as they were paid, and what they would cost anew.

    A whole clip whose request is the same is a request of the film, and not among ``kept``: each
    of these has the same shots, and other words around them.
    """
    places: dict[str, list[KeptPart]] = {}
    for one in cut:
        if isinstance(one, KeptPart):
            places.setdefault(one.former.take, []).append(one)
    for clip in kept:
        parts = places[clip.take]
        if [one.former.index for one in parts] == [*range(parts[0].former.count)]:
            place = Label(parts[0].part.shot.place("prompt", "beats"), "kept as it was paid")
            diagnostics.add_place(OTHER_WORDS, "", place, clip, _say)


def _say(clips: Sequence[KeptClip]) -> tuple[str, str]:
    if len(clips) == 1:
        what, they, them = f'"{clips[0].address}" is kept as it was paid', "it costs", "it"
    else:
        what, they, them = f"{len(clips)} clips are kept as they were paid", "they cost", "them"
    costs = [clip.whole_money for clip in clips]
    price = ""
    if None not in costs:
        price = f"; anew {they} {', '.join(map(str, total_by_currency(costs)))}"
    what += f": other words would be sent for {them} today{price}"
    advice = (
        f"--refresh renders {them} anew, and the clips of which only some shots are kept; "
        "`storyboard why` shows what was sent"
    )
    return what, advice
