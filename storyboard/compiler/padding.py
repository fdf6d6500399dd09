"""Padding: seconds of a clip that are rendered and paid because the target has no shorter ones."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import Decimal

from msgspec import Struct

from storyboard.compiler.film import Clip, Part
from storyboard.diagnostics import Diagnostics, Label
from storyboard.diagnostics.codes import PADDED_TAKE
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
        if target.has(Feature.MULTI_SHOT):
            advice += ", or let it share a request with a neighbour"
    diagnostics.add_place(
        PADDED_TAKE,
        target.target,
        Label(place, f"{who}, {clip.seconds} s are rendered"),
        _Padding(who, lengths, clip.padding, bill, advice),
        _say_padding,
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
