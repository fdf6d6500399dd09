"""A doubt is settled by the vendor's history alone, and only where it leaves none."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterable, Sequence
from dataclasses import replace
from decimal import Decimal
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from storyboard.hosts.protocol import Trace
from storyboard.hosts.registry import SIMULATED_KEY, open_host
from storyboard.ledger import Intent, Ledger, Order, State
from storyboard.ledger.store import Store
from storyboard.plan.request_body import PointerError, fill, is_same, recorded, texts, unfilled
from storyboard.run.patience import Patience
from storyboard.run.reconcile import SKEW, Finding, Verdict, reconcile
from storyboard.run.uncertain import UncertainClips
from storyboard.simulator import Simulator
from storyboard.values.canonical import canonical
from storyboard.values.units import Money

SECRET = "https://files/a.png?X-Signature=abc"


def intent(digest: str, payload: dict[str, Any], at: float = 1000.0, **links: str) -> Intent:
    return Intent(
        order=Order(
            digest=digest,
            address=digest,
            host="fal",
            endpoint="e",
            payload=payload,
            seconds=5,
            estimate=Money(Decimal(1), "USD"),
        ),
        state=State.UNCERTAIN,
        run="r",
        links={f"/{name}": link for name, link in links.items()},
        intended_at=at,
        changed_at=at,
    )


def trace(name: str, body: dict[str, Any] | None = None, at: float = 1001, **more: Any) -> Trace:
    return Trace(id=name, endpoint="e", at=at, body=body, **more)


def judge(*doubtful: Intent, history: list[Trace], **more: Any) -> dict[str, Finding]:
    usual: dict[str, Any] = {
        "claimed": frozenset[str](),
        "expected": (),
        "keeps_bodies": True,
        "now": 2000.0,
        "grace": 100.0,
    }
    return reconcile(doubtful, history, **usual | more)


BODY = {"prompt": "a", "duration": "5"}


def test_the_same_body_is_found_also_with_the_vendors_defaults_added() -> None:
    found = judge(intent("x", BODY), history=[trace("v", {**BODY, "cfg": 0.5})])
    assert found["x"] == Finding(verdict=Verdict.FOUND, id="v")


@pytest.mark.parametrize(
    "body",
    [
        {"prompt": "a"},
        {**BODY, "duration": 5},
        {**BODY, "prompt": "a "},
        {**BODY, "duration": True},
    ],
)
def test_any_other_body_is_not_ours(body: dict[str, Any]) -> None:
    assert judge(intent("x", BODY), history=[trace("v", body)])["x"].verdict is Verdict.ABSENT


def test_what_another_intent_has_is_not_adopted() -> None:
    found = judge(intent("x", BODY), history=[trace("v", BODY)], claimed=frozenset({"v"}))
    assert found["x"].verdict is Verdict.ABSENT


def test_one_request_is_adopted_by_one_of_two_equal_takes() -> None:
    found = judge(intent("x", BODY), intent("y", BODY, at=1001), history=[trace("v", BODY)])
    assert sorted(one.verdict for one in found.values()) == [Verdict.ABSENT, Verdict.FOUND]


@pytest.mark.parametrize("names", ["vw", "wv"])
def test_of_two_requests_that_are_equally_near_the_first_of_the_history_is_ours(
    names: str,
) -> None:
    times = {"v": 999.0, "w": 1001.0}
    history = [trace(name, BODY, at=times[name]) for name in names]
    assert judge(intent("x", BODY), history=history)["x"].id == names[0]


def test_an_older_request_with_the_same_body_is_not_ours() -> None:
    history = [trace("v", BODY, at=100)]
    assert judge(intent("x", BODY), history=history)["x"].verdict is Verdict.ABSENT


def test_nothing_is_absent_while_it_may_still_be_on_its_way() -> None:
    found = judge(intent("x", BODY), history=[], now=1050.0)["x"]
    assert found.verdict is Verdict.UNKNOWN
    assert "50 s" in found.why


def test_nothing_is_absent_from_a_history_that_lags() -> None:
    found = judge(intent("x", BODY), history=[trace("v", {"prompt": "b"})], expected=["w"])
    assert found["x"].verdict is Verdict.UNKNOWN


def test_nothing_is_absent_from_a_history_without_inputs() -> None:
    assert judge(intent("x", BODY), history=[trace("v")])["x"].verdict is Verdict.UNKNOWN


def test_a_link_that_is_a_secret_is_known_again_by_its_digest() -> None:
    links = recorded({"/image": SECRET, "/other": "https://files/b.png"})
    assert "abc" not in str(links)
    sent = intent("x", {"image": "asset:sha256:0", "other": "asset:sha256:1"})
    sent = Intent(order=sent.order, state=sent.state, run="r", links=links, intended_at=1000.0)
    assert is_same(sent, {"image": SECRET, "other": "https://files/b.png"})
    assert not is_same(sent, {"image": SECRET + "d", "other": "https://files/b.png"})


def test_links_stand_at_their_pointers_and_nowhere_else() -> None:
    payload = {"elements": [{"frontal": "asset:sha256:0"}], "prompt": "asset"}
    body = fill(payload, {"/elements/0/frontal": "https://a"})
    assert body == {"elements": [{"frontal": "https://a"}], "prompt": "asset"}
    assert unfilled(payload)
    assert not unfilled(body)
    for pointer in ("/elements/1/frontal", "/elements/0/back", "/elements", "/nothing/0", "/"):
        with pytest.raises(PointerError):
            fill(payload, {pointer: "https://a"})


# -- where only prompts are kept ------------------------------------------------------------------


def weak(*doubtful: Intent, history: list[Trace], **more: Any) -> dict[str, Finding]:
    return judge(*doubtful, history=history, keeps_bodies=False, **more)


def test_a_prompt_that_only_one_can_mean_is_enough() -> None:
    shots = {"multi_prompt": [{"prompt": "One."}, {"prompt": "Two."}]}
    found = weak(intent("x", shots), history=[trace("v", text="One.\nTwo."), trace("w", text="3")])
    assert found["x"].id == "v"


def test_a_prompt_that_two_of_ours_share_settles_nothing() -> None:
    one, other = intent("x", {**BODY, "image": "1"}), intent("y", {**BODY, "image": "2"})
    found = weak(one, other, history=[trace("v", text="a")])
    assert {one.verdict for one in found.values()} == {Verdict.UNKNOWN}


def test_as_many_requests_as_takes_of_one_clip_are_theirs() -> None:
    takes = [intent(name, BODY, at=at) for name, at in (("x", 1000), ("y", 1001), ("z", 1002))]
    history = [trace(name, text="a") for name in ("u", "v", "w")]
    found = weak(*takes, history=history)
    assert {one.verdict for one in found.values()} == {Verdict.FOUND}
    assert {one.id for one in found.values()} == {"u", "v", "w"}


def test_more_requests_than_takes_settle_nothing() -> None:
    history = [trace(name, text="a") for name in ("v", "w", "u")]
    found = weak(intent("x", BODY), intent("y", BODY, at=1001), history=history)
    assert {one.verdict for one in found.values()} == {Verdict.UNKNOWN}


def test_fewer_requests_than_takes_are_the_first_takes_and_the_rest_never_arrived() -> None:
    takes = [intent(name, BODY, at=at) for name, at in (("x", 1000), ("y", 1001), ("z", 1002))]
    found = weak(*takes, history=[trace("v", text="a")])
    assert [found[name].verdict for name in "xyz"] == [
        Verdict.FOUND, Verdict.ABSENT, Verdict.ABSENT,
    ]  # fmt: skip
    # What may still be on its way is not taken for absent.
    early = weak(*takes, history=[trace("v", text="a")], now=1010)
    assert [early[name].verdict for name in "xyz"] == [
        Verdict.FOUND, Verdict.UNKNOWN, Verdict.UNKNOWN,
    ]  # fmt: skip


def test_what_is_left_of_an_order_of_takes_belongs_to_the_take_that_is_left() -> None:
    history = [trace("v", text="a"), trace("w", text="a")]
    assert weak(intent("y", BODY), history=history, claimed=frozenset({"v"}))["y"].id == "w"


def test_two_requests_with_our_prompt_settle_nothing() -> None:
    history = [trace("v", text="a"), trace("w", text="a")]
    assert weak(intent("x", BODY), history=history)["x"].verdict is Verdict.UNKNOWN


def test_a_prompt_within_a_longer_one_is_another() -> None:
    history = [trace("v", text="a b")]
    assert weak(intent("x", BODY), history=history)["x"].verdict is Verdict.ABSENT


def test_a_request_without_a_prompt_leaves_the_doubt() -> None:
    assert weak(intent("x", BODY), history=[trace("v")])["x"].verdict is Verdict.UNKNOWN


def test_as_many_requests_as_ours_of_one_prompt_settle_nothing_where_ours_are_different() -> None:
    one, other = intent("x", {**BODY, "image": "1"}), intent("y", {**BODY, "image": "2"})
    found = weak(one, other, history=[trace("v", text="a"), trace("w", text="a")])
    assert {one.verdict for one in found.values()} == {Verdict.UNKNOWN}


def test_an_older_request_with_our_prompt_is_passed_over() -> None:
    history = [trace("v", text="a", at=100), trace("w", text="a"), trace("u", text="a", at=1002)]
    assert weak(intent("x", BODY), history=history[:2])["x"].id == "w"
    assert weak(intent("x", BODY), intent("y", BODY, at=1001), history=history)["x"].id == "w"


# -- a clock that was set back --------------------------------------------------------------------


def test_a_clock_that_was_set_back_promises_no_end_and_releases_nothing() -> None:
    found = judge(intent("x", BODY, at=3_500_000.0), history=[], now=2000.0)["x"]
    assert found.verdict is Verdict.UNKNOWN
    assert "clock was set back" in found.why
    assert not any(character.isdigit() for character in found.why)


def test_a_clock_that_was_set_back_a_little_never_says_more_than_the_grace() -> None:
    found = judge(intent("x", BODY, at=2030.0), history=[], now=2000.0)["x"]
    assert found.verdict is Verdict.UNKNOWN
    assert "for 100 s" in found.why


@pytest.mark.parametrize(("late", "verdict"), [(101.0, Verdict.ABSENT), (99.0, Verdict.UNKNOWN)])
def test_behind_a_clock_that_was_set_back_the_vendors_clock_says_when_the_grace_is_over(
    late: float, verdict: Verdict
) -> None:
    others = [trace("v", {"prompt": "b"}, at=90_000.0 + SKEW + late)]
    found = judge(intent("x", BODY, at=90_000.0), history=others, now=2000.0)["x"]
    assert found.verdict is verdict


def test_the_vendors_clock_shortens_no_grace_that_our_own_can_tell() -> None:
    # Ours is an hour slow, and was so when the request was sent: a minute ago.
    others = [trace("v", {"prompt": "b"}, at=1000.0 + 3660.0)]
    found = judge(intent("x", BODY, at=1000.0), history=others, now=1060.0)["x"]
    assert found.verdict is Verdict.UNKNOWN


def test_a_clock_that_is_set_back_does_not_keep_a_run_waiting(
    tmp_path: Path, sim: Simulator
) -> None:
    waited, times = [], count(time.time(), -100.0)

    async def pause(seconds: float) -> None:
        waited.append(seconds)
        assert sum(waited) < 100

    async def settle(ledger: Ledger) -> None:
        host = open_host("fal", SIMULATED_KEY, base=f"{sim.url}/fal", simulated=True)
        patience = Patience(first=1, most=2, grace=10)
        doubts = UncertainClips(host, ledger, patience, clock=lambda: next(times), pause=pause)
        await doubts.settle_in_time(["x"], lambda _: None)
        await host.close()

    with Store(folder=tmp_path).open_ledger() as ledger:
        ledger.take_lease()
        ledger.intend(replace(intent("x", BODY).order, host="fal"), "r", {})
        ledger.step("x", State.UNCERTAIN)
        asyncio.run(settle(ledger))
        assert ledger.intents(State.UNCERTAIN)
    assert sum(waited) >= 10


# -- the specification, one comparison after the other ------------------------------------------


def plainly(
    doubtful: Sequence[Intent],
    history: Sequence[Trace],
    *,
    claimed: frozenset[str],
    expected: Iterable[str],
    keeps_bodies: bool,
    now: float,
    grace: float,
) -> dict[str, tuple[Verdict, str]]:
    """What ``reconcile`` finds, by comparing every intent with every request of the history."""
    history = list({one.id: one for one in history}.values())
    lags = not set(expected) <= {one.id for one in history}
    rest = [one for one in history if one.id not in claimed]
    left = {one.digest: one for one in doubtful}
    found: dict[str, tuple[Verdict, str]] = {}
    for one in sorted(doubtful, key=lambda one: one.intended_at):
        timely = [each for each in rest if each.at >= one.intended_at - SKEW]
        verdict, name = (by_body if keeps_bodies else by_text)(one, timely, [*left.values()])
        if verdict is Verdict.FOUND:
            rest = [each for each in rest if each.id != name]
            del left[one.digest]
        elif verdict is Verdict.ABSENT:
            time = now
            if one.changed_at > now:
                time = max([now, *(each.at - SKEW for each in history)])
            if lags or time < one.changed_at + grace:
                verdict = Verdict.UNKNOWN
        found[one.digest] = (verdict, name)
    return found


def by_body(one: Intent, timely: Sequence[Trace], _left: Sequence[Intent]) -> tuple[Verdict, str]:
    same = [each for each in timely if each.body is not None and is_same(one, each.body)]
    if same:
        return Verdict.FOUND, min(same, key=lambda each: abs(each.at - one.intended_at)).id
    gap = any(each.body is None for each in timely)
    return (Verdict.UNKNOWN if gap else Verdict.ABSENT), ""


def by_text(one: Intent, timely: Sequence[Trace], left: Sequence[Intent]) -> tuple[Verdict, str]:
    wanted = texts(one.order.payload)
    if not wanted or any(not each.text for each in timely):
        return Verdict.UNKNOWN, ""
    same = [each for each in timely if is_made_of(each.text or "", wanted)]
    if not same:
        return Verdict.ABSENT, ""
    rivals = [each for each in left if texts(each.order.payload) == wanted]
    are_takes = len({canonical(each.order.payload) for each in rivals}) == 1
    if len(same) > len(rivals) or not are_takes:
        return Verdict.UNKNOWN, ""
    return Verdict.FOUND, same[0].id


def is_made_of(text: str, wanted: Sequence[str]) -> bool:
    for part in wanted:
        before, found, text = text.partition(part) if part else ("", "", text)
        if found != part or any(map(str.isalnum, before)):
            return False
    return not any(map(str.isalnum, text))


PROMPTS = ["a", "b", "a b", "a, b", "ab", "…", "a\nb"]
TIMES = st.sampled_from([0.0, 400.0, 401.0, 900.0, 999.5, 1000.0, 1000.5, 1001.0, 1700.0, 9000.0])
SENT: st.SearchStrategy[dict[str, Any]] = st.one_of(
    st.fixed_dictionaries(
        {"prompt": st.sampled_from(PROMPTS)},
        optional={
            "cfg": st.sampled_from([1, 1.0, True, None]),
            "image": st.sampled_from(["asset:sha256:0", "https://files/b.png"]),
            "more": st.sampled_from([{}, {"x": 1}, {"x": 1, "y": []}]),
        },
    ),
    st.fixed_dictionaries(
        {
            "shots": st.lists(
                st.fixed_dictionaries({"prompt": st.sampled_from(PROMPTS)}),
                min_size=1,
                max_size=2,
            )
        }
    ),
    st.just({}),
)
LINKS = st.sampled_from([SECRET, "https://files/a.png"])


@st.composite
def situations(draw: st.DrawFn) -> dict[str, Any]:
    bodies = draw(st.lists(SENT, min_size=1, max_size=4))
    doubtful = []
    for number in range(draw(st.integers(0, 7))):
        payload = draw(st.sampled_from(bodies))
        links = (
            recorded({"/image": draw(LINKS)}) if payload.get("image", "").startswith("a") else {}
        )
        one = intent(f"d{number}", payload, at=draw(TIMES))
        doubtful.append(replace(one, links=links, changed_at=draw(TIMES)))
    history = []
    for _ in range(draw(st.integers(0, 9))):
        body = draw(st.none() | st.sampled_from(bodies) | SENT)
        if body is not None:
            extra: dict[str, Any]
            extra = draw(st.sampled_from([{}, {"seed": 1}, {"seed": 2}, {"image": SECRET}]))
            body = fill(body, {"/image": draw(LINKS)} if "image" in body else {}) | extra
        text = draw(st.none() | st.sampled_from([*PROMPTS, "a\n\na b", "c", "b!", ""]))
        # Pages of a history may overlap: an id can be there twice.
        name = f"v{draw(st.integers(0, 12))}"
        history.append(Trace(id=name, endpoint="e", at=draw(TIMES), body=body, text=text))
    names = st.frozensets(st.sampled_from([f"v{number}" for number in range(13)]), max_size=2)
    return {
        "doubtful": doubtful,
        "history": history,
        "claimed": draw(names),
        "expected": draw(st.sampled_from([(), (), ("v0",)])),
        "keeps_bodies": draw(st.booleans()),
        "now": draw(TIMES),
        "grace": draw(st.sampled_from([0.0, 100.0])),
    }


@settings(deadline=None, max_examples=600)
@given(situations())
def test_the_verdicts_are_those_of_comparing_each_with_each(situation: dict[str, Any]) -> None:
    found = reconcile(**situation)
    assert {name: (one.verdict, one.id) for name, one in found.items()} == plainly(**situation)
    for one in found.values():
        assert bool(one.why) is (one.verdict is Verdict.UNKNOWN)


class Counted(dict[str, Any]):
    """A body that counts how often it is looked at."""

    looks = 0

    def __contains__(self, name: object) -> bool:
        Counted.looks += 1
        return super().__contains__(name)


@pytest.mark.parametrize("prompts", [2000, 1])
def test_thousands_of_doubts_are_not_compared_each_with_each(prompts: int) -> None:
    most = 2000
    bodies = [{"prompt": f"p{number % prompts}", "duration": "5"} for number in range(most)]
    doubtful = [intent(f"d{n}", body, at=1000.0 + n) for n, body in enumerate(bodies)]
    history = [trace(f"v{n}", Counted(body), at=1001.0 + n) for n, body in enumerate(bodies)]
    Counted.looks = 0
    found = judge(*doubtful, history=history[::-1], now=9e9)
    assert len({one.id for one in found.values()}) == most
    assert all(one.verdict is Verdict.FOUND for one in found.values())
    assert Counted.looks <= 2 * most
