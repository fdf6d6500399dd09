"""What a person decides about a clip that the vendor may have or not."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from storyboard.api._sent_clips import SentClips, pick
from storyboard.errors import RefusedError, UsageError

if TYPE_CHECKING:
    from storyboard.ledger import Intent, Ledger

_MAX_NAMED = 5


class DecisionError(RefusedError):
    """A decision that may not be made about a clip; the text says which ones may."""


class Decision(StrEnum):
    """What is to become of a clip."""

    SEND_AGAIN = "send again"
    """The vendor does not have it: it may be sent."""
    ADOPT = "adopt"
    """The vendor has it under an id: that is followed."""
    DROP = "drop"
    """It counts no more; a plan that still has it renders it anew."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DecidedClip:
    """A clip that was decided about."""

    intent: Intent
    decision: Decision


def resolve_clips(
    sent: SentClips, address: str, decision: Decision, *, adopt: str = ""
) -> tuple[DecidedClip, ...]:
    """Decide about the clips that an address means; ``adopt`` is the vendor's id of the one.

    Where several clips are meant, those of which nobody knows whether the vendor has them are
    decided about. Raises ``UsageError``, ``DecisionError``, ``LedgerError``, ``LeaseHeldError``.
    """
    if not sent.store.ledger_file.exists():
        raise UsageError("nothing was run here")
    digests = {one.digest for one in pick(sent.intents, [address])}
    with sent.store.open_ledger() as ledger:
        ledger.take_lease()
        picked = _latest(one for one in ledger.intents() if one.digest in digests)
        meant = picked if len(picked) == 1 else _doubtful(picked)
        if not meant or (decision is Decision.ADOPT and len(meant) > 1):
            raise DecisionError(_several(address, meant or picked, meant))
        for one in meant:
            _decide(ledger, one, decision, adopt)
    return tuple(DecidedClip(intent=one, decision=decision) for one in meant)


def _latest(intents: Iterable[Intent]) -> list[Intent]:
    """The latest intent of each clip: a text that was changed has left one of its own behind."""
    latest: dict[str, Intent] = {}
    for one in intents:
        before = latest.get(one.order.address)
        if before is None or before.changed_at <= one.changed_at:
            latest[one.order.address] = one
    return list(latest.values())


def _doubtful(intents: Iterable[Intent]) -> list[Intent]:
    """Those of which nobody knows whether the vendor has them.

    What is surely sent is not decided about by a word for many: it would be paid twice.
    """
    from storyboard.ledger import State

    return [one for one in intents if one.state in (State.SUBMITTING, State.UNCERTAIN)]


def _several(address: str, clips: Sequence[Intent], doubtful: Sequence[Intent]) -> str:
    """Why an address that means several clips is not decided about."""
    names = ", ".join(one.order.address for one in clips[:_MAX_NAMED])
    more = f" and {len(clips) - _MAX_NAMED} more" if len(clips) > _MAX_NAMED else ""
    why = "several of them are in doubt" if doubtful else "none of them is in doubt"
    return f'"{address}" is several clips, and {why}: name one of {names}{more}'


def _decide(ledger: Ledger, intent: Intent, decision: Decision, adopt: str) -> None:
    from storyboard.hosts.registry import get_host
    from storyboard.ledger import IllegalStepError, State
    from storyboard.ledger.states import STATE_WORDS

    before, address = intent.state, intent.order.address
    if decision is Decision.ADOPT and adopt in ledger.claimed(intent.order.host):
        raise DecisionError(f'"{adopt}" belongs to another clip')
    try:
        if before is State.SUBMITTING:
            ledger.step(intent.digest, State.UNCERTAIN)
        match decision:
            case Decision.ADOPT:
                receipt = get_host(intent.order.host).receipt(intent.order.endpoint, adopt)
                ledger.step(intent.digest, State.SUBMITTED, receipt=receipt, problem="")
            case Decision.SEND_AGAIN:
                ledger.step(intent.digest, State.RELEASED, problem="", failure="")
            case Decision.DROP:
                ledger.step(intent.digest, State.CANCELLED)
    except IllegalStepError:
        known = _choices(before)
        hint = f"here only {known} can be said" if known else "there is nothing to decide"
        raise DecisionError(f'"{address}" is {STATE_WORDS[before]}: {hint}') from None


def _choices(state: str) -> str:
    """What may be decided about an intent in a state, as options of the command."""
    from storyboard.ledger import State
    from storyboard.ledger.states import STEPS

    ways = {State.RELEASED: "--send-again", State.SUBMITTED: "--adopt", State.CANCELLED: "--drop"}
    return ", ".join(way for step, way in ways.items() if step in STEPS[State(state)])
