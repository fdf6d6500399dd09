"""What is to be done for each request of a plan: render it, wait for it, or use what is there."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence, Set
from functools import cache
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from storyboard.compiler.cost import currency
from storyboard.plan.changes import changes_of
from storyboard.plan.model import FilmCost, Plan
from storyboard.plan.planned_request import PlannedRequest
from storyboard.plan.reason import NEW, Action, PayloadChange, Reason, ReasonCode
from storyboard.plan.timeline import KeptClip
from storyboard.targets.model import Target
from storyboard.values.addresses import take_suffix
from storyboard.values.segments import Ending, endings
from storyboard.values.sums import Total, total_in

if TYPE_CHECKING:
    # Only a film that was run has a ledger: others need not load it.
    from storyboard.ledger import Known

ACTIONS = {
    "new": (Action.GENERATE, ReasonCode.NEW),
    "paid": (Action.REUSE, ReasonCode.PAID),
    "waiting": (Action.WAIT, ReasonCode.WAITING),
    "uncertain": (Action.WAIT, ReasonCode.UNCERTAIN),
    "refused": (Action.BLOCKED, ReasonCode.REFUSED),
    "lost": (Action.GENERATE, ReasonCode.LOST),
}
"""Action and reason for each standing of a request in the ledger, all else being well."""

DUE = frozenset({Action.GENERATE, Action.WAIT})
"""What is still to be paid, or may have to be."""

HAD = frozenset({Action.REUSE, Action.FETCH})
"""What is paid."""


def mark(
    requests: Sequence[PlannedRequest],
    targets: Mapping[str, Target],
    known: Known | None,
    kept: Iterable[KeptClip] = (),
) -> tuple[PlannedRequest, ...]:
    """The requests, each with its action and the reason; ``known`` is None where nothing ran.

    ``targets`` are those of the requests, by their ids, and ``kept`` the clips that were paid
    before and of which the film keeps some shots.

    A request whose digest an earlier one has is the same clip, paid once. One that is sent the
    last frame of a clip that will not come, or the clip, is blocked too, however far down: the
    reason names the clip that was refused. What was sent already has had what it needs.
    In ``requests`` what is needed stands before what needs it. What a run sends is not
    decided here: the ledger decides that when it comes to it.
    """

    @cache
    def film() -> Set[str]:
        listed = {shot.digest for request in requests for shot in request.shots}
        return listed | {shot.segment.content.shot for clip in kept for shot in clip.shots}

    seen: set[str] = set()
    missing: dict[Ending, str] = {}
    marked: list[PlannedRequest] = []
    for request in requests:
        standing = "new" if known is None else known.standing(request.digest).value
        action, code = ACTIONS[standing]
        reason = Reason(code=code) if code is not ReasonCode.NEW else NEW
        if action is Action.BLOCKED:
            missing |= dict.fromkeys(endings(request.contents), request.id)
            if known is not None:
                reason = Reason(code=code, problem=known.problem(request.digest))
        elif action is Action.GENERATE and (needed := _missing(request, missing)) is not None:
            missing |= dict.fromkeys(endings(request.contents), needed)
            action, reason = Action.BLOCKED, Reason(code=ReasonCode.WAITS, needs=needed)
        elif action is not Action.REUSE and request.digest in seen:
            action, reason = Action.REUSE, Reason(code=ReasonCode.SAME)
        elif action is Action.REUSE and known is not None and not known.is_here(request.digest):
            action = Action.FETCH
        elif code is ReasonCode.NEW and known is not None:
            reason = _why(request, targets[request.target], known, film)
        seen.add(request.digest)
        is_so = request.action is action and (reason is request.reason or reason == request.reason)
        marked.append(request if is_so else replace(request, action=action, reason=reason))
    return tuple(marked)


def _missing(request: PlannedRequest, missing: Mapping[Ending, str]) -> str | None:
    """The refused clip for want of which a request cannot be sent, None where there is none."""
    if not missing:
        return None
    needed = ((one.digest, one.part) for one in request.depends_on)
    return next((missing[one] for one in needed if one in missing), None)


def remark(plan: Plan, targets: Mapping[str, Target], known: Known) -> Plan:
    """A plan that was written before, with the actions of today and the sums that follow.

    ``targets`` are the plan's, by their ids, its film's own first.
    """
    requests = mark(plan.requests, targets, known, plan.kept)
    kept = tuple(_remarked(clip, known) for clip in plan.kept)
    money = currency(next(iter(targets.values())))
    totals = replace(plan.totals, actions=sums_by_action((*requests, *kept), money))
    cost = film_sums(requests, known, money).cost
    return replace(plan, requests=requests, kept=kept, totals=totals, cost=cost)


def _remarked(clip: KeptClip, known: Known) -> KeptClip:
    action = Action.REUSE if known.has(clip.take) else Action.FETCH
    return clip if clip.action is action else replace(clip, action=action)


class FilmSums(Struct, frozen=True, kw_only=True):
    """The sums of a film's cost: what was paid, what is under way, what a plan adds, and all."""

    paid: Total
    under_way: Total
    to_pay: Total
    whole: Total

    @property
    def cost(self) -> FilmCost:
        """The sums as they stand in a plan."""
        return FilmCost(
            paid=self.paid.money,
            under_way=self.under_way.money,
            to_pay=self.to_pay.money,
            total=self.whole.money,
        )


