"""What is in doubt is settled by the vendor's history alone, and absent only on evidence."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from storyboard.hosts.protocol import Trace
from storyboard.ledger import Intent, Order, Receipt, State
from storyboard.plan.request_body import PointerError, fill, is_same, recorded, texts, unfilled
from storyboard.run.findings import SKEW, DoubtfulOrder, Finding, HistoryAnswer, Verdict
from storyboard.run.reconcile import reconcile, since
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


def ours(
    name: str, body: dict[str, Any], at: float = 1050.0, state: State = State.STORED
) -> Intent:
    """An intent whose order the vendor has surely taken."""
    return replace(intent(name, body, at=at), state=state, receipt=Receipt(id=name))


OURS = {"prompt": "Quite another thing. It is ours.", "duration": "3"}
LATER = trace("ours", OURS, at=1500.0)
"""A row of ours from long after the attempt, as it was sent."""


def judge(
    *doubtful: Intent,
    history: Sequence[Trace],
    ended_at: float | None = 1010.0,
    grace: float = 100.0,
    outlived: bool = True,
    followed: bool = False,
    **more: Any,
) -> dict[str, Finding]:
    """The findings where all the evidence for an absence is there, but for what is said."""
    usual: dict[str, Any] = {
        "claimed": frozenset({"ours"}),
        "ours": (ours("ours", OURS),),
        "rows": [*history, LATER],
    }
    doubts = [
        DoubtfulOrder(intent=one, ended_at=ended_at, has_outlived=outlived, is_followed=followed)
        for one in doubtful
    ]
    return reconcile(doubts, HistoryAnswer(**usual | more), grace=grace)


BODY = {"prompt": "The sea lies flat. A gull turns back.", "duration": "5", "audio": False}
OTHER = {"prompt": "A street at noon.", "duration": "5", "audio": False}


def test_the_same_body_is_found_also_with_the_vendors_defaults_added() -> None:
    found = judge(intent("x", BODY), history=[trace("v", {**BODY, "cfg": 0.5})])
    assert found["x"] == Finding(verdict=Verdict.FOUND, id="v")


# -- absence needs all of its evidence ------------------------------------------------------------


def test_an_order_is_absent_where_all_evidence_is_there() -> None:
    assert judge(intent("x", BODY), history=[])["x"].verdict is Verdict.ABSENT
    assert judge(intent("x", BODY), history=[trace("v", OTHER)])["x"].verdict is Verdict.ABSENT


@pytest.mark.parametrize("at", [900.0, 1009.0, 1109.0])
def test_a_list_that_shows_nothing_from_after_the_attempt_may_be_late(at: float) -> None:
    rows = [trace("ours", OURS, at=at)]
    found = judge(intent("x", BODY), history=[], rows=rows)["x"]
    assert found.verdict is Verdict.UNKNOWN
    assert "late" in found.why
    assert judge(intent("x", BODY), history=[], rows=[])["x"].verdict is Verdict.UNKNOWN


def test_without_an_end_by_the_vendors_clock_an_order_sent_later_must_show() -> None:
    one = intent("x", BODY)
    assert judge(one, history=[], ended_at=None)["x"].verdict is Verdict.UNKNOWN
    assert judge(one, history=[], ended_at=None, followed=True)["x"].verdict is Verdict.ABSENT


def test_a_list_of_finished_orders_proves_nothing_while_the_order_may_be_unfinished() -> None:
    one = intent("x", BODY)
    found = judge(one, history=[], outlived=False)["x"]
    assert found.verdict is Verdict.UNKNOWN
    assert "not finished" in found.why
    waits = trace("w", OURS, at=1400.0, shows_unfinished=True)
    claimed = frozenset({"ours", "w"})
    shown = judge(one, history=[waits], outlived=False, claimed=claimed)
    assert shown["x"].verdict is Verdict.ABSENT
    known = judge(one, history=[], outlived=False, shows_unfinished=True)
    assert known["x"].verdict is Verdict.ABSENT


def test_nothing_is_absent_from_a_list_that_lacks_what_was_taken() -> None:
    lost = (ours("ours", OURS), ours("w", OTHER))
    claimed = frozenset({"ours", "w"})
    one = intent("x", BODY)
    found = judge(one, history=[], ours=lost, claimed=claimed)["x"]
    assert (found.verdict, "late" in found.why) == (Verdict.UNKNOWN, True)
    # A list of finished orders lacks one that is not over, and is not late for that.
    runs = (ours("ours", OURS), ours("w", OTHER, state=State.RUNNING))
    assert judge(one, history=[], ours=runs, claimed=claimed)["x"].verdict is Verdict.ABSENT
    shown = judge(one, history=[], ours=runs, claimed=claimed, shows_unfinished=True)
    assert shown["x"].verdict is Verdict.UNKNOWN


@pytest.mark.parametrize("at", [1000.0, 1114.0, 1001.0 - SKEW])
def test_where_the_vendor_is_not_known_to_keep_bodies_any_row_of_that_time_may_be_ours(
    at: float,
) -> None:
    rows = [trace("v", OTHER, at=at), trace("ours", {**OURS, "duration": 3}, at=1500.0)]
    found = judge(intent("x", BODY), history=[], rows=rows)["x"]
    assert found.verdict is Verdict.UNKNOWN
    assert [row.id for row in found.rows] == ["v"]
    assert judge(intent("x", BODY), history=[trace("v", OTHER)], ours=())["x"].rows


@pytest.mark.parametrize("at", [1116.0, 999.0 - SKEW])
def test_rows_of_another_time_are_not_ours(at: float) -> None:
    rows = [trace("v", OTHER, at=at), trace("ours", {**OURS, "duration": 3}, at=1500.0)]
    assert judge(intent("x", BODY), history=[], rows=rows)["x"].verdict is Verdict.ABSENT


@pytest.mark.parametrize(
    "body",
    [
        {**BODY, "duration": "15"},
        {"prompt": "A gull turns back. Rain."},
        {"prompt": "THE SEA LIES FLAT!"},
        {},
    ],
)
def test_a_row_that_shares_a_sentence_or_has_none_may_be_ours_also_where_bodies_are_kept(
    body: dict[str, Any],
) -> None:
    found = judge(intent("x", BODY), history=[trace("v", body)])["x"]
    assert found.verdict is Verdict.UNKNOWN
    assert "may be this order" in found.why


def test_a_row_without_its_body_may_be_ours() -> None:
    found = judge(intent("x", BODY), history=[trace("v")])["x"]
    assert (found.verdict, found.rows[0].likeness) == (Verdict.UNKNOWN, None)


def test_the_likeliest_rows_are_told_first() -> None:
    rows = [trace("half", {"prompt": "A gull turns back. Rain."}), trace("none", OTHER), trace("n")]
    found = judge(intent("x", BODY), history=rows, ours=())["x"]
    assert [(row.id, row.likeness) for row in found.rows] == [
        ("half", 0.5), ("none", 0.0), ("n", None),
    ]  # fmt: skip


# -- a history in another form --------------------------------------------------------------------

TAGGED = {
    "prompt": "@Element1 climbs the stairs. @Element2 waits below.",
    "duration": "5",
    "audio": False,
    "elements": [{"frontal": "https://files/a.png"}],
}
RESTATED: list[dict[str, Any]] = [
    {**TAGGED, "duration": 5},
    {**TAGGED, "duration": "5s", "audio": "false"},
    {"prompt": TAGGED["prompt"]},
    {**TAGGED, "prompt": "<<<element_1>>> climbs the stairs. <<<element_2>>> waits below."},
    {**TAGGED, "prompt": "@Element1 climbs the stairs. @El…"},
    {**TAGGED, "elements": [{"frontal": "https://elsewhere/1"}]},
    {**TAGGED, "elements": None},
]


@pytest.mark.parametrize("body", RESTATED)
@pytest.mark.parametrize("others", [(), ("ours",)])
def test_an_order_that_is_kept_in_another_form_is_found(
    body: dict[str, Any], others: tuple[str, ...]
) -> None:
    changed = trace("ours", {**OURS, "duration": 3}, at=1500.0)
    rows = [trace("v", body), trace("w", OTHER), *([changed] if others else [])]
    known = (ours("ours", OURS),) if others else ()
    found = judge(intent("x", TAGGED), history=[], rows=rows, ours=known)["x"]
    assert (found.verdict, found.id) == (Verdict.FOUND, "v")


@pytest.mark.parametrize("body", RESTATED)
def test_an_order_in_another_form_is_no_order_of_ours_where_bodies_are_kept(
    body: dict[str, Any],
) -> None:
    assert judge(intent("x", TAGGED), history=[trace("v", body)])["x"].verdict is Verdict.UNKNOWN


@pytest.mark.parametrize(
    "body",
    [
        {**TAGGED, "duration": 10},
        {**TAGGED, "audio": True},
        {**TAGGED, "prompt": "@Element1 climbs"},
        {**TAGGED, "prompt": "@Element1 climbs the stairs. Rain."},
        {**TAGGED, "elements": [{"frontal": "https://files/a.png"}] * 2},
    ],
)
def test_what_speaks_against_it_is_not_adopted_and_not_passed_over(body: dict[str, Any]) -> None:
    found = judge(intent("x", TAGGED), history=[trace("v", body)], ours=())["x"]
    assert found.verdict is Verdict.UNKNOWN


def test_two_that_can_be_the_same_row_are_not_told_apart() -> None:
    one = intent("x", TAGGED)
    other = intent("y", {**TAGGED, "elements": [{"frontal": "https://files/b.png"}]})
    rows = [trace("v", RESTATED[5]), trace("w", RESTATED[5])]
    found = judge(one, other, history=rows, ours=())
    assert {finding.verdict for finding in found.values()} == {Verdict.UNKNOWN}
    assert "which is which" in found["x"].why
    # Of three rows that can be one order, none is taken.
    rows = [trace(name, RESTATED[0]) for name in ("u", "v")]
    assert judge(one, history=rows, ours=())["x"].verdict is Verdict.UNKNOWN


def test_takes_of_one_clip_are_found_in_as_many_rows() -> None:
    takes = [intent(name, TAGGED, at=at) for name, at in (("x", 1000), ("y", 1001))]
    rows = [trace(name, RESTATED[0]) for name in ("v", "w")]
    found = judge(*takes, history=rows, ours=())
    assert {one.id for one in found.values()} == {"v", "w"}


# -- claims ---------------------------------------------------------------------------------------


def test_what_another_intent_has_is_not_adopted() -> None:
    found = judge(intent("x", BODY), history=[trace("v", BODY)], claimed=frozenset({"v", "ours"}))
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
    history = [trace("v", BODY, at=999 - SKEW)]
    assert judge(intent("x", BODY), history=history)["x"].verdict is Verdict.ABSENT


@pytest.mark.parametrize("wrong", [3600.0, -3600.0])
def test_an_order_is_found_though_the_clocks_are_an_hour_apart(wrong: float) -> None:
    one = intent("x", BODY, at=10_000.0 + wrong)
    assert since([one]) < 10_000.0
    history = [trace("v", BODY, at=10_000.0), trace("ours", OURS, at=10_500.0)]
    assert judge(one, history=history, rows=history)["x"].id == "v"


def test_a_clock_that_is_known_to_be_ahead_makes_the_history_reach_farther_back() -> None:
    one = intent("x", BODY, at=100_000.0)
    assert since([one], (), 50_000.0) < 50_000.0
    assert since([one], (), -50_000.0) == since([one])


def test_a_link_that_is_a_secret_is_known_again_by_its_digest() -> None:
    links = recorded({"/image": SECRET, "/other": "https://files/b.png"})
    assert "abc" not in str(links)
    sent = intent("x", {"image": "asset:sha256:0", "other": "asset:sha256:1"})
    sent = Intent(order=sent.order, state=sent.state, run="r", links=links, intended_at=1000.0)
    assert is_same(sent, {"image": SECRET, "other": "https://files/b.png"})
    assert not is_same(sent, {"image": SECRET + "d", "other": "https://files/b.png"})


def test_links_stand_at_their_pointers_and_nowhere_else() -> None:
    payload = {"elements": [{"frontal": "asset:sha256:" + "0" * 64}], "prompt": "asset"}
    body = fill(payload, {"/elements/0/frontal": "https://a"})
    assert body == {"elements": [{"frontal": "https://a"}], "prompt": "asset"}
    assert unfilled(payload)
    assert not unfilled(body)
    for pointer in ("/elements/1/frontal", "/elements/0/back", "/elements", "/nothing/0", "/"):
        with pytest.raises(PointerError):
            fill(payload, {pointer: "https://a"})


# -- where only prompts are kept ------------------------------------------------------------------


def weak(*doubtful: Intent, history: list[Trace], **more: Any) -> dict[str, Finding]:
    rows = [*history, trace("ours", text=str(OURS["prompt"]), at=1500.0)]
    return judge(*doubtful, history=[], **{"rows": rows, "keeps_bodies": False} | more)


LETTER = {"prompt": "a", "duration": "5"}


def test_a_prompt_that_only_one_can_mean_is_enough() -> None:
    shots = {"multi_prompt": [{"prompt": "One."}, {"prompt": "Two."}]}
    found = weak(intent("x", shots), history=[trace("v", text="One.\nTwo."), trace("w", text="3")])
    assert found["x"].id == "v"


def test_a_prompt_that_two_of_ours_share_settles_nothing() -> None:
    one, other = intent("x", {**LETTER, "image": "1"}), intent("y", {**LETTER, "image": "2"})
    found = weak(one, other, history=[trace("v", text="a")])
    assert {one.verdict for one in found.values()} == {Verdict.UNKNOWN}


def test_as_many_requests_as_takes_of_one_clip_are_theirs() -> None:
    takes = [intent(name, LETTER, at=at) for name, at in (("x", 1000), ("y", 1001), ("z", 1002))]
    history = [trace(name, text="a") for name in ("u", "v", "w")]
    found = weak(*takes, history=history)
    assert {one.verdict for one in found.values()} == {Verdict.FOUND}
    assert {one.id for one in found.values()} == {"u", "v", "w"}


def test_more_requests_than_takes_settle_nothing() -> None:
    history = [trace(name, text="a") for name in ("v", "w", "u")]
    found = weak(intent("x", LETTER), intent("y", LETTER, at=1001), history=history)
    assert {one.verdict for one in found.values()} == {Verdict.UNKNOWN}


def test_fewer_requests_than_takes_are_the_first_takes_and_the_rest_never_arrived() -> None:
    takes = [intent(name, LETTER, at=at) for name, at in (("x", 1000), ("y", 1001), ("z", 1002))]
    found = weak(*takes, history=[trace("v", text="a")])
    assert [found[name].verdict for name in "xyz"] == [
        Verdict.FOUND, Verdict.ABSENT, Verdict.ABSENT,
    ]  # fmt: skip


def test_what_is_left_of_an_order_of_takes_belongs_to_the_take_that_is_left() -> None:
    history = [trace("v", text="a"), trace("w", text="a")]
    assert (
        weak(intent("y", LETTER), history=history, claimed=frozenset({"v", "ours"}))["y"].id == "w"
    )


def test_two_requests_with_our_prompt_settle_nothing() -> None:
    history = [trace("v", text="a"), trace("w", text="a")]
    assert weak(intent("x", LETTER), history=history)["x"].verdict is Verdict.UNKNOWN


def test_a_prompt_within_a_longer_one_is_another() -> None:
    history = [trace("v", text="a b")]
    assert weak(intent("x", LETTER), history=history)["x"].verdict is Verdict.ABSENT


def test_a_request_without_a_prompt_leaves_the_doubt() -> None:
    assert weak(intent("x", LETTER), history=[trace("v")])["x"].verdict is Verdict.UNKNOWN


def test_as_many_requests_as_ours_of_one_prompt_settle_nothing_where_ours_are_different() -> None:
    one, other = intent("x", {**LETTER, "image": "1"}), intent("y", {**LETTER, "image": "2"})
    found = weak(one, other, history=[trace("v", text="a"), trace("w", text="a")])
    assert {one.verdict for one in found.values()} == {Verdict.UNKNOWN}


def test_an_older_request_with_our_prompt_is_passed_over() -> None:
    history = [trace("v", text="a", at=-5000), trace("w", text="a"), trace("u", text="a", at=1002)]
    assert weak(intent("x", LETTER), history=history[:2])["x"].id == "w"
    assert weak(intent("x", LETTER), intent("y", LETTER, at=1001), history=history)["x"].id == "w"


def test_a_prompt_that_was_cut_short_is_enough_where_it_can_be_one_alone() -> None:
    rows = [trace("v", text="The sea lies flat. A g..."), trace("w", text="A street at noon.")]
    found = weak(intent("x", BODY), history=[], rows=rows, ours=())
    assert (found["x"].verdict, found["x"].id) == (Verdict.FOUND, "v")


# -- the specification, one comparison after the other ------------------------------------------


def plainly(
    doubts: Sequence[DoubtfulOrder], answer: HistoryAnswer, *, grace: float
) -> dict[str, tuple[Verdict, str]]:
    """What ``reconcile`` finds of bodies and prompts that were kept as they were sent."""
    history = list({one.id: one for one in answer.rows}.values())
    rest = [one for one in history if one.id not in answer.claimed]
    ordered = sorted(doubts, key=lambda one: one.intent.intended_at)
    left = {one.intent.digest: one.intent for one in ordered}
    found: dict[str, tuple[Verdict, str]] = {}
    ends = {
        doubt.intent.digest: min(
            [doubt.intent.intended_at, *([] if doubt.ended_at is None else [doubt.ended_at])]
        )
        - SKEW
        for doubt in ordered
    }
    for one in (doubt.intent for doubt in ordered):
        by = by_body if answer.keeps_bodies else by_text
        earliest = ends[one.digest] if answer.keeps_bodies else one.intended_at - SKEW
        timely = [each for each in rest if each.at >= earliest]
        verdict, name = by(one, timely, [*left.values()])
        if verdict is Verdict.ABSENT:
            continue
        found[one.digest] = (verdict, name)
        if verdict is Verdict.FOUND:
            rest = [each for each in rest if each.id != name]
            del left[one.digest]
    ids = {one.id for one in history}
    shows = answer.shows_unfinished or any(one.shows_unfinished for one in history)
    for doubt in ordered:
        one = doubt.intent
        if one.digest in found:
            continue
        after = float("inf") if doubt.ended_at is None else doubt.ended_at + grace
        latest = after + 5.0
        is_current = doubt.is_followed or any(each.at >= after for each in history)
        is_shown = shows or doubt.has_outlived
        lags = any(each.receipt and each.receipt.id not in ids for each in answer.ours)
        mine = [each for each in rest if ends[one.digest] <= each.at <= latest]
        rivals = [each for each in mine if may_be(one, each)]
        is_absent = is_current and is_shown and not lags and not rivals
        found[one.digest] = (Verdict.ABSENT if is_absent else Verdict.UNKNOWN, "")
    return found


def may_be(one: Intent, row: Trace) -> bool:
    """Whether a row that is not ours can be, at a vendor that keeps what was sent."""
    said = " ".join(texts(row.body) if row.body is not None else [row.text or ""])
    wanted, kept = words(" ".join(texts(one.order.payload))), words(said)
    return not wanted or not kept or bool(wanted & kept)


def words(text: str) -> set[str]:
    """The sentences of a text by their letters; the prompts below have no two in one line."""
    parts = text.replace("\n", ".").replace("!", ".").replace("…", ".").split(".")
    return {"".join(filter(str.isalnum, part)) for part in parts} - {""}


def by_body(one: Intent, timely: Sequence[Trace], _left: Sequence[Intent]) -> tuple[Verdict, str]:
    same = [each for each in timely if each.body is not None and is_same(one, each.body)]
    if same:
        return Verdict.FOUND, min(same, key=lambda each: abs(each.at - one.intended_at)).id
    return Verdict.ABSENT, ""


def by_text(one: Intent, timely: Sequence[Trace], left: Sequence[Intent]) -> tuple[Verdict, str]:
    wanted = texts(one.order.payload)
    same = [each for each in timely if each.text and wanted and is_made_of(each.text, wanted)]
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
TIMES = st.sampled_from([0.0, 400.0, 900.0, 999.5, 1000.0, 1000.5, 1100.0, 1700.0, 4900.0, 9000.0])
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
    doubts = []
    for number in range(draw(st.integers(0, 7))):
        payload = draw(st.sampled_from(bodies))
        links = (
            recorded({"/image": draw(LINKS)}) if payload.get("image", "").startswith("a") else {}
        )
        one = intent(f"d{number}", payload, at=draw(TIMES))
        doubts.append(
            DoubtfulOrder(
                intent=replace(one, links=links),
                ended_at=draw(st.none() | TIMES),
                is_followed=draw(st.booleans()),
                has_outlived=draw(st.booleans()),
            )
        )
    history = [trace("ours", OURS, at=draw(TIMES), text=OURS["prompt"])]
    for _ in range(draw(st.integers(0, 9))):
        body = draw(st.none() | st.sampled_from(bodies) | SENT)
        if body is not None:
            extra: dict[str, Any]
            extra = draw(st.sampled_from([{}, {"seed": 1}, {"seed": 2}, {"image": SECRET}]))
            body = fill(body, {"/image": draw(LINKS)} if "image" in body else {}) | extra
        text = draw(st.none() | st.sampled_from([*PROMPTS, "a\n\na b", "c", "b!", ""]))
        # Pages of a history may overlap: an id can be there twice.
        name = f"v{draw(st.integers(0, 12))}"
        shows = draw(st.sampled_from([False, False, True]))
        history.append(trace(name, body, at=draw(TIMES), text=text, shows_unfinished=shows))
    names = st.frozensets(st.sampled_from([f"v{number}" for number in range(13)]), max_size=2)
    keeps_bodies = draw(st.booleans())
    if keeps_bodies:
        history = [replace(row, text=None) for row in history]
    else:
        history = [replace(row, body=None) for row in history]
    lost = draw(st.sampled_from([(), (), (ours("v0", OURS),)]))
    answer = HistoryAnswer(
        rows=history,
        claimed=draw(names) | {"ours", "v0" if lost else "ours"},
        # A row of ours that is not as it was sent is for the tests above.
        ours=(ours("ours", OURS), *(() if any(row.id == "v0" for row in history) else lost)),
        keeps_bodies=keeps_bodies,
        shows_unfinished=draw(st.booleans()),
    )
    return {"doubts": doubts, "answer": answer, "grace": draw(st.sampled_from([0.0, 100.0]))}


@settings(deadline=None, max_examples=400)
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
    found = judge(*doubtful, history=history[::-1])
    assert len({one.id for one in found.values()}) == most
    assert all(one.verdict is Verdict.FOUND for one in found.values())
    assert Counted.looks <= 2 * most


OURS_RESTATED = trace("ours", {**OURS, "duration": 3}, at=1500.0)
"""A row of ours, in another form than it was sent."""
SHOTS = {
    "multi_prompt": [
        {"prompt": "The sea lies flat.", "duration": "3"},
        {"prompt": "A gull turns back.", "duration": "5"},
    ],
    "audio": False,
}


def test_a_list_of_shots_that_is_kept_as_its_json_is_found() -> None:
    kept = {**SHOTS, "multi_prompt": canonical(SHOTS["multi_prompt"])}
    found = judge(intent("x", SHOTS), history=[], rows=[trace("v", kept), OURS_RESTATED])["x"]
    assert found == Finding(verdict=Verdict.FOUND, id="v")


@pytest.mark.parametrize(
    ("place", "name", "value"), [(1, "prompt", "A street at noon."), (0, "duration", "4")]
)
def test_other_shots_that_are_kept_as_json_are_not_taken_for_ours(
    place: int, name: str, value: str
) -> None:
    shots = [dict(one) for one in SHOTS["multi_prompt"]]  # type: ignore[attr-defined]
    shots[place][name] = value
    row = trace("v", {"multi_prompt": canonical(shots)})
    found = judge(intent("x", SHOTS), history=[], rows=[row, OURS_RESTATED])["x"]
    assert found.verdict is not Verdict.FOUND


@pytest.mark.parametrize("kept", ["[", "[" * 5000, "{", "null", "[]", '"x"'])
def test_a_text_that_is_no_json_of_shots_is_not_taken_for_ours(kept: str) -> None:
    row = trace("v", {"multi_prompt": kept})
    found = judge(intent("x", SHOTS), history=[], rows=[row, OURS_RESTATED])["x"]
    assert found.verdict is not Verdict.FOUND
