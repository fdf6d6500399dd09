"""Values that are made by the ten thousand: frozen where types are checked, not where they run.

A frozen dataclass pays for each of its fields to be guarded, more than half of what making one
costs. Here mypy is the guard: it knows ``value`` as ``dataclass`` and refuses an assignment.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dataclasses import dataclass as value
else:
    from dataclasses import dataclass

    def value(*, frozen, **options):
        """A decorator as ``dataclass``, which hashes like a frozen one and is not guarded."""
        return dataclass(unsafe_hash=frozen, **options)


__all__ = ["value"]
