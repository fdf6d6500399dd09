"""The bill of a film: what its scenes, shots or members cost, so that it adds up.

A clip's price is shared by seconds among its shots, and a shot's equally among the members of a
kind that it shows.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal
from enum import StrEnum

from msgspec import Struct

from storyboard.board.model import FilmBoard, MemberKind, Rendering, ShotCard
from storyboard.plan.actions import DUE
from storyboard.plan.model import Plan
from storyboard.values.shares import shares
from storyboard.values.sums import Total, total
from storyboard.values.units import Money


class BillBy(StrEnum):
    """What the rows of a bill are."""

    SCENE = "scene"
    CHARACTER = "character"
    LOCATION = "location"
    PROP = "prop"
    SHOT = "shot"


_KINDS: dict[BillBy, MemberKind] = {
    BillBy.CHARACTER: "character",
    BillBy.LOCATION: "location",
    BillBy.PROP: "prop",
}


class BillRow(Struct, frozen=True, kw_only=True):
    """A row: ``seconds`` are those of its shots, ``clips`` counts the clips that render them.

    ``price`` is of all of it, ``to_pay`` of what is not paid yet; None where a price is not
    known, or where errors leave it without one, which ``is_unpriced`` says.
    """

    name: str
    title: str
    seconds: int
    clips: int
    price: Money | None
    to_pay: Money | None
    is_unpriced: bool = False


class Bill(Struct, frozen=True, kw_only=True):
    """The rows of a bill, the shots that none of them has, and the film.

    Prices of ``rows`` and ``rest`` add up to those of ``whole``; so do the seconds of scenes and
    shots, with ``padding``: seconds that a target renders and no shot asks for. Members share
    the screen, so that their seconds and clips do not. ``rest`` is None where every shot has one.
    """

    by: BillBy
    rows: tuple[BillRow, ...]
    rest: BillRow | None
    whole: BillRow
    padding: int


def make_bill(board: FilmBoard, by: BillBy) -> Bill:
    """The bill of a film that was laid out as a board."""
    prices = (one.money for one in board.plan.clips)
    maker = _BillMaker(next((one.currency for one in prices if one is not None), "USD"))
    cards = board.cards
    rest: BillRow | None = None
    match by:
        case BillBy.SCENE:
            rows = [maker.row(one.address, one.title, one.cards) for one in board.scenes]
        case BillBy.SHOT:
            rows = [maker.row(card.address, "", [card]) for card in cards]
        case _:
            rows, rest = maker.members(board, _KINDS[by])
    return Bill(
        by=by,
        rows=tuple(rows),
        rest=rest,
        whole=maker.row("film", "", cards),
        padding=sum(one.padding for one in board.plan.requests),
    )


class _BillMaker(Struct, frozen=True):
    currency: str

    def row(self, name: str, title: str, cards: Sequence[ShotCard]) -> BillRow:
        """The row of some shots, which has all of their price."""
        return self._row(name, title, [(card, card.money, _to_pay(card)) for card in cards])

    def members(self, board: FilmBoard, kind: MemberKind) -> tuple[list[BillRow], BillRow | None]:
        """A row for each member of a kind, the dearest first, and what shots without one cost."""
        sheet = next((one for one in board.cast if one.kind == kind), None)
        shown = {row.name: row.shots for row in sheet.rows} if sheet is not None else {}
        parts: dict[str, list[_CardPart]] = {name: [] for name in shown}
        without: list[_CardPart] = []
        for card in board.cards:
            here = [name for name, shots in shown.items() if card.address in shots]
            if not here:
                without.append((card, card.money, _to_pay(card)))
            each = [1] * len(here)
            for name, price, due in zip(
                here, shares(card.money, each), shares(_to_pay(card), each), strict=True
            ):
                parts[name].append((card, price, due))
        rows = [self._row(name, "", found) for name, found in parts.items() if found]
        rows.sort(key=lambda row: -row.price.amount if row.price is not None else Decimal(0))
        return rows, self._row(f"no {kind}", "", without) if without else None

    def _row(self, name: str, title: str, parts: Sequence[_CardPart]) -> BillRow:
        cards = [card for card, _, _ in parts]
        unpriced = any(not card.renderings for card in cards)
        priced = [one for one in parts if one[0].renderings]
        clips = {one.request.id for card in cards for one in card.renderings}
        return BillRow(
            name=name,
            title=title,
            seconds=sum(_seconds(card) for card in cards),
            clips=len(clips),
            price=self._sum(price for _, price, _ in priced).money,
            to_pay=self._sum(due for _, _, due in priced).money,
            is_unpriced=unpriced,
        )

    def _sum(self, amounts: Iterable[Money | None]) -> Total:
        return total(((0, one) for one in amounts), self.currency)


_CardPart = tuple[ShotCard, Money | None, Money | None]
"""A shot with its share of price, and of what is still to be paid."""


def _seconds(card: ShotCard) -> int:
    """The seconds of a shot in all of its clips, further takes too; as written without a clip."""
    return sum(one.seconds for one in card.renderings) if card.renderings else card.seconds


def _to_pay(card: ShotCard) -> Money | None:
    """What of a shot's price is still to be paid, None where that is not known."""
    if card.money is None:
        return None
    due = [one.money.amount for one in card.renderings if one.money and _is_due(one)]
    return Money(sum(due, Decimal(0)), card.money.currency)


def _is_due(one: Rendering) -> bool:
    return one.request.action in DUE


class Retries(Struct, frozen=True, kw_only=True):
    """What takes that fail may cost: each clip is rendered ``factor`` times on average.

    ``extra`` is what that adds to what is to be paid, ``whole`` both; None for an unknown price.
    ``over`` is by how much the film would then be above its budget, None where it is not.
    """

    factor: Decimal
    extra: Money | None
    whole: Money | None
    over: Money | None = None


def retries_of(plan: Plan, factor: Decimal) -> Retries:
    """The cost of takes that fail, with a factor of at least 1."""
    to_pay, film, limit = plan.cost.to_pay, plan.cost.total, plan.budget.limit
    if to_pay is None:
        return Retries(factor=factor, extra=None, whole=None)
    whole = Money(to_pay.amount * factor, to_pay.currency).rounded_up()
    extra = whole - to_pay.rounded_up()
    over = None
    if film is not None and limit is not None and limit.currency == film.currency:
        over = film.rounded_up() + extra - limit
    return Retries(
        factor=factor, extra=extra, whole=whole, over=over if over and over.amount > 0 else None
    )
