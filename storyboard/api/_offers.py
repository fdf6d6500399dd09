"""What one target makes of a film: its price, what it would lose, and what refuses it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator
from typing import TYPE_CHECKING, Any, NamedTuple

from msgspec import Struct
from msgspec.structs import replace

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
from storyboard.compiler.film import Film
from storyboard.compiler.request import Request
from storyboard.compiler.resolve import ResolvedFilm
from storyboard.diagnostics import Diagnostic, Diagnostics, Severity
from storyboard.diagnostics.codes import FEATURE_EMULATED, FEATURE_LOST
from storyboard.diagnostics.ignores import Ignores
from storyboard.diagnostics.machine import as_json
from storyboard.language.model import Storyboard
from storyboard.plan.amounts import UNKNOWN, money_json
from storyboard.plan.losses import NO_SOUND, Loss, losses_of
from storyboard.plan.model import FilmCost, Plan
from storyboard.targets.load import catalogue
from storyboard.targets.model import Feature
from storyboard.values.sums import Total, total_in

if TYPE_CHECKING:
    from storyboard.ledger import Known


class KeptTarget(NamedTuple):
    """A target that a number of shots name themselves, so that no other takes its place."""

    target: str
    shots: int

    @property
    def words(self) -> str:
        """What is kept, in words."""
        return f"{self.shots} shot{'' if self.shots == 1 else 's'} on {self.target} as written"


class Offer(Struct, frozen=True, kw_only=True):
    """What one target makes of a film, as written or, where it ``is_silent``, without its sound.

    ``total`` is the whole film's, whatever of it is paid; None where the target cannot take it.
    ``cost`` is what the film costs with what was paid before. ``has_sound`` says that there is
    sound to be left out. ``errors`` say what refuses it: the
    target, or the limits of money and seconds, and are empty where nothing does. ``losses`` are
    what it would drop or give in another way, place by place; ``loses`` the same in sum. ``keeps``
    are targets that scenes or shots name themselves, which stay.
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
    keeps: tuple[KeptTarget, ...] = ()
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
            "keeps": [{"target": one.target, "shots": one.shots} for one in self.keeps],
            "losses": [as_json(loss) for loss in self.losses],
            "errors": [as_json(error) for error in self.errors],
        }


class OfferMaker(Struct, frozen=True, kw_only=True):
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
        target: str | None,
        *,
        is_chosen: bool = False,
        is_silent: bool = False,
        without: Collection[str] = (),
    ) -> Offer:
        """What a target makes of the film, of its silence, or of the film without some shots."""
        return self.tried(target, is_silent=is_silent, without=without).offer(is_chosen=is_chosen)

    def cast(
        self, target: str | None, *, is_silent: bool = False, without: Collection[str] = ()
    ) -> TriedFilm:
        """The film on a target, before its prompts are fitted; None is the film's own target."""
        options = replace(self.options, target=target)
        found = self.found.copy()
        asked = choose_target(self.reading, options, found)
        resolved = self.resolved.with_audio(False) if is_silent else self.resolved
        if without:
            resolved = resolved.without(without)
        return TriedFilm(
            reading=self.reading,
            written=resolved.written,
            film=film_on(asked, resolved, self.reading, options, found),
            found=found,
            is_silent=is_silent,
        )

    def tried(
        self, target: str | None, *, is_silent: bool = False, without: Collection[str] = ()
    ) -> TriedFilm:
        """The film planned on a target, as far as that can take it."""
        cast = self.cast(target, is_silent=is_silent, without=without)
        # Prompts are fitted only where nothing before that is a reason to refuse.
        if cast.found.has_errors or not cast.film.scenes:
            return cast
        options = replace(self.options, target=target)
        compiled = compile_film(
            cast.film, self.reading, cast.written, options, cast.found, self.known
        )
        if not compiled.is_complete:
            return replace(cast, requests=compiled.requests)
        plan = plan_compilation(compiled, options, self.known)
        return replace(cast, requests=compiled.requests, plan=plan)


class TriedFilm(Struct, frozen=True, kw_only=True):
    """A film on a target that may take it; ``plan`` is None where it cannot, or was not asked."""

    reading: Reading
    written: Storyboard
    film: Film
    found: Diagnostics
    is_silent: bool
    requests: tuple[Request, ...] = ()
    plan: Plan | None = None

    @property
    def loses(self) -> tuple[Loss, ...]:
        """What the film loses on the target, and its sound where that was not asked for."""
        libraries = self.reading.libraries.values()
        found = losses_of(self.film, self.requests, self.written, libraries)
        return (NO_SOUND, *found) if self.is_silent else found

    def offer(self, *, is_chosen: bool = False) -> Offer:
        """What the target makes of the film."""
        target, plan, found = self.film.target, self.plan, self.found
        priced = [(one.seconds, one.money) for one in plan.requests] if plan is not None else []
        return Offer(
            target=target.target,
            is_silent=self.is_silent,
            is_chosen=is_chosen,
            is_superseded=target.status == "superseded",
            has_sound=has_sound(self.film),
            total=total_in(priced, currency(target)) if plan is not None else None,
            cost=plan.cost if plan is not None else FilmCost(),
            as_of=target.as_of.isoformat(),
            losses=tuple(one for one in found if one.code in {FEATURE_LOST, FEATURE_EMULATED}),
            loses=self.loses,
            keeps=tuple(kept_targets(self.film)),
            errors=tuple(one for one in found if one.severity is Severity.ERROR),
        )


def kept_targets(film: Film) -> Iterator[KeptTarget]:
    """The targets that shots, or their scenes, name themselves."""
    named = Counter(shot.target for scene in film.scenes for shot in scene.shots if shot.target)
    for name, shots in named.items():
        yield KeptTarget(name, shots)


def has_sound(film: Film) -> bool:
    """Whether a film has sound on its target, so that there is silence to be asked for."""
    shots = (shot for scene in film.scenes for shot in scene.shots)
    return any(shot.audio and film.of(shot).target.has(Feature.AUDIO) for shot in shots)