def film_sums(requests: Iterable[PlannedRequest], known: Known | None, money: str) -> FilmSums:
    """What a film costs in a currency, with what its ledger knows.

    A cost in another currency is one that is not known: no exchange rate is assumed.
    """

    before = None if known is None else known.payments()
    paid = before.paid if before is not None else ()
    under_way = before.under_way if before is not None else ()
    to_pay = [(one.seconds, one.money) for one in requests if one.action is Action.GENERATE]
    return FilmSums(
        paid=total_in(paid, money),
        under_way=total_in(under_way, money),
        to_pay=total_in(to_pay, money),
        whole=total_in([*paid, *under_way, *to_pay], money),
    )


def sums_by_action(
    requests: Iterable[PlannedRequest | KeptClip], money: str
) -> dict[Action, Total]:
    """The sum of each action, in a currency; together they are the film's."""
    by_action: dict[Action, list[PlannedRequest | KeptClip]] = {action: [] for action in Action}
    for request in requests:
        by_action[request.action].append(request)
    return {action: sum_of(chosen, money) for action, chosen in by_action.items()}


def sum_of(requests: Iterable[PlannedRequest | KeptClip], money: str) -> Total:
    """The sum of requests, and of the kept seconds of clips, in a currency."""
    return total_in(
        (
            (one.kept_seconds if isinstance(one, KeptClip) else one.seconds, one.money)
            for one in requests
        ),
        money,
    )


def sum_of_due(requests: Iterable[PlannedRequest], money: str) -> Total:
    """The sum of what is still to be paid, or may have to be, in a currency."""
    return sum_of((request for request in requests if request.action in DUE), money)


def _why(
    request: PlannedRequest, target: Target, known: Known, film: Callable[[], Set[str]]
) -> Reason:
    """Why a request is rendered of which nothing is paid; ``film`` are the digests of its shots."""
    take = take_suffix(request.id) if request.alternate_of is not None else ""
    before = []
    for shot in request.shots:
        sent = known.sent(shot.address, shot.part, take)
        if sent is not None and sent.content is not None and sent.content.shot != shot.digest:
            # Where shots have no ids, another shot may have had its address.
            sent = None if sent.content.shot in film() else sent
        before.append(sent)
    if not any(before):
        return NEW
    changes = tuple(dict.fromkeys(changes_of(request, before, target)))
    if not changes:
        changes = tuple(
            PayloadChange(field="shot", shot=shot.address, span=shot.span)
            for shot, sent in zip(request.shots, before, strict=True)
            if sent is not None and sent.content is not None and sent.content.shot != shot.digest
        )
    if not changes:
        return Reason(code=ReasonCode.AGAIN)
    return Reason(code=ReasonCode.CHANGED, changes=changes)
