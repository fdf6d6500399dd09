"""A screenplay becomes a storyboard that says what it says."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from storyboard.api import Project
from storyboard.cli.main import storyboard
from storyboard.diagnostics import Diagnostics, Source
from storyboard.document import parse
from storyboard.language.decoder import decode
from storyboard.language.model import Line, Shot, Storyboard
from storyboard.screenplay.fountain import ScriptElement, read_fountain
from storyboard.screenplay.storyboards import storyboard_text

KITE = """\
Title: The Kite
Author: Ines

FADE IN:

EXT. BEACH - DAWN #1#

VERA (9) runs with a *red* kite. Her brother TOM watches.

VERA
(shouting)
Look, it flies!

TOM (V.O.)
It always does, in the morning. [[check the wind]]

CUT TO:

INT. KITCHEN - NIGHT

Tom washes a {{cup}}, 5 @ night.
/* not
this */
TOM
Where is she?
(quiet)
Vera?

.THE ROOF

@McAvoy ^
Here.

>THE END<
"""


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def run(*arguments: str) -> Result:
    return CliRunner().invoke(storyboard, arguments, standalone_mode=False, catch_exceptions=False)


def read(text: str) -> Storyboard:
    found = Diagnostics()
    decoded = decode(Storyboard, parse(Source("film", text), found), found)
    assert decoded.value is not None, [*found]
    assert [*found] == []
    return decoded.value


def test_each_element_is_what_fountain_calls_it() -> None:
    found = read_fountain(KITE)
    assert found.title_page == {"title": "The Kite", "author": "Ines"}
    assert [(one.kind, one.name or one.text) for one in found.elements] == [
        ("aside", "FADE IN:"),
        ("heading", "EXT. BEACH - DAWN"),
        ("action", "VERA (9) runs with a red kite. Her brother TOM watches."),
        ("line", "VERA"),
        ("line", "TOM"),
        ("aside", "check the wind"),
        ("aside", "CUT TO:"),
        ("heading", "INT. KITCHEN - NIGHT"),
        ("action", "Tom washes a {{cup}}, 5 @ night."),
        ("line", "TOM"),
        ("line", "TOM"),
        ("heading", "THE ROOF"),
        ("line", "McAvoy"),
        ("action", "THE END"),
    ]
    lines = [one for one in found.elements if one.kind == "line"]
    assert [(one.text, one.tone, one.is_off) for one in lines] == [
        ("Look, it flies!", "shouting", False),
        ("It always does, in the morning.", "", True),
        ("Where is she?", "", False),
        ("Vera?", "quiet", False),
        ("Here.", "", False),
    ]
    assert lines[0].line == 10


def test_looks_are_what_stands_behind_a_name_in_capitals() -> None:
    text = """\
INT. HALL - LATER

MARTA, 40, in a yellow raincoat, runs past PIM, OLE, and VERA (9).

MARTA
Wait!

PIM
Why?

