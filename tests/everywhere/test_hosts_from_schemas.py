"""Three hosts that do not exist, from their schemas to rehearsed films.

``hosts/NAME.schema.json`` is what the host publishes, ``NAME.yaml`` the target file that was made
of it by ``targets --from`` and then edited, ``NAME.expected.json`` what a film sends to it.
"""

from __future__ import annotations

import difflib
import json
import os
import shutil
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from storyboard.api import CompileOptions, Project
from storyboard.simulator.own_endpoint import OwnEndpoint
from storyboard.targets.from_schema import written_target

HOSTS = Path(__file__).with_name("hosts")
NAMES = sorted(path.name.removesuffix(".yaml") for path in HOSTS.glob("*.yaml"))
MOST_EDITED = 30
FILM = """\
storyboard: 1
title: On a new host
target: marquee/{name}
defaults: {{duration: 5s, audio: true}}
characters:
  mara: {{description: a keeper, frontal: https://example.com/mara.png}}
locations:
  gallery: {{description: a gallery, image: https://example.com/gallery.png}}
scenes:
  - id: one
    location: gallery
    shots:
      - "@mara climbs."
      - "@mara stops."
      - {{prompt: "@mara looks out.", audio: false{end}}}
      - {{prompt: The sea., start_frame: https://example.com/first.png}}
"""


@pytest.fixture(params=NAMES)
def name(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    found = str(request.param)
    (tmp_path / "targets").mkdir()
    for path in HOSTS.glob(f"{found}.*"):
        if path.suffix == ".yaml":
            shutil.copy(path, tmp_path / "targets")
    end = "" if found == "on-off-words" else ", end_frame: https://example.com/last.png"
    film = FILM.format(name=found, end=end)
    (tmp_path / "storyboard.yaml").write_text(film, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return found


def test_there_are_three() -> None:
    assert NAMES == ["json-shots", "named-tags", "on-off-words"]


def test_few_lines_of_the_file_are_edited(name: str) -> None:
    document = json.loads((HOSTS / f"{name}.schema.json").read_text(encoding="utf-8"))
    made = written_target(document, f"marquee/{name}", date(2026, 12, 1)).splitlines()
    kept = (HOSTS / f"{name}.yaml").read_text(encoding="utf-8").splitlines()
    edited = [one for one in difflib.ndiff(made, kept) if one.startswith("+ ")]
    assert 0 < len(edited) <= MOST_EDITED


def test_a_film_compiles_to_what_is_stored_and_is_priced(name: str) -> None:
    made, compilation = Project("storyboard.yaml").plan()
    errors = [one.message for one in compilation.diagnostics if one.severity == "error"]
    assert errors == []
    found: Any = {
        "cost": made.to_json()["totals"]["generate"]["cost"],
        "payloads": [one.payload for one in made.requests],
    }
    stored = HOSTS / f"{name}.expected.json"
    text = json.dumps(found, ensure_ascii=False, indent=1) + "\n"
    if os.environ.get("STORYBOARD_UPDATE"):
        stored.write_text(text, encoding="utf-8")
    assert text == stored.read_text(encoding="utf-8")


def test_the_film_is_rehearsed(name: str) -> None:
    project = Project("storyboard.yaml", CompileOptions(is_simulated=True))
    made, compilation = project.plan()
    assert compilation.film is not None
    endpoint = OwnEndpoint(compilation.film.target)
    assert not any(endpoint.remarks(one.payload) for one in made.requests)
    assert project.run(made).is_complete
