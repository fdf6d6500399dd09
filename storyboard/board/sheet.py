"""The cast sheet: who appears where, for how long, and for what share of the price."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

from storyboard.board.model import (
    BoardPicture,
    CastLook,
    CastRow,
    CastSheet,
    MemberKind,
    ShotCard,
)
from storyboard.compiler.film import Appearance
from storyboard.values.shares import shares
from storyboard.values.sums import total
from storyboard.values.units import Money

_KINDS: tuple[MemberKind, ...] = ("character", "prop", "location", "style", "footage")

Pictures = Callable[[Appearance], tuple[BoardPicture, ...]]


def cast_sheets(
    appearances: Iterable[Appearance],
    cards: Sequence[ShotCard],
    names_in: Mapping[str, tuple[str, ...]],
    descriptions: Mapping[str, str],
    pictures: Pictures,
    currency: str,
) -> tuple[CastSheet, ...]:
    """The sheets of the kinds that the film has.

    ``names_in`` are, by the address of a shot, the names of those that it shows, each in its look.
    ``descriptions`` are those of the members, by their names.
    """
    found = list(appearances)
    return tuple(
        _sheet(kind, looks, cards, names_in, descriptions, pictures, currency)
        for kind in _KINDS
        if (looks := [one for one in found if one.kind == kind])
    )


def _sheet(
    kind: MemberKind,
    looks: Sequence[Appearance],
    cards: Sequence[ShotCard],
    names_in: Mapping[str, tuple[str, ...]],
    descriptions: Mapping[str, str],
    pictures: Pictures,
    currency: str,
) -> CastSheet:
    members: dict[str, list[Appearance]] = {}
    for one in looks:
        members.setdefault(one.name.partition(".")[0], []).append(one)
    shown: dict[str, list[ShotCard]] = {name: [] for name in members}
    costs: dict[str, list[tuple[int, Money | None]]] = {name: [] for name in members}
    rest: list[tuple[int, Money | None]] = []
    for card in cards:
        bases = (name.partition(".")[0] for name in names_in.get(card.address, ()))
        here = [name for name in dict.fromkeys(bases) if name in members]
        for name, money in zip(here, shares(card.money, [1] * len(here)), strict=True):
            shown[name].append(card)
            costs[name].append((card.seconds, money))
        if not here:
            rest.append((card.seconds, card.money))
    return CastSheet(
        kind=kind,
        rows=tuple(
            CastRow(
                name=name,
                kind=kind,
                description=descriptions.get(name, ""),
                looks=tuple(
                    CastLook(
                        look=one.name.partition(".")[2], label=one.label, pictures=pictures(one)
                    )
                    for one in worn
                ),
                shots=tuple(card.address for card in shown[name]),
                seconds=sum(card.seconds for card in shown[name]),
                money=total(costs[name], currency),
            )
            for name, worn in members.items()
        ),
        rest=total(rest, currency),
        rest_shots=len(rest),
    )
