"""Each page belongs to a code and has the parts that a reader expects."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

import pytest

from storyboard.diagnostics import pages
from storyboard.diagnostics.codes import REGISTRY
from storyboard.diagnostics.pages import Example, cases, examples, page

FOLDER = Path(str(files("storyboard.diagnostics"))) / "pages"
PAGES = sorted(path.stem for path in FOLDER.iterdir())


def test_every_file_is_the_page_of_a_registered_code() -> None:
    assert {path.name for path in FOLDER.iterdir()} <= {f"{code}.md" for code in REGISTRY}
    assert {"SB203", "SB312"} <= set(PAGES)


@pytest.mark.parametrize("code", PAGES)
def test_a_page_says_what_and_why_and_shows_bad_and_good(code: str) -> None:
    head, _, _ = page(code).partition("\n## Bad\n")
    title, *paragraphs = [part.strip() for part in head.split("\n\n")]
    assert title == f"# {code} {REGISTRY[code].name}"
    assert len(paragraphs) == 2
    assert all(paragraph.endswith(".") for paragraph in paragraphs)
    bad, good = examples(code)
    assert bad
    assert good
    assert all(text.strip() for text in (*bad, *good))
    assert page(code).count("```") == 2 * sum(
        1 + len(case.files) + bool(case.arguments) for case in (*cases(code)[0], *cases(code)[1])
    )


def test_a_page_is_found_by_number_and_by_name() -> None:
    assert page("SB203") == page("203") == page("unknown-name")


@pytest.mark.parametrize("code", ["SB999", "../codes", "", "SB902.md"])
def test_an_unknown_code_has_no_page(code: str) -> None:
    with pytest.raises(LookupError, match="no code is called"):
        page(code)


def test_a_code_without_a_page_is_told_from_an_unknown_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pages, "files", lambda _package: FOLDER / "nowhere")
    with pytest.raises(LookupError, match="SB203 has no page"):
        page("SB203")


def test_files_and_commands_belong_to_the_example_before_them(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    text = (
        "# X\n\n## Bad\n\n```console\n$ storyboard check --set 'a=b c'\nerror\n```\n\n"
        "```yaml\none: 1\n```\n\n```yaml cast.yaml\ncast: 1\n```\n\n```yaml\ntwo: 1\n```\n\n"
        "## Good\n\n```yaml\nthree: 1\n```\n"
    )
    monkeypatch.setattr(pages, "page", lambda _code: text)
    one = Example(
        storyboard="one: 1\n",
        files=(("cast.yaml", "cast: 1\n"),),
        arguments=("check", "--set", "a=b c"),
    )
    assert cases("X") == (
        (one, Example(storyboard="two: 1\n")),
        (Example(storyboard="three: 1\n"),),
    )
    assert examples("X") == (["one: 1\n", "two: 1\n"], ["three: 1\n"])
