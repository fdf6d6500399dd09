"""Comparing: the same film on every target, with its price and what each would lose."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, NamedTuple

from storyboard.api._compile import choose_target, compile_reading, folders
from storyboard.api._load import CompileOptions, read
from storyboard.compiler.cost import currency, price
from storyboard.diagnostics import Diagnostic, Diagnostics, Severity
from storyboard.diagnostics.codes import FEATURE_EMULATED, FEATURE_LOST
from storyboard.diagnostics.machine import as_json
from storyboard.plan.amounts import UNKNOWN, money_json
from storyboard.targets.load import catalogue
from storyboard.values.sums import Total, total

FORMAT = "storyboard-comparison/1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """What one target makes of a film.

    ``total`` is None where the target cannot take it, for the reasons in ``errors``. ``losses``
    are what it would drop or give in another way.
    """

    target: str
    is_chosen: bool
    is_superseded: bool
    total: Total | None
    as_of: str
    losses: tuple[Diagnostic, ...]
    errors: tuple[Diagnostic, ...]


class Comparison(NamedTuple):
    """What every target makes of a film, the cheapest first, and what is wrong with the film."""

    offers: tuple[Offer, ...]
    findings: Diagnostics

    def to_json(self) -> dict[str, Any]:
        """The offers as JSON values, which people's view is made from."""
        return {"format": FORMAT, "targets": [_offer(offer) for offer in self.offers]}


def compare_targets(file: str, options: CompileOptions) -> Comparison:
    """What every target makes of a film; no offers where the film cannot be read."""
    findings = Diagnostics()
    reading = read(file, options, findings)
    if reading.storyboard is None or findings.has_errors:
        return Comparison((), findings)
    chosen = choose_target(reading, options, findings).target
    if findings.has_errors:
        return Comparison((), findings)
    offers = []
    for target in catalogue(folders(reading, options)):
        found = Diagnostics()
        compiled = compile_reading(reading, replace(options, target=target), found)
        if compiled.film is None:
            continue
        offered = compiled.film.target
        costs = [
            (one.seconds, price(offered, one.seconds, audio=one.audio, voice=one.voice).money)
            for one in compiled.requests
        ]
        offers.append(
            Offer(
                target=target,
                is_chosen=target == chosen,
                is_superseded=offered.status == "superseded",
                total=total(costs, currency(offered)) if compiled.is_complete else None,
                as_of=offered.as_of.isoformat(),
                losses=tuple(d for d in found if d.code in {FEATURE_LOST, FEATURE_EMULATED}),
                errors=tuple(d for d in found if d.severity is Severity.ERROR),
            )
        )
    return Comparison(tuple(sorted(offers, key=_by_price)), findings)


def _by_price(offer: Offer) -> tuple[bool, bool, object, int, str]:
    """The cheapest first, then those of unknown price, then those that cannot take the film."""
    if offer.total is None:
        return (True, True, 0, len(offer.errors), offer.target)
    return (False, offer.total.unknown > 0, offer.total.known, len(offer.losses), offer.target)


def _offer(offer: Offer) -> dict[str, Any]:
    whole = offer.total
    cost: Any = None
    if whole is not None:
        cost = UNKNOWN if whole.money is None else money_json(whole.money)
    return {
        "target": offer.target,
        "chosen": offer.is_chosen,
        "superseded": offer.is_superseded,
        "as_of": offer.as_of,
        "requests": whole and whole.requests,
        "seconds": whole and whole.seconds,
        "cost": cost,
        "losses": [as_json(loss) for loss in offer.losses],
        "errors": [as_json(error) for error in offer.errors],
    }
