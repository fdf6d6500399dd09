"""A plan is the same value on both sides of its JSON, and what is not so is named by its place."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from msgspec.structs import replace
from planned_requests import planned_request

from storyboard.api import Project
from storyboard.compiler.film import Shot
from storyboard.compiler.shot_digest import ShotDigests
from storyboard.plan import Plan, PlanError
from storyboard.plan.file import encode
from storyboard.plan.model import PlanTotals
from storyboard.plan.reason import Action, PayloadChange, PlaceInFile, Reason, ReasonCode
from storyboard.targets.schemas import read_schema
from storyboard.values.sums import Total, total, total_by_currency
from storyboard.values.units import Money

EXAMPLES = sorted((Path(__file__).parents[2] / "examples").glob("*/*.plan.json"))
REASONS = [
    *(
        Reason(code=code)
        for code in ("new", "again", "paid", "same", "waiting", "uncertain", "lost")
    ),
    Reason(code=ReasonCode.REFUSED, problem="no faces"),
    Reason(code=ReasonCode.REFUSED),
    Reason(code=ReasonCode.WAITS, needs="arrival/climb"),
    Reason(
        code=ReasonCode.CHANGED,
        changes=(
            PayloadChange(field="prompt", shot="a/1", old="a boat", new="a ship"),
            PayloadChange(field="pictures", shot="a/1", member="mara"),
            PayloadChange(field="shot", shot="a/1", span=PlaceInFile("film.yaml", 9, 7)),
        ),
    ),
]


@pytest.fixture(scope="module")
def film(tmp_path_factory: pytest.TempPathFactory) -> Plan:
    path = tmp_path_factory.mktemp("film") / "storyboard.yaml"
    path.write_text(
        "storyboard: 1\nbudget: 9 USD\nscenes:\n  - shots:\n      - {prompt: A boat., take: 2}\n"
        "      - {prompt: Gulls., seam: continue}\n"
    )
    made, _ = Project(str(path)).plan()
    assert made.requests
    return made


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_a_stored_plan_is_read_and_written_as_it_was(path: Path) -> None:
    text = path.read_text("utf-8")
    assert encode(Plan.from_json(json.loads(text))) == text


def test_a_plan_without_requests_is_read_as_it_was_written(tmp_path: Path) -> None:
    (tmp_path / "film.yaml").write_text("- no storyboard\n")
    made, _ = Project(str(tmp_path / "film.yaml")).plan()
    assert made.target is None
    assert Plan.from_json(json.loads(encode(made))) == made


@pytest.mark.parametrize("reason", REASONS, ids=lambda reason: reason.code)
def test_every_reason_is_what_the_schema_says_and_comes_back(reason: Reason, film: Plan) -> None:
    first = replace(film.requests[0], reason=replace(reason, code=ReasonCode(reason.code)))
    changed = replace(film, requests=(first, *film.requests[1:]))
    written = json.loads(encode(changed))
    assert list(Draft202012Validator(read_schema("plan.schema.json")).iter_errors(written)) == []
    assert Plan.from_json(written) == changed


def test_a_reason_has_the_facts_of_its_code_and_no_others(film: Plan) -> None:
    for wrong in (
        {"code": "new", "problem": "x"},
        {"code": "waits"},
        {"code": "changed", "for": "a"},
        {"code": "vanished"},
        {},
    ):
        written = film.to_json()
        written["requests"][0]["reason"] = wrong
        schema = Draft202012Validator(read_schema("plan.schema.json"))
        assert not schema.is_valid(written), wrong
        with pytest.raises(PlanError, match="/requests/0/reason"):
            Plan.from_json(written)


def test_a_plan_whose_reason_is_a_text_is_to_be_made_again(film: Plan) -> None:
    written = film.to_json()
    written["requests"][1]["reason"] = "new"
    with pytest.raises(PlanError, match=r"at /requests/1/reason: .* this is a text; .*plan again"):
        Plan.from_json(written)


def _places(value: Any, pointer: str = "") -> Iterator[tuple[str, Any, Any]]:
    """Every value in a plan's JSON: its pointer, what holds it, and its key there."""
    if pointer.endswith(("/payload", "/tokens")) or pointer.startswith("/diagnostics/"):
        return  # objects of any members
    for key, inner in [*(value.items() if isinstance(value, dict) else enumerate(value))]:
        key_in_pointer = str(key).replace("/", "~1")
        yield f"{pointer}/{key_in_pointer}", value, key
        if isinstance(inner, dict | list):
            yield from _places(inner, f"{pointer}/{key_in_pointer}")


def _refusal(written: Any) -> str:
    """What is said of a plan that cannot be read; empty where it can."""
    try:
        Plan.from_json(written)
    except PlanError as error:
        return str(error)
    return ""


