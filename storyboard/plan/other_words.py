"""Clips that are kept whole though another request would be sent for them today."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import pairwise

from storyboard.compiler.clip import KeptPart
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
    clips = {clip.take: clip for clip in kept}
    for at, one in enumerate(cut):
        if isinstance(one, KeptPart) and one.former.index == 0 and _is_whole(cut, at):
            place = Label(one.part.shot.place("prompt", "beats"), "kept as it was paid")
            diagnostics.add_place(OTHER_WORDS, "", place, clips[one.former.take], _say)


def _is_whole(cut: Sequence[Request | KeptPart], at: int) -> bool:
    """Whether all of a clip follows in one piece from its first part on."""
    for before, one in pairwise(cut[at:]):
        if isinstance(before, KeptPart) and before.former.is_last:
            return True
        if not (
            isinstance(before, KeptPart)
            and isinstance(one, KeptPart)
            and one.former.follows(before.former)
        ):
            return False
    last = cut[-1]
    return isinstance(last, KeptPart) and last.former.is_last


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
