"""The table of the hosts that the simulator speaks as."""

from __future__ import annotations

from importlib import import_module

from storyboard.simulator.dialect import Dialect

MODULES = {"oxen": "storyboard.simulator.oxen", "fal": "storyboard.simulator.fal"}
"""The module of each host, whose ``DIALECT`` is its dialect. A new host is one more line."""


def load_dialects() -> dict[str, Dialect]:
    """Every dialect by its host's name; imports their modules."""
    found: dict[str, Dialect] = {}
    for name, module in MODULES.items():
        dialect = import_module(module).DIALECT
        assert isinstance(dialect, Dialect)  # noqa: S101 - a mistake in the host's module
        found[name] = dialect
    return found