def test_whatever_is_lost_or_of_another_type_is_named_by_its_pointer(film: Plan) -> None:
    written = json.loads(encode(film))
    seen = 0
    for pointer, holder, key in _places(written):
        before = holder[key]
        # A row of a map is named as a whole.
        place = re.sub(r"(/map/[0-9]+)/[0-9]+$", r"\1", pointer)
        for wrong in (Decimal, 1.5, ["x"], {"x": 1}):
            if isinstance(wrong, dict) and pointer.endswith(("/payload", "/tokens")):
                continue
            if wrong == 1.5 and re.fullmatch(r"/timeline/[0-9]+/(in|out)", pointer):
                continue  # seconds of a clip need not be whole
            if wrong == ["x"] and pointer.endswith(("/aspect_ratios", "/pointers")):
                continue
            holder[key] = wrong
            assert f" at {place}" in _refusal(written), (pointer, wrong)
        if isinstance(holder, dict):
            del holder[key]
            assert f" at {pointer.rpartition('/')[0]}" in _refusal(written), pointer
            holder["unheard"] = holder[key] = before
            # Targets may have any id.
            assert pointer.startswith("/targets/fal~1kling-o3-pro") or "/unheard" in _refusal(
                written
            )
            del holder["unheard"]
        holder[key] = before
        seen += 1
    assert seen > 150
    assert Plan.from_json(written) == film


@pytest.mark.parametrize("value", [None, [], "plan", 1, {}])
def test_what_is_no_plan_at_all_is_refused(value: Any) -> None:
    with pytest.raises(PlanError, match="plan again"):
        Plan.from_json(value)


def test_a_price_that_is_not_known_is_none_and_never_nothing(film: Plan) -> None:
    one = replace(film.requests[0], cost=None)
    whole = total([(one.seconds, one.money), (3, Money(Decimal("0.30"), "USD"))], "USD")
    assert (whole.money, whole.known, whole.unknown) == (None, Decimal("0.30"), 1)
    sums = dict.fromkeys(Action, whole)
    totals = PlanTotals(requests=2, seconds=whole.seconds, actions=sums, scenes=())
    changed = replace(film, requests=(one,), totals=totals)
    written = json.loads(encode(changed))
    assert written["requests"][0]["cost"] == "unknown"
    assert written["totals"]["generate"] == {
        "requests": 2,
        "seconds": whole.seconds,
        "cost": "unknown",
        "known": {"amount": "0.30", "currency": "USD"},
        "unknown_requests": 1,
    }
    assert Plan.from_json(written) == changed


# -- sums -----------------------------------------------------------------------------------------


def test_a_sum_of_nothing_is_nothing_and_known() -> None:
    assert total((), "USD") == Total(
        requests=0, seconds=0, known=Decimal(0), unknown=0, currency="USD"
    )


def test_currencies_do_not_add_up() -> None:
    dollars, yuan = Money(Decimal(1), "USD"), Money(Decimal(2), "CNY")
    with pytest.raises(ValueError, match="do not add up"):
        total([(5, dollars), (5, yuan)], "USD")
    assert total_by_currency([yuan, None, dollars, yuan]) == (Money(Decimal(4), "CNY"), dollars)


# -- types ----------------------------------------------------------------------------------------


def test_a_misspelt_member_of_a_plan_does_not_pass_the_type_checker(tmp_path: Path) -> None:
    (tmp_path / "reads.py").write_text(
        "from storyboard.plan import Plan\n\n"
        "def right(plan: Plan) -> object:\n    return plan.totals.seconds\n\n"
        "def wrong(plan: Plan) -> object:\n    return plan.totals.secnds\n"
    )
    done = subprocess.run(
        [sys.executable, "-m", "mypy", "--strict", "--follow-imports=silent", "reads.py"],
        cwd=tmp_path, capture_output=True, text=True, check=False,
    )  # fmt: skip
    (found, _) = done.stdout.splitlines()
    assert found.startswith('reads.py:7: error: "PlanTotals" has no attribute "secnds"')


def test_a_request_of_a_test_is_as_the_planner_makes_them() -> None:
    one = planned_request("b", "a")
    assert one.depends_on[0].shot == "a"
    assert one.to_json()["cost"]["amount"] == "0.70"


def test_the_manual_has_every_code_of_a_reason() -> None:
    text = (Path(__file__).parents[2] / "README.md").read_text("utf-8")
    table = text.partition("| code | is said of a request |")[2].partition("\n\n")[0]
    assert re.findall(r"^\| `(\w+)`", table, re.MULTILINE) == [code.value for code in ReasonCode]


def test_what_only_a_written_plan_tells_is_made_when_it_is_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    counted: list[str] = []
    of_shot = ShotDigests._content

    def count(digests: ShotDigests, shot: Shot) -> dict[str, Any]:
        counted.append(shot.address)
        return of_shot(digests, shot)

    monkeypatch.setattr(ShotDigests, "_content", count)
    path = tmp_path / "storyboard.yaml"
    path.write_text("storyboard: 1\nscenes:\n  - shots: [A boat., Gulls.]\n")
    made, _ = Project(str(path)).plan()
    assert not counted
    encode(made)
    assert counted == ["1/1", "1/2"]
