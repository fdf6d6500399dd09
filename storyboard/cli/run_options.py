"""Options that the commands around a run share."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

F = TypeVar("F", bound=Callable[..., Any])
HOSTS_OF = {"--repository": ("oxen",), "--target-namespace": ("oxen",)}
"""The hosts that have what an option names."""

file_argument = click.argument("file", default=".", metavar="[FILE]")
simulate_option = click.option(
    "--simulate", is_flag=True, help="Use the simulator: nothing leaves the machine or is paid."
)
json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON.")


def _read_address(_ctx: click.Context, _param: click.Parameter, value: str | None) -> str | None:
    if value is None:
        return None
    from urllib.parse import urlsplit

    try:
        parts = urlsplit(value)
        is_sound = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        is_sound = False
    if not is_sound or parts.username is not None or parts.query or parts.fragment:
        raise click.BadParameter(
            "it is no plain http address; write it as http://127.0.0.1:8080/fal"
        )
    return value


def host_options(command: F) -> F:
    """Where the vendor is reached, and with which key."""
    for option in reversed(
        (
            click.option(
                "--key-file",
                type=click.Path(exists=True, dir_okay=False, path_type=Path),
                help="Read the key from this file, not from FAL_KEY or OXEN_API_KEY.",
            ),
            click.option(
                "--base-url",
                metavar="URL",
                callback=_read_address,
                help="Speak to this address, not to the vendor's own.",
            ),
            click.option(
                "--repository",
                metavar="NAMESPACE/NAME",
                default="",
                help="Oxen: the public repository that pictures are uploaded to.",
            ),
            click.option(
                "--target-namespace",
                "namespace",
                metavar="NAME",
                default="",
                help="Oxen: the namespace that clips are kept and billed in.",
            ),
        )
    ):
        command = option(command)
    return command
