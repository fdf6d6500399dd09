"""The amounts of a board, in cents that add up: shots to scenes, scenes and members to the film."""

from __future__ import annotations

from typing import NamedTuple

from msgspec import Struct, field

from storyboard.board.model import BoardScene, CastRow, CastSheet, FilmBoard, MemberKind, ShotCard
from storyboard.render.amounts import amount, price
from storyboard.render.shown_prices import in_cents, summed_by
from storyboard.values.sums import Total
from storyboard.values.units import Money


class _Shot(NamedTuple):
    """A shot by its numbers, which are its own whatever its address is."""

    scene: int
    number: int


class ShownMoney(Struct, frozen=True):
    """What is shown of each amount of a board; what is not known is said as such."""

    board: FilmBoard
    _scenes: dict[int, Money | None] = field(default_factory=dict)
    _shots: dict[_Shot, Money | None] = field(default_factory=dict)
    _members: dict[tuple[MemberKind, str], Money | None] = field(default_factory=dict)

    def __post_init__(self) -> None:
        cards = [(scene.number, card) for scene in self.board.scenes for card in scene.cards]
        numbers = [number for number, _ in cards]
        exact = [card.money for _, card in cards]
        sums = summed_by(numbers, exact)
        shown = in_cents(["film"] * len(sums), sums.values())
        of_scene = dict(zip(sums, shown, strict=True))
        money = in_cents(numbers, exact, of_scene)
        for (number, card), one in zip(cards, money, strict=True):
            self._shots[_Shot(number, card.number)] = one
        self._scenes.update(of_scene)
        for sheet in self.board.cast:
            due = [*(row.money.money for row in sheet.rows), sheet.rest.money]
            parts = in_cents([sheet.kind] * len(due), due)
            names = [*(row.name for row in sheet.rows), ""]
            self._members.update(zip(((sheet.kind, name) for name in names), parts, strict=True))

    def of_scene(self, scene: BoardScene) -> str:
        """The price of a scene."""
        if scene.total is None:
            return "no price"
        shown = self._scenes.get(scene.number) if not scene.total.unknown else None
        return _said(scene.total, shown)

    def of_shot(self, scene: BoardScene, card: ShotCard) -> str:
        """The share of a shot; empty where it is in no clip."""
        return amount(self._shots[_Shot(scene.number, card.number)]) if card.renderings else ""

    def of_member(self, row: CastRow) -> str:
        """The share of a member."""
        if not row.money.requests:
            return "no price"
        return _said(row.money, self._members[row.kind, row.name])

    def of_rest(self, sheet: CastSheet) -> str:
        """What the shots cost that show no member of a kind."""
        return _said(sheet.rest, self._members[sheet.kind, ""])


def _said(whole: Total, shown: Money | None) -> str:
    return price(whole) if shown is None else str(shown)
