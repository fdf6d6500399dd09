"""Uncertain clips, looked for in the vendor's history. Nothing here sends or pays."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable

from msgspec import Struct, field
from msgspec.structs import replace

from storyboard.hosts.errors import PASSING, HostError
from storyboard.hosts.protocol import Host, Trace
from storyboard.ledger import Intent, Ledger, State
from storyboard.run.findings import DoubtfulOrder, Finding, HistoryAnswer, Verdict
from storyboard.run.patience import Patience
from storyboard.run.reconcile import by_endpoint, clock_problem, reconcile, since

_DATE_IS_OLD = 2.0
"""Seconds by which a vendor's clock may be past a ``Date``: of whole seconds, and kept by servers
for a second or so."""
_ROW_IS_OLD = 1.0
"""Seconds by which an order may have been taken after the whole second that its row tells."""


def _oldest(intents: Iterable[Intent]) -> float:
    return min(intent.intended_at for intent in intents)


def loop_time() -> float:
    """The event loop's clock, in seconds that only grow."""
    return asyncio.get_running_loop().time()


class SendTimes(Struct):
    """When this process has sent orders, in seconds of the event loop's clock.

    ``begun`` has, by the vendor's id, when an order was begun to be sent; ``ended``, by digest,
    when an attempt whose outcome is uncertain had ended.
    """

    begun: dict[str, float] = field(default_factory=dict)
    ended: dict[str, float] = field(default_factory=dict)
    now: Callable[[], float] = loop_time


class UncertainClips(Struct):
    """Finds out what became of uncertain orders, and writes that into the ledger.

    ``findings`` say, by digest, what the last look has found.
    """

    host: Host
    ledger: Ledger
    patience: Patience
    times: SendTimes
    findings: dict[str, Finding] = field(default_factory=dict)
    _shown: set[str] = field(default_factory=set)
    """Endpoints whose list has shown orders that had not begun."""
    _missed: set[str] = field(default_factory=set)
    """Digests of which the last look said that the vendor does not have them."""
    _refused: bool = False

    def is_looked_for(self, digest: str) -> bool:
        """Whether an uncertain clip is to be looked for once more in this run."""
        ended = self.times.ended.get(digest)
        if ended is None:
            return True
        return not self._refused and self.times.now() - ended < self.patience.looking

    async def look(self) -> None:
        """Ask once, and settle what can be settled by that."""
        doubtful = [
            intent
            for intent in self.ledger.intents(State.UNCERTAIN)
            if intent.order.host == self.host.name
        ]
        for intent in doubtful:
            # What an earlier process has tried had ended when this one began.
            self.times.ended.setdefault(intent.digest, self.times.now())
        for endpoint, intents in by_endpoint(doubtful).items():
            await self._look_at(endpoint, intents)

    async def _look_at(self, endpoint: str, doubtful: list[Intent]) -> None:
        ends = (self.ledger.attempt(intent.digest).ended_at for intent in doubtful)
        reach = since(doubtful, (end for end in ends if end is not None), self.host.clock_ahead)
        try:
            rows = await self.host.history(endpoint, reach)
        except HostError as error:
            self._refused = error.kind not in PASSING
            why = f"the vendor's history cannot be read: {error}"
            for intent in doubtful:
                self._missed.discard(intent.digest)
                self.findings[intent.digest] = Finding(verdict=Verdict.UNKNOWN, why=why)
            return
        told = self.host.told_at
        if any(row.shows_unfinished for row in rows):
            self._shown.add(endpoint)
        answer = HistoryAnswer(
            rows=rows,
            claimed=self.ledger.claimed(self.host.name),
            ours=self.ledger.accepted(self.host.name, endpoint, _oldest(doubtful)),
            keeps_bodies=self.host.keeps_bodies,
            shows_unfinished=endpoint in self._shown,
        )
        doubts = [self._doubt(intent, rows, told) for intent in doubtful]
        findings = reconcile(doubts, answer, grace=self.patience.grace)
        for intent in doubtful:
            self._settle(intent, self._checked(intent.digest, findings[intent.digest]))

    def _doubt(self, intent: Intent, rows: Iterable[Trace], told: float | None) -> DoubtfulOrder:
        """What is known of the attempt to send an order, once its history was read."""
        digest, grace, now = intent.digest, self.patience.grace, self.times.now()
        ended_here = self.times.ended[digest]
        begun = self.times.begun
        attempt = self.ledger.attempt(digest)
        if attempt.ended_at is None:
            # This answer and orders that were sent later are from after the end.
            known = [told + _DATE_IS_OLD] if told is not None else []
            known += [row.at + _ROW_IS_OLD for row in rows if begun.get(row.id, -1.0) >= ended_here]
            if known:
                self.ledger.end_attempt(digest, min(known))
                attempt = self.ledger.attempt(digest)
        has_outlived = False
        if attempt.life is not None:
            longest = attempt.life + grace
            vendor_now = max([row.at for row in rows] + ([told] if told is not None else [0.0]))
            has_outlived = now - ended_here >= longest or (
                attempt.ended_at is not None and vendor_now >= attempt.ended_at + longest
            )
        return DoubtfulOrder(
            intent=intent,
            ended_at=attempt.ended_at,
            is_followed=any(begun.get(row.id, -1.0) >= ended_here + grace for row in rows),
            has_outlived=has_outlived,
        )

    def _checked(self, digest: str, finding: Finding) -> Finding:
        """A finding, of which an absence is believed where two looks have found it."""
        if finding.verdict is not Verdict.ABSENT:
            self._missed.discard(digest)
            return finding
        why = clock_problem(self.host.clock_ahead)
        if self.host.unlisted:
            why = f"{self.host.unlisted}: look there, and decide with `storyboard resolve`"
        elif not why and digest not in self._missed:
            # Rows may change their page while a list is read.
            why = "the vendor's list does not show it, and is looked at once more"
            self._missed.add(digest)
        return replace(finding, verdict=Verdict.UNKNOWN, why=why) if why else finding

    def _settle(self, intent: Intent, finding: Finding) -> None:
        self.findings[intent.digest] = finding
        match finding.verdict:
            case Verdict.FOUND:
                receipt = self.host.receipt(intent.order.endpoint, finding.id)
                self.ledger.step(intent.digest, State.SUBMITTED, receipt=receipt)
            case Verdict.ABSENT:
                said = "the vendor never received it"
                self.ledger.step(intent.digest, State.RELEASED, problem=said)
            case Verdict.UNKNOWN:
                return
        self.times.ended.pop(intent.digest, None)
        self._missed.discard(intent.digest)
