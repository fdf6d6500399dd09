"""Looking at what was sent, stopping it, and deciding what nobody knows."""

from __future__ import annotations

import json
import os
import re
import sqlite3
import stat
import subprocess
import sys
import time
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from local_servers import LOCAL

from storyboard.cli.main import storyboard
from storyboard.ledger import Order, PaidOrder, Receipt, State, merge_lock
from storyboard.ledger.store import Store
from storyboard.simulator import Simulator
from storyboard.values.addresses import ClipName, Portion, clip_name
from storyboard.values.units import Money

USAGE = 2


@pytest.fixture
def film(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in ("one.storyboard.yaml", "two.storyboard.yaml"):
        (tmp_path / name).write_text("storyboard: 1\n")
    monkeypatch.chdir(tmp_path)
    for variable in ("FAL_KEY", "OXEN_API_KEY"):
        monkeypatch.delenv(variable, raising=False)
    return tmp_path


@pytest.fixture(scope="module")
def server() -> Iterator[Simulator]:
    with Simulator(faults=("stuck",), clips="stub") as running:
        yield running


def call(*arguments: str) -> Result:
    return CliRunner().invoke(storyboard, arguments, standalone_mode=False)


def sent(
    folder: Path, address: str, *states: State, file: str = "one.storyboard.yaml", **changes: Any
) -> str:
    """Write an intent of a film into the folder's ledger, through its states; gives its digest."""
    values: dict[str, Any] = {
        "digest": f"sha256:{file}{address}", "address": address, "film": file, "host": "fal",
        "endpoint": "fal-ai/kling-video/o3/pro/reference-to-video", "payload": {}, "seconds": 5,
        "estimate": Money(Decimal("0.70"), "USD"),
    }  # fmt: skip
    order = Order(**values | changes)
    receipt = Receipt(id=f"id-of-{file}-{address}", links={"app": "fal-ai/kling-video"})
    with Store(folder=folder).open_ledger() as ledger:
        ledger.take_lease()
        if file not in {run.id for run in ledger.runs()}:
            ledger.begin_run(file, f"films/{file}", "fal/kling-o3-pro")
        ledger.intend(order, file, {})
        for state in states:
            given = {"receipt": receipt} if state is State.SUBMITTED else {}
            ledger.step(order.digest, state, **given)
    return order.digest


def state_of(folder: Path, digest: str) -> State:
    with Store(folder=folder).open_ledger() as ledger:
        found = ledger.get(digest)
    assert found is not None
    return found.state


# -- status and runs ------------------------------------------------------------------------------


def test_states_are_told_in_words_and_money_by_what_is_owed(film: Path) -> None:
    sent(film, "a/1", State.RELEASED)
    sent(film, "a/2", State.SUBMITTED)
    sent(film, "a/3", State.SUBMITTED, State.SUCCEEDED)
    lines = call("status").stdout.splitlines()
    assert [line.split()[1:3] for line in lines[:2]] == [["not", "sent"], ["sent", "just"]]
    assert "0.70" not in lines[0]
    assert "to be fetched" in lines[2]
    assert lines[3] == "1 not sent · 1 sent · 1 to be fetched · at risk 0.70 USD"


def test_a_films_status_is_its_own_and_a_folders_is_that_of_all(film: Path) -> None:
    sent(film, "a/1", State.SUBMITTED)
    sent(film, "b/1", State.SUBMITTED, file="two.storyboard.yaml")
    assert "b/1" not in call("status", "one.storyboard.yaml").stdout
    assert "a/1" not in call("status", "two.storyboard.yaml").stdout
    assert {"a/1", "b/1"} <= set(call("status").stdout.split())
    (film / "three.storyboard.yaml").write_text("")
    assert call("status", "three.storyboard.yaml").stdout == (
        'nothing was sent for "three.storyboard.yaml"; 2 clips for others beside it\n'
    )


def test_takes_that_another_machine_has_rendered_are_known_from_the_lock(film: Path) -> None:
    order = PaidOrder(
        digest="sha256:x", address="a/9", host="fal", endpoint="e", seconds=5, clip="0" * 64,
        request_id="1", charge=Money(Decimal("0.70"), "USD"), film="storyboard.yaml",
        made="2026-09-24T18:30:00Z",
    )  # fmt: skip
    merge_lock(film / "storyboard.lock", [order], {})
    (film / "two.storyboard.yaml").write_text("")
    assert call("status", "two.storyboard.yaml").stdout == (
        'nothing was sent for "two.storyboard.yaml"; 1 clip for others beside it\n'
    )
    row, counts = call("status").stdout.splitlines()
    assert re.fullmatch(r"  a/9  rendered elsewhere  [0-9]+ days ago  0\.70 USD", row)
    assert counts == "1 rendered elsewhere · charged 0.70 USD"
    (clip,) = json.loads(call("status", "--json").stdout)["clips"]
    assert (clip["clip"], clip["state"], clip["elsewhere"]) == ("a/9", "stored", True)


def test_status_and_runs_are_versioned_json_without_any_clip(film: Path) -> None:
    assert json.loads(call("status", "--json").stdout) == {
        "format": "storyboard-status/1",
        "clips": [],
        "film": None,
    }
    assert json.loads(call("runs", "--json").stdout) == {"format": "storyboard-runs/1", "runs": []}


@pytest.mark.parametrize("command", [("status",), ("runs",), ("cancel", "--file")])
@pytest.mark.parametrize("file", ["-", "nothere.yaml"])
def test_a_file_that_is_none_is_a_wrong_usage(
    command: tuple[str, ...], file: str, film: Path
) -> None:
    sent(film, "a/1", State.SUBMITTED)
    assert call(*command, file).return_value == USAGE


def test_status_works_beside_a_run_on_another_machine_and_a_run_does_not(film: Path) -> None:
    sent(film, "shore/1", State.SUBMITTED)
    (film / "one.storyboard.yaml").write_text(
        "storyboard: 1\nscenes: [{id: shore, shots: [The sea.]}]\n"
    )
    base = sqlite3.connect(film / ".storyboard" / "ledger.db")
    base.execute("insert into lease values (1, 'elsewhere', 7, '', 't', ?)", (time.time() + 60,))
    base.commit()
    base.close()
    assert "1 sent" in call("status").stdout
    refused = call("resolve", "shore/1", "--drop")
    assert refused.return_value == 1
    assert 'another run works here (process 7 on "elsewhere"): wait' in refused.stderr


@pytest.mark.parametrize("command", ["status", "runs", "cancel"])
def test_a_folder_that_may_not_be_read_is_told_and_no_traceback(
    command: str, film: Path, unprivileged: list[str]
) -> None:
    sent(film, "a/1", State.SUBMITTED)
    (film / ".storyboard").chmod(0)
    try:
        done = subprocess.run(
            [*unprivileged, sys.executable, "-m", "storyboard", command],
            capture_output=True, text=True, check=False,
            env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])},
        )  # fmt: skip
    finally:
        (film / ".storyboard").chmod(stat.S_IRWXU)
    assert done.returncode == 3
    assert "ledger.db" in done.stderr
    assert "permission denied" in done.stderr.lower()
    assert "SB902" not in done.stderr


