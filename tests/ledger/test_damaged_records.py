"""Whatever happens to lock and ledger, what is paid is never offered for payment without a word.

A film is planned that is paid to the last shot. Then its records are damaged, contradicted, or
written by a newer version: the plan still has nothing to pay, or says why it cannot be known.
"""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from storyboard.api import Project
from storyboard.ledger import PaidOrder, Receipt, State, merge_lock
from storyboard.ledger.store import Store
from storyboard.plan.clips import planned_clips
from storyboard.values.segments import as_asked

FILM = """\
storyboard: 1
target: fal/kling-o3-pro
characters: {pim: {frontal: "https://example.com/pim.png"}}
scenes:
  - id: pier
    shots:
      - {id: gulls, duration: 4s, prompt: "Gulls circle over @pim."}
      - {id: boat, duration: 5s, prompt: A red boat ties up.}
      - {id: rope, duration: 3s, prompt: A rope is thrown.}
  - id: hut
    shots:
      - {id: door, duration: 5s, prompt: The door of a hut opens.}
      - {id: storm, duration: 12s, seam: continue, prompt: Rain comes in.}
"""


@pytest.fixture(scope="module")
def paid(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A film of which everything is paid, by ledger and lock; no clip is here."""
    folder = tmp_path_factory.mktemp("paid")
    (folder / "storyboard.yaml").write_text(FILM)
    plan = Project(str(folder)).plan().plan
    store = Store(folder=folder)
    orders, segments, sent = [], {}, []
    with store.open_ledger() as ledger:
        ledger.take_lease()
        for number, one in enumerate(planned_clips(plan)):
            order, clip, places = one.order, f"{number:064}", as_asked(one.order.shots)
            ledger.intend(order, "r", {})
            ledger.step(order.digest, State.SUBMITTED, receipt=Receipt(id=f"v{number}"))
            ledger.step(order.digest, State.SUCCEEDED)
            ledger.step(order.digest, State.STORED, clip=clip, segments=places)
            orders.append(
                PaidOrder(
                    digest=order.digest, request_id=f"v{number}", film=order.film,
                    address=order.address, host=order.host, endpoint=order.endpoint,
                    seconds=order.seconds, made="2026-09-24T18:30:00Z", clip=clip,
                    charge=order.estimate,
                )
            )  # fmt: skip
            segments[clip] = places
            sent.append(order)
    merge_lock(store.lock, orders, segments, sent)
    return folder


def is_safe(folder: Path) -> bool:
    """Whether the film has nothing to pay, or its plan says that this cannot be known."""
    planned = Project(str(folder)).plan()
    codes = [one.code.id for one in planned.compilation.diagnostics]
    if "SB602" in codes:
        return not planned.plan.is_applyable
    assert planned.plan.is_applyable, codes
    return planned.plan.cost.to_pay is not None and planned.plan.cost.to_pay.amount == 0


def with_lock(paid: Path, data: bytes, *, with_ledger: bool) -> bool:
    with TemporaryDirectory() as made:
        folder = Path(made)
        (folder / "storyboard.yaml").write_text(FILM)
        (folder / "storyboard.lock").write_bytes(data)
        if with_ledger:
            shutil.copytree(paid / ".storyboard", folder / ".storyboard")
        return is_safe(folder)


OTHER = st.sampled_from([
    None, 0, -1, 7, 4.5, True, "", "x", "oxen", "sha256:" + "e" * 64, "e" * 64, [], {},
    "other.yaml", "2026-09-25T18:30:00Z", {"amount": "0.01", "currency": "USD"},
    {"prompt": "Another."},
])  # fmt: skip
"""What stands in the place of a value of a line: of its own kind, and of others."""


def changed(line: dict[str, Any], draw: Any) -> dict[str, Any]:
    """A line with one value changed, gone, or more than this version knows."""
    name = draw(st.sampled_from([*sorted(line), "mood"]))
    if name in line and draw(st.booleans()) and draw(st.booleans()):
        return {key: value for key, value in line.items() if key != name}
    return line | {name: draw(OTHER)}


@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_lines_that_are_changed_lost_or_contradicted(paid: Path, data: st.DataObject) -> None:
    lines = [json.loads(one) for one in (paid / "storyboard.lock").read_text().splitlines()]
    at = data.draw(st.integers(0, len(lines) - 1))
    match data.draw(st.sampled_from(["changed", "lost", "contradicted"])):
        case "changed":
            lines[at] = changed(lines[at], data.draw)
        case "lost":
            del lines[at]
        case _:
            place = data.draw(st.integers(0, len(lines)))
            lines.insert(place, changed(lines[at], data.draw))
    text = "".join(json.dumps(one, sort_keys=True) + "\n" for one in lines)
    assert with_lock(paid, text.encode(), with_ledger=data.draw(st.booleans()))


@settings(max_examples=40, deadline=None)
@given(data=st.data())
def test_bytes_of_a_lock_that_are_changed_or_cut_off(paid: Path, data: st.DataObject) -> None:
    found = bytearray((paid / "storyboard.lock").read_bytes())
    at = data.draw(st.integers(0, len(found) - 1))
    if data.draw(st.booleans()):
        # Cut between two lines, it is the lock of an earlier commit.
        assume(b"\n" not in (found[at - 1 : at], found[at : at + 1]))
        found = found[:at]
    else:
        found[at] = data.draw(st.integers(0, 255))
    assume(found)
    assert with_lock(paid, bytes(found), with_ledger=False)


@settings(max_examples=40, deadline=None)
@given(data=st.data())
def test_bytes_of_a_ledger_that_are_changed_or_cut_off(paid: Path, data: st.DataObject) -> None:
    found = bytearray((paid / ".storyboard/ledger.db").read_bytes())
    for _ in range(data.draw(st.integers(1, 3))):
        found[data.draw(st.integers(0, len(found) - 1))] = data.draw(st.integers(0, 255))
    if data.draw(st.booleans()):
        found = found[: data.draw(st.integers(1, len(found)))]
    with TemporaryDirectory() as made:
        folder = Path(made)
        (folder / "storyboard.yaml").write_text(FILM)
        (folder / ".storyboard").mkdir()
        (folder / ".storyboard/ledger.db").write_bytes(bytes(found))
        if data.draw(st.booleans()):
            shutil.copy(paid / "storyboard.lock", folder)
        assert is_safe(folder)


def test_the_film_is_paid_by_either_record(paid: Path) -> None:
    assert with_lock(paid, (paid / "storyboard.lock").read_bytes(), with_ledger=False)
    assert with_lock(paid, b"", with_ledger=True)
    assert not with_lock(paid, b"", with_ledger=False)
