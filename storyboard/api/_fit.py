"""Ways out for a film above its budget or its length: another target, silence, fewer shots.

Each is planned before it is offered, so that its sum is true. A film is never made shorter within
a shot, whose lines would no longer fit.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal
from itertools import chain
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from storyboard.api._compile import folders
from storyboard.api._load import CompileOptions, Reading, read
from storyboard.api._offers import OfferMaker, TriedFilm, has_sound
from storyboard.api._plan import known_takes, limit_of
from storyboard.api._ways_out import WayOut, WaysOut
from storyboard.compiler.cost import price
from storyboard.compiler.film import Priority, Shot
from storyboard.diagnostics import Diagnostics
from storyboard.diagnostics.codes import CURRENCY_MISMATCH, OVER_BUDGET, OVER_SECONDS
from storyboard.errors import UsageError
from storyboard.plan import Limit, Plan
from storyboard.plan.cuts import choose_cuts, cuts_of
from storyboard.plan.reason import Action
from storyboard.targets.load import catalogue
from storyboard.targets.model import RenderedSecond
from storyboard.values.units import Money

if TYPE_CHECKING:
    from storyboard.ledger import Known

MOST_WAYS = 3
_TRIES = 6
"""How often more is left out, where clips that are packed anew save less than was counted."""
_LIMITS = {OVER_BUDGET, OVER_SECONDS}
_PUT_BACK = 8
"""How many shots are tried to be kept after all, where clips that are packed anew save more."""


def fit_film(file: str, under: Money | None, options: CompileOptions) -> WaysOut:
    """The ways in which a film costs no more than ``under`` in all, else than its budget.

    It renders no more than its ``max_seconds`` then, either.
    """
    findings = Diagnostics()
    known = known_takes(file, options, findings)
    reading = read(file, options, findings)
    options = replace(options, budget=under or options.budget)
    limit = limit_of(reading, options)
    if reading.storyboard is None or findings.has_errors:
        return WaysOut(None, limit, False, (), tuple(findings))
    if limit.cost is None and limit.to_pay is None and limit.seconds is None:
        raise UsageError('the storyboard has no budget: give --under, as --under "20 USD"')
    maker = OfferMaker.of(reading, options, known)
    own = maker.tried(options.target)
    cost = own.plan.cost.total if own.plan is not None else None
    seconds = _due_seconds(own.plan) if own.plan is not None else None
    others = [one for one in own.offer().errors if one.code not in _LIMITS]
    if others or own.plan is None:
        return WaysOut(cost, limit, False, (), tuple(others or own.offer().errors), seconds)
    if not own.found.has_errors:
        return WaysOut(cost, limit, True, (), (), seconds)
    ways = sorted(_ways(maker, own, limit), key=lambda way: way.lost)
    return WaysOut(cost, limit, False, tuple(ways), (), seconds)


def best_way(reading: Reading, options: CompileOptions, known: Known | None) -> str:
    """The way out that keeps the most, in words, for a film above its limits.

    Empty where there is none.
    """
    maker = OfferMaker.of(reading, options, known)
    own = maker.tried(options.target)
    if any(one.code is CURRENCY_MISMATCH for one in own.found):
        return ""
    ways = _ways(maker, own, limit_of(reading, options))
    if not ways:
        return ""
    best = min(ways, key=lambda way: way.lost)
    return f"the best way out is {best.words} (`storyboard fit` shows others)"


def _ways(maker: OfferMaker, own: TriedFilm, limit: Limit) -> list[WayOut]:
    """A way of each kind, then others, until there are enough that are worth a thought."""
    finder = _Finder(maker, own, limit)
    targets = finder.targets()
    found: list[WayOut] = []
    for way in (next(targets, None), finder.silence(), finder.cuts()):
        found = _worth(found, way)
    for way in chain(finder.targets(is_silent=True), targets, finder.silent_cuts()):
        if len(found) >= MOST_WAYS:
            break
        found = _worth(found, way)
    return found


def _worth(found: list[WayOut], way: WayOut | None) -> list[WayOut]:
    """The ways with one more, without those that lose more than another and cost no less."""
    ways = [*found, *((way,) if way is not None else ())]
    return [one for one in ways if not any(_is_better(other, one) for other in ways)]


def _is_better(one: WayOut, other: WayOut) -> bool:
    """Whether a way has all that another has, and more, for no more money.

    What another model makes of the same words is not measured: the film's own target is never
    worse than others.
    """
    if other.is_own and not one.is_own:
        return False
    costs = [way.offer.cost.total for way in (one, other)]
    if None in costs or one.lost >= other.lost:
        return False
    loses = [{loss.words for loss in way.offer.loses} for way in (one, other)]
    left = [{shot.address for shot in way.left_out} for way in (one, other)]
    amounts = [cost.amount for cost in costs if cost is not None]
    return loses[0] <= loses[1] and left[0] <= left[1] and amounts[0] <= amounts[1]


class _Finder(Struct, frozen=True):
    maker: OfferMaker
    own: TriedFilm
    limit: Limit

    @property
    def has_price(self) -> bool:
        """Whether money is limited."""
        return self.limit.cost is not None or self.limit.to_pay is not None

    @property
    def is_too_long(self) -> bool:
        """Whether what is still to be rendered is too long as it is written."""
        if self.own.plan is None or self.limit.seconds is None:
            return False
        padding = sum(request.padding for request in self.own.plan.requests)
        return _due_seconds(self.own.plan) - padding > self.limit.seconds

    @property
    def is_over_seconds(self) -> bool:
        """Whether the film renders more seconds than it may."""
        return any(one.code is OVER_SECONDS for one in self.own.found)

    def targets(self, *, is_silent: bool = False) -> Iterator[WayOut]:
        """Other targets that take the film for no more than it may cost.

        They are tried in the order of what they would lose, as far as that is known before prompts
        are fitted, then of the least that they can cost.
        """
        if self.is_too_long:
            return  # on any target
        tried: list[tuple[tuple[object, ...], str]] = []
        for target in catalogue(folders(self.maker.reading, self.maker.options)):
            if target == self.own.film.target.target:
                continue
            cast = self.maker.cast(target, is_silent=is_silent)
            least = _least_cost(cast)
            if cast.found.has_errors or cast.film.target.status == "superseded" or least is None:
                continue
            if is_silent and not has_sound(self.maker.cast(target).film):
                continue
            if self.maker.known is None and not self._may_cost(least):
                continue
            dropped = sum(not one.is_emulated for one in cast.loses)
            tried.append(((dropped, len(cast.loses), least.amount), target))
        for _, target in sorted(tried):
            if way := self._way(self.maker.tried(target, is_silent=is_silent), is_own=False):
                yield way

    def silence(self) -> WayOut | None:
        """The film without its sound."""
        if not has_sound(self.own.film):
            return None
        return self._way(self.maker.tried(self.maker.options.target, is_silent=True))

    def cuts(self) -> WayOut | None:
        """The film without the shots that it needs least."""
        return self._cuts(self.own)

    def silent_cuts(self) -> Iterator[WayOut]:
        """The same of the film without its sound."""
        if self.has_price and has_sound(self.own.film):
            silent = self.maker.tried(self.maker.options.target, is_silent=True)
            if (way := self._cuts(silent)) is not None:
                yield way

    def _cuts(self, whole: TriedFilm) -> WayOut | None:
        if whole.plan is None or (need := self._above(whole)) is None:
            return None
        groups = cuts_of(whole.film, whole.plan.requests, in_seconds=self.is_over_seconds)
        all_shots = sum(len(scene.shots) for scene in whole.film.scenes)
        for _ in range(_TRIES):
            chosen = choose_cuts(groups, need)
            shots = tuple(shot for cut in chosen or () for shot in cut.shots)
            if not shots or len(shots) == all_shots:
                return None
            way = self._without(whole, shots)
            if isinstance(way, WayOut):
                return self._with_more(whole, way)
            if way is None:
                return None
            need += way
        return None

    def _without(self, whole: TriedFilm, shots: Sequence[Shot]) -> WayOut | Decimal | None:
        """The way without some shots, or by how much that is still above what it may cost."""
        addresses = {shot.address for shot in shots}
        tried = self.maker.tried(
            self.maker.options.target, is_silent=whole.is_silent, without=addresses
        )
        return self._way(tried, left_out=shots) or self._above(tried)

    def _with_more(self, whole: TriedFilm, way: WayOut) -> WayOut:
        """The way with shots put back that it can keep after all, those it needs most first."""
        by_need = sorted(
            way.left_out, key=lambda shot: (list(Priority).index(shot.priority), -shot.seconds)
        )
        for shot in by_need[:_PUT_BACK]:
            rest = tuple(one for one in way.left_out if one.address != shot.address)
            if not rest or _before(shot, whole) in {one.address for one in rest}:
                continue
            better = self._without(whole, rest)
            if isinstance(better, WayOut):
                way = better
        return way

    def _way(
        self, tried: TriedFilm, *, is_own: bool = True, left_out: Sequence[Shot] = ()
    ) -> WayOut | None:
        if tried.plan is None or tried.found.has_errors:
            return None
        if self.has_price and tried.plan.cost.total is None:
            return None
        return WayOut(
            offer=tried.offer(),
            is_own=is_own,
            left_out=tuple(left_out),
            is_shorter=self.is_over_seconds,
        )

    def _may_cost(self, least: Money) -> bool:
        limits = [one for one in (self.limit.cost, self.limit.to_pay) if one is not None]
        return all(least.currency == one.currency and least.amount <= one.amount for one in limits)

    def _above(self, tried: TriedFilm) -> Decimal | None:
        """By how much a film is above its limits, None where it is not, or nobody knows.

        It is seconds where the film is too long: of money above the limit then as many as cost it.
        """
        if tried.plan is None:
            return None
        cost = tried.plan.cost
        over = [
            paid.amount - limit.amount
            for paid, limit in ((cost.total, self.limit.cost), (cost.to_pay, self.limit.to_pay))
            if limit is not None and paid is not None and paid.currency == limit.currency
        ]
        most = max(over, default=Decimal(0))
        if self.is_over_seconds:
            due = _due_seconds(tried.plan)
            if most > 0 and cost.to_pay is not None and cost.to_pay.amount > 0:
                most = -(-most * due // cost.to_pay.amount)
            most = max(most, Decimal(due - (self.limit.seconds or 0)))
        return most if most > 0 else None


def _due_seconds(plan: Plan) -> int:
    """The seconds of a plan that are still to be rendered."""
    return sum(one.seconds for one in plan.requests if one.action is Action.GENERATE)


def _before(shot: Shot, whole: TriedFilm) -> str | None:
    """The address of the shot on whose last frame a shot opens, None where there is none."""
    if shot.seam != "continue":
        return None
    addresses = [one.address for scene in whole.film.scenes for one in scene.shots]
    return addresses[addresses.index(shot.address) - 1]


def _least_cost(cast: TriedFilm) -> Money | None:
    """What a film costs at the least on a target, None where its price is not known."""
    whole: Money | None = None
    for scene in cast.film.scenes:
        for shot in scene.shots:
            target = cast.film.of(shot).target
            second = RenderedSecond(
                audio=target.sounds(shot.audio), resolution=target.resolution(scene.resolution)
            )
            cost = price(target, shot.seconds, second).money
            if cost is None:
                return None
            if whole is not None and whole.currency != cost.currency:
                return None
            whole = cost if whole is None else whole + cost
    return whole
