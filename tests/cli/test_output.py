"""Whatever stands in a film, in its name or in a vendor's answer, what is printed is harmless."""

from __future__ import annotations

import ast
import io
import json
import os
import re
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import structs

import storyboard
from storyboard.api import CancelledClip, CancelOutcome, CompileOptions, FilmStatus, Project
from storyboard.cli.main import main
from storyboard.cli.output import write, write_json, write_log_commands
from storyboard.render.width import visible

PACKAGE = Path(storyboard.__file__).parent
COLOR = re.compile(r"\x1b\[[0-9;]*m")
COMMAND = re.compile(r"^\s*::|##\[|##vso\[", re.MULTILINE)
SAMPLES = (
    "x\x1b[8mhidden", "\n::error::fake", "  ::set-output name=a::b", "##[error]fake", "##vso[a]b",
    "\x1b[31mred", "\x9b31m", "\x1b]0;title\x07", "a\rb", "\u202egnp.exe", "a\u200bb", "\u2028::x",
    "\U000e0041", "\x7f", "\n\n##[group]", "::", "\u2066", "\x1b[2J", "[\x1b[1m", "\ue000",
)  # fmt: skip
HOSTILE = st.lists(
    st.one_of(st.sampled_from(SAMPLES), st.text(max_size=4)), min_size=1, max_size=4
).map("".join)
FILM = """\
storyboard: 1
title: {title}
characters: {{mara: {{description: {words}, frontal: https://example.com/front.png}}}}
scenes:
  - id: {name}
    title: {title}
    shots:
      - {{prompt: "@mara rows out.", duration: 4s}}
      - {{id: {name}, prompt: {words}, duration: 4s, {name}: 1}}
"""
SMALL = """\
storyboard: 1
title: {title}
scenes:
  - id: sea
    title: {title}
    shots:
      - {{prompt: A boat passes., duration: 3s}}
"""


def quoted(text: str) -> str:
    """A text as a YAML scalar that holds any character."""
    return '"' + "".join(f"\\U{ord(one):08x}" for one in text) + '"'


def printed(*arguments: str, expect: tuple[int, ...] = (0, 1)) -> tuple[str, str]:
    """What a command prints on its two streams, in this process."""
    streams = [io.TextIOWrapper(io.BytesIO(), encoding="utf-8") for _ in range(2)]
    before = sys.stdout, sys.stderr, sys.argv
    sys.stdout, sys.stderr, sys.argv = *streams, ["storyboard", *arguments]
    try:
        main()
    except SystemExit as done:
        code = done.code
    finally:
        sys.stdout, sys.stderr, sys.argv = before
    out, err = (stream.buffer.getvalue().decode("utf-8") for stream in streams)  # type: ignore[attr-defined]
    assert code in expect, err
    return out, err


def check_harmless(text: str, *, commands: bool = False) -> None:
    for line in text.split("\n"):
        assert visible(line) == line
    if not commands:
        assert not COMMAND.search(text)


def check_command(*arguments: str, expect: tuple[int, ...] = (0, 1)) -> None:
    """Without colours there are none; with them, nothing but our own is added."""
    plain = printed(*arguments, "--color", "never", expect=expect)
    colored = printed(*arguments, "--color", "always", expect=expect)
    for without, with_ in zip(plain, colored, strict=True):
        check_harmless(without)
        assert COLOR.sub("", with_) == without


@pytest.fixture(autouse=True)
def in_no_checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


@given(title=HOSTILE, words=HOSTILE, name=HOSTILE, is_sound=st.booleans())
@settings(max_examples=15)
def test_a_hostile_film_is_shown_harmless(
    title: str, words: str, name: str, is_sound: bool
) -> None:
    text = SMALL if is_sound else FILM
    Path("film.yaml").write_text(
        text.format(title=quoted(title), words=quoted(words), name=quoted(name)), encoding="utf-8"
    )
    check_command("check", "film.yaml")
    check_command("plan", "film.yaml", "--all")
    check_command("plan", "film.yaml", "--by", "scene")
    check_command("why", "1", "--file", "film.yaml", expect=(0, 1, 2))
    check_command("why", "sea", "--file", "film.yaml", expect=(0, 1, 2))
    for form in ("json", "sarif"):
        for stream in printed("check", "film.yaml", "--format", form):
            check_harmless(stream)
    for stream in printed("check", "film.yaml", "--format", "github"):
        check_harmless(stream, commands=True)
    for stream in (*printed("compile", "film.yaml"), *printed("plan", "film.yaml", "--json")):
        check_harmless(stream)


@given(title=HOSTILE)
@settings(max_examples=6)
def test_what_else_a_hostile_film_could_be_is_shown_harmless(title: str) -> None:
    # Each plans the film on every target.
    Path("film.yaml").write_text(SMALL.format(title=quoted(title)), encoding="utf-8")
    check_command("plan", "film.yaml", "--compare")
    check_command("fit", "film.yaml", "--under", "0.40 USD")


@given(title=HOSTILE)
@settings(max_examples=20)
def test_a_plan_in_json_keeps_its_hostile_title(title: str) -> None:
    Path("film.yaml").write_text(SMALL.format(title=quoted(title)), encoding="utf-8")
    out, _ = printed("plan", "film.yaml", "--json")
    made = Project("film.yaml", CompileOptions()).plan().plan
    assert json.loads(out) == json.loads(json.dumps(made.to_json()))


