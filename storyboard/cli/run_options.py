"""Options that the commands around a run share."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

if TYPE_CHECKING:
    from storyboard.hosts.protocol import Terms


F = TypeVar("F", bound=Callable[..., Any])
_TERMS_OF = "oxen"
"""The host that has what the options of orders name."""

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


def _read_repository(_ctx: click.Context, _param: click.Parameter, value: str) -> str:
    parts = value.split("/")
    if value and (len(parts) != 2 or not all(parts) or any(map(str.isspace, value))):
        raise click.BadParameter(
            f'"{value}" is no repository; write its namespace and its name, as in studio/pictures'
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
        )
    ):
        command = option(command)
    return command


def order_options(command: Callable[..., int]) -> Callable[..., int]:
    """What is said to a host with every order; the command gets them as ``terms``."""

    @wraps(command)
    def ordered(
        repository: str, target_namespace: str, response_format: str | None, **others: Any
    ) -> int:
        from storyboard.hosts.protocol import Terms

        terms = Terms(
            repository=repository,
            namespace=target_namespace,
            response_format=response_format or "",
        )
        return command(terms=terms, **others)

    outer: Callable[..., int] = ordered
    for option in reversed(
        (
            click.option(
                "--repository",
                metavar="NAMESPACE/NAME",
                default="",
                callback=_read_repository,
                help="Oxen: the public repository that pictures are uploaded to.",
            ),
            click.option(
                "--target-namespace",
                metavar="NAME",
                default="",
                help="Oxen: the namespace that clips are kept and billed in.",
            ),
            click.option(
                "--response-format",
                type=click.Choice(("url", "b64_json")),
                help="Oxen: whether a clip comes as a link or inside the answer.",
            ),
        )
    ):
        outer = option(outer)
    return outer


def check_terms(terms: Terms, host: str) -> None:
    """Refuse what a host has no use for."""
    given = {
        "--repository": terms.repository,
        "--target-namespace": terms.namespace,
        "--response-format": terms.response_format,
    }
    for name, value in given.items():
        if value and host != _TERMS_OF:
            raise click.UsageError(f"{name} is for {_TERMS_OF}, and the film is for {host}")