VERA
Yes, why?
"""
    made = read(storyboard_text(read_fountain(text), "hall.fountain"))
    assert made.characters is not None
    looks = {name: one.description for name, one in made.characters.items()}
    assert looks == {"marta": "40, in a yellow raincoat", "pim": "Pim", "vera": "9"}
    (scene,) = made.scenes
    assert scene.shots[0].light is None


def test_an_imported_screenplay_is_checked_and_priced() -> None:
    Path("kite.fountain").write_text(KITE, encoding="utf-8")
    answer = run("import", "kite.fountain", "kite")
    assert answer.return_value == 0
    assert answer.stdout == "wrote kite/storyboard.yaml\n\nnext: storyboard check kite\n"
    found = Project("kite").plan()
    assert not found.compilation.diagnostics.has_errors
    assert found.plan.is_applyable
    assert found.plan.cost.total is not None
    text = Path("kite/storyboard.yaml").read_text("utf-8")
    assert '"@{vera} (9) runs with a red kite. Her brother @{tom} watches."' in text
    assert text.count("# check the wind") == text.count("# CUT TO:") == 1
    # Nothing is written over.
    assert "is there already" in str(_refused("kite.fountain", "kite"))


def test_a_speech_that_is_too_long_for_a_shot_is_divided_behind_a_sentence() -> None:
    speech = "I have been here for a long time and I do not know. " * 8
    Path("long.fountain").write_text(f"INT. A - DAY\n\nRain.\n\nMARA\n{speech}\n", "utf-8")
    run("import", "long.fountain", "long")
    found = Project("long").plan().compilation
    assert {one.code.id for one in found.diagnostics} <= {"SB223", "SB230"}
    text = Path("long/storyboard.yaml").read_text("utf-8")
    assert text.count("I do not know.") == 8
    assert text.count("- mara: {line:") == text.count('know."}') > 2


def _refused(*arguments: str) -> str:
    answer = CliRunner().invoke(storyboard, ["import", *arguments], standalone_mode=False)
    return f"{answer.output}{answer.exception or ''}"


def test_what_holds_nothing_is_refused_in_words() -> None:
    Path("empty.fountain").write_text("INT. A - DAY\n", encoding="utf-8")
    Path("bytes.fountain").write_bytes(b"\xff\xfe\x00")
    assert "holds no action and no dialogue" in _refused("empty.fountain", "a")
    assert "is no text in UTF-8" in _refused("bytes.fountain", "a")
    assert "cannot be read: no such file" in _refused("none.fountain", "a")
    assert not Path("a").exists()


def test_what_is_no_screenplay_is_refused_by_what_it_is() -> None:
    Path("a.pdf").write_bytes(b"%PDF-1.7")
    Path("a.xml").write_text("<?xml version='1.0'?>\n<html/>", encoding="utf-8")
    Path("a.yaml").write_text("storyboard: 1\nscenes: []\n", encoding="utf-8")
    os.mkfifo("pipe.fountain")
    assert "is a PDF document: save it as plain text in Fountain" in _refused("a.pdf", "a")
    assert "is XML or HTML: save it as plain text in Fountain" in _refused("a.xml", "a")
    assert "is a storyboard already" in _refused("a.yaml", "a")
    assert "it is a named pipe, not a plain file" in _refused("pipe.fountain", "a")
    assert not Path("a").exists()


def lines_of(shot: Shot) -> list[Line]:
    return [line for item in shot.dialogue or () for line in item.values()]


def told(text: str) -> str:
    """A text without blanks and without what stands between braces for letters."""
    return re.sub(r"[\W_]+", "", text)


WORDS = st.text("aB é日{}%#@&*!|>[]:\"'\\-_~=.\t\u200c", min_size=1, max_size=20)
SIGNS = """INT. HOUSE - DAY|EXT. ELEMENT1|MARA|TOM (V.O.)|(low)|CUT TO:|# Act|= what|[[note]]|/*|*/\
|.FORCED|@mara|~song|===|Title: A||"""
LINES = st.one_of(WORDS, st.sampled_from(SIGNS.split("|")))


@given(st.lists(LINES, max_size=20).map("\n".join))
@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_text_becomes_a_storyboard_that_keeps_its_lines(text: str) -> None:
    screenplay = read_fountain(text)
    if not any(one.kind in ("action", "line") for one in screenplay.elements):
        return
    film = read(storyboard_text(screenplay, "a.fountain"))
    shots = [shot for scene in film.scenes for shot in scene.shots]
    said = [str(one.line) for shot in shots for one in lines_of(shot)]
    wanted: list[ScriptElement] = [one for one in screenplay.elements if one.kind == "line"]
    # A speech that is too long for a shot goes on in the next one.
    assert "".join(map(told, said)) == "".join(told(one.text) for one in wanted)
    assert len(said) >= len(wanted)
    seen = [str(shot.prompt) for shot in shots if shot.prompt]
    actions = [told(one.text) for one in screenplay.elements if one.kind == "action"]
    kept = [told(one).casefold() for one in seen]
    assert all(any(action.casefold() in one for one in kept) for action in actions if action)
