"""Time: how the seconds of a shot are shared out among its beats, atoms and parts."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Literal

from msgspec import Struct

from storyboard.compiler.compose import Atom
from storyboard.compiler.film import Shot
from storyboard.compiler.speech import share as spoken_share
from storyboard.compiler.split.division import apportion, lengths
from storyboard.targets.model import Target

_BREATH = 400
"""Milliseconds before a spoken line."""


class Room(Struct, frozen=True, kw_only=True):
    """An arrangement of a shot's parts and what it holds.

    ``limit`` are the code points of a part, ``low`` and ``high`` its seconds, ``most`` the parts
    that the shot's seconds can hold.
    """

    way: Literal["joined", "apart", "grouped"]
    limit: int
    low: int
    high: int
    most: int


def seconds_of_beats(shot: Shot) -> list[int] | None:
    """The seconds of each beat where any has its own; those without share what is left."""
    own = [beat.seconds for beat in shot.beats]
    if not any(own):
        return None
    missing = [index for index, seconds in enumerate(own) if seconds is None]
    rest = shot.seconds - sum(seconds or 0 for seconds in own)
    if not missing:
        return None if rest else [seconds or 0 for seconds in own]
    weights = [
        len(prose.text) if (prose := shot.beats[index].prose) is not None else 1
        for index in missing
    ]
    shared = apportion(rest, weights, [1] * len(missing), [max(rest, 1)] * len(missing))
    if shared is None:
        return None
    by_beat = dict(zip(missing, shared, strict=True))
    return [seconds or by_beat[index] for index, seconds in enumerate(own)]


def shares_of(shot: Shot, atoms: Sequence[Atom], owned: Sequence[int] | None) -> list[int]:
    """Milliseconds of each atom: a line the time it takes to say, prose by its length.

    Where beats have seconds, each atom has its part of its beat's.
    """
    if owned is None:
        groups = [(shot.seconds, list(range(len(atoms))))]
    else:
        by_beat: dict[int, list[int]] = {}
        for index, atom in enumerate(atoms):
            by_beat.setdefault(atom.beat, []).append(index)
        groups = [(owned[beat], indices) for beat, indices in by_beat.items()]
    shares = [1] * len(atoms)
    for seconds, indices in groups:
        total = seconds * 1000
        spoken = {
            index: spoken_share(atoms[index].text) + _BREATH
            for index in indices
            if atoms[index].speech is not None
        }
        prose = [index for index in indices if index not in spoken]
        left = max(total - sum(spoken.values()), total // 4 if prose else 0)
        length = sum(len(atoms[index].text) for index in prose) or 1
        for index in indices:
            if index in spoken:
                shares[index] = max(spoken[index], 1)
            else:
                shares[index] = max(left * len(atoms[index].text) // length, 1)
        if owned is not None and (made := sum(shares[index] for index in indices)) != total:
            for index in indices:
                shares[index] = max(shares[index] * total // made, 1)
    return shares


def time_parts(
    total: int, shares: list[int], room: Room, target: Target
) -> tuple[list[int], set[int]] | None:
    """The seconds of each part, and the parts that open a request."""
    count, own, shots = len(shares), target.seconds, target.shots
    if room.way != "grouped" or shots is None:
        highs = [room.high] * count
        if room.way == "apart" and own.choices:
            highs = lengths(total, shares, own.choices, room.low)
        seconds = apportion(total, shares, [room.low] * count, highs)
        opening = {0} if room.way == "joined" else set(range(count))
        return (seconds, opening) if seconds else None
    requests = max(-(-total // own.max), -(-count // shots.max))
    groups = list(pairwise([-(-count * n // requests) for n in range(requests + 1)]))
    of_groups = apportion(
        total,
        [sum(shares[a:b]) for a, b in groups],
        [max(own.min, (b - a) * room.low) for a, b in groups],
        [min(own.max, (b - a) * room.high) for a, b in groups],
    )
    seconds = []
    for (a, b), whole_seconds in zip(groups, of_groups or (), strict=False):
        within = [room.low] * (b - a), [room.high] * (b - a)
        seconds += apportion(whole_seconds, shares[a:b], *within) or ()
    return (seconds, {a for a, _ in groups}) if len(seconds) == count else None
