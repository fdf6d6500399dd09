"""What is paid beyond what was written: seconds that the target has no shorter ones of.

They come of a clip that is too short, and of a shot that shares no request as it is footage.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import Decimal

from msgspec import Struct

from storyboard.compiler.clip import Clip, Part
from storyboard.compiler.cost import currency
from storyboard.compiler.film import Scene
from storyboard.diagnostics import Diagnostics, Label
from storyboard.diagnostics.codes import LONE_FOOTAGE, PADDED_TAKE
from storyboard.targets.model import Feature, Target
from storyboard.values.units import Money


def report_padding(
    clip: Clip,
    target: Target,
    price: Callable[[Part], Money | None] | None,
    diagnostics: Diagnostics,
) -> None:
    """Say which seconds of a clip are paid without being asked for.

    ``price`` is one second's price of a part; without it the message names no money.
    """
    first, last = clip.parts[0], clip.parts[-1]
    asked = clip.seconds - clip.padding
    who = f'"{first.address}" lasts {asked} s'
    if first is not last:
        who = f'"{first.address}" to "{last.address}" last {asked} s together'
    second = price(first) if price is not None else None
    bill = None if second is None else Money(second.amount * clip.padding, second.currency)
    choices = target.seconds.choices
    lengths = f"{' or '.join(map(str, choices))} s" if choices else f"{clip.seconds} s at least"
    if any(beat.seconds for beat in last.shot.beats):
        # Its seconds are the beats' own: the shot's duration would contradict them.
        place = last.shot.place("beats")
        advice = f"give the beats of this part {clip.padding} s more"
    else:
        place = last.shot.place("duration")
        longer = last.shot.seconds + clip.padding
        advice = f'write "duration: {longer}s"'
        if target.has(Feature.MULTI_SHOT) and not last.shot.is_apart:
            advice += ", or let it share a request with a neighbour"
    diagnostics.add_place(
        PADDED_TAKE,
        target.target,
        Label(place, f"{who}, {clip.seconds} s are rendered"),
        _Padding(who, lengths, clip.padding, bill, advice),
        _say_padding,
    )


def report_alone(
    scene: Scene,
    target: Target,
    cost: Decimal | None,
    together: Decimal | None,
    diagnostics: Diagnostics,
) -> None:
    """Say what it costs that shots of a scene that are footage have requests of their own.

    ``cost`` is that of the scene as it is, ``together`` with no shot apart; None is not known.
    """
    if cost is None or together is None or cost <= together:
        return
    more = Money(cost - together, currency(target))
    alone = [shot for shot in scene.shots if shot.is_footage]
    one = len(alone) == 1
    who = f'"{alone[0].address}" is' if one else f"{len(alone)} shots of this scene are"
    diagnostics.add(
        LONE_FOOTAGE,
        f"{who} footage of others, and {'has a request' if one else 'have requests'} of "
        f"{'its' if one else 'their'} own: {more} more than in those of the neighbours",
        alone[0].place("prompt", "beats"),
        labels=tuple(Label(shot.place("prompt", "beats"), "and this one") for shot in alone[1:]),
        help="give the shots beside it the seconds that are rendered anyway, or put it first or "
        "last in its scene",
    )


class _Padding(Struct, frozen=True):
    """Seconds of a clip that are paid without being asked for; ``bill`` is their price."""

    who: str
    lengths: str
    seconds: int
    bill: Money | None
    advice: str


def _say_padding(clips: Sequence[_Padding]) -> tuple[str, str]:
    seconds = sum(clip.seconds for clip in clips)
    bills = [clip.bill for clip in clips if clip.bill is not None]
    bill = ""
    if len(bills) == len(clips) and len({one.currency for one in bills}) == 1:
        bill = f", {Money(sum((one.amount for one in bills), Decimal(0)), bills[0].currency)}"
    if len(clips) > 1:
        what = f"{len(clips)} clips are shorter than the target renders"
        advice = "write the seconds that are rendered, or let the shots share requests"
    else:
        what = f"{clips[0].who}, the target renders {clips[0].lengths}"
        advice = clips[0].advice
    are = "is" if seconds == 1 else "are"
    return f"{what}: {seconds} s {are} paid without being asked for{bill}", advice
