"""An intent as a row of the ledger's table, and back."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable
from decimal import Decimal
from functools import lru_cache
from typing import Any

from msgspec.json import Decoder
from msgspec.structs import astuple

from storyboard.ledger.intent import Intent, Order, Receipt
from storyboard.ledger.states import State
from storyboard.values.addresses import ClipName
from storyboard.values.canonical import canonical, parsed
from storyboard.values.segments import Segment, ShotPart
from storyboard.values.units import Money


def _amount(money: Money | None) -> str | None:
    return None if money is None else format(money.amount, "f")


def _write_segments(segments: Iterable[Segment]) -> str:
    return canonical([[astuple(one.content), one.start, one.end, one.is_exact] for one in segments])


def _read_segments(text: str) -> tuple[Segment, ...]:
    return tuple(
        Segment(content=ShotPart(*content), start=start, end=end, is_exact=is_exact)
        for content, start, end, is_exact in parsed(text)
    )


_SHOTS = Decoder(tuple[ShotPart, ...])

_VALUES: dict[str, Callable[[Intent], Any]] = {
    "digest": lambda intent: intent.order.digest,
    "take": lambda intent: intent.order.take,
    "address": lambda intent: intent.order.address,
    "names": lambda intent: canonical([name.to_json() for name in intent.order.names]),
    "shots": lambda intent: canonical([*map(astuple, intent.order.shots)]),
    "film": lambda intent: intent.order.film,
    "host": lambda intent: intent.order.host,
    "endpoint": lambda intent: intent.order.endpoint,
    "target": lambda intent: intent.order.target,
    "payload": lambda intent: canonical(intent.order.payload),
    "tokens": lambda intent: canonical(dict(intent.order.tokens)),
    "seconds": lambda intent: intent.order.seconds,
    "estimate": lambda intent: _amount(intent.order.estimate),
    "currency": lambda intent: intent.cost.currency if intent.cost else None,
    "state": lambda intent: intent.state,
    "run": lambda intent: intent.run,
    "links": lambda intent: canonical(intent.links),
    "vendor_id": lambda intent: intent.receipt.id if intent.receipt else None,
    "vendor_links": lambda intent: canonical(intent.receipt.links) if intent.receipt else None,
    "charged": lambda intent: _amount(intent.charged),
    "clip": lambda intent: intent.clip,
    "segments": lambda intent: _write_segments(intent.segments),
    "failure": lambda intent: intent.failure,
    "problem": lambda intent: intent.problem,
    "billed": lambda intent: intent.billed,
    "intended_at": lambda intent: intent.intended_at,
    "changed_at": lambda intent: intent.changed_at,
}
"""Every column of the table, in its order, with what stands in it."""

_COLUMNS_OF = {"receipt": ("vendor_id", "vendor_links"), "charged": ("charged", "currency")}
"""The columns of a field of an intent, where they are not called as it is."""

COLUMNS = ", ".join(_VALUES)
_MARKS = ", ".join("?" * len(_VALUES))
_UPDATES = ", ".join(f"{name} = excluded.{name}" for name in _VALUES)


def write(base: sqlite3.Connection, intent: Intent) -> None:
    """Write an intent whole; one that the digest has already is replaced."""
    # Not "or replace": another intent with the same vendor's id must stay, and be an error.
    base.execute(
        f"insert into intents ({COLUMNS}) values ({_MARKS}) "  # noqa: S608
        f"on conflict (digest) do update set {_UPDATES}",
        [value(intent) for value in _VALUES.values()],
    )


def rewrite(base: sqlite3.Connection, intent: Intent, changed: Iterable[str]) -> None:
    """Write the named fields of an intent that is in the table: the rest is as it was."""
    columns = [column for name in changed for column in _COLUMNS_OF.get(name, (name,))]
    if columns:
        settings = ", ".join(f"{column} = ?" for column in columns)
        base.execute(
            f"update intents set {settings} where digest = ?",  # noqa: S608
            [*(_VALUES[column](intent) for column in columns), intent.digest],
        )


def read(base: sqlite3.Connection, where: str = "", *values: Any) -> list[Intent]:
    """The intents of a ledger, the oldest first; ``where`` is SQL with a mark for each value."""
    rows = base.execute(f"select {COLUMNS} from intents {where} order by rowid", values)  # noqa: S608
    return [_intent_of(row) for row in rows]


@lru_cache(maxsize=256)
def _money(amount: str | None, currency: str) -> Money | None:
    # The clips of a film have few prices.
    return None if amount is None else Money(Decimal(amount), currency)


def _intent_of(row: tuple[Any, ...]) -> Intent:
    (digest, take, address, names, shots, film, host, endpoint, target) = row[:9]
    (payload, tokens, seconds, estimate, currency, state, run, links) = row[9:17]
    (vendor_id, vendor_links, charged, clip, segments, failure, problem) = row[17:24]
    (billed, intended_at, changed_at) = row[24:]

    return Intent(
        order=Order(
            digest=digest,
            take=take,
            address=address,
            names=tuple(map(ClipName.from_json, parsed(names))),
            shots=_SHOTS.decode(shots),
            film=film,
            host=host,
            endpoint=endpoint,
            target=target,
            payload=parsed(payload),
            tokens=parsed(tokens),
            seconds=seconds,
            estimate=_money(estimate, currency),
        ),
        state=State(state),
        run=run,
        links=parsed(links) if links != "{}" else {},
        receipt=Receipt(id=vendor_id, links=parsed(vendor_links)) if vendor_id else None,
        charged=_money(charged, currency),
        clip=clip,
        segments=_read_segments(segments),
        failure=failure,
        problem=problem,
        billed=None if billed is None else bool(billed),
        intended_at=intended_at,
        changed_at=changed_at,
    )
