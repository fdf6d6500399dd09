"""Which host speaks for a target, and where its key comes from."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from storyboard.hosts.protocol import Host, Terms
from storyboard.hosts.times import TimeLimits

VARIABLES = {"fal": "FAL_KEY", "oxen": "OXEN_API_KEY"}
"""The environment variable that holds each host's key."""

SIMULATED_KEY = "simulated"


class KeyMissingError(Exception):
    """There is no key for a host, or no host of that name; the text says what to do."""


def find_key(host: str, key_file: Path | None, environment: Mapping[str, str] | None = None) -> str:
    """The key of a host: from the file that was named, else from the environment.

    The file holds the key alone, or lines ``FAL_KEY=…`` as env files have them.
    """
    variable = VARIABLES.get(host)
    if variable is None:
        raise KeyMissingError(f'no host is called "{host}"; known are {", ".join(VARIABLES)}')
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
        lines = path.read_text(encoding="utf-8-sig").splitlines()
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
    terms: Terms | None = None,
    simulated: bool = False,
    limits: TimeLimits | None = None,
) -> Host:
    """The host of a name; ``base`` is the address of a simulator or proxy in its place.

    ``limits`` say how long its answers are waited for.
    """
    from storyboard.hosts.fal import FalAddresses, FalHost
    from storyboard.hosts.oxen import HUB, OxenHost

    if name == "fal":
        return FalHost(
            key, FalAddresses.under(base) if base else None, labelled=simulated, limits=limits
        )
    if name == "oxen":
        return OxenHost(key, base or HUB, terms=terms or Terms(), labelled=simulated, limits=limits)
    raise KeyMissingError(f'no host is called "{name}"; known are {", ".join(VARIABLES)}')
