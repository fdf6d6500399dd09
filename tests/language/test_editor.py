"""What an editor with yaml-language-server offers, explains and refuses in a storyboard.

The server is the npm package of that name (``npm install -g yaml-language-server``); without it
these tests are skipped.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator

import pytest
from language_server import LanguageServer

from storyboard.language.editor_hints import SHOT_SIZES
from storyboard.language.schema import language_schema
from storyboard.targets.load import catalogue

SERVER = shutil.which("yaml-language-server")
FILM = "film.storyboard.yaml"
HEAD = "storyboard: 1\nscenes:\n  - shots:\n"

pytestmark = pytest.mark.skipif(SERVER is None, reason="yaml-language-server is not installed")


@pytest.fixture(scope="module")
def editor(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LanguageServer]:
    folder = tmp_path_factory.mktemp("editor")
    patterns = {"storyboard": "*.storyboard.yaml", "library": "cast.yaml"}
    schemas = {}
    for name, pattern in patterns.items():
        path = folder / f"{name}.schema.json"
        path.write_text(json.dumps(language_schema(name, catalogue())), encoding="utf-8")
        schemas[path] = pattern
    server = LanguageServer([str(SERVER), "--stdio"], folder, schemas)
    yield server
    server.close()


def labels(editor: LanguageServer, text: str, name: str = FILM) -> list[str]:
    return sorted(item["label"] for item in editor.completions(name, text))


def test_a_good_film_is_fine(editor: LanguageServer) -> None:
    film = (
        "storyboard: 1\ntarget: fal/kling-o3-pro\ncharacters:\n  mara: {description: a keeper}\n"
        "scenes:\n  - shots:\n      - The sea.\n      - size: a size of my own\n"
        '        prompt: "@mara waits."\n        dialogue: [{mara: Hello.}]\n'
    )
    assert editor.findings(FILM, film) == []


def test_targets_are_offered_and_nothing_else(editor: LanguageServer) -> None:
    assert labels(editor, "storyboard: 1\ntarget: |\n") == catalogue()


def test_sizes_are_offered_and_nothing_else(editor: LanguageServer) -> None:
    offered = labels(editor, f"{HEAD}      - prompt: The sea.\n        size: |\n")
    assert offered == sorted(SHOT_SIZES)


@pytest.mark.parametrize(
    ("film", "line", "said"),
    [
        ("storyboard: 1\ntarget: fal/kling-9\nscenes: []\n", 2, "storyboard targets"),
        (f"{HEAD}      - duration: 4s\n", 4, "a shot says what it shows"),
        (
            (
                f"{HEAD}      - prompt: The sea.\n        dialogue:\n"
                "          - mara: Hello.\n            pim: Hello.\n"
            ),
            6,
            "one speaker in each item",
        ),
    ],
)
def test_what_is_wrong_is_refused_in_words(
    editor: LanguageServer, film: str, line: int, said: str
) -> None:
    (found,) = editor.findings(FILM, film)
    assert found.startswith(f"{line}: ")
    assert said in found


def test_shots_lines_and_characters_are_offered_as_snippets(editor: LanguageServer) -> None:
    assert "shot" in labels(editor, f"{HEAD}      - |\n")
    line = f"{HEAD}      - prompt: The sea.\n        dialogue:\n          - |\n"
    assert "line" in labels(editor, line)
    assert "character" in labels(editor, "storyboard: 1\ncharacters:\n  |\n")
    assert "character" in labels(editor, "storyboard: 1\ncharacters:\n  |\n", "cast.yaml")


def test_a_snippet_is_a_shot_that_the_editor_accepts(editor: LanguageServer) -> None:
    items = editor.completions(FILM, f"{HEAD}      - |\n")
    (shot,) = [item for item in items if item["label"] == "shot"]
    assert "prompt:" in (shot.get("insertText") or shot["textEdit"]["newText"])


def test_a_key_is_explained_under_its_title(editor: LanguageServer) -> None:
    shown = editor.hover(FILM, f"{HEAD}      - prompt: The sea.\n        start_fr|ame: a.png\n")
    assert "Start frame" in shown
    assert "The picture the shot opens on" in shown.replace("&nbsp;", " ").replace("\\", "")


def test_a_cast_library_has_a_schema_of_its_own(editor: LanguageServer) -> None:
    cast = "storyboard: 1\ncharacters:\n  mara: {description: a keeper, frontl: a.png}\n"
    (found,) = editor.findings("cast.yaml", cast)
    assert found.startswith("3: ")
    assert "frontl" in found