@given(name=HOSTILE)
@settings(max_examples=25)
def test_a_hostile_file_name_is_shown_harmless(name: str) -> None:
    name = "".join(one for one in name if one not in "/\0" and not "\ud800" <= one <= "\udfff")
    name = f"a{name[:40]}.yaml"
    Path(name).write_text(SMALL.format(title="Sea"), encoding="utf-8")
    check_command("check", name)
    check_command("plan", name)
    for command in ("check", "plan", "status", "cancel", "runs"):
        for stream in printed(command, f"gone-{name}", expect=(0, 1, 2, 3)):
            check_harmless(stream)
    for stream in printed(name, expect=(2,)):
        check_harmless(stream)
    Path(name).unlink()


@pytest.fixture(scope="module")
def simulated() -> Iterator[Path]:
    """The folder of a film with a hostile title that the simulator has rendered."""
    with tempfile.TemporaryDirectory() as folder:
        film = Path(folder) / "film.yaml"
        title = quoted("".join(SAMPLES))
        film.write_text(SMALL.format(title=title), encoding="utf-8")
        before = Path.cwd()
        os.chdir(folder)
        try:
            run = printed("run", "film.yaml", "--simulate", "--yes", "--color", "always")
            events = printed("run", "film.yaml", "--simulate", "--yes", "--json")
        finally:
            os.chdir(before)
        (Path(folder) / "said.json").write_text(json.dumps([*run, *events]))
        yield Path(folder)


def test_a_run_of_a_hostile_film_is_shown_harmless(simulated: Path) -> None:
    run = json.loads((simulated / "said.json").read_text())
    assert "Sea" not in run[1]
    assert "hidden" in run[1]
    for stream in run:
        check_harmless(COLOR.sub("", stream))


@given(words=HOSTILE, address=HOSTILE)
@settings(max_examples=30)
def test_a_vendors_words_are_shown_harmless(words: str, address: str, simulated: Path) -> None:
    film = str(simulated / "film.yaml")
    status = Project(film, CompileOptions(is_simulated=True)).status()
    sent = status.sent.intents[0]
    intent = structs.replace(
        sent, problem=words, order=structs.replace(sent.order, address=address)
    )
    status = structs.replace(status, sent=structs.replace(status.sent, intents=(intent, intent)))

    def cancel(_: Project, __: object, *, listen: object, **___: object) -> tuple[object, ...]:
        clips = [CancelledClip(intent=intent, outcome=one, problem=words) for one in CancelOutcome]
        for clip in clips:
            listen(clip)  # type: ignore[operator]
        return tuple(clips)

    def known(_: Project) -> FilmStatus:
        return status

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Project, "cancel", cancel)
        patch.setattr(Project, "status", known)
        said = [
            *printed("cancel", "--file", film, "--simulate", expect=(3,)),
            *printed("status", film, "--simulate"),
            *printed("status", film, "--simulate", "--json"),
        ]
    for stream in said:
        check_harmless(stream)


def test_colours_are_ours_and_others_are_spelt_out(capsys: pytest.CaptureFixture[str]) -> None:
    write("\x1b[1;31mred\x1b[0m \x1b[8mhidden\x1b]0;t\x07\n", color=True)
    write("\x1b[31mred\n")
    said = capsys.readouterr().out
    assert said == "\x1b[1;31mred\x1b[0m ␛[8mhidden␛]0;t␇\n␛[31mred\n"


def test_a_command_to_the_reader_of_a_log_is_spelt_out(capsys: pytest.CaptureFixture[str]) -> None:
    write("::error::a\n  \x1b[1m::b\na::b ##[c] ##vso[d] ## e\n", color=True)
    assert capsys.readouterr().out == (
        "\\x3a:error::a\n  \x1b[1m\\x3a:b\na::b #\\x23[c] #\\x23vso[d] ## e\n"
    )
    write_log_commands("::error title=a::b\n")
    assert capsys.readouterr().out == "::error title=a::b\n"


@given(value=st.one_of(HOSTILE, st.text(st.characters(blacklist_categories=["Cs"]))))
def test_json_is_harmless_and_of_the_same_value(value: str) -> None:
    for is_ascii in (True, False):
        stream = io.StringIO()
        write_json(json.dumps({value: [value]}, ensure_ascii=is_ascii, indent=1), stream)
        check_harmless(stream.getvalue())
        assert json.loads(stream.getvalue()) == {value: [value]}


def _speaks(call: ast.Call) -> bool:
    """Whether a call prints past the door."""
    match call.func:
        case ast.Name(id="print"):
            return True
        case ast.Attribute(value=ast.Name(id="click"), attr=name):
            return name in {"echo", "secho", "confirm", "prompt", "pause", "echo_via_pager"}
        case ast.Attribute(value=ast.Name(id="traceback"), attr=name):
            return name.startswith("print")
        case ast.Attribute(attr="show"):
            return not call.args
        case ast.Attribute(value=ast.Attribute(value=ast.Name(id="sys"))):
            return call.func.attr in {"write", "writelines"}
    return False


def test_everything_is_printed_through_one_door() -> None:
    modules = [path for room in ("cli", "render") for path in (PACKAGE / room).rglob("*.py")]
    assert len(modules) > 30
    past = [
        f"{path.name}:{node.lineno}"
        for path in modules
        if path != PACKAGE / "cli" / "output.py"
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and _speaks(node)
    ]
    assert past == []
