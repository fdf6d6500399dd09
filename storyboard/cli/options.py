"""Options that commands share, and how findings reach the user."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, TypeVar

import click

from storyboard.diagnostics import Diagnostic
from storyboard.version import __version__

if TYPE_CHECKING:
    from storyboard.values.units import Money


target_folders_option = click.option(
    "--targets",
    "folders",
    multiple=True,
    metavar="DIR",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="A folder with target files of your own. May be repeated.",
)

F = TypeVar("F", bound=Callable[..., Any])
FORMATS = ("text", "json", "sarif", "github")


def read_money(_ctx: click.Context, _param: click.Parameter, value: str | None) -> Money | None:
    """An amount with its currency, such as ``25 USD``; a bare number is in US dollars."""
    if value is None:
        return None
    from storyboard.values.units import Money

    money = Money.parse(value) or Money.parse(f"{value} USD")
    if money is None:
        raise click.BadParameter(f'"{value}" is no amount; write it as "25 USD"')
    return money


def finding_options(command: F) -> F:
    """How findings are shown."""
    for option in reversed(
        (
            click.option(
                "--format",
                "form",
                type=click.Choice(FORMATS),
                default="text",
                show_default=True,
                help="How findings are written.",
            ),
            color_option,
        )
    ):
        command = option(command)
    return command


color_option = click.option(
    "--color",
    type=click.Choice(("auto", "always", "never")),
    default="auto",
    show_default=True,
    help="Colour on a terminal, always or never. NO_COLOR is respected.",
)


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
    from storyboard.render.width import terminal_columns

    match form:
        case "json":
            text = findings.render_json(found)
        case "sarif":
            text = findings.render_sarif(found, __version__, main_file=main_file)
        case "github":
            text = findings.render_github(found)
        case _:
            text = snippets.render_text(
                found, color=has_color(color, stream), width=terminal_columns(stream)
            )
    write(text, stream)


def write(text: str, stream: IO[str] | None = None) -> None:
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


force_option = click.option(
    "--force", is_flag=True, help="Let --out replace a plain file that storyboard did not write."
)
file_argument = click.argument("file", default=".", metavar="[FILE]")
