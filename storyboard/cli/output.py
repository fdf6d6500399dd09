"""The one door through which every text of a command reaches a terminal, a log or a pipe.

What is printed holds words of others: titles, names of files, what a vendor answers. Whatever
they hold, nothing that is printed moves a cursor, hides text, turns the direction of reading or
is obeyed by a program that reads logs. Renderers make their data visible where they lay it out;
the door does it once more for all that passes it, and lets only our own colours through.

A line that begins with ``::``, and ``##[`` or ``##vso[`` anywhere in one, is a command to the
readers of logs of GitHub and Azure. It is spelt out, but in the form that consists of such
commands. Sources: "Workflow commands for GitHub Actions"; "Logging commands" of Azure Pipelines;
actions/runner, ``ActionCommand.cs``, which skips blanks before ``::`` and finds ``##[`` anywhere.
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Sequence
from typing import IO

import click

from storyboard.diagnostics import Diagnostic
from storyboard.render.width import is_visible, terminal_columns, visible, visible_json
from storyboard.version import __version__

_COLOR = r"\x1b\[(?:0|[12](?:;3[1-6])?|3[1-6])m"
"""Our own colours; a code that hides text or sounds a bell is none of them."""

_DRAWING = rf"{_COLOR}|\x1b\[[0-9]+F|\x1b\[[JK]"
_COLORS, _DRAWINGS = re.compile(f"({_COLOR})"), re.compile(f"({_DRAWING})")
_COMMAND = re.compile(rf"^((?:[^\S\n]|{_COLOR})*):(?=:)", re.MULTILINE)
_MARK = re.compile(r"##(?=\[|vso\[)")


def write(text: str, stream: IO[str] | None = None, *, color: bool = False) -> None:
    """Write lines for people, to standard output where no stream is given.

    ``color`` says that the text may hold our own colours.
    """
    _put(_harmless(_spelt_out(text, _COLORS if color else None)), stream)


def say(text: str, stream: IO[str] | None = None) -> None:
    """Write one line, to standard error where no stream is given; line ends in it are spelt out."""
    write(f"{visible(text)}\n", stream or sys.stderr)


def write_json(text: str, stream: IO[str] | None = None) -> None:
    """Write a JSON text. What is not to reach a terminal is written as JSON's own escapes."""
    _put(visible_json(text), stream)


def write_document(text: str) -> None:
    """Write what is a file of its own, such as a page or a table, to standard output."""
    lines = text.replace("\r\n", "\n")
    shown = _spelt_out(lines, None)
    _put(shown if lines == text else shown.replace("\n", "\r\n"), None)


def write_log_commands(text: str, stream: IO[str] | None = None) -> None:
    """Write commands to the reader of a log, a line each."""
    _put(_spelt_out(text, None), stream)


def draw(text: str, stream: IO[str]) -> None:
    """Write what a live view draws: lines, our own colours, and its movements of the cursor."""
    _put(_spelt_out(text, _DRAWINGS), stream)


def ask(question: str) -> bool:
    """Ask for yes or no on the terminal; no is the default. Ctrl-C is click's ``Abort``."""
    return click.confirm(_harmless(_spelt_out(question, None)), err=True)


def ask_for(question: str, choices: Sequence[str] = ()) -> str:
    """Ask for a text on the terminal, or for one of some words, of which the first is the default.

    Ctrl-C and the end of the input are click's ``Abort``.
    """
    shown = _harmless(_spelt_out(question, None))
    if choices:
        answer = click.prompt(shown, type=click.Choice(choices), default=choices[0], err=True)
    else:
        answer = click.prompt(shown, err=True)
    return str(answer)


def _spelt_out(text: str, kept: re.Pattern[str] | None) -> str:
    """The text with all that is neither a line end nor kept made visible."""
    if is_visible(text):
        return text
    lines = text.split("\n")
    if kept is None or "\x1b" not in text:
        return "\n".join(map(visible, lines))
    return "\n".join(
        "".join(part if index % 2 else visible(part) for index, part in enumerate(kept.split(line)))
        for line in lines
    )


def _harmless(text: str) -> str:
    """The text without anything that a reader of logs obeys."""
    if "::" in text:
        text = _COMMAND.sub(r"\1\\x3a", text)
    return _MARK.sub(r"#\\x23", text) if "##" in text else text


def _put(text: str, stream: IO[str] | None) -> None:
    """Write text as UTF-8, whatever the terminal's encoding says."""
    stream = stream or sys.stdout
    stream.flush()
    buffer = getattr(stream, "buffer", None)
    data = text.encode("utf-8", "backslashreplace")
    if buffer is None:
        stream.write(data.decode("utf-8"))
    else:
        buffer.write(data)
        buffer.flush()


def has_color(choice: str, stream: IO[str]) -> bool:
    """Whether to colour what goes to a stream."""
    if choice != "auto":
        return choice == "always"
    if os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb":
        return False
    return stream.isatty()


def terminal_width(stream: IO[str]) -> int | None:
    """The columns of the terminal behind a stream, None where there is none."""
    try:
        return os.get_terminal_size(stream.fileno()).columns or None
    except (OSError, ValueError, AttributeError):
        return None


def show_findings(
    found: Sequence[Diagnostic], form: str, color: str, stream: IO[str], main_file: str
) -> None:
    """Write findings to a stream in one of the forms."""
    from storyboard.render import findings, snippets

    match form:
        case "json":
            write_json(findings.render_json(found), stream)
        case "sarif":
            write_json(findings.render_sarif(found, __version__, main_file=main_file), stream)
        case "github":
            write_log_commands(findings.render_github(found), stream)
        case _:
            colored = has_color(color, stream)
            width = terminal_columns(stream) if stream.isatty() else None
            text = snippets.render_text(found, color=colored, width=width)
            write(text, stream, color=colored)
