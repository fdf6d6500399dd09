"""A host is its own modules, its data, and a line in each of two tables."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click
import imaginary_host
import pytest
from click.testing import CliRunner
from imaginary_hosts import JSON_SHOTS
from local_servers import LOCAL

from storyboard.api import Project
from storyboard.cli.run_options import check_host_options, order_options
from storyboard.hosts import registry
from storyboard.hosts.registry import all_hosts, find_host
from storyboard.ledger.store import Store
from storyboard.run.session import Session, SettingError
from storyboard.simulator import Simulator, dialects

PACKAGE = Path(__file__).parents[2] / "storyboard"
FILM = """\
storyboard: 1
title: Anywhere
target: imaginary/reel-1
defaults: {duration: 3s, pack: none}
characters:
  mara: {description: a keeper, frontal: mara.png}
scenes:
  - id: one
    shots:
      - "@mara climbs."
      - "The sea."
"""

ELSEWHERE = {
    "hosts/registry.py": "the table of hosts",
    "simulator/dialects.py": "the table of the simulator's hosts",
    "targets/drift.py": "compares what vendors publish, in their words for limits",
    "targets/published_schema.py": "reads the documents that vendors publish",
    "targets/schema_fields.py": "reads what such a document says of a request",
    "targets/from_schema.py": "makes targets of them",
}
"""Where the names of hosts may stand, apart from a host's own folders and the targets' data."""


def test_a_hosts_name_stands_in_its_own_modules_in_tables_and_in_targets_ids() -> None:
    names = re.compile(rf"\b({'|'.join(registry.MODULES)})\b", re.IGNORECASE)
    target = re.compile(rf"\b({'|'.join(registry.MODULES)})/kling[\w.-]*")
    found = []
    for file in sorted(PACKAGE.rglob("*.py")):
        where = file.relative_to(PACKAGE).as_posix()
        folder = where.split("/")
        is_own = folder[0] in ("hosts", "simulator") and folder[1] in registry.MODULES
        if is_own or where in ELSEWHERE:
            continue
        text = target.sub("", file.read_text(encoding="utf-8"))
        found += [f"{where}: {match.group()}" for match in names.finditer(text)]
    assert found == []


def test_every_host_of_a_plan_can_be_simulated_and_is_called_as_its_table_says() -> None:
    assert set(registry.MODULES) == set(dialects.MODULES)
    assert [host.name for host in all_hosts()] == list(registry.MODULES)
    assert [one.name for one in dialects.load_dialects().values()] == list(dialects.MODULES)
    assert find_host("nowhere") is None


@pytest.mark.parametrize("command", [["--help"], ["plan", "film.yaml"], ["run", "--help"]])
def test_no_client_is_loaded_to_plan_or_to_help(command: list[str], tmp_path: Path) -> None:
    (tmp_path / "film.yaml").write_text(
        "storyboard: 1\nscenes: [{id: a, shots: ['The sea.']}]\n", encoding="utf-8"
    )
    code = (
        "import json, sys\n"
        "from storyboard.cli.main import storyboard\n"
        "storyboard(sys.argv[1:], standalone_mode=False)\n"
        "print(json.dumps(sorted(sys.modules)), file=sys.stderr)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, *command],
        cwd=tmp_path, capture_output=True, text=True, check=True,
        env={"PYTHONPATH": str(PACKAGE.parent)},
    )  # fmt: skip
    loaded = set(json.loads(done.stderr.splitlines()[-1]))
    clients = {f"{module}.client" for module in registry.MODULES.values()}
    assert not loaded & ({"httpx", "aiohttp", "starlette", "uvicorn"} | clients)


# -- one more host --------------------------------------------------------------------------------


@pytest.fixture
def third(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(registry.MODULES, "imaginary", "imaginary_host")
    monkeypatch.setitem(dialects.MODULES, "imaginary", "imaginary_host")
    monkeypatch.setattr(imaginary_host.ImaginaryHost, "opened", [])


@pytest.fixture
def film(tmp_path: Path, third: None, monkeypatch: pytest.MonkeyPatch) -> Path:
    from PIL import Image

    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("IMAGINARY_KEY", "a-key")
    (tmp_path / "targets").mkdir()
    (tmp_path / "targets" / "imaginary.yaml").write_text(JSON_SHOTS, encoding="utf-8")
    (tmp_path / "storyboard.yaml").write_text(FILM, encoding="utf-8")
    Image.new("RGB", (400, 400), "teal").save(tmp_path / "mara.png")
    return tmp_path


def session(film: Path, options: Mapping[str, str]) -> Session:
    made, compiled = Project("storyboard.yaml").plan()
    assert made.is_applyable, [one.message for one in compiled.diagnostics]
    assert compiled.film is not None
    return Session(
        plan=made, targets={compiled.film.target.target: compiled.film.target},
        store=Store(folder=film), root=film,
        host_options=options,
    )  # fmt: skip


def test_a_plan_runs_on_a_host_that_nobody_else_has_heard_of(film: Path) -> None:
    report = session(film, {"shelf": "films"}).run(lambda _: None)
    assert report.is_complete
    (host,) = imaginary_host.ImaginaryHost.opened
    assert (host.access.key, host.access.base) == ("a-key", None)
    assert len(host.sent) == 2
    (picture,) = {one["front"] for sent in host.sent for one in sent.body.get("subjects", ())}
    assert picture.startswith("https://imaginary.example/films/")
    assert session(film, {"shelf": "films"}).run(lambda _: None).is_complete
    assert not imaginary_host.ImaginaryHost.opened[1].sent


def test_what_a_host_needs_for_pictures_is_asked_for_before_anything_is_sent(film: Path) -> None:
    with pytest.raises(SettingError, match="Imaginary needs --shelf NAME: the shelf"):
        session(film, {}).run(lambda _: None)
    assert not imaginary_host.ImaginaryHost.opened


def test_the_options_of_a_run_are_those_that_the_hosts_declare(third: None) -> None:
    given: list[Mapping[str, str]] = []

    @click.command()
    @order_options
    def command(host_options: Mapping[str, str]) -> int:
        given.append(host_options)
        return 0

    shown = CliRunner().invoke(command, ["--help"]).output
    for host in all_hosts():
        for option in host.options:
            assert f"--{option.name}" in shown
            assert f"{host.title}: " in shown
    assert CliRunner().invoke(command, ["--shelf", "films"]).exit_code == 0
    assert {name: value for name, value in given[0].items() if value} == {"shelf": "films"}
    check_host_options(given[0], ["imaginary"], is_simulated=False)
    with pytest.raises(click.UsageError, match="--shelf is for Imaginary, and the film is for fal"):
        check_host_options(given[0], ["fal"], is_simulated=False)


def test_the_simulator_speaks_as_a_host_that_nobody_else_has_heard_of(
    third: None, tmp_path: Path
) -> None:
    state: Any = tmp_path / "simulator.db"
    with Simulator(clips="stub", seconds_per_clip=0, state=state) as simulator:
        about = LOCAL.get(simulator.url).json()
        assert about["imaginary"] == f"{simulator.url}/imaginary"
        sent = LOCAL.post(f"{about['imaginary']}/enqueue", json={"prompt": "The sea."}).json()
    with Simulator(clips="stub", seconds_per_clip=0, state=state) as simulator:
        (row,) = LOCAL.get(f"{simulator.url}/simulator/bill").json()["rows"]
        assert (row["host"], row["request_id"]) == ("imaginary", sent["id"])
