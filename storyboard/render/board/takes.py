"""The takes of a clip in words: how each stands, and what to write for choosing one."""

from __future__ import annotations

from storyboard.board.model import BoardScene, BoardTake, TakenClip
from storyboard.plan.reason import Action
from storyboard.render.amounts import amount, counted
from storyboard.render.board.frames import frame_of, tiled
from storyboard.render.board.page_values import TakenView, TakeView
from storyboard.render.board.parts import ShotState, action_state


def taken_view(
    taken: TakenClip, scene: BoardScene, *, has_prices: bool, is_live: bool
) -> TakenView:
    """What is shown of a clip's takes; only a page that ``is_live`` can play them."""
    names = [one.removeprefix(f"{scene.address}/") for one in taken.shots]
    title = names[0] if len(names) == 1 else f"{names[0]} to {names[-1]}"
    ratio = next(
        (card.aspect_ratio for card in scene.cards if card.address == taken.address), "16:9"
    )
    frame = frame_of(ratio)
    strip = (frame[0] * len(taken.shots), frame[1])
    return TakenView(
        clip=taken.clip,
        title=title,
        count=counted(len(taken.takes), "take"),
        how=_how(taken, names[0]),
        warning=_warning(taken),
        frame=frame,
        strip=strip,
        takes=tuple(
            _take_view(one, taken, strip[0], has_prices=has_prices, is_live=is_live)
            for one in taken.takes
        ),
    )


def _how(taken: TakenClip, shot: str) -> str:
    where = f"the shot {shot}, {taken.file} line {taken.line}"
    if taken.is_written:
        return f"To choose another, write its line in place of the one at {where}."
    if taken.is_text:
        return (
            f"To choose another, write its line at {where}: the shot is a text alone, so put "
            "prompt: before it, and the line below."
        )
    return f"To choose another, write its line at {where}."


def _warning(taken: TakenClip) -> str:
    if not taken.needed_by:
        return ""
    first, *others = taken.needed_by
    named = f"{first} and {counted(len(others), 'other clip')}" if others else first
    needs, is_made = ("need", "are") if others else ("needs", "is")
    return f"{named} {needs} it, and {is_made} to be rendered anew where another take is chosen."


def _take_view(
    take: BoardTake, taken: TakenClip, width: int, *, has_prices: bool, is_live: bool
) -> TakeView:
    keys = [one.key for one in take.pictures if one.key]
    state = action_state(take.action, take.reason)
    words = ["in the film"] if take.is_chosen else []
    if state is not ShotState.RENDERED:
        words.append(_WORDS.get(state, state))
    facts = [f"{take.made[:10]} {take.made[11:16]} UTC"] if take.made else []
    facts += [amount(take.money)] if has_prices else []
    film = ""
    if is_live and take.file is not None and take.action is Action.REUSE:
        film = f"/takes/{take.file.name}#t={take.start:.3f},{take.end:.3f}"
    return TakeView(
        number=take.number,
        picture=keys[0] if keys else "",
        strip=tiled(keys, width) if len(keys) > 1 else (),
        alt=f"Take {take.number} of {', '.join(taken.shots)}",
        film=film,
        facts=(*facts, taken.target),
        word=", ".join(words),
        line="" if take.is_chosen else f"take: {take.number}",
        is_chosen=take.is_chosen,
    )


_WORDS = {
    ShotState.NEW: "to be rendered",
    ShotState.CHANGED: "to be rendered",
    ShotState.AGAIN: "to be rendered again",
}
