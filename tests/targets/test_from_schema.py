"""A target file from a schema: it loads, plans a film, and says what the schema does not."""

from __future__ import annotations

import json
from copy import deepcopy
from datetime import date
from pathlib import Path
from typing import Any

import click
import pytest
from hypothesis import given
from hypothesis import strategies as st

from storyboard.api import CompileOptions, Project
from storyboard.cli.exit_codes import FINE, REFUSED, USAGE
from storyboard.cli.main import storyboard
from storyboard.diagnostics import Diagnostics
from storyboard.targets.from_schema import written_target
from storyboard.targets.load import load
from storyboard.targets.published_schema import UnknownDocument

Json = dict[str, Any]
DAY = date(2026, 12, 1)

FILM = """\
storyboard: 1
scenes:
  - shots:
      - {duration: 5s, prompt: A boat rows out.}
      - {duration: 5s, prompt: The boat comes home.}
"""

PLAIN: Json = {
    "openapi": "3.1.0",
    "paths": {
        "/acme/film/text-to-video": {
            "post": {
                "requestBody": {
                    "content": {"application/json": {"schema": {"$ref": "#/components/schemas/In"}}}
                }
            }
        }
    },
    "components": {
        "schemas": {
            "In": {
                "type": "object",
                "required": ["prompt", "mode", "crew"],
                "properties": {
                    "prompt": {"type": "string", "maxLength": 800},
                    "duration": {"type": "string", "enum": ["5s", "10s"], "default": "5s"},
                    "aspect_ratio": {"type": "string", "enum": ["16:9", "1:1"]},
                    "resolution": {"type": "string", "enum": ["720p", "1080p"], "default": "1080p"},
                    "generate_audio": {"type": "boolean", "default": True},
                    "first_frame": {"anyOf": [{"type": "string"}, {"type": "null"}]},
                    "mode": {"type": "string", "enum": ["film", "draft"]},
                    "crew": {"type": "integer"},
                    "seed": {"type": "integer"},
                },
            }
        }
    },
}

SHOT_LIST: Json = {
    "properties": {
        "prompt": {"type": "string", "description": "Point at a picture as <<<image_1>>>."},
        "duration": {"type": "integer", "minimum": 3, "maximum": 12},
        "reference_images": {"type": "array", "items": {"type": "string"}, "maxItems": 4},
        "shots": {
            "type": "string",
            "contentMediaType": "application/json",
            "contentSchema": {
                "type": "array",
                "maxItems": 5,
                "items": {
                    "type": "object",
                    "properties": {
                        "text": {"type": "string", "maxLength": 300},
                        "seconds": {"type": "integer", "minimum": 1, "maximum": 12},
                    },
                },
            },
        },
    }
}

WORDS: Json = {
    "id": "reel-v1-text-to-video",
    "request_schema": {
        "type": "object",
        "required": ["prompt"],
        "properties": {
            "prompt": {"type": "string"},
            "duration": {"type": "integer", "enum": [5, 10], "default": 5},
            "sound": {"type": "string", "enum": ["on", "off"], "default": "on"},
            "negative_prompt": {"type": "string"},
        },
    },
}


def payloads(tmp_path: Path, target: str, text: str) -> list[Json]:
    """What a film of two shots of five seconds sends to the target that the text describes."""
    (tmp_path / "film.yaml").write_text(FILM, encoding="utf-8")
    (tmp_path / "own").mkdir(exist_ok=True)
    (tmp_path / "own" / "new.yaml").write_text(text, encoding="utf-8")
    options = CompileOptions(target=target, target_folders=(tmp_path / "own",))
    made, compiled = Project(str(tmp_path / "film.yaml"), options).plan()
    assert [one.message for one in compiled.diagnostics if one.severity == "error"] == []
    assert all(one.cost is None for one in made.requests)
    return [one.payload for one in made.requests]


def test_a_plain_text_to_video_endpoint(tmp_path: Path) -> None:
    text = written_target(PLAIN, "acme/film", DAY)
    assert [
        line for line in text.splitlines() if line.startswith(("endpoint", "seconds", "prompt"))
    ] == [
        'endpoint: "acme/film/text-to-video"',
        "seconds: {min: 5, max: 10, choices: [5, 10]}",
        "prompt: {characters: 800}",
    ]
    assert "# crew: REQUIRED, and no target can describe it yet; requests lack it" in text
    assert "# seed: not used by a target" in text
    assert payloads(tmp_path, "acme/film", text) == [
        {
            "prompt": words,
            "duration": "5s",
            "aspect_ratio": "16:9",
            "resolution": "1080p",
            "generate_audio": False,
            "mode": "film",
        }
        for words in ("A boat rows out.", "The boat comes home.")
    ]


def test_a_list_of_shots_that_travels_as_a_text(tmp_path: Path) -> None:
    text = written_target(SHOT_LIST, "acme/reel", DAY)
    assert 'image: "<<<image_{n}>>>"' in text
    assert "shots: {max: 5, min_seconds: 1, max_seconds: 12, characters: 300}\n" in text
    (payload,) = payloads(tmp_path, "acme/reel", text)
    assert json.loads(payload.pop("shots")) == [
        {"text": "A boat rows out.", "seconds": 5},
        {"text": "The boat comes home.", "seconds": 5},
    ]
    assert payload == {"duration": 10}


