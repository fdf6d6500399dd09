"""Comparing: the same film on every target, with its price and what each would lose."""

from __future__ import annotations

from typing import Any, NamedTuple

from storyboard.api._compile import choose_target
from storyboard.api._load import CompileOptions, read
from storyboard.api._offers import Offer, OfferMaker
from storyboard.api._plan import known_takes, limit_of
from storyboard.diagnostics import Diagnostics
from storyboard.plan import Limit
from storyboard.plan.amounts import money_json

FORMAT = "storyboard-comparison/1"


class Comparison(NamedTuple):
    """What every target makes of a film, the cheapest first, and what is wrong with the film.

    ``limit`` is what the film is held to.
    """

    offers: tuple[Offer, ...]
    limit: Limit
    findings: Diagnostics

    def to_json(self) -> dict[str, Any]:
        """The offers as JSON values, which people's view is made from."""
        limit = self.limit
        return {
            "format": FORMAT,
            "limits": {
                "budget": limit.cost and money_json(limit.cost),
                "max_cost": limit.to_pay and money_json(limit.to_pay),
                "max_seconds": limit.seconds,
            },
            "targets": [offer.to_json() for offer in self.offers],
        }


def compare_targets(file: str, options: CompileOptions) -> Comparison:
    """What every target makes of a film; no offers where the film cannot be read."""
    findings = Diagnostics()
    known = known_takes(file, options, findings)
    reading = read(file, options, findings)
    limit = limit_of(reading, options)
    if reading.storyboard is None or findings.has_errors:
        return Comparison((), limit, findings)
    chosen = choose_target(reading, options, findings).target
    if findings.has_errors:
        return Comparison((), limit, findings)
    offers = OfferMaker.of(reading, options, known, findings.ignores).offers(chosen)
    return Comparison(tuple(sorted(offers, key=_by_price)), limit, findings)


def _by_price(offer: Offer) -> tuple[bool, bool, object, int, str, bool]:
    """The cheapest first, then those of unknown price, then those that are refused."""
    name = (offer.target, offer.is_silent)
    if offer.total is None:
        return (True, True, 0, len(offer.errors), *name)
    is_refused = bool(offer.errors)
    return (is_refused, offer.total.unknown > 0, offer.total.known, len(offer.loses), *name)
