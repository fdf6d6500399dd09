"""Options that commands share."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

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


count_simulated_option = click.option(
    "--simulate", is_flag=True, help="Count what was simulated as done, and not what was paid."
)
force_option = click.option(
    "--force", is_flag=True, help="Let --out replace a plain file that storyboard did not write."
)
file_argument = click.argument("file", default=".", metavar="[FILE]")
