"""What a plan says of each clip after things went wrong, and what is left of the budget."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from decimal import Decimal
from functools import cache
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from msgspec.structs import replace
from planned_requests import planned_request

from storyboard.api import Compilation, CompileOptions, Project
from storyboard.api._plan import plan_compilation
from storyboard.diagnostics import Diagnostics
from storyboard.ledger import Intent, KnownTakes, Order, State
from storyboard.ledger.states import UNDER_WAY
from storyboard.plan.actions import mark, remark
from storyboard.plan.file import encode
from storyboard.plan.model import Plan
from storyboard.plan.planned_request import PlannedRequest
from storyboard.plan.reason import NEW, Action, Reason, ReasonCode
from storyboard.render.plan import render_plan
from storyboard.render.reasons import reason_text
from storyboard.run.scheduler import Phase, Schedule, ScheduledClip
from storyboard.targets.load import load
from storyboard.targets.model import Target
from storyboard.targets.schemas import read_schema
from storyboard.values.addresses import ClipName, Portion
from storyboard.values.segments import ShotPart
from storyboard.values.units import Money

Request = PlannedRequest
STATES: dict[str, tuple[State, str] | None] = {
    "new": None,
    "released": (State.RELEASED, ""),
    "failed for now": (State.FAILED, "transient"),
    "paid": (State.STORED, ""),
    "waiting": (State.RUNNING, ""),
    "uncertain": (State.UNCERTAIN, ""),
    "refused": (State.FAILED, "bad_input"),
}
"""How it may stand with a clip: the state of its intent, and why it failed."""

ALONE = {"paid": "reuse", "waiting": "wait", "uncertain": "wait", "refused": "blocked"}
"""What is to be done for a clip that needs no other; whatever is not here is rendered."""


@cache
def target() -> Target:
    found = load("fal/kling-o3-pro", Diagnostics())
    assert found is not None
    return found


def targets() -> dict[str, Target]:
    return {target().target: target()}


def known(standings: Mapping[str, str]) -> KnownTakes:
    intents = []
    for digest, standing in standings.items():
        if (state := STATES[standing]) is not None:
            order = Order(
                digest=digest,
                address=digest,
                host="fal",
                endpoint="e",
                payload={"prompt": "before"},
                seconds=5,
                estimate=Money(Decimal(1), "USD"),
            )
            billed = False if state[0] is State.FAILED else None
            intents.append(
                Intent(
                    order=order,
                    state=state[0],
                    run="r",
                    clip="c" * 64 if state[0] is State.STORED else None,
                    failure=state[1],
                    billed=billed,
                )
            )
    return KnownTakes(intents)


def marked(requests: Sequence[Request], standings: Mapping[str, str]) -> dict[str, Request]:
    return {one.id: one for one in mark(requests, targets(), known(standings))}


@pytest.mark.parametrize("needed", STATES)
@pytest.mark.parametrize("own", STATES)
def test_a_clip_is_blocked_by_a_refused_one_unless_it_was_sent_before(
    own: str, needed: str
) -> None:
    found = marked([planned_request("a"), planned_request("b", "a")], {"a": needed, "b": own})
    action = ALONE.get(own, "generate")
    if action == "generate" and needed == "refused":
        action = "blocked"
        assert found["b"].reason == Reason(code=ReasonCode.WAITS, needs="a")
    assert found["a"].action == ALONE.get(needed, "generate")
    assert found["b"].action == action


def test_the_reason_names_the_clip_that_was_refused_however_far_up_it_is() -> None:
    chain = [planned_request("0"), *(planned_request(str(n), str(n - 1)) for n in range(1, 3000))]
    found = marked(chain, {"0": "refused"})
    assert {one.action for one in found.values()} == {Action.BLOCKED}
    assert {found[str(n)].reason for n in range(1, 3000)} == {
        Reason(code=ReasonCode.WAITS, needs="0")
    }


def test_a_clip_that_is_paid_or_sent_ends_the_chain_of_the_blocked() -> None:
    names = {"b": "a", "c": "b", "d": "c"}
    for standing in ("paid", "waiting", "uncertain"):
        chain = [
            planned_request("a"),
            *(planned_request(name, need) for name, need in names.items()),
        ]
        found = marked(chain, {"a": "refused", "c": standing})
        assert [found[name].action for name in "abd"] == ["blocked", "blocked", "generate"]


@pytest.mark.parametrize(("standing", "action"), [("new", "generate"), ("waiting", "wait")])
def test_a_clip_that_stands_twice_in_a_film_is_paid_once(standing: str, action: str) -> None:
    found = marked(
        [planned_request("a", digest="x"), planned_request("b", digest="x")], {"x": standing}
    )
    assert [found[name].action for name in "ab"] == [action, "reuse"]


@st.composite
def films(draw: st.DrawFn) -> tuple[list[Request], dict[str, str]]:
    """Clips in the order of the film, each after what it needs, some of them twice."""
    requests: list[Request] = []
    for number in range(draw(st.integers(1, 12))):
        if requests and draw(st.integers(0, 5)) == 0:
            again = draw(st.sampled_from(requests))
            requests.append(replace(again, id=str(number)))
        else:
            names = st.sampled_from(sorted({one.shots[0].address for one in requests}))
            needs = draw(st.lists(names, max_size=2, unique=True)) if requests else []
            requests.append(planned_request(str(number), *needs))
    standing = st.sampled_from(sorted(STATES))
    return requests, {one.digest: draw(standing) for one in requests}


@settings(deadline=None, max_examples=300)
@given(films())
def test_a_plan_and_a_run_agree_on_what_cannot_be_sent(
    film: tuple[list[Request], dict[str, str]],
) -> None:
    requests, standings = film
    found = marked(requests, standings)
    digests = {one.shots[0].address: one.digest for one in requests}
    clips = {one.digest: one for one in reversed(requests)}
    states = {name: (STATES[standings[name]] or (None, ""))[0] for name in clips}
    schedule = Schedule.of(
        [
            ScheduledClip(
                digest=name,
                needs=tuple(digests[need.shot] for need in clip.depends_on),
                is_sent=states[name] in UNDER_WAY,
                is_held=states[name] is State.UNCERTAIN,
            )
            for name, clip in reversed(clips.items())
            if standings[name] not in ("paid", "refused")
        ],
        places=len(clips),
        done=[name for name in clips if standings[name] == "paid"],
        lost=[name for name in clips if standings[name] == "refused"],
    )
    for one in requests:
        is_lost = schedule.phases[one.digest] in (Phase.LOST, Phase.BLOCKED)
        assert (found[one.id].action is Action.BLOCKED) is is_lost
        if is_lost and standings[one.digest] != "refused":
            assert standings[found[found[one.id].reason.needs].digest] == "refused"


# -- what has changed -----------------------------------------------------------------------------


def sent(name: str, **payload: Any) -> KnownTakes:
    """A ledger in which a payload was sent for a shot, and released again."""
    order = Order(
        digest="old",
        address=name,
        names=(ClipName(text=name, portions=(Portion(address=name, number=1),)),),
        shots=(ShotPart(name, None, 1, 5),),
        host="fal",
        endpoint="e",
        payload=payload,
        seconds=5,
    )
    return KnownTakes([Intent(order=order, state=State.RELEASED, run="r")])


def reason(request: PlannedRequest, before: KnownTakes) -> Reason:
    (one,) = mark([request], targets(), before)
    return one.reason


def test_what_was_sent_before_is_compared_field_by_field_in_the_storyboards_words() -> None:
    one = replace(planned_request("a"), payload={"prompt": "a", "odd": 1})
    before = sent("a", prompt="b", generate_audio=True, odd=2)
    found = reason(one, before)
    assert found.code is ReasonCode.CHANGED
    assert [change.field for change in found.changes] == ["prompt", "audio", "odd"]
    assert reason_text(found, ["a"], "film.yaml") == "prompt changed, line 1; audio, odd changed"


def test_what_was_sent_as_it_is_is_to_be_rendered_again_and_another_shot_is_new() -> None:
    one = planned_request("a")
    assert reason(one, sent("a", prompt="a")) == Reason(code=ReasonCode.AGAIN)
    assert reason(one, sent("b", prompt="a")) == NEW


# -- sums and the budget --------------------------------------------------------------------------

FILM = """\
storyboard: 1
title: The Tower
defaults: {duration: 3s, pack: none}
scenes:
  - id: tower
    shots:
      - The stairs lie in the dark.
      - {prompt: Boots climb the stairs., seam: continue}
      - {prompt: The hatch falls shut., seam: continue, duration: 4s}
      - The stairs lie in the dark.
  - id: shore
    shots:
      - {prompt: The sea lies flat., audio: true}
      - {prompt: Gulls turn back., seam: continue}
