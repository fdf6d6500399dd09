"""An endpoint: what a simulated host can be asked for, and by which rules it looks at a body."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Protocol

from msgspec import Struct

from storyboard.simulator.body_types import BodyType, MovieLimits, PictureLimits
from storyboard.simulator.inputs import Input, inputs_of
from storyboard.simulator.orders import Body, SimulatedOrder, read_order, remarks_on
from storyboard.simulator.rules import Breach, check_body


class Endpoint(Protocol):
    """Something that can be asked for, by its id.

    ``breaches`` gives every rule that a body breaks; the other methods are for bodies that break
    none. ``inputs`` are the links in it, ``remarks`` what is strange though no rule is broken.
    """

    @property
    def id(self) -> str: ...

    @property
    def picture(self) -> PictureLimits: ...

    @property
    def movie(self) -> MovieLimits: ...

    @property
    def currency(self) -> str:
        """The currency of ``amount``."""

    def breaches(self, body: Body) -> tuple[Breach, ...]: ...

    def order(self, body: Body) -> SimulatedOrder: ...

    def remarks(self, body: Body) -> tuple[str, ...]: ...

    def inputs(self, body: Body) -> Iterator[Input]: ...

    def amount(self, body: Body, seconds: int) -> Decimal | None:
        """The price of a clip of so many seconds, or None where no price is known."""


class TableEndpoint(Struct, frozen=True, kw_only=True):
    """An endpoint of the vendors' documents: the type of its body, its prices in USD a second."""

    id: str
    body_type: BodyType
    silent: Decimal | None = None
    audio: Decimal | None = None
    currency: str = "USD"

    @property
    def picture(self) -> PictureLimits:
        """See :class:`Endpoint`."""
        return self.body_type.picture

    @property
    def movie(self) -> MovieLimits:
        """See :class:`Endpoint`."""
        return self.body_type.movie

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

    def amount(self, body: Body, seconds: int) -> Decimal | None:
        """See :class:`Endpoint`."""
        price = self.audio if self.order(body).audio else self.silent
        return None if price is None else price * seconds
