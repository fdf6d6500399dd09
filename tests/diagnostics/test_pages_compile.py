"""Each page's bad example causes its code and nothing worse; each good one is clean."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Callable
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from PIL import Image

from storyboard import api
from storyboard.cli.compiling import check_command, plan_command
from storyboard.diagnostics import Diagnostic, Diagnostics, Severity
from storyboard.diagnostics.codes import REGISTRY
from storyboard.diagnostics.pages import Example, cases
from storyboard.plan.file import write
from storyboard.render.snippets import render_text
from storyboard.syntax.parsing import MAX_NODES
from storyboard.syntax.reading import MAX_BYTES

PACKAGE = Path(str(files("storyboard")))
FILM = "film.storyboard.yaml"
COMMANDS = {"check": check_command, "plan": plan_command}
OPTIONS = {"target", "settings", "target_folders", "max_references", "max_cost", "max_seconds"}

WITHOUT_PAGE = {"SB407": "nothing finds a superseded target yet"}

AS_BYTES: dict[str, Callable[[str], bytes]] = {
    # A page cannot be as long as the file that is too large.
    "SB002": lambda text: text.encode() * (1 + MAX_BYTES // len(text.encode())),
    # A page is UTF-8 itself.
    "SB003": lambda text: text.encode("cp1252"),
    # A page cannot print a NUL.
    "SB004": lambda text: text.replace("␀", "\0").encode(),
}
"""Codes that a text cannot cause, with the bytes that their bad example stands for."""

FAULTS = {
    "SB901": "it takes a plan with a mistake, and the planner makes none that is known",
    "SB902": "it takes a mistake of the tool, and those that are known are mended",
}
"""Codes that no storyboard causes: the faults are made in tests of their own."""

CODES = sorted(set(REGISTRY) - set(WITHOUT_PAGE))


@pytest.fixture(autouse=True)
def _in_a_project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / ".git").mkdir()
    monkeypatch.chdir(tmp_path)


def lay_out(example: Example, as_bytes: Callable[[str], bytes] = str.encode) -> dict[str, Any]:
    """Write an example's files into the current folder; the options that its command gives."""
    command, *arguments = example.arguments or ("plan", FILM)
    options = COMMANDS[command].make_context(command, arguments).params
    assert (options.get("files") or (options.get("file"),))[0].rstrip("s") in {FILM, (FILM,)} or (
        FILM in example.arguments
    )
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
    """What is found in an example; a page that says ``check`` is checked, any other is planned."""
    given = lay_out(example, as_bytes)
    options = api.Options(**{name: given[name] for name in OPTIONS & set(given)})
    if example.arguments[:1] == ("check",):
        return list(api.check(FILM, options).diagnostics)
    made, compilation = api.plan(FILM, options)
    if (out := given.get("out")) is not None:
        write(made, out, compilation.diagnostics)
    return list(compilation.diagnostics)


def codes(found: list[Diagnostic]) -> list[str]:
    return [diagnostic.code.id for diagnostic in found]


def errors(found: list[Diagnostic]) -> list[str]:
    return codes([diagnostic for diagnostic in found if diagnostic.severity is Severity.ERROR])


def shown(found: list[Diagnostic]) -> str:
    return render_text(found, color=False, width=100)


def test_every_code_has_a_page_and_every_page_a_code() -> None:
    pages = {path.stem for path in (PACKAGE / "diagnostics" / "pages").iterdir()}
    assert pages == set(CODES)


@pytest.mark.parametrize("code", sorted(WITHOUT_PAGE))
def test_a_code_without_a_page_is_found_nowhere(code: str) -> None:
    registry = PACKAGE / "diagnostics" / "codes.py"
    constant = re.search(rf"^(\w+) = _code\(\s*{int(code[2:])},", registry.read_text(), re.MULTILINE)
    assert constant is not None
    users = [
        path.name
        for path in PACKAGE.rglob("*.py")
        if path != registry and re.search(rf"\b{constant[1]}\b", path.read_text())
    ]
    assert users == [], f"{code} is used now: write its page"


@pytest.mark.parametrize("code", sorted(set(CODES) - set(FAULTS)))
def test_a_bad_example_causes_its_code_once_and_no_other_error(code: str) -> None:
    bad, _ = cases(code)
    for example in bad:
        found = compiled(example, AS_BYTES.get(code, str.encode))
        assert codes(found).count(code) == 1, shown(found)
        assert set(errors(found)) <= {code}, shown(found)


@pytest.mark.parametrize("code", sorted(set(CODES) - set(FAULTS)))
def test_what_a_bad_example_causes_says_where_and_what_to_write(code: str) -> None:
    bad, _ = cases(code)
    for example in bad:
        found = compiled(example, AS_BYTES.get(code, str.encode))
        said = next(diagnostic for diagnostic in found if diagnostic.code.id == code)
        assert said.help, said.message
        # What the command line gave has no place in a file.
        assert (said.span is None) == bool({"--set", "--out"} & set(example.arguments))
        assert not said.message.endswith(".")
        assert "/tmp" not in shown([said])  # noqa: S108 - a place is shown as it was written


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
    found = list(api.check("nothing.yaml").diagnostics)
    assert codes(found) == ["SB001"]
    assert "init" in found[0].help


def test_a_folder_without_a_storyboard_is_unreadable() -> None:
    Path("empty").mkdir()
    assert codes(list(api.check("empty").diagnostics)) == ["SB001"]


def test_a_file_of_too_many_values_is_too_large() -> None:
    Path(FILM).write_text(f"storyboard: 1\nx-values: [{'1,' * MAX_NODES}]\n")
    assert codes(list(api.check(FILM).diagnostics)) == ["SB002"]


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
    made, _ = api.plan(FILM)
    diagnostics = Diagnostics()
    assert not write(made, Path(place), diagnostics)
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
    make = api.planning.make_plan

    def make_wrongly(*given: Any, **named: Any) -> Any:
        made = make(*given, **named)
        made["requests"][0]["payload"]["duration"] = "99"
        return made

    monkeypatch.setattr(api.planning, "make_plan", make_wrongly)
    lay_out(example)
    made, compilation = api.plan(FILM)
    assert set(codes(list(compilation.diagnostics))) == {"SB901"}
    assert made["requests"] == []
    assert made["applyable"] is False
    assert all("report" in found.help for found in compilation.diagnostics)


def test_a_mistake_of_the_tool_is_words_and_an_exit_code_and_no_traceback() -> None:
    [example] = cases("SB902")[0]
    lay_out(example)
    faulty = (
        "import sys, storyboard.cli.main as cli, storyboard.api as api\n"
        "def check(*given): raise ZeroDivisionError('a fault')\n"
        "api.check = check\n"
        f"sys.argv = {['storyboard', *example.arguments]!r}\n"
        "cli.main()\n"
    )
    ran = subprocess.run([sys.executable, "-c", faulty], capture_output=True, text=True, check=False)
    assert ran.returncode == 3
    assert ran.stderr.startswith("error[SB902 internal-error]: ")
    assert "ZeroDivisionError" in ran.stderr
    assert "Traceback" not in ran.stderr
    assert ran.stdout == ""