"""
Compiled = dict[int, Compilation]


@pytest.fixture(scope="module")
def compiled(tmp_path_factory: pytest.TempPathFactory) -> Compiled:
    path = tmp_path_factory.mktemp("film") / "storyboard.yaml"
    path.write_text(FILM, encoding="utf-8")
    return {takes: Project(str(path), CompileOptions(takes=takes)).plan()[1] for takes in (1, 3)}


def planned(compilation: Compilation, standings: KnownTakes | None, limit: str = "") -> Plan:
    fresh = replace(compilation, diagnostics=Diagnostics())
    made = plan_compilation(fresh, CompileOptions(max_cost=Money.parse(limit)), standings)
    assert (
        list(Draft202012Validator(read_schema("plan.schema.json")).iter_errors(made.to_json()))
        == []
    )
    return made


def cost(made: Plan, action: Action) -> Decimal:
    money = made.totals.actions[action].money
    assert money is not None
    return money.amount


@settings(deadline=None, max_examples=60)
@given(st.data())
def test_what_is_rendered_reused_awaited_and_blocked_is_the_whole_film(
    compiled: Compiled, data: st.DataObject
) -> None:
    compilation = compiled[data.draw(st.sampled_from([1, 3]))]
    standing = st.sampled_from(sorted(STATES))
    digests = dict.fromkeys(one.digest for one in compilation.requests)
    drawn = {digest: data.draw(standing) for digest in digests}
    standings = known(drawn)
    cents = data.draw(st.integers(0, 1000))
    made = planned(compilation, standings, f"{cents // 100}.{cents % 100:02} USD")
    sums = made.totals.actions
    assert sum(one.requests for one in sums.values()) == made.totals.requests
    assert sum(one.seconds for one in sums.values()) == made.totals.seconds
    whole = sum(one.money.amount for one in made.requests if one.money is not None)
    assert sum(cost(made, action) for action in Action) == whole
    due = cost(made, Action.GENERATE) + cost(made, Action.WAIT)
    left = Decimal(cents) / 100 - due
    assert made.budget.within is (left >= 0)
    assert made.is_applyable is (left >= 0)
    assert Plan.from_json(json.loads(encode(made))) == made
    there = [one for one in digests if drawn[one] in {"paid", "waiting", "uncertain"}]
    assert made.cost.paid is not None
    assert made.cost.under_way is not None
    assert made.cost.paid.amount + made.cost.under_way.amount == len(there)
    assert made.cost.to_pay == sums[Action.GENERATE].money
    assert made.cost.total == made.cost.paid + made.cost.under_way + sums[Action.GENERATE].money
    shown = render_plan(made, color=False, width=None).splitlines()[-1]
    assert shown.endswith(f" to pay = {made.cost.total!s}")


def test_a_plan_from_a_file_is_marked_and_summed_as_one_that_is_made_now(
    compiled: Compiled,
) -> None:
    first, second = list(dict.fromkeys(one.digest for one in compiled[1].requests))[:2]
    now = known({first: "refused", second: "waiting"})
    before = planned(compiled[1], None, "9 USD")
    assert {one.action for one in before.requests} == {"generate", "reuse"}
    again = remark(before, targets(), now)
    made = planned(compiled[1], now, "9 USD")
    assert again == made
    assert before.totals.actions[Action.WAIT].requests == 0


def text(compilation: Compilation, **standings: str) -> str:
    names = {one.id.replace("/", "_"): one.digest for one in compilation.requests}
    there = known({names[name]: standing for name, standing in standings.items()})
    return render_plan(planned(compilation, there, "3 USD"), color=False, width=None)


def test_what_is_on_its_way_stands_in_the_last_line_with_its_price(compiled: Compiled) -> None:
    shown = text(compiled[1], shore_1="waiting").splitlines()[-2]
    assert " · 1 on its way, 0.42 USD · at most 3.00 USD to pay" in shown
    shown = text(compiled[1], shore_1="waiting", shore_2="waiting").splitlines()[-2]
    assert " · 2 on their way, 0.76 USD · " in shown
    shown = text(compiled[1], shore_1="waiting", shore_2="uncertain").splitlines()[-2]
    assert " · 2 on their way or uncertain, 0.76 USD · " in shown
    assert " · 1 uncertain, 0.34 USD · " in text(compiled[1], shore_2="uncertain")


def test_where_nothing_is_rendered_what_is_awaited_is_still_counted(compiled: Compiled) -> None:
    everything = {one.id.replace("/", "_"): "paid" for one in compiled[1].requests}
    assert text(compiled[1], **everything).splitlines()[-2] == "nothing to render"
    shown = text(compiled[1], **{**everything, "shore_2": "waiting"}).splitlines()[-2]
    assert shown == "nothing to render · 1 on its way, 0.34 USD · at most 3.00 USD to pay"


def test_a_refused_clip_is_told_with_what_it_blocks_and_what_to_do(compiled: Compiled) -> None:
    shown = text(compiled[1], tower_2="refused")
    assert "! tower/2  3 s  0.34 USD  refused before\n" in shown
    assert "! tower/3  4 s  0.45 USD  waits for tower/2, which was refused before" in shown
    assert "change tower/2, or let it be sent once more with `storyboard resolve" in shown
    assert " · 2 blocked · at most 3.00 USD to pay" in shown.splitlines()[-2]


def test_a_clip_that_waits_for_one_on_its_way_is_rendered_after_it(compiled: Compiled) -> None:
    shown = text(compiled[1], shore_1="waiting")
    assert "+ shore/2  3 s  0.34 USD  new, after shore/1" in shown


def test_words_of_a_vendor_cannot_steer_the_terminal(compiled: Compiled) -> None:
    one = compiled[1].requests[0]
    order = Order(
        digest=one.digest,
        address=one.id,
        host="fal",
        endpoint="e",
        payload=one.payload,
        seconds=3,
    )
    refused = Intent(
        order=order, state=State.FAILED, run="r", failure="bad_input", problem="no\x1b[2J\nno"
    )
    made = planned(compiled[1], KnownTakes([refused]))
    shown = render_plan(made, color=False, width=None)
    assert "refused before: no␛[2J␊no" in shown
    assert "\x1b" not in shown


def test_over_the_budget_the_rest_of_a_film_is_not_taken_for_the_film(compiled: Compiled) -> None:
    names = {one.id: one.digest for one in compiled[1].requests}
    for standings, words in (
        ({}, "the film"),
        ({names["shore/1"]: "paid"}, "the rest of the film"),
    ):
        made = planned(compiled[1], known(standings), "1 USD")
        (found,) = [one for one in made.diagnostics if one["code"] == "SB501"]
        assert found["message"].startswith(f"{words} costs ")
