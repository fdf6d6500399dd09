"""The states of an intent, and the only steps between them.

``submitting`` is committed before the paying request leaves. What is then found in that state
by a later run is ``uncertain``: nobody knows whether the vendor took it. ``released`` is an
intent of which it is proved, or a person has said, that the vendor holds nothing; only from
there, and from an end without a clip, may it be submitted again.

This is the one state chart of a clip. Other words for how a clip stands are derived from it, each
by a table with a row for every state: ``history.STANDINGS``, from those ``plan.actions.ACTIONS``;
the words of ``status`` in ``STATE_WORDS`` and, through ``run.events.STATES``, those of a run.
"""

from __future__ import annotations

from enum import StrEnum

from storyboard.errors import StoryboardError


class State(StrEnum):
    """Where an intent is."""

    SUBMITTING = "submitting"
    UNCERTAIN = "uncertain"
    RELEASED = "released"
    SUBMITTED = "submitted"
    RUNNING = "running"
    SUCCEEDED = "succeeded"
    STORED = "stored"
    FAILED = "failed"
    CANCELLED = "cancelled"
    LOST = "lost"
    """Paid, not here, and the vendor has it no more."""


_S = State
STEPS: dict[State, frozenset[State]] = {
    _S.SUBMITTING: frozenset({_S.SUBMITTED, _S.UNCERTAIN, _S.RELEASED, _S.FAILED}),
    _S.UNCERTAIN: frozenset({_S.SUBMITTED, _S.RELEASED, _S.CANCELLED}),
    _S.RELEASED: frozenset({_S.SUBMITTING, _S.CANCELLED}),
    _S.SUBMITTED: frozenset({_S.RUNNING, _S.SUCCEEDED, _S.FAILED, _S.CANCELLED, _S.RELEASED}),
    _S.RUNNING: frozenset({_S.SUCCEEDED, _S.FAILED, _S.CANCELLED, _S.RELEASED}),
    _S.SUCCEEDED: frozenset({_S.STORED, _S.FAILED, _S.RELEASED, _S.LOST}),
    # The file of a stored take is gone: it is fetched again, from the same request.
    _S.STORED: frozenset({_S.SUCCEEDED}),
    _S.FAILED: frozenset({_S.SUBMITTING, _S.RELEASED}),
    _S.CANCELLED: frozenset({_S.SUBMITTING, _S.RELEASED}),
    # Only the next plan offers to render it again, with its price. A copy may be found meanwhile.
    _S.LOST: frozenset({_S.SUBMITTING, _S.RELEASED, _S.SUCCEEDED}),
}

AT_RISK = frozenset({_S.SUBMITTING, _S.UNCERTAIN, _S.SUBMITTED, _S.RUNNING})
"""Money may be owed and no clip is here yet."""

UNDER_WAY = frozenset({_S.SUBMITTED, _S.RUNNING, _S.SUCCEEDED})
"""The vendor's id is known and there is a clip to wait for or to fetch."""

PAID = frozenset({_S.SUCCEEDED, _S.STORED, _S.LOST})


STATE_WORDS = {
    _S.SUBMITTING: "sending",
    _S.UNCERTAIN: "uncertain",
    _S.RELEASED: "not sent",
    _S.SUBMITTED: "sent",
    _S.RUNNING: "rendering",
    _S.SUCCEEDED: "to be fetched",
    _S.STORED: "rendered",
    _S.FAILED: "failed",
    _S.CANCELLED: "cancelled",
    _S.LOST: "lost at the vendor",
}
"""What people are told of each state of an intent."""


class IllegalStepError(StoryboardError):
    """A step between states that does not exist: a mistake in the caller."""


def check_step(before: State, after: State) -> None:
    """Raise ``IllegalStepError`` unless ``before`` may become ``after``."""
    if after not in STEPS[before]:
        raise IllegalStepError(f"an intent that is {before} cannot become {after}")
