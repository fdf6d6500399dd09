"""Whatever a file holds, the compiler answers in words, at a place, and in time."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from attempts import attempt, run_command
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

BROKEN = "broken.storyboard.yaml"
PIECES = (
    "@", "@@", "@{", "}", "@mara", "@{mara.wet}", "<<<", "{{", "}}", "{%", "%}", "{#",
    "{{ x }}", "{% for a in x %}", ":", ": ", "- ", "? ", "#", " #", "&a ", "*a", "<<: *a",
    "!!str ", "!x", "|", ">-", "'", '"', "[", "]", "{", ",", "\t", "\n", "\r", "\r\n", "\0",
    "\x07", "\u2028", "\x85", "\ufeff", "\u200d", "é", "é", "海", "👩‍🚀", "\U000f0000",
    "\U0010fffd", "\\", "\\x", "\\ud800", "---", "...", "%YAML 1.2", "x" * 600, "12", "-1",
    "1e9", "~", "null", "true", "skip: true", "duration: 61", "seam: continue", "beats: [a, b]",
    "prompt: ", "template: ''", "use: [x.yaml]", "use: [broken.storyboard.yaml]",
    "budget: 0 USD", "take: 9", "target: oxen/kling-o1",
    "target: fal/kling-v3-pro-image-to-video", "label: '@mara @mara'", "audio: on",
)  # fmt: skip
BYTES = (b"\xff", b"\xc3", b"\xed\xa0\x80", b"\xfe\xff", b"\0", b"\xf4\x90\x80\x80", b"\x80")
ARGUMENTS = (
    "check", "plan", "compile", "targets", "explain", "schema", "--json", "--set", "a=b", "--all",
    "--format", "sarif", "--max-cost", "1 USD", "--max-seconds", "-5", "SB203", "-", "--target",
    "fal/kling-o3-pro", "--help", "--version", "--max-references", "5",
)  # fmt: skip
relaxed = settings(
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


@st.composite
def broken(draw: st.DrawFn, texts: tuple[str, ...]) -> bytes:
    """A storyboard after a few edits of lines, of characters, and of bytes."""
    text = draw(st.sampled_from(texts))
    for _ in range(draw(st.integers(1, 4))):
        text = draw(st.sampled_from([edit_lines, edit_characters]))(draw, text)
    data = text.encode("utf-8", "surrogatepass")
    if draw(st.integers(0, 9)) == 0:
        at = draw(st.integers(0, len(data)))
        data = data[:at] + draw(st.sampled_from(BYTES)) + data[at + draw(st.integers(0, 2)) :]
    return data


def edit_lines(draw: st.DrawFn, text: str) -> str:
    """A line left out, repeated, moved, or moved to another column."""
    lines = text.split("\n")
    first = draw(st.integers(0, len(lines) - 1))
    second = draw(st.integers(0, len(lines) - 1))
    match draw(st.sampled_from(["drop", "repeat", "swap", "indent", "dedent", "cut"])):
        case "drop":
            del lines[first : first + draw(st.integers(1, 4))]
        case "repeat":
            lines.insert(second, lines[first])
        case "swap":
            lines[first], lines[second] = lines[second], lines[first]
        case "indent":
            lines[first] = " " * draw(st.integers(1, 4)) + lines[first]
        case "dedent":
            lines[first] = lines[first][draw(st.integers(1, 4)) :]
        case "cut":
            del lines[max(first, 3) :]
    return "\n".join(lines)


def edit_characters(draw: st.DrawFn, text: str) -> str:
    """A piece put in, put in place of others, or taken out."""
    at = draw(st.integers(0, len(text)))
    piece = draw(st.one_of(st.sampled_from(PIECES), st.text(max_size=3)))
    gone = draw(st.sampled_from([0, 0, 1, 1, 5, 40]))
    return text[:at] + piece + text[at + gone :]


def texts_of(seeds: tuple[Path, ...], folder: str) -> dict[Path, tuple[str, ...]]:
    """The storyboards under a folder of the seeds, by the folder that they lie in."""
    found: dict[Path, tuple[str, ...]] = {}
    for path in seeds:
        if folder in path.parts and path.name != BROKEN:
            text = path.read_text("utf-8", errors="replace")
            found[path.parent] = (*found.get(path.parent, ()), text)
    return found


@settings(relaxed, max_examples=120)
@given(data=st.data())
def test_a_broken_case_is_answered_in_words(data: st.DataObject, seeds: tuple[Path, ...]) -> None:
    folders = texts_of(seeds, "cases")
    folder = data.draw(st.sampled_from(sorted(folders)))
    attempt(data.draw(broken(folders[folder])), folder / BROKEN)


@settings(relaxed, max_examples=80)
@given(data=st.data())
def test_a_broken_example_is_answered_in_words(
    data: st.DataObject, seeds: tuple[Path, ...]
) -> None:
    folders = texts_of(seeds, "examples")
    folder = data.draw(st.sampled_from(sorted(folders)))
    attempt(data.draw(broken(folders[folder])), folder / BROKEN)


@settings(relaxed, max_examples=100)
@given(data=st.binary(max_size=300))
def test_any_bytes_are_answered_in_words(data: bytes, tmp_path: Path) -> None:
    attempt(data, tmp_path / BROKEN)


@settings(relaxed, max_examples=100)
@given(text=st.text(max_size=80))
def test_any_text_may_be_a_prompt(text: str, tmp_path: Path) -> None:
    film = {
        "storyboard": 1,
        "characters": {"mara": {"description": "a keeper"}},
        "scenes": [{"shots": [{"prompt": text, "duration": 20}, "@mara waits."]}],
    }
    attempt(json.dumps(film).encode(), tmp_path / BROKEN)


@settings(relaxed, max_examples=100)
@given(
    pieces=st.lists(
        st.sampled_from((*PIECES, "mara", " ", "x", "|upper", "if", "end")), max_size=12
    )
)
def test_any_pieces_of_templates_and_mentions_may_be_a_prompt(
    pieces: list[str], tmp_path: Path
) -> None:
    film = {
        "storyboard": 1,
        "vars": {"x": ["a", "b"]},
        "characters": {"mara": {"description": "a keeper of @mara", "label": "".join(pieces)}},
        "template": "{{ prompt }}",
        "scenes": [{"style": "".join(pieces), "shots": ["".join(pieces), "@mara and @mara"]}],
    }
    attempt(
        json.dumps(film, ensure_ascii=False).encode("utf-8", "surrogatepass"), tmp_path / BROKEN
    )


@settings(relaxed, max_examples=60)
@given(data=st.data())
def test_the_command_line_ends_with_an_exit_code_and_no_traceback(
    data: st.DataObject, seeds: tuple[Path, ...]
) -> None:
    folders = texts_of(seeds, "cases")
    folder = data.draw(st.sampled_from(sorted(folders)))
    written = data.draw(broken(folders[folder]))
    command = data.draw(st.sampled_from(["check", "plan", "compile"]))
    form = data.draw(st.sampled_from(["text", "json", "sarif", "github"]))
    code, out, _ = run_command(
        command, "--format", form, "--color", "always", "--project", str(folder), "-", stdin=written
    )
    assert code in {0, 1}
    if command == "check" and form in {"json", "sarif"}:
        json.loads(out)


@settings(relaxed, max_examples=60)
@given(
    arguments=st.lists(
        st.one_of(
            st.sampled_from(ARGUMENTS),
            st.text(max_size=5),
        ),
        max_size=5,
    )
)
def test_any_arguments_end_with_an_exit_code_and_no_traceback(
    arguments: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    if {"init", "--out"} & set(arguments):
        return
    code, _, said = run_command(*arguments, stdin=b"storyboard: 1\nscenes: [{shots: [the sea]}]\n")
    assert code in {0, 1, 2, 5}, said
