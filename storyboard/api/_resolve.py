"""What a person decides about a clip that the vendor may have or not."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from enum import StrEnum
from typing import TYPE_CHECKING

from msgspec import Struct

from storyboard.api._sent_clips import SentClips, pick
from storyboard.errors import RefusedError, UsageError

if TYPE_CHECKING:
    from storyboard.api._ready import ReadyPlan
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


class DecidedClip(Struct, frozen=True, kw_only=True):
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


def is_sent(sent: SentClips, address: str) -> bool:
    """Whether an address means anything that was sent from here."""
    from storyboard.values.addresses import UnknownAddressError, select

    try:
        return bool(select(address, [name for one in sent.intents for name in one.names]))
    except UnknownAddressError:
        return False


def adopt_planned(ready: ReadyPlan, address: str, adopt: str) -> tuple[DecidedClip, ...]:
    """Take over a clip of a plan that was paid, though ledger and lock have never heard of it.

    ``adopt`` is the vendor's id of its order. Raises ``UsageError``, ``DecisionError``,
    ``PlanError``, ``LedgerError``, ``LeaseHeldError``.
    """
    from storyboard.hosts.registry import get_host
    from storyboard.plan.clips import planned_clips
    from storyboard.plan.reason import Action
    from storyboard.values.addresses import UnknownAddressError, select

    plan = ready.plan
    if not plan.is_applyable:
        raise UsageError("the film has errors, which `storyboard check` shows: mend them first")
    clips = planned_clips(plan)
    try:
        meant = select(address, [name for clip in clips for name in clip.order.names])
    except UnknownAddressError as error:
        raise UsageError(f'the film has no clip "{address}": {error.hint}') from None
    picked = [clip for clip in clips if not set(meant).isdisjoint(clip.order.names)]
    if len(picked) > 1:
        named = ", ".join(clip.address for clip in picked[:_MAX_NAMED])
        raise DecisionError(
            f'"{address}" is several clips, an id is that of one: name one of {named}'
        )
    (clip,) = picked
    new = {one.digest for one in plan.requests if one.action is Action.GENERATE}
    if clip.digest not in new:
        raise DecisionError(f'"{clip.address}" is paid or under way: there is nothing to adopt')
    with ready.store.open_ledger() as ledger:
        ledger.take_lease()
        if adopt in ledger.claimed(clip.order.host):
            raise DecisionError(f'"{adopt}" belongs to another clip')
        host = get_host(clip.order.host, is_simulated=ready.store.simulated)
        receipt = host.receipt(clip.order.endpoint, adopt)
        intent = ledger.adopt(clip.order, "", receipt, None)
    return (DecidedClip(intent=intent, decision=Decision.ADOPT),)


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
                # What was sent to a host without a client was sent to a simulator.
                host = get_host(intent.order.host, is_simulated=True)
                receipt = host.receipt(intent.order.endpoint, adopt)
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
