"""Comparing: the same film on every target, with its price and what each would lose."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, NamedTuple

from storyboard.api._compile import (
    choose_target,
    composer_of,
    film_on,
    fit,
    folders,
    resolve_reading,
)
from storyboard.api._load import CompileOptions, read
from storyboard.compiler.cost import currency, price
from storyboard.compiler.lower import lower
from storyboard.compiler.request import Request
from storyboard.compiler.resolve import ResolvedFilm
from storyboard.compiler.split.findings import check_clips
from storyboard.diagnostics import Diagnostic, Diagnostics, Severity
from storyboard.diagnostics.codes import FEATURE_EMULATED, FEATURE_LOST
from storyboard.diagnostics.machine import as_json
from storyboard.plan.amounts import UNKNOWN, money_json
from storyboard.targets.load import catalogue
from storyboard.targets.model import Target
from storyboard.values.sums import Total, total

FORMAT = "storyboard-comparison/1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """What one target makes of a film.

    ``total`` is None where the target cannot take it, for the reasons in ``errors``; prompts are
    fitted only where nothing before that is a reason. ``losses`` are what it would drop or give
    in another way.
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
    of_film = Diagnostics()
    resolved = resolve_reading(reading, options, of_film)
    offers = []
    for target in catalogue(folders(reading, options)):
        found = Diagnostics()
        for one in of_film:
            found.take(one)
        asked = choose_target(reading, replace(options, target=target), found)
        requests = _requests(asked, resolved, options, found)
        costs = [
            (one.seconds, price(asked, one.seconds, audio=one.audio, voice=one.voice).money)
            for one in requests
        ]
        offers.append(
            Offer(
                target=target,
                is_chosen=target == chosen,
                is_superseded=asked.status == "superseded",
                total=None if found.has_errors else total(costs, currency(asked)),
                as_of=asked.as_of.isoformat(),
                losses=tuple(d for d in found if d.code in {FEATURE_LOST, FEATURE_EMULATED}),
                errors=tuple(d for d in found if d.severity is Severity.ERROR),
            )
        )
    return Comparison(tuple(sorted(offers, key=_by_price)), findings)


def _requests(
    target: Target, resolved: ResolvedFilm, options: CompileOptions, found: Diagnostics
) -> tuple[Request, ...]:
    """The film's requests on a target; none where it cannot take the film, for reasons found."""
    film = film_on(target, resolved, options, found)
    composer = composer_of(film, found)
    if found.has_errors or (composer.own_template is None and film.template is not None):
        return ()
    clips = [(scene, fit(film, scene, composer, None, found)) for scene in film.scenes]
    for _, fitted in clips:
        check_clips(fitted, composer)
    if found.has_errors:
        return ()
    return lower(film, clips, found, options.takes, are_chains_taken=options.chain_takes)


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
