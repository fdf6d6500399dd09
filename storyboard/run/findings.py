"""What is asked of a vendor's history about uncertain orders, and what is found there."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum

from msgspec import Struct

from storyboard.hosts.protocol import Trace
from storyboard.ledger import Intent

SKEW = 3900.0
"""Seconds by which a vendor's time of an order may be before ours: an hour and five minutes."""


class Verdict(StrEnum):
    """What the history shows of an uncertain order."""

    FOUND = "found"
    ABSENT = "absent"
    UNKNOWN = "unknown"


class UnclaimedRow(Struct, frozen=True, kw_only=True):
    """A row of a vendor's history that may be a doubtful order.

    ``at`` is Unix seconds by the vendor's clock. ``likeness`` is the share of the order's
    sentences that the row holds, from 0 to 1; None where the row holds no text. ``text`` is the
    beginning of its prompt.
    """

    id: str
    at: float
    likeness: float | None
    text: str


class Finding(Struct, frozen=True, kw_only=True):
    """The verdict on one intent; ``id`` is the vendor's where it was found, ``why`` for people.

    ``rows`` are those that may be its order, the likeliest first, where that is unknown.
    """

    verdict: Verdict
    id: str = ""
    why: str = ""
    rows: tuple[UnclaimedRow, ...] = ()


class DoubtfulOrder(Struct, frozen=True, kw_only=True):
    """An order that the vendor may have, with what is known of the attempt to send it.

    ``ended_at`` is a time by the vendor's clock at which the attempt had ended, None where no
    such time is known. ``is_followed`` is whether the history shows an order that this process
    has sent more than the grace after that end. ``has_outlived`` is whether the longest life of
    the order has passed.
    """

    intent: Intent
    ended_at: float | None = None
    is_followed: bool = False
    has_outlived: bool = False

    @property
    def earliest(self) -> float:
        """The earliest time by the vendor's clock at which the vendor can have taken it.

        Where the end of the attempt is before its beginning, this machine's clock was ahead.
        """
        began = self.intent.intended_at
        return min(began, began if self.ended_at is None else self.ended_at) - SKEW


class HistoryAnswer(Struct, frozen=True, kw_only=True):
    """A vendor's history since ``since``, and what is known beside it.

    ``claimed`` are the ids that intents have or had; ``ours`` the intents that the vendor has
    surely accepted in that time. ``keeps_bodies`` says whether rows hold bodies or only prompts.
    ``shows_unfinished`` is whether the list is known to show orders that have not begun.
    """

    rows: Sequence[Trace]
    claimed: frozenset[str] = frozenset()
    ours: Sequence[Intent] = ()
    keeps_bodies: bool = True
    shows_unfinished: bool = False
