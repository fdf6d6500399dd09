"""How an order may end other than with its clip: as errors, and as the ledger has it."""

from __future__ import annotations

from storyboard.hosts.errors import FailureKind, Problem
from storyboard.ledger import Ledger, State
from storyboard.values.units import Money


class NotTakenError(Exception):
    """The host has refused an order before taking it: nothing is owed, it may be sent again."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.text)
        self.problem = problem


class UncertainError(Exception):
    """Nobody knows whether the host has taken an order; the ledger says ``uncertain``."""


class StrandedError(Exception):
    """A clip that the host has or makes cannot be fetched now; the next run fetches it.

    ``kind`` is ``BAD_KEY`` where this key may not fetch it, else None.
    """

    def __init__(self, text: str, kind: FailureKind | None = None) -> None:
        super().__init__(text)
        self.kind = kind


class EndedError(Exception):
    """A job has failed or was cancelled, and the ledger says so; ``problem`` says why."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.text)
        self.problem = problem


def end_order(
    ledger: Ledger,
    digest: str,
    state: State,
    problem: Problem,
    *,
    billed: bool | None,
    charged: Money | None = None,
) -> EndedError:
    """Write that an order is over without a clip; returns what is to be raised for it.

    What was charged for a clip that is lost stays as it is known.
    """
    if state is not State.LOST:
        ledger.step(
            digest,
            state,
            failure=str(problem.kind),
            problem=problem.text,
            billed=billed,
            charged=charged,
        )
    else:
        ledger.step(digest, state, failure=str(problem.kind), problem=problem.text)
    return EndedError(problem)
