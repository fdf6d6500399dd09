"""Options that commands share, and how findings reach the user."""

from __future__ import annotations

import functools
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, TypeVar

import click

from storyboard import __version__
from storyboard.diagnostics import Diagnostic

if TYPE_CHECKING:
    from storyboard.units import Money

F = TypeVar("F", bound=Callable[..., Any])
FORMATS = ("text", "json", "sarif", "github")


def _settings(
    _ctx: click.Context, _param: click.Parameter, values: tuple[str, ...]
) -> dict[str, str]:
    settings: dict[str, str] = {}
    for value in values:
        name, separator, text = value.partition("=")
        if not separator or not name.isidentifier():
            raise click.BadParameter(f'"{value}" is not name=value, such as weather="a calm sea"')
        if len(text) > 10_000:
            raise click.BadParameter(f'the value of "{name}" is longer than 10,000 characters')
        settings[name] = text
    return settings


def read_money(_ctx: click.Context, _param: click.Parameter, value: str | None) -> Money | None:
    """An amount with its currency, such as ``25 USD``; a bare number is in US dollars."""
    if value is None:
        return None
    from storyboard.units import Money

    money = Money.parse(value) or Money.parse(f"{value} USD")
    if money is None:
        raise click.BadParameter(f'"{value}" is no amount; write it as "25 USD"')
    return money


def compile_options(command: Callable[..., int]) -> Callable[..., int]:
    """The options of every command that compiles; the command gets them as one ``options``."""

    @functools.wraps(command)
    def compiled(
        target: str | None,
        settings: dict[str, str],
        target_folders: tuple[Path, ...],
        project: Path | None,
        max_references: int | None,
        strict: bool,
        **others: Any,
    ) -> int:
        from storyboard.api import Options

        options = Options(
            target=target,
            settings=settings,
            target_folders=target_folders,
            project=project,
            max_references=max_references,
            is_strict=strict,
        )
        return command(options=options, **others)

    outer: Callable[..., int] = compiled
    for option in reversed(
        (
            click.option(
                "--target", metavar="ID", help="Compile for this target, not the storyboard's own."
            ),
            click.option(
                "--set",
                "settings",
                multiple=True,
                metavar="NAME=VALUE",
                callback=_settings,
                help="Give a variable a value, before the storyboard's vars. May be repeated.",
            ),
            click.option(
                "--targets",
                "target_folders",
                multiple=True,
                metavar="DIR",
                type=click.Path(exists=True, file_okay=False, path_type=Path),
                help="A folder with target files of your own. May be repeated.",
            ),
            click.option(
                "--project",
                metavar="DIR",
                type=click.Path(exists=True, file_okay=False, path_type=Path),
                help="The folder no path may leave. Without: the git checkout, or FILE's folder.",
            ),
            click.option(
                "--max-references",
                type=click.IntRange(min=1),
                metavar="N",
                help="Allow N references in a request, up to the target's ceiling.",
            ),
            click.option(
                "--strict", is_flag=True, help="Make an error of all that the target would drop."
            ),
        )
    ):
        outer = option(outer)
    return outer


takes_option = click.option(
    "--takes",
    type=click.IntRange(1, 20),
    default=1,
    show_default=True,
    metavar="N",
    help="Render each clip N times, to choose from.",
)


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
