"""An endpoint: what a simulated host can be asked for, and by which rules it looks at a body."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Protocol

from msgspec import Struct
from msgspec.structs import replace

from storyboard.simulator.body_types import BodyType, MovieLimits, PictureLimits
from storyboard.simulator.inputs import Input, inputs_of
from storyboard.simulator.orders import Body, SimulatedOrder, read_order, remarks_on
from storyboard.simulator.rules import Breach, check_body


class Endpoint(Protocol):
    """Something that can be asked for, by its id.

    ``breaches`` gives every rule that a body breaks; the other methods are for bodies that break
    none. ``movie`` says what films of a body may be, ``inputs`` are the links in it, ``remarks``
    what is strange though no rule is broken.
    """

    @property
    def id(self) -> str: ...

    @property
    def picture(self) -> PictureLimits: ...

    def movie(self, body: Body) -> MovieLimits: ...

    @property
    def currency(self) -> str:
        """The currency of ``amount``."""

    def breaches(self, body: Body) -> tuple[Breach, ...]: ...

    def order(self, body: Body) -> SimulatedOrder: ...

    def remarks(self, body: Body) -> tuple[str, ...]: ...

    def inputs(self, body: Body) -> Iterator[Input]: ...

    def amount(self, body: Body, seconds: int, given: int | None) -> Decimal | None:
        """The price of a clip of so many seconds, or None where no price is known.

        ``given`` are the whole seconds of the films in the body, None where one was not measured.
        """


class TableEndpoint(Struct, frozen=True, kw_only=True):
    """An endpoint of the vendors' documents: the type of its body, its prices in USD a second.

    ``by_resolution`` are the prices by resolution of an endpoint that has them, the first one where
    the body names none: of a body without a film, and of one with, for which the seconds of the
    films and of the clip are billed, at least twice those of the clip.
    """

    id: str
    body_type: BodyType
    silent: Decimal | None = None
    audio: Decimal | None = None
    by_resolution: tuple[tuple[str, Decimal, Decimal], ...] = ()
    currency: str = "USD"

    @property
    def picture(self) -> PictureLimits:
        """See :class:`Endpoint`."""
        return self.body_type.picture

    def movie(self, body: Body) -> MovieLimits:
        """See :class:`Endpoint`."""
        limits = self.body_type.movie
        is_turned = body.get("character_orientation") == "image"
        return replace(limits, seconds=self.body_type.turned) if is_turned else limits

    def breaches(self, body: Body) -> tuple[Breach, ...]:
        """See :class:`Endpoint`."""
        return check_body(self.body_type, body)

    def order(self, body: Body) -> SimulatedOrder:
        """See :class:`Endpoint`."""
        return read_order(self.body_type, body)

    def remarks(self, body: Body) -> tuple[str, ...]:
        """See :class:`Endpoint`."""
        return remarks_on(self.body_type, body)

    def inputs(self, body: Body) -> Iterator[Input]:
        """See :class:`Endpoint`."""
        return inputs_of(self.body_type, body)

    def amount(self, body: Body, seconds: int, given: int | None) -> Decimal | None:
        """See :class:`Endpoint`."""
        if self.by_resolution:
            asked = body.get("resolution", self.by_resolution[0][0])
            alone, beside = next(prices for name, *prices in self.by_resolution if name == asked)
            if not any(kind == "movie" for _, kind, _ in self.inputs(body)):
                return alone * seconds
            return None if given is None else beside * max(given + seconds, seconds * 2)
        price = self.audio if self.order(body).audio else self.silent
        return None if price is None else price * seconds
