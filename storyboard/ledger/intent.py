"""The values of a ledger: orders, receipts, intents, runs.

An intent is written before its order is sent, and then holds what became of it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any, NamedTuple, TypedDict

from msgspec import Struct, field

from storyboard.errors import StoryboardError
from storyboard.ledger.states import AT_RISK, State
from storyboard.values.addresses import ClipName
from storyboard.values.segments import Segment, ShotPart
from storyboard.values.sums import total_by_currency
from storyboard.values.units import Money


class LedgerError(StoryboardError):
    """The ledger cannot be used as it is; the text says why and what to do. Nothing was changed."""


class IdTakenError(LedgerError):
    """Another clip has this id of the vendor; nothing was changed."""


class Order(Struct, frozen=True, kw_only=True):
    """What is asked for: the part of an intent that is known before it is sent.

    ``digest`` is that of the request; it holds the take number, so equal digests are one clip.
    ``address`` is the clip's name, and ``names`` says what it renders; a clip that a film has
    several times has as many names, of which ``address`` is the first. ``shots`` are the contents
    of its clip, in their order, and ``film`` is the name of the storyboard's file.
    ``target`` is the id of the target. ``payload`` names files as ``asset:sha256:…`` and never by
    their links; ``tokens`` say what the tags of its prompts stand for. ``estimate`` is None where
    the price is not known.
    """

    digest: str
    address: str
    host: str
    endpoint: str
    payload: dict[str, Any]
    seconds: int
    target: str = ""
    tokens: Mapping[str, str] = field(default_factory=dict)
    take: str = "1"
    names: tuple[ClipName, ...] = ()
    shots: tuple[ShotPart, ...] = ()
    film: str = ""
    estimate: Money | None = None


class Receipt(Struct, frozen=True, kw_only=True):
    """What the vendor gave for an accepted order: its id, and links without any secret."""

    id: str
    links: dict[str, str] = field(default_factory=dict)


class Intent(Struct, frozen=True, kw_only=True):
    """An order and what became of it. Times are Unix seconds by the clock of this machine.

    ``run`` is the run that sent it last. ``links`` say, by JSON pointer, what stood in the body
    that was sent in place of each asset: the public link, or ``sha256:…`` of one that held a
    secret. ``segments`` say where the shots stand in the clip, once it is here. ``failure`` is a
    word of the closed list of the hosts' errors, ``problem`` the vendor's own text. ``billed`` is
    None where it is not known whether a failure is paid.
    """

    order: Order
    state: State
    run: str
    links: dict[str, str] = field(default_factory=dict)
    receipt: Receipt | None = None
    charged: Money | None = None
    clip: str | None = None
    segments: tuple[Segment, ...] = ()
    failure: str = ""
    problem: str = ""
    billed: bool | None = None
    intended_at: float = 0.0
    changed_at: float = 0.0

    @property
    def digest(self) -> str:
        """The digest of its order."""
        return self.order.digest

    @property
    def names(self) -> tuple[ClipName, ...]:
        """The names of its clip; what that renders is known where the order says it."""
        return self.order.names or (ClipName(text=self.order.address),)

    @property
    def cost(self) -> Money | None:
        """What it has cost or will: the charge where that is known, else the estimate."""
        return self.charged or self.order.estimate


class IntentStep(NamedTuple):
    """An intent, by the digest of its request, came into a state at a time in Unix seconds.

    ``run`` is the one that had sent it last by then, ``vendor_id`` the vendor's id of that order,
    None while there was none.
    """

    digest: str
    state: State
    at: float
    run: str
    vendor_id: str | None


class Attempt(Struct, frozen=True, kw_only=True):
    """The last attempt to send an order.

    ``life`` is the longest time in seconds from the order to the end of its clip, as the order
    itself told the vendor; None where it told none. ``ended_at`` is a time by the vendor's clock,
    in Unix seconds, at which the attempt had certainly ended; None while no such time is known.
    """

    life: float | None = None
    ended_at: float | None = None


class RunRecord(Struct, frozen=True, kw_only=True):
    """One call of ``run``: when, on what, and how it ended (``""`` while it runs or if killed)."""

    id: str
    started_at: float
    ended_at: float | None
    file: str
    target: str
    outcome: str


class IntentChanges(TypedDict, total=False):
    """The fields of an intent that a step may set, named as in :class:`Intent`."""

    receipt: Receipt
    charged: Money | None
    clip: str
    segments: tuple[Segment, ...]
    failure: str
    problem: str
    billed: bool | None


def spent(intents: Iterable[Intent], run: str) -> Decimal:
    """The sum that a run has spent, and all that may still be owed.

    What may be owed counts whichever run sent it; an unknown price counts as 0.
    """
    costs = []
    for intent in intents:
        if intent.state in AT_RISK:
            counts = True
        elif intent.state is State.RELEASED:
            counts = False
        else:
            counts = intent.run == run and intent.billed is not False
        if counts:
            costs.append(intent.cost)
    return sum((one.amount for one in total_by_currency(costs)), Decimal(0))
