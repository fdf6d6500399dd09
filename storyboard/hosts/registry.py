"""The table of hosts: a host's module is imported when the host is first asked for."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Mapping
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

from storyboard.errors import UsageError
from storyboard.hosts.declaration import HostAccess, HostDeclaration
from storyboard.hosts.times import TimeLimits
from storyboard.project.disk import read_plain_file

if TYPE_CHECKING:
    from storyboard.hosts.protocol import Host

MODULES = {"fal": "storyboard.hosts.fal", "oxen": "storyboard.hosts.oxen"}
"""The module of each host, whose ``HOST`` is its declaration. A new host is one more line."""

_REHEARSED_AS = MODULES["fal"]
"""Whose queue stands for that of a host that there is no client for."""

SIMULATED_KEY = "simulated"
_MAX_KEY_FILE = 100_000
"""Bytes of a file that holds a key."""


class KeyMissingError(UsageError):
    """There is no key for a host, or no host of that name; the text says what to do."""


def find_host(name: str) -> HostDeclaration | None:
    """The declaration of a host; None where no host has the name."""
    module = MODULES.get(name)
    if module is None:
        return None
    found = import_module(module).HOST
    assert isinstance(found, HostDeclaration)  # noqa: S101 - a mistake in the host's module
    return found


def get_host(name: str, *, is_simulated: bool = False) -> HostDeclaration:
    """The declaration of a host. Raises ``KeyMissingError`` where no host has the name.

    In a simulated run every name is one: a host that there is no client for is rehearsed.
    """
    found = find_host(name)
    if found is None and is_simulated:
        made: HostDeclaration = import_module(_REHEARSED_AS).rehearsed(name)
        return made
    if found is None:
        raise KeyMissingError(
            f'no host is called "{name}"; known are {", ".join(MODULES)}; --simulate runs a film '
            "on any"
        )
    return found


def all_hosts() -> tuple[HostDeclaration, ...]:
    """The declarations of all hosts, in the order of the table."""
    return tuple(map(get_host, MODULES))


def find_key(host: str, key_file: Path | None, environment: Mapping[str, str] | None = None) -> str:
    """The key of a host: from the file that was named, else from the environment.

    The file holds the key alone, or lines ``VARIABLE=…`` as env files have them. Raises
    ``KeyMissingError`` where there is no key or it holds a character that no key has.
    """
    variable = get_host(host).key_variable
    if key_file is None:
        key = (os.environ if environment is None else environment).get(variable, "").strip()
        if not key:
            raise KeyMissingError(
                f"{host} wants a key and {variable} is not set: set it, or give --key-file; "
                "--simulate needs none"
            )
    else:
        key = _read_key(key_file, variable)
    if not key.isascii() or not key.isprintable() or " " in key:
        where = f'the file "{key_file}"' if key_file is not None else variable
        # What it holds is never said: it may be a key all the same.
        raise KeyMissingError(
            f"the key for {host} holds a space, a line break or a character that no key has: put "
            f"the key alone into {where}"
        )
    return key


def _read_key(path: Path, variable: str) -> str:
    try:
        # Some editors begin a text with a mark that is no part of it.
        lines = read_plain_file(path, _MAX_KEY_FILE).decode("utf-8-sig").splitlines()
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise KeyMissingError(f'the key file "{path}" cannot be read: {reason}') from None
    except UnicodeDecodeError:
        raise KeyMissingError(f'the key file "{path}" is no text: save it as UTF-8') from None
    found = [line.strip() for line in lines if line.strip() and not line.startswith("#")]
    for line in found:
        name, sign, value = line.removeprefix("export ").partition("=")
        if sign and name.strip() == variable:
            return value.strip().strip("\"'")
    if len(found) == 1 and "=" not in found[0].rstrip("="):
        return found[0]
    raise KeyMissingError(f'"{path}" holds no key: write it alone, or as {variable}=…')


def open_host(
    name: str,
    key: str,
    *,
    base: str | None = None,
    options: Mapping[str, str] | None = None,
    simulated: bool = False,
    limits: TimeLimits | None = None,
    clock: Callable[[], float] = time.time,
) -> Host:
    """The client of a host, see ``HostAccess``. Raises ``KeyMissingError`` for an unknown name."""
    access = HostAccess(
        key=key,
        base=base,
        options=options or {},
        is_simulated=simulated,
        limits=limits or TimeLimits(),
        clock=clock,
    )
    return get_host(name, is_simulated=simulated).open(access)
