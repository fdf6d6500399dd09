"""What an editor gets from `storyboard lsp`, asked by a client over two pipes."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from language_server import LanguageServer, place_in

pytest.importorskip("pygls")

CAST = """\
characters:
  mara:
    frontal: https://example.com/mara.png
    description: a keeper
    looks: {night: {frontal: https://example.com/night.png}}
props:
  lantern: {frontal: https://example.com/lantern.png}
locations:
  hall: {image: https://example.com/hall.png}
"""
FILM = """\
storyboard: 1
title: The Hall
use: [cast.yaml]
vars: {weather: rain}
defaults: {audio: true}
scenes:
  - id: door
    location: hall
    shots:
      - id: knock
        duration: 4s
        prompt: "𝄞 @mara knocks in the {{ weather }}."
        dialogue:
          - mara: Open!
      - id: open
        prompt: "@mara.night opens, @lantern in hand."
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "cast.yaml").write_text(CAST)
    (tmp_path / "storyboard.yaml").write_text(FILM)
    return tmp_path


@pytest.fixture
def editor(folder: Path) -> Iterator[LanguageServer]:
    server = LanguageServer([sys.executable, "-m", "storyboard", "lsp"], folder)
    yield server
    server.close()


def asked(editor: LanguageServer, method: str, uri: str, **more: Any) -> Any:
    return editor.ask(f"textDocument/{method}", {"textDocument": {"uri": uri}, **more})


def at(uri: str, text: str) -> dict[str, Any]:
    """The place of ``|`` in the film, as editors count it."""
    before = text.partition("|")[0]
    place = place_in(uri, before)
    units = len(before.rpartition("\n")[2].encode("utf-16-le")) // 2
    place["position"]["character"] = units
    return place


def covered(found: dict[str, Any]) -> str:
    """The text that a place of the film covers."""
    start, end = found["start"], found["end"]
    line = FILM.splitlines()[start["line"]].encode("utf-16-le")
    return line[start["character"] * 2 : end["character"] * 2].decode("utf-16-le")


def test_one_sitting(editor: LanguageServer, folder: Path) -> None:
    """All that is asked of one server, as a start takes longer than all of it."""
    film, library = folder / "storyboard.yaml", folder / "cast.yaml"
    editor.heed(library.as_uri())
    uri, said = editor.open(film, FILM)
    assert said == []
    assert [one["code"] for one in editor.said_of(library.as_uri())] == ["SB404"]

    # Prices stand above the lines that they are of.
    lenses = asked(editor, "codeLens", uri)
    titles = {one["range"]["start"]["line"] + 1: one["command"]["title"] for one in lenses}
    assert titles[2].startswith("1 clip · 9 s · 1.26 USD to pay · film: 1.26 USD")
    assert titles[10] == "door/knock..open · 9 s · 2 shots · 1.26 USD · new"

    # Names: who they are, where they are declared and used.
    mention = at(uri, FILM.replace("@mara knocks", "@ma|ra knocks"))
    hover = editor.ask("textDocument/hover", mention)
    assert "**mara** · character · 3 uses" in hover["contents"]["value"]
    assert "![mara](https://example.com/mara.png)" in hover["contents"]["value"]
    assert covered(hover["range"]) == "@mara"
    declared = editor.ask("textDocument/definition", mention)
    assert (declared["uri"], declared["range"]["start"]["line"]) == (library.as_uri(), 1)
    context = {"context": {"includeDeclaration": True}}
    uses = editor.ask("textDocument/references", mention | context)
    assert len(uses) == 4
    wanted = editor.ask("textDocument/prepareRename", mention)
    assert (covered(wanted["range"]), wanted["placeholder"]) == ("mara", "mara")
    renamed = editor.ask("textDocument/rename", {**mention, "newName": "marta"})["changes"]
    assert {one["newText"] for edits in renamed.values() for one in edits} == {"marta"}
    assert {covered(one["range"]) for one in renamed[uri]} == {"mara"}
    assert (len(renamed[uri]), len(renamed[library.as_uri()])) == (3, 1)
    taken = editor.ask("textDocument/rename", {**mention, "newName": "lantern"})
    assert "is a prop already" in taken["message"]

    # A shot: what is sent for it.
    shot = editor.ask("textDocument/hover", at(uri, FILM.replace("id: knock", "id: kn|ock")))
    assert "@Element1 knocks in the rain." in shot["contents"]["value"]
    assert "`@Element1` = mara" in shot["contents"]["value"]
    outline = asked(editor, "documentSymbol", uri)
    (scene,) = [one for one in outline if one["name"] == "door"]
    assert [(one["name"], one["detail"]) for one in scene["children"]] == [
        ("knock", "4 s"),
        ("open", "5 s"),
    ]

    # A slip is underlined with its fix, and all the rest is still known.
    slip = FILM.replace("@lantern", "@lanten")
    (found,) = editor.change(uri, slip)
    assert (found["code"], found["severity"]) == ("SB203", 1)
    assert found["range"]["end"]["character"] - found["range"]["start"]["character"] == 7
    (fix,) = asked(editor, "codeAction", uri, range=found["range"], context={"diagnostics": []})
    ((edit,),) = fix["edit"]["changes"].values()
    assert (fix["title"], edit["newText"], edit["range"]) == (
        'write "@lantern"',
        "@lantern",
        found["range"],
    )
    names = editor.ask("textDocument/completion", at(uri, slip.replace("@lanten", "@lan|ten")))
    assert [one["label"] for one in names] == ["mara", "lantern", "hall"]

    # A text that cannot be read keeps its names.
    broken = FILM.replace('"@mara.night', '"@mara.night"@')
    assert editor.change(uri, broken)
    assert editor.ask("textDocument/definition", mention) == declared
    assert editor.change(uri, FILM) == []


def test_of_other_files_nothing_is_said(editor: LanguageServer, folder: Path) -> None:
    other = editor.show(folder / "compose.yaml", "services: {web: {image: nginx}}\n")
    _, said = editor.open(folder / "storyboard.yaml", FILM)
    assert said == []
    assert not editor.has_said(other)
    assert asked(editor, "codeLens", other) == []


def test_a_library_is_checked_by_itself(editor: LanguageServer, folder: Path) -> None:
    uri, (found,) = editor.open(folder / "cast.yaml", CAST.replace("looks:", "lokks:"))
    assert (found["code"], found["range"]["start"]["line"]) == ("SB101", 4)
    hover = editor.ask("textDocument/hover", at(uri, CAST.replace("  mara:", "  ma|ra:")))
    assert "**mara** · character" in hover["contents"]["value"]
