"""Clips of uncertain state, settled from the vendor's history. Nothing here sends or pays."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field

from storyboard.hosts.errors import HostError
from storyboard.hosts.protocol import Host
from storyboard.ledger import Intent, Ledger, State
from storyboard.run.patience import Patience
from storyboard.run.reconcile import SKEW, Verdict, by_endpoint, clock_problem, reconcile, since


@dataclass(slots=True)
class UncertainClips:
    """Asks a host what became of uncertain orders, and writes what it says into the ledger.

    ``why`` says, by digest, what keeps a doubt from being settled.
    """

    host: Host
    ledger: Ledger
    patience: Patience
    clock: Callable[[], float]
    pause: Callable[[float], Awaitable[None]] = asyncio.sleep
    why: dict[str, str] = field(default_factory=dict)

    async def settle(self) -> int:
        """Settle what can be settled now; gives how many doubts are left."""
        doubtful = [
            intent
            for intent in self.ledger.intents(State.UNCERTAIN)
            if intent.order.host == self.host.name
        ]
        left = 0
        for endpoint, intents in by_endpoint(doubtful).items():
            left += await self._settle_endpoint(endpoint, intents)
        return left

    async def settle_in_time(self, digests: Sequence[str], waits: Callable[[float], None]) -> None:
        """Ask again until these are settled, or longer than anything may still be on its way.

        ``waits`` hears once, where that takes longer than one look, for how many seconds at most.
        """
        delay = self.patience.first
        longest, waited = self.patience.grace + 2 * self.patience.most, 0.0
        while True:
            await self.settle()
            intents = [intent for one in digests if (intent := self.ledger.get(one))]
            if all(intent.state is not State.UNCERTAIN for intent in intents):
                return
            arrived = max(intent.changed_at for intent in intents) + self.patience.grace
            # A clock that is set back meanwhile does not make this longer.
            if waited > longest or self.clock() > arrived:
                # All that could arrive has: one last look, and then it is for a person.
                await self.settle()
                return
            if not waited:
                waits(longest)
            await self.pause(delay)
            waited += delay
            delay = min(delay * self.patience.growth, self.patience.most)

    async def _settle_endpoint(self, endpoint: str, doubtful: list[Intent]) -> int:
        reach = since(doubtful)
        try:
            history = await self.host.history(endpoint, reach)
        except HostError as error:
            for intent in doubtful:
                self.why[intent.digest] = f"the vendor's history cannot be read: {error}"
            return len(doubtful)
        # What was surely accepted in that time must show, or the history is not to be trusted.
        expected = self.ledger.accepted(self.host.name, endpoint, reach + SKEW)
        findings = reconcile(
            doubtful,
            history,
            claimed=self.ledger.claimed(self.host.name),
            expected=expected,
            keeps_bodies=self.host.keeps_bodies,
            now=self.clock(),
            grace=self.patience.grace,
        )
        left = 0
        for intent in doubtful:
            finding = findings[intent.digest]
            self.why[intent.digest] = finding.why
            match finding.verdict:
                case Verdict.FOUND:
                    receipt = self.host.receipt(endpoint, finding.id)
                    self.ledger.step(intent.digest, State.SUBMITTED, receipt=receipt)
                case Verdict.ABSENT if why := self._unproved():
                    self.why[intent.digest] = why
                    left += 1
                case Verdict.ABSENT:
                    self.ledger.step(
                        intent.digest, State.RELEASED, problem="the vendor never received it"
                    )
                case Verdict.UNKNOWN:
                    left += 1
        return left

    def _unproved(self) -> str:
        """Why it proves nothing that a request is not in the history; empty where it does."""
        if self.host.unlisted:
            return f"{self.host.unlisted}: look there, and decide with `storyboard resolve`"
        return clock_problem(self.host.clock_ahead)
