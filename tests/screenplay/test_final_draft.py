"""A screenplay of Final Draft becomes the same storyboard as one in Fountain."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from storyboard.api import Project
from storyboard.cli.main import storyboard
from storyboard.errors import UsageError
from storyboard.screenplay.final_draft import read_final_draft

KITE = Path(__file__).parent / "files" / "kite.fdx"
BOMB = b"""<?xml version="1.0"?>
<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>
<FinalDraft><Content><Paragraph Type="Action"><Text>&b;</Text></Paragraph></Content></FinalDraft>
"""


def test_each_paragraph_is_what_final_draft_calls_it() -> None:
    found = read_final_draft(KITE.read_bytes())
    assert found.title_page == {"title": "The Kite", "author": "Ines"}
    assert [(one.kind, one.name, one.tone, one.is_off, one.text) for one in found.elements] == [
        ("heading", "", "", False, "EXT. BEACH - DAWN"),
        ("action", "", "", False, "VERA (9) runs with a red kite & TOM watches."),
        ("aside", "", "", False, "Check the wind."),
        ("line", "VERA", "shouting", False, "Look, it flies!"),
        ("line", "TOM", "", True, "It always does."),
        ("aside", "", "", False, "CUT TO:"),
        ("heading", "", "", False, "INT. KITCHEN - NIGHT"),
        ("action", "", "", False, "Both talk at once."),
        ("line", "VERA", "", False, "Where is it?"),
        ("line", "TOM", "", False, "Who took it?"),
        ("action", "", "", False, "CLOSE ON the empty hook."),
    ]
    assert found.elements[0].line == 4


def test_it_is_imported_to_a_storyboard_that_is_fine(tmp_path: Path) -> None:
    film = Project.around(tmp_path / "kite").import_screenplay(KITE)
    text = film.read_text("utf-8")
    assert 'title: "The Kite"' in text
    assert '- vera: {line: "Look, it flies!", tone: "shouting"}' in text
    assert '- tom: {line: "It always does.", off: true}' in text
    assert not Project(str(film)).check().diagnostics.has_errors


def test_a_storyboard_that_is_one_is_told_the_command(tmp_path: Path) -> None:
    answer = CliRunner().invoke(storyboard, ["check", str(KITE)], standalone_mode=False)
    assert "a screenplay of Final Draft, expected a storyboard" in answer.output
    assert "`storyboard import" in answer.output


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (BOMB, "declares a document type"),
        (b"<FinalDraft><Content>", "cannot be read in line 1: no element found"),
        (b"<html/>", "is XML of another kind: it begins with <html>"),
        (b"<FinalDraft>" + b"<a>" * 1000, "more than 200 elements inside each other"),
        (b"<?xml version='1.0' encoding='nowhere'?><FinalDraft/>", "an encoding that is not known"),
        (b"", "cannot be read in line 1: no element found"),
        (b"<FinalDraft/>", "holds no action and no dialogue"),
    ],
    ids=["entities", "cut", "html", "deep", "encoding", "empty", "nothing"],
)
def test_what_cannot_be_read_is_refused_in_words(tmp_path: Path, data: bytes, said: str) -> None:
    file = tmp_path / "film.fdx"
    file.write_bytes(data)
    with pytest.raises(UsageError, match=said):
        Project.around(tmp_path / "film").import_screenplay(file)
    assert not (tmp_path / "film").exists()
