"""Options that the commands around a run share."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import wraps
from pathlib import Path
from typing import Any, TypeVar

import click

from storyboard.hosts.declaration import HostOption
from storyboard.hosts.registry import all_hosts, get_host

F = TypeVar("F", bound=Callable[..., Any])

simulate_option = click.option(
    "--simulate", is_flag=True, help="Use the simulator: nothing leaves the machine or is paid."
)
out_dir_option = click.option(
    "--out-dir",
    metavar="DIR",
    type=click.Path(file_okay=False, path_type=Path),
    envvar="STORYBOARD_OUT_DIR",
    help="The folder of the clips, in place of out beside FILE; also STORYBOARD_OUT_DIR.",
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
            "it is no plain http address; write it as http://127.0.0.1:8080/HOST"
        )
    return value


def _key_variables() -> str:
    return " or ".join(host.key_variable for host in all_hosts())


def address_options(command: F) -> F:
    """Where the vendor is reached, and with which key."""
    for option in reversed(
        (
            click.option(
                "--key-file",
                type=click.Path(exists=True, dir_okay=False, path_type=Path),
                help=f"Read the key from this file, not from {_key_variables()}.",
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
    """The options that hosts declare; the command gets them as ``host_options``, by their names.

    A name that several hosts declare is one option, for all of them.
    """
    declared: dict[str, list[tuple[str, HostOption]]] = {}
    for host in all_hosts():
        for one in host.options:
            declared.setdefault(one.name, []).append((host.title, one))

    @wraps(command)
    def ordered(**values: Any) -> int:
        given = {name: values.pop(_parameter(name)) or "" for name in declared}
        return command(host_options=given, **values)

    outer: Callable[..., int] = ordered
    for name, hosts in reversed(declared.items()):
        outer = _option(name, hosts)(outer)
    return outer


def _parameter(name: str) -> str:
    return f"host_option_{name.replace('-', '_')}"


def _option(name: str, hosts: Sequence[tuple[str, HostOption]]) -> Callable[[F], F]:
    first = hosts[0][1]

    def read(_ctx: click.Context, _param: click.Parameter, value: str | None) -> str | None:
        problems = [one.problem(value) for _, one in hosts] if value else [""]
        if all(problems):
            raise click.BadParameter(problems[0])
        return value

    return click.option(
        f"--{name}",
        _parameter(name),
        # The choices show by themselves.
        metavar=None if first.choices else first.metavar,
        type=click.Choice(first.choices) if first.choices else None,
        callback=read,
        help=f"{', '.join(title for title, _ in hosts)}: {first.help}",
    )


def check_host_options(
    given: Mapping[str, str], hosts: Sequence[str], *, is_simulated: bool
) -> None:
    """Refuse an option that no host of the film declares. Raises click's ``UsageError``.

    Raises ``KeyMissingError`` for a host without a client where the run is not simulated.
    """
    film = [get_host(host, is_simulated=is_simulated) for host in hosts]
    known = {one.name for host in film for one in host.options}
    for name, value in given.items():
        if value and name not in known:
            others = [one for one in all_hosts() if name in {each.name for each in one.options}]
            titles = ", ".join(one.title for one in others)
            own = ", ".join(one.title for one in film)
            raise click.UsageError(f"--{name} is for {titles}, and the film is for {own}")
