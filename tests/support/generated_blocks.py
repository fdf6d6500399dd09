"""The parts of README.md that are made from the program: keys, commands, targets, codes, output."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import click
from pydantic import BaseModel

from storyboard.cli.compile_options import compile_options
from storyboard.cli.main import COMMANDS, storyboard
from storyboard.diagnostics.codes import REGISTRY
from storyboard.language import cast, model
from storyboard.language.error_paths import keys_at

ROOT = Path(__file__).parents[2]
README = ROOT / "README.md"

_BLOCKS: tuple[tuple[str, type[BaseModel]], ...] = (
    ("the storyboard", model.Storyboard),
    ("a character or prop", cast.Element),
    ("a look", cast.Look),
    ("a location or style", cast.Image),
    ("defaults", model.Defaults),
    ("a scene", model.Scene),
    ("a shot", model.Shot),
    ("a beat", model.Beat),
    ("a line of dialogue", model.Line),
)


def keys() -> str:
    """A table for each block of the language."""
    return "\n\n".join(_key_table(title, block) for title, block in _BLOCKS)


def _key_table(title: str, block: type[BaseModel]) -> str:
    rows = [
        f"| `{key}`{' (required)' if block.model_fields[key].is_required() else ''} "
        f"| {block.model_fields[key].description} |"
        for key in keys_at(block, ())
    ]
    return "\n".join([f"| key of {title} | |", "|---|---|", *rows])


@compile_options
def _compiles(**_: Any) -> int:
    """What any command that compiles is given."""
    return 0


_SHARED = {option.name for option in click.command()(_compiles).params}


def commands() -> str:
    """Each command with its options; those of all that compile stand once, at the end."""
    context = click.Context(storyboard, info_name="storyboard")
    found = [_command(context, name) for name in COMMANDS]
    shared = click.command()(_compiles).params
    rows = [_option(one, context) for one in shared if isinstance(one, click.Option)]
    lines = ["### Options of compiling", "", "| option | |", "|---|---|", *rows]
    return "\n\n".join([*found, "\n".join(lines)])


def _command(context: click.Context, name: str) -> str:
    command = storyboard.get_command(context, name)
    assert command is not None
    inner = click.Context(command, parent=context, info_name=name)
    usage = " ".join(command.collect_usage_pieces(inner))
    lines = [f"### storyboard {name}", "", COMMANDS[name], "", f"    storyboard {name} {usage}"]
    options = [param for param in command.params if isinstance(param, click.Option)]
    compiles = {option.name for option in options} >= _SHARED
    own = [one for one in options if not (compiles and one.name in _SHARED)]
    if own:
        lines += ["", "| option | |", "|---|---|", *(_option(option, inner) for option in own)]
    if compiles:
        lines += ["", "And the [options of compiling](#options-of-compiling)."]
    example = (command.epilog or "").removeprefix("Example: ")
    return "\n".join([*lines, "", f"Example: `{example}`"])


def _option(option: click.Option, context: click.Context) -> str:
    record: Any = option.get_help_record(context)
    names, said = record
    return f"| `{names.replace('|', chr(92) + '|')}` | {said} |"


def targets() -> str:
    """The table of ``storyboard targets``."""
    from storyboard.diagnostics import Diagnostics
    from storyboard.render.target_list import render_targets
    from storyboard.targets.load import catalogue, load

    loaded = [load(one, Diagnostics()) for one in catalogue()]
    data = [one.model_dump(mode="json") for one in loaded if one is not None]
    table = render_targets(data, color=False, width=None)
    return f"```console\n$ storyboard targets\n{table.split(chr(10) * 2)[0]}\n```"


def codes() -> str:
    """Every diagnostic code with its weight and what it means."""
    rows = [
        f"| {code.id} | {code.name} | {code.severity} | {code.summary} |"
        for code in sorted(REGISTRY.values(), key=lambda code: code.id)
    ]
    return "\n".join(["| code | name | weight | found |", "|---|---|---|---|", *rows])


def output() -> str:
    """What planning the first example prints."""
    text = (ROOT / "examples" / "lighthouse" / "storyboard.plan.txt").read_text(encoding="utf-8")
    return f"```console\n$ storyboard plan examples/lighthouse\n{text.rstrip()}\n```"


MADE: dict[str, Callable[[], str]] = {
    "output": output,
    "keys": keys,
    "commands": commands,
    "targets": targets,
    "codes": codes,
}


def refreshed(text: str) -> str:
    """The manual with every part made anew."""
    for name, make in MADE.items():
        text = re.sub(
            f"(<!-- {name}:begin -->\n).*?(<!-- {name}:end -->)",
            lambda found, make=make: f"{found[1]}{make()}\n{found[2]}",  # type: ignore[misc]
            text,
            flags=re.DOTALL,
        )
    return text


def fences(text: str, language: str) -> Iterator[str]:
    """The fenced blocks of a language."""
    for found in re.finditer(rf"^```{language}\n(.*?)^```$", text, re.DOTALL | re.MULTILINE):
        yield found[1]