# -- cancel ---------------------------------------------------------------------------------------


def submitted(film: Path, server: Simulator, address: str) -> str:
    """A clip that a simulator really has in its queue."""

    body = {
        "prompt": "The sea.", "duration": "5", "aspect_ratio": "16:9", "generate_audio": False
    }  # fmt: skip
    endpoint = "fal-ai/kling-video/o3/pro/text-to-video"
    answer = LOCAL.post(
        f"{server.url}/fal/queue/{endpoint}", json=body,
        headers={"Authorization": "Key simulated"},
    ).json()  # fmt: skip
    digest = sent(film, address, endpoint=endpoint)
    links = {name: answer[name] for name in ("status_url", "response_url", "cancel_url")}
    with Store(folder=film).open_ledger() as ledger:
        ledger.take_lease()
        receipt = Receipt(id=answer["request_id"], links={"app": "fal-ai/kling-video", **links})
        ledger.step(digest, State.SUBMITTED, receipt=receipt)
    return digest


def test_every_clip_under_way_is_stopped_or_those_that_are_named(
    film: Path, server: Simulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FAL_KEY", "simulated")
    base = ("--base-url", f"{server.url}/fal")
    for address in ("a/1", "a/2", "a/3"):
        submitted(film, server, address)
    sent(film, "a/4", State.RELEASED)
    done = call("cancel", "a/2", "a/4", *base)
    assert done.return_value == 0, done.stderr
    assert done.stderr == "a/4  is not under way: not sent\na/2  is asked to stop\n"
    again = call("cancel", *base)
    assert again.return_value == 4
    assert sorted(again.stderr.splitlines()) == [
        "a/1  is asked to stop", "a/2  was over already", "a/3  is asked to stop",
    ]  # fmt: skip


def test_one_clip_that_cannot_be_stopped_keeps_no_other_from_it(
    film: Path, server: Simulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FAL_KEY", "simulated")
    sent(film, "a/1", State.SUBMITTED)  # the vendor knows nothing of it
    submitted(film, server, "a/2")
    done = call("cancel", "--base-url", f"{server.url}/fal")
    assert done.return_value == 3
    assert "a/1 is not stopped: " in done.stderr
    assert "a/2  is asked to stop" in done.stderr


def test_the_films_of_a_folder_are_cancelled_apart(
    film: Path, server: Simulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FAL_KEY", "simulated")
    submitted(film, server, "a/1")
    sent(film, "b/1", State.SUBMITTED, file="two.storyboard.yaml")
    base = ("--base-url", f"{server.url}/fal")
    done = call("cancel", "--file", "one.storyboard.yaml", *base)
    assert done.stderr == "a/1  is asked to stop\n"


def test_nothing_under_way_needs_no_key(film: Path) -> None:
    sent(film, "a/1", State.RELEASED)
    done = call("cancel")
    assert (done.return_value, done.stderr) == (0, "nothing is under way\n")


def test_a_simulated_run_that_is_over_cannot_be_cancelled(film: Path) -> None:
    (film / ".storyboard").mkdir()
    sent(film, "a/1", State.SUBMITTED)
    (film / ".storyboard" / "simulated").mkdir()
    for file in ("ledger.db", "ledger.db-wal"):
        if (film / ".storyboard" / file).exists():
            (film / ".storyboard" / file).rename(film / ".storyboard" / "simulated" / file)
    done = call("cancel", "--simulate")
    assert done.return_value == 3
    assert "no simulated run is under way here" in done.stderr


# -- resolve --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("option", "state", "said"),
    [
        (("--send-again",), State.RELEASED, "may be sent by the next run"),
        (("--adopt", "new-id"), State.SUBMITTED, "is followed by the next run"),
        (("--drop",), State.CANCELLED, "is dropped"),
    ],
)
@pytest.mark.parametrize("before", [(), (State.UNCERTAIN,)])
def test_a_person_may_decide_about_what_is_in_doubt(
    before: tuple[State, ...], option: tuple[str, ...], state: State, said: str, film: Path
) -> None:
    digest = sent(film, "a/1", *before)
    done = call("resolve", "a/1", *option)
    assert (done.return_value, said in done.stderr) == (0, True)
    assert state_of(film, digest) is state


@pytest.mark.parametrize(("host", "links"), [("fal", {"app": "fal-ai/kling-video"}), ("oxen", {})])
def test_an_id_is_adopted_with_the_links_that_its_host_gives(
    host: str, links: dict[str, str], film: Path
) -> None:
    digest = sent(film, "a/1", State.UNCERTAIN, host=host)
    assert call("resolve", "a/1", "--adopt", "new-id").return_value == 0
    with Store(folder=film).open_ledger() as ledger:
        found = ledger.get(digest)
    assert found is not None
    assert found.receipt == Receipt(id="new-id", links=links)


def test_what_cannot_be_decided_is_refused_with_what_can(film: Path) -> None:
    digest = sent(film, "a/1", State.SUBMITTED)
    done = call("resolve", "a/1", "--adopt", "new-id")
    assert done.return_value == 1
    assert done.stderr == 'error: "a/1" is sent: here only --send-again, --drop can be said\n'
    assert state_of(film, digest) is State.SUBMITTED


def test_an_id_of_another_clip_is_not_adopted(film: Path) -> None:
    sent(film, "a/1", State.SUBMITTED)
    digest = sent(film, "a/2", State.UNCERTAIN)
    done = call("resolve", "a/2", "--adopt", "id-of-one.storyboard.yaml-a/1")
    assert done.return_value == 1
    assert "belongs to another clip" in done.stderr
    assert state_of(film, digest) is State.UNCERTAIN


def test_the_films_of_a_folder_are_resolved_apart(film: Path) -> None:
    one = sent(film, "a/1", State.UNCERTAIN)
    two = sent(film, "a/1", State.UNCERTAIN, file="two.storyboard.yaml")
    assert call("resolve", "a/1", "--drop", "--file", "one.storyboard.yaml").return_value == 0
    assert state_of(film, one) is State.CANCELLED
    assert state_of(film, two) is State.UNCERTAIN


@pytest.mark.parametrize(
    ("written", "hint"),
    [
        ("shor/1", 'write "shore/1"'),
        ("shore/2", "the one clip is shore/1; `storyboard status`"),
        ("shor", 'write "shore"'),
    ],
)
def test_a_slip_of_the_pen_is_told_and_another_clip_is_never_offered(
    written: str, hint: str, film: Path
) -> None:
    sent(film, "shore/1", State.UNCERTAIN)
    for command in (("resolve", written, "--drop"), ("cancel", written)):
        done = call(*command)
        assert done.return_value == USAGE
        assert hint in done.stderr


# -- addresses ------------------------------------------------------------------------------------

CLIMB = tuple(Portion(address="a/climb", number=1, part=part, parts=2) for part in (1, 2))
LAMP = Portion(address="a/lamp", number=2)
RAIL, BEAM = (
    Portion(address=f"b/{name}", number=number) for number, name in enumerate(("rail", "beam"), 1)
)


def rendered(folder: Path, *portions: Portion, states: tuple[State, ...]) -> str:
    """Write an intent whose clip renders these; gives its digest."""
    name = clip_name(portions)
    return sent(folder, name, *states, names=(ClipName(text=name, portions=portions),))


@pytest.mark.parametrize(
    ("addresses", "stopped"),
    [
        (["a"], ["a/climb.1", "a/climb.2..lamp"]),
        (["a/climb"], ["a/climb.1", "a/climb.2..lamp"]),
        (["a/1"], ["a/climb.1", "a/climb.2..lamp"]),
        (["a/climb.1"], ["a/climb.1"]),
        (["a/climb.2..lamp"], ["a/climb.2..lamp"]),
        (["a/lamp"], ["a/climb.2..lamp"]),
        (["a/1.1", "b/2"], ["a/climb.1", "b/rail..beam"]),
        (["b/beam", "b"], ["b/rail..beam"]),
    ],
)
def test_a_scene_a_shot_a_part_and_a_clip_are_what_is_cancelled(
    addresses: list[str], stopped: list[str], film: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FAL_KEY", "simulated")
    for portions in ((CLIMB[0],), (CLIMB[1], LAMP), (RAIL, BEAM)):
        rendered(film, *portions, states=(State.SUBMITTED,))
    with Simulator(clips="stub") as nobody:  # it knows none of these, which is said of each
        done = call("cancel", *addresses, "--base-url", f"{nobody.url}/fal")
    assert sorted(line.split()[1] for line in done.stderr.splitlines()) == stopped


@pytest.mark.parametrize("address", ["a", "a/climb", "a/1"])
def test_of_several_clips_those_in_doubt_are_decided_about_and_what_is_sent_is_left(
    address: str, film: Path
) -> None:
    doubtful = rendered(film, CLIMB[0], states=(State.UNCERTAIN,))
    under_way = rendered(film, CLIMB[1], LAMP, states=(State.SUBMITTED,))
    done = call("resolve", address, "--send-again")
    assert (done.return_value, done.stderr) == (0, "a/climb.1  may be sent by the next run\n")
    assert state_of(film, doubtful) is State.RELEASED
    assert state_of(film, under_way) is State.SUBMITTED
    again = call("resolve", address, "--send-again")
    assert again.return_value == 1
    assert again.stderr == (
        f'error: "{address}" is several clips, and none of them is in doubt: '
        "name one of a/climb.1, a/climb.2..lamp\n"
    )
    assert state_of(film, under_way) is State.SUBMITTED


def test_one_id_of_the_vendors_is_for_one_clip(film: Path) -> None:
    for portions in ((CLIMB[0],), (CLIMB[1], LAMP)):
        rendered(film, *portions, states=(State.UNCERTAIN,))
    done = call("resolve", "a/climb", "--adopt", "x")
    assert done.return_value == 1
    assert "several of them are in doubt: name one of a/climb.1, a/climb.2..lamp" in done.stderr
    assert call("resolve", "a/lamp", "--adopt", "x").return_value == 0
    assert call("resolve", "a/climb", "--drop").stderr == "a/climb.1  is dropped\n"


def test_a_clip_that_a_film_has_twice_answers_to_both_its_names(film: Path) -> None:
    names = tuple(ClipName(text=clip_name([one]), portions=(one,)) for one in (RAIL, BEAM))
    sent(film, "b/rail", State.UNCERTAIN, names=names)
    assert call("resolve", "b/2", "--send-again").stderr == "b/rail  may be sent by the next run\n"
    assert call("resolve", "b/beam", "--drop").stderr == "b/rail  is dropped\n"
