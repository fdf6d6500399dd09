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
from storyboard.diagnostics import Diagnostics
from storyboard.simulator.own_endpoint import OwnEndpoint
from storyboard.targets.from_schema import written_target
from storyboard.targets.load import load_own
from storyboard.targets.own_schema import schema_problems

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
        if not path.name.endswith(".expected.json"):
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


def test_the_simulator_refuses_what_the_schema_beside_the_file_refuses() -> None:
    (target,) = (
        one for one in load_own([HOSTS], Diagnostics()) if one.target == "marquee/named-tags"
    )
    body = {"prompt": "The sea.", "duration": 5, "kling_elements": [{"name": "mara"}]}
    assert [one.msg for one in OwnEndpoint(target).breaches(body)] == [
        "kling_elements.0: 'element_input_urls' is a required property"
    ]


@pytest.mark.parametrize("link", [f"asset:sha256:{'0' * 64}", "http://127.0.0.1:8080/fal/a.png"])
def test_a_link_that_is_still_to_come_or_is_the_simulators_counts_as_a_link(link: str) -> None:
    schema = {"properties": {"image": {"type": "string", "pattern": "^https://"}}}
    assert schema_problems(schema, {"image": link}) == []
    assert len(schema_problems(schema, {"image": "http://example.com/a.png"})) == 1


BROKEN = [
    ("{", "is no schema of this request"),
    ("[]", "expected a JSON object"),
    ('{"type": "object"}', "the document has none of paths"),
    ('{"request_schema": {"type": "object"}}', "it has no properties"),
    ('{"properties": {"prompt": {"type": "text"}}}', "is no JSON Schema (draft 2020-12)"),
    ('{"properties": {"prompt": {"$ref": "https://a.b/c"}}}', "it points at https://a.b/c"),
]


@pytest.mark.parametrize(("schema", "words"), BROKEN, ids=[words for _, words in BROKEN])
def test_a_schema_that_cannot_be_used_is_an_error_where_it_is_named(
    name: str, schema: str, words: str
) -> None:
    Path("targets", f"{name}.schema.json").write_text(schema, encoding="utf-8")
    found = Project("storyboard.yaml").plan().compilation.diagnostics
    (error,) = (one for one in found if one.severity == "error")
    assert error.code.id == "SB409"
    assert words in error.message
    assert error.span is not None
    assert error.span.source.name.endswith(f"targets/{name}.yaml")


def test_requests_that_the_schema_does_not_take_are_an_error_and_no_plan(name: str) -> None:
    path = Path("targets", f"{name}.schema.json")
    document = path.read_text(encoding="utf-8")
    path.write_text(document.replace('"16:9", ', ""), encoding="utf-8")
    made, compilation = Project("storyboard.yaml").plan()
    (error,) = (one for one in compilation.diagnostics if one.severity == "error")
    assert error.code.id == "SB409"
    assert f"what marquee/{name} is sent is not what {name}.schema.json takes" in error.message
    assert "aspect_ratio: '16:9' is not one of" in error.message
    assert error.span is not None
    assert not made.requests
