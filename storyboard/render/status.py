"""What was sent for a film, where it is and what the film uses, as people see it and as JSON."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from msgspec import Struct, field

from storyboard.ledger import Intent, Lease, Order, PaidOrder, State
from storyboard.ledger.history import time_of
from storyboard.ledger.lease import SECONDS
from storyboard.ledger.states import AT_RISK, PAID, STATE_WORDS
from storyboard.plan.film_use import FilmUse
from storyboard.render.ages import age, ago
from storyboard.render.amounts import money_json
from storyboard.render.prose import wrapped
from storyboard.render.shown_prices import in_cents
from storyboard.render.table import TableRow, lay_out, varying
from storyboard.render.width import visible
from storyboard.values.canonical import parsed
from storyboard.values.sums import total_by_currency
from storyboard.values.units import Money

STATUS_FORMAT = "storyboard-status/1"

_ELSEWHERE = "rendered elsewhere"
_TWICE = "paid twice"
_OVER = (State.STORED, State.SUCCEEDED)


class KnownClips(Struct, frozen=True, kw_only=True):
    """What ledger and lock know of a film's clips.

    ``intents`` are what was sent from here, the oldest first, ``elsewhere`` the paid orders that
    only the lock knows, the oldest first, ``told`` what was asked for there, by digest, as far as
    the lock tells.
    """

    intents: Sequence[Intent]
    elsewhere: Sequence[PaidOrder] = ()
    told: Mapping[str, Order] = field(default_factory=dict)

    def paid_twice(self) -> frozenset[str]:
        """The ids of those ``elsewhere`` for whose clip another order was paid too, which counts.

        That is the one of the ledger, else the latest: it stands in the film, these do not.
        """
        here = {one.digest for one in self.intents if one.state in PAID}
        latest = {one.digest: one.request_id for one in self.elsewhere if one.clip is not None}
        return frozenset(
            one.request_id
            for one in self.elsewhere
            if one.clip is not None and (one.digest in here or latest[one.digest] != one.request_id)
        )


def status_json(
    clips: KnownClips, use: FilmUse | None, lease: Lease | None, now: float
) -> dict[str, Any]:
    """``status`` as JSON values; ``now`` is Unix seconds. For ``use`` see ``render_status``.

    ``lease`` is there while a run works in the folder, or where one was cut off: then its
    ``alive`` is false. ``expires`` is when it counts as dead on other machines, in Unix seconds.
    """
    listed = [_intent_json(one, use) for one in clips.intents]
    twice = clips.paid_twice()
    listed += [
        _elsewhere_json(one, clips.told.get(one.digest), use, is_spare=one.request_id in twice)
        for one in clips.elsewhere
    ]
    shown: dict[str, Any] = {
        "format": STATUS_FORMAT,
        "clips": listed,
        "film": None if use is None else {"seconds": use.seconds, "here": use.here},
    }
    if lease is not None:
        shown["lease"] = {
            "machine": lease.holder.machine,
            "pid": lease.holder.pid,
            "alive": lease.is_alive(now),
            "expires": round(lease.expires, 3),
        }
    return shown


def _intent_json(intent: Intent, use: FilmUse | None) -> dict[str, Any]:
    order = intent.order
    return {
        "clip": order.address,
        "digest": order.digest,
        "target": order.target or None,
        "host": order.host,
        "endpoint": order.endpoint,
        "take": parsed(order.take),
        "state": str(intent.state),
        "elsewhere": False,
        "paid_twice": False,
        "seconds": order.seconds,
        "in_film": None if use is None else use.of(order.digest, order.film),
        "estimate": money_json(order.estimate),
        "charged": money_json(intent.charged),
        "request_id": intent.receipt.id if intent.receipt else None,
        "sha256": intent.clip,
        "problem": intent.problem,
        "failure": intent.failure,
        "ordered": round(intent.intended_at, 3),
        "since": round(intent.changed_at, 3),
    }


def _elsewhere_json(
    paid: PaidOrder, asked: Order | None, use: FilmUse | None, *, is_spare: bool
) -> dict[str, Any]:
    used = None if use is None else use.of(paid.digest, paid.film)
    return {
        "clip": paid.address,
        "digest": paid.digest,
        "target": asked.target if asked is not None else None,
        "host": paid.host,
        "endpoint": paid.endpoint,
        "take": parsed(asked.take) if asked is not None else None,
        "state": str(State.FAILED if paid.clip is None else State.STORED),
        "elsewhere": True,
        "paid_twice": is_spare,
        "seconds": paid.seconds,
        "in_film": 0 if used is not None and (is_spare or paid.clip is None) else used,
        "estimate": None,
        "charged": money_json(paid.charge),
        "request_id": paid.request_id,
        "sha256": paid.clip,
        "problem": "",
        "failure": "",
        "ordered": time_of(paid.made),
        "since": None,
    }


def render_status(
    clips: KnownClips,
    use: FilmUse | None,
    now: float,
    *,
    has_errors: bool = False,
    simulated: bool = False,
    width: int | None = None,
) -> str:
    """A line for each clip: its name, its state, since when, its cost.

    Behind that, or below, is what is not so of all: its take, its target, what the film uses of it,
    and what was wrong. At the end stands how many are in each state, what was charged and what is
    at risk: the costs of the lines add up to these. ``use`` is what the film uses of them, None
    where that is not known, as where its storyboard ``has_errors``. ``width`` is the terminal's,
    None where lines may be of any length.
    """
    listed = [_intent_row(intent, use, now) for intent in clips.intents]
    twice = clips.paid_twice()
    listed += [
        _elsewhere_row(one, clips.told.get(one.digest), use, now, is_spare=one.request_id in twice)
        for one in clips.elsewhere
    ]
    if not listed:
        return "nothing was run here\n"
    kinds = [(one.sum, one.cost and one.cost.currency) for one in listed]
    costs = in_cents(kinds, [one.cost for one in listed])
    cells = [
        (one.state, one.age, _shown_cost(one, cost))
        for one, cost in zip(listed, costs, strict=True)
    ]
    # The states are counted below: where they are one, that says it all.
    kept = [index for index in range(3) if index or index in varying(cells)]
    are_on_one = len({one.target for one in listed}) == 1
    rows = [
        TableRow(
            name=one.name,
            cells=tuple(cell[index] for index in kept),
            prose=" · ".join(filter(None, (one.take, "" if are_on_one else one.target, one.prose))),
        )
        for one, cell in zip(listed, cells, strict=True)
    ]
    lines = lay_out(rows, width, left=(0,) if 0 in kept else ())
    counts = dict[str, int]()
    for one in listed:
        counts[one.state] = counts.get(one.state, 0) + 1
    parts = [f"{number} {state}" for state, number in counts.items()]
    parts += [
        *_sums(clips.intents, clips.elsewhere),
        *(["simulated: nothing was paid"] if simulated else []),
    ]
    lines += wrapped(" · ".join(parts), width, indent=2)
    if said := _film_text(use, has_errors=has_errors):
        lines += wrapped(said, width, indent=2)
    return "\n".join(lines) + "\n"


def _film_text(use: FilmUse | None, *, has_errors: bool) -> str:
    """How much of the film is here; empty where nothing of it can be known."""
    if use is None:
        return (
            "what the film uses is not known, its storyboard has errors: `storyboard check`"
            if has_errors
            else ""
        )
    if use.here == use.seconds:
        return f"the film: all of its {use.seconds} s are here"
    return f"the film: {use.here} of its {use.seconds} s are here"


def render_lease(lease: Lease | None, now: float) -> str:
    """A line that says whether a run works in the folder at this time; none where none does."""
    if lease is None:
        return ""
    who = f"process {lease.holder.pid}"
    if lease.is_elsewhere:
        who += f' on "{visible(lease.holder.machine)}"'
    if lease.is_alive(now):
        return f"a run works here now ({who})\n"
    ended = f"the last run was cut off ({who})"
    if lease.is_elsewhere:
        silence = age(now - lease.expires + SECONDS)
        ended = f"the last run ({who}) is silent for {silence} and counts as cut off"
    return f"{ended}: run again to go on from there\n"


class _StatusRow(Struct, frozen=True):
    """What ``status`` says of a clip.

    ``prose`` is what the film does not use of it, and what was wrong. ``is_due`` is a cost that is
    said though it is nothing; ``sum`` names the sum that it is part of: ``charged``, ``at risk`` or
    none.
    """

    name: str
    state: str
    age: str
    cost: Money | None
    take: str = ""
    target: str = ""
    prose: str = ""
    is_due: bool = False
    sum: str = ""


def _intent_row(intent: Intent, use: FilmUse | None, now: float) -> _StatusRow:
    order = intent.order
    is_at_risk = intent.state in AT_RISK
    is_due = is_at_risk or intent.state in _OVER
    problem = visible(intent.problem) if intent.state not in _OVER else ""
    return _StatusRow(
        name=visible(order.address),
        state=STATE_WORDS[intent.state],
        age=ago(now - intent.changed_at),
        cost=intent.cost if is_due else intent.charged,
        take=_take_text(order.take),
        target=visible(order.target or f"{order.host}: {order.endpoint}"),
        prose=" · ".join(filter(None, (_use_text(order, use), problem))),
        is_due=is_due,
        sum="at risk" if is_at_risk else "charged" if intent.charged is not None else "",
    )


def _elsewhere_row(
    paid: PaidOrder, asked: Order | None, use: FilmUse | None, now: float, *, is_spare: bool
) -> _StatusRow:
    is_billed_failure = paid.clip is None
    state = STATE_WORDS[State.FAILED] if is_billed_failure else _ELSEWHERE
    return _StatusRow(
        name=visible(paid.address),
        state=_TWICE if is_spare else state,
        age=ago(now - time_of(paid.made)),
        cost=paid.charge,
        take=_take_text(asked.take) if asked is not None else "",
        target=visible(asked.target if asked else f"{paid.host}: {paid.endpoint}"),
        prose="" if is_spare or is_billed_failure else _use_text(paid, use),
        sum="charged",
    )


def _take_text(take: str) -> str:
    """The take of a clip, or those of its shots, where one is not the first."""
    numbers = parsed(take)
    if isinstance(numbers, list) and len(numbers) == 1:
        (numbers,) = numbers
    if isinstance(numbers, list):
        return f"takes {', '.join(map(str, numbers))}"
    return "" if numbers == 1 else f"take {numbers}"


def _use_text(clip: Order | PaidOrder, use: FilmUse | None) -> str:
    """What the film does not use of a clip; nothing where it uses all of it."""
    used = None if use is None else use.of(clip.digest, clip.film)
    if use is None or used is None or clip.digest in use.whole:
        return ""
    return f"{used} of {clip.seconds} s in the film" if used else "not in the film"


def _shown_cost(row: _StatusRow, cost: Money | None) -> str:
    if cost is None:
        return "unknown" if row.is_due else ""
    return str(cost) if row.is_due or cost.amount else ""


def _sums(intents: Sequence[Intent], elsewhere: Sequence[PaidOrder]) -> list[str]:
    charges = [one.charged for one in intents if one.state not in AT_RISK]
    charges += [one.charge for one in elsewhere]
    risks = [one.cost for one in intents if one.state in AT_RISK]
    charged = [one for one in total_by_currency(charges) if one.amount]
    return [
        *(f"charged {one}" for one in charged),
        *(f"at risk {one}" for one in total_by_currency(risks)),
    ]
