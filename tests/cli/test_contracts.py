"""The command line's contracts: exit codes, streams, JSON, and no traceback for anyone."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from commands import run_command
from jsonschema import Draft202012Validator

from storyboard.targets.schemas import read_schema

FILM = """\
storyboard: 1
title: A Boat
characters: {mara: {frontal: https://example.com/front.png}}
scenes:
  - id: sea
    shots:
      - {prompt: "@mara rows out.", duration: 4s}
      - {prompt: "@mara ships the oars.", duration: 4s}
"""


def run(
    *arguments: str, cwd: Path, stdin: str | bytes = "", env: dict[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONIOENCODING": "ascii", **(env or {})}
    done = run_command(*arguments, cwd=cwd, input=stdin, env=environment)
    assert "Traceback" not in done.stderr
    return done


@pytest.fixture
def film(tmp_path: Path) -> Path:
    (tmp_path / "storyboard.yaml").write_text(FILM, encoding="utf-8")
    return tmp_path


def test_a_first_film_is_written_and_plans_at_once(tmp_path: Path) -> None:
    assert run("init", "kite", cwd=tmp_path).returncode == 0
    done = run("plan", "kite", cwd=tmp_path)
    assert done.returncode == 0
    assert "clip" in done.stdout.splitlines()[-2]
    assert done.stdout.splitlines()[-1].startswith("film: 0.00 USD paid + ")
    again = run("init", "kite", cwd=tmp_path)
    assert again.returncode == 2
    assert "nothing was written" in again.stderr


def test_a_first_film_fits_a_terminal(tmp_path: Path) -> None:
    run("init", "film", cwd=tmp_path)
    written = (tmp_path / "film" / "storyboard.yaml").read_text(encoding="utf-8")
    assert max(map(len, written.splitlines())) <= 80


def test_a_first_film_completes_the_files_of_git_and_replaces_none(tmp_path: Path) -> None:
    (tmp_path / ".gitignore").write_bytes(b"*.bak\r\n/out")
    done = run("init", cwd=tmp_path)
    assert done.returncode == 0
    assert "added to .gitignore: .storyboard/\n" in done.stdout
    assert (tmp_path / ".gitignore").read_bytes() == b"*.bak\r\n/out\n.storyboard/\n"
    attributes = tmp_path / ".gitattributes"
    assert attributes.read_text() == "storyboard.lock merge=union\n"
    (tmp_path / "storyboard.yaml").unlink()
    again = run("init", cwd=tmp_path)
    assert "added to" not in again.stdout
    assert attributes.read_text() == "storyboard.lock merge=union\n"


def test_a_film_that_is_there_gets_the_files_of_git_and_stays_as_it_is(film: Path) -> None:
    assert run("init", "--title", "Another", cwd=film).returncode == 2
    assert [one.name for one in film.iterdir()] == ["storyboard.yaml"]
    done = run("init", cwd=film)
    assert done.returncode == 0
    assert done.stdout.splitlines()[0] == "storyboard.yaml is there already, and stays as it is"
    assert (film / "storyboard.yaml").read_text(encoding="utf-8") == FILM
    assert (film / ".gitignore").read_text() == ".storyboard/\nout/\n"


def test_a_folder_in_the_place_of_a_file_of_git_is_told(tmp_path: Path) -> None:
    (tmp_path / ".gitignore").mkdir()
    done = run("init", cwd=tmp_path)
    assert done.returncode == 2
    assert '.gitignore" cannot be written' in done.stderr


def test_a_title_with_quotation_marks_is_written_as_it_is(tmp_path: Path) -> None:
    title = 'Say "go", \\ then: #1'
    assert run("init", "kite", "--title", title, cwd=tmp_path).returncode == 0
    plan = json.loads(run("plan", "kite", "--json", cwd=tmp_path).stdout)
    assert plan["storyboard"]["title"] == title


def test_a_plan_as_json_satisfies_its_schema(film: Path) -> None:
    done = run("plan", "--json", cwd=film)
    assert done.returncode == 0
    plan = json.loads(done.stdout)
    assert list(Draft202012Validator(read_schema("plan.schema.json")).iter_errors(plan)) == []
    assert plan["applyable"] is True


def test_a_plan_that_cannot_be_is_json_all_the_same(film: Path) -> None:
    (film / "storyboard.yaml").write_text(FILM.replace("@mara rows", "@marra rows"))
    done = run("plan", "--json", cwd=film)
    plan = json.loads(done.stdout)
    assert done.returncode == 1
    assert plan["applyable"] is False
    assert plan["requests"] == []
    assert [found["code"] for found in plan["diagnostics"]] == ["SB203"]
    assert list(Draft202012Validator(read_schema("plan.schema.json")).iter_errors(plan)) == []


def test_a_plan_is_written_with_the_bytes_that_are_printed(film: Path) -> None:
    printed = run("plan", "--json", cwd=film).stdout
    assert run("plan", "--out", "film.plan", cwd=film).returncode == 0
    assert (film / "film.plan").read_text(encoding="utf-8") == printed


def test_a_refused_plan_is_not_written(film: Path) -> None:
    done = run("plan", "--out", "film.plan", "--max-cost", "0.10 USD", cwd=film)
    assert done.returncode == 1
    assert "SB501" in done.stderr
    assert "0.90 USD: the smallest limit that would pass" in done.stderr
    assert not (film / "film.plan").exists()


def test_too_many_seconds_are_refused_with_the_smallest_limit(film: Path) -> None:
    done = run("plan", "--max-seconds", "7", cwd=film)
    assert done.returncode == 1
    assert "allow 8 s" in done.stderr
    assert run("plan", "--max-seconds", "8", cwd=film).returncode == 0


def test_the_detailed_exit_code_tells_that_clips_are_pending(film: Path) -> None:
    assert run("plan", "--detailed-exitcode", cwd=film).returncode == 5


def test_findings_of_several_files_come_in_one_go(film: Path) -> None:
    (film / "bad.yaml").write_text("storyboard: 1\nscenes: [{shots: [{promt: x}]}]\n")
    done = run("check", "storyboard.yaml", "bad.yaml", "--format", "json", cwd=film)
    assert done.returncode == 1
    found = json.loads(done.stdout)
    assert (
        list(Draft202012Validator(read_schema("diagnostics.schema.json")).iter_errors(found)) == []
    )
    errors = [one for one in found["diagnostics"] if one["severity"] == "error"]
    assert [(one["code"], one["span"]["file"]) for one in errors] == [("SB101", "bad.yaml")]


def test_standard_input_is_a_storyboard(tmp_path: Path) -> None:
    done = run("plan", "-", "--json", cwd=tmp_path, stdin=FILM)
    assert json.loads(done.stdout)["storyboard"]["file"] == "<stdin>"
    assert run("check", "-", cwd=tmp_path, stdin=b"\xff\xfe\x00").returncode == 1


@pytest.mark.parametrize("form", ["json", "sarif", "github", "text"])
def test_every_form_goes_to_stdout_alone(film: Path, form: str) -> None:
    (film / "storyboard.yaml").write_text(FILM.replace("4s", "four"))
    done = run("check", "--format", form, cwd=film)
    assert done.returncode == 1
    assert "SB105" in done.stdout
    if form in {"json", "sarif"}:
        json.loads(done.stdout)


def test_payloads_are_printed_alone(film: Path) -> None:
    listed = json.loads(run("compile", cwd=film).stdout)["requests"]
    assert [sorted(one) for one in listed] == [["endpoint", "id", "payload"]]
    assert listed[0]["payload"]["multi_prompt"][0]["prompt"] == "@Element1 rows out."


def test_a_target_on_the_command_line_comes_before_the_storyboards(film: Path) -> None:
    done = run("plan", "--json", "--target", "fal/kling-o3-standard", cwd=film)
    assert json.loads(done.stdout)["target"] == "fal/kling-o3-standard"


def test_a_target_named_wrongly_gives_the_nearest(film: Path) -> None:
    done = run("plan", "--target", "fal/kling-03-pro", cwd=film)
    assert done.returncode == 1
    assert "fal/kling-o3-pro" in done.stderr


@pytest.mark.parametrize(
    "arguments",
    [
        ("chekc",),
        ("plan", "--set", "weather"),
        ("plan", "--max-cost", "much"),
        ("plan", "--max-references", "0"),
        ("plan", "--colour"),
        ("explain", "SB000"),
        ("schema", "film"),
        ("targets", "--check", "nothing.json"),
    ],
)
def test_wrong_usage_ends_in_words_and_exit_code_2(film: Path, arguments: tuple[str, ...]) -> None:
    done = run(*arguments, cwd=film)
    assert done.returncode == 2
    assert done.stdout == ""
    assert "Error:" in done.stderr


def test_a_misspelt_command_is_told_the_right_one(film: Path) -> None:
    assert 'write "storyboard check"' in run("chekc", cwd=film).stderr


def test_what_is_missing_or_no_file_is_said(tmp_path: Path) -> None:
    for file in ("nothing.yaml", ".", "/dev/null/x"):
        done = run("check", file, cwd=tmp_path)
        assert done.returncode == 1
        assert "SB001" in done.stdout


@pytest.mark.parametrize("command", [("check",), ("plan",), ("compile",), ("run",), ("stitch",)])
def test_a_folder_of_storyboards_of_other_names_is_told_their_names(
    command: tuple[str, ...], tmp_path: Path
) -> None:
    for name in ("b.yaml", "my film.storyboard.yaml", "c.yml"):
        (tmp_path / name).write_text(FILM, encoding="utf-8")
    (tmp_path / "targets.yaml").write_text("target: firm/mine\n")
    (tmp_path / "cast.yaml").write_text("storyboard: 1\ncharacters: {mara: {}}\n")
    (tmp_path / "folder.yaml").mkdir()
    done = run(*command, ".", cwd=tmp_path)
    assert done.returncode == 1
    said = done.stdout + done.stderr
    assert "the storyboards here are 'my film.storyboard.yaml', b.yaml, c.yml: name it" in said
    assert "`storyboard plan 'my film.storyboard.yaml'`" in said
    assert "init" not in said


def test_a_folder_of_many_storyboards_names_a_few(tmp_path: Path) -> None:
    for number in range(9):
        (tmp_path / f"{number}.storyboard.yaml").write_text(FILM, encoding="utf-8")
    done = run("check", str(tmp_path), cwd=tmp_path)
    assert f"{tmp_path}/0.storyboard.yaml" in done.stdout
    assert "2.storyboard.yaml and 6 more" in done.stdout


def test_there_is_no_colour_unless_it_is_asked_for(film: Path) -> None:
    assert "\x1b" not in run("plan", cwd=film).stdout
    assert "\x1b" in run("plan", "--color", "always", cwd=film).stdout
    assert "\x1b" not in run("plan", cwd=film, env={"NO_COLOR": "1"}).stdout


def test_a_reader_that_has_enough_is_no_error(film: Path) -> None:
    shell = f'"{sys.executable}" -m storyboard schema | head -n 1; exit ${{PIPESTATUS[0]}}'
    done = subprocess.run(["bash", "-c", shell], cwd=film, capture_output=True, check=False)
    assert done.returncode == 0
    assert done.stderr == b""


def test_completion_is_offered_for_commands(film: Path) -> None:
    asked = {
        "_STORYBOARD_COMPLETE": "bash_complete",
        "COMP_WORDS": "storyboard pl",
        "COMP_CWORD": "1",
    }
    assert "plan" in run(cwd=film, env=asked).stdout


def test_the_comparison_names_every_target_and_marks_the_chosen(film: Path) -> None:
    data = json.loads(run("plan", "--compare", "--json", cwd=film).stdout)
    assert data["format"] == "storyboard-comparison/1"
    assert [one["target"] for one in data["targets"] if one["chosen"]] == ["fal/kling-o3-pro"]
    priced = [one["cost"]["amount"] for one in data["targets"] if isinstance(one["cost"], dict)]
    assert priced == sorted(priced, key=float)
    shown = run("plan", "--compare", cwd=film).stdout
    assert "> fal/kling-o3-pro" in shown


def test_strictness_makes_losses_errors(film: Path) -> None:
    lossy = FILM.replace("duration: 4s}", "duration: 4s, negative: fog}")
    (film / "storyboard.yaml").write_text(lossy)
    assert run("plan", cwd=film).returncode == 0
    done = run("plan", "--strict", cwd=film)
    assert done.returncode == 1
    assert "error[SB402 feature-lost]" in done.stderr


def test_a_bill_goes_to_stdout_in_each_form(film: Path) -> None:
    shown = run("plan", "--by", "scene", cwd=film)
    assert shown.returncode == 0
    assert shown.stdout.splitlines()[-1].split() == ["film", "8", "s", "1", "clip", "0.90", "USD"]
    data = json.loads(run("plan", "--by", "shot", "--json", "--retries", "2", cwd=film).stdout)
    assert data["retries"]["extra"]["amount"] == "0.90"
    assert run("plan", "--by", "shot", "--csv", cwd=film).stdout.startswith("shot,title,seconds")
    assert run("plan", "--csv", cwd=film).stdout.startswith("clip,scene,seconds")
    assert "retries, 2 takes" in run("plan", "--retries", "2", cwd=film).stdout.splitlines()[-1]
    for wrong in (
        ("--retries", "0.5"),
        ("--retries", "x"),
        ("--retries", "nan"),
        ("--csv", "--out", "film.plan"),
    ):
        assert run("plan", *wrong, cwd=film).returncode == 2


def test_a_clip_is_explained_by_any_address_and_another_is_exit_code_2(film: Path) -> None:
    done = run("why", "sea/2", cwd=film)
    assert done.returncode == 0
    assert "  @Element1 = mara\n" in done.stdout
    assert "    line 7, prompt: @Element1 rows out.\n" in done.stdout
    data = json.loads(run("why", "sea", "--json", cwd=film).stdout)
    assert data["format"] == "storyboard-why/1"
    assert [one["request"]["id"] for one in data["clips"]] == ["sea/1..2"]
    assert run("why", "see/2", cwd=film).returncode == 2
    (film / "storyboard.yaml").write_text(FILM.replace("@mara rows", "@marra rows"))
    assert run("why", "sea/2", cwd=film).returncode == 1


def test_ways_out_of_a_budget_go_to_stdout_and_none_is_exit_code_1(film: Path) -> None:
    done = run("fit", "--under", "0.80 USD", cwd=film)
    assert done.returncode == 0
    assert done.stdout.startswith("the film costs 0.90 USD, it may cost 0.80 USD\n\n1  ")
    data = json.loads(run("fit", "--under", "0.80", "--json", cwd=film).stdout)
    assert data["format"] == "storyboard-fit/1"
    assert all(float(way["film"]["amount"]) <= 0.8 for way in data["ways"])
    assert run("fit", "--under", "5 USD", cwd=film).returncode == 0
    assert run("fit", "--under", "0.01 USD", cwd=film).returncode == 1
    assert run("fit", cwd=film).returncode == 2  # there is no budget
    (film / "storyboard.yaml").write_text(FILM.replace("@mara rows", "@marra rows"))
    broken = run("fit", "--under", "0.80 USD", cwd=film)
    assert (broken.returncode, broken.stdout) == (1, "")
    assert "SB203" in broken.stderr
