"""Every word for how a clip stands is derived from the one state chart of the ledger."""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path
from typing import Any

import pytest
from rendering_films import Heard, make_work, run_once

from storyboard.ledger import Intent, Ledger, Order, Receipt, Standing, State
from storyboard.ledger.history import STANDINGS
from storyboard.ledger.states import AT_RISK, PAID, STEPS, UNDER_WAY
from storyboard.plan.actions import ACTIONS
from storyboard.plan.reason import Action, Reason, ReasonCode
from storyboard.render.reasons import reason_text
from storyboard.render.run import WORDS
from storyboard.render.status import STATE_WORDS
from storyboard.run.events import STATES, Happening
from storyboard.simulator import Simulator
from storyboard.values.units import Money

OF_RUN = {
    Happening.WARNING,
    Happening.PAUSED,
    Happening.LOOKING,
    Happening.STOPPING,
    Happening.FINISHED,
}


def test_every_state_has_its_steps_a_standing_and_a_word() -> None:
    assert set(STEPS) == set(STANDINGS) == set(STATE_WORDS) == set(State)
    assert len(set(STATE_WORDS.values())) == len(State)


def test_every_standing_has_an_action_and_every_action_a_standing() -> None:
    assert set(ACTIONS) == set(Standing)
    assert {action for action, _ in ACTIONS.values()} == set(Action) - {Action.FETCH}


def test_what_is_paid_is_used_again_and_what_is_at_risk_is_awaited() -> None:
    def action(state: State) -> Action:
        return ACTIONS[STANDINGS[state]][0]

    assert {state for state in State if action(state) is Action.REUSE} == PAID - {State.LOST}
    assert {state for state in State if action(state) is Action.WAIT} == AT_RISK
    assert {ACTIONS[STANDINGS[state]][1] for state in UNDER_WAY - PAID} == {ReasonCode.WAITING}


def test_everything_that_happens_to_a_clip_has_a_state_or_none_and_a_word() -> None:
    assert set(STATES) == set(Happening) - OF_RUN
    assert set(WORDS) == set(STATES)


@pytest.mark.parametrize("code", ReasonCode)
def test_every_reason_has_words(code: ReasonCode) -> None:
    assert reason_text(Reason(code=code))


class Recorder:
    """A ledger that keeps every state that an intent was in."""

    def __init__(self, ledger: Ledger, seen: defaultdict[str, set[State]]) -> None:
        self._ledger = ledger
        self._seen = seen

    def __getattr__(self, name: str) -> Any:
        return getattr(self._ledger, name)

    def intend(
        self, order: Order, run: str, links: dict[str, str], life: float | None = None
    ) -> Intent:
        return self._noted(self._ledger.intend(order, run, links, life))

    def step(self, digest: str, state: State, **changes: Any) -> Intent:
        return self._noted(self._ledger.step(digest, state, **changes))

    def adopt(
        self,
        order: Order,
        run: str,
        receipt: Receipt,
        charged: Money | None,
        clip: str | None = None,
    ) -> Intent:
        return self._noted(self._ledger.adopt(order, run, receipt, charged, clip))

    def _noted(self, intent: Intent) -> Intent:
        self._seen[intent.order.address].add(intent.state)
        return intent


@pytest.mark.parametrize("host", ["fal", "oxen"])
def test_what_is_told_of_a_clip_is_a_state_that_its_intent_comes_into(
    host: str, tmp_path: Path, sim: Simulator
) -> None:
    seen: defaultdict[str, set[State]] = defaultdict(set)
    heard = Heard()
    work = make_work(tmp_path / "film", host)
    run_once(work, sim.url, listen=heard, wrap=lambda ledger: Recorder(ledger, seen))
    told = {(event.clip, STATES[event.what]) for event in heard.events if event.what in STATES}
    assert {state for _, state in told} >= {State.SUBMITTING, State.STORED}
    for clip, state in told:
        assert state is None or state in seen[clip]
