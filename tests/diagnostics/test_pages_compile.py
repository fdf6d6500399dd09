"""Each page's bad example causes its code and nothing worse; each good one is clean."""

from __future__ import annotations

import contextlib
import io
import re
import subprocess
import sys
import tempfile
from collections.abc import Callable
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from msgspec import structs
from PIL import Image

from storyboard import api
from storyboard.cli.check import check_command
from storyboard.cli.plan import plan_command
from storyboard.diagnostics import Diagnostic, Diagnostics, Severity
from storyboard.diagnostics.codes import REGISTRY
from storyboard.diagnostics.pages import Example, cases
from storyboard.document.encoding import MAX_BYTES
from storyboard.document.parser import MAX_NODES
from storyboard.plan import plan as make_plan
from storyboard.plan.file import write
from storyboard.render.snippets import render_text

FILM = "film.storyboard.yaml"
COMMANDS = {"check": check_command, "plan": plan_command}
OPTIONS = {field.name for field in structs.fields(api.CompileOptions)}

AS_BYTES: dict[str, Callable[[str], bytes]] = {
    # A page cannot be as long as the file that is too large.
    "SB002": lambda text: (text + text.splitlines(keepends=True)[-1] * (MAX_BYTES // 20)).encode(),
    # A page is UTF-8 itself.
    "SB003": lambda text: text.encode("cp1252"),
    # A page cannot print a NUL.
    "SB004": lambda text: text.replace("␀", "\0").encode(),
}
"""Codes that a text cannot cause, with the bytes that their bad example stands for."""

FAULTS = {
    "SB901": "it takes a plan with a mistake, and the planner makes none that is known",
    "SB902": "it takes a mistake of the tool, and those that are known are mended",
    "SB313": "it takes a clip that is paid; tests/plan/test_changes.py has one",
    "SB603": "it takes days after an order; tests/cli/test_price_age.py has one",
    "SB605": "it takes a lock that has lost its lines; tests/run/test_lost_records.py has some",
    "SB604": "it takes a clip that is paid; tests/plan/test_changes.py has one",
    "SB505": "it takes a day long after the price was read; tests/cli/test_price_age.py has one",
}
"""Codes that no storyboard causes: they are caused in tests of their own."""

CODES = sorted(REGISTRY)
BY_STORYBOARD = sorted(set(REGISTRY) - set(FAULTS))


@pytest.fixture(autouse=True)
def _in_a_project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / ".git").mkdir()
    monkeypatch.chdir(tmp_path)


def lay_out(example: Example, as_bytes: Callable[[str], bytes] = str.encode) -> dict[str, Any]:
    """Write an example's files into the current folder; the options that its command gives."""
    command, *arguments = example.arguments or ("plan", FILM)
    options = COMMANDS[command].make_context(command, arguments).params
    assert FILM in {options.get("file"), *options.get("files", ())}
    Path(FILM).write_bytes(as_bytes(example.storyboard))
    for name, text in example.files:
        path = Path(name)
        path.parent.mkdir(parents=True, exist_ok=True)
        if path.suffix == ".png":
            width, height = map(int, re.findall(r"[0-9]+", text))
            Image.new("RGB", (width, height), "teal").save(path)
        else:
            path.write_text(text, encoding="utf-8")
    return options


def compiled(example: Example, as_bytes: Callable[[str], bytes] = str.encode) -> list[Diagnostic]:
    """What is found in an example, in a folder of its own; planned unless it says ``check``."""
    with contextlib.chdir(tempfile.mkdtemp(dir=Path.cwd())):
        return _compiled(example, as_bytes)


def _compiled(example: Example, as_bytes: Callable[[str], bytes]) -> list[Diagnostic]:
    given = lay_out(example, as_bytes)
    options = api.CompileOptions(**{name: given[name] for name in OPTIONS & set(given)})
    if example.arguments[:1] == ("check",):
        return list(api.Project(FILM, options).check().diagnostics)
    project = api.Project(FILM, options)
    made, compilation = project.plan()
    if (out := given.get("out")) is not None:
        write(made, out, project.outputs(made), compilation.diagnostics)
    return list(compilation.diagnostics)


def codes(found: list[Diagnostic]) -> list[str]:
    return [diagnostic.code.id for diagnostic in found]


def errors(found: list[Diagnostic]) -> list[str]:
    return codes([diagnostic for diagnostic in found if diagnostic.severity is Severity.ERROR])


def shown(found: list[Diagnostic]) -> str:
    return render_text(found, color=False, width=100)


def test_every_code_has_a_page_and_every_page_a_code() -> None:
    pages = Path(str(files("storyboard.diagnostics"))) / "pages"
    assert {path.name for path in pages.iterdir()} == {f"{code}.md" for code in CODES}


@pytest.mark.parametrize("code", BY_STORYBOARD)
def test_a_bad_example_causes_its_code_alone_and_says_where_and_what_to_write(code: str) -> None:
    bad, _ = cases(code)
    for example in bad:
        found = compiled(example, AS_BYTES.get(code, str.encode))
        assert set(errors(found)) <= {code}, shown(found)
        caused = [diagnostic for diagnostic in found if diagnostic.code.id == code]
        assert len(caused) == 1, shown(found)
        (said,) = caused
        assert said.help, said.message
        # What the command line gave, and the ledger, have no place in a storyboard.
        is_placeless = code == "SB602" or bool({"--set", "--out"} & set(example.arguments))
        assert (said.span is None) == is_placeless
        assert not said.message.endswith(".")
        assert str(Path.cwd()) not in shown([said])


@pytest.mark.parametrize("code", CODES)
def test_a_good_example_has_no_error_and_not_its_code(code: str) -> None:
    _, good = cases(code)
    for example in good:
        found = compiled(example)
        assert errors(found) == [], shown(found)
        assert code not in codes(found), shown(found)


@pytest.mark.parametrize("code", sorted(AS_BYTES))
def test_an_example_that_stands_for_other_bytes_is_fine_as_the_text_that_it_is(code: str) -> None:
    bad, _ = cases(code)
    for example in bad:
        assert compiled(example) == []


def test_a_storyboard_that_is_not_there_is_unreadable() -> None:
    found = list(api.Project("nothing.yaml").check().diagnostics)
    assert codes(found) == ["SB001"]
    assert "init" in found[0].help


def test_a_folder_without_a_storyboard_is_unreadable() -> None:
    Path("empty").mkdir()
    assert codes(list(api.Project("empty").check().diagnostics)) == ["SB001"]


def closed_stream() -> io.TextIOWrapper:
    stream = io.TextIOWrapper(io.BytesIO())
    stream.buffer.close()
    return stream


@pytest.mark.parametrize("stream", [None, closed_stream()])
def test_a_standard_input_that_is_closed_is_unreadable(
    stream: io.TextIOWrapper | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "stdin", stream)
    found = list(api.Project("-").check().diagnostics)
    assert codes(found) == ["SB001"]
    assert "standard input" in found[0].message


def test_a_file_of_too_many_values_is_too_large() -> None:
    Path(FILM).write_text(f"storyboard: 1\nx-values: [{'1,' * MAX_NODES}]\n")
    assert codes(list(api.Project(FILM).check().diagnostics)) == ["SB002"]


@pytest.mark.parametrize("encoding", ["utf-16", "utf-32", "utf-16-le"])
def test_a_file_in_another_unicode_encoding_is_refused_by_its_name(encoding: str) -> None:
    [example] = cases("SB003")[1]
    found = compiled(example, lambda text: text.encode(encoding))
    assert codes(found) == ["SB003"]
    assert encoding[:6].upper() in found[0].message


@pytest.mark.parametrize("place", ["no-such-folder/film.plan", f"{FILM}/film.plan", "."])
def test_a_plan_that_cannot_be_written_is_an_error_and_leaves_nothing_behind(place: str) -> None:
    [example] = cases("SB601")[1]
    lay_out(example)
    before = sorted(Path().iterdir())
    project, diagnostics = api.Project(FILM), Diagnostics()
    made, _ = project.plan()
    assert not write(made, Path(place), project.outputs(made), diagnostics)
    assert codes(list(diagnostics)) == ["SB601"]
    assert sorted(Path().iterdir()) == before


def test_the_command_refuses_a_plan_that_it_cannot_write() -> None:
    bad, good = cases("SB601")
    for [example], code in ((bad, 1), (good, 0)):
        lay_out(example)
        ran = CliRunner().invoke(plan_command, example.arguments[1:], standalone_mode=False)
        assert ran.return_value == code
        assert ("SB601" in ran.output) == bool(code)
    assert Path("film.plan").is_file()


def test_a_plan_that_breaks_a_rule_is_reported_and_not_shown(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    [example] = cases("SB901")[0]

    def make_wrongly(*given: Any, **named: Any) -> Any:
        made = make_plan(*given, **named)
        made.requests[0].payload["duration"] = "99"
        return made

    monkeypatch.setattr("storyboard.api._plan.make_plan", make_wrongly)
    lay_out(example)
    made, compilation = api.Project(FILM).plan()
    assert set(codes(list(compilation.diagnostics))) == {"SB901"}
    assert made.requests == ()
    assert made.is_applyable is False
    assert all("report" in found.help for found in compilation.diagnostics)


def test_a_mistake_of_the_tool_is_words_and_an_exit_code_and_no_traceback() -> None:
    [example] = cases("SB902")[0]
    lay_out(example)
    faulty = (
        "import sys, storyboard.cli.main as cli, storyboard\n"
        "def check(*given): raise ZeroDivisionError('a fault')\n"
        "storyboard.Project.check = check\n"
        f"sys.argv = {['storyboard', *example.arguments]!r}\n"
        "cli.main()\n"
    )
    ran = subprocess.run(
        [sys.executable, "-c", faulty], capture_output=True, text=True, check=False
    )
    assert ran.returncode == 3
    assert ran.stderr.startswith("error[SB902 internal-error]: ")
    assert "ZeroDivisionError" in ran.stderr
    assert "Traceback" not in ran.stderr
    assert ran.stdout == ""
