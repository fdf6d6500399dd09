"""What one target makes of a film: its price, what it would lose, and what refuses it."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from storyboard.api._compile import (
    choose_target,
    compile_film,
    film_on,
    folders,
    resolve_reading,
    start,
)
from storyboard.api._load import CompileOptions, Reading
from storyboard.api._plan import plan_compilation
from storyboard.compiler.cost import currency
from storyboard.compiler.request import Request
from storyboard.compiler.resolve import ResolvedFilm
from storyboard.diagnostics import Diagnostic, Diagnostics, Severity
from storyboard.diagnostics.codes import FEATURE_EMULATED, FEATURE_LOST
from storyboard.diagnostics.ignores import Ignores
from storyboard.diagnostics.machine import as_json
from storyboard.plan.amounts import UNKNOWN, money_json
from storyboard.plan.losses import NO_SOUND, Loss, losses_of
from storyboard.plan.model import FilmCost, Plan
from storyboard.targets.load import catalogue
from storyboard.targets.model import Feature
from storyboard.values.sums import Total, total_in

if TYPE_CHECKING:
    from storyboard.ledger import Known


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """What one target makes of a film, as written or, where it ``is_silent``, without its sound.

    ``total`` is the whole film's, whatever of it is paid; None where the target cannot take it.
    ``cost`` is what the film costs with what was paid before. ``has_sound`` says that there is
    sound to be left out. ``errors`` say what refuses it: the
    target, or the limits of money and seconds, and are empty where nothing does. ``losses`` are
    what it would drop or give in another way, place by place; ``loses`` the same in sum.
    """

    target: str
    is_silent: bool = False
    is_chosen: bool
    is_superseded: bool
    total: Total | None
    cost: FilmCost
    has_sound: bool
    as_of: str
    losses: tuple[Diagnostic, ...]
    loses: tuple[Loss, ...]
    errors: tuple[Diagnostic, ...]

    @property
    def dropped(self) -> int:
        """How many of the things that the film asks for it would not have at all."""
        return sum(not one.is_emulated for one in self.loses)

    def to_json(self) -> dict[str, Any]:
        """The offer as JSON values."""
        whole = self.total
        cost: Any = None
        if whole is not None:
            cost = UNKNOWN if whole.money is None else money_json(whole.money)
        return {
            "target": self.target,
            "silent": self.is_silent,
            "chosen": self.is_chosen,
            "superseded": self.is_superseded,
            "as_of": self.as_of,
            "requests": whole and whole.requests,
            "seconds": whole and whole.seconds,
            "cost": cost,
            "loses": [
                {"feature": one.feature.value, "words": one.words, "emulated": one.is_emulated}
                for one in self.loses
            ],
            "losses": [as_json(loss) for loss in self.losses],
            "errors": [as_json(error) for error in self.errors],
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferMaker:
    """Makes offers of a film that was read and resolved once.

    ``found`` are the findings that hold on every target, ``known`` is what was paid before.
    """

    reading: Reading
    options: CompileOptions
    resolved: ResolvedFilm
    found: Diagnostics
    known: Known | None

    @classmethod
    def of(
        cls,
        reading: Reading,
        options: CompileOptions,
        known: Known | None,
        ignores: Ignores | None = None,
    ) -> OfferMaker:
        """What makes offers of a film of which something was read.

        What its files ignore, as ``ignores``, is no loss either.
        """
        of_film = start(options)
        of_film.ignores = ignores or of_film.ignores
        resolved = resolve_reading(reading, options, of_film)
        return cls(reading=reading, options=options, resolved=resolved, found=of_film, known=known)

    def offers(self, chosen: str) -> Iterator[Offer]:
        """What every target makes of the film, and of its silence the chosen one."""
        for target in catalogue(folders(self.reading, self.options)):
            offer = self.offer(target, is_chosen=target == chosen)
            yield offer
            if offer.has_sound and offer.is_chosen and self.options.audio is None:
                yield self.offer(target, is_silent=True)

    def offer(
        self,
        target: str,
        *,
        is_chosen: bool = False,
        is_silent: bool = False,
        without: Collection[str] = (),
    ) -> Offer:
        """What a target makes of the film, of its silence, or of the film without some shots."""
        options = replace(self.options, target=target)
        found = self.found.copy()
        asked = choose_target(self.reading, options, found)
        resolved = self.resolved.with_audio(False) if is_silent else self.resolved
        if without:
            resolved = resolved.without(without)
        film = film_on(asked, resolved, self.reading, options, found)
        requests: tuple[Request, ...] = ()
        plan: Plan | None = None
        # Prompts are fitted only where nothing before that is a reason to refuse.
        if not found.has_errors:
            compiled = compile_film(
                film, self.reading, resolved.written, options, found, self.known
            )
            requests = compiled.requests
            is_complete = compiled.is_complete
            plan = plan_compilation(compiled, options, self.known) if is_complete else None
        priced = [(one.seconds, one.money) for one in plan.requests] if plan is not None else []
        loses = losses_of(film, requests, resolved.written, self.reading.libraries.values())
        shots = [shot for scene in film.scenes for shot in scene.shots]
        return Offer(
            target=asked.target,
            is_silent=is_silent,
            is_chosen=is_chosen,
            is_superseded=asked.status == "superseded",
            has_sound=asked.has(Feature.AUDIO) and any(shot.audio for shot in shots),
            total=total_in(priced, currency(asked)) if plan is not None else None,
            cost=plan.cost if plan is not None else FilmCost(),
            as_of=asked.as_of.isoformat(),
            losses=tuple(one for one in found if one.code in {FEATURE_LOST, FEATURE_EMULATED}),
            loses=(NO_SOUND, *loses) if is_silent else loses,
            errors=tuple(one for one in found if one.severity is Severity.ERROR),
        )
