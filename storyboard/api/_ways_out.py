"""A way for a film to keep to its limits, with what it loses; and all that were found."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, NamedTuple

from msgspec import Struct

from storyboard.api._offers import Offer
from storyboard.compiler.film import Priority, Shot
from storyboard.diagnostics import Diagnostic
from storyboard.plan import Limit
from storyboard.plan.amounts import UNKNOWN, money_json
from storyboard.plan.cuts import lost_seconds
from storyboard.plan.losses import NO_SOUND
from storyboard.values.units import Money

FORMAT = "storyboard-fit/1"
_MAX_NAMED = 3


class WayOut(Struct, frozen=True, kw_only=True):
    """A way in which a film costs no more than it may; ``offer`` is the plan of it.

    ``left_out`` are shots that it leaves out. ``is_own`` is the film's own target. ``is_shorter``
    says that the film was too long.
    """

    offer: Offer
    is_own: bool
    left_out: tuple[Shot, ...] = ()
    is_shorter: bool = False

    @property
    def lost(self) -> tuple[object, ...]:
        """How much it loses, to be compared: what its writer marked as needed counts most.

        First by kind: nothing; what is given in another way; shots of low priority; what the
        target drops; other shots. Then by how much of it, then by cost.
        """
        seconds = lost_seconds(self.left_out)
        high, normal, low = (seconds[one] for one in (Priority.HIGH, Priority.NORMAL, Priority.LOW))
        dropped = self.offer.dropped
        emulated = len(self.offer.loses) - dropped
        kinds = (emulated, low, dropped, normal, high)
        kind = max((number for number, one in enumerate(kinds, 1) if one), default=0)
        cost = self.offer.cost.total
        return kind, *reversed(kinds), cost.amount if cost is not None else Decimal(0)

    @property
    def words(self) -> str:
        """What is done, with what it costs then and what it loses."""
        done = []
        if not self.is_own:
            done.append(f"target {self.offer.target}")
        if self.offer.is_silent:
            done.append(NO_SOUND.words)
        named = ", ".join(shot.address for shot in self.left_out)
        if self.left_out:
            count = len(self.left_out)
            done.append(f"without {named if count <= _MAX_NAMED else f'{count} shots'}")
        # The first loss of silence is the sound, which was said.
        said = [one.words for one in self.offer.loses[self.offer.is_silent :]]
        lost = f": {', '.join(said)}" if said else ""
        whole, cost = self.offer.total, self.offer.cost.total
        seconds = [f"{whole.seconds} s"] if self.is_shorter and whole is not None else []
        sums = [*seconds, *((str(cost),) if cost is not None else ())]
        kept = "".join(f", {one.words}" for one in self.offer.keeps if not self.is_own)
        return f"{', '.join([' and '.join(done), *sums])}{lost}{kept}"

    def to_json(self) -> dict[str, Any]:
        """The way as JSON values."""
        found = self.offer.to_json()
        whole = self.offer.cost.total
        return {
            "target": found["target"],
            "own_target": self.is_own,
            "silent": found["silent"],
            "left_out": [
                {
                    "shot": shot.address,
                    "seconds": shot.seconds,
                    "priority": shot.priority.value,
                    "file": shot.span.source.name,
                    "line": shot.span.line,
                }
                for shot in self.left_out
            ],
            "requests": found["requests"],
            "seconds": found["seconds"],
            "film": UNKNOWN if whole is None else money_json(whole),
            "loses": found["loses"],
            "keeps": found["keeps"],
        }


class WaysOut(NamedTuple):
    """What a film costs and may cost, and the ways out, those that keep the most first.

    ``seconds`` are what of it is still to be rendered. ``film`` is None where the film has no plan,
    for reasons that ``findings`` hold; ``ways`` are empty where it costs no more than it may, which
    ``is_within`` says, and where there is none.
    """

    film: Money | None
    limit: Limit
    is_within: bool
    ways: tuple[WayOut, ...]
    findings: tuple[Diagnostic, ...]
    seconds: int | None = None

    def to_json(self) -> dict[str, Any]:
        """The ways as JSON values."""
        limit = self.limit
        return {
            "format": FORMAT,
            "under": limit.cost and money_json(limit.cost),
            "max_cost": limit.to_pay and money_json(limit.to_pay),
            "max_seconds": limit.seconds,
            "film": UNKNOWN if self.film is None else money_json(self.film),
            "seconds": self.seconds,
            "within": self.is_within,
            "ways": [way.to_json() for way in self.ways],
        }
