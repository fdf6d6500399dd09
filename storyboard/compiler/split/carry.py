"""Whom a later part of a divided shot carries: those who appeared before and whom its prose leaves
unnamed, also if they speak in it.

Characters come before props, the latest first, as far as room and references allow.
"""

from __future__ import annotations

from msgspec.structs import replace

from storyboard.compiler.clip import Prompt
from storyboard.compiler.compose import Composer, PromptPiece
from storyboard.compiler.compose.draft import Draft
from storyboard.compiler.film import FRAME


def carry(composer: Composer, piece: PromptPiece, appeared: dict[str, None], limit: int) -> Prompt:
    """The prompt of a part with those whom it carries; ``appeared`` grows by those it shows.

    ``appeared`` are the marks of characters and props in the parts before, in the order in
    which they were last seen. ``limit`` are the code points that the prompt may count.
    """
    draft = Draft(composer, piece)
    shown = {*draft.in_prose(), *draft.in_framing(), *piece.present}
    named = {
        mark
        for mark in (*draft.named(), *piece.present)
        if composer.cast[mark].kind in ("character", "prop")
    }
    waiting = [mark for mark in reversed(appeared) if mark not in shown]
    waiting.sort(key=lambda mark: composer.cast[mark].kind != "character")
    prompt = composer.compose(piece)
    carried: list[str] = []
    left_out: list[str] = []
    for mark in waiting if _may_carry(piece) else ():
        with_mark = (*piece.present, *carried, mark)
        tried = composer.compose(
            replace(piece, present=with_mark, earlier=frozenset({*carried, mark}))
        )
        if tried.weight <= limit and _can_carry(composer, tried, is_opening=piece.opens):
            carried.append(mark)
            prompt = tried
        elif mark not in named:
            left_out.append(mark)
    for mark in (*reversed(carried), *sorted(named)):
        appeared.pop(mark, None)
        appeared[mark] = None
    return replace(prompt, carried=tuple(carried), left_out=tuple(left_out))


def _may_carry(piece: PromptPiece) -> bool:
    """Whether the writer leaves it open who is in the frame."""
    if piece.number == 1 or piece.shot.cast == ():
        return False
    return any(piece.shot.beats[beat].cast is None for beat in piece.beats)


def _can_carry(composer: Composer, prompt: Prompt, *, is_opening: bool) -> bool:
    """Whether a request can send all whom a prompt names."""
    target = composer.film.target
    sent = [composer.cast.reference(mark) for mark in prompt.marks if mark != FRAME]
    references = [one for one in sent if one is not None and one.kind != "clip"]
    elements = sum(one.kind == "element" for one in references)
    videos = sum(one.video is not None for one in references)
    most = composer.film.max_references
    if videos and target.references.with_video is not None:
        most = min(most, target.references.with_video)
    if len(references) + (target.references.frames and is_opening) > most:
        return False
    kinds = target.references
    if kinds.elements is not None and elements > kinds.elements:
        return False
    images = len(references) - elements + (kinds.frames and is_opening)
    if kinds.images is not None and images > kinds.images:
        return False
    if target.elements is None:
        return elements == 0
    if videos > target.elements.max_videos:
        return False
    beside = target.elements.beside_frame
    return not is_opening or beside is None or elements <= beside
