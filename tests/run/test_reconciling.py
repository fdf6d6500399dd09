"""A doubt is settled by the vendor's history alone, and only where it leaves none."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from storyboard.ledger import Intent, Order, State
from storyboard.run.bodies import PointerError, fill, is_same, recorded, unfilled
from storyboard.run.hosts.types import Trace
from storyboard.run.reconciling import Finding, Verdict, reconcile
from storyboard.units import Money

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
    given = {
        "claimed": frozenset[str](),
        "expected": (),
        "keeps_bodies": True,
        "now": 2000.0,
        "grace": 100.0,
    }
    return reconcile(doubtful, history, **given | more)


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


@pytest.mark.parametrize("names", [("v",), ("v", "w", "u")])
def test_more_or_fewer_requests_than_takes_settle_nothing(names: tuple[str, ...]) -> None:
    history = [trace(name, text="a") for name in names]
    found = weak(intent("x", BODY), intent("y", BODY, at=1001), history=history)
    assert {one.verdict for one in found.values()} == {Verdict.UNKNOWN}


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