def test_a_switch_with_words_is_written_with_them(tmp_path: Path) -> None:
    text = written_target(WORDS, None, DAY)
    assert '  audio: {name: "sound", on: "on", off: "off"}\n' in text
    first, _ = payloads(tmp_path, "oxen/reel-v1-text-to-video", text)
    assert first == {
        "model": "reel-v1-text-to-video",
        "prompt": "A boat rows out.",
        "duration": 5,
        "sound": "off",
    }


def test_what_a_document_of_fal_states_of_pictures_is_taken_over() -> None:
    document: Json = {
        "models": [
            {
                "endpoint_id": "fal-ai/reel/v2/image-to-video",
                "openapi": {
                    "properties": {
                        "prompt": {"type": "string"},
                        "duration": {"type": "string", "enum": ["5", "6", "7"]},
                        "start_image_url": {
                            "type": "string",
                            "x-fal": {"max_file_size": 5000000, "min_width": 128},
                        },
                    },
                    "required": ["start_image_url"],
                },
            }
        ]
    }
    text = written_target(document, None, DAY)
    for line in (
        "target: fal/reel-v2-image-to-video",
        "seconds: {min: 5, max: 7}",
        "  max_bytes: 5000000",
        "  min_side: 128",
        "pictures:  # unknown: not stated and guessed: ratios, formats",
        "requires: [first_frame]",
    ):
        assert f"\n{line}\n" in text


def test_pictures_on_the_way_and_several_clips() -> None:
    links = {"type": "array", "items": {"type": "string"}}
    document: Json = {
        "properties": {
            "prompt": {"type": "string"},
            "duration": {"type": "integer", "minimum": 3, "maximum": 30},
            "start_image_url": {"type": "string"},
            "middle_image_urls": {**links, "maxItems": 8},
            "video_urls": {**links, "maxItems": 5},
        }
    }
    text = written_target(document, "a/b", DAY)
    for line in (
        "references: {max: 0, clips: 5}",
        "max_middle_frames: 8",
        "  middle_frames: {how: native}",
        '  middle_frames: "middle_image_urls"',
        "  footage_form: list",
    ):
        assert f"\n{line}\n" in text


def test_what_no_schema_states_is_marked() -> None:
    bare = {"properties": {"prompt": {"type": "string"}, "duration": {"type": "integer"}}}
    marked = [
        line.split(":")[0].strip() for line in written_target(bare, "a/b", DAY).splitlines()
        if "# unknown" in line
    ]  # fmt: skip
    assert marked == ["endpoint", "seconds", "prompt", "pictures", "audio", "prices"]


@pytest.mark.parametrize(
    ("document", "target_id", "said"),
    [
        (SHOT_LIST, None, "add --id host/model"),
        (SHOT_LIST, "Acme", "write host/model in small letters"),
        ({"properties": {"duration": {"type": "integer"}}}, "a/b", "no field for the text"),
        ({"properties": {"prompt": {"type": "string"}}}, "a/b", "no field for its length"),
        ({"paths": {}}, "a/b", "describes nothing, expected one endpoint"),
        ([], "a/b", "expected a JSON object"),
    ],
)
def test_a_document_that_makes_no_target_says_why(
    document: Any, target_id: str | None, said: str
) -> None:
    with pytest.raises(UnknownDocument, match=said):
        written_target(document, target_id, DAY)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=5,
)
FACTS = ["type", "enum", "default", "minimum", "maximum", "maxLength", "maxItems", "items", "x-fal"]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("own")


@given(
    st.sampled_from([SHOT_LIST, WORDS["request_schema"]]), st.data(), st.sampled_from(FACTS), JSON
)
def test_whatever_a_schema_states_the_file_loads(
    folder: Path, made_up: Json, data: st.DataObject, fact: str, value: Any
) -> None:
    document = deepcopy(made_up)
    name = data.draw(st.sampled_from(sorted(document["properties"])))
    document["properties"][name][fact] = value
    try:
        text = written_target(document, "a/b", DAY)
    except UnknownDocument:
        return
    (folder / "new.yaml").write_text(text, encoding="utf-8")
    found = Diagnostics()
    assert load("a/b", found, folders=(folder,)) is not None, [one.message for one in found]


def run(arguments: list[str]) -> int:
    try:
        return storyboard.main(arguments, prog_name="storyboard", standalone_mode=False) or FINE
    except click.UsageError:
        return USAGE


def test_the_command_writes_a_file_that_the_next_one_reads(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "schema.json").write_text(json.dumps(PLAIN), encoding="utf-8")
    (tmp_path / "own").mkdir()
    made = ["targets", "--from", "schema.json", "--id", "acme/film"]
    assert run(made) == FINE
    printed = capsys.readouterr().out
    assert run([*made, "--out", "own/film.yaml"]) == FINE
    assert (tmp_path / "own" / "film.yaml").read_text(encoding="utf-8") == printed
    assert run(["targets", "acme/film", "--targets", "own"]) == FINE
    assert run([*made, "--out", "schema.json", "--force"]) == REFUSED
    assert run(["targets", "--id", "acme/film"]) == USAGE
    assert run(["targets", "fal/kling-o3-pro", "--from", "schema.json"]) == USAGE
