"""Documents in the styles of hosts, each with the target file that is made of it and what it sends.

``published/NAME.schema.json`` is what a host publishes, ``NAME.yaml`` what ``targets --from`` makes
of it, ``NAME.expected.json`` what a film sends by that file, unedited but for the schema beside it.
The last two are written anew with ``STORYBOARD_UPDATE=1``.
"""

from __future__ import annotations

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
from storyboard.targets.published_schema import UnknownDocument, request_in, resolved

PUBLISHED = Path(__file__).with_name("published")
NAMES = sorted(path.name.removesuffix(".schema.json") for path in PUBLISHED.glob("*.schema.json"))
DAY = date(2026, 12, 1)
FILM = """\
storyboard: 1
title: On a new host
target: TARGET
defaults: {audio: true, duration: 5s}
characters:
  mara: {description: "a keeper, the friend of @gallery", frontal: https://example.com/mara.png}
locations:
  gallery: {description: a gallery}
styles:
  teal: {image: https://example.com/teal.png, description: muted teal}
scenes:
  - id: people
    location: gallery
    shots:
      - "@mara climbs."
      - "@mara stops."
  - id: sea
    style: "@teal"
    shots:
      - prompt: The sea.
        start_frame: https://example.com/first.png
        end_frame: https://example.com/last.png
"""
EDIT = """\
storyboard: 1
title: On a new host
target: TARGET
footage:
  street: {video: https://example.com/street.mp4}
styles:
  teal: {image: https://example.com/teal.png}
scenes:
  - id: street
    style: "@teal"
    shots:
      - {prompt: It rains., edit: street, keep_sound: true, duration: 5s}
"""

each = pytest.mark.parametrize("name", NAMES)


def document_of(name: str) -> Any:
    return json.loads((PUBLISHED / f"{name}.schema.json").read_text(encoding="utf-8"))


def made_of(name: str) -> str:
    is_named = name.startswith("model-of-")
    return written_target(document_of(name), None if is_named else f"acme/{name}", DAY)


def in_step(path: Path, made: str) -> bool:
    if os.environ.get("STORYBOARD_UPDATE"):
        path.write_text(made, encoding="utf-8")
    return path.read_text(encoding="utf-8") == made


@each
def test_the_file_that_is_made_of_a_document_is_as_it_is_stored(name: str) -> None:
    assert in_step(PUBLISHED / f"{name}.yaml", made_of(name))


@each
def test_a_film_sends_by_that_file_what_the_document_takes(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = made_of(name)
    target_id = text.split("target: ")[1].split("\n")[0]
    film = (EDIT if "edit" in name else FILM).replace("TARGET", target_id)
    (tmp_path / "storyboard.yaml").write_text(film, encoding="utf-8")
    (tmp_path / "targets").mkdir()
    schema = f"{name}.schema.json"
    shutil.copy(PUBLISHED / schema, tmp_path / "targets")
    own = text.replace("request_schema: absent", f"request_schema: {schema}")
    (tmp_path / "targets" / "own.yaml").write_text(own, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    made, compilation = Project("storyboard.yaml", CompileOptions()).plan()
    assert [one.message for one in compilation.diagnostics if one.severity == "error"] == []
    sent = [one.payload for one in made.requests]
    shown = json.dumps(sent, ensure_ascii=False, indent=1) + "\n"
    assert in_step(PUBLISHED / f"{name}.expected.json", shown)
    assert all(one.cost is None for one in made.requests)
    assert compilation.film is not None
    endpoint = OwnEndpoint(compilation.film.target)
    assert [endpoint.breaches(body) for body in sent] == [()] * len(sent)


def test_one_of_several_endpoints_is_named() -> None:
    document = document_of("camel-case")
    (body,) = document["paths"].values()
    document["paths"]["/v1/upscale"] = body
    with pytest.raises(UnknownDocument, match="v1/upscale, expected one endpoint alone; say which"):
        written_target(document, "acme/film", DAY)
    text = written_target(document, "acme/film", DAY, "/v1/upscale")
    assert '\nendpoint: "v1/upscale"\n' in text
    with pytest.raises(UnknownDocument, match="expected v1/downscale"):
        written_target(document, "acme/film", DAY, "v1/downscale")


RESOLVED = [
    ({"type": ["string", "null"]}, {"type": "string"}),
    ({"oneOf": [{"type": "null"}, {"type": "integer"}], "default": 5},
     {"type": "integer", "default": 5}),
    ({"anyOf": [{"type": "object"}, {"type": "string", "format": "uri"}]},
     {"type": "string", "format": "uri"}),
    ({"anyOf": [{"const": "a"}, {"const": "b"}]}, {"type": "string", "enum": ["a", "b"]}),
    ({"enum": ["a", None], "type": "string"}, {"enum": ["a"], "type": "string"}),
    ({"allOf": [{"$ref": "#/$defs/a~1b"}], "title": "T"}, {"type": "boolean", "title": "T"}),
    ({"allOf": [{"required": ["a"], "properties": {"a": {}}},
                {"required": ["b"], "properties": {"b": {}}}]},
     {"required": ["a", "b"], "properties": {"a": {}, "b": {}}}),
    ({"$ref": "#/$defs/loop"}, {"$ref": "#/$defs/loop"}),
    ({"allOf": [{"$ref": "#/$defs/self"}]}, {"type": "string"}),
    ({"anyOf": []}, {}),
]  # fmt: skip
ROOT: Any = {
    "$defs": {
        "a/b": {"type": "boolean"},
        "loop": {"$ref": "#/$defs/loop"},
        "self": {"allOf": [{"$ref": "#/$defs/self"}], "type": "string"},
    }
}


@pytest.mark.parametrize(("written", "plain"), RESOLVED, ids=lambda one: str(sorted(one)))
def test_references_and_choices_become_one_plain_schema(written: Any, plain: Any) -> None:
    found = resolved(written, ROOT)
    found.pop("allOf", None)  # of a schema that is part of itself
    assert found == plain


def test_what_wraps_the_fields_is_looked_into() -> None:
    found = request_in(document_of("fields-in-input"), "api/v1/task")
    assert (found.envelope, found.beside) == ("input", ("model", "task_type", "config"))
    assert "prompt" in found.schema["properties"]
