"""What the commands that compile share: their options, and what they show."""

from __future__ import annotations

import functools
import shlex
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import click

from storyboard.cli.output import show_findings
from storyboard.diagnostics import Diagnostic

if TYPE_CHECKING:
    from storyboard.api import Compilation, CompileOptions


def show_on_stderr(
    compiled: Compilation, form: str, color: str, *, errors_only: bool = False
) -> None:
    """Write what was found to standard error; in forms for machines even where it is nothing."""
    found: list[Diagnostic] = [
        diagnostic
        for diagnostic in compiled.diagnostics
        if not errors_only or diagnostic.severity == "error"
    ]
    if found:
        show_findings(found, form, color, sys.stderr, compiled.name)
    elif form != "text":
        show_findings([], form, color, sys.stderr, compiled.name)


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


def compile_options(command: Callable[..., int]) -> Callable[..., int]:
    """The options of every command that compiles; the command gets them as one ``options``."""

    @functools.wraps(command)
    def compiled(
        target: str | None,
        settings: dict[str, str],
        target_folders: tuple[Path, ...],
        project: Path | None,
        max_references: int | None,
        reuse: Literal["shots", "clips", "none"] | None,
        refresh: bool,
        strict: bool,
        audio: str | None,
        **others: Any,
    ) -> int:
        from storyboard.api import CompileOptions

        options = CompileOptions(
            target=target,
            settings=settings,
            target_folders=target_folders,
            project=project,
            max_references=max_references,
            reuse="none" if refresh else reuse,
            is_strict=strict,
            audio=None if audio is None else audio == "on",
        )
        return command(options=options, **others)

    outer: Callable[..., int] = compiled
    for option in reversed(
        (
            click.option(
                "--target",
                metavar="ID",
                help="Compile for this target, not the film's own; those of scenes and shots hold.",
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
                "--audio",
                type=click.Choice(("on", "off")),
                help="Sound in every shot, or in none, whatever the storyboard says.",
            ),
            click.option(
                "--reuse",
                type=click.Choice(["shots", "clips", "none"]),
                help="What is kept of clips that are paid, before the storyboard's own word.",
            ),
            click.option(
                "--refresh",
                is_flag=True,
                help="Render anew what this version would word otherwise: --reuse none.",
            ),
            click.option(
                "--strict", is_flag=True, help="Make an error of all that the target would drop."
            ),
        )
    ):
        outer = option(outer)
    return outer


def command_of(name: str, file: str, options: CompileOptions) -> str:
    """The command of a name for a storyboard, with the options that make another plan of it."""
    words = ["storyboard", name, *([file] if file != "." else [])]
    given = {"--target": options.target, "--project": options.project, "--out-dir": options.out_dir}
    words += [word for name, one in given.items() if one for word in (name, str(one))]
    words += [word for one in options.target_folders for word in ("--targets", str(one))]
    for name, text in options.settings.items():
        words += ["--set", f"{name}={text}"]
    if options.audio is not None:
        words += ["--audio", "on" if options.audio else "off"]
    if options.max_references is not None:
        words += ["--max-references", str(options.max_references)]
    if options.is_simulated:
        words.append("--simulate")
    return shlex.join(words)


def takes_options(command: Callable[..., int]) -> Callable[..., int]:
    """How many takes of which clips; the command gets ``takes`` and ``chain_takes``."""
    for option in (
        click.option(
            "--chain-takes",
            is_flag=True,
            help="With --takes: also of clips on which others open, which a choice makes void.",
        ),
        click.option(
            "--takes",
            type=click.IntRange(1, 20),
            default=1,
            show_default=True,
            metavar="N",
            help="Render each clip on which no other opens N times, to choose from.",
        ),
    ):
        command = option(command)
    return command


_kept: list[object] = []


def keep(*things: object) -> None:
    """Let the film of this command live until the process ends, in place of any before it."""
    _kept[:] = things
