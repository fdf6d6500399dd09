"""What a plan is held to: the limits of money and seconds, and how old its prices may be."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from msgspec import Struct

from storyboard.diagnostics import Diagnostics, Span
from storyboard.diagnostics.codes import (
    CURRENCY_MISMATCH,
    OLD_PRICE,
    OVER_BUDGET,
    OVER_SECONDS,
    UNKNOWN_PRICE,
)
from storyboard.diagnostics.types import Severity
from storyboard.plan.actions import FilmSums
from storyboard.targets.model import Target
from storyboard.values.sums import Total
from storyboard.values.units import Money

OLD_AFTER_DAYS = 90
"""Days after which a price is called old."""


class Limit(Struct, frozen=True, kw_only=True):
    """The most a film may cost and last, and where each was said (None: on the command line).

    ``cost`` is of all that the film costs, ``to_pay`` and ``seconds`` of what is still to be paid.
    ``way_out`` finds the best way to keep to the limits, in words; empty for none.
    """

    cost: Money | None = None
    cost_at: Span | None = None
    to_pay: Money | None = None
    seconds: int | None = None
    seconds_at: Span | None = None
    way_out: Callable[[], str] | None = None

    def best_way(self) -> str:
        """The best way to keep to the limits, in words; empty for none."""
        return self.way_out() if self.way_out is not None else ""


def check_price_age(as_of: date, today: date, target: Target, diagnostics: Diagnostics) -> None:
    """Prices move monthly: one that was read long ago is a note that says how to refresh it.

    A plan never holds this note, as it depends on the day and a plan only on its inputs.
    """
    age = (today - as_of).days
    if age > OLD_AFTER_DAYS:
        diagnostics.add(
            OLD_PRICE,
            f"the prices of {target.target} were read on {as_of.isoformat()}, {age} days ago",
            help="look them up on the vendor's page, and put them into a file in targets/ beside "
            f"the storyboard that extends {target.target}",
        )


def check_limits(
    due: Total,
    film: FilmSums,
    limit: Limit,
    diagnostics: Diagnostics,
    *,
    is_begun: bool = False,
    has_clips: bool = False,
    unmeasured: int = 0,
) -> bool | None:
    """Whether a film stays within its limits; None where an unknown price leaves that open.

    ``due`` is what is still to be paid, ``film`` all that the film costs. ``is_begun`` says that
    something was paid, so that messages do not take the rest for the film, ``has_clips`` that
    clips are sent, of which few prices are published. ``unmeasured`` requests to be paid have no
    price as it depends on how long a clip at a URL is.
    """
    rest = "the rest of the film" if is_begun else "the film"
    within: list[bool | None] = []
    if limit.seconds is not None:
        within.append(due.seconds <= limit.seconds)
        if not within[-1]:
            diagnostics.add(
                OVER_SECONDS,
                f"{rest} renders {due.seconds} s, {limit.seconds} s at most are allowed",
                limit.seconds_at,
                help=f"{limit.best_way() or 'shorten it'}, or allow {due.seconds} s: the smallest "
                "limit that would pass",
            )
    _check_known(due, film, limit, diagnostics, has_clips=has_clips, unmeasured=unmeasured)
    if limit.to_pay is not None:
        within.append(_check_limit(due, rest, limit.to_pay, "limit", None, limit, diagnostics))
    if limit.cost is not None:
        is_paid = bool(film.paid.requests or film.under_way.requests)
        what = "the film, with what was paid before," if is_paid else "the film"
        within.append(
            _check_limit(film.whole, what, limit.cost, "budget", limit.cost_at, limit, diagnostics)
        )
    return False if False in within else None if None in within else True


def _check_known(
    due: Total,
    film: FilmSums,
    limit: Limit,
    diagnostics: Diagnostics,
    *,
    has_clips: bool,
    unmeasured: int,
) -> None:
    """Say which prices are not known; where there is a limit of money, that is an error."""
    is_limited = limit.cost is not None or limit.to_pay is not None
    if due.unknown:
        what = f"the price of {due.unknown} of {due.requests} requests is not"
        advice = "choose a target with a price (`storyboard targets` shows them)"
        advice += ", or give characters pictures in place of a clip" if has_clips else ""
        if unmeasured == due.unknown:
            what += " known, as the seconds of a clip at a URL are billed too, and not measured"
            advice = "write its duration: beside its video:, or the path of a copy of the clip"
        else:
            what += " published"
        diagnostics.add(
            UNKNOWN_PRICE,
            what + (", so no budget can be promised" if is_limited else ""),
            limit.cost_at,
            help=advice + (", or leave the budget out" if is_limited else ""),
            severity=Severity.ERROR if is_limited else None,
        )
        return
    before = film.paid.unknown + film.under_way.unknown
    if before and limit.cost is not None:
        clips = "1 clip" if before == 1 else f"{before} clips"
        diagnostics.add(
            UNKNOWN_PRICE,
            f"what {clips} cost before is not known, so no budget can be promised",
            limit.cost_at,
            help="leave the budget out, and limit what is still to be paid with --max-cost",
            severity=Severity.ERROR,
        )


def _check_limit(
    whole: Total,
    what: str,
    limit: Money,
    name: str,
    at: Span | None,
    limits: Limit,
    diagnostics: Diagnostics,
) -> bool | None:
    """Whether a sum stays within a limit; None where an unknown price leaves that open."""
    if limit.currency != whole.currency:
        diagnostics.add(
            CURRENCY_MISMATCH,
            f"the {name} is in {limit.currency}, the target's prices are in {whole.currency}",
            at,
            help=f"write the {name} in {whole.currency}; no exchange rate is assumed",
        )
        return False
    if whole.known > limit.amount:
        over = Money(whole.known - limit.amount, whole.currency)
        diagnostics.add(
            OVER_BUDGET,
            f"{what} costs {whole}, {over} more than the {limit} it may",
            at,
            help=f"{limits.best_way() or 'shorten it, choose another target'}, or allow "
            f"{Money(whole.known, whole.currency)}: the smallest {name} that would pass",
        )
        return False
    return None if whole.unknown else True
