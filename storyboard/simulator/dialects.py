"""The table of the hosts that the simulator speaks as."""

from __future__ import annotations

from collections.abc import Iterable
from importlib import import_module

from msgspec.structs import replace

from storyboard.simulator.dialect import Dialect
from storyboard.simulator.own_endpoint import OwnEndpoint
from storyboard.targets.model import Target

MODULES = {"oxen": "storyboard.simulator.oxen", "fal": "storyboard.simulator.fal"}
"""The module of each host, whose ``DIALECT`` is its dialect. A new host is one more line."""


def load_dialects(own: Iterable[Target] = ()) -> dict[str, Dialect]:
    """Every dialect by its host's name; imports their modules.

    ``own`` are targets of the user's. A model that its host's table does not know is served by
    the target's data, and a host that is in no table by a queue like that of the last one in it.
    """
    found: dict[str, Dialect] = {}
    for name, module in MODULES.items():
        dialect = import_module(module).DIALECT
        assert isinstance(dialect, Dialect)  # noqa: S101 - a mistake in the host's module
        found[name] = dialect
    for target in own:
        dialect = found.get(target.host) or _rehearsed(target.host)
        endpoints = {target.endpoint: OwnEndpoint(target), **dialect.endpoints}
        found[target.host] = replace(dialect, endpoints=endpoints)
    return found


def _rehearsed(host: str) -> Dialect:
    from storyboard.simulator.fal import dialect_of

    return dialect_of(host, {})
